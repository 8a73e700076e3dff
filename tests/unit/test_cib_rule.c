/* SPDX-License-Identifier: MIT */
/* Rules: every operator and type, dates, what they combine to, and the sets that they guard. Then
 * documents: what is kept, what is refused. */
#include "cib/cib_date.h"
#include "cib/cib_digest.h"
#include "cib/cib_document.h"
#include "cib/cib_rule.h"
#include "unit.h"

static CibElement *parse(Arena *arena, const char *text)
{
	const char *error = NULL;
	CibElement *e = cib_parse(arena, text, strlen(text), &error);

	assert_true(e || error);
	return e;
}

static const char *attribute(const void *node, const char *name)
{
	return !strcmp(name, "a") ? node : !strcmp(name, "pre-1") ? "one" : NULL;
}

/* Tuesday 2023-11-14 22:13:20, day 318, week 46. `value` is that of attribute a; NULL: none. */
static bool holds_at(const char *text, const char *value, const char *when, int64_t *ret_next)
{
	static const char *const groups[] = { "x1", "1" };
	_cleanup_(arena_free) Arena arena = { 0 };
	CibPairs params = { 0 };
	CibRuleInput input = { .node = value ?: "",
		.node_attr = attribute,
		.arena = &arena,
		.params = &params,
		.rsc_class = "ocf",
		.rsc_provider = "heartbeat",
		.rsc_type = "IPaddr2",
		.op_name = "monitor",
		.op_interval = 10000,
		.groups = groups,
		.n_groups = 2,
		.ret_next_change = ret_next };

	if (!value)
		input.node = NULL;
	cib_pairs_set(&arena, &params, "p", "7", false);
	assert_true(cib_date_parse(when, &input.now));
	CibElement *rule = parse(&arena, text);
	assert_non_null(rule);
	return cib_rule_holds(rule, &input);
}

static bool holds(const char *text, const char *value)
{
	return holds_at(text, value, "2023-11-14 22:13:20", NULL);
}

static void operators_compare_by_type(void **state _unused_)
{
	static const struct {
		const char *found, *value, *type;
		int sign;
	} pairs[] = { { "10", "9", "number", 1 }, { "10", "9", "integer", 1 },
		{ "10", "9", "string", -1 }, { "1.5", "1.50", "number", 0 },
		{ "1.5", "1.50", "string", -1 }, { "abc", "ABC", "string", 0 },
		{ "1.10", "1.9", "version", 1 }, { "1.2", "1.2.1", "version", -1 },
		{ "-3", "2", "integer", -1 } };
	static const struct {
		const char *op;
		bool below, same, above;
	} ops[] = { { "lt", true, false, false }, { "lte", true, true, false },
		{ "eq", false, true, false }, { "gte", false, true, true },
		{ "gt", false, false, true }, { "ne", true, false, true },
		{ "defined", true, true, true }, { "not_defined", false, false, false },
		{ "like", false, false, false } };
	char text[256];

	for (size_t i = 0; i < ARRAY_LEN(pairs); i++)
		for (size_t j = 0; j < ARRAY_LEN(ops); j++) {
			bool want = pairs[i].sign < 0	? ops[j].below
				    : pairs[i].sign > 0 ? ops[j].above
							: ops[j].same;
			(void)snprintf(text, sizeof(text),
				"<rule><expression attribute='a' operation='%s' value='%s' "
				"type='%s'/></rule>",
				ops[j].op, pairs[i].value, pairs[i].type);
			if (holds(text, pairs[i].found) != want)
				fail_msg("%s of %s", text, pairs[i].found);
		}
}

#define A(op, rest) "<expression attribute='a' operation='" op "' " rest "/>"
#define RULE(inner) "<rule>" inner "</rule>"
#define OR(inner)   "<rule boolean-op='or'>" inner "</rule>"

static void what_is_not_there_is_told_from_what_is(void **state _unused_)
{
	assert_false(holds(RULE(A("defined", "")), NULL));
	assert_true(holds(RULE(A("not_defined", "")), NULL));
	assert_false(holds(RULE(A("eq", "value='x'")), NULL));
	assert_true(holds(RULE(A("ne", "value='x'")), NULL));
	assert_false(holds(RULE(A("lt", "value='5'")), NULL));
	/* Numbers without a type are compared as numbers. */
	assert_true(holds(RULE(A("gt", "value='9'")), "10"));
	assert_true(holds(RULE(A("eq", "value='p' value-source='param'")), "7"));
	assert_false(holds(RULE(A("eq", "value='p' value-source='meta'")), "7"));
	assert_true(holds(RULE("<expression attribute='pre-%1' operation='eq' value='one'/>"), ""));
}

