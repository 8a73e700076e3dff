/* SPDX-License-Identifier: MIT */
#include "config/config_report.h"
#include "core/findings.h"
#include "test_config.h"

/* The mistakes and habits of 124 public files: each has a finding with a hint, and the status that
 * `keepalived -t` 2.2.7 gives for such a file, which was tried with the real one. */

typedef struct Mistake {
	const char *name, *text;
	const char *finding; /* of the line: "PLACE SEVERITY: TEXT", or its beginning */
	const char *hint;    /* how it begins */
	KeepalivedStatus status;
} Mistake;

#define SECURE	      "global_defs { enable_script_security\n script_user daemon\n}\n"
#define CHECK(word)   "vrrp_script s {\n script " word "\n}\n"
#define TRACKED	      INSTANCE(" track_script {\n  s\n }")
#define AUTH(pass)    INSTANCE("authentication {\n auth_type PASS\n auth_pass " pass "\n}")
#define PEERS(line)   "unicast_peer {\n " line "\n}"
#define LVS(lines)    "virtual_server 10.0.0.9 80 {\n" lines "\n}\n"
#define STRICT(lines) "global_defs {\n vrrp_strict\n}\n" INSTANCE(lines)

static const Mistake mistakes[] = {
	{ "scripts used, no enable_script_security", CHECK("/bin/true") TRACKED,
		":1:1: note: scripts are run but enable_script_security is not set",
		"write `enable_script_security` into global_defs", KEEPALIVED_SECURITY },
	{ "the same with notify", INSTANCE("notify_master \"/bin/true a\""),
		":3:1: note: scripts are run but enable_script_security is not set",
		"write `enable_script_security` into global_defs", KEEPALIVED_SECURITY },
	{ "the same with the reader of a FIFO",
		GLOBAL("notify_fifo /run/f\nnotify_fifo_script /bin/true"),
		":3:20: note: scripts are run but enable_script_security is not set",
		"write `enable_script_security` into global_defs", KEEPALIVED_SECURITY },
	{ "scripts used, no script_user / user", CHECK("/bin/true") TRACKED,
		":1:1: note: scripts are run as root, since there is no script_user",
		"write `script_user USER`", KEEPALIVED_SECURITY },
	{ "scripts used, security but no user",
		"global_defs {\n enable_script_security\n}\n" CHECK("/bin/true") TRACKED,
		":5:9: warning: `s` is not run and counts as failed: with enable_script_security "
		"a user must be named, even root",
		"write `script_user USER`", KEEPALIVED_CONFIG },
	{ "virtual IPv4 without /prefix", VIP("10.0.0.1\n  10.0.0.2/24\n  10.0.0.3"),
		":5:3: note: a virtual address without a prefix length gets /32 (2 in this file)",
		"write the length", KEEPALIVED_SILENT },
	{ "no authentication block", INSTANCE(""), ":1:1: note: no authentication:",
		"an `authentication` block tells groups apart", KEEPALIVED_SILENT },
	{ "no advert_int line", INSTANCE(""), ":1:1: note: no advert_int: one advert each second",
		"`advert_int 1` says so", KEEPALIVED_SILENT },
	{ "script command without absolute path", SECURE CHECK("\"killall -0 a\"") TRACKED,
		":5:9: note: `killall` is looked up in PATH", "write its whole path",
		KEEPALIVED_SILENT },
	{ "auth_pass over 8 characters", AUTH("123456789"),
		":5:12: warning: only the first 8 characters of auth_pass count",
		"shorten it to 8 characters", KEEPALIVED_CONFIG },
	{ "priority 255 without owning the address", INSTANCE("priority 255"),
		":3:10: note: priority 255 says that this machine owns the addresses",
		"give at most 254", KEEPALIVED_SILENT },
	{ "state MASTER without priority", INSTANCE("state MASTER"),
		":3:7: note: state MASTER without a priority means 255", "give at most 254",
		KEEPALIVED_SILENT },
	{ "state MASTER together with nopreempt", INSTANCE("state MASTER\npriority 100\nnopreempt"),
		":5:1: warning: nopreempt does not go with state MASTER and is left out",
		"write `state BACKUP` on all machines", KEEPALIVED_CONFIG },
	{ "nat_mask", GLOBAL("nat_mask 255.255.255.0"), ":2:1: error: unknown keyword `nat_mask`",
		"keepalived knows it no more", KEEPALIVED_CONFIG },
	{ "nat_mask of a virtual server", LVS("nat_mask 255.255.255.0"),
		":2:1: warning: keepalived knows no `nat_mask`", "remove the line",
		KEEPALIVED_CONFIG },
	{ "no virtual_ipaddress item",
		"vrrp_instance x {\n interface eth0\n virtual_router_id 1\n}\n",
		":1:1: warning: `x` has no virtual_ipaddress", "right where a notify script moves what clients use; else name one",
		KEEPALIVED_CONFIG },
	{ "keyword without its value", INSTANCE("priority"),
		":3:1: error: `priority` needs a value", "write `priority N`",
		KEEPALIVED_PARAMETER },
	{ "keyword without its value, one that goes on", GLOBAL("router_id"),
		":2:1: error: `router_id` needs a value", "write `router_id NAME`",
		KEEPALIVED_CONFIG },
	{ "nb_get_retry", LVS("real_server 10.0.0.1 80 {\nHTTP_GET {\nnb_get_retry 3\n}\n}"),
		":4:1: warning: `nb_get_retry` is the old name of `retry`", "write `retry N`",
		KEEPALIVED_CONFIG },
	{ "vrrp_script below the instance that uses it", SECURE TRACKED CHECK("/bin/true"),
		":7:3: warning: `s` is defined at line 14, below its use",
		"move the vrrp_script block above", KEEPALIVED_CONFIG },
	{ "state MASTER with priority of 90 or less", INSTANCE("state MASTER\npriority 90"),
		":4:10: note: state MASTER does not make a master: the highest priority does",
		"the other machines must have less", KEEPALIVED_SILENT },
	{ "track_script names a script that is not defined", TRACKED,
		":4:3: error: there is no vrrp_script `s`", "define it above", KEEPALIVED_CONFIG },
	{ "no state line", INSTANCE(""), ":1:1: note: no state: BACKUP", "`state BACKUP` says so",
		KEEPALIVED_SILENT },
	{ "shell syntax in script string", SECURE CHECK("\"/bin/a && /bin/b\"") TRACKED,
		":5:9: warning: `&&` has no meaning here: no shell runs the command", "write sh -c",
		KEEPALIVED_SILENT },
	{ "unicast_peer without unicast_src_ip", INSTANCE(PEERS("10.0.0.3")),
		":3:1: note: without unicast_src_ip, adverts come from the first address",
		"`unicast_src_ip ADDRESS`", KEEPALIVED_SILENT },
	{ "lvs_id", GLOBAL("lvs_id a"), ":2:1: error: unknown keyword `lvs_id`", "it was renamed",
		KEEPALIVED_CONFIG },
	{ "unbalanced braces, missing", "vrrp_instance x {\n interface eth0\n",
		":1:1: error: the block of `vrrp_instance x` opened here is never closed",
		"add a `}`", KEEPALIVED_CONFIG },
	{ "unbalanced braces, extra", INSTANCE("") "}\n", ":9:1: error: a `}` that closes no block",
		"remove it", KEEPALIVED_CONFIG },
	{ "script_security", GLOBAL("script_security"),
		":2:1: error: unknown keyword `script_security`",
		"did you mean `enable_script_security`?", KEEPALIVED_CONFIG },
	{ "value after a keyword that takes none", INSTANCE("nopreempt yes"),
		":3:11: warning: `yes` has no meaning here and is ignored", "remove it",
		KEEPALIVED_SILENT },
	{ "vrrp_instance name defined twice", INSTANCE("") INSTANCE(""),
		":9:15: error: the vrrp_instance `x` is defined already, in line 1",
		"give it another name", KEEPALIVED_CONFIG },
	{ "unicast_src_ip without any unicast_peer item", INSTANCE("unicast_src_ip 10.0.0.3"),
		":3:1: warning: without a line in `unicast_peer`, adverts go by multicast",
		"add `unicast_peer", KEEPALIVED_CONFIG },
	{ "vrrp_script defined but never tracked", SECURE CHECK("/bin/true") INSTANCE(""),
		":4:1: warning: no instance tracks `s`: it is not run", "name it in the",
		KEEPALIVED_SILENT },
	{ "state is neither MASTER nor BACKUP", INSTANCE("state SLAVE"),
		":3:7: error: state must be MASTER|BACKUP, not `SLAVE`", NULL, KEEPALIVED_CONFIG },
	{ "git merge-conflict markers left in", INSTANCE("<<<<<<< HEAD\n=======\n>>>>>>> a"),
		":3:1: error: unknown keyword `<<<<<<<`", "this is the mark of a merge conflict",
		KEEPALIVED_CONFIG },
	{ "misspelt lvs_sync_daemon_inteface", GLOBAL("lvs_sync_daemon_inteface eth0"),
		":2:1: error: unknown keyword `lvs_sync_daemon_inteface`", NULL,
		KEEPALIVED_CONFIG },
	{ "mcast_src_ip together with unicast_peer",
		INSTANCE("mcast_src_ip 10.0.0.3\n" PEERS("10.0.0.4")),
		":3:1: warning: adverts go to the peers: `mcast_src_ip` stands for",
		"write `unicast_src_ip`", KEEPALIVED_SILENT },
	{ "vrrp_script block without a name", "vrrp_script {\n script /bin/true\n}\n",
		":1:1: error: `vrrp_script` needs a name", "write `vrrp_script NAME",
		KEEPALIVED_PARAMETER },
	{ "vrrp_instance block without a name", "vrrp_instance {\n}\n",
		":1:1: error: `vrrp_instance` needs a name", "write `vrrp_instance NAME",
		KEEPALIVED_CONFIG },
	{ "lvs_method / lvs_sched (old name)", LVS("lvs_sched rr\nlvs_method NAT"),
		":3:1: warning: `lvs_method` is the old name of `lb_kind`",
		"write `lb_kind METHOD`", KEEPALIVED_SILENT },
	{ "misspelt advert_in", INSTANCE("advert_in 1"), ":3:1: error: unknown keyword `advert_in`",
		"did you mean `advert_int`?", KEEPALIVED_CONFIG },
	{ "own address among the unicast_peer",
		INSTANCE("unicast_src_ip 10.0.0.3\n" PEERS("10.0.0.3")),
		":5:2: warning: 10.0.0.3 is the address of this machine: it is no peer",
		"name the other machines only", KEEPALIVED_SILENT },
	{ "auth_pass holds #", AUTH("ab#cd"),
		":5:12: warning: the password ends before the `#` or `!`, which starts a comment",
		"put the password into double quotes", KEEPALIVED_SILENT },
	{ "backslash-escaped quotes left from a heredoc", AUTH("\\\"abc\\\""),
		":5:12: warning: `\\\"` does not begin a quoted text", "write the quotes without",
		KEEPALIVED_SILENT },
	{ "nopreempt without state BACKUP line", INSTANCE("nopreempt"),
		":1:1: note: no state: BACKUP", "`state BACKUP` says so; with nopreempt",
		KEEPALIVED_SILENT },
	{ "vrrp_script defined twice", SECURE CHECK("/bin/true") CHECK("/bin/true") TRACKED,
		":7:13: error: the vrrp_script `s` is defined already, in line 4",
		"give it another name", KEEPALIVED_SILENT },
	{ "misspelt netify_backup", INSTANCE("netify_backup /bin/true"),
		":3:1: error: unknown keyword `netify_backup`", "did you mean `notify_backup`?",
		KEEPALIVED_CONFIG },
	{ "debug in instance", INSTANCE("debug"), ":3:1: error: `debug` needs a value",
		"write `debug 0..4`", KEEPALIVED_PARAMETER },
	{ "nopreempt together with preempt_delay",
		INSTANCE("state BACKUP\nnopreempt\npreempt_delay 5"),
		":5:15: warning: preempt_delay does not go with nopreempt and is left out",
		"remove one of the two", KEEPALIVED_CONFIG },
	{ "vrrp_strict with authentication",
		STRICT("authentication {\n auth_type PASS\n auth_pass a\n}"),
		":6:1: warning: vrrp_strict does not go with authentication", "remove vrrp_strict",
		KEEPALIVED_CONFIG },
	{ "vrrp_strict with unicast", STRICT(PEERS("10.0.0.3")),
		":6:1: warning: vrrp_strict does not go with unicast", "remove vrrp_strict",
		KEEPALIVED_SILENT },
	{ "vrrp_strict with another state", STRICT("state MASTER\npriority 100"),
		":6:7: warning: vrrp_strict wants state MASTER with priority 255 and no other",
		"remove vrrp_strict, or write `state BACKUP`", KEEPALIVED_CONFIG },
	{ "keyword repeated in an instance", INSTANCE("nopreempt\nnopreempt"),
		":4:1: warning: `nopreempt` was given in line 3 already; this one counts",
		"remove one of the two", KEEPALIVED_SILENT },
	{ "virtual address listed as unicast_peer",
		INSTANCE("unicast_src_ip 10.0.0.3\n" PEERS("10.0.0.1")),
		":5:2: warning: 10.0.0.1 is a virtual address of `x`", "name the own addresses",
		KEEPALIVED_SILENT },
	{ "auth_pass holds !", AUTH("ab!cd"),
		":5:12: warning: the password ends before the `#` or `!`, which starts a comment",
		"put the password into double quotes", KEEPALIVED_SILENT },
	{ "misspelt weigth", SECURE "vrrp_script s {\n script /bin/true\n weigth 5\n}\n" TRACKED,
		":6:2: error: unknown keyword `weigth`", "did you mean `weight`?",
		KEEPALIVED_CONFIG },
	{ "seconds with a point in a script",
		SECURE "vrrp_script s {\n script /bin/true\n interval 0.5\n}\n" TRACKED,
		":6:11: note: keepalived 2.2 takes only whole seconds for interval",
		"write a whole number", KEEPALIVED_CONFIG },
};

