/* SPDX-License-Identifier: MIT */
#pragma once

/* Programs of the project that others of it start. */

#include <limits.h>

/* Beside the running program, as in a build folder, or where it was installed (`libexec`). */
void io_program_path(const char *name, const char *libexec, char ret_path[static PATH_MAX]);
