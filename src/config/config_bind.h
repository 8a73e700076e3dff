/* SPDX-License-Identifier: MIT */
#pragma once

/* Walks the tree by the keyword table and fills the draft. */

#include "config/config.h"
#include "config/config_draft.h"
#include "config/config_keywords.h"

struct ConfigBind {
	ConfigReport *report;
	Arena *arena;
	const ConfigIndex *index;
	const ConfigWorld *world;
	ConfigDraft *draft;
	bool skipped;	/* load balancing was mentioned */
	bool variables; /* some were defined */
};

void config_bind(ConfigBind *b, const ConfigStatement *root);

/* What to do with a word that is no keyword any more; NULL: it never was one. In
 * config_check_text.c. */
const char *config_gone(const char *word);

/* For rows of the table. */
void *config_begin_global(ConfigBind *b, const ConfigStatement *s);
void *config_begin_script(ConfigBind *b, const ConfigStatement *s);
void *config_begin_instance(ConfigBind *b, const ConfigStatement *s);
ConfigItem config_bind_preempt;
ConfigItem config_item_vip;
ConfigItem config_item_excluded;
ConfigItem config_item_track_interface;
ConfigItem config_item_track_script;
