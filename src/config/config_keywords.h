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
	SCOPE_SYNC_GROUP,
	SCOPE_GARP_GROUP,
	SCOPE_TRACK_GROUP,
	SCOPE_INSTANCE,
	SCOPE_AUTHENTICATION,
	SCOPE_HMAC,
	SCOPE_SCRIPT,
	SCOPE_TRACK_FILE,
	SCOPE_PROCESS,
	SCOPE_BFD,
	SCOPE_FLOATING,
	SCOPE_BLOCKS, /* what follows are the words of a line in a block, not of a block */
	SCOPE_PEER_LINE = SCOPE_BLOCKS,
	SCOPE_TRACK_LINE,
	SCOPE_ADDRESS_LINE,
	SCOPE_ROUTE_LINE,
	SCOPE_RULE_LINE,
	SCOPE_SYNTAX, /* what the reader itself understands */
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
	KIND_IP6,
	KIND_IP, /* of either family */
	KIND_IFNAME,
	KIND_PATH,    /* that begins with a slash */
	KIND_NUMBERS, /* as many as there are, each min..max */
	KIND_WEIGHT,  /* min..max and perhaps `reverse` */
	KIND_USER,    /* user and perhaps group, stored one after the other */
	KIND_COMMAND, /* a command */
	KIND_NOTIFY,  /* a command and perhaps user and group */
	KIND_FIFO,    /* a path and perhaps user and group */
	KIND_WORDS,   /* min..max words, looked at by `words` */
	KIND_BLOCK,   /* a block of keywords: `opens`, its draft made by `begin` */
	KIND_ITEMS,   /* a block of lines: `item` for each */
	KIND_NOTE,    /* no keyword, only a row for people */
} ConfigKind;

typedef enum ConfigStatus {
	KEYWORD_WORKS,
	KEYWORD_UNDERSTOOD, /* checked, then a warning that nothing comes of it */
	KEYWORD_REFUSED,    /* checked; running without it would do something else than was meant:
			     * DIAG_UNSUPPORTED */
	KEYWORD_SKIPPED,    /* load balancing: one warning a file */
} ConfigStatus;

typedef void ConfigItem(ConfigBind *b, const ConfigStatement *s, void *draft);
/* Looks at the words behind the keyword; false after having reported. */
typedef bool ConfigWordsCheck(
	const ConfigKeyword *k, const ConfigStatement *s, ConfigReport *report);

struct ConfigKeyword {
	ConfigScope scope;
	const char *name;
	const char *old_name; /* deprecated, still accepted; NULL: none */
	const char *also;     /* other spellings that are as good: "broadcast" */
	ConfigKind kind;
	ConfigStatus status;
	const char *value; /* for people: "N", "SECONDS"; NULL: none */
	int64_t min, max;
	const char *choices;  /* "MASTER BACKUP" */
	bool optional;	      /* the value may be left out */
	bool repeats;	      /* each one counts, not the last alone */
	bool zero_is_one;     /* 0 is taken for 1 (second), with a warning, as keepalived does */
	const char *standard; /* what holds when it is not given, for people */
	bool stores;
	size_t offset; /* of a ConfigValue in the draft of the block */
	bool named;    /* KIND_BLOCK: has a name */
	ConfigScope opens;
	void *(*begin)(ConfigBind *b, const ConfigStatement *s);
	ConfigItem *item;	 /* NULL: lines are not looked at */
	ConfigItem *bind;	 /* instead of what `kind` says */
	ConfigWordsCheck *words; /* KIND_WORDS; NULL: only counted */
	const char *help;
};

/* The rows of a scope; the last one has no name. */
const ConfigKeyword *config_rows(ConfigScope scope);
/* The words under which the manual has the scope: "vrrp_instance", "route line". */
const char *config_scope_section(ConfigScope scope);
/* The keyword of the block that is named so, "vrrp_instance"; "the top level". */
const char *config_scope_name(ConfigScope scope);

typedef struct ConfigIndex {
	Map map;
	size_t n[SCOPES]; /* rows */
} ConfigIndex;

ConfigIndex config_index(void);
void config_index_free(ConfigIndex *x);
/* By any of its names; NULL when the block knows no such keyword. */
const ConfigKeyword *config_keyword(const ConfigIndex *x, ConfigScope scope, const char *name);
/* A ConfigIndex as the tree wants it. */
unsigned config_classify(const void *index, const char *word);
/* The nearest keyword of the block, NULL when none is near. */
const char *config_keyword_near(ConfigScope scope, const char *name);

/* How many letters must be changed, added, removed or swapped; `most` + 1 when more than `most`. */
unsigned config_distance(const char *a, const char *b, unsigned most);
/* How many mistakes a word may have to be taken for another. */
unsigned config_near_enough(const char *word);
