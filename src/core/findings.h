/* SPDX-License-Identifier: MIT */
#pragma once

/* How diagnostics are shown: for people with the line they are about and the words underlined, for
 * programs as JSON. Prints nothing itself. */

#include "base/diag.h"

/* The text of a file that was read, under the name that SourcePos has. */
typedef struct FindingsSource {
	const char *path, *text;
	size_t size;
} FindingsSource;

typedef struct FindingsSources {
	VEC(FindingsSource) all; /* the texts are borrowed */
} FindingsSources;

void findings_sources_free(FindingsSources *s);

/* Each as diag_text() has it, and between text and hint the line, if its file is among `sources`:
 *
 *     a.conf:3:5: error: unknown keyword `priorty` in vrrp_instance
 *         3 |     priorty 5
 *           |     ^~~~~~~
 *         hint: did you mean `priority`?
 */
void findings_text(const DiagList *l, const FindingsSources *sources, StrBuf *out);
/* A list of objects: severity, text; file, line, column when the matter has such a place; hint
 * when there is one; `included_from`, from the innermost outwards. */
void findings_json(const DiagList *l, StrBuf *out);
