/* SPDX-License-Identifier: MIT */
/* Making patches. The children of an element are held against those of its successor by name and
 * id; what has neither mate nor id goes by its place. Changes are written in the order in which they
 * are to be carried out: an element's own attributes, then its children deleted, moved and created,
 * then the same inside of each child, so that a path always speaks of the document as it is when
 * its turn comes. */
#include "cib/cib_patch.h"

#include "cib/cib_patch_list.h"
#include "cib/cib_value.h"

CibVersion cib_version(const CibElement *cib)
{
	const char *admin = cib_get(cib, "admin_epoch"), *epoch = cib_get(cib, "epoch");
	const char *updates = cib_get(cib, "num_updates");
	return (CibVersion){ admin ? strtoll(admin, NULL, 10) : 0,
		epoch ? strtoll(epoch, NULL, 10) : 0, updates ? strtoll(updates, NULL, 10) : 0 };
}

int cib_version_compare(const CibVersion *a, const CibVersion *b)
{
	if (a->admin_epoch != b->admin_epoch)
		return a->admin_epoch < b->admin_epoch ? -1 : 1;
	if (a->epoch != b->epoch)
		return a->epoch < b->epoch ? -1 : 1;
	if (a->num_updates != b->num_updates)
		return a->num_updates < b->num_updates ? -1 : 1;
	return 0;
}

static bool same_attrs(const CibElement *a, const CibElement *b)
{
	if (a->n_attrs != b->n_attrs)
		return false;
	for (uint32_t i = 0; i < a->n_attrs; i++)
		if (!cib_same(a->attrs[i].value, cib_get(b, a->attrs[i].name)))
			return false;
	return true;
}

static bool same_self(const CibElement *a, const CibElement *b)
{
	if (!a->name || !b->name)
		return !a->name && !b->name && a->comment == b->comment &&
		       cib_same(a->text, b->text);
	return !strcmp(a->name, b->name) && same_attrs(a, b);
}

bool cib_equal(const CibElement *a, const CibElement *b)
{
	if (!same_self(a, b))
		return false;
	const CibElement *x = a->first, *y = b->first;
	for (; x && y; x = x->next, y = y->next)
		if (!cib_equal(x, y))
			return false;
	return !x && !y;
}

/* ---- making ---- */

typedef struct Making {
	Arena *arena;
	CibElement *patch;
} Making;

static CibElement *change(const Making *m, const char *operation, const char *path)
{
	CibElement *e = cib_add(m->arena, m->patch, "change");
	cib_set(m->arena, e, "operation", operation);
	cib_set(m->arena, e, "path", path);
	return e;
}

static void set_position(const Making *m, CibElement *e, uint32_t position)
{
	cib_set(m->arena, e, "position", arena_printf(m->arena, "%u", position));
}

static void adopt(CibElement *parent, CibElement *e)
{
	cib_place(parent, e, UINT32_MAX);
}

static void modify(const Making *m, const CibElement *a, const CibElement *b, const char *path)
{
	if (same_attrs(a, b))
		return;
	CibElement *e = change(m, "modify", path);
	CibElement *list = cib_add(m->arena, e, "change-list");
	for (uint32_t i = 0; i < a->n_attrs; i++)
		if (!cib_get(b, a->attrs[i].name)) {
			CibElement *one = cib_add(m->arena, list, "change-attr");
			cib_set(m->arena, one, "name", a->attrs[i].name);
			cib_set(m->arena, one, "operation", "unset");
		}
	for (uint32_t i = 0; i < b->n_attrs; i++) {
		if (cib_same(b->attrs[i].value, cib_get(a, b->attrs[i].name)))
			continue;
		CibElement *one = cib_add(m->arena, list, "change-attr");
		cib_set(m->arena, one, "name", b->attrs[i].name);
		cib_set(m->arena, one, "operation", "set");
		cib_set(m->arena, one, "value", b->attrs[i].value);
	}
	CibElement *result = cib_add(m->arena, cib_add(m->arena, e, "change-result"), b->name);
	for (uint32_t i = 0; i < b->n_attrs; i++)
		cib_set(m->arena, result, b->attrs[i].name, b->attrs[i].value);
}

