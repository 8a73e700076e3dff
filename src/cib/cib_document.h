/* SPDX-License-Identifier: MIT */
#pragma once

/* cib: the cluster's configuration and status as Pacemaker writes it.
 *
 * This part reads XML text into a tree of elements and prints it back. Everything is kept, known or
 * not, comments too, in the order in which it stood. It never opens a file, never asks the network,
 * takes no document type and so no entity but the five of XML. Here alone libxml2 is used. All
 * memory is that of the arena that was handed in. */

#include "base/arena.h"
#include "base/strbuf.h"

enum {
	CIB_DEPTH_MAX = 60,		  /* elements in elements */
	CIB_TEXT_MAX = 512 * 1024 * 1024, /* bytes of a document */
};

typedef struct CibAttr {
	const char *name, *value;
} CibAttr;

typedef struct CibElement CibElement;
struct CibElement {
	const char *name; /* NULL: a comment or text, which stands in `text` */
	const char *text; /* only where name is NULL */
	bool comment;
	uint16_t column; /* from 1; 0: not known */
	uint32_t line;
	uint32_t n_attrs, cap_attrs;
	CibAttr *attrs;
	CibElement *parent, *first, *last, *next;
};

/* NULL when the text is no well-formed document of the shape above; *ret_error then says why and
 * where, in the arena. */
CibElement *cib_parse(Arena *arena, const char *text, size_t n, const char **ret_error);
/* The same, taking the text piece by piece: the whole of it never stands in memory. `read` gives at
 * most `room` bytes, 0 at the end, less than 0 on failure. Texts that are the same are kept once. */
typedef int (*CibRead)(void *from, char *buffer, int room);
CibElement *cib_parse_from(Arena *arena, CibRead read, void *from, const char **ret_error);
void cib_print(const CibElement *e, StrBuf *out);

const char *cib_get(const CibElement *e, const char *name);
/* The first of these names that is there; both spellings of a thing. */
const char *cib_get2(const CibElement *e, const char *name, const char *older);
void cib_set(Arena *arena, CibElement *e, const char *name, const char *value);
void cib_unset(CibElement *e, const char *name);
/* The id of an element; "" without one, so that it can be printed and compared. */
const char *cib_id(const CibElement *e);
bool cib_is(const CibElement *e, const char *name);

CibElement *cib_child(const CibElement *e, const char *name);
/* The next sibling of the same name. */
CibElement *cib_next(const CibElement *e, const char *name);
/* The child of that name whose attribute has the value. */
CibElement *cib_child_with(
	const CibElement *e, const char *name, const char *attr, const char *value);
CibElement *cib_add(Arena *arena, CibElement *parent, const char *name);
void cib_remove(CibElement *e);
CibElement *cib_copy(Arena *arena, const CibElement *e);

/* Over all child elements, text and comments left out. */
CibElement *cib_first(const CibElement *e);
CibElement *cib_after(const CibElement *e);
#define cib_foreach(c, e) for (CibElement *c = cib_first(e); c; c = cib_after(c))
#define cib_foreach_named(c, e, name_)                                                             \
	for (CibElement *c = cib_child((e), (name_)); c; c = cib_next(c, (name_)))
