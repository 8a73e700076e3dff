/* SPDX-License-Identifier: MIT */
#include "test_config.h"

#include <errno.h>
#include <stdio.h>

#include "base/map.h"

/* config/ as a whole: whole files, the shape of files, what config_read() promises. */

#define SQUID(name, state, vrid, priority, address)                                                \
	"vrrp_instance " name " {\n"                                                               \
	"  state " state "\n"                                                                      \
	"  interface eth0\n"                                                                       \
	"  virtual_router_id " vrid "\n"                                                           \
	"  priority " priority "\n"                                                                \
	"  virtual_ipaddress {\n"                                                                  \
	"    " address "\n"                                                                        \
	"  }\n"                                                                                    \
	"  track_interface {\n"                                                                    \
	"    eth1\n"                                                                               \
	"  }\n"                                                                                    \
	"  track_script {\n"                                                                       \
	"    chk_squid_service\n"                                                                  \
	"  }\n"                                                                                    \
	"}\n"

static void the_squid_pair_is_read_without_a_word(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const VrrpConfig *v = expect_good(
		"vrrp_script chk_squid_service {\n"
		"  script \"/usr/sbin/squid -k check\"\n"
		"  interval 3\n"
		"}\n" SQUID(
			"proxy_ip1", "MASTER", "1", "255", "192.168.2.101/24 dev eth0 label eth0:1")
			SQUID("proxy_ip2", "BACKUP", "2", "100", "192.168.2.102/24 dev eth0"),
		&r);
	const VrrpInstanceConfig *i = v->instances;
	char text[ADDR_TEXT_SIZE];

	assert_int_equal(v->n_instances, 2);
	assert_string_equal(i->name, "proxy_ip1");
	assert_string_equal(i->interface, "eth0");
	assert_int_equal(i->vrid, 1);
	assert_int_equal(i->priority, 255);
	assert_true(i->want_master);
	assert_int_equal(i->version, 2);
	assert_int_equal(i->family, IP_V4);
	assert_int_equal(i->advert_usec, 1000000);
	assert_int_equal(i->down_timer_adverts, 3);
	assert_int_equal(i->n_vips, 1);
	assert_int_equal(i->n_advertised, 1);
	assert_string_equal(addr_spec_text(&i->vips[0], text), "192.168.2.101/24");
	assert_string_equal(i->vips[0].dev, "eth0");
	assert_string_equal(i->vips[0].label, "eth0:1");
	assert_int_equal(i->n_interfaces, 1);
	assert_string_equal(i->interfaces[0].name, "eth1");
	assert_int_equal(i->interfaces[0].weight, 0);
	assert_int_equal(i->n_scripts, 1);
	assert_int_equal(i->scripts[0].index, 0);

	assert_int_equal(v->n_scripts, 1);
	assert_string_equal(v->scripts[0].name, "chk_squid_service");
	assert_string_equal(v->scripts[0].job.name, "chk_squid_service");
	assert_string_equal(v->scripts[0].job.argv[0], "/usr/sbin/squid");
	assert_string_equal(v->scripts[0].job.argv[1], "-k");
	assert_string_equal(v->scripts[0].job.argv[2], "check");
	assert_null(v->scripts[0].job.argv[3]);
	assert_int_equal(v->scripts[0].interval_usec, 3000000);
	assert_int_equal(v->scripts[0].job.timeout_usec, 3000000);
	assert_int_equal(v->scripts[0].rise, 1);
	assert_int_equal(v->scripts[0].fall, 1);

	assert_int_equal(v->instances[1].priority, 100);
	assert_false(v->instances[1].want_master);
}

