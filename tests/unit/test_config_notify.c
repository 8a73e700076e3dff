/* SPDX-License-Identifier: MIT */
#include "test_config.h"

/* Who is told of changes, as whom commands run, where mail and adverts go. */

#define SECURE	    "global_defs {\n enable_script_security\n script_user root\n}\n"
#define PEERS(line) "unicast_peer {\n " line "\n}"

static const VrrpConfig *expect_warnings(const char *text, const char *diags, TestRead *ret_read)
{
	read_text(text, ret_read);
	assert_string_equal(strbuf_text(&ret_read->text), diags);
	assert_int_equal(ret_read->diags.errors, 0);
	return &ret_read->config.vrrp;
}

/* --- commands ------------------------------------------------------------------------------ */

static void notify_keywords_make_jobs(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const VrrpNotifyConfig *n =
		&expect_good(INSTANCE("notify_master \"/m 1 '2 3'\"\nnotify_backup /b daemon\n"
				      "notify_fault /f backup\nnotify_stop /s daemon adm\n"
				      "notify_deleted /d\nnotify /n\n"
				      "notify_master_rx_lower_pri /l"),
			&r)
			 ->instances[0]
			 .notify;

	assert_string_equal(n->master->name, "/m");
	assert_string_equal(n->master->argv[1], "1");
	assert_string_equal(n->master->argv[2], "2 3");
	assert_null(n->master->argv[3]);
	assert_int_equal(n->master->uid, 0);
	assert_int_equal(n->master->n_groups, 0);
	assert_int_equal(n->master->timeout_usec, 0);
	assert_int_equal(n->backup->uid, 1);
	assert_int_equal(n->backup->gid, 1);
	assert_int_equal(n->fault->uid, 34);
	assert_int_equal(n->fault->n_groups, 2);
	assert_int_equal(n->fault->groups[1], 46);
	assert_int_equal(n->stop->uid, 1);
	assert_int_equal(n->stop->gid, 4);
	assert_int_equal(n->stop->groups[0], 4);
	assert_string_equal(n->deleted->name, "/d");
	assert_true(n->has_deleted);
	assert_string_equal(n->any->name, "/n");
	assert_string_equal(n->master_rx_lower_pri->name, "/l");
	assert_false(n->priority_changes);
	assert_false(n->mail);
}

static void without_notify_there_are_no_jobs(void **state _unused_)
{
	_cleanup_read_ TestRead none, deleted;
	const VrrpNotifyConfig *n = &expect_good(INSTANCE(""), &none)->instances[0].notify;

	assert_null(n->master);
	assert_null(n->any);
	assert_false(n->has_deleted);
	n = &expect_good(INSTANCE("notify_deleted"), &deleted)->instances[0].notify;
	assert_null(n->deleted);
	assert_true(n->has_deleted);
}

static void a_group_has_notify_keywords_of_its_own(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const VrrpConfig *v = expect_warnings(
		"global_defs {\n vrrp_notify_priority_changes\n}\n"
		"vrrp_sync_group g {\n group {\n  x\n }\n notify_master /m\n notify_stop /s\n"
		" notify /n\n notify_priority_changes off\n}\n" INSTANCE(""),
		":4:1: warning: `g` has only one member\n", &r);

	assert_string_equal(v->groups[0].notify.master->name, "/m");
	assert_string_equal(v->groups[0].notify.stop->name, "/s");
	assert_string_equal(v->groups[0].notify.any->name, "/n");
	assert_null(v->groups[0].notify.fault);
	assert_false(v->groups[0].notify.priority_changes);
	assert_true(v->instances[0].notify.priority_changes);
}

static void a_notify_script_that_cannot_be_run_is_told(void **state _unused_)
{
	_cleanup_read_ TestRead missing, user;
	const VrrpConfig *v = expect_warnings(INSTANCE("notify_master /missing"),
		":3:15: warning: there is no program `/missing` that could be run\n"
		"    as long as it is missing, nobody is told\n",
		&missing);

	assert_non_null(v->instances[0].notify.master);
	v = expect_warnings(INSTANCE("notify_master /m nobody_such"),
		":3:18: warning: this is not run: there is no user `nobody_such`\n", &user);
	assert_null(v->instances[0].notify.master);
	expect_diags(INSTANCE("notify \"/m | logger\""),
		":3:8: warning: `|` has no meaning here: no shell runs the command\n"
		"    write sh -c '...' or put the command into a script file\n");
}

