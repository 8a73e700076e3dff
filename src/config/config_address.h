/* SPDX-License-Identifier: MIT */
#pragma once

/* A line of virtual_ipaddress: ADDRESS[/LENGTH], then in any order `dev INTERFACE`, `brd ADDRESS`
 * or `+` (all host bits set) or `-` (none), `label NAME`, `scope SCOPE`. */

#include "config/config_draft.h"

/* False after having reported what is wrong. dev is NULL when not given. */
bool config_address(const ConfigStatement *s, ConfigReport *report, ConfigAddress *ret_address);
