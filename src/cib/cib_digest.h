/* SPDX-License-Identifier: MIT */
#pragma once

/* Digests of operation parameters as an operation's history carries them: the MD5 (RFC 1321) of
 * " <parameters a="1" b="2"/>\n" with the attributes in order of their names. They tell whether a
 * definition has changed; they protect nothing. */

#include "cib/cib_value.h"

enum { CIB_DIGEST_SIZE = 33 };

void cib_md5(const void *bytes, size_t n, char ret_hex[static CIB_DIGEST_SIZE]);
void cib_digest_params(const CibPairs *pairs, char ret_hex[static CIB_DIGEST_SIZE]);