static void scripts_have_the_groups_of_their_user(void **state _unused_)
{
	_cleanup_read_ TestRead r, off;
	const JobSpec *job =
		&expect_good("global_defs {\n script_user backup\n}\n" SCRIPT("script a"), &r)
			 ->scripts[0]
			 .job;

	assert_int_equal(job->uid, 34);
	assert_int_equal(job->n_groups, 2);
	assert_int_equal(job->groups[0], 34);
	assert_int_equal(job->groups[1], 46);
	job = &expect_good(
		"global_defs {\n script_user backup\n set_supplementary_groups off\n}\n" SCRIPT(
			"script a"),
		&off)
		       ->scripts[0]
		       .job;
	assert_int_equal(job->n_groups, 0);
}

/* --- enable_script_security ---------------------------------------------------------------- */

static void what_others_could_change_is_not_run_as_root(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const VrrpConfig *v = expect_warnings(SECURE
		"vrrp_script s {\n script \"/unsafe 1\"\n}\n" INSTANCE(
			"track_script {\n s\n}\nnotify_master /unsafe\nnotify_backup /safe"),
		":6:9: warning: `s` is not run and counts as failed: it would run as root, but "
		"anybody may write to /unsafe\n"
		"    run `chmod go-w /unsafe`, or let it run as another user\n"
		":13:15: warning: `/unsafe` is not run: it would run as root, but anybody may "
		"write to /unsafe\n"
		"    run `chmod go-w /unsafe`, or let it run as another user\n",
		&r);

	assert_int_equal(v->n_scripts, 1);
	assert_true(v->scripts[0].disabled);
	assert_int_equal(v->instances[0].n_scripts, 1);
	assert_null(v->instances[0].notify.master);
	assert_non_null(v->instances[0].notify.backup);
}

static void another_user_may_run_it(void **state _unused_)
{
	_cleanup_read_ TestRead r, off;

	assert_false(
		expect_good(SECURE SCRIPT("script /unsafe\nuser daemon"), &r)->scripts[0].disabled);
	assert_false(expect_good(SCRIPT("script /unsafe"), &off)->scripts[0].disabled);
}

/* behaviour 144 */
static void with_security_a_user_must_be_named(void **state _unused_)
{
	static const char text[] =
		"global_defs {\n enable_script_security\n}\n" SCRIPT("script /safe");
	_cleanup_read_ TestRead r, named, there;
	const VrrpConfig *v = expect_warnings(text,
		":5:8: warning: `s` is not run and counts as failed: with enable_script_security a "
		"user must be named, even root\n"
		"    write `script_user USER` into global_defs, or name a user for this one\n",
		&r);

	assert_true(v->scripts[0].disabled);
	v = expect_good(
		"global_defs {\n enable_script_security\n}\n" SCRIPT("script /safe\nuser root"),
		&named);
	assert_false(v->scripts[0].disabled);
	read_bytes(text, strlen(text), true, &there);
	assert_string_equal(strbuf_text(&there.text), "");
	assert_false(there.config.vrrp.scripts[0].disabled);
}

/* --- FIFOs and mail ------------------------------------------------------------------------ */

