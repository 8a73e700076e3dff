/* SPDX-License-Identifier: MIT */
/* Resources as they are configured: templates, defaults and instances. */
#include "sched/sched_model.h"

#include <stdio.h>
#include <strings.h>

enum { CLONE_MAX_LIMIT = 10000 };

static const CibElement *resources(const SchedRun *run)
{
	return cib_child(cib_child(run->cib, "configuration"), "resources");
}

/* The operations of a template and of the resource together; the resource's own win. */
static void merge_operations(SchedRun *run, CibElement *into, const CibElement *own)
{
	cib_foreach_named(op, own, "op")
	{
		int64_t interval = MAX(0, cib_msec(cib_get(op, "interval")));
		for (CibElement *old = cib_child(into, "op"), *next; old; old = next) {
			next = cib_next(old, "op");
			if (cib_same(cib_get(old, "name"), cib_get(op, "name")) &&
				MAX(0, cib_msec(cib_get(old, "interval"))) == interval &&
				cib_same(cib_get(old, "role"), cib_get(op, "role")))
				cib_remove(old);
		}
		CibElement *copy = cib_copy(run->arena, op);
		copy->parent = into;
		if (into->last)
			into->last->next = copy;
		else
			into->first = copy;
		into->last = copy;
	}
}

static void adopt(CibElement *parent, CibElement *child, bool first)
{
	child->parent = parent;
	child->next = first ? parent->first : NULL;
	if (first)
		parent->first = child;
	else if (parent->last)
		parent->last->next = child;
	else
		parent->first = child;
	if (!parent->last || !first)
		parent->last = child;
}

/* The primitive with what its template says filled in: its own words come first. */
static const CibElement *with_template(SchedRun *run, const CibElement *xml)
{
	const char *name = cib_get(xml, "template");
	if (!name || !cib_is(xml, "primitive"))
		return xml;
	const CibElement *template = cib_child_with(resources(run), "template", "id", name);
	if (!template)
		return xml;
	CibElement *merged = cib_copy(run->arena, xml);
	const char *kept[] = { "class", "provider", "type" };
	for (size_t i = 0; i < ARRAY_LEN(kept); i++)
		if (cib_get(template, kept[i]))
			cib_set(run->arena, merged, kept[i], cib_get(template, kept[i]));
	CibElement *own_ops = cib_child(merged, "operations");
	cib_foreach(part, template)
	{
		CibElement *copy = cib_copy(run->arena, part);
		if (cib_is(part, "operations") && own_ops) {
			merge_operations(run, copy, own_ops);
			cib_remove(own_ops);
		}
		adopt(merged, copy, false);
	}
	return merged;
}

static void unpack_meta(SchedRun *run, SchedRsc *rsc)
{
	CibRuleInput input = sched_rule_input(run, NULL, rsc);
	const CibElement *defaults =
		cib_child(cib_child(run->cib, "configuration"), "rsc_defaults");
	cib_nvpairs(rsc->xml, "meta_attributes", NULL, &run->ids, &input, &rsc->meta);
	if (rsc->parent)
		cib_each(pair, &rsc->parent->meta)
			cib_pairs_set(run->arena, &rsc->meta, pair->name, pair->value, false);
	cib_nvpairs(defaults, "meta_attributes", NULL, &run->ids, &input, &rsc->meta);
}

static const char *meta(const SchedRsc *rsc, const char *name)
{
	return cib_pairs_get(&rsc->meta, name);
}

static bool meta_true(const SchedRsc *rsc, const char *name, bool fallback)
{
	bool truth = fallback;
	(void)cib_truth(meta(rsc, name), &truth);
	return truth;
}

static void unpack_requires(SchedRun *run, SchedRsc *rsc)
{
	const char *value = meta(rsc, "requires");
	if (rsc->variant == RSC_CLONE && !value) {
		/* the instances say */
	}
	rsc->requires = REQUIRES_QUORUM;
	if (rsc_is(rsc, RSC_FENCE_DEVICE)) {
		if (cib_same_word(value, "nothing"))
		rsc->requires = REQUIRES_NOTHING;
		return;
	}
	if (cib_same_word(value, "nothing"))
	rsc->requires = REQUIRES_NOTHING;
	else if (cib_same_word(value, "quorum")) rsc->requires = REQUIRES_QUORUM;
	else if (!value && run->quorum_policy == QUORUM_IGNORE && !run->fencing_enabled)
		rsc->requires = REQUIRES_NOTHING;
	else if (run->fencing_enabled) rsc->requires = REQUIRES_FENCING;
	if (run->fencing_enabled &&
		(cib_same_word(value, "unfencing") ||
			((!value || cib_same_word(value, "default")) && run->unfencing_enabled)))
		rsc->flags |= RSC_NEEDS_UNFENCING;
}

