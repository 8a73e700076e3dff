/* SPDX-License-Identifier: MIT */
#pragma once

/* The status of the whole as a tree, printed as text for people or as JSON for programs. Keys are
 * the same in both. */

#include "base/arena.h"
#include "base/strbuf.h"

typedef struct Status Status;

/* An object that holds the rest; everything lives in the arena. */
Status *status_new(Arena *arena);
/* In an object: under the key. In a list: the key is NULL. */
Status *status_object(Status *parent, const char *key);
Status *status_list(Status *parent, const char *key);
void status_string(Status *parent, const char *key, const char *value);
void status_number(Status *parent, const char *key, int64_t value);
/* Thousandths, printed as a decimal. */
void status_milli(Status *parent, const char *key, int64_t value);
void status_bool(Status *parent, const char *key, bool value);
/* A list of the lines of a text that may hold anything: empty ones are left out, a control character
 * or a byte that is no UTF-8 becomes '?'. */
void status_lines(Status *parent, const char *key, const char *text, size_t len);

void status_json(const Status *s, StrBuf *out);
/* The text as a string of JSON, whatever bytes it holds. */
void status_json_string(const char *s, StrBuf *out);
/* One "key  value" line each, indented by depth; an object in a list starts with its first value
 * as a heading; a list of plain values stands on one line. */
void status_plain(const Status *s, StrBuf *out);
