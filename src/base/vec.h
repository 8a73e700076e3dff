/* SPDX-License-Identifier: MIT */
#pragma once

/* A growing array: `VEC(int) v = {0}; vec_push(&v, 3); v.items[0]; vec_free(&v);`. A pointer into
 * it is good until the next push. */

#include "base/base.h"

#define VEC(T)                                                                                     \
	struct {                                                                                   \
		T *items;                                                                          \
		size_t n, cap;                                                                     \
	}

/* Appends a zeroed item and gives its address. */
#define vec_add(v)                                                                                 \
	({                                                                                         \
		if ((v)->n == (v)->cap) {                                                          \
			(v)->cap = (v)->cap ? (v)->cap * 2 : 8;                                    \
			(v)->items = mem_resize((v)->items, (v)->cap, sizeof(*(v)->items));        \
		}                                                                                  \
		memset(&(v)->items[(v)->n], 0, sizeof(*(v)->items));                               \
		&(v)->items[(v)->n++];                                                             \
	})

#define vec_push(v, item) ((void)(*vec_add(v) = (item)))

#define vec_clear(v) ((void)((v)->n = 0))

#define vec_free(v)                                                                                \
	do {                                                                                       \
		free((v)->items);                                                                  \
		(v)->items = NULL;                                                                 \
		(v)->n = (v)->cap = 0;                                                             \
	} while (0)

#define vec_foreach(p, v)                                                                          \
	for (__typeof__(*(v)->items) *p = (v)->items; (size_t)(p - (v)->items) < (v)->n; p++)
