/* SPDX-License-Identifier: MIT */
#pragma once

/* Lines to tokens. As keepalived 2.2.7 has it: `!` and `#` start a comment anywhere outside of
 * quotes, also in the middle of a word; braces end a word; a double quote starts a word that goes
 * to the next double quote of the line, with nothing special in between; single quotes and
 * backslashes are letters like others. In a command (`script`, `notify`) they are not: there both
 * kinds of quotes may stand anywhere in a word and a backslash takes away the meaning of what
 * follows. Unlike keepalived, that holds for `#`, `!` and braces within them too, and a line may
 * have any length. */

#include "config/config_pre.h"

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
	ConfigPre *pre;
	ConfigSource line; /* the one that is being read, from `at` on */
	const char *at, *end;
	bool in_line;
	Arena *arena;
	ConfigReport *report;
	bool command; /* set by the reader: the rest of the line is a command */
	bool failed; /* not a text file, or too large: reading ended early, and that was reported */
} ConfigLexer;

ConfigLexer config_lexer(ConfigPre *pre, Arena *arena, ConfigReport *report);
ConfigToken config_lex(ConfigLexer *l);
