/* SPDX-License-Identifier: MIT */
#pragma once

/* Tokens to a tree of statements: the words of a line, and the block that follows in braces. It
 * knows no keyword but what `classify` says, which it needs to tell where a brace was forgotten. */

#include "config/config_lex.h"

typedef enum ConfigWordClass {
	WORD_KNOWN = 1,	  /* a keyword in some block */
	WORD_BLOCK = 2,	  /* that takes a block wherever it stands */
	WORD_TOP = 4,	  /* and stands in no block itself */
	WORD_COMMAND = 8, /* the rest of its line is a command */
} ConfigWordClass;

typedef struct ConfigClassify {
	unsigned (*classify)(const void *data, const char *word); /* a set of ConfigWordClass */
	const void *data;
} ConfigClassify;

typedef struct ConfigWord {
	const char *text;
	SourcePos pos;
	bool quoted;
	bool cut; /* a comment starts where the word ends, without a blank */
} ConfigWord;

typedef struct ConfigStatement ConfigStatement;
struct ConfigStatement {
	const ConfigWord *words; /* at least one unless bad */
	size_t n_words;
	SourcePos pos; /* of the first word */
	bool has_block;
	bool bad; /* was reported: nothing in it is worth a look */
	ConfigStatement *parent, *first, *last, *next;
};

enum { CONFIG_WORDS_MAX = 4 << 20 }; /* of one configuration: bounds the memory of the tree */

/* A statement without words whose block is the file; NULL when it could not be read to its end,
 * which was reported. Everything is in the arena. */
ConfigStatement *config_tree(
	ConfigPre *pre, ConfigClassify classify, Arena *arena, ConfigReport *report);
/* "`vrrp_instance VI_1`", for messages. */
const char *config_statement_name(const ConfigStatement *s, Arena *arena);