static void delete_lost(const Making *m, CibChildren *list, const char *path)
{
	for (uint32_t i = list->n; i-- > 0;) {
		if (list->items[i].mate != CIB_NO_MATE)
			continue;
		(void)change(m, "delete",
			arena_printf(m->arena, "%s/%s", path, cib_step(m->arena, list, i)));
		(void)cib_children_take(list, i);
	}
}

static void move(const Making *m, CibChildren *list, const char *path, uint32_t from, uint32_t to)
{
	set_position(m,
		change(m, "move",
			arena_printf(m->arena, "%s/%s", path, cib_step(m->arena, list, from))),
		to);
	cib_children_put(list, to, cib_children_take(list, from));
}

/* Up to `i` the list is as it shall be when this returns. */
static void settle(
	const Making *m, CibChildren *list, const CibChildren *wanted, uint32_t i, const char *path)
{
	if (wanted->items[i].mate == CIB_NO_MATE) {
		CibElement *e = change(m, "create", path);
		set_position(m, e, i);
		adopt(e, cib_copy(m->arena, wanted->items[i].e));
		CibChild created = wanted->items[i];
		created.mate = i;
		cib_children_put(list, i, created);
		return;
	}
	if (list->items[i].mate == i)
		return;
	/* One that goes further back is moved alone, not all that stand behind it. */
	if (i + 1 < list->n && list->items[i + 1].mate == i) {
		move(m, list, path, i, MIN(list->items[i].mate, list->n - 1));
		if (list->items[i].mate == i)
			return;
	}
	uint32_t at = i;
	while (list->items[at].mate != i)
		at++;
	move(m, list, path, at, i);
}

static void compare(const Making *m, const CibElement *a, const CibElement *b, const char *path)
{
	modify(m, a, b, path);
	if (!a->first && !b->first)
		return;
	CibKeys keys = { .arena = m->arena };
	CibChildren list = cib_children(&keys, a), wanted = cib_children(&keys, b);
	const CibChildren before = cib_children_mate(&list, &wanted, m->arena);
	for (uint32_t i = 0; i < before.n; i++)
		cib_children_count(&before.items[i], 1);
	delete_lost(m, &list, path);
	for (uint32_t i = 0; i < wanted.n; i++)
		settle(m, &list, &wanted, i, path);
	for (uint32_t i = 0; i < wanted.n; i++) {
		const CibChild *child = &wanted.items[i];
		if (child->mate == CIB_NO_MATE || !child->e->name)
			continue;
		const CibElement *was = before.items[child->mate].e;
		if (!cib_equal(was, child->e))
			compare(m, was, child->e,
				arena_printf(
					m->arena, "%s/%s", path, cib_step(m->arena, &list, i)));
	}
}

static void write_version(
	const Making *m, CibElement *parent, const char *name, const CibVersion *v)
{
	CibElement *e = cib_add(m->arena, parent, name);
	cib_set(m->arena, e, "admin_epoch",
		arena_printf(m->arena, "%lld", (long long)v->admin_epoch));
	cib_set(m->arena, e, "epoch", arena_printf(m->arena, "%lld", (long long)v->epoch));
	cib_set(m->arena, e, "num_updates",
		arena_printf(m->arena, "%lld", (long long)v->num_updates));
}

CibElement *cib_patch_make(Arena *arena, const CibElement *a, const CibElement *b)
{
	if (!a->name || !b->name || strcmp(a->name, b->name))
		return NULL;
	CibVersion source = cib_version(a), target = cib_version(b);
	Making m = { arena, cib_add(arena, NULL, "diff") };
	cib_set(arena, m.patch, "format", "2");
	CibElement *version = cib_add(arena, m.patch, "version");
	write_version(&m, version, "source", &source);
	write_version(&m, version, "target", &target);
	compare(&m, a, b, arena_printf(arena, "/%s", a->name));
	return m.patch;
}
