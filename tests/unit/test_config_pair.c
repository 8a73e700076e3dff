/* SPDX-License-Identifier: MIT */
#include "config/config_pair.h"
#include "test_config.h"

/* What is said of two files, word by word. Both are a whole instance, with lines of their own from
 * line 5. */

typedef struct PairWorld {
	const char *a, *b;
} PairWorld;

static const char *read_pair(
	void *data, const char *path, Arena *arena, size_t *ret_size, int *ret_errno _unused_)
{
	const PairWorld *w = data;
	const char *text = *path == 'a' ? w->a : w->b;

	*ret_size = strlen(text);
	return arena_strdup(arena, text);
}

static void expect_pair(const char *a, const char *b, const char *diags)
{
	_cleanup_(diag_list_free) DiagList list = { 0 };
	_cleanup_(arena_free) Arena arena = { 0 };
	_cleanup_(strbuf_free) StrBuf text = { 0 };
	PairWorld data = { a, b };
	const ConfigWorld world = {
		.data = &data, .read_file = read_pair, .has_interface = test_has_interface
	};

	config_pair_read("a", "b", &world, &arena, &list);
	vec_foreach(d, &list.all) /* what each file has by itself is not of interest */
		if (strstr(d->hint ?: "", "the other node") || strstr(d->text, "this node only"))
			diag_text(d, &text);
	assert_string_equal(strbuf_text(&text), diags);
}

#define VIPS(addresses) " virtual_ipaddress {\n" addresses " }\n"
/* Lines from line 4, then the addresses. */
#define NODE(lines, addresses)                                                                     \
	"vrrp_instance x {\n interface eth9\n virtual_router_id 51\n" lines                        \
	"\n" VIPS(addresses) "}\n"
#define ONE	"  10.0.0.1/24\n"
#define HIGH	" priority 150"
#define LOW	" priority 100"
#define A(line) NODE(HIGH "\n" line, ONE)
#define B(line) NODE(LOW "\n" line, ONE)

static void a_good_pair_gives_nothing(void **state _unused_)
{
	expect_pair(A(""), B(""), "");
	expect_pair(A(" state BACKUP\n nopreempt"), B(" state BACKUP\n nopreempt"), "");
	/* The same list in another order. */
	expect_pair(NODE(HIGH, "  10.0.0.1/24\n  10.0.0.2/24\n"),
		NODE(LOW, "  10.0.0.2/24\n  10.0.0.1/24\n"), "");
	/* Interfaces may have other names, instances too. */
	expect_pair(A(""),
		"vrrp_instance y {\n interface wan0\n virtual_router_id 51\n" LOW
		"\n" VIPS(ONE) "}\n",
		"");
}

static void numbers_that_differ_are_told(void **state _unused_)
{
	expect_pair(A(""),
		"vrrp_instance x {\n interface eth9\n virtual_router_id 52\n" LOW
		"\n" VIPS(ONE) "}\n",
		"a:3:20: error: `x` has virtual_router_id 51 here and 52 on the other node: these "
		"are two virtual routers, and both will be master\n"
		"    the other node: b:3:20; write the same on both\n");
	expect_pair(A(" version 3"), B(""),
		"a:5:10: error: `x` has version 3 here and 2 on the other node: each drops what "
		"the "
		"other sends\n"
		"    the other node: b:1:1; write the same `version` on both\n");
}

static void intervals_that_differ_are_told(void **state _unused_)
{
	expect_pair(A(" advert_int 1"), B(""), "");
	expect_pair(A(" advert_int 2"), B(""),
		"a:5:13: error: `x` has advert_int 2 here and 1 on the other node: in version 2 "
		"each "
		"drops what the other sends\n"
		"    the other node: b:1:1; write the same on both\n");
	expect_pair(A(" version 3\n advert_int 0.5"), B(" version 3\n advert_int 0.25"),
		"a:6:13: warning: `x` has advert_int 0.5 here and 0.25 on the other node: whoever "
		"is "
		"backup waits as the master's adverts say\n"
		"    the other node: b:6:13; write the same on both\n");
}

#define AUTH(pass) " authentication {\n  auth_type PASS\n  auth_pass " pass "\n }"

static void authentication_that_differs_is_told(void **state _unused_)
{
	expect_pair(A(AUTH("secret")), B(AUTH("secret")), "");
	expect_pair(A(AUTH("secret")), B(""),
		"a:6:13: error: `x` has authentication on this node only: each drops what the "
		"other "
		"sends\n"
		"    the other node: b:1:1; write the same on both\n");
	expect_pair(A(""), B(AUTH("secret")),
		"b:6:13: error: `x` has authentication on this node only: each drops what the "
		"other "
		"sends\n"
		"    the other node: a:1:1; write the same on both\n");
	expect_pair(A(AUTH("secret")), B(AUTH("secrer")),
		"a:7:13: error: `x` has another auth_pass on the other node: each drops what the "
		"other sends\n"
		"    the other node: b:7:13; only the first 8 characters are compared\n");
}

