/* SPDX-License-Identifier: MIT */
#pragma once

/* Memory that is given back all at once: one arena for a configuration, one for the effects and
 * ops of a step. */

#include "base/base.h"

typedef struct ArenaBlock ArenaBlock;

typedef struct Arena {
	ArenaBlock *blocks; /* newest first */
} Arena;

void arena_free(Arena *a);
/* Forgets all content and keeps one block of modest size, so that a step that repeats does not
 * allocate. */
void arena_reset(Arena *a);
/* Zeroed, aligned for any type. */
void *arena_alloc(Arena *a, size_t n, size_t size);
char *arena_strndup(Arena *a, const char *s, size_t n);
char *arena_strdup(Arena *a, const char *s);
char *arena_printf(Arena *a, const char *format, ...) _printf_(2, 3);
/* A copy of n items of the given size. */
void *arena_copy(Arena *a, const void *items, size_t n, size_t size);

#define ARENA_NEW(a, T) ((T *)arena_alloc((a), 1, sizeof(T)))
