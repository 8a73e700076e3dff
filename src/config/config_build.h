/* SPDX-License-Identifier: MIT */
#pragma once

/* The engine's configuration from a draft that the rules have been over: defaults filled in,
 * what is inherited handed down. */

#include "config/config_check.h"

void config_build(ConfigDraft *d, const ConfigWorld *world, Arena *arena, VrrpConfig *ret_config);

/* The parts of it. The first value that was given, of `a` and `b` (NULL: none). */
int64_t config_build_number(const ConfigValue *a, const ConfigValue *b, int64_t standard);
/* Scripts, files, processes and delays; to be called before the instances, which name them. In
 * config_build_track.c. */
void config_build_things(ConfigDraft *d, Arena *arena, VrrpConfig *to);
void config_build_trackers(
	const ConfigDraft *d, const ConfigTrackers *from, Arena *arena, VrrpInstanceConfig *to);
/* Who is told of changes, in config_build_notify.c. Mail and FIFOs come first. */
void config_build_mail(
	const ConfigDraft *d, const ConfigWorld *world, Arena *arena, VrrpMailConfig *to);
void config_build_fifos(const ConfigDraft *d, Arena *arena, VrrpConfig *to);
/* NULL when nothing is to be run. `last` is one more word; NULL: none. */
const JobSpec *config_build_job(const ConfigCommand *from, const char *last, Arena *arena);
void config_build_notify(const ConfigDraft *d, const ConfigNotify *from, const VrrpMailConfig *mail,
	Arena *arena, VrrpNotifyConfig *to);
/* floating_ip, in config_check_floating.c. */
void config_build_floating(
	const ConfigInstanceDraft *i, uint32_t owner, Arena *arena, VrrpInstanceConfig *to);
