/* SPDX-License-Identifier: MIT */
#pragma once

/* THE table of keywords: one row a keyword. A keyword that takes one value is added by its row
 * alone; only what has a grammar of its own needs a function in config_bind or config_items. */

#include "base/map.h"
#include "config/config_tree.h"

typedef struct ConfigBind ConfigBind;
typedef struct ConfigKeyword ConfigKeyword;

typedef enum ConfigScope {
	SCOPE_TOP,
	SCOPE_GLOBAL,
	SCOPE_SCRIPT,
	SCOPE_INSTANCE,
	SCOPE_AUTHENTICATION,
	SCOPES,
} ConfigScope;

typedef enum ConfigKind {
	KIND_FLAG,    /* no value */
	KIND_BOOL,    /* on, off, true, false, yes, no; on when it has no value */
	KIND_NUMBER,  /* min..max */
	KIND_DECIMAL, /* seconds with up to six decimals; min, max and the value in microseconds */
	KIND_TEXT,    /* one word */
	KIND_CHOICE,  /* one of the words in `choices`; its index is stored */
	KIND_IP4,
	KIND_WEIGHT,  /* min..max and perhaps `reverse` */
	KIND_USER,    /* user and perhaps group, stored one after the other */
	KIND_COMMAND, /* a command */
	KIND_WORDS,   /* min..max words, only counted */
	KIND_BLOCK,   /* a block of keywords: `opens`, its draft made by `begin` */
	KIND_ITEMS,   /* a block of lines: `item` for each */
} ConfigKind;

typedef enum ConfigStatus {
	KEYWORD_WORKS,
	KEYWORD_UNDERSTOOD, /* checked, then a warning that nothing comes of it */
	KEYWORD_REFUSED, /* an error: running without it would do something else than was meant */
	KEYWORD_SKIPPED, /* load balancing: one warning a file */
} ConfigStatus;

typedef void ConfigItem(ConfigBind *b, const ConfigStatement *s, void *draft);

struct ConfigKeyword {
	ConfigScope scope;
	const char *name;
	const char *old_name; /* deprecated, still accepted; NULL: none */
	ConfigKind kind;
	ConfigStatus status;
	const char *value; /* for people: "N", "SECONDS"; NULL: none */
	int64_t min, max;
	const char *choices;  /* "MASTER BACKUP" */
	bool optional;	      /* the value may be left out */
	bool zero_is_one;     /* 0 is taken for 1 (second), with a warning, as keepalived does */
	const char *standard; /* what holds when it is not given, for people */
	const char *subject;  /* KEYWORD_REFUSED: what is not supported; NULL: the keyword */
	bool stores;
	size_t offset; /* of a ConfigValue in the draft of the block */
	bool named;    /* KIND_BLOCK: has a name */
	ConfigScope opens;
	void *(*begin)(ConfigBind *b, const ConfigStatement *s);
	ConfigItem *item; /* NULL: lines are not looked at */
	ConfigItem *bind; /* instead of what `kind` says */
	const char *help;
};

extern const ConfigKeyword config_keywords[];
extern const size_t config_keywords_n;

/* The keyword of the block that is named so, "vrrp_instance"; "the top level". */
const char *config_scope_name(ConfigScope scope);

typedef struct ConfigIndex {
	Map map;
} ConfigIndex;

ConfigIndex config_index(void);
void config_index_free(ConfigIndex *x);
/* By name or old name; NULL when the block knows no such keyword. */
const ConfigKeyword *config_keyword(const ConfigIndex *x, ConfigScope scope, const char *name);
/* A ConfigIndex as the tree wants it. */
unsigned config_classify(const void *index, const char *word);
/* The nearest keyword of the block, NULL when none is near. */
const char *config_keyword_near(ConfigScope scope, const char *name);

/* How many letters must be changed, added, removed or swapped; `most` + 1 when more than `most`. */
unsigned config_distance(const char *a, const char *b, unsigned most);
/* How many mistakes a word may have to be taken for another. */
unsigned config_near_enough(const char *word);
