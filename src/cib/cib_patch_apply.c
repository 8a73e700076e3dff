/* SPDX-License-Identifier: MIT */
/* Carrying patches out. A patch may come from another machine: every path and position in it is
 * checked, and the document that it is for is never half changed. */
#include "cib/cib_patch.h"
#include "cib/cib_patch_list.h"

/* One step of a path: name, then [@id='...'] and [n] where they are given. */
typedef struct Step {
	const char *name, *id; /* not terminated: with their lengths */
	size_t n_name, n_id;
	uint32_t ordinal; /* 0: the only one, or the first */
} Step;

static bool parse_id(const char **p, Step *step)
{
	char quote = (*p)[5];
	if (quote != '\'' && quote != '"')
		return false;
	step->id = *p + 6;
	const char *end = strchr(step->id, quote);
	if (!end || end[1] != ']')
		return false;
	step->n_id = (size_t)(end - step->id);
	*p = end + 2;
	return true;
}

/* Reads the step behind a "/". */
static bool parse_step(const char **p, Step *ret_step)
{
	Step step = { .name = *p + 1 };
	if (**p != '/')
		return false;
	step.n_name = strcspn(step.name, "/[");
	*p = step.name + step.n_name;
	if (!step.n_name)
		return false;
	if (!strncmp(*p, "[@id=", 5) && !parse_id(p, &step))
		return false;
	if (**p == '[') {
		char *end = NULL;
		unsigned long n = strtoul(*p + 1, &end, 10);
		if (*end != ']' || n == 0 || n > UINT32_MAX)
			return false;
		step.ordinal = (uint32_t)n;
		*p = end + 1;
	}
	if (**p != '/' && **p != '\0')
		return false;
	*ret_step = step;
	return true;
}

static bool fits(const CibElement *e, const Step *step)
{
	const char *name = e->name ?: e->comment ? "comment()" : "text()";
	const char *id = cib_get(e, "id");
	if (strlen(name) != step->n_name || memcmp(name, step->name, step->n_name) != 0)
		return false;
	return !step->id ||
	       (id && strlen(id) == step->n_id && memcmp(id, step->id, step->n_id) == 0);
}

static CibElement *resolve(CibElement *doc, const char *path)
{
	Step step;
	CibElement *at = doc;
	if (!path || !parse_step(&path, &step) || !fits(doc, &step))
		return NULL;
	while (*path) {
		CibElement *e = at->first;
		if (!parse_step(&path, &step))
			return NULL;
		uint32_t left = MAX(step.ordinal, 1U);
		for (; e; e = e->next)
			if (fits(e, &step) && --left == 0)
				break;
		if (!e)
			return NULL;
		at = e;
	}
	return at;
}

static bool position_of(const CibElement *change, uint32_t *ret_position)
{
	const char *text = cib_get(change, "position");
	char *end = NULL;
	if (!text || *text < '0' || *text > '9')
		return false;
	unsigned long n = strtoul(text, &end, 10);
	if (*end || n >= UINT32_MAX)
		return false;
	*ret_position = (uint32_t)n;
	return true;
}

static bool modify(Arena *arena, CibElement *target, const CibElement *change)
{
	const CibElement *result = cib_first(cib_child(change, "change-result"));
	if (!result || !target->name)
		return false;
	target->attrs = NULL;
	target->n_attrs = target->cap_attrs = 0;
	for (uint32_t i = 0; i < result->n_attrs; i++)
		cib_set(arena, target, result->attrs[i].name, result->attrs[i].value);
	return true;
}

static bool carry_out(Arena *arena, CibElement *doc, const CibElement *change)
{
	const char *operation = cib_get(change, "operation") ?: "";
	CibElement *target = resolve(doc, cib_get(change, "path"));
	uint32_t position = 0;
	if (!target)
		return false;
	if (!strcmp(operation, "modify"))
		return modify(arena, target, change);
	if (!strcmp(operation, "create")) {
		if (!change->first || !target->name || !position_of(change, &position))
			return false;
		cib_place(target, cib_copy(arena, change->first), position);
		return true;
	}
	CibElement *parent = target->parent;
	if (!parent)
		return false;
	if (!strcmp(operation, "delete")) {
		cib_remove(target);
		return true;
	}
	if (strcmp(operation, "move") != 0 || !position_of(change, &position))
		return false;
	cib_remove(target);
	cib_place(parent, target, position);
	return true;
}

CibElement *cib_patch_apply(
	Arena *arena, const CibElement *doc, const CibElement *patch, CibPatchOutcome *ret_outcome)
{
	const CibElement *version = cib_child(patch, "version");
	const CibElement *source = cib_child(version, "source");
	const char *format = cib_get(patch, "format");
	if (!cib_is(patch, "diff") || !format || strcmp(format, "2") != 0 || !source) {
		*ret_outcome = CIB_PATCH_BROKEN;
		return NULL;
	}
	CibVersion here = cib_version(doc), there = cib_version(source);
	int order = cib_version_compare(&here, &there);
	if (order) {
		*ret_outcome = order > 0 ? CIB_PATCH_OLD : CIB_PATCH_AHEAD;
		return NULL;
	}
	CibElement *copy = cib_copy(arena, doc);
	cib_foreach_named(change, patch, "change") if (!carry_out(arena, copy, change))
	{
		*ret_outcome = CIB_PATCH_MISFIT;
		return NULL;
	}
	*ret_outcome = CIB_PATCH_DONE;
	return copy;
}
