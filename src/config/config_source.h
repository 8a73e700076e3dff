/* SPDX-License-Identifier: MIT */
#pragma once

/* A line of text of which every byte knows where it was written. */

#include "base/arena.h"
#include "base/diag.h"

typedef struct ConfigSpan {
	size_t from;   /* the byte of the line that the span starts with */
	SourcePos pos; /* of that byte; the next byte is the next column */
} ConfigSpan;

typedef struct ConfigSource {
	const char *text;
	size_t start, size;	 /* what counts of the text; size from the start of the text */
	const ConfigSpan *spans; /* by `from`, the first from 0 */
	size_t n_spans;
	bool expanded; /* the LITERAL_ bytes stand for what they say */
} ConfigSource;

/* Bytes that no text file has: a `#` and a `!` that start no comment, and what could not be
 * expanded, which was reported. */
enum { LITERAL_HASH = 1, LITERAL_BANG = 2, LITERAL_BAD = 3 };

typedef struct ConfigSourceBuf {
	StrBuf text;
	VEC(ConfigSpan) spans;
} ConfigSourceBuf;

void config_source_buf_free(ConfigSourceBuf *b);
ConfigSource config_source_of(const ConfigSourceBuf *b);
/* Appends a part of a line; with an origin, as all of the part's. */
void config_source_add(ConfigSourceBuf *b, const ConfigSource *l, size_t from, size_t to,
	const SourceOrigin *origin);
void config_source_add_text(ConfigSourceBuf *b, const char *text, size_t size, SourcePos pos);

SourcePos config_source_pos(const ConfigSource *l, size_t at);
/* A copy of a part in the arena. */
ConfigSource config_source_keep(const ConfigSource *l, size_t from, size_t to, Arena *arena);

bool config_is_blank(char c);
/* A byte that no text file has. */
bool config_is_binary(char c);
size_t config_source_skip_blanks(const ConfigSource *l, size_t at);
/* Where the comment starts, or the end of the line: `!` or `#` outside of double quotes. */
size_t config_source_comment(const ConfigSource *l, size_t at);
/* The end of what is not blank in [from, to). */
size_t config_source_trim(const ConfigSource *l, size_t from, size_t to);
