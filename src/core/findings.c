/* SPDX-License-Identifier: MIT */
#include "core/findings.h"

#include "core/status.h"

enum {
	LINE_MOST = 96,	  /* bytes of a line that are shown */
	LINE_BEFORE = 24, /* and at least so many of them before the place, when it is cut */
};

/* Where the search for a line stands: diagnostics come nearly in order. */
typedef struct Cursor {
	const FindingsSource *source;
	const char *at;
	uint32_t line;
} Cursor;

/* A line and the part of it that is shown. */
typedef struct Excerpt {
	const char *from, *to;	     /* shown */
	const char *mark, *mark_end; /* underlined */
	bool cut_before, cut_after;
} Excerpt;

void findings_sources_free(FindingsSources *s)
{
	vec_free(&s->all);
}

static bool cursor_file(Cursor *c, const FindingsSources *sources, const char *file)
{
	if (c->source && !strcmp(c->source->path, file))
		return true;
	*c = (Cursor){ 0 };
	vec_foreach(s, &sources->all)
		if (!strcmp(s->path, file))
			*c = (Cursor){ .source = s, .at = s->text, .line = 1 };
	return c->source;
}

static bool cursor_line(Cursor *c, uint32_t line, const char **ret_from, const char **ret_to)
{
	const char *end = c->source->text + c->source->size, *next;

	if (line < c->line) {
		c->at = c->source->text;
		c->line = 1;
	}
	for (; c->line < line; c->line++) {
		next = memchr(c->at, '\n', (size_t)(end - c->at));
		if (!next)
			return false;
		c->at = next + 1;
	}
	next = memchr(c->at, '\n', (size_t)(end - c->at));
	*ret_from = c->at;
	*ret_to = next ? next : end;
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

/* Inside a character of UTF-8. */
static bool is_inside(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* The end of the word at `s`: of a quoted text its second quote. */
static const char *word_end(const char *s, const char *end)
{
	const char *from = s;

	if (s < end && *s == '"') {
		s = memchr(s + 1, '"', (size_t)(end - s - 1));
		return s ? s + 1 : end;
	}
	while (s < end && !is_blank(*s) && !strchr("{}#!\"", *s))
		s++;
	return s == from && s < end ? s + 1 : s;
}

static Excerpt excerpt(const char *from, const char *to, uint32_t column)
{
	Excerpt e = { .from = from, .to = to };

	while (e.to > from && is_blank(e.to[-1]))
		e.to--;
	if (column) {
		e.mark = MIN(from + (column - 1), e.to);
		e.mark_end = word_end(e.mark, e.to);
	}
	if (e.to - e.from <= LINE_MOST)
		return e;
	if (e.mark && e.mark - e.from > LINE_MOST - LINE_BEFORE) {
		e.from = MAX(MIN(e.mark - LINE_BEFORE, e.to - LINE_MOST), e.from);
		while (e.from < e.mark && is_inside(*e.from))
			e.from++;
		e.cut_before = e.from > from;
	}
	if (e.to - e.from > LINE_MOST) {
		e.to = e.from + LINE_MOST;
		while (e.to > e.from && is_inside(*e.to))
			e.to--;
		e.cut_after = true;
	}
	e.mark_end = e.mark ? MIN(e.mark_end, e.to) : NULL;
	return e;
}

/* What a terminal would act on is not passed on. */
static void add_line(const Excerpt *e, StrBuf *out)
{
	strbuf_add(out, e->cut_before ? "..." : "");
	for (const char *s = e->from; s < e->to; s++) {
		const unsigned char c = (unsigned char)*s;

		strbuf_addn(out, (c < ' ' && c != '\t') || c == 0x7f ? "?" : s, 1);
	}
	strbuf_add(out, e->cut_after ? "...\n" : "\n");
}

static void add_mark(const Excerpt *e, StrBuf *out)
{
	strbuf_add(out, e->cut_before ? "   " : "");
	for (const char *s = e->from; s < e->mark; s++)
		if (!is_inside(*s)) /* tabs as in the line, so that the places agree */
			strbuf_add(out, *s == '\t' ? "\t" : " ");
	strbuf_add(out, "^");
	for (const char *s = e->mark + 1; s < e->mark_end; s++)
		if (!is_inside(*s))
			strbuf_add(out, "~");
	strbuf_add(out, "\n");
}

static void add_excerpt(
	Cursor *c, const FindingsSources *sources, const SourcePos *pos, StrBuf *out)
{
	const char *from, *to;
	Excerpt e;

	if (!pos->file || !pos->line || !cursor_file(c, sources, pos->file) ||
		!cursor_line(c, pos->line, &from, &to))
		return;
	e = excerpt(from, to, pos->column);
	strbuf_printf(out, "%9u | ", pos->line);
	add_line(&e, out);
	if (!e.mark)
		return;
	strbuf_printf(out, "%9s | ", "");
	add_mark(&e, out);
}

void findings_text(const DiagList *l, const FindingsSources *sources, StrBuf *out)
{
	Cursor cursor = { 0 };

	vec_foreach(d, &l->all) {
		Diag head = *d;

		head.hint = NULL;
		diag_text(&head, out);
		add_excerpt(&cursor, sources, &d->pos, out);
		if (d->hint)
			strbuf_printf(out, "    hint: %s\n", d->hint);
	}
}

/* Innermost first. */
static void add_includes(Status *list, const SourceOrigin *o)
{
	for (; o; o = o->at.origin) {
		Status *s;

		if (o->kind != ORIGIN_INCLUDE)
			continue;
		s = status_object(list, NULL);
		status_string(s, "file", o->at.file);
		status_number(s, "line", o->at.line);
	}
}

void findings_json(const DiagList *l, StrBuf *out)
{
	_cleanup_(arena_free) Arena arena = { 0 };
	Status *list = status_list(status_new(&arena), "findings");

	vec_foreach(d, &l->all) {
		Status *s = status_object(list, NULL);

		status_string(s, "severity", diag_severity(d->severity));
		if (d->pos.file)
			status_string(s, "file", d->pos.file);
		if (d->pos.line)
			status_number(s, "line", d->pos.line);
		if (d->pos.column)
			status_number(s, "column", d->pos.column);
		status_string(s, "text", d->text);
		if (d->hint)
			status_string(s, "hint", d->hint);
		add_includes(status_list(s, "included_from"), d->pos.origin);
	}
	status_json(list, out);
}
