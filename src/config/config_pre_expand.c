/* SPDX-License-Identifier: MIT */
#include "config/config_pre_state.h"

#include <stdio.h>

typedef struct Expansion {
	ConfigPre *p;
	ConfigSourceBuf *to;
	PreRest *rest;
} Expansion;

/* `$NAME` or `${NAME ARGUMENTS}` in a line. */
typedef struct Reference {
	const char *name;
	size_t n, end;
	const char *arguments; /* NULL: no braces */
	size_t n_arguments;
	SourcePos pos;
} Reference;

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

size_t pre_name_length(const char *s, size_t n)
{
	size_t i = 0;

	if (n && *s >= '0' && *s <= '9')
		return 0;
	while (i < n && is_name(s[i]))
		i++;
	return i;
}

static bool name_key(const char *name, size_t n, char ret_key[static LIMIT_CONFIG_NAME])
{
	if (n >= LIMIT_CONFIG_NAME)
		return false;
	memset(ret_key, 0, LIMIT_CONFIG_NAME);
	memcpy(ret_key, name, n);
	return true;
}

PreVariable *pre_variable(ConfigPre *p, const char *name, size_t n)
{
	char key[LIMIT_CONFIG_NAME];
	uint32_t i;

	if (!name_key(name, n, key) || !map_get(&p->names, key, &i))
		return NULL;
	return &p->variables.items[i];
}

bool pre_set(ConfigPre *p, SourcePos pos, const char *name, const ConfigSource *lines, size_t n)
{
	PreVariable *v = pre_variable(p, name, strlen(name));
	char key[LIMIT_CONFIG_NAME];

	if (!name_key(name, strlen(name), key)) {
		config_error(p->report, pos, "the name of a variable may have %d letters",
			LIMIT_CONFIG_NAME - 1);
		return false;
	}
	if (!v) {
		map_put(&p->names, key, (uint32_t)p->variables.n);
		v = vec_add(&p->variables);
		v->name = arena_strdup(p->arena, name);
	}
	v->lines = arena_copy(p->arena, lines, n, sizeof(*lines));
	v->n_lines = n;
	return true;
}

enum { ARGUMENTS_MAX = 256 }; /* bytes */

/* Is there one at the `$`? Without braces, a blank must follow, or what can follow a value in a
 * list. */
static bool find_reference(const ConfigSource *l, size_t at, size_t to, Reference *ret)
{
	const char *s = l->text + at + 1, *end = l->text + to;
	const bool braces = s < end && *s == '{';
	Reference r = { .name = s + braces, .pos = config_source_pos(l, at) };

	r.n = pre_name_length(r.name, (size_t)(end - s) - braces);
	s = r.name + r.n;
	if (!r.n)
		return false;
	if (braces) {
		r.arguments = s;
		if (s < end && *s == ' ')
			s = memchr(s, '}', MIN((size_t)(end - s), ARGUMENTS_MAX)) ?: end;
		if (s == end || *s != '}')
			return false;
		r.n_arguments = (size_t)(s - r.arguments);
		s++;
	} else if (s < end && !config_is_blank(*s) && *s != ',' && *s != ')') {
		return false;
	}
	r.end = (size_t)(s - l->text);
	*ret = r;
	return true;
}

/* --- what is defined beforehand ------------------------------------------------------------- */

/* splitmix64 */
static uint64_t pre_random(ConfigPre *p)
{
	uint64_t x;

	if (!p->seeded && p->world->seed)
		p->random = p->world->seed(p->world->data);
	p->seeded = true;
	x = p->random += 0x9e3779b97f4a7c15;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return x ^ (x >> 31);
}

static const char *expand_random(ConfigPre *p, const Reference *r)
{
	char text[64] = { 0 }, *at = text, *end;
	uint64_t limits[] = { 0, 32767 };

	if (r->n_arguments >= sizeof(text))
		return NULL;
	memcpy(text, r->arguments, r->n_arguments);
	for (size_t i = 0; i < ARRAY_LEN(limits); i++, at = end) {
		at += strspn(at, " ");
		end = at;
		if (!*at)
			break;
		limits[i] = *at == '-' ? UINT64_MAX : strtoull(at, &end, 0);
		if (end == at || limits[i] > INT32_MAX)
			break;
	}
	if (at[strspn(at, " ")] || limits[0] > limits[1]) {
		config_error(p->report, r->pos, "`${_RANDOM%s}` is no range of numbers", text);
		config_hint(p->report, "write `${_RANDOM MIN MAX}`, from 0 to %d", INT32_MAX);
		return "0";
	}
	return arena_printf(p->arena, "%llu",
		(unsigned long long)(limits[0] + pre_random(p) % (limits[1] - limits[0] + 1)));
}

static const char *expand_environment(ConfigPre *p, const Reference *r)
{
	const char *name = arena_strndup(p->arena, r->arguments, r->n_arguments), *value = NULL;

	name += strspn(name, " ");
	if (p->world->environment)
		value = p->world->environment(p->world->data, name, p->arena);
	if (!value)
		config_warning(p->report, r->pos,
			"the environment has no variable `%s`: its value is taken as empty",
			SHORT(name));
	return value ?: "";
}

static const char *expand_directory(ConfigPre *p)
{
	const char *path = pre_file(p)->path, *slash = strrchr(path, '/');

	if (p->world->directory_of)
		return p->world->directory_of(p->world->data, path, p->arena);
	return slash ? arena_strndup(p->arena, path, (size_t)(slash - path)) : ".";
}

