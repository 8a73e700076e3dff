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
} ConfigCheck;

void config_check(ConfigCheck *c);

/* The rules for scripts, in config_check_script.c. */
void config_check_scripts(ConfigCheck *c);
/* After config_check_scripts(): finds the scripts that an instance tracks. */
void config_check_tracked(ConfigCheck *c, ConfigInstanceDraft *i);
void config_check_unused(ConfigCheck *c);

/* What the values of an instance come to with what it inherits. */
bool config_wants_master(const ConfigInstanceDraft *i);
int64_t config_priority(const ConfigInstanceDraft *i);
int64_t config_version(const ConfigDraft *d, const ConfigInstanceDraft *i);
IpAddr config_group(const ConfigDraft *d, const ConfigInstanceDraft *i);
