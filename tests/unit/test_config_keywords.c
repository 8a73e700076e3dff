/* SPDX-License-Identifier: MIT */
#include "test_config.h"

#include <stdio.h>

/* Each keyword that works: where its value goes, and what it takes. */

static const VrrpInstanceConfig *good_instance(const char *text, TestRead *ret_read)
{
	const VrrpConfig *v = expect_good(text, ret_read);

	assert_int_equal(v->n_instances, 1);
	return &v->instances[0];
}

/* What comes of a file with warnings only. */
static const VrrpConfig *expect_warnings(const char *text, const char *diags, TestRead *ret_read)
{
	read_text(text, ret_read);
	assert_string_equal(strbuf_text(&ret_read->text), diags);
	assert_int_equal(ret_read->diags.errors, 0);
	return &ret_read->config.vrrp;
}

/* --- global_defs --------------------------------------------------------------------------- */

static void global_defs_may_appear_several_times_and_below(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const VrrpConfig *v = expect_good("global_defs {\n router_id a\n}\n" VIP(
						  "10.0.0.1") "global_defs {\n vrrp_version 3\n}\n",
		&r);

	assert_string_equal(v->router_id, "a");
	assert_int_equal(v->instances[0].version, 3);
}

static void global_keywords_are_stored(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const VrrpConfig *v = expect_good(GLOBAL("router_id \"my router\"\n"
						 "vrrp_mcast_group4 224.0.0.81\n"
						 "dynamic_interfaces\n"
						 "log_unknown_vrids\n"
						 "vrrp_startup_delay 2.5\n"
						 "vrrp_down_timer_adverts 4\n"
						 "vrrp_lower_prio_no_advert\n"
						 "vrrp_higher_prio_send_advert yes\n"),
		&r);
	char text[IP_TEXT_SIZE];

	assert_string_equal(v->router_id, "my router");
	assert_string_equal(ip_text(&v->mcast_group4, text), "224.0.0.81");
	assert_string_equal(ip_text(&v->instances[0].group, text), "224.0.0.81");
	assert_true(v->dynamic_interfaces);
	assert_true(v->log_unknown_vrids);
	assert_int_equal(v->startup_delay_usec, 2500000);
	assert_int_equal(v->instances[0].down_timer_adverts, 4);
	assert_true(v->instances[0].lower_prio_no_advert);
	assert_true(v->instances[0].higher_prio_send_advert);
}

static void dynamic_interfaces_takes_its_option(void **state _unused_)
{
	_cleanup_read_ TestRead r;

	assert_true(
		expect_good(GLOBAL("dynamic_interfaces allow_if_changes"), &r)->dynamic_interfaces);
	expect_diags(GLOBAL("dynamic_interfaces foo"),
		":2:20: error: dynamic_interfaces may be followed by `allow_if_changes`, not by "
		"`foo`\n");
}

static void garp_keywords_are_inherited_one_by_one(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const VrrpInstanceConfig *i = good_instance("global_defs {\n"
						    "vrrp_garp_master_delay 7\n"
						    "vrrp_garp_master_repeat 3\n"
						    "vrrp_garp_master_refresh 60\n"
						    "vrrp_garp_master_refresh_repeat 2\n"
						    "vrrp_garp_interval 0.001\n"
						    "}\n" INSTANCE("garp_master_delay 1\n"
								   "garp_lower_prio_repeat 0\n"),
		&r);

	assert_int_equal(i->garp.delay_usec, 1000000);
	assert_int_equal(i->garp.repeat, 3);
	assert_int_equal(i->garp.refresh_usec, 60000000);
	assert_int_equal(i->garp.refresh_repeat, 2);
	assert_int_equal(i->garp.interval_usec, 1000);
	/* As 2.2.7 dumps it: from the global value, not from that of the instance. */
	assert_int_equal(i->garp_lower_prio.delay_usec, 7000000);
	assert_int_equal(i->garp_lower_prio.repeat, 0);
	assert_int_equal(i->garp_lower_prio.refresh_usec, 0);
	assert_int_equal(i->garp_lower_prio.interval_usec, 1000);
}

