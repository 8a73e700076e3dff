/* SPDX-License-Identifier: MIT */
#include "base/strbuf.h"

#include <stdarg.h>
#include <stdio.h>

void strbuf_free(StrBuf *b)
{
	free(b->s);
	*b = (StrBuf){ 0 };
}

static void strbuf_reserve(StrBuf *b, size_t n)
{
	if (b->cap - b->n > n)
		return;
	b->cap = MAX(b->cap * 2, b->n + n + 1);
	b->s = mem_resize(b->s, b->cap, 1);
}

void strbuf_addn(StrBuf *b, const char *s, size_t n)
{
	strbuf_reserve(b, n);
	if (n)
		memcpy(b->s + b->n, s, n);
	b->n += n;
	b->s[b->n] = '\0';
}

void strbuf_add(StrBuf *b, const char *s)
{
	strbuf_addn(b, s, strlen(s));
}

void strbuf_pad(StrBuf *b, char c, size_t n)
{
	strbuf_reserve(b, n);
	memset(b->s + b->n, c, n);
	b->n += n;
	b->s[b->n] = '\0';
}

void strbuf_printf(StrBuf *b, const char *format, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, format);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, format, ap);
	assert(n >= 0);
	strbuf_reserve(b, (size_t)n);
	(void)vsnprintf(b->s + b->n, (size_t)n + 1, format, again);
	b->n += (size_t)n;
	va_end(again);
	va_end(ap);
}