static void a_mistake_has_its_finding(void **state)
{
	const Mistake *m = *state;
	_cleanup_read_ TestRead r;
	_cleanup_(strbuf_free) StrBuf all = { 0 };
	size_t found = 0;

	read_text(m->text, &r);
	diag_list_text(&r.diags, &all);
	vec_foreach(d, &r.diags.all) {
		_cleanup_(strbuf_free) StrBuf text = { 0 };
		const char *hint = d->hint ? d->hint : "";

		diag_text(d, &text);
		if (strncmp(strbuf_text(&text), m->finding, strlen(m->finding)))
			continue;
		if (m->hint && strncmp(hint, m->hint, strlen(m->hint)))
			fail_msg("the hint is: %s", hint);
		found++;
	}
	if (found != 1)
		fail_msg("`%s` is there %zu times in:\n%s", m->finding, found, strbuf_text(&all));
	if (config_keepalived_status(&r.diags) != m->status)
		fail_msg("keepalived would end with %d, not with %d:\n%s", (int)m->status,
			(int)config_keepalived_status(&r.diags), strbuf_text(&all));
}

/* A file as it should be: nobody is bothered. */
static void a_good_file_has_no_findings(void **state _unused_)
{
	_cleanup_read_ TestRead r;

	read_text("global_defs {\n router_id a\n script_user daemon\n}\n"
		  "vrrp_instance x {\n state BACKUP\n interface eth0\n virtual_router_id 1\n"
		  " priority 100\n advert_int 1\n"
		  " authentication {\n  auth_type PASS\n  auth_pass secret\n }\n"
		  " virtual_ipaddress {\n  10.0.0.1/24\n  10.0.0.2/24\n }\n}\n",
		&r);
	assert_int_equal(r.diags.all.n, 0);
	assert_int_equal(config_keepalived_status(&r.diags), KEEPALIVED_SILENT);
}