static void parts_combine_with_and_and_or(void **state _unused_)
{
	static const char yes[] = A("eq", "value='x'"), no[] = A("ne", "value='x'");
	char text[512];

	for (int bits = 0; bits < 16; bits++) {
		bool p = bits & 1, q = bits & 2, any = bits & 4, nested = bits & 8;
		(void)snprintf(text, sizeof(text), "<rule boolean-op='%s'>%s%s%s%s</rule>",
			any ? "or" : "and", p ? yes : no, nested ? "<rule boolean-op='or'>" : "",
			q ? yes : no, nested ? "</rule>" : "");
		assert_int_equal(holds(text, "x"), any ? p || q : p && q);
	}
	assert_true(holds(OR(A("eq", "value='no'") RULE(
				  A("eq", "value='x'") OR(A("ne", "value='x'") A("defined", "")))),
		"x"));
}

static void dates_hold_from_start_to_end(void **state _unused_)
{
	static const char range[] =
		RULE("<date_expression operation='in_range' start='2023-11-01' end='2023-11-30'/>");
	static const char months[] =
		RULE("<date_expression operation='in_range' start='2023-10-31'>"
		     "<duration months='1'/></date_expression>");
	int64_t next = 0, sec = 0;

	assert_false(holds_at(range, "", "2023-10-31 23:59:59", &next));
	assert_true(cib_date_parse("2023-11-01", &sec));
	assert_int_equal(next, sec);
	assert_true(holds_at(range, "", "2023-11-01", NULL));
	next = 0;
	assert_true(holds_at(range, "", "2023-11-30", &next));
	assert_true(cib_date_parse("2023-11-30 00:00:01", &sec));
	assert_int_equal(next, sec);
	assert_false(holds_at(range, "", "2023-11-30 00:00:01", NULL));
	assert_true(holds_at(months, "", "2023-11-30", NULL));
	assert_false(holds_at(months, "", "2023-12-01", NULL));
	assert_false(holds_at(RULE("<date_expression operation='gt' start='2023-11-14'/>"), "",
		"2023-11-14", NULL));
	assert_true(holds_at(RULE("<date_expression operation='gt' start='2023-11-14'/>"), "",
		"2023-11-14 00:00:01", NULL));
	assert_true(holds_at(RULE("<date_expression operation='lt' end='2023-11-14'/>"), "",
		"2023-11-13 23:59:59", NULL));
	assert_false(holds_at(RULE("<date_expression operation='lt' end='2023-11-14'/>"), "",
		"2023-11-14", NULL));
	assert_false(holds(RULE("<date_expression operation='gt' start='nonsense'/>"), ""));
}

static void date_specs_name_parts_of_a_moment(void **state _unused_)
{
	static const struct {
		const char *spec;
		bool holds;
	} specs[] = { { "hours='22'", true }, { "hours='9-16'", false }, { "hours='20-'", true },
		{ "hours='-21'", false }, { "minutes='13' seconds='20'", true },
		{ "seconds='21'", false }, { "monthdays='14'", true }, { "weekdays='2'", true },
		{ "weekdays='6-7'", false }, { "yeardays='318'", true }, { "months='11'", true },
		{ "weeks='46'", true }, { "weeks='47'", false }, { "years='2023'", true },
		{ "years='2024-'", false }, { "weekyears='-2023'", true },
		{ "weekdays='1-5' hours='20-23' months='10-12'", true },
		{ "weekdays='1-5' hours='9-16'", false } };
	char text[256];

	for (size_t i = 0; i < ARRAY_LEN(specs); i++) {
		(void)snprintf(text, sizeof(text),
			"<rule><date_expression operation='date_spec'><date_spec %s/>"
			"</date_expression></rule>",
			specs[i].spec);
		if (holds(text, "") != specs[i].holds)
			fail_msg("%s", specs[i].spec);
	}
}

static void resources_and_operations_are_told_apart(void **state _unused_)
{
	assert_true(holds(RULE("<rsc_expression class='ocf' type='IPaddr2'/>"), ""));
	assert_false(holds(RULE("<rsc_expression class='ocf' provider='pacemaker'/>"), ""));
	assert_true(holds(RULE("<op_expression name='monitor'/>"), ""));
	assert_true(holds(RULE("<op_expression name='monitor' interval='10s'/>"), ""));
	assert_false(holds(RULE("<op_expression name='monitor' interval='20s'/>"), ""));
	assert_false(holds(RULE("<op_expression name='start'/>"), ""));
}