static void an_instance_has_keepaliveds_defaults(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const VrrpConfig *v = expect_good(VIP("10.0.0.1"), &r);
	const VrrpInstanceConfig *i = v->instances;
	char text[IP_TEXT_SIZE];

	assert_string_equal(v->router_id, "node1"); /* the host name */
	assert_false(v->dynamic_interfaces);
	assert_int_equal(v->startup_delay_usec, 0);
	assert_string_equal(ip_text(&v->mcast_group4, text), "224.0.0.18");
	assert_string_equal(ip_text(&i->group, text), "224.0.0.18");
	assert_int_equal(i->priority, 100);
	assert_false(i->want_master);
	assert_int_equal(i->vips[0].prefix_len, 32);
	assert_string_equal(i->vips[0].dev, "eth0");
	assert_null(i->vips[0].label);
	assert_false(i->vips[0].has_broadcast);
	assert_int_equal(i->auth_type, VRRP_AUTH_NONE);
	assert_false(i->has_source);
	assert_int_equal(i->garp.repeat, 5);
	assert_int_equal(i->garp.delay_usec, 5000000);
	assert_int_equal(i->garp.refresh_usec, 0);
	assert_int_equal(i->garp.refresh_repeat, 1);
	assert_int_equal(i->garp.interval_usec, 0);
	assert_int_equal(i->garp_lower_prio.repeat, 5);
	assert_int_equal(i->garp_lower_prio.delay_usec, 5000000);
	assert_int_equal(i->garp_lower_prio.refresh_usec, 0);
}

/* --- the shape of a file ------------------------------------------------------------------- */

static void braces_may_stand_where_keepalived_takes_them(void **state _unused_)
{
	static const char *const files[] = {
		"vrrp_instance x\n# a comment\n\n{ interface eth0\nvirtual_router_id 1\n"
		"virtual_ipaddress\n{\n10.0.0.1\n}\n}\n",
		"vrrp_instance x{\ninterface eth0\nvirtual_router_id 1\n"
		"virtual_ipaddress{ 10.0.0.1 } }",
		"vrrp_instance x {\ninterface eth0\nvirtual_ipaddress {\n10.0.0.1 } "
		"virtual_router_id "
		"1}\n",
		"vrrp_instance x {\r\n\tinterface eth0\r\n\tvirtual_router_id 1\r\n"
		"\tvirtual_ipaddress {\r\n10.0.0.1\r\n}\r\n}\r\n",
		"\xef\xbb\xbfvrrp_instance x {\ninterface eth0!c {\nvirtual_router_id 1#c }\n"
		"virtual_ipaddress { # \" '\n10.0.0.1\n} ! \n} #",
		"vrrp_instance \"x\" {\n\"interface\" \"eth0\"\nvirtual_router_id \"1\"\n"
		"virtual_ipaddress {\n\"10.0.0.1\"\n}\n}\n",
	};

	for (size_t n = 0; n < ARRAY_LEN(files); n++) {
		_cleanup_read_ TestRead r;
		const VrrpConfig *v = expect_good(files[n], &r);

		assert_int_equal(v->n_instances, 1);
		assert_string_equal(v->instances[0].name, "x");
		assert_string_equal(v->instances[0].interface, "eth0");
		assert_int_equal(v->instances[0].vrid, 1);
		assert_int_equal(v->instances[0].n_vips, 1);
	}
}

static void expect_password(const char *written, const char *password)
{
	_cleanup_read_ TestRead r;
	char text[256];

	snprintf(text, sizeof(text), INSTANCE("authentication {\nauth_type PASS\nauth_pass %s\n}"),
		written);
	read_text(text, &r);
	assert_int_equal(r.diags.errors, 0);
	assert_memory_equal(r.config.vrrp.instances[0].auth_data, password, VRRP_AUTH_SIZE);
}

/* Each as the dump of 2.2.7 shows it. */
static void words_are_cut_as_keepalived_cuts_them(void **state _unused_)
{
	expect_password("a\\#b", "a\\\0\0\0\0\0\0");
	expect_password("a#b", "a\0\0\0\0\0\0\0");
	expect_password("a\\b", "a\\b\0\0\0\0\0");
	expect_password("\"a#b\"", "a#b\0\0\0\0\0");
	expect_password("\"a\\tb\"", "a\\tb\0\0\0\0");
	expect_password("\"a b\"c", "a b\0\0\0\0\0");
	expect_password("a\"b c\"", "a\0\0\0\0\0\0\0");
	expect_password("'a b'", "'a\0\0\0\0\0\0");
	expect_password("a'b", "a'b\0\0\0\0\0");
	expect_password("\"a{b\"", "a{b\0\0\0\0\0");
	expect_password("$ecret", "$ecret\0\0");
	expect_password("\"a!b\" c", "a!b\0\0\0\0\0");
}

