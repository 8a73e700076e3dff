/* SPDX-License-Identifier: MIT */
#pragma once

/* Reading a CIB from a file, for the commands that take one. */

#include "cib/cib_document.h"

/* NULL after having said why on stderr. "-" is the standard input. */
CibElement *cli_cib_read(Arena *arena, const char *path);
