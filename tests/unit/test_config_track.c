/* SPDX-License-Identifier: MIT */
#include "test_config.h"

/* What is watched, who tracks it, and what a sync group makes of it. */

#define MEMBER(name, vrid, lines)                                                                  \
	"vrrp_instance " name " {\n virtual_router_id " vrid "\n interface eth0\n"                 \
	" no_virtual_ipaddress\n" lines "}\n"
#define LIST(keyword, lines) " " keyword " {\n" lines " }\n"
#define THINGS                                                                                     \
	"vrrp_script s {\n script /bin/true\n weight 5\n}\nvrrp_script t {\n script "              \
	"/bin/true\n}\n"                                                                           \
	"track_file f {\n file /f\n}\ntrack_file z {\n file /z\n weight 0\n}\n"                    \
	"track_file m {\n file /m\n weight -3\n}\n"                                                \
	"vrrp_track_process p {\n process sshd\n}\n"

static const VrrpConfig *expect_warnings(const char *text, const char *diags, TestRead *ret_read)
{
	read_text(text, ret_read);
	assert_string_equal(strbuf_text(&ret_read->text), diags);
	assert_int_equal(ret_read->diags.errors, 0);
	return &ret_read->config.vrrp;
}

/* --- what is watched ----------------------------------------------------------------------- */

static void a_file_has_its_values_and_defaults(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const VrrpConfig *v = expect_good(
		"track_file a {\n file \"/tmp/a b\"\n}\n"
		"track_file b {\n file /b\n weight -10 reverse\n init_file -7 overwrite\n}\n"
		"track_file c {\n file /c\n init_file\n}\n" INSTANCE(
			"track_file {\n c weight 9\n b\n a reverse\n}"),
		&r);
	const VrrpInstanceConfig *i = &v->instances[0];
	const TrackFileConfig *f = v->files;

	assert_int_equal(v->n_files, 3);
	assert_string_equal(f[0].name, "a");
	assert_string_equal(f[0].watch.path, "/tmp/a b");
	assert_int_equal(f[0].weight, 1);
	assert_false(f[0].reverse);
	assert_true(f[0].watch.on);
	assert_null(f[0].watch.init);
	assert_false(f[0].watch.overwrite);
	assert_int_equal(f[1].weight, -10);
	assert_true(f[1].reverse);
	assert_string_equal(f[1].watch.init, "-7\n");
	assert_true(f[1].watch.overwrite);
	assert_string_equal(f[2].watch.init, "0\n");
	for (uint32_t n = 0; n < 3; n++)
		assert_int_equal(f[n].watch.file, n);
	assert_int_equal(i->n_files, 3);
	assert_int_equal(i->files[0].index, 2);
	assert_int_equal(i->files[0].weight, 9);
	assert_int_equal(i->files[1].weight, -10);
	assert_true(i->files[1].reverse);
	assert_int_equal(i->files[2].weight, 1);
	assert_true(i->files[2].reverse);
}

static void a_process_has_its_values_and_defaults(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const VrrpConfig *v = expect_good(
		"vrrp_track_process a {\n process sshd\n}\n"
		"vrrp_track_process b {\n process \"/x y\" \"1 2\" 3\n param_match initial\n"
		" weight 10 reverse\n quorum 2\n quorum_max 4\n delay 2\n terminate_delay 0.5\n}\n"
		"vrrp_track_process c {\n process /usr/sbin/x\n param_match\n}\n"
		"vrrp_track_process d {\n process x y\n}\n"
		"vrrp_track_process e {\n process x\n full_command\n}\n" INSTANCE(
			"track_process {\n a\n b noreverse\n c\n d\n e weight -4\n}"),
		&r);
	const VrrpInstanceConfig *i = &v->instances[0];
	const TrackProcessConfig *p = v->processes;

	assert_int_equal(v->n_processes, 5);
	assert_string_equal(p[0].argv[0], "sshd");
	assert_null(p[0].argv[1]);
	assert_false(p[0].full_command);
	assert_int_equal(p[0].param_match, TRACK_PARAM_NONE);
	assert_int_equal(p[0].quorum, 1);
	assert_false(p[0].has_quorum_max);
	assert_int_equal(p[0].fork_delay_usec, 0);
	assert_int_equal(p[0].weight, 0);
	assert_string_equal(p[1].argv[0], "/x y");
	assert_string_equal(p[1].argv[1], "1 2");
	assert_string_equal(p[1].argv[2], "3");
	assert_int_equal(p[1].param_match, TRACK_PARAM_INITIAL);
	assert_int_equal(p[1].quorum, 2);
	assert_true(p[1].has_quorum_max);
	assert_int_equal(p[1].quorum_max, 4);
	assert_int_equal(p[1].fork_delay_usec, 2000000);
	assert_int_equal(p[1].terminate_delay_usec, 500000);
	assert_true(p[1].reverse);
	assert_int_equal(p[2].param_match, TRACK_PARAM_EXACT);
	assert_int_equal(p[3].param_match, TRACK_PARAM_EXACT);
	assert_true(p[3].full_command);
	assert_int_equal(p[4].param_match, TRACK_PARAM_NONE);
	assert_true(p[4].full_command);
	assert_int_equal(i->n_processes, 5);
	assert_int_equal(i->processes[1].weight, 10);
	assert_false(i->processes[1].reverse);
	assert_int_equal(i->processes[4].weight, -4);
}