static void a_block_that_is_never_closed_is_named(void **state _unused_)
{
	expect_diags("\nvrrp_script s {\n}\nvrrp_instance VI_1 {\ninterface eth0\n"
		     "virtual_router_id 1\nvirtual_ipaddress {\n10.0.0.1\n}\n",
		":2:1: error: `s` has no script\n    add `script \"COMMAND\"`\n"
		":2:1: warning: no instance tracks `s`: it is not run\n"
		"    name it in the `track_script` block of an instance\n"
		":4:1: error: the block of `vrrp_instance VI_1` opened here is never closed\n"
		"    add a `}`\n");
}

static void a_forgotten_brace_does_not_spoil_the_next_block(void **state _unused_)
{
	_cleanup_read_ TestRead r;

	read_text("vrrp_instance a {\n  interface eth0\n  virtual_router_id 1\n"
		  "  virtual_ipaddress {\n    10.0.0.1\n}\n" /* by indentation, of the instance */
		  "vrrp_instance b {\n  interface eth0\n  virtual_router_id 2\n"
		  "  virtual_ipaddress {\n    10.0.0.2\n  }\n}\n",
		&r);
	assert_string_equal(strbuf_text(&r.text),
		":4:3: error: the block of `virtual_ipaddress` opened here is never closed\n"
		"    add a `}`\n");
	assert_int_equal(r.config.vrrp.n_instances, 2);
}

static void braces_without_a_partner_are_reported_once(void **state _unused_)
{
	expect_diags(VIP("10.0.0.1") "}\n",
		":8:1: error: a `}` that closes no block\n"
		"    remove it, or look for a `{` that is missing above\n");
	expect_diags("{\nfoo\n}\n" VIP("10.0.0.1"),
		":1:1: error: a `{` that belongs to nothing\n"
		"    a block starts with a keyword, as in `vrrp_instance NAME {`\n");
}

static void a_missing_opening_brace_is_reported_where_it_belongs(void **state _unused_)
{
	expect_diags("vrrp_instance x\n interface eth0\n virtual_router_id 1\n"
		     " virtual_ipaddress\n  10.0.0.1\n }\n}\n",
		":1:1: error: `vrrp_instance x` has no block\n"
		"    add a `{` at the end of the line\n"
		":4:2: error: `virtual_ipaddress` has no block\n"
		"    add a `{` at the end of the line\n");
	expect_diags(INSTANCE(" authentication\n priority 600"),
		":3:2: error: `authentication` has no block\n"
		"    add a `{` at the end of the line\n"
		":4:11: error: priority must be 1 to 255, not 600\n");
	expect_diags(INSTANCE(" authentication"), ":3:2: error: `authentication` has no block\n"
						  "    add a `{` at the end of the line\n");
}

static void an_open_quote_is_reported_at_the_quote(void **state _unused_)
{
	expect_diags(INSTANCE(" priority \"50"),
		":3:11: error: the quote that opens here is not closed in this line\n"
		"    a quoted text ends in the line in which it starts\n");
	expect_diags(SCRIPT(" script \"/bin/a\n interval 2"),
		":2:9: error: the quote that opens here is not closed in this line\n"
		"    a quoted text ends in the line in which it starts\n");
}

static void blocks_nest_to_a_depth(void **state _unused_)
{
	StrBuf b = { 0 };

	for (int i = 0; i < 100; i++)
		strbuf_add(&b, "a {\n");
	for (int i = 0; i < 100; i++)
		strbuf_add(&b, "}\n");
	expect_diags(strbuf_text(&b), ":1:1: error: unknown keyword `a`\n"
				      ":17:1: error: blocks are nested more than 16 deep\n");
	strbuf_free(&b);
}

