/* SPDX-License-Identifier: MIT */
#include "config/config_pre_state.h"

#include <errno.h>

#include "config/config_glob.h"

enum { PATTERN_MAX = 4096 }; /* bytes, as PATH_MAX */

/* --- one file ------------------------------------------------------------------------------- */

static bool is_loop(ConfigPre *p, SourcePos pos, const char *path)
{
	for (size_t i = 0; i < p->depth; i++)
		if (p->stack[i].kind == PRE_FILE && !strcmp(p->stack[i].path, path)) {
			config_error(p->report, pos, "`%s` includes itself", path);
			config_hint(p->report, "remove this include, or the one that leads here");
			return true;
		}
	return false;
}

/* A file that an include found, and is none to read. Plain `include` goes on without it. */
static bool is_no_file(ConfigPre *p, SourcePos pos, const PreFrame *f)
{
	const int problem =
		p->world->file_problem ? p->world->file_problem(p->world->data, f->path) : 0;
	const char *what = problem == EISDIR	? "is a directory"
			   : problem == ENOEXEC ? "may be executed"
			   : problem == EINVAL	? "is not a regular file"
						: NULL;

	if (!what)
		return false; /* what cannot be read will show */
	(f->check & PRE_READABLE ? config_error : config_warning)(
		p->report, pos, "`%s` %s and is not read", f->path, what);
	if (problem == ENOEXEC)
		config_hint(p->report, "take the permission away: chmod a-x %s", f->path);
	return true;
}

static const char *read_file(ConfigPre *p, const PreFrame *f, SourcePos pos, size_t *ret_size)
{
	const bool first = !p->depth;
	const char *text = NULL;
	int error = ENOSYS;

	if (p->world->read_file)
		text = p->world->read_file(p->world->data, f->path, p->arena, ret_size, &error);
	if (text)
		return text;
	if (first)
		config_error(p->report, pos, "cannot be read: %s", strerrordesc_np(error));
	else
		(f->check & PRE_READABLE ? config_error : config_warning)(
			p->report, pos, "`%s` cannot be read: %s", f->path, strerrordesc_np(error));
	return NULL;
}

bool pre_open(ConfigPre *p, SourcePos pos, PreFrame frame)
{
	const bool first = !p->depth;
	const char *text;
	size_t size;

	if (!first && (is_loop(p, pos, frame.path) || is_no_file(p, pos, &frame)))
		return false;
	text = read_file(p, &frame, pos, &size);
	if (!text)
		return false;
	if (size > LIMIT_CONFIG_BYTES) {
		config_error(p->report, pos,
			"a configuration file may have %d bytes, this one has %zu",
			LIMIT_CONFIG_BYTES, size);
		return false;
	}
	if (p->files++ == LIMIT_CONFIG_FILES) {
		config_error(
			p->report, pos, "a configuration may have %d files", LIMIT_CONFIG_FILES);
		p->failed = true;
		return false;
	}
	frame.kind = PRE_FILE;
	frame.at = text;
	frame.end = text + size;
	/* The check of this include only is not for those in the file. */
	frame.check = first ? 0 : pre_file(p)->check;
	return pre_spend(p, pos, size) && pre_push(p, pos, frame);
}

/* --- include -------------------------------------------------------------------------------- */

/* Behind the keyword; sets what the variant checks. 0: no include. */
static size_t include_word(const ConfigSource *l, unsigned *ret_check)
{
	static const char letters[] = "rmwba";
	static const unsigned checks[] = { PRE_READABLE, PRE_READABLE | PRE_MATCH,
		PRE_READABLE | PRE_WILDCARD, PRE_READABLE | PRE_BRACE, PRE_ALL };
	const char *s = l->text + l->start;
	const size_t n = strlen("include");
	const char *letter;
	size_t to = n;

	if (l->size - l->start < n || memcmp(s, "include", n))
		return 0;
	*ret_check = 0;
	letter = l->start + n < l->size && s[n] ? strchr(letters, s[n]) : NULL;
	if (letter) {
		*ret_check = checks[letter - letters];
		to++;
	}
	if (l->start + to < l->size && !config_is_blank(s[to]))
		return 0;
	return l->start + to;
}

