/* SPDX-License-Identifier: MIT */
#pragma once

/* Text that grows. */

#include "base/base.h"

typedef struct StrBuf {
	char *s; /* ends in NUL once anything was added */
	size_t n, cap;
} StrBuf;

void strbuf_free(StrBuf *b);
void strbuf_add(StrBuf *b, const char *s);
void strbuf_addn(StrBuf *b, const char *s, size_t n);
void strbuf_pad(StrBuf *b, char c, size_t n);
void strbuf_printf(StrBuf *b, const char *format, ...) _printf_(2, 3);

static inline const char *strbuf_text(const StrBuf *b)
{
	return b->s ? b->s : "";
}
