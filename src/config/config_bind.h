/* SPDX-License-Identifier: MIT */
#pragma once

/* Walks the tree by the keyword table and fills the draft. */

#include "config/config.h"
#include "config/config_draft.h"
#include "config/config_keywords.h"
#include "config/config_model.h"

struct ConfigBind {
	ConfigReport *report;
	Arena *arena;
	const ConfigIndex *index;
	const ConfigWorld *world;
	ConfigDraft *draft;
	ConfigBlock *block; /* of the model: what is bound goes in here */
	bool skipped;	    /* load balancing was mentioned */
	bool refused;	    /* within a block that is not carried out: that was told */
};

/* Gives the model. */
ConfigBlock *config_bind(ConfigBind *b, const ConfigStatement *root);
/* Names the thing in a warning or as unsupported, by the status of its row. */
void config_bind_status(ConfigBind *b, const ConfigKeyword *k, SourcePos pos);
/* False after having reported that there is no such interface. */
bool config_bind_interface(ConfigBind *b, const ConfigWord *w);
/* The word names a thing; `owner` is where the block begins that needs it. */
void config_refer(ConfigBind *b, SourcePos owner, const ConfigWord *w, ConfigNamedKind kind);
/* When all is bound: names that lists refer to. In config_named.c. */
void config_bind_references(ConfigBind *b);

/* What to do with a word that is no keyword any more; NULL: it never was one. In
 * config_check_text.c. */
const char *config_gone(const char *word);

/* For rows of the table. */
void *config_begin_global(ConfigBind *b, const ConfigStatement *s);
void *config_begin_script(ConfigBind *b, const ConfigStatement *s);
void *config_begin_instance(ConfigBind *b, const ConfigStatement *s);
void *config_begin_sync_group(ConfigBind *b, const ConfigStatement *s);
void *config_begin_track_group(ConfigBind *b, const ConfigStatement *s);
void *config_begin_track_file(ConfigBind *b, const ConfigStatement *s);
void *config_begin_process(ConfigBind *b, const ConfigStatement *s);
void *config_begin_bfd(ConfigBind *b, const ConfigStatement *s);
void *config_begin_floating(ConfigBind *b, const ConfigStatement *s);
ConfigItem config_bind_preempt;
ConfigItem config_item_vip;
ConfigItem config_item_excluded;
ConfigItem config_item_track_interface;
ConfigItem config_item_track_script;
ConfigItem config_item_group_script;
ConfigItem config_item_file;
ConfigItem config_item_process;
ConfigItem config_item_bfd;
ConfigItem config_item_member;
ConfigItem config_item_interfaces;
ConfigItem config_item_linkbeat;
ConfigItem config_item_delays;
ConfigItem config_item_recipient;
ConfigItem config_item_peer;
ConfigItem config_item_static_address;
ConfigItem config_item_route;
ConfigItem config_item_static_route;
ConfigItem config_item_rule;
