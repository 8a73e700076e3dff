/* SPDX-License-Identifier: MIT */
#include "cli/cli_cib.h"

#include <errno.h>
#include <stdio.h>

enum { CHUNK = 1 << 16 };

static bool read_all(FILE *f, StrBuf *text)
{
	char *chunk = mem_alloc(CHUNK, 1);
	size_t n;
	while ((n = fread(chunk, 1, CHUNK, f)) > 0 && text->n + n <= CIB_TEXT_MAX)
		strbuf_addn(text, chunk, n);
	free(chunk);
	return !ferror(f) && n == 0;
}

CibElement *cli_cib_read(Arena *arena, const char *path)
{
	_cleanup_(strbuf_free) StrBuf text = { 0 };
	const char *error = NULL;
	FILE *f = strcmp(path, "-") ? fopen(path, "r") : stdin;
	if (!f) {
		(void)fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return NULL;
	}
	bool ok = read_all(f, &text);
	if (f != stdin)
		(void)fclose(f);
	if (!ok) {
		(void)fprintf(stderr, "%s: cannot be read\n", path);
		return NULL;
	}
	CibElement *cib = cib_parse(arena, strbuf_text(&text), text.n, &error);
	if (!cib)
		(void)fprintf(stderr, "%s: %s\n", path, error);
	else if (!cib_is(cib, "cib")) {
		(void)fprintf(stderr, "%s: no cib element\n", path);
		return NULL;
	}
	return cib;
}
