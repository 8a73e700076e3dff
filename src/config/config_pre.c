/* SPDX-License-Identifier: MIT */
#include "config/config_pre_state.h"

bool pre_spend(ConfigPre *p, SourcePos pos, size_t bytes)
{
	const size_t most = p->world->expansions ?: LIMIT_CONFIG_EXPANSIONS;

	p->bytes += bytes;
	p->steps++;
	if (p->failed)
		return false;
	if (p->bytes <= LIMIT_CONFIG_BYTES && p->steps <= most)
		return true;
	config_error(p->report, pos, "the configuration expands to too much");
	config_hint(p->report,
		"with its includes, variables and repetitions it may have %d bytes and %zu of them",
		LIMIT_CONFIG_BYTES, most);
	p->failed = true;
	return false;
}

bool pre_push(ConfigPre *p, SourcePos pos, PreFrame frame)
{
	if (p->depth < LIMIT_CONFIG_NESTING) {
		p->stack[p->depth++] = frame;
		return true;
	}
	config_error(p->report, pos,
		"includes, variables and repetitions are nested more than %d deep",
		LIMIT_CONFIG_NESTING);
	config_hint(p->report, "does one of them contain itself?");
	p->failed = true;
	return false;
}

const SourceOrigin *pre_origin(ConfigPre *p, SourceOriginKind kind, SourcePos at, const char *name)
{
	SourceOrigin *o = ARENA_NEW(p->arena, SourceOrigin);

	*o = (SourceOrigin){ kind, at, name };
	return o;
}

PreFrame *pre_file(ConfigPre *p)
{
	size_t i = p->depth;

	while (i > 1 && p->stack[i - 1].kind != PRE_FILE)
		i--;
	return &p->stack[i - 1];
}

/* --- lines of files ------------------------------------------------------------------------- */

static bool raw_line(ConfigPre *p, PreFrame *f, ConfigSource *ret_line)
{
	const char *end;

	if (f->at == f->end)
		return false;
	end = memchr(f->at, '\n', (size_t)(f->end - f->at));
	if (!end)
		end = f->end;
	p->raw = (ConfigSpan){ .pos = { f->path, ++f->line, 1, f->origin } };
	*ret_line = (ConfigSource){
		.text = f->at, .size = (size_t)(end - f->at), .spans = &p->raw, .n_spans = 1
	};
	if (f->line == 1 && ret_line->size >= 3 && !memcmp(f->at, "\xef\xbb\xbf", 3))
		ret_line->start = 3; /* the mark that editors of Windows leave */
	f->at = end + (end < f->end);
	return true;
}

static bool has_binary(const ConfigSource *l)
{
	const size_t end = config_source_comment(l, l->start);

	for (size_t i = l->start; i < end; i++)
		if (config_is_binary(l->text[i]))
			return true;
	return false;
}

/* Nothing here is for the preprocessor; or it is no text, and the lexer will say so. */
static bool is_plain(const ConfigSource *l)
{
	const size_t at = config_source_skip_blanks(l, l->start);

	if (at == l->size)
		return true;
	if (!strchr("@~ir", l->text[at]) && !memchr(l->text + at, '$', l->size - at))
		return true;
	return has_binary(l);
}

/* --- definitions ---------------------------------------------------------------------------- */

/* What counts of a line of a value: no comment, no backslash at the end, no blanks around. False
 * when there was no backslash, so that it is the last. */
static bool value_line(const ConfigSource *l, size_t from, Arena *arena, ConfigSource *ret_line)
{
	size_t end = config_source_trim(l, from, l->size), comment;
	const bool more = end > from && l->text[end - 1] == '\\';

	comment = config_source_comment(l, from);
	end = config_source_trim(l, from, MIN(end - more, comment));
	from = MIN(config_source_skip_blanks(l, from), end);
	*ret_line = config_source_keep(l, from, end, arena);
	return more;
}

/* `$NAME=value`, the value in several lines if they end in a backslash. */
static bool pre_define(ConfigPre *p, const ConfigSource *l)
{
	const char *name = l->text + l->start + 1;
	const size_t n = pre_name_length(name, l->size - l->start - 1);
	PreFrame *f = &p->stack[p->depth - 1];
	const SourcePos pos = config_source_pos(l, l->start);
	VEC(ConfigSource) value = { 0 };
	ConfigSource line, raw;
	bool more;

	if (!n || l->start + 1 + n == l->size || name[n] != '=')
		return false;
	name = arena_strndup(p->arena, name, n); /* the line moves on below */
	more = value_line(l, l->start + n + 2, p->arena, &line);
	if (!more || line.size)
		vec_push(&value, line);
	while (more && f->kind == PRE_FILE && f->at < f->end) {
		const PreFrame before = *f;

		(void)raw_line(p, f, &raw);
		if (has_binary(&raw)) {
			*f = before;
			break;
		}
		more = value_line(&raw, raw.start, p->arena, &line);
		if (line.size)
			vec_push(&value, line);
		if (!pre_spend(p, pos, raw.size))
			break;
	}
	if (!value.n)
		vec_push(&value, ((ConfigSource){ .text = "" }));
	if (pre_spend(p, pos, l->size))
		(void)pre_set(p, pos, name, value.items, value.n);
	vec_free(&value);
	return true;
}

/* --- conditions ----------------------------------------------------------------------------- */

const char *pre_config_id(ConfigPre *p)
{
	const ConfigWorld *w = p->world;

	if (!p->config_id) {
		const char *name = w->config_id	  ? w->config_id
				   : w->host_name ? w->host_name(w->data, p->arena)
						  : "";

		p->config_id =
			w->config_id ? name : arena_strndup(p->arena, name, strcspn(name, "."));
	}
	return p->config_id;
}