static void groups_and_sources_are_compared(void **state _unused_)
{
	expect_pair(A(" mcast_dst_ip 224.0.0.99"), B(""),
		"a:5:15: error: `x` sends to 224.0.0.99 here and to 224.0.0.18 on the other node: "
		"neither hears the other\n"
		"    the other node: b:1:1; write the same on both\n");
	expect_pair(A(" mcast_src_ip 10.0.0.8"), B(" mcast_src_ip 10.0.0.8"),
		"a:5:15: error: `x` sends from the same address on both nodes\n"
		"    the other node: b:5:15; each node has an address of its own\n");
}

static void addresses_on_one_side_are_named(void **state _unused_)
{
	expect_pair(NODE(HIGH, "  10.0.0.1/24\n  10.0.0.2/24\n"),
		NODE(LOW, "  10.0.0.1/24\n  10.0.0.3/24\n"),
		"a:7:3: error: 10.0.0.2 of `x` is not in virtual_ipaddress of the other node: "
		"keepalived before 2.3.3 drops adverts whose addresses differ, and both become "
		"master\n"
		"    the other node: b:6:3; write the same on both\n"
		"b:7:3: error: 10.0.0.3 of `x` is not in virtual_ipaddress of the other node: "
		"keepalived before 2.3.3 drops adverts whose addresses differ, and both become "
		"master\n"
		"    the other node: a:6:3; write the same on both\n");
	expect_pair(NODE(HIGH, "  10.0.0.1/24\n"), NODE(LOW, "  10.0.0.1/25\n"),
		"a:6:3: warning: 10.0.0.1 of `x` has the prefix length 24 here and 25 on the other "
		"node\n"
		"    the other node: b:6:3; write the same on both\n");
	expect_pair(A(" virtual_ipaddress_excluded {\n  10.0.0.9/24\n }"), B(""),
		"a:6:3: warning: 10.0.0.9 of `x` is not in virtual_ipaddress_excluded of the other "
		"node: it is lost when that one is master\n"
		"    the other node: b:1:1; write the same on both\n");
}

static void equal_priorities_are_told(void **state _unused_)
{
	expect_pair(NODE(LOW, ONE), NODE(LOW, ONE),
		"a:4:11: warning: `x` has priority 100 on both nodes: when both are master, the "
		"higher address decides\n"
		"    the other node: b:4:11; give one more than the other, or `nopreempt` and "
		"`state "
		"BACKUP` to both\n");
	expect_pair(NODE(LOW "\n state BACKUP\n nopreempt", ONE),
		NODE(LOW "\n state BACKUP\n nopreempt", ONE),
		"a:4:11: note: `x` has priority 100 on both nodes: whoever is first is master\n"
		"    the other node: b:4:11\n");
	/* `state MASTER` alone means 255. */
	expect_pair(NODE(" state MASTER", ONE), NODE(" priority 255", ONE),
		"a:4:8: error: `x` has priority 255 on both nodes: both are master at once\n"
		"    the other node: b:4:11; give one of them, or both, at most 254\n");
}

static void nopreempt_on_one_side_is_told(void **state _unused_)
{
	expect_pair(A(" state BACKUP"), B(" state BACKUP\n nopreempt"),
		"b:6:2: warning: nopreempt is in force on this node only: the other one takes `x` "
		"back\n"
		"    the other node: a:1:1; write `nopreempt` and `state BACKUP` on both\n");
	expect_pair(A(" state BACKUP\n nopreempt"), B(" state BACKUP"),
		"a:6:2: note: nopreempt is in force on this node only: that is enough while it has "
		"the higher priority\n"
		"    the other node: b:1:1; write `nopreempt` and `state BACKUP` on both\n");
	expect_pair(A(" state MASTER\n nopreempt"), B(" state BACKUP\n nopreempt"),
		"b:6:2: warning: nopreempt is in force on this node only: the other one takes `x` "
		"back\n"
		"    the other node: a:1:1; write `nopreempt` and `state BACKUP` on both\n");
}

#define CHECK(weight) "vrrp_script s {\n script /bin/true\n" weight "\n}\n"
#define TRACK	      " track_script {\n  s\n }"