static void the_best_set_whose_rule_holds_counts(void **state _unused_)
{
	_cleanup_(arena_free) Arena arena = { 0 };
	CibRuleInput input = { .now = 1, .arena = &arena };
	CibPairs pairs = { 0 };
	CibIds ids = { 0 };
	const CibElement *top = parse(&arena,
		"<r><m id='a' score='1'><nvpair id='p' name='x' value='low'/></m>"
		"<m id='b' score='5'><nvpair id='q' name='x' value='high'/></m>"
		"<m id='c' score='9'><rule><date_expression operation='gt' start='2000-01-01'/>"
		"</rule><nvpair id='s' name='x' value='later'/></m>"
		"<m id='d'><nvpair id-ref='q' name='y'/><nvpair id-ref='none' name='z'/></m>"
		"<m id='e'><nvpair id='t' name='x' value='first'/></m></r>");

	cib_ids_build(&arena, &ids, top);
	cib_nvpairs(top, "m", NULL, &ids, &input, &pairs);
	assert_string_equal(cib_pairs_get(&pairs, "x"), "high");
	assert_string_equal(cib_pairs_get(&pairs, "y"), "high");
	assert_null(cib_pairs_get(&pairs, "z"));
	pairs = (CibPairs){ 0 };
	cib_nvpairs(top, "m", "e", &ids, &input, &pairs);
	assert_string_equal(cib_pairs_get(&pairs, "x"), "first");
}

static void expect_print(const char *text, const char *printed)
{
	_cleanup_(arena_free) Arena arena = { 0 };
	_cleanup_(strbuf_free) StrBuf out = { 0 };
	const CibElement *e = parse(&arena, text);

	assert_non_null(e);
	cib_print(e, &out);
	assert_string_equal(out.s, printed);
}

static void text_stays_what_it_was(void **state _unused_)
{
	expect_print("<r><x>one &lt; two</x></r>", "<r>\n  <x>one &lt; two</x>\n</r>\n");
	expect_print("<r>a<b/>c <!--d--></r>", "<r>a<b/>c <!--d-->\n</r>\n");
	expect_print("<r xmlns='v'/>", "<r xmlns=\"v\"/>\n");
	expect_print("<r><![CDATA[<&>]]></r>", "<r>&lt;&amp;&gt;</r>\n");
	expect_print("<r>\n  <x n:a='1' xmlns:n='u'/>\n</r>",
		"<r>\n  <x xmlns:n=\"u\" n:a=\"1\"/>\n</r>\n");
}

static void documents_are_bounded(void **state _unused_)
{
	_cleanup_(arena_free) Arena arena = { 0 };
	_cleanup_(strbuf_free) StrBuf deep = { 0 };
	const char *error = NULL;

	for (int i = 0; i < CIB_DEPTH_MAX; i++)
		strbuf_add(&deep, "<a>");
	for (int i = 0; i < CIB_DEPTH_MAX; i++)
		strbuf_add(&deep, "</a>");
	assert_non_null(parse(&arena, deep.s));
	/* The size is looked at before the text is. */
	assert_null(cib_parse(&arena, "", (size_t)CIB_TEXT_MAX + 1, &error));
	assert_string_equal(error, "the document is too long");
	assert_null(cib_parse(&arena, "<a><b></a>", 10, &error));
	assert_non_null(strstr(error, "line 1: "));
	assert_null(cib_parse(&arena, "<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>", 44, &error));
	assert_non_null(strstr(error, "document type"));
	assert_null(parse(&arena, "<a>&none;</a>"));
}

static void digests_are_those_of_the_histories(void **state _unused_)
{
	_cleanup_(arena_free) Arena arena = { 0 };
	char one[CIB_DIGEST_SIZE], other[CIB_DIGEST_SIZE];
	CibPairs pairs = { 0 }, turned = { 0 };

	/* A monitor without parameters and with the default timeout: in every history. */
	cib_pairs_set(&arena, &pairs, "CRM_meta_timeout", "20000", false);
	cib_digest_params(&pairs, one);
	assert_string_equal(one, "4811cef7f7f94e3a35a70be7916cb2fd");
	cib_pairs_set(&arena, &pairs, "ip", "192.0.2.1 & <\">", false);
	cib_pairs_set(&arena, &turned, "ip", "192.0.2.1 & <\">", false);
	cib_pairs_set(&arena, &turned, "CRM_meta_timeout", "20000", false);
	cib_digest_params(&pairs, one);
	cib_digest_params(&turned, other);
	assert_string_equal(one, other);
}

static const struct CMUnitTest tests[] = { T(operators_compare_by_type),
	T(what_is_not_there_is_told_from_what_is), T(parts_combine_with_and_and_or),
	T(dates_hold_from_start_to_end), T(date_specs_name_parts_of_a_moment),
	T(resources_and_operations_are_told_apart), T(the_best_set_whose_rule_holds_counts),
	T(text_stays_what_it_was), T(documents_are_bounded),
	T(digests_are_those_of_the_histories) };

unit_main(tests)
