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

/* The rules for commands, in config_check_command.c. */
void config_check_commands(ConfigCheck *c);
/* Finds the scripts that an instance tracks. In config_check_script.c. */
void config_check_tracked(ConfigCheck *c, ConfigInstanceDraft *i);
void config_check_unused(ConfigCheck *c);

/* What sync groups come to: their members, and what they track with them (config_check_group.c). */
void config_check_groups(ConfigCheck *c);
/* Files, processes and the delays of links, in config_check_track.c. */
void config_check_tracks(ConfigCheck *c);
void config_check_files(ConfigCheck *c, ConfigInstanceDraft *i);
/* The lines of the kind that name something that is there, once each. */
void config_track_resolve(ConfigDraft *d, ConfigTrackList *list, ConfigNamedKind kind);
/* What an instance or a group without `weight` in its line takes: that of the thing itself. */
int64_t config_track_weight(const ConfigTrack *t, const ConfigValue *own, int64_t standard);

/* False after having reported that there is no such interface. In config_check.c. */
bool config_check_interface(ConfigCheck *c, const char *name, SourcePos pos);

/* In config_check_floating.c. */
void config_check_floating(ConfigCheck *c, ConfigInstanceDraft *i);

/* The rules for unicast, and for mail, in config_check_unicast.c. */
void config_check_unicast(ConfigCheck *c, ConfigInstanceDraft *i);
void config_check_mail(ConfigCheck *c);
/* Some keyword says so, be there peers or not. */
bool config_means_unicast(const ConfigInstanceDraft *i);

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