static void garp_keywords_of_the_instance_win(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const VrrpInstanceConfig *i = good_instance("global_defs {\n"
						    "vrrp_garp_lower_prio_delay 9\n"
						    "vrrp_garp_lower_prio_repeat 9\n"
						    "}\n" INSTANCE("garp_master_delay 0\n"
								   "garp_master_repeat 2\n"
								   "garp_master_refresh 10\n"
								   "garp_master_refresh_repeat 3\n"
								   "garp_lower_prio_delay 4\n"
								   "garp_lower_prio_repeat 5\n"
								   "down_timer_adverts 100\n"
								   "lower_prio_no_advert on\n"
								   "higher_prio_send_advert off\n"),
		&r);

	assert_int_equal(i->garp.delay_usec, 0);
	assert_int_equal(i->garp.repeat, 2);
	assert_int_equal(i->garp.refresh_usec, 10000000);
	assert_int_equal(i->garp.refresh_repeat, 3);
	assert_int_equal(i->garp_lower_prio.delay_usec, 4000000);
	assert_int_equal(i->garp_lower_prio.repeat, 5);
	assert_int_equal(i->down_timer_adverts, 100);
	assert_true(i->lower_prio_no_advert);
	assert_false(i->higher_prio_send_advert);
}

static void vrrp_min_garp_changes_what_is_not_given(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const VrrpInstanceConfig *i = good_instance(
		"global_defs {\nvrrp_min_garp\n}\n" INSTANCE("garp_master_delay 2"), &r);

	assert_int_equal(i->garp.repeat, 1);
	assert_int_equal(i->garp.delay_usec, 2000000);
	assert_int_equal(i->garp.refresh_repeat, 0);
	assert_int_equal(i->garp_lower_prio.repeat, 1);
	assert_int_equal(i->garp_lower_prio.delay_usec, 0);
}

static void a_repeat_of_0_is_1(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const VrrpConfig *v = expect_warnings(INSTANCE("garp_master_repeat 0"),
		":3:20: warning: garp_master_repeat cannot be 0: 1 is used\n", &r);

	assert_int_equal(v->instances[0].garp.repeat, 1);
}

/* --- vrrp_instance ------------------------------------------------------------------------- */

static void instance_keywords_are_stored(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const VrrpInstanceConfig *i = good_instance(INSTANCE("state BACKUP\n"
							     "priority 255\n"
							     "advert_int 3\n"
							     "mcast_src_ip 10.0.0.9\n"
							     "mcast_dst_ip 224.0.0.99\n"
							     "preempt_delay 1.5\n"
							     "dont_track_primary\n"),
		&r);
	char text[IP_TEXT_SIZE];

	assert_false(i->want_master);
	assert_int_equal(i->priority, 255);
	assert_int_equal(i->advert_usec, 3000000);
	assert_true(i->has_source);
	assert_string_equal(ip_text(&i->source, text), "10.0.0.9");
	assert_string_equal(ip_text(&i->group, text), "224.0.0.99");
	assert_int_equal(i->preempt_delay_usec, 1500000);
	assert_true(i->dont_track_primary);
	assert_false(i->nopreempt);
}

static void state_and_priority_default_by_each_other(void **state _unused_)
{
	static const struct {
		const char *text;
		int priority;
		bool master;
	} cases[] = {
		{ INSTANCE("state MASTER"), 255, true },
		{ INSTANCE("state BACKUP"), 100, false },
		{ INSTANCE("priority 255"), 255, true },
		{ INSTANCE("priority 254"), 254, false },
		{ INSTANCE("state MASTER\npriority 7"), 7, true },
	};

	for (size_t n = 0; n < ARRAY_LEN(cases); n++) {
		_cleanup_read_ TestRead r;
		const VrrpInstanceConfig *i = good_instance(cases[n].text, &r);

		assert_int_equal(i->priority, cases[n].priority);
		assert_int_equal(i->want_master, cases[n].master);
	}
}

