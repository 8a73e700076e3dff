/* SPDX-License-Identifier: MIT */
#include "config/config_table.h"

static const struct {
	const ConfigKeyword *rows;
	const char *section;
} scopes[SCOPES] = {
	[SCOPE_TOP] = { config_rows_top, "root" },
	[SCOPE_GLOBAL] = { config_rows_global, "global_defs" },
	[SCOPE_SYNC_GROUP] = { config_rows_sync_group, "vrrp_sync_group" },
	[SCOPE_GARP_GROUP] = { config_rows_garp_group, "garp_group" },
	[SCOPE_TRACK_GROUP] = { config_rows_track_group, "track_group" },
	[SCOPE_INSTANCE] = { config_rows_instance, "vrrp_instance" },
	[SCOPE_AUTHENTICATION] = { config_rows_authentication, "authentication" },
	[SCOPE_HMAC] = { config_rows_hmac, "auth_hmac" },
	[SCOPE_SCRIPT] = { config_rows_script, "vrrp_script" },
	[SCOPE_TRACK_FILE] = { config_rows_track_file, "track_file" },
	[SCOPE_PROCESS] = { config_rows_process, "vrrp_track_process" },
	[SCOPE_BFD] = { config_rows_bfd, "bfd_instance" },
	[SCOPE_FLOATING] = { config_rows_floating, "floating_ip" },
	[SCOPE_PEER_LINE] = { config_rows_peer_line, "unicast_peer" },
	[SCOPE_TRACK_LINE] = { config_rows_track_line, "track list options" },
	[SCOPE_ADDRESS_LINE] = { config_rows_address_line, "address line" },
	[SCOPE_ROUTE_LINE] = { config_rows_route_line, "route line" },
	[SCOPE_RULE_LINE] = { config_rows_rule_line, "rule line" },
	[SCOPE_SYNTAX] = { config_rows_syntax, "syntax" },
};

const ConfigKeyword *config_rows(ConfigScope scope)
{
	return scopes[scope].rows;
}

const char *config_scope_section(ConfigScope scope)
{
	return scopes[scope].section;
}
