/* SPDX-License-Identifier: MIT */
#pragma once

/* From what was written to what the engine works with: defaults, inheritance, units. Nothing is
 * reported here any more. */

#include "config/config_check.h"

void config_build(ConfigDraft *d, Arena *arena, VrrpConfig *ret_config);
