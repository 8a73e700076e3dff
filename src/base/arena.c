/* SPDX-License-Identifier: MIT */
#include "base/arena.h"

#include <stdarg.h>
#include <stdio.h>

enum { ARENA_BLOCK_MIN = 4096, ARENA_BLOCK_MAX = 1 << 20, ARENA_KEEP = 64 << 10 };

struct ArenaBlock {
	ArenaBlock *next;
	size_t used, size;
	max_align_t data[];
};

void arena_free(Arena *a)
{
	while (a->blocks) {
		ArenaBlock *b = a->blocks;

		a->blocks = b->next;
		free(b);
	}
}

void arena_reset(Arena *a)
{
	ArenaBlock *keep = NULL;

	while (a->blocks) {
		ArenaBlock *b = a->blocks;

		a->blocks = b->next;
		if (b->size <= ARENA_KEEP && (!keep || b->size > keep->size)) {
			free(keep);
			keep = b;
		} else {
			free(b);
		}
	}
	if (keep)
		*keep = (ArenaBlock){ .size = keep->size };
	a->blocks = keep;
}

static ArenaBlock *arena_grow(Arena *a, size_t need)
{
	size_t size = a->blocks ? a->blocks->size * 2 : ARENA_BLOCK_MIN;
	ArenaBlock *b;

	size = MIN(size, (size_t)ARENA_BLOCK_MAX);
	size = MAX(size, need);
	b = mem_resize(NULL, 1, sizeof(*b) + size);
	*b = (ArenaBlock){ .next = a->blocks, .size = size };
	a->blocks = b;
	return b;
}

void *arena_alloc(Arena *a, size_t n, size_t size)
{
	const size_t align = _Alignof(max_align_t);
	ArenaBlock *b = a->blocks;
	size_t bytes;
	void *p;

	if (__builtin_mul_overflow(n, size, &bytes) || bytes > SIZE_MAX / 4)
		abort();
	bytes = (bytes + align - 1) & ~(align - 1);
	if (!b || b->size - b->used < bytes)
		b = arena_grow(a, bytes);
	p = (char *)b->data + b->used;
	b->used += bytes;
	return memset(p, 0, bytes);
}

char *arena_strndup(Arena *a, const char *s, size_t n)
{
	return memcpy(arena_alloc(a, n + 1, 1), s, n);
}

char *arena_strdup(Arena *a, const char *s)
{
	return arena_strndup(a, s, strlen(s));
}

char *arena_printf(Arena *a, const char *format, ...)
{
	va_list ap, again;
	char *s;
	int n;

	va_start(ap, format);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, format, ap);
	assert(n >= 0);
	s = arena_alloc(a, (size_t)n + 1, 1);
	(void)vsnprintf(s, (size_t)n + 1, format, again);
	va_end(again);
	va_end(ap);
	return s;
}

void *arena_copy(Arena *a, const void *items, size_t n, size_t size)
{
	void *p = arena_alloc(a, n, size);

	if (n)
		memcpy(p, items, n * size);
	return p;
}
