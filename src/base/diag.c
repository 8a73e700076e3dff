/* SPDX-License-Identifier: MIT */
#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>

void diag_list_free(DiagList *l)
{
	vec_free(&l->all);
	arena_free(&l->arena);
	l->errors = l->unsupported = 0;
}

static const char *diag_vprintf(DiagList *l, const char *format, va_list ap)
{
	va_list again;
	char *s;
	int n;

	va_copy(again, ap);
	n = vsnprintf(NULL, 0, format, ap);
	assert(n >= 0);
	s = arena_alloc(&l->arena, (size_t)n + 1, 1);
	(void)vsnprintf(s, (size_t)n + 1, format, again);
	va_end(again);
	return s;
}

void diag_add(DiagList *l, DiagSeverity severity, SourcePos pos, const char *format, ...)
{
	Diag *d = vec_add(&l->all);
	va_list ap;

	*d = (Diag){ .severity = severity, .pos = pos };
	l->errors += severity == DIAG_ERROR;
	l->unsupported += severity == DIAG_UNSUPPORTED;
	va_start(ap, format);
	d->text = diag_vprintf(l, format, ap);
	va_end(ap);
}

void diag_hint(DiagList *l, const char *format, ...)
{
	va_list ap;

	assert(l->all.n);
	va_start(ap, format);
	l->all.items[l->all.n - 1].hint = diag_vprintf(l, format, ap);
	va_end(ap);
}

const char *diag_severity(DiagSeverity severity)
{
	static const char *const names[] = {
		[DIAG_ERROR] = "error", [DIAG_WARNING] = "warning",
		[DIAG_UNSUPPORTED] = "unsupported", [DIAG_NOTE] = "note"
	};

	return names[severity];
}

enum { ORIGINS_MAX = 128 }; /* of a place; what is deeper is not looked at */

/* The place in the first file, then the one in the file included there, and so on. */
static size_t diag_path(const SourcePos *pos, const SourcePos *ret_path[static ORIGINS_MAX])
{
	size_t n = 0;

	for (; pos && n < ORIGINS_MAX; pos = pos->origin ? &pos->origin->at : NULL)
		ret_path[n++] = pos;
	for (size_t i = 0; i < n / 2; i++) {
		const SourcePos *swap = ret_path[i];

		ret_path[i] = ret_path[n - 1 - i];
		ret_path[n - 1 - i] = swap;
	}
	return n;
}

static bool diag_before(const Diag *a, const Diag *b)
{
	const SourcePos *pa[ORIGINS_MAX], *pb[ORIGINS_MAX];
	const size_t na = diag_path(&a->pos, pa), nb = diag_path(&b->pos, pb);

	for (size_t i = 0; i < na && i < nb; i++) {
		/* Files beside each other stay in the order in which they were read. */
		if (pa[i]->file != pb[i]->file)
			return false;
		if (pa[i]->line != pb[i]->line)
			return pa[i]->line < pb[i]->line;
		if (pa[i]->column != pb[i]->column)
			return pa[i]->column < pb[i]->column;
		/* So do the times of a repetition. */
		if (i + 1 < na && i + 1 < nb && pa[i + 1]->origin != pb[i + 1]->origin)
			return false;
	}
	return na < nb;
}

/* Insertion: diagnostics come nearly in order. */
void diag_sort(DiagList *l)
{
	for (size_t i = 1; i < l->all.n; i++) {
		Diag d = l->all.items[i];
		size_t j = i;

		for (; j && diag_before(&d, &l->all.items[j - 1]); j--)
			l->all.items[j] = l->all.items[j - 1];
		l->all.items[j] = d;
	}
}

static void diag_place(const SourcePos *pos, bool column, StrBuf *out)
{
	strbuf_printf(out, "%s%s%u", pos->file ? pos->file : "", pos->file ? ":" : "", pos->line);
	if (column)
		strbuf_printf(out, ":%u", pos->column);
}

enum { ORIGINS_SHOWN = 12 };

static void diag_origins(const SourceOrigin *o, StrBuf *out)
{
	for (int n = 0; o; o = o->at.origin) {
		if (n++ == ORIGINS_SHOWN) {
			strbuf_add(out, "    ...\n");
			return;
		}
		strbuf_add(out, "    ");
		switch (o->kind) {
		case ORIGIN_INCLUDE: strbuf_add(out, "included from "); break;
		case ORIGIN_VARIABLE: strbuf_printf(out, "in `$%s`, used at ", o->name); break;
		case ORIGIN_REPEAT: strbuf_printf(out, "repeated with %s at ", o->name); break;
		}
		diag_place(&o->at, o->kind != ORIGIN_INCLUDE, out);
		strbuf_add(out, "\n");
	}
}

void diag_text(const Diag *d, StrBuf *out)
{
	if (d->pos.file)
		strbuf_printf(out, "%s:", d->pos.file);
	if (d->pos.line)
		strbuf_printf(out, "%u:", d->pos.line);
	if (d->pos.column)
		strbuf_printf(out, "%u:", d->pos.column);
	if (d->pos.file)
		strbuf_add(out, " ");
	strbuf_printf(out, "%s: %s\n", diag_severity(d->severity), d->text);
	diag_origins(d->pos.origin, out);
	if (d->hint)
		strbuf_printf(out, "    %s\n", d->hint);
}

void diag_list_text(const DiagList *l, StrBuf *out)
{
	vec_foreach(d, &l->all)
		diag_text(d, out);
}