/* Notes are said once a file, however many instances it has, and are no errors. */
static void a_habit_is_told_once(void **state _unused_)
{
	_cleanup_(strbuf_free) StrBuf text = { 0 };
	_cleanup_read_ TestRead r;

	for (int n = 1; n <= 200; n++)
		strbuf_printf(&text,
			"vrrp_instance x%d {\n interface eth0\n virtual_router_id %d\n"
			" virtual_ipaddress {\n  10.0.0.%d\n }\n}\n",
			n, n, n);
	read_text(strbuf_text(&text), &r);
	assert_int_equal(r.diags.all.n, 4); /* length, authentication, advert_int, state */
	assert_int_equal(r.diags.errors, 0);
	assert_string_equal(strbuf_text(&r.text), "");
}

/* --- how they are shown --------------------------------------------------------------------- */

static void expect_shown(const char *text, SourcePos pos, const char *shown)
{
	_cleanup_(diag_list_free) DiagList list = { 0 };
	_cleanup_(findings_sources_free) FindingsSources sources = { 0 };
	_cleanup_(strbuf_free) StrBuf out = { 0 };

	vec_push(&sources.all, ((FindingsSource){ "f", text, strlen(text) }));
	diag_warning(&list, pos, "T");
	diag_hint(&list, "H");
	findings_text(&list, &sources, &out);
	assert_string_equal(strbuf_text(&out), shown);
}