static void a_fifo_has_an_owner_and_a_reader(void **state _unused_)
{
	_cleanup_read_ TestRead r, none;
	const VrrpConfig *v = expect_good(
		GLOBAL("script_user backup\nnotify_fifo /run/a\nnotify_fifo_script \"/r 1\" "
		       "daemon\n"
		       "vrrp_notify_fifo /run/b daemon adm\nfifo_write_vrrp_states_on_reload"),
		&r);

	assert_string_equal(v->fifos[0].path, "/run/a");
	assert_int_equal(v->fifos[0].uid, 34);
	assert_int_equal(v->fifos[0].gid, 34);
	assert_string_equal(v->fifos[0].reader->argv[0], "/r");
	assert_string_equal(v->fifos[0].reader->argv[1], "1");
	assert_string_equal(v->fifos[0].reader->argv[2], "/run/a");
	assert_null(v->fifos[0].reader->argv[3]);
	assert_int_equal(v->fifos[0].reader->uid, 1);
	assert_string_equal(v->fifos[1].path, "/run/b");
	assert_int_equal(v->fifos[1].uid, 1);
	assert_int_equal(v->fifos[1].gid, 4);
	assert_null(v->fifos[1].reader);
	assert_true(v->fifo_states_on_reload);
	v = expect_good(INSTANCE(""), &none);
	assert_null(v->fifos[0].path);
	assert_false(v->fifo_states_on_reload);
	expect_diags(GLOBAL("notify_fifo_script /r"),
		":2:20: warning: there is no FIFO that this could read\n"
		"    name one in global_defs: `notify_fifo PATH`\n");
}

static void the_owner_of_a_fifo_must_be_there(void **state _unused_)
{
	expect_diags(GLOBAL("notify_fifo /run/a nobody_such"),
		":2:20: error: there is no user `nobody_such`\n");
	expect_diags(GLOBAL("vrrp_notify_fifo /run/a daemon nobody_such"),
		":2:32: error: there is no group `nobody_such`\n");
}

static void mail_has_its_values_and_defaults(void **state _unused_)
{
	_cleanup_read_ TestRead r, plain;
	const VrrpMailConfig *m =
		&expect_good(GLOBAL("notification_email {\n a@b\n c@d e@f\n}\n"
				    "notification_email_from x@y\nsmtp_server mail.example 587\n"
				    "smtp_helo_name me\nsmtp_connect_timeout 5\nno_email_faults"),
			&r)
			 ->mail;

	assert_string_equal(m->host, "mail.example");
	assert_int_equal(m->port, 587);
	assert_string_equal(m->helo, "me");
	assert_string_equal(m->from, "x@y");
	assert_int_equal(m->n_to, 3);
	assert_string_equal(m->to[0], "a@b");
	assert_string_equal(m->to[2], "e@f");
	assert_int_equal(m->timeout_usec, 5000000);
	assert_true(m->no_faults);
	m = &expect_good(GLOBAL("smtp_server 10.0.0.1"), &plain)->mail;
	assert_string_equal(m->host, "10.0.0.1");
	assert_int_equal(m->port, 25);
	assert_string_equal(m->helo, "node1");
	assert_string_equal(m->from, "root@node1");
	assert_int_equal(m->n_to, 0);
	assert_int_equal(m->timeout_usec, 30000000);
	assert_false(m->no_faults);
}

#define MAIL "notification_email {\n a@b\n}\nsmtp_server 10.0.0.1\n"

static bool mails(const char *text)
{
	_cleanup_read_ TestRead r;

	return expect_good(text, &r)->instances[0].notify.mail;
}

static void mail_is_sent_when_somebody_wants_it(void **state _unused_)
{
	assert_false(mails(GLOBAL(MAIL)));
	assert_true(mails(GLOBAL(MAIL "smtp_alert")));
	assert_true(mails(GLOBAL(MAIL "smtp_alert off\nsmtp_alert_vrrp")));
	assert_false(mails(GLOBAL(MAIL "smtp_alert\nsmtp_alert_vrrp off")));
	assert_true(mails("global_defs {\n" MAIL "}\n" INSTANCE("smtp_alert")));
	assert_false(mails("global_defs {\n" MAIL "smtp_alert\n}\n" INSTANCE("smtp_alert off")));
}

static void mail_needs_a_server_and_somebody(void **state _unused_)
{
	expect_diags(INSTANCE("smtp_alert"),
		":3:1: warning: no mail is sent: there is no notification_email in global_defs\n"
		"    add `notification_email { ADDRESS }`\n");
	expect_diags(GLOBAL("notification_email {\n a@b\n}\nsmtp_alert"),
		":5:1: warning: no mail is sent: there is no smtp_server in global_defs\n"
		"    add `smtp_server HOST`\n");
}

/* --- unicast ------------------------------------------------------------------------------- */

