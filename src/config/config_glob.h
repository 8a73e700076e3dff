/* SPDX-License-Identifier: MIT */
#pragma once

/* The files that the pattern of an include stands for: `{a,b}` for alternatives, `*`, `?` and
 * `[...]` for names in a directory, as glob(3) has them. The files of a pattern come by name. */

#include "config/config.h"

typedef struct ConfigGlob {
	VEC(const char *) files; /* in the arena */
	bool wildcard;		 /* the pattern has wildcards */
	size_t alternatives;	 /* of braces, at least 1 */
	size_t missing;		 /* alternatives that stand for no file */
	bool too_many;		 /* more than LIMIT_CONFIG_FILES: the rest is not in `files` */
} ConfigGlob;

/* `directory` is where a relative pattern starts; "" for where the process is. */
void config_glob(const char *directory, const char *pattern, const ConfigWorld *world, Arena *arena,
	ConfigGlob *ret_glob);
void config_glob_free(ConfigGlob *g);
/* Whether a name stands for the pattern, which has no `/` and no braces. */
bool config_glob_match(const char *pattern, const char *name);
