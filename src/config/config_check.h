/* SPDX-License-Identifier: MIT */
#pragma once

/* What no single line can tell: rules over a draft as a whole. A rule reports, and takes out of
 * the draft what keepalived would not act on either. */

#include "config/config_bind.h"

typedef struct ConfigCheck {
	ConfigDraft *draft;
	ConfigReport *report;
	const ConfigWorld *world;
	Arena *arena;
	const ConfigStatement *root; /* what the draft was made from */
	const ConfigIndex *index;
} ConfigCheck;

/* Reads a file, binds and checks it; everything in the draft is in the arena. Gives the model. In
 * config.c. */
ConfigBlock *config_load(const char *path, const ConfigWorld *world, Arena *arena,
	ConfigReport *report, ConfigDraft *draft);

void config_check(ConfigCheck *c);

/* The rules for scripts, in config_check_script.c. */
void config_check_scripts(ConfigCheck *c);
/* After config_check_scripts(): finds the scripts that an instance tracks. */
void config_check_tracked(ConfigCheck *c, ConfigInstanceDraft *i);
void config_check_unused(ConfigCheck *c);

/* The rules over the text, in config_check_text.c. */
void config_check_text(ConfigCheck *c);
/* Habits, in config_check_note.c. */
void config_check_notes(ConfigCheck *c);

/* What the values of an instance come to with what it inherits. */
bool config_wants_master(const ConfigInstanceDraft *i);
int64_t config_priority(const ConfigInstanceDraft *i);
int64_t config_version(const ConfigDraft *d, const ConfigInstanceDraft *i);
IpAddr config_group(const ConfigDraft *d, const ConfigInstanceDraft *i);

/* The statement of this keyword in a block that counts, the last one; NULL: there is none. */
const ConfigStatement *config_find(const ConfigStatement *block, const char *keyword);

/* unicast_peer and how many lines it has. */
typedef struct ConfigPeers {
	const ConfigStatement *block;
	size_t n; /* 0: adverts go by multicast */
} ConfigPeers;

ConfigPeers config_peers(const ConfigInstanceDraft *i);

/* The address that adverts come from, if it is written: unicast_src_ip or mcast_src_ip. */
typedef struct ConfigSourceAddr {
	IpAddr ip;
	SourcePos pos;
} ConfigSourceAddr;

bool config_source_addr(const ConfigInstanceDraft *i, ConfigSourceAddr *ret_source);