static void a_weight_smaller_than_the_gap_is_told(void **state _unused_)
{
	expect_pair(CHECK(" weight -60") A(TRACK), CHECK(" weight -60") B(TRACK), "");
	expect_pair(CHECK(" weight 60") A(TRACK), CHECK(" weight 60") B(TRACK), "");
	expect_pair(CHECK("") A(TRACK), CHECK("") B(TRACK), "");
	expect_pair(CHECK(" weight -20") A(TRACK), CHECK(" weight -20") B(TRACK),
		"a:3:9: warning: even when all that is tracked fails, `x` has priority 130 here "
		"and "
		"100 on the other node: the addresses never move\n"
		"    the other node: b:8:11; the weight must be more than the gap\n");
	/* What the other node may add counts. */
	expect_pair(CHECK(" weight -20") A(TRACK), CHECK(" weight 60") B(TRACK), "");
	expect_pair(CHECK(" weight -40") A(TRACK "\n track_interface {\n  eth5 weight -30\n }"),
		CHECK(" weight -40") B(TRACK),
		"a:3:9: note: no single tracker of `x` moves the addresses: the gap of the "
		"priorities is 50, the largest weight -40\n"
		"    the other node: b:8:11\n");
	expect_pair(CHECK(" weight -60") NODE(" priority 255\n" TRACK, ONE), B(""),
		"a:3:9: warning: the weight of `s` changes nothing: `x` has priority 255, which no "
		"tracker alters\n"
		"    the other node: b:4:11; give at most 254\n");
	expect_pair(CHECK(" weight -60") A(" state BACKUP\n nopreempt\n" TRACK),
		B(" state BACKUP\n nopreempt"),
		"a:3:9: warning: the weight of `s` moves nothing: with nopreempt, the other node "
		"leaves a master of lower priority alone\n"
		"    the other node: b:6:2; without a weight (or with 0), a failure lets the "
		"instance "
		"give up\n");
}

static void an_instance_on_one_side_is_told(void **state _unused_)
{
	expect_pair(A("") "vrrp_instance z {\n interface eth9\n virtual_router_id 7\n" VIPS(
			    "  10.0.0.7/24\n") "}\n",
		B(""),
		"a:10:1: warning: `z` is on this node only: when it fails, nobody takes over\n"
		"    no instance in b has virtual_router_id 7\n");
}

static void instances_of_one_number_are_matched_by_interface(void **state _unused_)
{
	static const char a[] = "vrrp_instance x {\n interface e1\n virtual_router_id 1\n" VIPS(
		ONE) "}\n"
		     "vrrp_instance y {\n interface e2\n virtual_router_id 1\n" VIPS(
			     "  10.2.0.1/24\n") "}\n";
	static const char b[] =
		"vrrp_instance y {\n interface e2\n virtual_router_id 1\n"
		" priority 90\n" VIPS("  10.2.0.1/24\n") "}\n"
							 "vrrp_instance x {\n interface e1\n "
							 "virtual_router_id 1\n"
							 " priority 90\n" VIPS(ONE) "}\n";

	expect_pair(a, b, "");
}

#define PEER(source, peer) " unicast_src_ip " source "\n unicast_peer {\n  " peer "\n }"

static void peers_that_do_not_name_each_other_are_told(void **state _unused_)
{
	expect_pair(A(PEER("10.0.0.8", "10.0.0.9")), B(PEER("10.0.0.9", "10.0.0.8")), "");
	expect_pair(A(PEER("10.0.0.8", "10.0.0.9")), B(PEER("10.0.0.7", "10.0.0.8")),
		"a:6:2: error: unicast_peer of `x` does not name 10.0.0.7, from which the other "
		"node "
		"sends\n"
		"    the other node: b:5:17\n");
	expect_pair(A(PEER("10.0.0.8", "10.0.0.9")), B(""),
		"a:6:2: error: `x` sends to peers here and by multicast on the other node: neither "
		"hears the other\n"
		"    the other node: b:1:1; write `unicast_peer` on both, or on none\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_pair_gives_nothing),
		cmocka_unit_test(numbers_that_differ_are_told),
		cmocka_unit_test(intervals_that_differ_are_told),
		cmocka_unit_test(authentication_that_differs_is_told),
		cmocka_unit_test(groups_and_sources_are_compared),
		cmocka_unit_test(addresses_on_one_side_are_named),
		cmocka_unit_test(equal_priorities_are_told),
		cmocka_unit_test(nopreempt_on_one_side_is_told),
		cmocka_unit_test(a_weight_smaller_than_the_gap_is_told),
		cmocka_unit_test(an_instance_on_one_side_is_told),
		cmocka_unit_test(instances_of_one_number_are_matched_by_interface),
		cmocka_unit_test(peers_that_do_not_name_each_other_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
