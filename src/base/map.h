/* SPDX-License-Identifier: MIT */
#pragma once

/* A hash map from keys of one fixed size to 32-bit values (an index into somebody's array). Keys
 * are compared byte for byte: zero the padding. */

#include "base/base.h"

typedef struct Map {
	size_t key_size; /* set once, before the first put */
	size_t n, cap;
	uint32_t *values;    /* cap of them */
	unsigned char *keys; /* cap keys */
	unsigned char *used; /* 0 free, 1 in use, 2 deleted */
	size_t deleted;
} Map;

#define MAP_INIT(size) ((Map){ .key_size = (size) })

void map_free(Map *m);
/* Adds or replaces. */
void map_put(Map *m, const void *key, uint32_t value);
bool map_get(const Map *m, const void *key, uint32_t *ret_value);
bool map_del(Map *m, const void *key);

/* A hash of bytes: the same at every run, so that runs can be replayed. */
uint64_t map_hash(const void *bytes, size_t n);