static void only_what_is_tracked_is_watched(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const VrrpConfig *v = expect_warnings(
		"track_file a {\n file /a\n}\n"
		"track_file b {\n file /b\n}\n"
		"vrrp_track_process p {\n process x\n}\n" INSTANCE("track_file {\n b\n}"),
		":1:1: warning: no instance tracks `a`: it is not watched\n"
		"    name it in the `track_file` block of an instance\n"
		":7:1: warning: no instance tracks `p`: it is not watched\n"
		"    name it in the `track_process` block of an instance\n",
		&r);

	assert_int_equal(v->n_files, 1);
	assert_string_equal(v->files[0].name, "b");
	assert_int_equal(v->files[0].watch.file, 0);
	assert_int_equal(v->instances[0].files[0].index, 0);
	assert_int_equal(v->n_processes, 0);
}

static void a_name_that_is_never_found_is_told(void **state _unused_)
{
	expect_diags("vrrp_track_process p {\n process /usr/sbin/sshd\n}\n"
		     "vrrp_track_process q {\n process a-name-of-16-byt\n}\n" INSTANCE(
			     "track_process {\n p\n q\n}"),
		":2:10: warning: `/usr/sbin/sshd` is never found: it is compared with the kernel's "
		"short name, which has no path\n"
		"    add `full_command` to compare with the command line\n"
		":5:10: warning: `a-name-of-16-byt` is found by its first 15 letters, which is all "
		"that the kernel's short name has; keepalived would never find it\n"
		"    add `full_command` to compare with the command line\n");
	expect_diags("vrrp_track_process p {\n process a\n quorum 3\n quorum_max 2\n}\n" INSTANCE(
			     "track_process {\n p\n}"),
		":4:13: warning: quorum_max is less than quorum and is left out\n");
}

static void quorum_max_0_means_none(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const VrrpConfig *v =
		expect_good("vrrp_track_process p {\n process a\n quorum_max 0\n}\n" INSTANCE(
				    "track_process {\n p\n}"),
			&r);

	assert_true(v->processes[0].has_quorum_max);
	assert_int_equal(v->processes[0].quorum_max, 0);
}

static void links_are_given_time(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const VrrpConfig *v = expect_warnings(
		"interface_up_down_delays {\n eth1 0.5\n eth0 5 10\n}\n" INSTANCE(""),
		":3:2: warning: a down delay of 2 seconds or more is cut below that: else `x` "
		"would "
		"become master before it knows that its link is down\n"
		"    write less than (down_timer_adverts - 1) * advert_int\n",
		&r);

	assert_int_equal(v->n_link_delays, 2);
	assert_string_equal(v->link_delays[0].name, "eth1");
	assert_int_equal(v->link_delays[0].down_usec, 500000);
	assert_int_equal(v->link_delays[0].up_usec, 500000);
	assert_int_equal(v->link_delays[1].down_usec, 5000000);
	assert_int_equal(v->link_delays[1].up_usec, 10000000);
	expect_diags("interface_up_down_delays {\n eth7 1\n}\n" INSTANCE(""),
		":2:2: error: there is no interface `eth7` on this machine\n"
		"    there are: eth0, eth1, lo\n");
}

static void what_the_kernel_reports_anyway_works(void **state _unused_)
{
	_cleanup_read_ TestRead r;

	(void)expect_good("linkbeat_use_polling\nlinkbeat_interfaces {\n eth1 MII\n}\n" INSTANCE(
				  "linkbeat_use_polling"),
		&r);
}

static void a_script_may_be_bad_at_first(void **state _unused_)
{
	_cleanup_read_ TestRead r, none;

	assert_true(expect_good(SCRIPT("script a\ninit_fail"), &r)->scripts[0].init_fail);
	assert_false(expect_good(SCRIPT("script a"), &none)->scripts[0].init_fail);
}