static void version_3_counts_in_hundredths(void **state _unused_)
{
	_cleanup_read_ TestRead r, r2;

	assert_int_equal(
		good_instance(INSTANCE("version 3\nadvert_int 0.01"), &r)->advert_usec, 10000);
	assert_int_equal(
		good_instance(INSTANCE("version 3\nadvert_int 40.95"), &r2)->advert_usec, 40950000);
}

/* Each as the dump of 2.2.7 shows it. */
static void advert_int_is_rounded_as_keepalived_rounds(void **state _unused_)
{
	static const struct {
		const char *text, *diags;
		uint64_t usec;
	} cases[] = {
		{ INSTANCE("advert_int 0.5"),
			":3:12: warning: advert_int must be whole seconds in version 2: 1 is used, "
			"not 0.5\n    shorter intervals need `version 3` on all machines\n",
			1000000 },
		{ INSTANCE("advert_int 1.2"),
			":3:12: warning: advert_int must be whole seconds in version 2: 1 is used, "
			"not 1.2\n    shorter intervals need `version 3` on all machines\n",
			1000000 },
		{ INSTANCE("advert_int 1.6"),
			":3:12: warning: advert_int must be whole seconds in version 2: 2 is used, "
			"not 1.6\n    shorter intervals need `version 3` on all machines\n",
			2000000 },
		{ INSTANCE("version 3\nadvert_int 0.014"),
			":4:12: warning: advert_int has steps of 0.01 seconds: 0.01 is used, not "
			"0.014\n    write a number with two decimals\n",
			10000 },
		{ INSTANCE("version 3\nadvert_int 1.016"),
			":4:12: warning: advert_int has steps of 0.01 seconds: 1.02 is used, not "
			"1.016\n    write a number with two decimals\n",
			1020000 },
	};

	for (size_t n = 0; n < ARRAY_LEN(cases); n++) {
		_cleanup_read_ TestRead r;
		const VrrpConfig *v = expect_warnings(cases[n].text, cases[n].diags, &r);

		assert_int_equal(v->instances[0].advert_usec, cases[n].usec);
	}
}

static void preempt_undoes_nopreempt(void **state _unused_)
{
	_cleanup_read_ TestRead r, r2;

	assert_true(good_instance(INSTANCE("preempt\nnopreempt"), &r)->nopreempt);
	assert_false(good_instance(INSTANCE("nopreempt\npreempt"), &r2)->nopreempt);
}

static void a_password_has_8_letters(void **state _unused_)
{
	_cleanup_read_ TestRead r, r2;
	const VrrpInstanceConfig *i = good_instance(
		INSTANCE("authentication {\nauth_type PASS\nauth_pass secret\n}"), &r);
	const VrrpConfig *v;

	assert_int_equal(i->auth_type, VRRP_AUTH_PASS);
	assert_memory_equal(i->auth_data, "secret\0", 8);
	v = expect_warnings(INSTANCE("authentication {\nauth_type PASS\nauth_pass 123456789\n}"),
		":5:11: warning: only the first 8 characters of auth_pass count\n"
		"    shorten it to 8 characters, on all machines\n",
		&r2);
	assert_memory_equal(v->instances[0].auth_data, "12345678", 8);
}

