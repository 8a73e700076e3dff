/* SPDX-License-Identifier: MIT */
#pragma once

/* Rules of a CIB: what must hold for a constraint or a set of attributes to count, and the sets of
 * name-value pairs themselves. A rule never does anything; it is asked. An expression about a
 * matter that was not handed in (a node, an operation) does not hold. */

#include "cib/cib_document.h"
#include "cib/cib_value.h"

/* What a rule may look at. NULL and 0 where a thing is not known. */
typedef struct CibRuleInput {
	int64_t now;
	const void *node;
	const char *(*node_attr)(const void *node, const char *name);
	const CibPairs *params, *meta;			 /* for value-source */
	const char *rsc_class, *rsc_provider, *rsc_type; /* rsc_expression */
	const char *op_name;				 /* op_expression */
	int64_t op_interval;
	const char *const *groups; /* what %0 to %9 stand for in an attribute's name */
	size_t n_groups;
	Arena *arena;
	/* The next moment at which the outcome may change; 0: none known. */
	int64_t *ret_next_change;
} CibRuleInput;

bool cib_rule_holds(const CibElement *rule, const CibRuleInput *input);
/* Whether `e` has no rule, or its rules hold. */
bool cib_rules_hold(const CibElement *e, const CibRuleInput *input);

/* Where id-ref finds what it means. */
typedef struct CibIds {
	CibIndex by_id;
} CibIds;
/* Indexes all elements under `top` that have an id. */
void cib_ids_build(Arena *arena, CibIds *ids, const CibElement *top);
/* The element itself, or what its id-ref names. */
const CibElement *cib_resolve(const CibIds *ids, const CibElement *e);

/* Adds the pairs of all sets called `set_name` in `e` whose rules hold: the highest score first,
 * `always_first` before all; a pair that is there stays. */
void cib_nvpairs(const CibElement *e, const char *set_name, const char *always_first,
	const CibIds *ids, const CibRuleInput *input, CibPairs *pairs);
