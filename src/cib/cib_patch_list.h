/* SPDX-License-Identifier: MIT */
#pragma once

/* Lists of children while a patch is made: who is whose successor, and how a path names one of
 * them. Only cib_patch*.c include this. */

#include "cib/cib_document.h"
#include "cib/cib_value.h"

enum { CIB_NO_MATE = UINT32_MAX };

/* All children that count as one and the same. */
typedef struct CibKey {
	uint32_t alive;	      /* in the list as it is now */
	uint32_t first, last; /* of the older document: a chain by CibChild.chain */
} CibKey;

typedef struct CibKeys {
	Arena *arena;
	CibIndex index;
} CibKeys;

typedef struct CibChild {
	const CibElement *e;
	CibKey *key, *name; /* by name and id; by name alone */
	uint32_t mate;	    /* its place in the other list */
} CibChild;

typedef struct CibChildren {
	CibChild *items;
	uint32_t n, cap;
	Arena *arena;
} CibChildren;

CibChildren cib_children(CibKeys *keys, const CibElement *parent);
/* Gives each child of both its mate, the first to the first where several are alike. Returns `a`
 * as it was. */
CibChildren cib_children_mate(CibChildren *a, CibChildren *b, Arena *arena);
void cib_children_count(const CibChild *child, int by);
CibChild cib_children_take(CibChildren *list, uint32_t at);
void cib_children_put(CibChildren *list, uint32_t at, CibChild child);
/* The last step of a path to the child, as XPath. */
const char *cib_step(Arena *arena, const CibChildren *list, uint32_t at);
/* Whether a path can name the id at all: not when it has both quotes. */
bool cib_id_usable(const char *id);

/* Puts `e`, which has no parent, at the place among the children of `parent`; behind all others
 * when there are fewer. */
void cib_place(CibElement *parent, CibElement *e, uint32_t position);