static void authentication_that_cannot_work_is_left_out(void **state _unused_)
{
	static const struct {
		const char *text, *diags;
	} cases[] = {
		{ INSTANCE("version 3\nauthentication {\nauth_type PASS\nauth_pass a\n}"),
			":5:11: warning: VRRP version 3 has no authentication: it is left out\n" },
		{ INSTANCE("authentication {\nauth_type PASS\n}"),
			":4:11: warning: without auth_pass there is no authentication\n"
			"    add `auth_pass PASSWORD`\n" },
		{ INSTANCE("authentication {\nauth_pass a\n}"),
			":4:11: warning: without auth_type, auth_pass is not used\n"
			"    add `auth_type PASS`\n" },
	};

	for (size_t n = 0; n < ARRAY_LEN(cases); n++) {
		_cleanup_read_ TestRead r;
		const VrrpConfig *v = expect_warnings(cases[n].text, cases[n].diags, &r);

		assert_int_equal(v->instances[0].auth_type, VRRP_AUTH_NONE);
	}
}

static void nopreempt_that_cannot_work_is_left_out(void **state _unused_)
{
	static const struct {
		const char *text, *diags;
	} cases[] = {
		{ INSTANCE("nopreempt\nstate MASTER"),
			":3:1: warning: nopreempt does not go with state MASTER and is left out\n"
			"    write `state BACKUP` on all machines\n" },
		{ INSTANCE("nopreempt\nstate BACKUP\npriority 255"),
			":3:1: warning: nopreempt does not go with priority 255 and is left out\n"
			"    give a priority below 255\n" },
		{ INSTANCE("preempt_delay 5\nstate MASTER"),
			":3:15: warning: preempt_delay does not go with state MASTER and is left "
			"out\n    write `state BACKUP` on all machines\n" },
	};
	_cleanup_read_ TestRead r2;
	const VrrpConfig *v;

	for (size_t n = 0; n < ARRAY_LEN(cases); n++) {
		_cleanup_read_ TestRead r;

		v = expect_warnings(cases[n].text, cases[n].diags, &r);
		assert_false(v->instances[0].nopreempt);
		assert_int_equal(v->instances[0].preempt_delay_usec, 0);
	}
	v = expect_warnings(INSTANCE("nopreempt\npreempt_delay 5"),
		":4:15: warning: preempt_delay does not go with nopreempt and is left out\n"
		"    remove one of the two\n",
		&r2);
	assert_true(v->instances[0].nopreempt);
	assert_int_equal(v->instances[0].preempt_delay_usec, 0);
}

/* --- addresses ----------------------------------------------------------------------------- */

static void options_of_an_address_come_in_any_order(void **state _unused_)
{
	static const char *const lines[] = {
		VIP("10.0.0.1/24 dev eth1 label eth1:a brd 10.0.0.255 scope link"),
		VIP("10.0.0.1/24 scope link broadcast + label eth1:a dev eth1"),
		VIP("10.0.0.1/24 label eth1:a brd + scope 253 dev eth1"),
	};
	char text[IP_TEXT_SIZE];

	for (size_t n = 0; n < ARRAY_LEN(lines); n++) {
		_cleanup_read_ TestRead r;
		const AddrSpec *a = good_instance(lines[n], &r)->vips;

		assert_string_equal(ip_text(&a->ip, text), "10.0.0.1");
		assert_int_equal(a->prefix_len, 24);
		assert_string_equal(a->dev, "eth1");
		assert_string_equal(a->label, "eth1:a");
		assert_true(a->has_broadcast);
		assert_string_equal(ip_text(&a->broadcast, text), "10.0.0.255");
		assert_int_equal(a->scope, 253);
	}
}

static void a_broadcast_address_is_made_from_the_prefix(void **state _unused_)
{
	static const struct {
		const char *text, *broadcast;
	} cases[] = {
		{ VIP("10.1.2.3/20 brd +"), "10.1.15.255" },
		{ VIP("10.1.2.3/20 brd -"), "10.1.0.0" },
		{ VIP("10.1.2.3/30 brd +"), "10.1.2.3" },
		{ VIP("10.1.2.3/0 brd +"), "255.255.255.255" },
	};
	char text[IP_TEXT_SIZE];

	for (size_t n = 0; n < ARRAY_LEN(cases); n++) {
		_cleanup_read_ TestRead r;

		assert_string_equal(
			ip_text(&good_instance(cases[n].text, &r)->vips[0].broadcast, text),
			cases[n].broadcast);
	}
}

