/* SPDX-License-Identifier: MIT */
#include "cli/cli_cib.h"

#include <errno.h>
#include <stdio.h>

enum { READ_AHEAD = 1 << 18 };

static int read_piece(void *from, char *buffer, int room)
{
	FILE *f = from;
	size_t n = fread(buffer, 1, (size_t)MAX(room, 0), f);
	return n == 0 && ferror(f) ? -1 : (int)n;
}

CibElement *cli_cib_read(Arena *arena, const char *path)
{
	const char *error = NULL;
	FILE *f = strcmp(path, "-") ? fopen(path, "r") : stdin;
	if (!f) {
		(void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return NULL;
	}
	(void)setvbuf(f, NULL, _IOFBF, READ_AHEAD);
	CibElement *cib = cib_parse_from(arena, read_piece, f, &error);
	bool ok = !ferror(f);
	if (f != stdin)
		(void)fclose(f);
	if (!ok) {
		(void)fprintf(stderr, "%s: cannot be read\n", path);
		return NULL;
	}
	if (!cib)
		(void)fprintf(stderr, "%s: %s\n", path, error);
	else if (!cib_is(cib, "cib")) {
		(void)fprintf(stderr, "%s: no cib element\n", path);
		return NULL;
	}
	return cib;
}
