/* SPDX-License-Identifier: MIT */
#include "config/config_show.h"
#include "fuzz.h"

/* What is accepted can be printed; reading the print gives no error, and printing that the same
 * text again. */

/* False when the text has errors. */
static bool fuzz_print(const char *text, size_t size, StrBuf *ret_print)
{
	FuzzInput input = { text, size };
	const ConfigWorld world = fuzz_world(&input);
	_cleanup_(diag_list_free) DiagList diags = { 0 };
	Config config;

	config_read("", &world, &config, &diags);
	if (!diags.errors)
		config_show(&config, ret_print);
	config_free(&config);
	return !diags.errors;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(strbuf_free) StrBuf first = { 0 }, second = { 0 };

	if (!fuzz_print((const char *)data, size, &first))
		return 0;
	assert(fuzz_print(strbuf_text(&first), first.n, &second));
	assert(!strcmp(strbuf_text(&first), strbuf_text(&second)));
	return 0;
}