static void unicast_has_its_values_and_defaults(void **state _unused_)
{
	_cleanup_read_ TestRead r, plain, none;
	const VrrpInstanceConfig *i = &expect_good(
		INSTANCE("unicast_src_ip 10.0.0.7\nunicast_ttl 64\ntrack_src_ip\n"
			 "unicast_peer {\n 10.0.0.8\n 10.0.0.9 min_ttl 254 max_ttl 254\n}"),
		&r)
					       ->instances[0];
	char text[IP_TEXT_SIZE];

	assert_true(i->has_source);
	assert_string_equal(ip_text(&i->source, text), "10.0.0.7");
	assert_true(i->track_source);
	assert_int_equal(i->n_peers, 2);
	assert_string_equal(ip_text(&i->peers[0].ip, text), "10.0.0.8");
	assert_int_equal(i->peers[0].min_ttl, 0);
	assert_int_equal(i->peers[0].max_ttl, 255);
	assert_int_equal(i->peers[1].min_ttl, 254);
	assert_int_equal(i->peers[1].max_ttl, 254);
	assert_true(i->check_unicast_src); /* because of the range */
	assert_int_equal(i->unicast_ttl, 64);
	i = &expect_good(INSTANCE(PEERS("10.0.0.8")), &plain)->instances[0];
	assert_false(i->has_source);
	assert_false(i->check_unicast_src);
	assert_false(i->unicast_fault_no_peer);
	assert_int_equal(i->unicast_ttl, 255);
	i = &expect_good(INSTANCE(""), &none)->instances[0];
	assert_int_equal(i->n_peers, 0);
	assert_false(i->track_source);
}

static bool checks_source(const char *text)
{
	_cleanup_read_ TestRead r;

	return expect_good(text, &r)->instances[0].check_unicast_src;
}

static void the_source_is_checked_when_that_is_wanted(void **state _unused_)
{
	assert_true(checks_source(INSTANCE("check_unicast_src\n" PEERS("10.0.0.8"))));
	assert_true(checks_source(
		"global_defs {\n vrrp_check_unicast_src\n}\n" INSTANCE(PEERS("10.0.0.8"))));
	assert_false(checks_source(GLOBAL("vrrp_check_unicast_src")));
	assert_true(checks_source(INSTANCE("version 3\n" PEERS("10.0.0.8 min_ttl 255"))));
}

static void unicast_without_peers_is_told(void **state _unused_)
{
	_cleanup_read_ TestRead r, multicast;
	const VrrpConfig *v =
		expect_warnings(INSTANCE("unicast_src_ip 10.0.0.7\nunicast_fault_no_peer"),
			":3:1: warning: without a line in `unicast_peer`, `x` stays in FAULT, by "
			"unicast_fault_no_peer\n"
			"    add `unicast_peer { ADDRESS }`\n",
			&r);

	assert_true(v->instances[0].unicast_fault_no_peer);
	v = expect_good(INSTANCE("unicast_fault_no_peer"), &multicast);
	assert_false(v->instances[0].unicast_fault_no_peer);
	expect_diags(INSTANCE("unicast_ttl 5\nunicast_peer {\n}"),
		":3:13: warning: `unicast_ttl` has no meaning without a line in `unicast_peer`\n"
		"    add `unicast_peer { ADDRESS }` or remove it\n"
		":4:1: warning: `unicast_peer` names nobody: adverts go by multicast\n"
		"    list the other machines: `unicast_peer { ADDRESS }`\n");
	expect_diags(INSTANCE("track_src_ip"),
		":3:1: warning: `track_src_ip` has no meaning: no source address is given\n"
		"    add `mcast_src_ip ADDRESS`\n");
}

/* behaviour 50 */
static void one_number_may_have_two_unicast_sources(void **state _unused_)
{
	_cleanup_read_ TestRead r, same;

#define TWO(a, b)                                                                                  \
	"vrrp_instance a {\n interface eth0\n virtual_router_id 1\n unicast_src_ip " a             \
	"\n unicast_peer {\n  10.0.0.3\n }\n virtual_ipaddress {\n  10.1.0.1/24\n }\n}\n"          \
	"vrrp_instance b {\n interface eth0\n virtual_router_id 1\n unicast_src_ip " b             \
	"\n unicast_peer {\n  10.0.0.4\n }\n virtual_ipaddress {\n  10.2.0.1/24\n }\n}\n"
	(void)expect_good(TWO("10.0.0.1", "10.0.0.2"), &r);
	read_text(TWO("10.0.0.1", "10.0.0.1"), &same);
	assert_int_equal(same.diags.errors, 1);
}