static void unpack_managed(SchedRun *run, SchedRsc *rsc)
{
	bool managed = true;
	const char *fallback = sched_option(run, "is-managed-default", "is_managed_default");
	(void)cib_truth(fallback, &managed);
	managed = meta_true(rsc, "is-managed", meta_true(rsc, "is_managed", managed));
	rsc_set(rsc, RSC_MANAGED, managed);
	bool maintenance = meta_true(rsc, "maintenance", false);
	if (maintenance || run->maintenance_mode) {
		rsc_set(rsc, RSC_MANAGED, false);
		rsc_set(rsc, RSC_MAINTENANCE, true);
	}
}

static void unpack_policies(SchedRun *run, SchedRsc *rsc)
{
	const char *multiple = meta(rsc, "multiple-active") ?: meta(rsc, "multiple_active");
	if (cib_same_word(multiple, "stop_only"))
		rsc->multiple = MULTIPLE_STOP_ONLY;
	else if (cib_same_word(multiple, "block"))
		rsc->multiple = MULTIPLE_BLOCK;
	else if (cib_same_word(multiple, "stop_unexpected"))
		rsc->multiple = MULTIPLE_STOP_UNEXPECTED;
	const char *stickiness =
		meta(rsc, "resource-stickiness") ?: meta(rsc, "resource_stickiness");
	if (!stickiness)
		stickiness = sched_option(
			run, "default-resource-stickiness", "default_resource_stickiness");
	/* So that instances do not change places for nothing. */
	if (sched_is_clone_instance(rsc))
		rsc->stickiness = 1;
	if (stickiness && !cib_same_word(stickiness, "default"))
		rsc->stickiness = cib_score(stickiness);
	rsc->migration_threshold = CIB_INFINITY;
	const char *threshold = meta(rsc, "migration-threshold");
	if (threshold && !cib_same_word(threshold, "default"))
		rsc->migration_threshold =
			cib_score(threshold) < 0 ? CIB_INFINITY : cib_score(threshold);
	int64_t timeout = cib_msec(meta(rsc, "failure-timeout"));
	rsc->failure_timeout = timeout > 0 ? (timeout + 999) / 1000 : 0;
	rsc->priority = cib_score(meta(rsc, "priority"));
	rsc_set(rsc, RSC_CRITICAL, meta_true(rsc, "critical", true));
	rsc_set(rsc, RSC_ALLOW_MIGRATE, meta_true(rsc, "allow-migrate", false));
	rsc_set(rsc, RSC_RESTART_TYPE, cib_same_word(meta(rsc, "restart-type"), "restart"));
	if (cib_same_word(meta(rsc, "remote-node"), "") || meta(rsc, "remote-node"))
		sched_not_yet(run, "guest node %s", meta(rsc, "remote-node"));
}

static int meta_number(const SchedRsc *rsc, const char *name, const char *older, int fallback)
{
	const char *text = meta(rsc, name) ?: (older ? meta(rsc, older) : NULL);
	return text ? cib_score(text) : fallback;
}

static void unpack_clone(SchedRun *run, SchedRsc *rsc)
{
	bool promotable = meta_true(rsc, "promotable", false) || cib_is(rsc->xml, "master");
	rsc->clone_node_max = meta_number(rsc, "clone-node-max", "clone_node_max", 1);
	/* Several of them on a node must be told apart. */
	bool several = rsc->clone_node_max > 1;
	bool unique = meta_true(rsc, "globally-unique", meta_true(rsc, "globally_unique", several));
	rsc_set(rsc, RSC_UNIQUE, unique);
	rsc_set(rsc, RSC_PROMOTABLE, promotable);
	rsc->clone_max = meta_number(rsc, "clone-max", "clone_max", MAX(1, (int)run->nodes.n));
	rsc->clone_max = MIN(rsc->clone_max, CLONE_MAX_LIMIT);
	if (!unique && rsc->clone_node_max > 1)
		rsc->clone_node_max = 1;
	if (promotable) {
		rsc->promoted_max = meta_number(rsc, "promoted-max", "master-max", 1);
		rsc->promoted_node_max =
			meta_number(rsc, "promoted-node-max", "master-node-max", 1);
	}
	rsc->clone_min = meta_number(rsc, "clone-min", NULL, 0);
	rsc_set(rsc, RSC_INTERLEAVE, meta_true(rsc, "interleave", false));
	rsc_set(rsc, RSC_ORDERED, meta_true(rsc, "ordered", false));
	rsc_set(rsc, RSC_NOTIFY, meta_true(rsc, "notify", false));
}