static void excluded_addresses_come_behind(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const VrrpInstanceConfig *i = good_instance(
		INSTANCE("virtual_ipaddress_excluded {\n10.0.0.2\n10.0.0.3/8\n}"), &r);

	assert_int_equal(i->n_vips, 3);
	assert_int_equal(i->n_advertised, 1);
	assert_int_equal(i->vips[0].ip.bytes[3], 1);
	assert_int_equal(i->vips[2].prefix_len, 8);
}

static void an_advert_holds_255_addresses(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	StrBuf b = { 0 };
	const VrrpConfig *v;

	strbuf_add(&b, "vrrp_instance x {\ninterface eth0\nvirtual_router_id 1\n"
		       "virtual_ipaddress_excluded {\n 10.9.9.9\n}\nvirtual_ipaddress {\n");
	for (int i = 0; i < 300; i++)
		strbuf_printf(&b, " 10.0.%d.%d\n", i / 250, i % 250 + 1);
	strbuf_add(&b, "}\n}\n");
	v = expect_warnings(strbuf_text(&b),
		":263:2: warning: an advert holds 255 addresses: this and what follows is not "
		"advertised\n    virtual_ipaddress_excluded is the place for them\n",
		&r);
	assert_int_equal(v->instances[0].n_vips, 301);
	assert_int_equal(v->instances[0].n_advertised, 255);
	assert_int_equal(v->instances[0].vips[300].ip.bytes[3], 9);
	strbuf_free(&b);
}

/* --- vrrp_script, track_script, track_interface ---------------------------------------------- */

static void script_keywords_are_stored(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const TrackScriptConfig *s = expect_good(SCRIPT("script \"/bin/check a\"\n"
							"interval 0.5\n"
							"timeout 3\n"
							"weight -10 reverse\n"
							"rise 2\n"
							"fall 3\n"
							"user backup adm\n"),
		&r)
					     ->scripts;

	assert_int_equal(s->interval_usec, 500000);
	assert_int_equal(s->job.timeout_usec, 3000000);
	assert_int_equal(s->weight, -10);
	assert_true(s->reverse);
	assert_int_equal(s->rise, 2);
	assert_int_equal(s->fall, 3);
	assert_int_equal(s->job.uid, 34);
	assert_int_equal(s->job.gid, 4);
	assert_int_equal(r.config.vrrp.instances[0].scripts[0].weight, -10);
	assert_true(r.config.vrrp.instances[0].scripts[0].reverse);
}

static void a_script_runs_as_its_user_the_global_one_or_the_usual_one(void **state _unused_)
{
	static const char plain[] = SCRIPT("script a");
	static const char global[] =
		"global_defs {\nscript_user daemon :adm\n}\n" SCRIPT("script a");
	static const char own[] =
		"global_defs {\nscript_user daemon\n}\n" SCRIPT("script a\nuser backup");
	static const struct {
		const char *text;
		bool script_user;
		uint32_t uid, gid;
	} cases[] = {
		{ plain, false, 0, 0 },
		{ plain, true, 100, 101 },
		{ global, true, 1, 4 },
		{ own, true, 34, 34 },
	};

	for (size_t n = 0; n < ARRAY_LEN(cases); n++) {
		_cleanup_read_ TestRead r;

		read_bytes(cases[n].text, strlen(cases[n].text), cases[n].script_user, &r);
		assert_string_equal(strbuf_text(&r.text), "");
		assert_int_equal(r.config.vrrp.scripts[0].job.uid, cases[n].uid);
		assert_int_equal(r.config.vrrp.scripts[0].job.gid, cases[n].gid);
	}
}