/* --- what is kept --------------------------------------------------------------------------- */

/* Everything that points somewhere: under the sanitizers what still points to the file's memory
 * shows. */
static void what_is_kept_is_the_same(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	_cleanup_(strbuf_free) StrBuf before = { 0 }, after = { 0 };

	read_text("global_defs {\n router_id R\n notification_email {\n a@b\n c@d\n }\n"
		  " notification_email_from e@f\n smtp_server 192.0.2.1 26\n smtp_alert\n"
		  " notify_fifo /run/f\n notify_fifo_script \"/reader x\"\n"
		  " vrrp_notify_fifo /run/g daemon\n}\n"
		  "interface_up_down_delays {\n eth0 1 1\n}\n"
		  "vrrp_sync_group G {\n group {\n A\n B\n }\n notify /g\n}\n"
		  "vrrp_script s {\n script \"/s 1\"\n user daemon\n}\n"
		  "track_file f {\n file /f\n init_file 3\n}\n"
		  "vrrp_track_process p {\n process x y\n}\n"
		  "vrrp_instance A {\n interface eth0\n virtual_router_id 1\n"
		  " unicast_src_ip 10.0.0.1\n unicast_peer {\n  10.0.0.2\n }\n"
		  " notify_master \"/m 1\" daemon\n track_file {\n  f weight 0\n }\n"
		  " track_script {\n  s\n }\n track_process {\n  p\n }\n"
		  " floating_ip 203.0.113.7 {\n  provider digitalocean\n  token_file /t\n"
		  "  url https://x\n  server 1\n }\n"
		  " floating_ip 203.0.113.8 {\n  provider exec\n  script \"/f 1\" daemon\n }\n"
		  " virtual_ipaddress {\n  10.0.1.1/24 dev eth1 label eth1:1\n }\n}\n"
		  "vrrp_instance B {\n interface eth1\n virtual_router_id 2\n"
		  " track_interface {\n  eth0\n }\n virtual_ipaddress {\n  10.0.2.1/24\n }\n}\n",
		&r);
	assert_true(diag_may_start(&r.diags));
	dump_config(&before, &r.config.vrrp);
	config_compact(&r.config);
	dump_config(&after, &r.config.vrrp);
	assert_string_equal(strbuf_text(&after), strbuf_text(&before));
	assert_ptr_equal(r.config.vrrp.instances[1].sync_group, &r.config.vrrp.groups[0]);
	assert_null(r.config.model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_kept_is_the_same),
		cmocka_unit_test(notify_keywords_make_jobs),
		cmocka_unit_test(without_notify_there_are_no_jobs),
		cmocka_unit_test(a_group_has_notify_keywords_of_its_own),
		cmocka_unit_test(a_notify_script_that_cannot_be_run_is_told),
		cmocka_unit_test(scripts_have_the_groups_of_their_user),
		cmocka_unit_test(what_others_could_change_is_not_run_as_root),
		cmocka_unit_test(another_user_may_run_it),
		cmocka_unit_test(with_security_a_user_must_be_named),
		cmocka_unit_test(a_fifo_has_an_owner_and_a_reader),
		cmocka_unit_test(the_owner_of_a_fifo_must_be_there),
		cmocka_unit_test(mail_has_its_values_and_defaults),
		cmocka_unit_test(mail_is_sent_when_somebody_wants_it),
		cmocka_unit_test(mail_needs_a_server_and_somebody),
		cmocka_unit_test(unicast_has_its_values_and_defaults),
		cmocka_unit_test(the_source_is_checked_when_that_is_wanted),
		cmocka_unit_test(unicast_without_peers_is_told),
		cmocka_unit_test(one_number_may_have_two_unicast_sources),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
