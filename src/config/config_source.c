/* SPDX-License-Identifier: MIT */
#include "config/config_source.h"

void config_source_buf_free(ConfigSourceBuf *b)
{
	strbuf_free(&b->text);
	vec_free(&b->spans);
}

ConfigSource config_source_of(const ConfigSourceBuf *b)
{
	return (ConfigSource){ .text = strbuf_text(&b->text),
		.size = b->text.n,
		.spans = b->spans.items,
		.n_spans = b->spans.n,
		.expanded = true };
}

/* The span that holds the byte. */
static size_t line_span(const ConfigSource *l, size_t at)
{
	size_t low = 0, high = l->n_spans;

	while (high - low > 1) {
		const size_t middle = low + (high - low) / 2;

		if (l->spans[middle].from <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

SourcePos config_source_pos(const ConfigSource *l, size_t at)
{
	const ConfigSpan *s;
	SourcePos pos;

	if (!l->n_spans)
		return (SourcePos){ 0 };
	s = &l->spans[line_span(l, at)];
	pos = s->pos;
	pos.column += (uint32_t)(at - s->from);
	return pos;
}

void config_source_add_text(ConfigSourceBuf *b, const char *text, size_t size, SourcePos pos)
{
	if (!size)
		return;
	vec_push(&b->spans, ((ConfigSpan){ .from = b->text.n, .pos = pos }));
	strbuf_addn(&b->text, text, size);
}

void config_source_add(ConfigSourceBuf *b, const ConfigSource *l, size_t from, size_t to,
	const SourceOrigin *origin)
{
	for (size_t i = line_span(l, from); from < to; i++) {
		const size_t end = i + 1 < l->n_spans ? MIN(l->spans[i + 1].from, to) : to;
		SourcePos pos = config_source_pos(l, from);

		if (origin)
			pos.origin = origin;
		config_source_add_text(b, l->text + from, end - from, pos);
		from = end;
	}
}

ConfigSource config_source_keep(const ConfigSource *l, size_t from, size_t to, Arena *arena)
{
	const size_t first = line_span(l, from);
	size_t n = 0;
	ConfigSpan *spans;

	if (!l->n_spans)
		return (ConfigSource){ .text = "", .expanded = l->expanded };
	while (first + n < l->n_spans && (!n || l->spans[first + n].from < to))
		n++;
	spans = arena_copy(arena, l->spans + first, n, sizeof(*spans));
	for (size_t i = 1; i < n; i++)
		spans[i].from -= from;
	spans[0].pos = config_source_pos(l, from);
	spans[0].from = 0;
	return (ConfigSource){ .text = arena_strndup(arena, l->text + from, to - from),
		.size = to - from,
		.spans = spans,
		.n_spans = n,
		.expanded = l->expanded };
}

bool config_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

bool config_is_binary(char c)
{
	return ((unsigned char)c < ' ' && !config_is_blank(c) && c != '\n') || c == 0x7f;
}

size_t config_source_skip_blanks(const ConfigSource *l, size_t at)
{
	while (at < l->size && config_is_blank(l->text[at]))
		at++;
	return at;
}

size_t config_source_comment(const ConfigSource *l, size_t at)
{
	bool quoted = false;

	for (; at < l->size; at++) {
		if (l->text[at] == '"')
			quoted = !quoted;
		else if (!quoted && (l->text[at] == '!' || l->text[at] == '#'))
			break;
	}
	return at;
}

size_t config_source_trim(const ConfigSource *l, size_t from, size_t to)
{
	while (to > from && config_is_blank(l->text[to - 1]))
		to--;
	return to;
}
