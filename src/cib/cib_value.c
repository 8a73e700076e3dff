/* SPDX-License-Identifier: MIT */
#include "cib/cib_value.h"

#include "base/map.h"
#include "cib/cib_date.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>

struct CibIndexSlot {
	const char *key;
	void *value;
	uint64_t hash;
};

static struct CibIndexSlot *slot_of(const CibIndex *index, const char *key, uint64_t hash)
{
	uint32_t at = (uint32_t)hash & (index->cap - 1);
	while (index->slots[at].key &&
		(index->slots[at].hash != hash || strcmp(index->slots[at].key, key)))
		at = (at + 1) & (index->cap - 1);
	return &index->slots[at];
}

void *cib_index_get(const CibIndex *index, const char *key)
{
	if (!index->cap || !key)
		return NULL;
	return slot_of(index, key, map_hash(key, strlen(key)))->value;
}

void cib_index_put(Arena *arena, CibIndex *index, const char *key, void *value)
{
	if (index->n * 2 >= index->cap) {
		CibIndex larger = { .cap = index->cap ? index->cap * 2 : 16 };
		larger.slots = arena_alloc(arena, larger.cap, sizeof(*larger.slots));
		larger.n = index->n;
		for (uint32_t i = 0; i < index->cap; i++)
			if (index->slots[i].key)
				*slot_of(&larger, index->slots[i].key, index->slots[i].hash) =
					index->slots[i];
		*index = larger;
	}
	uint64_t hash = map_hash(key, strlen(key));
	struct CibIndexSlot *slot = slot_of(index, key, hash);
	if (!slot->key)
		index->n++;
	*slot = (struct CibIndexSlot){ key, value, hash };
}

const char *cib_pairs_get(const CibPairs *pairs, const char *name)
{
	for (uint32_t i = 0; i < pairs->n; i++)
		if (!strcmp(pairs->items[i].name, name))
			return pairs->items[i].value;
	return NULL;
}

void cib_pairs_set(
	Arena *arena, CibPairs *pairs, const char *name, const char *value, bool overwrite)
{
	cib_each(pair, pairs)
	{
		if (!strcmp(pair->name, name)) {
			if (overwrite)
				pair->value = value;
			return;
		}
	}
	cib_push(arena, pairs, ((CibPair){ name, value }));
}

int cib_score_add(int a, int b)
{
	if (a <= -CIB_INFINITY || b <= -CIB_INFINITY)
		return -CIB_INFINITY;
	if (a >= CIB_INFINITY || b >= CIB_INFINITY)
		return CIB_INFINITY;
	return MAX(-CIB_INFINITY, MIN(CIB_INFINITY, a + b));
}

int cib_score(const char *text)
{
	if (!text)
		return 0;
	if (!strcasecmp(text, "INFINITY") || !strcasecmp(text, "+INFINITY"))
		return CIB_INFINITY;
	if (!strcasecmp(text, "-INFINITY"))
		return -CIB_INFINITY;
	long long n = strtoll(text, NULL, 10);
	return (int)MAX(-CIB_INFINITY, MIN(CIB_INFINITY, n));
}

const char *cib_score_text(int score, char buffer[static 16])
{
	if (score >= CIB_INFINITY)
		return "INFINITY";
	if (score <= -CIB_INFINITY)
		return "-INFINITY";
	(void)snprintf(buffer, 16, "%d", score);
	return buffer;
}

bool cib_truth(const char *text, bool *ret_truth)
{
	static const char *const yes[] = { "true", "on", "yes", "y", "1" };
	static const char *const no[] = { "false", "off", "no", "n", "0" };
	for (size_t i = 0; text && i < ARRAY_LEN(yes); i++) {
		bool truth = !strcasecmp(text, yes[i]);
		if (truth || !strcasecmp(text, no[i])) {
			*ret_truth = truth;
			return true;
		}
	}
	return false;
}

bool cib_true(const char *text)
{
	bool truth = false;
	return cib_truth(text, &truth) && truth;
}

int64_t cib_msec(const char *text)
{
	static const struct {
		const char *unit;
		int64_t msec, per; /* per: the unit is that part of a millisecond */
	} units[] = { { "", 1000, 1 }, { "s", 1000, 1 }, { "sec", 1000, 1 }, { "ms", 1, 1 },
		{ "msec", 1, 1 }, { "us", 1, 1000 }, { "usec", 1, 1000 }, { "m", 60000, 1 },
		{ "min", 60000, 1 }, { "h", 3600000, 1 }, { "hr", 3600000, 1 } };
	char *end = NULL;

	if (!text)
		return -1;
	while (isspace((unsigned char)*text))
		text++;
	if (*text == 'P') {
		CibDuration d;
		if (!cib_duration_parse(text, &d) || cib_duration_sec(&d) > INT64_MAX / 1000)
			return -1;
		return cib_duration_sec(&d) * 1000;
	}
	long long n = strtoll(text, &end, 10);
	if (end == text || n < 0 || n > INT64_MAX / 3600000)
		return -1;
	while (isspace((unsigned char)*end))
		end++;
	for (size_t i = 0; i < ARRAY_LEN(units); i++)
		if (!strcasecmp(end, units[i].unit))
			return n * units[i].msec / units[i].per;
	return -1;
}

bool cib_same(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

bool cib_same_word(const char *a, const char *b)
{
	return a == b || (a && b && !strcasecmp(a, b));
}

int cib_name_compare(const char *a, const char *b)
{
	while (*a && *b) {
		if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
			char *end_a, *end_b;
			unsigned long long n = strtoull(a, &end_a, 10), m = strtoull(b, &end_b, 10);
			if (n != m)
				return n < m ? -1 : 1;
			a = end_a;
			b = end_b;
			continue;
		}
		int c = tolower((unsigned char)*a), d = tolower((unsigned char)*b);
		if (c != d)
			return c < d ? -1 : 1;
		a++;
		b++;
	}
	return *a ? 1 : *b ? -1 : 0;
}
