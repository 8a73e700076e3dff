/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

/* Any text: reading it neither crashes nor hangs nor leaks, and what is said of it can be shown. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FuzzInput input = { (const char *)data, size };
	const ConfigWorld world = fuzz_world(&input);
	_cleanup_(diag_list_free) DiagList diags = { 0 };
	_cleanup_(strbuf_free) StrBuf text = { 0 };
	Config config;

	config_read("", &world, &config, &diags);
	diag_list_text(&diags, &text);
	config_free(&config);
	return 0;
}