static void the_words_are_underlined(void **state _unused_)
{
	expect_shown("a\n\tbcd e\n", (SourcePos){ "f", 2, 2 },
		"f:2:2: warning: T\n        2 | \tbcd e\n          | \t^~~\n    hint: H\n");
	expect_shown("a \"b c\" d", (SourcePos){ "f", 1, 3 },
		"f:1:3: warning: T\n        1 | a \"b c\" d\n          |   ^~~~~\n    hint: H\n");
	/* UTF-8 has one place a character; what a terminal acts on is not shown. */
	expect_shown("\xc3\xa9 b\xc3\xa9\x1b[2J", (SourcePos){ "f", 1, 4 },
		"f:1:4: warning: T\n        1 | \xc3\xa9 b\xc3\xa9?[2J\n          |   ^~~~~~\n"
		"    hint: H\n");
	expect_shown("}", (SourcePos){ "f", 1, 1 },
		"f:1:1: warning: T\n        1 | }\n          | ^\n    hint: H\n");
	/* A place that is not there: at the end of the line, or no line at all. */
	expect_shown("ab\n", (SourcePos){ "f", 1, 99 },
		"f:1:99: warning: T\n        1 | ab\n          |   ^\n    hint: H\n");
	expect_shown("ab\n", (SourcePos){ "f", 9, 1 }, "f:9:1: warning: T\n    hint: H\n");
	expect_shown(
		"ab\n", (SourcePos){ "f", 1, 0 }, "f:1: warning: T\n        1 | ab\n    hint: H\n");
	expect_shown("ab\n", (SourcePos){ "g", 1, 1 }, "g:1:1: warning: T\n    hint: H\n");
	expect_shown("", (SourcePos){ "f", 1, 1 },
		"f:1:1: warning: T\n        1 | \n          | ^\n    hint: H\n");
}

