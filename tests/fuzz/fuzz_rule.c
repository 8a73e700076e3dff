/* SPDX-License-Identifier: MIT */
#include "cib/cib_date.h"
#include "cib/cib_rule.h"

/* Dates, durations, intervals and rules of any text. */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *attr(const void *node, const char *name)
{
	(void)name;
	return node;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	_cleanup_(arena_free) Arena arena = { 0 };
	const char *text = arena_strndup(&arena, (const char *)data, size), *error = NULL;
	char date[CIB_DATE_TEXT];
	int64_t sec = 0, next = 0;
	CibDuration duration;
	if (cib_date_parse(text, &sec))
		(void)cib_date_text(sec, date);
	if (cib_duration_parse(text, &duration)) {
		(void)cib_duration_sec(&duration);
		(void)cib_date_add(sec, &duration);
	}
	(void)cib_msec(text);
	(void)cib_score(text);
	CibRuleInput input = { .now = 1330518600,
		.node = "5",
		.node_attr = attr,
		.arena = &arena,
		.op_name = "monitor",
		.ret_next_change = &next };
	const CibElement *rule = cib_parse(&arena, text, strlen(text), &error);
	if (rule)
		(void)cib_rule_holds(rule, &input);
	return 0;
}
