/* SPDX-License-Identifier: MIT */
/* Colocation and order constraints as they are written, and what their names mean. */
#include "sched/sched_constraints.h"

#include "sched/sched_model.h"

#include <strings.h>

static void resolve_into(SchedRun *run, const char *name, SchedRscs *list)
{
	SchedRsc *rsc = sched_rsc_find(run, name);
	if (rsc) {
		cib_push(run->arena, list, rsc);
		return;
	}
	const SchedRscs *users = cib_index_get(&run->templates, name);
	for (uint32_t i = 0; users && i < users->n; i++)
		cib_push(run->arena, list, users->items[i]);
}

SchedRscs sched_resolve(SchedRun *run, const char *name)
{
	SchedRscs list = { 0 };
	resolve_into(run, name, &list);
	if (list.n)
		return list;
	const CibElement *tag = cib_index_get(&run->tags, name);
	cib_foreach_named(ref, tag, "obj_ref") resolve_into(run, cib_id(ref), &list);
	if (!list.n) {
		/* Members of an anonymous clone are named without a number. */
		SchedRsc *zero = sched_rsc_find(run, arena_printf(run->arena, "%s:0", name));
		if (zero && sched_is_clone_instance(zero))
			cib_push(run->arena, &list, sched_top(zero));
	}
	return list;
}

SchedRscs sched_set_members(SchedRun *run, const CibElement *set)
{
	SchedRscs list = { 0 };
	set = cib_resolve(&run->ids, set);
	cib_foreach_named(ref, set, "resource_ref")
	{
		SchedRscs some = sched_resolve(run, cib_id(ref));
		cib_each(rsc, &some) cib_push(run->arena, &list, *rsc);
	}
	return list;
}

/* ---- colocation ---- */

static bool influence_of(const SchedRsc *dependent, const char *text)
{
	bool influence = rsc_is(dependent, RSC_CRITICAL);
	(void)cib_truth(text, &influence);
	return influence;
}

SchedColocation *sched_colocate(SchedRun *run, SchedColocation given)
{
	if (given.score == 0 || !given.dependent || !given.primary ||
		given.dependent == given.primary)
		return NULL;
	SchedColocation *c = ARENA_NEW(run->arena, SchedColocation);
	*c = given;
	if (!c->node_attr)
		c->node_attr = "#uname";
	if (c->dependent_role == ROLE_STARTED)
		c->dependent_role = ROLE_UNKNOWN;
	if (c->primary_role == ROLE_STARTED)
		c->primary_role = ROLE_UNKNOWN;
	cib_push(run->arena, &run->colocations, c);
	cib_push(run->arena, &c->dependent->this_with, c);
	cib_push(run->arena, &c->primary->with_this, c);
	return c;
}

typedef struct ColocSet {
	const CibElement *e;
	SchedRscs members;
	SchedRole role;
	bool sequential;
	int score;
} ColocSet;

typedef struct ColocText {
	SchedRun *run;
	const CibElement *e;
	int score;
} ColocText;

/* Two that must not be together: one leaves before the other comes, on the same node. */
static void never_both(
	SchedRun *run, SchedRsc *first, SchedRole first_role, SchedRsc *then, SchedRole then_role)
{
	bool demote = first_role == ROLE_PROMOTED, promote = then_role == ROLE_PROMOTED;
	sched_order(run, first, demote ? TASK_DEMOTE : TASK_STOP, then,
		promote ? TASK_PROMOTE : TASK_START, ORDER_ANTI_COLOCATION);
	if (then_role == ROLE_UNPROMOTED)
		sched_order(run, first, demote ? TASK_DEMOTE : TASK_STOP, then, TASK_DEMOTE,
			ORDER_ANTI_COLOCATION);
	if (first_role == ROLE_UNPROMOTED)
		sched_order(run, first, TASK_PROMOTE, then, promote ? TASK_PROMOTE : TASK_START,
			ORDER_ANTI_COLOCATION);
}

static void with(
	const ColocText *t, SchedRsc *a, SchedRsc *b, SchedRole role_a, SchedRole role_b, int score)
{
	(void)sched_colocate(
		t->run, (SchedColocation){ .id = cib_id(t->e),
				.node_attr = cib_get(t->e, "node-attribute"),
				.dependent = a,
				.primary = b,
				.dependent_role = role_a,
				.primary_role = role_b,
				.score = score,
				.explicit = true,
				.influence = influence_of(a, cib_get(t->e, "influence")) });
	if (score <= -CIB_INFINITY) {
		never_both(t->run, a, role_a, b, role_b);
		never_both(t->run, b, role_b, a, role_a);
	}
}

