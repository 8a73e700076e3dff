/* SPDX-License-Identifier: MIT */
#pragma once

/* What the texts of a CIB mean: scores, intervals, truth, and the growing lists of this engine,
 * which live in an arena. The words and bounds are Pacemaker's ("Pacemaker Explained"). */

#include "base/arena.h"

enum { CIB_INFINITY = 1000000 };

/* A growing list in an arena: `CIB_LIST(int) l = {0}; cib_push(arena, &l, 3);`. */
#define CIB_LIST(T)                                                                                \
	struct {                                                                                   \
		T *items;                                                                          \
		uint32_t n, cap;                                                                   \
	}

#define cib_push(arena, l, item)                                                                   \
	do {                                                                                       \
		if ((l)->n == (l)->cap) {                                                          \
			uint32_t cap_ = (l)->cap ? (l)->cap * 2 : 4;                               \
			void *items_ = arena_alloc((arena), cap_, sizeof(*(l)->items));            \
			if ((l)->n)                                                                \
				memcpy(items_, (l)->items, (l)->n * sizeof(*(l)->items));          \
			(l)->items = items_;                                                       \
			(l)->cap = cap_;                                                           \
		}                                                                                  \
		(l)->items[(l)->n++] = (item);                                                     \
	} while (0)

#define cib_each(p, l)                                                                             \
	for (__typeof__(*(l)->items) *p = (l)->items; p && p < (l)->items + (l)->n; p++)

/* Names to pointers; keys are borrowed. */
typedef struct CibIndex {
	struct CibIndexSlot *slots;
	uint32_t n, cap;
} CibIndex;

void *cib_index_get(const CibIndex *index, const char *key);
/* Replaces what stood there. */
void cib_index_put(Arena *arena, CibIndex *index, const char *key, void *value);

/* Names and values; the first that was added counts. */
typedef struct CibPair {
	const char *name, *value;
} CibPair;
typedef CIB_LIST(CibPair) CibPairs;

const char *cib_pairs_get(const CibPairs *pairs, const char *name);
/* Adds, or replaces when `overwrite`. */
void cib_pairs_set(
	Arena *arena, CibPairs *pairs, const char *name, const char *value, bool overwrite);

/* -INFINITY wins over INFINITY, and both over every number. */
int cib_score_add(int a, int b);
/* 0 for what is no score; red, yellow and green are asked for by who knows their worth. */
int cib_score(const char *text);
const char *cib_score_text(int score, char buffer[static 16]);
bool cib_true(const char *text);
/* Whether the text is one of the words for true or false. */
bool cib_truth(const char *text, bool *ret_truth);
/* "10s", "500ms", "2min", "PT1M30S", "10": milliseconds; -1 when it is none of these. */
int64_t cib_msec(const char *text);
bool cib_same(const char *a, const char *b);
bool cib_same_word(const char *a, const char *b); /* case apart */
/* As people count: node2 before node10. */
int cib_name_compare(const char *a, const char *b);
