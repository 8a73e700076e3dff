/* SPDX-License-Identifier: MIT */
#pragma once

/* The configuration as a file: what counts of it, with the defaults filled in. Reading that file
 * gives the same configuration, and printing it again the same text. */

#include "config/config.h"

/* Only of a configuration without errors. */
void config_show(const Config *c, StrBuf *out);