/* `include_check +match -wildcard_match` */
static void include_check(ConfigPre *p, const ConfigSource *l)
{
	static const char *const names[] = { "readable", "match", "wildcard_match", "brace_match" };
	const size_t n = strlen("include_check"), end = config_source_comment(l, l->start);
	unsigned *check = &pre_file(p)->check;
	size_t at = l->start + n, to;
	bool add = true, any = false;

	if (l->size - l->start < n || memcmp(l->text + l->start, "include_check", n) ||
		(at < l->size && !config_is_blank(l->text[at])))
		return;
	for (;; at = to) {
		at = config_source_skip_blanks(l, at);
		if (at >= end)
			break;
		any = true;
		if (l->text[at] == '+' || l->text[at] == '-')
			add = l->text[at++] == '+';
		for (to = at; to < end && !config_is_blank(l->text[to]);)
			to++;
		for (unsigned i = 0; i < ARRAY_LEN(names); i++)
			if (strlen(names[i]) == to - at && !memcmp(names[i], l->text + at, to - at))
				*check =
					add ? *check | 1U << i | PRE_READABLE : *check & ~(1U << i);
	}
	if (!any)
		*check = PRE_ALL;
}

/* What follows the keyword, as a pattern; NULL when that is none, which was reported. */
static const char *include_pattern(ConfigPre *p, const ConfigSource *l, size_t from)
{
	_cleanup_(config_source_buf_free) ConfigSourceBuf b = { 0 };
	size_t to = config_source_trim(l, from, config_source_comment(l, from));
	const SourcePos pos = config_source_pos(l, l->start);
	const char *s;
	size_t n;

	pre_expand(p, l, from, to, &b, NULL);
	s = strbuf_text(&b.text);
	n = b.text.n;
	if (n != to - from || memcmp(s, l->text + from, n)) {
		config_warning(p->report, pos,
			"keepalived puts no variables into an include: it looks for `%s`",
			SHORT(arena_strndup(p->arena, l->text + from, to - from)));
	} else if (n > 1 && *s == '"' && s[n - 1] == '"') {
		s++;
		n -= 2;
		config_warning(p->report, pos,
			"keepalived takes the quotes for letters of the file's name");
		config_hint(p->report, "write it without them");
	}
	if (!n) {
		config_error(p->report, pos, "`include` without a file");
		config_hint(p->report, "write `include FILE`; FILE may have wildcards");
	} else if (n > PATTERN_MAX) {
		config_error(p->report, pos, "the name of a file may have %d bytes", PATTERN_MAX);
	} else {
		return arena_strndup(p->arena, s, n);
	}
	return NULL;
}

static void include_report(
	ConfigPre *p, SourcePos pos, const char *pattern, const ConfigGlob *g, unsigned check)
{
	const bool none = !g->files.n, several = g->alternatives > 1;
	bool error = none && (check & PRE_WILDCARD);

	error |= none && !g->wildcard && !several && (check & PRE_MATCH);
	error |= several && g->missing && (check & PRE_BRACE);
	if (g->too_many) {
		config_error(p->report, pos, "`%s` stands for too many files", SHORT(pattern));
		config_hint(p->report, "a configuration may have %d", LIMIT_CONFIG_FILES);
	} else if (error || (none && !g->wildcard)) {
		(error ? config_error : config_warning)(p->report, pos,
			none ? "there is no file `%s`" : "some of the files `%s` are missing",
			SHORT(pattern));
		if (!error)
			config_hint(p->report, "`includea` would make that an error");
	}
}

static void include_files(ConfigPre *p, SourcePos pos, const char *pattern, unsigned check)
{
	const char *path = pre_file(p)->path, *slash = strrchr(path, '/');
	const char *directory =
		slash ? arena_strndup(p->arena, path, (size_t)(slash + 1 - path)) : "";
	ConfigGlob g;

	if (p->includes++ == LIMIT_CONFIG_FILES) {
		config_error(
			p->report, pos, "a configuration may have %d includes", LIMIT_CONFIG_FILES);
		p->failed = true;
		return;
	}
	config_glob(directory, pattern, p->world, p->arena, &g);
	include_report(p, pos, pattern, &g, check);
	if (g.files.n && pre_spend(p, pos, g.files.n))
		(void)pre_push(p, pos,
			(PreFrame){ .kind = PRE_FILES,
				.origin = pre_origin(p, ORIGIN_INCLUDE, pos, pattern),
				.check = check,
				.files = arena_copy(
					p->arena, g.files.items, g.files.n, sizeof(*g.files.items)),
				.n = g.files.n });
	config_glob_free(&g);
}

bool pre_include(ConfigPre *p, const ConfigSource *l)
{
	unsigned check;
	const size_t at = include_word(l, &check);
	const char *pattern;

	if (!at) {
		include_check(p, l);
		return false;
	}
	pattern = include_pattern(p, l, config_source_skip_blanks(l, at));
	if (pattern)
		include_files(
			p, config_source_pos(l, l->start), pattern, check | pre_file(p)->check);
	return true;
}