static void colocate_inside(const ColocText *t, const ColocSet *set)
{
	SchedRsc **m = set->members.items;
	uint32_t n = set->members.n;
	bool listed = cib_same_word(cib_get(set->e, "ordering"), "listed");
	if (set->score == 0 || (!set->sequential && set->score > 0))
		return;
	if (set->score > 0) {
		for (uint32_t i = 1; i < n; i++)
			with(t, listed ? m[i - 1] : m[i], listed ? m[i] : m[i - 1], set->role,
				set->role, set->score);
		return;
	}
	if (!set->sequential)
		return;
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t k = 0; k < i; k++)
			with(t, m[i], m[k], set->role, set->role, set->score);
}

static void colocate_sets(const ColocText *t, const ColocSet *a, const ColocSet *b)
{
	if (!a->members.n || !b->members.n)
		return;
	uint32_t first_a = 0, end_a = a->sequential ? 1 : a->members.n;
	uint32_t first_b = b->sequential ? b->members.n - 1 : 0, end_b = b->members.n;
	for (uint32_t i = first_a; i < end_a; i++)
		for (uint32_t k = first_b; k < end_b; k++)
			with(t, a->members.items[i], b->members.items[k], a->role, b->role,
				t->score);
}

static ColocSet coloc_set(const ColocText *t, const CibElement *given)
{
	ColocSet set = { .e = cib_resolve(&t->run->ids, given) ?: given };
	bool sequential = true;
	(void)cib_truth(cib_get(set.e, "sequential"), &sequential);
	set.sequential = sequential;
	set.members = sched_set_members(t->run, given);
	set.role = sched_role_parse(cib_get(set.e, "role"));
	set.score = cib_get(set.e, "score") ? cib_score(cib_get(set.e, "score")) : t->score;
	return set;
}

void sched_unpack_colocation(SchedRun *run, const CibElement *e)
{
	ColocText t = { run, e, cib_score(cib_get(e, "score")) };
	const CibElement *lifetime = cib_child(e, "lifetime");
	CibRuleInput input = sched_rule_input(run, NULL, NULL);
	if (lifetime && !cib_rules_hold(lifetime, &input))
		return;
	if (cib_child(e, "resource_set")) {
		ColocSet last = { 0 };
		cib_foreach_named(given, e, "resource_set")
		{
			ColocSet set = coloc_set(&t, given);
			colocate_inside(&t, &set);
			if (last.e)
				colocate_sets(&t, &last, &set);
			last = set;
		}
		return;
	}
	const char *a = cib_get2(e, "rsc", "from"), *b = cib_get2(e, "with-rsc", "to");
	SchedRscs dependents = a ? sched_resolve(run, a) : (SchedRscs){ 0 };
	SchedRscs primaries = b ? sched_resolve(run, b) : (SchedRscs){ 0 };
	SchedRole role_a = sched_role_parse(cib_get2(e, "rsc-role", "from_role"));
	SchedRole role_b = sched_role_parse(cib_get2(e, "with-rsc-role", "to_role"));
	cib_each(x, &dependents) cib_each(y, &primaries) with(&t, *x, *y, role_a, role_b, t.score);
}

/* ---- order ---- */

typedef enum OrderKind { KIND_OPTIONAL, KIND_MANDATORY, KIND_SERIALIZE } OrderKind;
typedef enum Symmetry { ASYMMETRIC, SYMMETRIC, INVERSE } Symmetry;

static OrderKind kind_of(const CibElement *e, OrderKind fallback)
{
	const char *kind = cib_get(e, "kind"), *score = cib_get(e, "score");
	if (!kind) {
		if (score)
			return cib_score(score) ? KIND_MANDATORY : KIND_OPTIONAL;
		return fallback;
	}
	if (!strcasecmp(kind, "Optional"))
		return KIND_OPTIONAL;
	if (!strcasecmp(kind, "Serialize"))
		return KIND_SERIALIZE;
	return KIND_MANDATORY;
}

static bool symmetric_of(const CibElement *e, OrderKind kind, bool fallback)
{
	bool symmetric = fallback;
	if (kind == KIND_SERIALIZE)
		return false;
	(void)cib_truth(cib_get(e, "symmetrical"), &symmetric);
	return symmetric;
}