static const CibElement *child_element(const CibElement *xml)
{
	cib_foreach(
		e, xml) if (!strcmp(e->name, "primitive") || !strcmp(e->name, "group")) return e;
	return NULL;
}

SchedRsc *sched_clone_add_instance(SchedRun *run, SchedRsc *clone, bool removed)
{
	const CibElement *child = child_element(clone->xml);
	if (!child)
		return NULL;
	SchedRsc *rsc = sched_rsc_new(run, child, clone, (int)clone->children.n);
	if (removed && rsc) {
		rsc->flags |= RSC_REMOVED;
		cib_each(member, &rsc->children)(*member)->flags |= RSC_REMOVED;
	}
	return rsc;
}

static void unpack_children(SchedRun *run, SchedRsc *rsc, int instance)
{
	if (rsc->variant == RSC_GROUP) {
		cib_foreach_named(e, rsc->xml, "primitive")(void)
			sched_rsc_new(run, e, rsc, instance);
		return;
	}
	if (rsc->variant != RSC_CLONE)
		return;
	for (int i = 0; i < rsc->clone_max; i++)
		if (!sched_clone_add_instance(run, rsc, false))
			break;
	if (rsc->clone_max <= 0)
		(void)sched_clone_add_instance(run, rsc, true);
}

static void disable_by_target(SchedRun *run, SchedRsc *rsc)
{
	SchedRole role = sched_target_role(rsc);
	if (role != ROLE_UNKNOWN)
		sched_set_next_role(rsc, role, "target-role");
	(void)run;
}

SchedRsc *sched_rsc_new(SchedRun *run, const CibElement *xml, SchedRsc *parent, int instance)
{
	if (!cib_get(xml, "id"))
		return NULL;
	SchedRsc *rsc = ARENA_NEW(run->arena, SchedRsc);
	rsc->xml = with_template(run, xml);
	rsc->config_name = cib_id(xml);
	rsc->id = instance >= 0 ? arena_printf(run->arena, "%s:%d", rsc->config_name, instance)
				: rsc->config_name;
	rsc->instance = (uint32_t)MAX(instance, 0);
	rsc->parent = parent;
	rsc->class = cib_get(rsc->xml, "class");
	rsc->provider = cib_get(rsc->xml, "provider");
	rsc->type = cib_get(rsc->xml, "type");
	rsc->variant = cib_is(xml, "group")			       ? RSC_GROUP
		       : cib_is(xml, "clone") || cib_is(xml, "master") ? RSC_CLONE
								       : RSC_PRIMITIVE;
	const CibElement *ops = cib_child(rsc->xml, "operations");
	rsc->ops_xml = ops ? cib_resolve(&run->ids, ops) : rsc->xml;
	rsc->role = ROLE_STOPPED;
	rsc->flags = RSC_UNASSIGNED;
	rsc_set(rsc, RSC_FENCE_DEVICE, cib_same(rsc->class, "stonith"));
	if (parent && (parent->flags & RSC_UNIQUE))
		rsc->flags |= RSC_UNIQUE;
	if (rsc_is(rsc, RSC_FENCE_DEVICE))
		run->have_fence_device = true;
	unpack_meta(run, rsc);
	unpack_managed(run, rsc);
	unpack_policies(run, rsc);
	if (parent && rsc_is(sched_top(rsc), RSC_NOTIFY))
		rsc->flags |= RSC_NOTIFY;
	rsc->allowed = arena_alloc(run->arena, run->nodes.n + 1, sizeof(SchedSlot));
	rsc->known_on = arena_alloc(run->arena, run->nodes.n + 1, sizeof(bool));
	for (uint32_t i = 0; run->symmetric && i < run->nodes.n; i++)
		rsc->allowed[i].present = true;
	rsc->index = run->all.n;
	cib_push(run->arena, &run->all, rsc);
	cib_index_put(run->arena, &run->rsc_by_id, rsc->id, rsc);
	if (parent)
		cib_push(run->arena, &parent->children, rsc);
	if (rsc->variant == RSC_CLONE)
		unpack_clone(run, rsc);
	if (rsc->variant == RSC_GROUP) {
		rsc_set(rsc, RSC_ORDERED, meta_true(rsc, "ordered", true));
		rsc_set(rsc, RSC_COLOCATED, meta_true(rsc, "collocated", true));
	}
	unpack_requires(run, rsc);
	disable_by_target(run, rsc);
	unpack_children(run, rsc, instance);
	if (rsc->variant == RSC_GROUP && rsc->children.n && !cib_pairs_get(&rsc->meta, "priority"))
		rsc->priority = 0;
	return rsc;
}

