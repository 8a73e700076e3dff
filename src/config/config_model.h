/* SPDX-License-Identifier: MIT */
#pragma once

/* The configuration as it counts, block by block: for each keyword its typed value, whether
 * anything is done with it already or not. VrrpConfig is what the engine needs of it; this is what
 * `regent show-config` prints and where later parts find what is theirs. Lives in the arena of the
 * configuration, as the statements that it names. */

#include "config/config_draft.h"
#include "config/config_keywords.h"

typedef struct ConfigEntry ConfigEntry;
typedef struct ConfigBlock ConfigBlock;

struct ConfigEntry {
	const ConfigKeyword *keyword;
	const ConfigStatement *statement; /* its words; its lines when KIND_ITEMS */
	ConfigValue value;		  /* by the kind of the keyword */
	const ConfigValue *from; /* until config_model_settle(): where the rules may change it */
	ConfigBlock *block;	 /* KIND_BLOCK */
	ConfigEntry *next;
	bool gone; /* overwritten further down, or left out by a rule */
};

struct ConfigBlock {
	const ConfigKeyword *keyword; /* what opened it; NULL: the top level */
	ConfigScope scope;
	const char *name; /* NULL: has none */
	SourcePos pos;
	ConfigEntry *first, *last; /* as they stand in the file */
	ConfigEntry **newest;	   /* by row of the scope; NULL: not given */
};

ConfigBlock *config_block_new(const ConfigIndex *x, ConfigScope scope, Arena *arena);
/* What was given for the keyword; NULL: nothing, or it does not count. */
ConfigEntry *config_block_get(const ConfigBlock *b, const char *keyword);
ConfigEntry *config_block_add(
	ConfigBlock *b, const ConfigKeyword *k, const ConfigStatement *s, Arena *arena);
/* After the rules: takes their changes over. No draft is needed from then on. */
void config_model_settle(ConfigBlock *root);