/* NULL: there is no such name. */
static const char *expand_predefined(ConfigPre *p, const Reference *r)
{
	static const char hash[] = { LITERAL_HASH, 0 }, bang[] = { LITERAL_BANG, 0 };
	char name[LIMIT_CONFIG_NAME];

	if (!r->arguments || *r->name != '_' || !name_key(r->name, r->n, name))
		return NULL;
	if (!strcmp(name, "_RANDOM"))
		return expand_random(p, r);
	if (!strcmp(name, "_ENV") && r->n_arguments)
		return expand_environment(p, r);
	if (r->n_arguments)
		return NULL;
	if (!strcmp(name, "_PWD"))
		return expand_directory(p);
	if (!strcmp(name, "_INSTANCE"))
		return pre_config_id(p);
	if (!strcmp(name, "_HASH"))
		return hash;
	return strcmp(name, "_BANG") ? NULL : bang;
}

/* --- variables ------------------------------------------------------------------------------ */

/* Or is nested too deep, which it would be in the end. */
static bool contains_itself(ConfigPre *p, const Reference *r)
{
	size_t n = 0;

	for (const SourceOrigin *o = r->pos.origin; o; o = o->at.origin) {
		if (o->kind != ORIGIN_VARIABLE)
			continue;
		if (strlen(o->name) == r->n && !memcmp(o->name, r->name, r->n)) {
			config_error(
				p->report, r->pos, "the value of `$%s` contains itself", o->name);
			return true;
		}
		if (++n == LIMIT_CONFIG_NESTING) {
			config_error(p->report, r->pos, "variables are nested more than %d deep",
				LIMIT_CONFIG_NESTING);
			return true;
		}
	}
	return false;
}

static bool only_blanks(const ConfigSource *l, size_t from, size_t to)
{
	const size_t at = config_source_skip_blanks(l, from);

	return at >= to || l->text[at] == '!' || l->text[at] == '#';
}

/* So that no more is said of the word. */
static bool expand_bad(Expansion *e, const Reference *r)
{
	config_source_add_text(e->to, (const char[]){ LITERAL_BAD }, 1, r->pos);
	return true;
}

static void expand_part(Expansion *e, const ConfigSource *l, size_t from, size_t to, bool last);

/* What comes from outside of the files could hold anything. */
static bool is_one_line(const char *text)
{
	for (; *text; text++)
		if (*text == '\n' ||
			(config_is_binary(*text) && *text != LITERAL_HASH && *text != LITERAL_BANG))
			return false;
	return true;
}

/* The value in place of the reference; false when it stays as it is. */
static bool expand_reference(Expansion *e, const Reference *r, bool last, bool recursive)
{
	const PreVariable *v =
		r->arguments && r->n_arguments ? NULL : pre_variable(e->p, r->name, r->n);
	const char *text = v ? NULL : expand_predefined(e->p, r);
	_cleanup_(config_source_buf_free) ConfigSourceBuf value = { 0 };
	const SourceOrigin *origin;
	ConfigSource line;

	if (!pre_spend(e->p, r->pos, v ? v->lines->size : text ? strlen(text) : 0) || (!v && !text))
		return false;
	if (text && !is_one_line(text)) {
		config_error(e->p->report, r->pos, "the value of `${%.*s}` is no line of text",
			(int)(r->n + r->n_arguments), r->name);
		return expand_bad(e, r);
	}
	if (text) {
		config_source_add_text(e->to, text, strlen(text), r->pos);
		return true;
	}
	if (contains_itself(e->p, r))
		return expand_bad(e, r);
	if (v->n_lines > 1 && !last) {
		config_error(e->p->report, r->pos,
			"`$%s` has several lines: nothing may stand behind it in its line",
			v->name);
		return expand_bad(e, r);
	}
	origin = pre_origin(e->p, ORIGIN_VARIABLE, r->pos, v->name);
	if (v->n_lines > 1)
		*e->rest = (PreRest){ v->lines + 1, v->n_lines - 1, origin };
	if (!recursive || !memchr(v->lines->text, '$', v->lines->size)) {
		config_source_add(e->to, v->lines, 0, v->lines->size, origin);
		return true;
	}
	config_source_add(&value, v->lines, 0, v->lines->size, origin);
	line = config_source_of(&value);
	expand_part(e, &line, 0, line.size, last && v->n_lines == 1);
	return true;
}

/* Calls itself through expand_reference(), once for each variable in a variable. `last`: the part
 * ends the line. */
static void expand_part(Expansion *e, const ConfigSource *l, size_t from, size_t to, bool last)
{
	const size_t comment = MIN(config_source_comment(l, from), to);
	size_t at = from;
	const char *dollar;
	Reference r;

	while (at < comment && (dollar = memchr(l->text + at, '$', comment - at))) {
		at = (size_t)(dollar - l->text);
		if (!find_reference(l, at, comment, &r)) {
			at++;
			continue;
		}
		config_source_add(e->to, l, from, at, NULL);
		from = at;
		at = r.end;
		if (expand_reference(e, &r, last && only_blanks(l, r.end, to), true))
			from = r.end;
	}
	config_source_add(e->to, l, from, to, NULL);
}

void pre_expand(ConfigPre *p, const ConfigSource *l, size_t from, size_t to,
	ConfigSourceBuf *to_buf, PreRest *rest)
{
	Expansion e = { .p = p, .to = to_buf, .rest = rest };

	expand_part(&e, l, from, to, rest != NULL);
}

bool pre_expand_first(ConfigPre *p, const ConfigSource *l, ConfigSourceBuf *to_buf, PreRest *rest)
{
	Expansion e = { .p = p, .to = to_buf, .rest = rest };
	Reference r;

	if (!find_reference(l, l->start, l->size, &r) || !pre_variable(p, r.name, r.n))
		return false;
	if (!expand_reference(&e, &r, only_blanks(l, r.end, l->size), false))
		return false;
	config_source_add(to_buf, l, r.end, l->size, NULL);
	return true;
}