static void note_template_users(SchedRun *run, const CibElement *primitive)
{
	const char *name = cib_get(primitive, "template");
	if (!name)
		return;
	SchedRscs *users = cib_index_get(&run->templates, name);
	if (!users) {
		users = ARENA_NEW(run->arena, SchedRscs);
		cib_index_put(run->arena, &run->templates, name, users);
	}
	SchedRsc *rsc = sched_rsc_find(run, cib_id(primitive));
	if (rsc)
		cib_push(run->arena, users, rsc);
}

static void by_priority(SchedRun *run)
{
	/* Stable: in the order of the file where the priority is equal. */
	SchedRsc **sorted = arena_alloc(run->arena, run->rscs.n + 1, sizeof(SchedRsc *));
	SchedRsc **from = run->rscs.items, **to = sorted;
	uint32_t n = run->rscs.n;
	for (uint32_t width = 1; width < n; width *= 2) {
		for (uint32_t low = 0; low < n; low += 2 * width) {
			uint32_t a = low, mid = MIN(low + width, n), b = mid;
			uint32_t high = MIN(low + 2 * width, n);
			for (uint32_t k = low; k < high; k++)
				to[k] = a < mid && (b >= high ||
							   from[a]->priority >= from[b]->priority)
						? from[a++]
						: from[b++];
		}
		SchedRsc **swap = from;
		from = to;
		to = swap;
	}
	run->rscs.items = from;
}

static void find_containers(SchedRun *run)
{
	for (uint32_t i = 0; i < run->all.n; i++) {
		SchedRsc *rsc = run->all.items[i];
		const char *name = cib_pairs_get(&rsc->meta, "container");
		SchedRsc *container = name ? sched_rsc_find(run, name) : NULL;
		if (!container || container == rsc || rsc->variant != RSC_PRIMITIVE)
			continue;
		rsc->container = container;
		cib_push(run->arena, &container->fillers, rsc);
	}
}

static bool wants_unfencing(const SchedRun *run, const CibElement *e)
{
	CibPairs params = { 0 };
	CibRuleInput input = { .now = run->now, .arena = run->arena };
	cib_nvpairs(e, "meta_attributes", NULL, &run->ids, &input, &params);
	const char *provides = cib_pairs_get(&params, "provides");
	return cib_same_word(provides, "unfencing");
}

static void detect_unfencing(SchedRun *run)
{
	cib_foreach(e, resources(run))
	{
		if (!cib_is(e, "primitive") && !cib_is(e, "clone") && !cib_is(e, "group"))
			continue;
		const CibElement *p = cib_is(e, "primitive") ? e : child_element(e);
		if (p && cib_same(cib_get(p, "class"), "stonith") && wants_unfencing(run, p))
			run->unfencing_enabled = true;
	}
}

void sched_unpack_resources(SchedRun *run)
{
	detect_unfencing(run);
	cib_foreach(e, resources(run))
	{
		if (cib_is(e, "bundle")) {
			sched_not_yet(run, "bundle %s", cib_id(e));
			continue;
		}
		if (!cib_is(e, "primitive") && !cib_is(e, "group") && !cib_is(e, "clone") &&
			!cib_is(e, "master"))
			continue;
		SchedRsc *rsc = sched_rsc_new(run, e, NULL, -1);
		if (rsc)
			cib_push(run->arena, &run->rscs, rsc);
	}
	cib_foreach(e, resources(run))
	{
		note_template_users(run, e);
		cib_foreach(inner, e)
		{
			note_template_users(run, inner);
			cib_foreach(innermost, inner) note_template_users(run, innermost);
		}
	}
	by_priority(run);
	find_containers(run);
}