static void a_long_line_is_cut(void **state _unused_)
{
	char line[1001] = "";
	_cleanup_(strbuf_free) StrBuf shown = { 0 };

	memset(line, ' ', 1000);
	memcpy(line + 500, "word", 4);
	line[999] = 'x';
	strbuf_add(&shown, "f:1:501: warning: T\n        1 | ...");
	strbuf_pad(&shown, ' ', 24);
	strbuf_add(&shown, "word");
	strbuf_pad(&shown, ' ', 68);
	strbuf_add(&shown, "...\n          |    ");
	strbuf_pad(&shown, ' ', 24);
	strbuf_add(&shown, "^~~~\n    hint: H\n");
	expect_shown(line, (SourcePos){ "f", 1, 501 }, strbuf_text(&shown));
}

static void programs_get_a_list(void **state _unused_)
{
	_cleanup_(diag_list_free) DiagList list = { 0 };
	_cleanup_(strbuf_free) StrBuf out = { 0 }, none = { 0 };

	findings_json(&list, &none);
	assert_string_equal(strbuf_text(&none), "[]\n");
	diag_error(&list, ((SourcePos){ "f", 1, 2 }), "a \"b\" \xff");
	diag_hint(&list, "c");
	diag_add(&list, DIAG_NOTE, (SourcePos){ 0 }, "d");
	findings_json(&list, &out);
	assert_string_equal(strbuf_text(&out),
		"[\n  {\n    \"severity\": \"error\",\n    \"file\": \"f\",\n    \"line\": 1,\n"
		"    \"column\": 2,\n    \"text\": \"a \\\"b\\\" \\ufffd\",\n    \"hint\": \"c\",\n"
		"    \"included_from\": []\n  },\n"
		"  {\n    \"severity\": \"note\",\n    \"text\": \"d\",\n    \"included_from\": "
		"[]\n  }\n]\n");
}