static void expect_argv(const char *written, const char *argv)
{
	_cleanup_read_ TestRead r;
	char text[256];
	StrBuf b = { 0 };

	snprintf(text, sizeof(text), SCRIPT("script %s"), written);
	read_text(text, &r);
	assert_int_equal(r.diags.errors, 0);
	for (const char *const *a = r.config.vrrp.scripts[0].job.argv; *a; a++)
		strbuf_printf(&b, "[%s]", *a);
	assert_string_equal(strbuf_text(&b), argv);
	strbuf_free(&b);
}

/* Each as the dump of 2.2.7 shows it. */
static void a_command_is_split_as_keepalived_splits_it(void **state _unused_)
{
	expect_argv("/a", "[/a]");
	expect_argv("/a b c", "[/a]");
	expect_argv("\"/a b c\"", "[/a][b][c]");
	expect_argv("'/a b c'", "[/a][b][c]");
	expect_argv("\"/a 'b c' d\"", "[/a][b c][d]");
	expect_argv("\"/a \\\"b c\\\" d\"", "[/a][b c][d]");
	expect_argv("'/a \"b c\" d'", "[/a][b c][d]");
	expect_argv("\"/a b\\ c d\"", "[/a][b][c][d]");
	expect_argv("\"/a b\\tc \\x41 \\101 c\\\\d\"", "[/a][b][c][A][A][cd]");
	expect_argv("\"/a 'b\\tc' d\"", "[/a][b\tc][d]");
	expect_argv("\"/a # ! { } b\"", "[/a][#][!][{][}][b]");
	expect_argv("\"/a b'c d'e\"", "[/a][bc de]");
	expect_argv("\"/a '' c\"", "[/a][][c]");
	expect_argv("/a\" b c\"", "[/a][b][c]");
	expect_argv("\"/a\"' b c'", "[/a][b][c]");
	expect_argv("/a\\ b", "[/a][b]");
	expect_argv("/a # b", "[/a]");
	expect_argv("/a\\#b", "[/a#b]"); /* keepalived: [/a] */
}

static void what_is_tracked_may_have_its_own_weight(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const VrrpInstanceConfig *i = good_instance(
		"vrrp_script a {\nscript a\nweight 5 reverse\n}\nvrrp_script b {\nscript b\n}\n"
		"vrrp_script c {\nscript c\nweight 7 reverse\n}\n" INSTANCE(
			"track_script {\nb weight -3\nc noreverse\na weight 9\n}\n"
			"track_interface {\neth1 weight 20 reverse\n}"),
		&r);

	assert_int_equal(i->n_scripts, 3);
	assert_int_equal(i->scripts[0].index, 1);
	assert_int_equal(i->scripts[0].weight, -3);
	assert_false(i->scripts[0].reverse);
	assert_int_equal(i->scripts[1].index, 2);
	assert_int_equal(i->scripts[1].weight, 7);
	assert_false(i->scripts[1].reverse);
	assert_int_equal(i->scripts[2].index, 0);
	assert_int_equal(i->scripts[2].weight, 9);
	assert_true(i->scripts[2].reverse);
	assert_int_equal(i->interfaces[0].weight, 20);
	assert_true(i->interfaces[0].reverse);
}

static void scripts_that_nobody_tracks_are_not_run(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const VrrpConfig *v = expect_warnings("vrrp_script u {\nscript u\n}\n" SCRIPT("script a"),
		":1:1: warning: no instance tracks `u`: it is not run\n"
		"    name it in the `track_script` block of an instance\n",
		&r);

	assert_int_equal(v->n_scripts, 1);
	assert_string_equal(v->scripts[v->instances[0].scripts[0].index].name, "s");
}

static void a_script_defined_below_is_found_with_a_warning(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const VrrpConfig *v = expect_warnings(
		INSTANCE("track_script {\n s\n}") "vrrp_script s {\nscript a\n}\n",
		":4:2: warning: `s` is defined at line 11, below its use; keepalived would not "
		"track it\n"
		"    move the vrrp_script block above the instance\n",
		&r);

	assert_int_equal(v->instances[0].n_scripts, 1);
	assert_int_equal(v->n_scripts, 1);
}

