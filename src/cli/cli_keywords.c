/* SPDX-License-Identifier: MIT */
/* regent keywords: the keyword table as text. Makes docs/compat/keepalived.md and
 * man/regent.conf.5; for the developers, so `regent --help` is silent about it. */
#include "cli/cli.h"
#include "config/config_manual.h"

#include <stdio.h>

int cli_keywords(const CliArgs *args)
{
	static const char *const formats[] = {
		[MANUAL_MARKDOWN] = "md", [MANUAL_MAN] = "man", [MANUAL_TSV] = "tsv"
	};
	_cleanup_(strbuf_free) StrBuf text = { 0 };

	for (unsigned i = 0; i < ARRAY_LEN(formats); i++)
		if (args->argc == 2 && !strcmp(args->argv[0], "--format") &&
			!strcmp(args->argv[1], formats[i])) {
			config_manual((ConfigManualFormat)i, &text);
			(void)fputs(strbuf_text(&text), stdout);
			return CLI_OK;
		}
	(void)fputs("regent: keywords takes --format md, man or tsv\n", stderr);
	return CLI_USAGE;
}
