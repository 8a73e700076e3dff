/* SPDX-License-Identifier: MIT */
#pragma once

/* The preprocessor, as keepalived 2.2.7 has it (keepalived.conf(5)): files to lines, with includes
 * put in place, `@NAME` conditions decided, `$NAME=` definitions taken out, `$NAME` and `${NAME}`
 * replaced, `~SEQ` and `~LST` lines repeated. A line that uses none of that passes as it is, so
 * comments are the lexer's. Where keepalived is at fault, we do what its manual says: `${_HASH}` and
 * `${_BANG}` start no comment, `${_RANDOM MIN MAX}` takes nothing from what follows, an include
 * may use variables. What never ends (a file that includes itself, a variable that contains
 * itself, too much of anything) is an error. */

#include "config/config.h"
#include "config/config_report.h"
#include "config/config_source.h"

typedef struct ConfigPre ConfigPre;

/* NULL when the first file cannot be read, which was reported. Text that tokens keep and all
 * origins are in the arena. */
ConfigPre *config_pre_open(
	const char *path, const ConfigWorld *world, Arena *arena, ConfigReport *report);
void config_pre_close(ConfigPre *p);
/* The next line, good until the next call; false at the end. */
bool config_pre_line(ConfigPre *p, ConfigSource *ret_line);
/* Reading ended early, which was reported. */
bool config_pre_failed(const ConfigPre *p);
