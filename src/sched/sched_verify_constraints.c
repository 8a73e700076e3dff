/* SPDX-License-Identifier: MIT */
/* Constraints: what they refer to, their scores, kinds and patterns. */
#include "sched/sched_constraints.h"
#include "sched/sched_model.h"
#include "sched/sched_verify_check.h"

#include <regex.h>

static const char score_hint[] = "a whole number, INFINITY or -INFINITY";

/* What is not there at all was found with the ids. */
static void check_is_rsc(Verify *v, const CibElement *e, const CibElement *at, const char *name)
{
	if (!name || !cib_index_get(&v->ids, name))
		return;
	if (sched_resolve(v->run, name).n || cib_index_get(&v->run->tags, name))
		return;
	const CibElement *found = cib_index_get(&v->ids, name);
	if (cib_is(found, "template") || cib_is(found, "bundle"))
		return;
	verify_error(v, at, "name a resource, a template or a tag",
		"Ignoring constraint '%s' because '%s' is not a valid resource or tag", cib_id(e),
		name);
}

static void check_location(Verify *v, const CibElement *e)
{
	const char *node = cib_get(e, "node"), *pattern = cib_get(e, "rsc-pattern");
	regex_t regex;
	if (node && !sched_node_find(v->run, node))
		verify_note(v, e, "the name of a node is case sensitive",
			"rsc_location %s is about the unknown node %s", cib_id(e), node);
	if (pattern) {
		if (regcomp(&regex, pattern + (*pattern == '!'), REG_EXTENDED))
			verify_error(v, e, "an extended regular expression (POSIX)",
				"Ignoring constraint '%s' because rsc-pattern has invalid value "
				"'%s'",
				cib_id(e), pattern);
		else
			regfree(&regex);
	}
	if (node && !cib_get(e, "score"))
		verify_error(
			v, e, score_hint, "rsc_location %s has a node but no score", cib_id(e));
	if (!node && !cib_child(e, "rule") && !cib_child(e, "resource_set"))
		verify_error(v, e, "give it a node and a score, or a rule",
			"rsc_location %s says nothing", cib_id(e));
	if (!cib_get(e, "rsc") && !pattern && !cib_child(e, "resource_set"))
		verify_error(v, e, "give it rsc or rsc-pattern",
			"rsc_location %s is about no resource", cib_id(e));
}

static void check_order(Verify *v, const CibElement *e)
{
	const char *kind = cib_get(e, "kind"), *symmetrical = cib_get(e, "symmetrical");
	bool truth;
	if (cib_get(e, "require-all"))
		verify_warning(v, e, "use a clone with clone-min",
			"Support for require-all in ordering constraints is deprecated");
	if (kind && strcmp(kind, "Optional") != 0 && strcmp(kind, "Mandatory") != 0 &&
		strcmp(kind, "Serialize") != 0)
		verify_error(v, e, "Optional, Mandatory or Serialize",
			"rsc_order %s: '%s' is no kind", cib_id(e), kind);
	if (symmetrical && !cib_truth(symmetrical, &truth))
		verify_error(v, e, "true or false", "rsc_order %s: '%s' is not true or false",
			cib_id(e), symmetrical);
}

void verify_constraints(Verify *v, const CibElement *constraints)
{
	static const char *const names[] = { "rsc", "with-rsc", "first", "then" };
	cib_foreach(e, constraints)
	{
		const char *score = cib_get(e, "score");
		if (strcmp(e->name, "rsc_location") != 0 && strcmp(e->name, "rsc_order") != 0 &&
			strcmp(e->name, "rsc_colocation") != 0 &&
			strcmp(e->name, "rsc_ticket") != 0) {
			verify_error(v, e, NULL, "constraints has an unknown element %s", e->name);
			continue;
		}
		for (size_t i = 0; i < ARRAY_LEN(names); i++)
			check_is_rsc(v, e, e, cib_get(e, names[i]));
		cib_foreach_named(set, e, "resource_set") cib_foreach_named(
			ref, set, "resource_ref") check_is_rsc(v, e, ref, cib_id(ref));
		if (score && !verify_is_score(score))
			verify_error(v, e, score_hint, "%s %s: '%s' is no score", e->name,
				cib_id(e), score);
		if (cib_is(e, "rsc_location"))
			check_location(v, e);
		else if (cib_is(e, "rsc_order"))
			check_order(v, e);
	}
}
