/* SPDX-License-Identifier: MIT */
#include "cib/cib_rule.h"

/* Any document: each rule in it is asked, and each set of pairs read, at several moments; a rule
 * says the same when it is asked again, and the next change it speaks of lies ahead. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *attribute(_unused_ const void *node, const char *name)
{
	return *name == '#' ? "n1" : strchr(name, 'v') ? "1.2.3" : strchr(name, 'x') ? NULL : "7";
}

static void ask(CibRuleInput *input, const CibElement *rule)
{
	int64_t next = 0;

	input->ret_next_change = &next;
	bool holds = cib_rule_holds(rule, input);
	assert(next == 0 || next > input->now);
	assert(holds == cib_rule_holds(rule, input));
}

static void ask_all(CibRuleInput *input, const CibIds *ids, const CibElement *top)
{
	CibPairs pairs = { 0 };

	cib_nvpairs(top, "instance_attributes", "first", ids, input, &pairs);
	cib_foreach(e, top)
	{
		if (cib_is(e, "rule"))
			ask(input, e);
		(void)cib_resolve(ids, e);
		ask_all(input, ids, e);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t moments[] = { 0, 1330559999, 1700000000, 253402300799 };
	static const char *const groups[] = { "whole-1", "1" };
	_cleanup_(arena_free) Arena arena = { 0 };
	const char *error = NULL;
	CibElement *top = cib_parse(&arena, (const char *)data, size, &error);
	CibPairs params = { 0 };
	CibIds ids = { 0 };

	if (!top)
		return 0;
	cib_ids_build(&arena, &ids, top);
	cib_pairs_set(&arena, &params, "p", "7", false);
	for (size_t i = 0; i < ARRAY_LEN(moments) * 2; i++) {
		CibRuleInput input = { .now = moments[i / 2], .arena = &arena };
		if (i % 2) {
			input.node = groups;
			input.node_attr = attribute;
			input.params = input.meta = &params;
			input.rsc_class = input.rsc_provider = input.rsc_type = "ocf";
			input.op_name = "monitor";
			input.op_interval = 10000;
			input.groups = groups;
			input.n_groups = ARRAY_LEN(groups);
		}
		ask_all(&input, &ids, top);
	}
	return 0;
}
