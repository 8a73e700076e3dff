/* SPDX-License-Identifier: MIT */
#pragma once

/* What the fuzzers share: an input is a configuration and the files it may include. A line
 * `=== NAME` starts the next file; what stands before the first is the configuration. */

#include "config/config.h"

typedef struct FuzzInput {
	const char *text;
	size_t size;
} FuzzInput;

ConfigWorld fuzz_world(FuzzInput *input);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