/* --- sync groups --------------------------------------------------------------------------- */

static void a_group_has_its_members_in_their_order(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const VrrpConfig *v =
		expect_good("vrrp_sync_group g {\n group {\n  c\n  a\n }\n}\n" MEMBER("a", "1", "")
				    MEMBER("b", "2", "") MEMBER("c", "3", ""),
			&r);

	assert_int_equal(v->n_groups, 1);
	assert_string_equal(v->groups[0].name, "g");
	assert_int_equal(v->groups[0].n_members, 2);
	assert_int_equal(v->groups[0].members[0], 2);
	assert_int_equal(v->groups[0].members[1], 0);
	assert_ptr_equal(v->instances[0].sync_group, &v->groups[0]);
	assert_null(v->instances[1].sync_group);
	assert_ptr_equal(v->instances[2].sync_group, &v->groups[0]);
}

static void an_instance_is_in_one_group_only(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const VrrpConfig *v = expect_warnings(
		"vrrp_sync_group g {\n group {\n  a b\n }\n}\n"
		"vrrp_sync_group h {\n group {\n  b c\n }\n}\n" MEMBER("a", "1", "")
			MEMBER("b", "2", "") MEMBER("c", "3", ""),
		":8:3: warning: `b` is in a vrrp_sync_group already: this is left out\n", &r);

	assert_int_equal(v->groups[0].n_members, 2);
	assert_int_equal(v->groups[1].n_members, 1);
	assert_ptr_equal(v->instances[1].sync_group, &v->groups[0]);
}

static void what_a_group_tracks_each_member_tracks(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const VrrpConfig *v = expect_good(THINGS
		"vrrp_sync_group g {\n group {\n  a b\n }\n" LIST("track_interface",
			"eth1 weight 7\n") LIST("track_script", "s\n") LIST("track_file", "m\n")
			LIST("track_process", "p weight 2\n") "}\n" MEMBER(
				"a", "1", LIST("track_script", "t\n"))
				MEMBER("b", "2", LIST("track_file", "z\n f weight 0\n")),
		&r);
	const VrrpInstanceConfig *a = &v->instances[0], *b = &v->instances[1];

	assert_int_equal(a->n_interfaces, 1);
	assert_int_equal(a->interfaces[0].weight, 7);
	assert_int_equal(a->n_scripts, 2);
	assert_string_equal(v->scripts[a->scripts[0].index].name, "t");
	assert_string_equal(v->scripts[a->scripts[1].index].name, "s");
	assert_int_equal(a->scripts[1].weight, 5);
	assert_int_equal(a->n_files, 1);
	assert_int_equal(a->files[0].weight, -3);
	assert_int_equal(b->n_files, 3);
	assert_int_equal(b->n_processes, 1);
	assert_int_equal(b->processes[0].weight, 2);
}

/* behaviour 55, as 2.2.7 does it */
static void weights_of_members_are_altered(void **state _unused_)
{
	static const char members[] = MEMBER("a", "1",
		LIST("track_interface", "eth1 weight 4\n") LIST("track_script", "s\n t\n")
			LIST("track_file", "f\n z\n m\n")) MEMBER("b", "2", "");
	_cleanup_(strbuf_free) StrBuf text = { 0 }, kept = { 0 };
	_cleanup_read_ TestRead r, with;
	const VrrpInstanceConfig *i;

	strbuf_printf(
		&text, "%s%s%s", "vrrp_sync_group g {\n group {\n  a b\n }\n}\n", members, THINGS);
	read_text(strbuf_text(&text), &r);
	i = &r.config.vrrp.instances[0];
	assert_int_equal(i->n_interfaces, 1);
	assert_int_equal(i->interfaces[0].weight, 0);
	assert_int_equal(i->n_scripts, 1);
	assert_string_equal(r.config.vrrp.scripts[i->scripts[0].index].name, "t");
	assert_int_equal(r.config.vrrp.n_scripts, 1);
	assert_int_equal(i->n_files, 2);
	assert_int_equal(i->files[0].weight, 0);
	assert_int_equal(i->files[1].weight, 0);

	strbuf_printf(&kept, "%s%s%s",
		"vrrp_sync_group g {\n group {\n  a b\n }\n sync_group_tracking_weight\n}\n",
		members, THINGS);
	read_text(strbuf_text(&kept), &with);
	i = &with.config.vrrp.instances[0];
	assert_int_equal(i->interfaces[0].weight, 4);
	assert_int_equal(i->n_scripts, 2);
	assert_int_equal(i->n_files, 3);
	assert_int_equal(i->files[2].weight, -3);
}