/* --- understood ---------------------------------------------------------------------------- */

static void what_is_not_carried_out_is_said(void **state _unused_)
{
	static const char *const global[] = { "vrrp_skip_check_adv_addr", "vrrp_strict",
		"vrrp_gna_interval 0.1", "process_names" };
	static const char *const instance[] = { "debug 0", "use_vmac", "use_vmac vrrp.1" };
	char text[512], diags[256];

	for (size_t i = 0; i < ARRAY_LEN(global); i++) {
		snprintf(text, sizeof(text), GLOBAL(" %s"), global[i]);
		snprintf(diags, sizeof(diags),
			":2:2: warning: `%.*s`: understood, not yet carried out\n",
			(int)strcspn(global[i], " "), global[i]);
		expect_diags(text, diags);
	}
	for (size_t i = 0; i < ARRAY_LEN(instance); i++) {
		snprintf(text, sizeof(text), INSTANCE(" %s"), instance[i]);
		snprintf(diags, sizeof(diags),
			":3:2: warning: `%.*s`: understood, not yet carried out\n",
			(int)strcspn(instance[i], " "), instance[i]);
		expect_diags(text, diags);
	}
	expect_diags(VIP("10.0.0.1 no_track preferred_lft 0"),
		":5:12: warning: `no_track`: understood, not yet carried out\n"
		":5:21: warning: `preferred_lft`: understood, not yet carried out\n");
}

static void load_balancing_is_skipped_with_one_warning(void **state _unused_)
{
	expect_diags(
		"virtual_server_group g {\n 10.0.0.1 80\n}\nvirtual_server group g {\n"
		" delay_loop 6\n real_server 10.0.0.2 80 {\n  weight 1\n }\n}\n" VIP("10.0.0.1"),
		":1:1: warning: `virtual_server_group` is skipped, as is all that is for load "
		"balancing\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(global_defs_may_appear_several_times_and_below),
		cmocka_unit_test(global_keywords_are_stored),
		cmocka_unit_test(dynamic_interfaces_takes_its_option),
		cmocka_unit_test(garp_keywords_are_inherited_one_by_one),
		cmocka_unit_test(garp_keywords_of_the_instance_win),
		cmocka_unit_test(vrrp_min_garp_changes_what_is_not_given),
		cmocka_unit_test(a_repeat_of_0_is_1),
		cmocka_unit_test(instance_keywords_are_stored),
		cmocka_unit_test(state_and_priority_default_by_each_other),
		cmocka_unit_test(version_3_counts_in_hundredths),
		cmocka_unit_test(advert_int_is_rounded_as_keepalived_rounds),
		cmocka_unit_test(preempt_undoes_nopreempt),
		cmocka_unit_test(a_password_has_8_letters),
		cmocka_unit_test(authentication_that_cannot_work_is_left_out),
		cmocka_unit_test(nopreempt_that_cannot_work_is_left_out),
		cmocka_unit_test(options_of_an_address_come_in_any_order),
		cmocka_unit_test(a_broadcast_address_is_made_from_the_prefix),
		cmocka_unit_test(excluded_addresses_come_behind),
		cmocka_unit_test(an_advert_holds_255_addresses),
		cmocka_unit_test(script_keywords_are_stored),
		cmocka_unit_test(a_script_runs_as_its_user_the_global_one_or_the_usual_one),
		cmocka_unit_test(a_command_is_split_as_keepalived_splits_it),
		cmocka_unit_test(what_is_tracked_may_have_its_own_weight),
		cmocka_unit_test(scripts_that_nobody_tracks_are_not_run),
		cmocka_unit_test(a_script_defined_below_is_found_with_a_warning),
		cmocka_unit_test(what_is_not_carried_out_is_said),
		cmocka_unit_test(load_balancing_is_skipped_with_one_warning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