static uint32_t order_flags(OrderKind kind, SchedTask first, Symmetry symmetry)
{
	if (kind == KIND_OPTIONAL)
		return ORDER_OPTIONAL;
	if (kind == KIND_SERIALIZE)
		return ORDER_SERIALIZE;
	if (symmetry == ASYMMETRIC)
		return ORDER_OPTIONAL | ORDER_ASYMMETRICAL;
	if (symmetry == INVERSE)
		return ORDER_OPTIONAL | ORDER_IMPLIES_FIRST;
	return ORDER_OPTIONAL | ORDER_IMPLIES_THEN |
	       (first == TASK_START || first == TASK_PROMOTE ? ORDER_RUNNABLE : 0);
}

static SchedTask inverse(SchedTask task)
{
	switch ((int)task) {
	case TASK_START: return TASK_STOP;
	case TASK_STOP: return TASK_START;
	case TASK_PROMOTE: return TASK_DEMOTE;
	case TASK_DEMOTE: return TASK_PROMOTE;
	case TASK_PROMOTED: return TASK_DEMOTED;
	case TASK_DEMOTED: return TASK_PROMOTED;
	case TASK_RUNNING: return TASK_STOPPED;
	case TASK_STOPPED: return TASK_RUNNING;
	default: return TASK_NONE;
	}
}

static SchedAction *enough(SchedRun *run, const char *prefix, const char *id, uint32_t needed)
{
	SchedAction *met = sched_named(run, arena_printf(run->arena, "%s:%s", prefix, id));
	met->required_before = needed;
	met->flags |= ACT_MIN_RUNNABLE;
	return met;
}

static void after_enough(SchedRun *run, SchedRsc *rsc, SchedTask task, SchedAction *met)
{
	sched_order_full(run, (SchedOrder){ .flags = ORDER_ONE_OR_MORE | ORDER_IMPLIES_THEN_PRINTED,
				      .first_rsc = rsc,
				      .first_task = task,
				      .then = met });
}

static void before_then(
	SchedRun *run, SchedAction *met, SchedRsc *rsc, SchedTask task, uint32_t flags)
{
	sched_order_full(run, (SchedOrder){ .flags = flags | ORDER_RUNNABLE,
				      .first = met,
				      .then_rsc = rsc,
				      .then_task = task });
}

static uint32_t restart_flag(const SchedRsc *then, OrderKind kind, uint32_t flag)
{
	return kind == KIND_OPTIONAL && rsc_is(then, RSC_RESTART_TYPE) ? flag : 0;
}

static uint32_t minimum_of(const SchedRsc *first, const CibElement *e, SchedTask task)
{
	bool all = true;
	if (first->variant != RSC_CLONE || (task != TASK_START && task != TASK_PROMOTE))
		return 0;
	if (first->clone_min > 0)
		return (uint32_t)first->clone_min;
	(void)cib_truth(cib_get(e, "require-all"), &all);
	return all ? 0 : 1;
}

static void order_pair(SchedRun *run, const CibElement *e, SchedRsc *first, SchedRsc *then)
{
	SchedTask first_task = sched_task_parse(cib_get(e, "first-action") ?: "start");
	SchedTask then_task = cib_get(e, "then-action")
				      ? sched_task_parse(cib_get(e, "then-action"))
				      : first_task;
	OrderKind kind = kind_of(e, KIND_MANDATORY);
	bool symmetric = symmetric_of(e, kind, true);
	uint32_t flags = order_flags(kind, first_task, symmetric ? SYMMETRIC : ASYMMETRIC) |
			 restart_flag(then, kind, ORDER_IMPLIES_THEN);
	uint32_t minimum = minimum_of(first, e, first_task);
	if (minimum) {
		SchedAction *met = enough(run, "clone-one-or-more", cib_id(e), minimum);
		cib_each(instance, &first->children) after_enough(run, *instance, first_task, met);
		before_then(run, met, then, then_task, flags);
	} else {
		sched_order(run, first, first_task, then, then_task, flags);
	}
	if (!symmetric || inverse(first_task) == TASK_NONE || inverse(then_task) == TASK_NONE)
		return;
	/* One instance less is no reason to stop as long as there are enough. */
	flags = minimum ? ORDER_OPTIONAL : order_flags(kind, inverse(first_task), INVERSE);
	flags |= restart_flag(then, kind, ORDER_IMPLIES_FIRST);
	sched_order(run, then, inverse(then_task), first, inverse(first_task), flags);
}

typedef struct OrderSet {
	const CibElement *e;
	SchedRscs members;
	SchedTask task;
	bool sequential, require_all, symmetric;
	OrderKind kind;
} OrderSet;

