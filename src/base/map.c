/* SPDX-License-Identifier: MIT */
#include "base/map.h"

enum { MAP_FREE, MAP_USED, MAP_DELETED };

void map_free(Map *m)
{
	free(m->values);
	free(m->keys);
	free(m->used);
	*m = (Map){ .key_size = m->key_size };
}

/* FNV-1a, then a mix so that the low bits depend on all. */
uint64_t map_hash(const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	uint64_t h = 0xcbf29ce484222325u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 0x100000001b3u;
	return h ^ (h >> 29);
}

static unsigned char *map_key(const Map *m, size_t i)
{
	return m->keys + i * m->key_size;
}

/* The slot of the key, or the slot where it would go. cap is a power of two with free slots. */
static size_t map_slot(const Map *m, const void *key, bool *ret_found)
{
	size_t i = map_hash(key, m->key_size) & (m->cap - 1), spare = SIZE_MAX;

	for (;; i = (i + 1) & (m->cap - 1)) {
		if (m->used[i] == MAP_USED) {
			if (memcmp(map_key(m, i), key, m->key_size))
				continue;
			*ret_found = true;
			return i;
		}
		if (m->used[i] == MAP_FREE) {
			*ret_found = false;
			return spare == SIZE_MAX ? i : spare;
		}
		if (spare == SIZE_MAX)
			spare = i;
	}
}

static void map_rehash(Map *m, size_t cap)
{
	Map new = { .key_size = m->key_size, .cap = cap };

	new.values = mem_alloc(cap, sizeof(*new.values));
	new.keys = mem_alloc(cap, m->key_size);
	new.used = mem_alloc(cap, 1);
	for (size_t i = 0; i < m->cap; i++)
		if (m->used[i] == MAP_USED)
			map_put(&new, map_key(m, i), m->values[i]);
	map_free(m);
	*m = new;
}

void map_put(Map *m, const void *key, uint32_t value)
{
	bool found;
	size_t i;

	assert(m->key_size);
	if ((m->n + m->deleted + 1) * 4 > m->cap * 3)
		map_rehash(m, m->n * 2 + 1 > m->cap ? MAX(m->cap * 2, (size_t)16) : m->cap);
	i = map_slot(m, key, &found);
	if (!found) {
		m->deleted -= m->used[i] == MAP_DELETED;
		m->used[i] = MAP_USED;
		memcpy(map_key(m, i), key, m->key_size);
		m->n++;
	}
	m->values[i] = value;
}

bool map_get(const Map *m, const void *key, uint32_t *ret_value)
{
	bool found;
	size_t i;

	if (!m->n)
		return false;
	i = map_slot(m, key, &found);
	if (found && ret_value)
		*ret_value = m->values[i];
	return found;
}

bool map_del(Map *m, const void *key)
{
	bool found;
	size_t i;

	if (!m->n)
		return false;
	i = map_slot(m, key, &found);
	if (!found)
		return false;
	m->used[i] = MAP_DELETED;
	m->deleted++;
	m->n--;
	return true;
}
