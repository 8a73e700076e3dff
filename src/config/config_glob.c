/* SPDX-License-Identifier: MIT */
#include "config/config_glob.h"

#include <errno.h>

#include "core/limits.h"

typedef struct Glob {
	const ConfigWorld *world;
	Arena *arena;
	ConfigGlob *ret;
	const char *directory;
	size_t looked; /* directories that were listed: bounds the work */
} Glob;

void config_glob_free(ConfigGlob *g)
{
	vec_free(&g->files);
}

/* `[a-z]`, `[!a-z]`: NULL when it is not closed, otherwise behind it. */
static const char *match_class(const char *p, char c, bool *ret_match)
{
	const bool negated = *p == '!' || *p == '^';
	bool match = false;

	p += negated;
	for (bool first = true; first || *p != ']'; first = false) {
		const unsigned char low = (unsigned char)*p, letter = (unsigned char)c;
		unsigned char high = low;

		if (!low)
			return NULL;
		if (p[1] == '-' && p[2] && p[2] != ']') {
			high = (unsigned char)p[2];
			p += 2;
		}
		match |= low <= letter && letter <= high;
		p++;
	}
	*ret_match = match != negated;
	return p + 1;
}

/* One letter against the start of the pattern; NULL: does not match, otherwise what is left. */
static const char *match_letter(const char *p, char c)
{
	const char *behind;
	bool match;

	if (*p == '?')
		return p + 1;
	if (*p == '[') {
		behind = match_class(p + 1, c, &match);
		if (behind)
			return match ? behind : NULL;
	}
	if (*p == '\\' && p[1])
		p++;
	return *p == c ? p + 1 : NULL;
}

/* Only the newest `*` is ever tried again, so the time is at most the product of the lengths. */
bool config_glob_match(const char *pattern, const char *name)
{
	const char *p = pattern, *star = NULL, *again = NULL, *left;

	if (*name == '.' && *p != '.')
		return false; /* hidden files must be asked for */
	while (*name) {
		if (*p == '*') {
			star = ++p;
			again = name;
			continue;
		}
		left = *p ? match_letter(p, *name) : NULL;
		if (left) {
			p = left;
			name++;
		} else if (star) {
			p = star;
			name = ++again;
		} else {
			return false;
		}
	}
	while (*p == '*')
		p++;
	return !*p;
}

static bool has_wildcard(const char *s)
{
	return strpbrk(s, "*?[") != NULL;
}

static void glob_add(Glob *g, const char *path)
{
	if (g->ret->files.n == LIMIT_CONFIG_FILES)
		g->ret->too_many = true;
	else
		vec_push(&g->ret->files, path);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *const *glob_list(Glob *g, const char *directory, size_t *ret_n)
{
	const char *const *names;
	const char **sorted;

	*ret_n = 0;
	if (!g->world->list_directory || g->looked++ == LIMIT_CONFIG_FILES)
		return NULL;
	names = g->world->list_directory(
		g->world->data, *directory ? directory : ".", g->arena, ret_n);
	if (!names)
		return NULL;
	sorted = arena_copy(g->arena, names, *ret_n, sizeof(*sorted));
	qsort(sorted, *ret_n, sizeof(*sorted), by_name);
	return sorted;
}

static bool glob_exists(const Glob *g, const char *path)
{
	return !g->world->file_problem || g->world->file_problem(g->world->data, path) != ENOENT;
}

/* `path` is done up to here; `rest` is the pattern behind it. Calls itself once for each name of
 * the pattern, which LIMIT_CONFIG_NESTING bounds. */
static void glob_walk(Glob *g, const char *path, const char *rest, unsigned depth)
{
	const size_t slash = strcspn(rest, "/");
	const char *part = arena_strndup(g->arena, rest, slash), *behind = rest + slash;
	const char *const *names;
	size_t n;

	behind += strspn(behind, "/");
	if (depth == LIMIT_CONFIG_NESTING || g->ret->too_many)
		return;
	if (!has_wildcard(part)) {
		path = arena_printf(g->arena, "%s%s%s", path, part, rest[slash] ? "/" : "");
		if (*behind)
			glob_walk(g, path, behind, depth + 1);
		else if (glob_exists(g, path))
			glob_add(g, path);
		return;
	}
	names = glob_list(g, path, &n);
	for (size_t i = 0; names && i < n; i++) {
		const char *found;

		if (!config_glob_match(part, names[i]))
			continue;
		found = arena_printf(g->arena, "%s%s%s", path, names[i], rest[slash] ? "/" : "");
		if (*behind)
			glob_walk(g, found, behind, depth + 1);
		else
			glob_add(g, found);
	}
}

static void glob_alternative(Glob *g, const char *pattern)
{
	const size_t before = g->ret->files.n;
	const char *start = g->directory;

	g->ret->alternatives++;
	g->ret->wildcard |= has_wildcard(pattern);
	if (*pattern == '/') {
		start = "/";
		pattern += strspn(pattern, "/");
	} else if (*start) {
		start = arena_printf(
			g->arena, "%s%s", start, start[strlen(start) - 1] == '/' ? "" : "/");
	}
	glob_walk(g, start, pattern, 0);
	g->ret->missing += g->ret->files.n == before;
}

/* The `}` that belongs to the `{` at s, NULL when there is none. */
static const char *brace_end(const char *s)
{
	unsigned depth = 0;

	for (; *s; s++) {
		if (*s == '{')
			depth++;
		else if (*s == '}' && !--depth)
			return s;
	}
	return NULL;
}

/* Calls itself once for each pair of braces left; LIMIT_CONFIG_NESTING bounds them. */
static void glob_braces(Glob *g, const char *pattern, unsigned depth)
{
	const char *open = strchr(pattern, '{'), *close = open ? brace_end(open) : NULL, *from;

	if (depth == LIMIT_CONFIG_NESTING || g->ret->alternatives == LIMIT_CONFIG_FILES) {
		g->ret->too_many = true;
		return;
	}
	if (!close) {
		glob_alternative(g, pattern);
		return;
	}
	from = open + 1;
	depth++;
	for (unsigned inner = 0; from <= close;) {
		const char *to = from;

		for (; to < close && (inner || *to != ','); to++)
			inner += *to == '{' ? 1U : *to == '}' ? -1U : 0U;
		glob_braces(g,
			arena_printf(g->arena, "%.*s%.*s%s", (int)(open - pattern), pattern,
				(int)(to - from), from, close + 1),
			depth);
		if (g->ret->too_many)
			return;
		from = to + 1;
	}
}

void config_glob(const char *directory, const char *pattern, const ConfigWorld *world, Arena *arena,
	ConfigGlob *ret_glob)
{
	Glob g = { .world = world, .arena = arena, .ret = ret_glob, .directory = directory };

	*ret_glob = (ConfigGlob){ 0 };
	glob_braces(&g, pattern, 0);
}
