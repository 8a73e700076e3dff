/* SPDX-License-Identifier: MIT */
#include "cib/cib_patch_list.h"

bool cib_id_usable(const char *id)
{
	return id && !(strchr(id, '\'') && strchr(id, '"'));
}

static CibKey *key_of(CibKeys *keys, const char *text)
{
	CibKey *key = cib_index_get(&keys->index, text);
	if (!key) {
		key = ARENA_NEW(keys->arena, CibKey);
		cib_index_put(keys->arena, &keys->index, text, key);
	}
	return key;
}

CibChildren cib_children(CibKeys *keys, const CibElement *parent)
{
	CibChildren list = { .arena = keys->arena };
	for (const CibElement *e = parent->first; e; e = e->next)
		list.n++;
	list.cap = list.n;
	list.items = arena_alloc(keys->arena, list.n + 1, sizeof(CibChild));
	CibChild *child = list.items;
	for (const CibElement *e = parent->first; e; e = e->next, child++) {
		const char *id = cib_get(e, "id");
		*child = (CibChild){ .e = e, .mate = CIB_NO_MATE };
		if (!e->name) {
			child->name = key_of(keys, e->comment ? "!" : "$");
			child->key = key_of(keys,
				arena_printf(keys->arena, "%s%s", e->comment ? "!" : "$", e->text));
			continue;
		}
		child->name = key_of(keys, arena_printf(keys->arena, "<%s", e->name));
		child->key = id ? key_of(keys, arena_printf(keys->arena, "<%s %s", e->name, id))
				: key_of(keys, arena_printf(keys->arena, "<%s>", e->name));
	}
	return list;
}

CibChildren cib_children_mate(CibChildren *a, CibChildren *b, Arena *arena)
{
	/* `first` is one more than the next of the key in `a` that has no mate yet; `last` holds
	 * the chain's end while it is made. The chain itself: next[i]. */
	uint32_t *next = arena_alloc(arena, a->n + 1, sizeof(uint32_t));
	for (uint32_t i = 0; i < a->n; i++) {
		CibKey *key = a->items[i].key;
		if (key->last)
			next[key->last - 1] = i + 1;
		else
			key->first = i + 1;
		key->last = i + 1;
	}
	for (uint32_t i = 0; i < b->n; i++) {
		CibKey *key = b->items[i].key;
		if (!key->first)
			continue;
		b->items[i].mate = key->first - 1;
		a->items[key->first - 1].mate = i;
		key->first = next[key->first - 1];
	}
	CibChildren before = *a;
	before.items = arena_copy(arena, a->items, a->n + 1, sizeof(CibChild));
	return before;
}

void cib_children_count(const CibChild *child, int by)
{
	child->name->alive += (uint32_t)by;
	if (child->key != child->name)
		child->key->alive += (uint32_t)by;
}

CibChild cib_children_take(CibChildren *list, uint32_t at)
{
	CibChild child = list->items[at];
	memmove(&list->items[at], &list->items[at + 1], (list->n - at - 1) * sizeof(CibChild));
	list->n--;
	cib_children_count(&child, -1);
	return child;
}

void cib_children_put(CibChildren *list, uint32_t at, CibChild child)
{
	if (list->n == list->cap) {
		uint32_t cap = list->cap ? list->cap * 2 : 8;
		CibChild *items = arena_alloc(list->arena, cap, sizeof(CibChild));
		memcpy(items, list->items, list->n * sizeof(CibChild));
		list->items = items;
		list->cap = cap;
	}
	memmove(&list->items[at + 1], &list->items[at], (list->n - at) * sizeof(CibChild));
	list->items[at] = child;
	list->n++;
	cib_children_count(&child, 1);
}

static uint32_t ordinal(const CibChildren *list, uint32_t at, bool by_name)
{
	const CibChild *child = &list->items[at];
	uint32_t n = 1;
	for (uint32_t i = 0; i < at; i++)
		n += by_name ? list->items[i].name == child->name
			     : list->items[i].key == child->key;
	return n;
}

const char *cib_step(Arena *arena, const CibChildren *list, uint32_t at)
{
	const CibChild *child = &list->items[at];
	const char *name = child->e->name, *id = cib_get(child->e, "id");
	if (!name)
		name = child->e->comment ? "comment()" : "text()";
	if (child->e->name && cib_id_usable(id)) {
		char quote = strchr(id, '\'') ? '"' : '\'';
		const char *step = arena_printf(arena, "%s[@id=%c%s%c]", name, quote, id, quote);
		return child->key->alive < 2
			       ? step
			       : arena_printf(arena, "%s[%u]", step, ordinal(list, at, false));
	}
	return child->name->alive < 2
		       ? name
		       : arena_printf(arena, "%s[%u]", name, ordinal(list, at, true));
}

void cib_place(CibElement *parent, CibElement *e, uint32_t position)
{
	CibElement *before = NULL, *after = parent->first;
	if (position == UINT32_MAX) {
		before = parent->last;
		after = NULL;
	}
	for (; after && position > 0; position--) {
		before = after;
		after = after->next;
	}
	e->parent = parent;
	e->next = after;
	if (before)
		before->next = e;
	else
		parent->first = e;
	if (!after)
		parent->last = e;
}
