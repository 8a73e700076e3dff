/* SPDX-License-Identifier: MIT */
#pragma once

/* A line of virtual_ipaddress: ADDRESS[/LENGTH], then in any order `dev INTERFACE`, `brd ADDRESS`
 * or `+` (all host bits set) or `-` (none), `label NAME`, `scope SCOPE`. */

#include "config/config_bind.h"

/* False after having reported what is wrong. dev is NULL when not given. */
bool config_address(ConfigBind *b, const ConfigStatement *s, ConfigAddress *ret_address);