static void a_weight_that_is_altered_is_told(void **state _unused_)
{
	_cleanup_read_ TestRead r;

	(void)expect_warnings("vrrp_script s {\n script a\n weight 5\n}\n"
			      "track_file f {\n file /f\n}\n"
			      "vrrp_sync_group g {\n group {\n  a b\n }\n}\n" MEMBER("a", "1",
				      LIST("track_script", "s\n") LIST("track_file", "f\n"))
				      MEMBER("b", "2", ""),
		":18:1: warning: `a` is in `g`, whose members have one priority: the script `s` "
		"with weight 5 is left out\n"
		"    name it in the group instead, or write `sync_group_tracking_weight` into the "
		"group\n"
		":21:1: warning: `a` is in `g`, whose members have one priority: the file `f` has "
		"weight 0 here\n"
		"    write `f weight 0`, or name it in the group instead, or write "
		"`sync_group_tracking_weight` into the group\n",
		&r);
}

/* behaviour 56 */
static void what_both_track_only_the_group_does(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const VrrpConfig *v = expect_warnings(
		"vrrp_script s {\n script a\n}\n"
		"vrrp_sync_group g {\n group {\n  a b\n }\n" LIST("track_script",
			"s weight 3\n") "}\n" MEMBER("a", "1", LIST("track_script", "s\n"))
			MEMBER("b", "2", ""),
		":17:1: warning: `s` is tracked by the group `g` already: this is left out\n"
		"    remove it here or in the group\n",
		&r);

	assert_int_equal(v->instances[0].n_scripts, 1);
	assert_int_equal(v->instances[0].scripts[0].weight, 3);
}

/* The member's own interface is tracked anyway, so that without a weight it stands once. */
static void the_own_interface_is_tracked_once(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const VrrpConfig *v =
		expect_good("vrrp_sync_group g {\n group {\n  a b\n }\n" LIST(
				    "track_interface", "eth0\n") "}\n" MEMBER("a", "1", "")
				    MEMBER("b", "2", " dont_track_primary\n"),
			&r);

	assert_int_equal(v->instances[0].n_interfaces, 0);
	assert_int_equal(v->instances[1].n_interfaces, 1);
	expect_diags("vrrp_sync_group g {\n group {\n  a b\n }\n" LIST("track_interface",
			     "eth7\n") "}\n" MEMBER("a", "1", "") MEMBER("b", "2", ""),
		":6:1: error: there is no interface `eth7` on this machine\n"
		"    there are: eth0, eth1, lo\n");
}

static void what_a_group_lists_twice_is_told(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const VrrpConfig *v = expect_warnings(
		"vrrp_sync_group g {\n group {\n  a b\n }\n" LIST("track_interface",
			"eth1\neth1 weight 2\n") "}\n" MEMBER("a", "1", "") MEMBER("b", "2", ""),
		":7:1: warning: `eth1` is tracked already: this is left out\n", &r);

	assert_int_equal(v->instances[0].n_interfaces, 1);
	assert_int_equal(v->instances[1].interfaces[0].weight, 0);
	expect_diags("vrrp_sync_group g {\n group {\n  a b\n }\n" LIST("track_process",
			     "nobody\n") "}\n" MEMBER("a", "1", "") MEMBER("b", "2", ""),
		":6:1: error: there is no vrrp_track_process `nobody`\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_has_its_values_and_defaults),
		cmocka_unit_test(a_process_has_its_values_and_defaults),
		cmocka_unit_test(only_what_is_tracked_is_watched),
		cmocka_unit_test(a_name_that_is_never_found_is_told),
		cmocka_unit_test(quorum_max_0_means_none),
		cmocka_unit_test(links_are_given_time),
		cmocka_unit_test(what_the_kernel_reports_anyway_works),
		cmocka_unit_test(a_script_may_be_bad_at_first),
		cmocka_unit_test(a_group_has_its_members_in_their_order),
		cmocka_unit_test(an_instance_is_in_one_group_only),
		cmocka_unit_test(what_a_group_tracks_each_member_tracks),
		cmocka_unit_test(weights_of_members_are_altered),
		cmocka_unit_test(a_weight_that_is_altered_is_told),
		cmocka_unit_test(what_both_track_only_the_group_does),
		cmocka_unit_test(the_own_interface_is_tracked_once),
		cmocka_unit_test(what_a_group_lists_twice_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