static void a_binary_file_gives_one_error(void **state _unused_)
{
	static const struct {
		const char *text;
		size_t size;
		const char *diags;
	} files[] = {
		{ "\0", 1, ":1:1: error: the byte 0x00 has no place in a text file\n" },
		{ "\n# \0\n\n}", 7, ":2:3: error: the byte 0x00 has no place in a text file\n" },
		{ "\nab\1c\n}", 8, ":2:3: error: the byte 0x01 has no place in a text file\n" },
		{ "\n\"ab\1c\n\"}", 10,
			":2:1: error: the quote that opens here is not closed in this line\n" },
		{ "\n\"ab\0c\"}", 9, ":2:4: error: the byte 0x00 has no place in a text file\n" },
		{ "vrrp_instance x {\n\x7f", 19,
			":2:1: error: the byte 0x7f has no place in a text file\n" },
	};

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		_cleanup_read_ TestRead r;

		read_bytes(files[i].text, files[i].size, false, &r);
		assert_memory_equal(strbuf_text(&r.text), files[i].diags, strlen(files[i].diags));
	}
}

static void any_bytes_are_survived(void **state _unused_)
{
	static const char letters[] = "{}\n\n\n  \"'\\!#$@~a1./\0\1\xff";
	static const char *const words[] = { "vrrp_instance x", "script", "virtual_ipaddress",
		"track_script", "authentication", "10.0.0.1/24", "weight", "global_defs",
		"priority", "{\n", "}\n", "\n" };
	uint64_t seed = 1;
	StrBuf b = { 0 };

	for (int round = 0; round < 3000; round++) {
		_cleanup_read_ TestRead r;

		strbuf_free(&b);
		for (int i = 0; i < 60; i++) {
			seed = map_hash(&seed, sizeof(seed));
			if (seed & 0x10000)
				strbuf_add(&b, words[(seed >> 20) % ARRAY_LEN(words)]);
			else
				strbuf_addn(&b, &letters[(seed >> 20) % sizeof(letters)], 1);
			if (seed & 0x20000)
				strbuf_add(&b, " ");
		}
		read_bytes(b.s, b.n, false, &r);
	}
	strbuf_free(&b);
}

static void every_start_of_a_file_is_survived(void **state _unused_)
{
	static const char file[] = "global_defs { router_id \"a b\" }\n" SCRIPT(
		"script \"a 'b' \\x41 \\\" c\"\n user "
		"daemon adm") VIP("10.0.0.1/24 dev eth0 brd +");

	for (size_t n = 0; n < sizeof(file); n++) {
		_cleanup_read_ TestRead r;
		_cleanup_free_ char *copy = mem_alloc(n + 1, 1);

		memcpy(copy, file, n);
		read_bytes(copy, n, true, &r);
	}
}

/* --- config_read --------------------------------------------------------------------------- */

static const char *no_file(void *data _unused_, const char *path _unused_, Arena *arena _unused_,
	size_t *ret_size _unused_, int *ret_errno)
{
	*ret_errno = ENOENT;
	return NULL;
}

static void a_file_that_cannot_be_read_is_an_error(void **state _unused_)
{
	const ConfigWorld world = { .read_file = no_file };
	DiagList diags = { 0 };
	StrBuf text = { 0 };
	Config config;

	config_read("a.conf", &world, &config, &diags);
	diag_list_text(&diags, &text);
	assert_string_equal(
		strbuf_text(&text), "a.conf: error: cannot be read: No such file or directory\n");
	assert_int_equal(config.vrrp.n_instances, 0);
	config_free(&config);
	diag_list_free(&diags);
	strbuf_free(&text);
}

static void a_world_that_knows_nothing_takes_all_as_right(void **state _unused_)
{
	const char text[] = SCRIPT("script /missing\nuser nobody nogroup") VIP("10.0.0.2 dev eth9");
	TestWorld data = { text, strlen(text), false };
	const ConfigWorld world = { .data = &data, .read_file = test_read_file };
	DiagList diags = { 0 };
	Config config;

	config_read("a.conf", &world, &config, &diags);
	assert_int_equal(diags.errors, 1); /* x is there twice */
	config_free(&config);
	diag_list_free(&diags);
}

static void errors_are_shown_up_to_a_limit(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	StrBuf b = { 0 };

	for (int i = 0; i < 1000; i++)
		strbuf_add(&b, "foo\n");
	read_text(strbuf_text(&b), &r);
	assert_int_equal(r.diags.errors, LIMIT_CONFIG_ERRORS);
	assert_int_equal(r.diags.all.n, LIMIT_CONFIG_ERRORS + 1);
	assert_string_equal(r.diags.all.items[LIMIT_CONFIG_ERRORS].text,
		"from here on errors are not shown any more");
	strbuf_free(&b);
}

