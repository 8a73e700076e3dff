/* SPDX-License-Identifier: MIT */
/* The scheduler on clusters small enough to be seen at once, and what must hold for each of them:
 * the same answer twice, and nothing left to do after what was decided has been done. */
#include "sched/sched.h"
#include "sched/sched_simulate.h"
#include "sched/sched_why.h"
#include "unit.h"

#define NOW INT64_C(1330518600)
#define HEAD                                                                                       \
	"<cib have-quorum='1'><configuration><crm_config><cluster_property_set id='o'>"            \
	"<nvpair id='o1' name='stonith-enabled' value='false'/></cluster_property_set>"            \
	"</crm_config><nodes><node id='1' uname='node1'/><node id='2' uname='node2'/></nodes>"
#define UP(n)                                                                                      \
	"<node_state id='" n "' uname='node" n "' in_ccm='true' crmd='online' join='member' "      \
	"expected='member'/>"
#define TAIL	  "</configuration><status>" UP("1") UP("2") "</status></cib>"
#define DUMMY(id) "<primitive id='" id "' class='ocf' provider='pacemaker' type='Dummy'/>"

typedef struct Bench {
	Arena arena;
	CibElement *cib;
	StrBuf summary, executed, status;
} Bench;

static void bench_free(Bench *b)
{
	strbuf_free(&b->summary);
	strbuf_free(&b->executed);
	strbuf_free(&b->status);
	arena_free(&b->arena);
}

/* Decides and carries out. */
static void turn(Bench *b)
{
	b->summary.n = b->executed.n = b->status.n = 0;
	SchedRun *run = sched_run(&b->arena, b->cib, NOW, (SchedWant){ .scores = true });
	sched_text_summary(run, &b->summary);
	assert_true(sched_simulate(run, NULL, &b->executed));
	sched_run_free(run);
	run = sched_look(&b->arena, b->cib, NOW);
	sched_text_status(run, &b->status);
	sched_run_free(run);
}

static void start(Bench *b, const char *text)
{
	const char *error = NULL;
	*b = (Bench){ 0 };
	b->cib = cib_parse(&b->arena, text, strlen(text), &error);
	assert_non_null(b->cib);
	turn(b);
}

static const char *const clusters[] = {
	HEAD "<resources>" DUMMY("a") DUMMY("b") "</resources>" TAIL,
	HEAD "<resources><group id='g'>" DUMMY("a") DUMMY("b") "</group></resources>" TAIL,
	HEAD "<resources><clone id='c'>" DUMMY("a") "</clone>" DUMMY(
		"b") "</resources><constraints><rsc_order id='o' first='c' "
		     "then='b'/><rsc_colocation id='l' rsc='b' "
		     "with-rsc='c' score='INFINITY'/></constraints>" TAIL,
	HEAD "<resources><clone id='c'><meta_attributes id='m'><nvpair id='m1' name='promotable' "
	     "value='true'/><nvpair id='m2' name='notify' value='true'/></meta_attributes>" DUMMY(
		     "a") "</clone></resources><constraints><rsc_location id='p' rsc='c'><rule "
			  "id='r' score='10' "
			  "role='Promoted'><expression attribute='#uname' operation='eq' "
			  "value='node2'/></rule>"
			  "</rsc_location></constraints>" TAIL,
};

static void test_nothing_is_left(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(clusters); i++) {
		_cleanup_(bench_free) Bench b;
		start(&b, clusters[i]);
		assert_true(b.executed.n > 0);
		turn(&b);
		assert_string_equal(b.summary.n ? b.summary.s : "", "");
		assert_string_equal(b.executed.n ? b.executed.s : "", "");
	}
}

static void test_same_answer_twice(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(clusters); i++) {
		_cleanup_(bench_free) Bench a, b;
		start(&a, clusters[i]);
		start(&b, clusters[i]);
		assert_string_equal(a.summary.s, b.summary.s);
		assert_string_equal(a.executed.s, b.executed.s);
		assert_string_equal(a.status.s, b.status.s);
	}
}

static void test_promotes_where_it_is_liked(void **state)
{
	(void)state;
	_cleanup_(bench_free) Bench b;
	start(&b, clusters[3]);
	assert_non_null(strstr(b.status.s, "Promoted: [ node2 ]"));
	assert_non_null(strstr(b.status.s, "Unpromoted: [ node1 ]"));
}

static void test_node_goes_down(void **state)
{
	(void)state;
	_cleanup_(bench_free) Bench b;
	_cleanup_(strbuf_free) StrBuf said = { 0 };
	start(&b, clusters[1]);
	assert_non_null(strstr(b.status.s, "Started node1"));
	assert_true(sched_inject(&b.arena, b.cib, INJECT_DOWN, "node1", &said));
	turn(&b);
	assert_non_null(strstr(b.status.s, "Started node2"));
	assert_null(strstr(b.status.s, "Started node1"));
}

static void test_failure_is_recovered(void **state)
{
	(void)state;
	_cleanup_(bench_free) Bench b;
	_cleanup_(strbuf_free) StrBuf said = { 0 };
	start(&b, clusters[0]);
	assert_true(sched_inject(&b.arena, b.cib, INJECT_OP, "a_monitor_10000@node1=1", &said));
	turn(&b);
	assert_non_null(strstr(b.summary.s, "Recover"));
}

static void test_why(void **state)
{
	(void)state;
	_cleanup_(bench_free) Bench b;
	_cleanup_(strbuf_free) StrBuf why = { 0 };
	start(&b, HEAD
		"<resources>" DUMMY("a") "</resources><constraints><rsc_location id='no1' rsc='a' "
					 "node='node1' score='-INFINITY'/></constraints>" TAIL);
	SchedRun *run = sched_run(&b.arena, b.cib, NOW, (SchedWant){ .reasons = true });
	assert_true(sched_why_text(run, "a", NULL, &why));
	assert_non_null(strstr(why.s, "-INFINITY  location constraint no1"));
	assert_false(sched_why_text(run, "z", NULL, &why));
	sched_run_free(run);
}

static const struct CMUnitTest tests[] = { T(test_nothing_is_left), T(test_same_answer_twice),
	T(test_promotes_where_it_is_liked), T(test_node_goes_down), T(test_failure_is_recovered),
	T(test_why) };

unit_main(tests)
