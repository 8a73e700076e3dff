/* SPDX-License-Identifier: MIT */
#pragma once

/* The rows of the keyword table, a file for each part of the language. A row is found by
 * config_rows(); nobody else needs these names. */

#include "config/config_bind.h"
#include "config/config_words.h"

extern const ConfigKeyword config_rows_top[], config_rows_global[], config_rows_sync_group[],
	config_rows_garp_group[], config_rows_track_group[], config_rows_instance[],
	config_rows_authentication[], config_rows_hmac[], config_rows_script[],
	config_rows_track_file[], config_rows_process[], config_rows_bfd[], config_rows_floating[],
	config_rows_peer_line[], config_rows_track_line[], config_rows_address_line[],
	config_rows_route_line[], config_rows_rule_line[], config_rows_syntax[];

/* A row names the field of the draft in which its value goes. */
#define GLOBAL(field)	.stores = true, .offset = offsetof(ConfigGlobalDraft, field)
#define SCRIPT(field)	.stores = true, .offset = offsetof(ConfigScriptDraft, field)
#define INSTANCE(field) .stores = true, .offset = offsetof(ConfigInstanceDraft, field)
#define NAMED(field)	.stores = true, .offset = offsetof(ConfigNamedDraft, field)