/* `@ID rest` and `@^ID rest`: whether the rest counts; `start` of the line moves on to it. */
static bool pre_condition(ConfigPre *p, ConfigSource *l)
{
	size_t from = l->start + 1, to;
	const bool negated = from < l->size && l->text[from] == '^';
	const char *id = pre_config_id(p);

	from += negated;
	for (to = from; to < l->size && !config_is_blank(l->text[to]);)
		to++;
	l->start = to;
	return (to - from == strlen(id) && !memcmp(l->text + from, id, to - from)) != negated;
}

/* --- one line ------------------------------------------------------------------------------- */

static bool starts_with(const ConfigSource *l, const char *word)
{
	const size_t n = strlen(word);

	return l->size - l->start > n && !memcmp(l->text + l->start, word, n) &&
	       config_is_blank(l->text[l->start + n]);
}

static void pre_random_seed(ConfigPre *p, const ConfigSource *l)
{
	const size_t at = config_source_skip_blanks(l, l->start + strlen("random_seed"));
	char digits[24] = { 0 };

	memcpy(digits, l->text + at, MIN(l->size - at, sizeof(digits) - 1));
	p->random = strtoull(digits, NULL, 0);
	p->seeded = true;
}

/* Replaces variables; true when the line must be looked at again, since it starts otherwise. */
static bool pre_replace(ConfigPre *p, ConfigSource *l)
{
	const bool first = l->start + 1 < l->size && l->text[l->start] == '$';
	ConfigSourceBuf *b = &p->value[p->newest ^ 1];
	PreRest rest = { 0 };
	const SourcePos pos = config_source_pos(l, l->start);
	bool again;

	b->text.n = b->spans.n = 0;
	again = first && pre_expand_first(p, l, b, &rest);
	if (!again) {
		if (!memchr(l->text + l->start, '$', l->size - l->start))
			return false;
		pre_expand(p, l, l->start, l->size, b, &rest);
	}
	if (rest.n_lines)
		(void)pre_push(p, pos,
			(PreFrame){ .kind = PRE_LINES,
				.origin = rest.origin,
				.lines = rest.lines,
				.n = rest.n_lines });
	p->newest ^= 1;
	*l = config_source_of(b);
	return again && !p->failed;
}

/* Whether the line, as it is then, is for the lexer. */
static bool pre_line(ConfigPre *p, ConfigSource *l)
{
	bool conditional = false;

	for (;;) {
		l->start = config_source_skip_blanks(l, l->start);
		if (l->start == l->size)
			return true;
		if (l->text[l->start] == '@') {
			if (conditional)
				config_error(p->report, config_source_pos(l, l->start),
					"a line can have one condition");
			if (conditional || !pre_condition(p, l))
				return false;
			conditional = true;
			continue;
		}
		if (l->text[l->start] == '~' && pre_repeat(p, l))
			return false;
		if (l->text[l->start] == '$' && pre_define(p, l))
			return false;
		if (starts_with(l, "random_seed"))
			pre_random_seed(p, l);
		if (pre_include(p, l))
			return false;
		if (pre_replace(p, l))
			continue;
		/* `$P${i}=5`: what was replaced made it a definition. */
		return l->start == l->size || l->text[l->start] != '$' || !pre_define(p, l);
	}
}

/* --- the stack ------------------------------------------------------------------------------ */

/* The next line of what is on top; false when it gave none. */
static bool pre_next(ConfigPre *p, ConfigSource *ret_line)
{
	PreFrame *f = &p->stack[p->depth - 1];
	const size_t i = f->i;
	SourcePos pos;

	if (f->kind == PRE_FILE && raw_line(p, f, ret_line))
		return is_plain(ret_line) || pre_line(p, ret_line);
	if (f->kind == PRE_FILE || f->i == f->n) {
		p->depth--;
		return false;
	}
	f->i++;
	if (f->kind == PRE_FILES) {
		(void)pre_open(p, f->origin->at,
			(PreFrame){ .path = f->files[i], .origin = f->origin, .check = f->check });
		return false;
	}
	if (f->kind == PRE_LINES) {
		p->part.text.n = p->part.spans.n = 0;
		config_source_add(&p->part, &f->lines[i], 0, f->lines[i].size, f->origin);
		*ret_line = config_source_of(&p->part);
		pos = f->origin->at;
	} else {
		pos = f->repeat->pos;
		*ret_line = pre_repeat_line(p, f);
	}
	return pre_spend(p, pos, ret_line->size) && pre_line(p, ret_line);
}

bool config_pre_line(ConfigPre *p, ConfigSource *ret_line)
{
	ConfigSource line;

	while (p->depth && !p->failed)
		if (pre_next(p, &line)) {
			*ret_line = line;
			return true;
		}
	return false;
}

bool config_pre_failed(const ConfigPre *p)
{
	return p->failed;
}

ConfigPre *config_pre_open(
	const char *path, const ConfigWorld *world, Arena *arena, ConfigReport *report)
{
	const SourcePos pos = { .file = path };
	ConfigPre *p = NEW(ConfigPre);

	p->world = world;
	p->arena = arena;
	p->report = report;
	p->names = MAP_INIT(LIMIT_CONFIG_NAME);
	if (pre_open(p, pos, (PreFrame){ .path = path }))
		return p;
	config_pre_close(p);
	return NULL;
}

void config_pre_close(ConfigPre *p)
{
	if (!p)
		return;
	map_free(&p->names);
	vec_free(&p->variables);
	config_source_buf_free(&p->part);
	config_source_buf_free(&p->value[0]);
	config_source_buf_free(&p->value[1]);
	free(p);
}
