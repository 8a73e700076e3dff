/* SPDX-License-Identifier: MIT */
#pragma once

/* The keyword table as text for people: the list in docs/compat/keepalived.md and the manual page
 * regent.conf(5). Both are in the tree; tests/test_manual.py tells when they are stale. */

#include "base/strbuf.h"

typedef enum ConfigManualFormat {
	MANUAL_MARKDOWN,
	MANUAL_MAN,
	MANUAL_TSV, /* section, keyword, other spellings, status, for programs */
} ConfigManualFormat;

void config_manual(ConfigManualFormat format, StrBuf *out);
