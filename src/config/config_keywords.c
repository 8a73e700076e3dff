/* SPDX-License-Identifier: MIT */
#include "config/config_keywords.h"

#include <strings.h>

/* Longer than any keyword: a longer word is none. */
enum { KEYWORD_SIZE = 47 };

typedef struct KeywordKey {
	char name[KEYWORD_SIZE];
	uint8_t scope; /* ConfigScope; SCOPES: in any, what config_classify() asks */
} KeywordKey;

static bool keyword_key(ConfigScope scope, const char *name, KeywordKey *ret_key)
{
	const size_t n = strnlen(name, KEYWORD_SIZE);

	if (n == KEYWORD_SIZE)
		return false;
	*ret_key = (KeywordKey){ .scope = (uint8_t)scope };
	memcpy(ret_key->name, name, n);
	return true;
}

static unsigned keyword_class(const ConfigKeyword *k)
{
	unsigned class = WORD_KNOWN;

	if (k->kind == KIND_BLOCK || k->kind == KIND_ITEMS)
		class |= WORD_BLOCK | (k->scope == SCOPE_TOP ? WORD_TOP : 0);
	if (k->kind == KIND_COMMAND || k->kind == KIND_NOTIFY)
		class |= WORD_COMMAND;
	return class;
}

/* A row as a number: rows come and go, scopes are few. */
static uint32_t row_number(const ConfigKeyword *k)
{
	return (uint32_t)k->scope << 16 | (uint32_t)(k - config_rows(k->scope));
}

static void index_put(ConfigIndex *x, const ConfigKeyword *k, const char *name)
{
	uint32_t class = keyword_class(k), before;
	KeywordKey key;

	if (!keyword_key(k->scope, name, &key))
		abort(); /* a bug in the table */
	map_put(&x->map, &key, row_number(k));
	if (k->scope >= SCOPE_BLOCKS)
		return;
	/* What a word is in all blocks is what the tree may build on. */
	key.scope = SCOPES;
	if (map_get(&x->map, &key, &before))
		class &= before;
	map_put(&x->map, &key, class);
}

static void index_put_all(ConfigIndex *x, const ConfigKeyword *k, const char *names)
{
	char name[KEYWORD_SIZE];

	for (const char *s = names; *s;) {
		const size_t n = strcspn(s, " ");

		assert(n < sizeof(name));
		memcpy(name, s, n);
		name[n] = 0;
		index_put(x, k, name);
		s += n + (s[n] == ' ');
	}
}

ConfigIndex config_index(void)
{
	ConfigIndex x = { .map = MAP_INIT(sizeof(KeywordKey)) };

	for (ConfigScope scope = 0; scope < SCOPES; scope++)
		for (const ConfigKeyword *k = config_rows(scope); k->name; k++) {
			x.n[scope]++;
			if (k->kind == KIND_NOTE)
				continue;
			index_put(&x, k, k->name);
			index_put_all(&x, k, k->old_name ?: "");
			index_put_all(&x, k, k->also ?: "");
		}
	return x;
}

void config_index_free(ConfigIndex *x)
{
	map_free(&x->map);
}

static bool index_get(
	const ConfigIndex *x, ConfigScope scope, const char *name, uint32_t *ret_value)
{
	KeywordKey key;

	return keyword_key(scope, name, &key) && map_get(&x->map, &key, ret_value);
}

const ConfigKeyword *config_keyword(const ConfigIndex *x, ConfigScope scope, const char *name)
{
	uint32_t row;

	if (!index_get(x, scope, name, &row))
		return NULL;
	return &config_rows((ConfigScope)(row >> 16))[row & 0xffff];
}

unsigned config_classify(const void *index, const char *word)
{
	uint32_t class;

	return index_get(index, SCOPES, word, &class) ? class : 0;
}

const char *config_scope_name(ConfigScope scope)
{
	for (ConfigScope outer = 0; outer < SCOPE_BLOCKS; outer++)
		for (const ConfigKeyword *k = config_rows(outer); k->name; k++)
			if (k->kind == KIND_BLOCK && scope != SCOPE_TOP && k->opens == scope)
				return k->name;
	return "the top level";
}

enum { DISTANCE_LONG = 63 };

/* Levenshtein's, with two neighbours that changed places as one mistake. */
unsigned config_distance(const char *a, const char *b, unsigned most)
{
	const size_t na = strnlen(a, DISTANCE_LONG + 1), nb = strnlen(b, DISTANCE_LONG + 1);
	unsigned rows[3][DISTANCE_LONG + 1], *older = rows[0], *old = rows[1], *row = rows[2],
					     *spare;

	if (na > DISTANCE_LONG || nb > DISTANCE_LONG || (na > nb ? na - nb : nb - na) > most)
		return most + 1;
	for (unsigned j = 0; j <= nb; j++)
		row[j] = j;
	for (unsigned i = 1; i <= na; i++) {
		spare = older;
		older = old;
		old = row;
		row = spare;
		row[0] = i;
		for (size_t j = 1; j <= nb; j++) {
			row[j] = MIN(
				MIN(old[j], row[j - 1]) + 1, old[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = MIN(row[j], older[j - 2] + 1);
		}
	}
	return MIN(row[nb], most + 1);
}

unsigned config_near_enough(const char *word)
{
	const size_t n = strnlen(word, DISTANCE_LONG);

	return n <= 2 ? 0 : n <= 5 ? 1 : n <= 8 ? 2 : 3;
}

const char *config_keyword_near(ConfigScope scope, const char *name)
{
	unsigned best = config_near_enough(name) + 1, distance;
	const char *near = NULL, *part = NULL;

	for (const ConfigKeyword *k = config_rows(scope); k->name; k++) {
		if (k->kind == KIND_NOTE)
			continue;
		distance = strcasecmp(k->name, name) ? config_distance(name, k->name, best) : 0;
		if (distance < best) {
			best = distance;
			near = k->name;
		}
		if (!part && strlen(name) > 5 && strstr(k->name, name))
			part = k->name;
	}
	return near ? near : part;
}