static void a_very_long_line_is_one_line(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	StrBuf b = { 0 };

	strbuf_add(&b, "# ");
	strbuf_pad(&b, 'x', 100000);
	strbuf_add(&b, " priority 1 {\n" VIP("10.0.0.1"));
	expect_good(strbuf_text(&b), &r);
	strbuf_free(&b);
}

static void many_instances_are_read_in_linear_time(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	StrBuf b = { 0 };

	for (int i = 0; i < 5000; i++) {
		strbuf_printf(&b,
			"vrrp_instance VI_%d {\n interface eth0\n virtual_router_id %d\n"
			" mcast_dst_ip 224.1.1.%d\n virtual_ipaddress {\n",
			i, i / 20 + 1, i % 20);
		for (int j = 0; j < 4; j++)
			strbuf_printf(&b, "  10.%d.%d.%d/24\n", i / 250, i % 250, j);
		strbuf_add(&b, " }\n}\n");
	}
	expect_good(strbuf_text(&b), &r);
	assert_int_equal(r.config.vrrp.n_instances, 5000);
	strbuf_free(&b);
}

/* Files of people, with what they rest on: each may be started. */
static void files_of_people_may_be_started(void **state _unused_)
{
	static const char *const files[] = {
		"vrrp_script check_web {\n script \"/usr/bin/curl -fs http://127.0.0.1/\"\n"
		" interval 2\n weight -30\n}\n"
		"vrrp_instance VI_1 {\n state BACKUP\n interface eth0\n virtual_router_id 51\n"
		" priority 100\n unicast_src_ip 10.0.0.1\n unicast_peer {\n  10.0.0.2\n }\n"
		" authentication {\n  auth_type PASS\n  auth_pass secret\n }\n"
		" track_script {\n  check_web\n }\n notify_master /etc/keepalived/master.sh\n}\n",
		"vrrp_track_process haproxy {\n process haproxy\n quorum 1\n delay 2\n}\n" INSTANCE(
			"track_process {\n haproxy weight 10\n}"),
		"vrrp_track_file load {\n file /run/load\n}\n" INSTANCE(
			"track_file {\n load weight 1\n}"),
		INSTANCE("track_interface {\n eth1 weight 5\n}"),
		"vrrp_script chk {\n script \"/usr/bin/pgrep nginx\"\n interval 2\n rise 3\n"
		" fall 2\n}\n" INSTANCE("track_script {\n chk\n}\nnotify /etc/notify.sh root"),
	};

	for (size_t n = 0; n < ARRAY_LEN(files); n++) {
		_cleanup_read_ TestRead r;

		read_text(files[n], &r);
		if (!diag_may_start(&r.diags) || strstr(strbuf_text(&r.text), "not yet"))
			fail_msg("%s", strbuf_text(&r.text));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files_of_people_may_be_started),
		cmocka_unit_test(the_squid_pair_is_read_without_a_word),
		cmocka_unit_test(an_instance_has_keepaliveds_defaults),
		cmocka_unit_test(braces_may_stand_where_keepalived_takes_them),
		cmocka_unit_test(words_are_cut_as_keepalived_cuts_them),
		cmocka_unit_test(a_block_that_is_never_closed_is_named),
		cmocka_unit_test(a_forgotten_brace_does_not_spoil_the_next_block),
		cmocka_unit_test(braces_without_a_partner_are_reported_once),
		cmocka_unit_test(a_missing_opening_brace_is_reported_where_it_belongs),
		cmocka_unit_test(an_open_quote_is_reported_at_the_quote),
		cmocka_unit_test(blocks_nest_to_a_depth),
		cmocka_unit_test(a_binary_file_gives_one_error),
		cmocka_unit_test(any_bytes_are_survived),
		cmocka_unit_test(every_start_of_a_file_is_survived),
		cmocka_unit_test(a_file_that_cannot_be_read_is_an_error),
		cmocka_unit_test(a_world_that_knows_nothing_takes_all_as_right),
		cmocka_unit_test(errors_are_shown_up_to_a_limit),
		cmocka_unit_test(a_very_long_line_is_one_line),
		cmocka_unit_test(many_instances_are_read_in_linear_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