static void keepalived_ends_with_the_highest_but_for_2(void **state _unused_)
{
	static const struct {
		const char *text;
		KeepalivedStatus status;
	} files[] = {
		{ "foo\n" CHECK("/bin/true") TRACKED, KEEPALIVED_SECURITY },
		{ "foo\n" CHECK("/bin/true") INSTANCE("priority"), KEEPALIVED_PARAMETER },
		{ CHECK("/missing") TRACKED, KEEPALIVED_CONFIG },
		{ INSTANCE("notify /missing"), KEEPALIVED_SILENT },
		{ INSTANCE("virtual_routes {\n}"), KEEPALIVED_SILENT },
		{ INSTANCE("use_vmac"), KEEPALIVED_SILENT },
		{ "", KEEPALIVED_SILENT },
	};

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		_cleanup_read_ TestRead r;

		read_text(files[i].text, &r);
		if (config_keepalived_status(&r.diags) != files[i].status)
			fail_msg("%d instead of %d for:\n%s",
				(int)config_keepalived_status(&r.diags), (int)files[i].status,
				files[i].text);
	}
}

int main(void)
{
	static const struct CMUnitTest others[] = {
		cmocka_unit_test(a_good_file_has_no_findings),
		cmocka_unit_test(a_habit_is_told_once),
		cmocka_unit_test(the_words_are_underlined),
		cmocka_unit_test(a_long_line_is_cut),
		cmocka_unit_test(programs_get_a_list),
		cmocka_unit_test(keepalived_ends_with_the_highest_but_for_2),
	};
	struct CMUnitTest tests[ARRAY_LEN(mistakes) + ARRAY_LEN(others)];

	for (size_t i = 0; i < ARRAY_LEN(mistakes); i++)
		tests[i] = (struct CMUnitTest){ mistakes[i].name, a_mistake_has_its_finding, NULL,
			NULL, (void *)(uintptr_t)&mistakes[i] };
	memcpy(tests + ARRAY_LEN(mistakes), others, sizeof(others));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
