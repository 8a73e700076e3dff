/* SPDX-License-Identifier: MIT */
#pragma once

/* The words of a command, split without any shell: blanks separate, single and double quotes hold
 * together, a backslash takes the next letter as it is or names a control character (\a \b \E \f
 * \n \r \t \v, octal \NNN, hexadecimal \xHH, \cC). keepalived 2.2.7 does this twice: when it reads
 * the line and when it splits the command; so do we. */

#include "base/arena.h"

typedef enum ConfigCommandResult {
	COMMAND_OK,
	COMMAND_EMPTY,
	COMMAND_QUOTE,	  /* a quote is not closed */
	COMMAND_NUL,	  /* an escape makes a NUL byte */
	COMMAND_TOO_LONG, /* more than LIMIT_ARGV words */
} ConfigCommandResult;

/* The end of the word that starts at `s`. In a file, comments, braces and the end of the
 * line end it too. False when a quote is still open there. */
bool config_command_extent(const char *s, const char *end, bool in_file, const char **ret_end);
/* The word without quotes and backslashes; NULL when it would hold a NUL byte. */
const char *config_command_word(Arena *arena, const char *s, const char *end);
ConfigCommandResult config_command_split(
	const char *text, Arena *arena, const char *const **ret_argv, size_t *ret_n);
