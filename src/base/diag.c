/* SPDX-License-Identifier: MIT */
#include "base/diag.h"

#include <stdarg.h>
#include <stdio.h>

void diag_list_free(DiagList *l)
{
	vec_free(&l->all);
	arena_free(&l->arena);
	l->errors = 0;
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
		[DIAG_ERROR] = "error", [DIAG_WARNING] = "warning", [DIAG_NOTE] = "note"
	};

	return names[severity];
}

static bool diag_before(const Diag *a, const Diag *b)
{
	if (a->pos.file != b->pos.file)
		return false; /* files stay in the order they were read */
	if (a->pos.line != b->pos.line)
		return a->pos.line < b->pos.line;
	return a->pos.column < b->pos.column;
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
	if (d->hint)
		strbuf_printf(out, "    %s\n", d->hint);
}

void diag_list_text(const DiagList *l, StrBuf *out)
{
	vec_foreach (d, &l->all)
		diag_text(d, out);
}
