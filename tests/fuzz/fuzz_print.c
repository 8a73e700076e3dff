/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

/* A text that is accepted: reading it twice gives the same. To come with config_print(): printing
 * what was read, and reading what was printed, gives the same print again and no error. */

static void fuzz_text(const uint8_t *data, size_t size, StrBuf *ret_text, size_t *ret_errors)
{
	FuzzInput input = { (const char *)data, size };
	const ConfigWorld world = fuzz_world(&input);
	_cleanup_(diag_list_free) DiagList diags = { 0 };
	Config config;

	config_read("", &world, &config, &diags);
	diag_list_text(&diags, ret_text); /* config_print(&config, ret_text) */
	*ret_errors = diags.errors;
	config_free(&config);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(strbuf_free) StrBuf first = { 0 }, second = { 0 };
	size_t errors, errors_again;

	fuzz_text(data, size, &first, &errors);
	fuzz_text(data, size, &second, &errors_again);
	assert(errors == errors_again);
	assert(!strcmp(strbuf_text(&first), strbuf_text(&second)));
	return 0;
}
