/* SPDX-License-Identifier: MIT */
/* Location constraints: which nodes a resource likes, and which it must not use. */
#include "sched/sched_constraints.h"
#include "sched/sched_model.h"

#include <regex.h>
#include <strings.h>

enum { GROUPS_MAX = 10 };

static SchedDiscover discover_of(const CibElement *e)
{
	const char *text = cib_get(e, "resource-discovery");
	if (cib_same_word(text, "exclusive"))
		return DISCOVER_EXCLUSIVE;
	if (cib_same_word(text, "never"))
		return DISCOVER_NEVER;
	return DISCOVER_ALWAYS;
}

static void add_constraint(SchedRun *run, SchedLocation *location)
{
	cib_push(run->arena, &run->locations, location);
	cib_push(run->arena, &location->rsc->locations, location);
}

static SchedLocation *new_location(
	SchedRun *run, SchedRsc *rsc, const CibElement *e, const char *role)
{
	SchedLocation *location = ARENA_NEW(run->arena, SchedLocation);
	location->id = cib_id(e);
	location->origin = arena_printf(run->arena, "location constraint %s", location->id);
	location->rsc = rsc;
	location->discover = discover_of(e);
	location->role = sched_role_parse(role);
	if (location->role == ROLE_STARTED)
		location->role = ROLE_UNKNOWN;
	return location;
}

static void add_rule(SchedRun *run, SchedRsc *rsc, const CibElement *e, const CibElement *rule,
	const char *const *groups, size_t n_groups)
{
	const char *role = cib_get(rule, "role") ?: cib_get(e, "role");
	const char *by_attr = cib_get2(rule, "score-attribute", "score_attribute");
	SchedLocation *location = new_location(run, rsc, e, role);
	rule = cib_resolve(&run->ids, rule);
	if (!rule)
		return;
	location->origin = arena_printf(
		run->arena, "rule %s of location constraint %s", cib_id(rule), location->id);
	role = cib_get(rule, "role");
	by_attr = by_attr ?: cib_get2(rule, "score-attribute", "score_attribute");
	if (role)
		location->role = sched_role_parse(role) == ROLE_STARTED ? ROLE_UNKNOWN
									: sched_role_parse(role);
	for (uint32_t i = 0; i < run->nodes.n; i++) {
		SchedNode *node = run->nodes.items[i];
		CibRuleInput input = sched_rule_input(run, node, rsc);
		input.params = sched_params(run, rsc, node);
		input.groups = groups;
		input.n_groups = n_groups;
		if (!cib_rule_holds(rule, &input))
			continue;
		int score = cib_score(cib_get(rule, "score"));
		if (by_attr) {
			const char *found = sched_node_attr(node, by_attr);
			score = found ? cib_score(found) : -CIB_INFINITY;
		}
		cib_push(run->arena, &location->scores, ((struct SchedNodeScore){ node, score }));
	}
	add_constraint(run, location);
}

static bool lifetime_over(SchedRun *run, const CibElement *e)
{
	const CibElement *lifetime = cib_child(e, "lifetime");
	CibRuleInput input = sched_rule_input(run, NULL, NULL);
	return lifetime && !cib_rules_hold(lifetime, &input);
}

static void locate(SchedRun *run, SchedRsc *rsc, const CibElement *e, const char *role,
	const char *const *groups, size_t n_groups)
{
	const char *name = cib_get(e, "node"), *score = cib_get(e, "score");
	if (name) {
		SchedNode *node = sched_node_find(run, name);
		if (!node)
			return;
		SchedLocation *location = new_location(run, rsc, e, role ?: cib_get(e, "role"));
		cib_push(run->arena, &location->scores,
			((struct SchedNodeScore){ node, cib_score(score) }));
		add_constraint(run, location);
		return;
	}
	cib_foreach_named(rule, e, "rule") add_rule(run, rsc, e, rule, groups, n_groups);
}

static void locate_by_pattern(SchedRun *run, const CibElement *e, const char *pattern)
{
	regex_t regex;
	bool invert = *pattern == '!';
	if (regcomp(&regex, pattern + invert, REG_EXTENDED))
		return;
	for (uint32_t r = 0; r < run->rscs.n; r++) {
		SchedRsc *rsc = run->rscs.items[r];
		regmatch_t found[GROUPS_MAX];
		const char *groups[GROUPS_MAX];
		size_t n = 0;
		bool match = !regexec(&regex, rsc->id, GROUPS_MAX, found, 0);
		if (match == invert)
			continue;
		for (; match && n <= regex.re_nsub && n < GROUPS_MAX; n++)
			groups[n] = found[n].rm_so < 0
					    ? ""
					    : arena_strndup(run->arena, rsc->id + found[n].rm_so,
						      (size_t)(found[n].rm_eo - found[n].rm_so));
		locate(run, rsc, e, NULL, groups, n);
	}
	regfree(&regex);
}

void sched_unpack_location(SchedRun *run, const CibElement *e)
{
	const char *name = cib_get(e, "rsc"), *pattern = cib_get(e, "rsc-pattern");
	if (lifetime_over(run, e))
		return;
	if (name) {
		SchedRscs list = sched_resolve(run, name);
		cib_each(rsc, &list) locate(run, *rsc, e, NULL, NULL, 0);
	} else if (pattern) {
		locate_by_pattern(run, e, pattern);
	} else {
		cib_foreach_named(set, e, "resource_set")
		{
			SchedRscs list = sched_set_members(run, set);
			cib_each(rsc, &list) locate(run, *rsc, e, cib_get(set, "role"), NULL, 0);
		}
	}
}

static void apply_one(SchedRun *run, SchedRsc *rsc, const SchedLocation *location, bool scores)
{
	cib_each(entry, &location->scores)
	{
		SchedSlot *slot = &rsc->allowed[entry->node->index];
		int score = scores ? entry->score : 0;
		slot->score = slot->present ? cib_score_add(slot->score, score) : score;
		slot->present = true;
		if (scores)
			sched_reason(run,
				(SchedReason){
					rsc, entry->node, score, BECAUSE_LOCATION, location->id },
				"%s", location->origin);
		if (slot->discover < location->discover) {
			if (location->discover == DISCOVER_EXCLUSIVE)
				rsc->flags |= RSC_EXCLUSIVE;
			slot->discover = (uint8_t)location->discover;
		}
	}
}

static void apply_tree(SchedRun *run, SchedRsc *rsc, const SchedLocation *location, bool scores)
{
	if (location->role != ROLE_UNKNOWN && location->role != rsc->next_role)
		return;
	apply_one(run, rsc, location, scores);
	/* The first member of a group stands for all where they must be together. */
	bool spent = false;
	for (uint32_t i = 0; i < rsc->children.n; i++) {
		apply_tree(run, rsc->children.items[i], location, scores && !spent);
		spent = rsc->variant == RSC_GROUP && rsc_is(rsc, RSC_COLOCATED);
	}
}

void sched_apply_location(SchedRun *run, SchedRsc *rsc, const SchedLocation *location)
{
	apply_tree(run, rsc, location, true);
}
