/* SPDX-License-Identifier: MIT */
/* The CIB: text, values, dates, rules, digests. */
#include "cib/cib_date.h"
#include "cib/cib_digest.h"
#include "cib/cib_document.h"
#include "cib/cib_rule.h"
#include "unit.h"

static CibElement *parse(Arena *arena, const char *text)
{
	const char *error = NULL;
	CibElement *e = cib_parse(arena, text, strlen(text), &error);
	if (!e)
		assert_non_null(error);
	return e;
}

static void test_text_comes_back(void **state)
{
	(void)state;
	_cleanup_(arena_free) Arena arena = { 0 };
	_cleanup_(strbuf_free) StrBuf out = { 0 };
	const char *text = "<cib epoch=\"1\">\n"
			   "  <!-- kept -->\n"
			   "  <unknown a=\"&lt;&amp;&quot;\" b=\"&#10;\">\n"
			   "    <inner/>\n"
			   "  </unknown>\n"
			   "</cib>\n";
	cib_print(parse(&arena, text), &out);
	assert_string_equal(out.s, text);
}

static void test_refusals(void **state)
{
	(void)state;
	_cleanup_(arena_free) Arena arena = { 0 };
	_cleanup_(strbuf_free) StrBuf deep = { 0 };
	assert_null(parse(&arena, ""));
	assert_null(parse(&arena, "<cib>"));
	assert_null(parse(&arena, "<!DOCTYPE x [<!ENTITY e 'y'>]><cib a='&e;'/>"));
	assert_null(parse(&arena, "<cib a='&e;'/>"));
	for (int i = 0; i < CIB_DEPTH_MAX + 1; i++)
		strbuf_add(&deep, "<a>");
	assert_null(parse(&arena, deep.s));
}

static void test_scores(void **state)
{
	(void)state;
	char text[16];
	assert_int_equal(cib_score("INFINITY"), CIB_INFINITY);
	assert_int_equal(cib_score("-infinity"), -CIB_INFINITY);
	assert_int_equal(cib_score("2000000"), CIB_INFINITY);
	assert_int_equal(cib_score("12"), 12);
	assert_int_equal(cib_score_add(CIB_INFINITY, -CIB_INFINITY), -CIB_INFINITY);
	assert_int_equal(cib_score_add(CIB_INFINITY, -5), CIB_INFINITY);
	assert_int_equal(cib_score_add(999999, 5), CIB_INFINITY);
	assert_string_equal(cib_score_text(-CIB_INFINITY, text), "-INFINITY");
	assert_int_equal(cib_msec("10s"), 10000);
	assert_int_equal(cib_msec("500ms"), 500);
	assert_int_equal(cib_msec("2min"), 120000);
	assert_int_equal(cib_msec("PT1M30S"), 90000);
	assert_int_equal(cib_msec("ten"), -1);
	assert_true(cib_name_compare("node2", "node10") < 0);
}

static void test_dates(void **state)
{
	(void)state;
	static const struct {
		const char *text, *means;
	} dates[] = { { "1970-01-01", "1970-01-01 00:00:00Z" },
		{ "2012-02-29 12:30:00", "2012-02-29 12:30:00Z" },
		{ "2012-060T12:30:00Z", "2012-02-29 12:30:00Z" },
		{ "2012-W09-3", "2012-02-29 00:00:00Z" },
		{ "2012-02-29T14:30:00+02:00", "2012-02-29 12:30:00Z" },
		{ "20120229", "2012-02-29 00:00:00Z" } };
	char text[CIB_DATE_TEXT];
	int64_t sec = 0;
	for (size_t i = 0; i < ARRAY_LEN(dates); i++) {
		assert_true(cib_date_parse(dates[i].text, &sec));
		assert_string_equal(cib_date_text(sec, text), dates[i].means);
	}
	const char *wrong[] = { "2011-02-29", "2012-13-01", "x", "2012-W54-1", "2012-01-01 25:00" };
	for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
		assert_false(cib_date_parse(wrong[i], &sec));
	CibDuration month = { .months = 1 };
	assert_true(cib_date_parse("2012-01-31", &sec));
	assert_string_equal(cib_date_text(cib_date_add(sec, &month), text), "2012-02-29 00:00:00Z");
}

static const char *attr(const void *node, const char *name)
{
	return !strcmp(name, "a") ? node : NULL;
}

static bool holds(const char *text, const char *value)
{
	_cleanup_(arena_free) Arena arena = { 0 };
	CibRuleInput input = { .node = value,
		.node_attr = attr,
		.arena = &arena,
		.op_name = "monitor",
		.op_interval = 10000 };
	assert_true(cib_date_parse("2012-02-29 12:30:00", &input.now));
	return cib_rule_holds(parse(&arena, text), &input);
}

static void test_rules(void **state)
{
	(void)state;
#define EXPR(op, v) "<rule><expression attribute='a' operation='" op "' value='" v "'/></rule>"
	assert_true(holds(EXPR("eq", "x"), "x"));
	assert_false(holds(EXPR("eq", "x"), "y"));
	assert_true(holds(EXPR("gt", "9"), "10"));
	assert_true(holds(EXPR("ne", "x"), NULL));
	assert_true(holds("<rule><expression attribute='b' operation='not_defined'/></rule>", "x"));
	assert_true(
		holds("<rule boolean-op='or'><expression attribute='a' operation='eq' value='1'/>"
		      "<expression attribute='a' operation='eq' value='2'/></rule>",
			"2"));
	assert_true(holds("<rule><date_expression operation='in_range' start='2012-01-01' "
			  "end='2012-12-31'/></rule>",
		"x"));
	assert_false(holds("<rule><date_expression operation='in_range' start='2012-01-01'>"
			   "<duration days='3'/></date_expression></rule>",
		"x"));
	assert_true(holds("<rule><date_expression operation='date_spec'><date_spec hours='9-16' "
			  "weekdays='1-5'/></date_expression></rule>",
		"x"));
	assert_true(holds("<rule><op_expression name='monitor' interval='10s'/></rule>", "x"));
}

static void test_digest(void **state)
{
	(void)state;
	char hex[CIB_DIGEST_SIZE];
	CibPairs none = { 0 };
	cib_md5("", 0, hex);
	assert_string_equal(hex, "d41d8cd98f00b204e9800998ecf8427e");
	cib_md5("12345678901234567890123456789012345678901234567890123456789012345678901234567890",
		80, hex);
	assert_string_equal(hex, "57edf4a22be3c955ac49da2e2107b67a");
	cib_digest_params(&none, hex);
	assert_string_equal(hex, "f2317cad3d54cec5d7d7aa7d0bf35cf8");
}

static const struct CMUnitTest tests[] = { T(test_text_comes_back), T(test_refusals),
	T(test_scores), T(test_dates), T(test_rules), T(test_digest) };

unit_main(tests)