static OrderSet order_set(SchedRun *run, const CibElement *given, OrderKind kind, bool symmetric)
{
	OrderSet set = { .e = cib_resolve(&run->ids, given) ?: given };
	bool sequential = true, all = true;
	(void)cib_truth(cib_get(set.e, "sequential"), &sequential);
	(void)cib_truth(cib_get(set.e, "require-all"), &all);
	set.sequential = sequential;
	set.require_all = all;
	set.members = sched_set_members(run, given);
	set.task = sched_task_parse(cib_get(set.e, "action") ?: "start");
	set.kind = kind_of(set.e, kind);
	set.symmetric = symmetric_of(set.e, set.kind, symmetric);
	return set;
}

static void order_inside(SchedRun *run, const OrderSet *set)
{
	SchedRsc **m = set->members.items;
	if (!set->sequential)
		return;
	uint32_t forth = order_flags(set->kind, set->task, set->symmetric ? SYMMETRIC : ASYMMETRIC);
	SchedTask back_task = inverse(set->task);
	uint32_t back = order_flags(set->kind, back_task, INVERSE);
	for (uint32_t i = 1; i < set->members.n; i++) {
		sched_order(run, m[i - 1], set->task, m[i], set->task, forth);
		if (set->symmetric && back_task != TASK_NONE)
			sched_order(run, m[i], back_task, m[i - 1], back_task, back);
	}
}

static void order_sets(
	SchedRun *run, const OrderSet *a, const OrderSet *b, OrderKind kind, Symmetry symmetry)
{
	bool back = symmetry == INVERSE;
	SchedTask task_a = back ? inverse(a->task) : a->task;
	SchedTask task_b = back ? inverse(b->task) : b->task;
	uint32_t flags = order_flags(kind, task_a, symmetry);
	if (!a->members.n || !b->members.n || task_a == TASK_NONE || task_b == TASK_NONE)
		return;
	if (!a->require_all && !back) {
		SchedAction *met = enough(run, "one-or-more", cib_id(a->e), 1);
		cib_each(rsc, &a->members) after_enough(run, *rsc, task_a, met);
		cib_each(rsc, &b->members) before_then(run, met, *rsc, task_b, ORDER_RUNNABLE);
		return;
	}
	uint32_t from_a = 0, end_a = a->members.n, from_b = 0, end_b = b->members.n;
	if (a->sequential) {
		from_a = back ? 0 : a->members.n - 1;
		end_a = from_a + 1;
	}
	if (b->sequential) {
		from_b = back ? b->members.n - 1 : 0;
		end_b = from_b + 1;
	}
	for (uint32_t i = from_a; i < end_a; i++)
		for (uint32_t k = from_b; k < end_b; k++)
			sched_order(run, a->members.items[i], task_a, b->members.items[k], task_b,
				flags);
}

void sched_unpack_order(SchedRun *run, const CibElement *e)
{
	const CibElement *lifetime = cib_child(e, "lifetime");
	CibRuleInput input = sched_rule_input(run, NULL, NULL);
	if (lifetime && !cib_rules_hold(lifetime, &input))
		return;
	if (!cib_child(e, "resource_set")) {
		const char *a = cib_get(e, "first"), *b = cib_get(e, "then");
		SchedRscs firsts = a ? sched_resolve(run, a) : (SchedRscs){ 0 };
		SchedRscs thens = b ? sched_resolve(run, b) : (SchedRscs){ 0 };
		cib_each(x, &firsts) cib_each(y, &thens) order_pair(run, e, *x, *y);
		return;
	}
	OrderKind kind = kind_of(e, KIND_MANDATORY);
	bool symmetric = symmetric_of(e, kind, true);
	OrderSet last = { 0 };
	cib_foreach_named(given, e, "resource_set")
	{
		OrderSet set = order_set(run, given, kind, symmetric);
		order_inside(run, &set);
		if (last.e) {
			order_sets(run, &last, &set, kind, symmetric ? SYMMETRIC : ASYMMETRIC);
			if (symmetric)
				order_sets(run, &set, &last, kind, INVERSE);
		}
		last = set;
	}
}

void sched_unpack_constraints(SchedRun *run)
{
	const CibElement *list = cib_child(cib_child(run->cib, "configuration"), "constraints");
	cib_foreach(e, list)
	{
		if (!strcmp(e->name, "rsc_location"))
			sched_unpack_location(run, e);
		else if (!strcmp(e->name, "rsc_colocation"))
			sched_unpack_colocation(run, e);
		else if (!strcmp(e->name, "rsc_order"))
			sched_unpack_order(run, e);
	}
}
