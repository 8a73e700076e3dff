/* SPDX-License-Identifier: MIT */
#pragma once

/* Text to tokens. As keepalived 2.2.7 has it: `!` and `#` start a comment anywhere outside of
 * quotes, also in the middle of a word; braces end a word; a double quote starts a word that goes
 * to the next double quote of the line, with nothing special in between; single quotes and
 * backslashes are letters like others. In a command (`script`, `notify`) they are not: there both
 * kinds of quotes may stand anywhere in a word and a backslash takes away the meaning of what
 * follows. Unlike keepalived, that holds for `#`, `!` and braces within them too, and a line may
 * have any length. */

#include "config/config_report.h"

typedef enum ConfigTokenKind {
	TOKEN_WORD,
	TOKEN_OPEN,
	TOKEN_CLOSE,
	TOKEN_NEWLINE,
	TOKEN_END,
} ConfigTokenKind;

typedef struct ConfigToken {
	ConfigTokenKind kind;
	SourcePos pos;
	const char *text; /* TOKEN_WORD: without its quotes, in the arena */
	bool quoted;
	bool cut; /* a comment starts where the word ends, without a blank */
	bool bad; /* was reported */
} ConfigToken;

typedef struct ConfigLexer {
	const char *file;
	const char *at, *end, *line_start;
	uint32_t line;
	Arena *arena;
	ConfigReport *report;
	bool command; /* set by the reader: the rest of the line is a command */
	bool failed;  /* not a text file: reading ended early, and that was reported */
} ConfigLexer;

/* The text must outlive the lexer, not its tokens. */
ConfigLexer config_lexer(
	const char *file, const char *text, size_t size, Arena *arena, ConfigReport *report);
ConfigToken config_lex(ConfigLexer *l);
