/* SPDX-License-Identifier: MIT */
#include "test_config.h"

/* Each mistake: what is said of it, and where, to the letter. A mistake gives one error. */

typedef struct Mistake {
	const char *text, *diags;
} Mistake;

static void expect_each(const Mistake *mistakes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		expect_diags(mistakes[i].text, mistakes[i].diags);
}

#define EXPECT_EACH(...)                                                                           \
	do {                                                                                       \
		const Mistake mistakes_[] = { __VA_ARGS__ };                                       \
		expect_each(mistakes_, ARRAY_LEN(mistakes_));                                      \
	} while (0)

/* --- keywords ------------------------------------------------------------------------------ */

static void an_unknown_keyword_is_told_with_the_nearest(void **state _unused_)
{
	EXPECT_EACH({ INSTANCE("    priorty 5"),
			    ":3:5: error: unknown keyword `priorty` in vrrp_instance\n"
			    "    did you mean `priority`?\n" },
		{ INSTANCE("advert_in 5"),
			":3:1: error: unknown keyword `advert_in` in vrrp_instance\n"
			"    did you mean `advert_int`?\n" },
		{ INSTANCE("netify_backup 5"),
			":3:1: error: unknown keyword `netify_backup` in vrrp_instance\n"
			"    did you mean `notify_backup`?\n" },
		{ INSTANCE("PRIORITY 5"),
			":3:1: error: unknown keyword `PRIORITY` in vrrp_instance\n"
			"    did you mean `priority`?\n" },
		{ INSTANCE("zzz 5"), ":3:1: error: unknown keyword `zzz` in vrrp_instance\n" },
		{ SCRIPT("script a\nweigth 5"),
			":3:1: error: unknown keyword `weigth` in vrrp_script\n"
			"    did you mean `weight`?\n" },
		{ INSTANCE("authentication {\n foo\n auth_type PASS\n auth_pass a\n}"),
			":4:2: error: unknown keyword `foo` in authentication\n" },
		{ GLOBAL("script_security"),
			":2:1: error: unknown keyword `script_security` in global_defs\n"
			"    did you mean `enable_script_security`?\n" });
}

static void a_keyword_of_another_block_is_told_where_it_belongs(void **state _unused_)
{
	EXPECT_EACH({ INSTANCE("router_id a"),
			    ":3:1: error: unknown keyword `router_id` in vrrp_instance\n"
			    "    `router_id` belongs into a `global_defs` block\n" },
		{ INSTANCE("auth_pass a"),
			":3:1: error: unknown keyword `auth_pass` in vrrp_instance\n"
			"    `auth_pass` belongs into a `authentication` block\n" },
		{ "track_process p {\n process x\n}\n" VIP("10.0.0.1"),
			":1:1: error: unknown keyword `track_process`\n"
			"    did you mean `vrrp_track_process`?\n" },
		{ "priority 1\n" VIP("10.0.0.1"),
			":1:1: error: unknown keyword `priority`\n"
			"    `priority` belongs into a `vrrp_instance` block\n" },
		{ GLOBAL("garp_master_delay 1"),
			":2:1: error: unknown keyword `garp_master_delay` in global_defs\n"
			"    did you mean `vrrp_garp_master_delay`?\n" });
}

static void an_unknown_block_gives_one_error(void **state _unused_)
{
	EXPECT_EACH({ "vrrp_instanc x {\n interface eth9\n foo\n bar {\n }\n}\n",
			    ":1:1: error: unknown keyword `vrrp_instanc`\n"
			    "    did you mean `vrrp_instance`?\n" },
		{ INSTANCE("track_skript {\n a\n b {\n }\n}"),
			":3:1: error: unknown keyword `track_skript` in vrrp_instance\n"
			"    did you mean `track_script`?\n" },
		{ INSTANCE("<<<<<<< HEAD"),
			":3:1: error: unknown keyword `<<<<<<<` in vrrp_instance\n"
			"    this is the mark of a merge conflict that was not resolved\n" });
}

/* Unlike a mistake, and unlike what only lacks: the daemon does not start. */
static void what_the_daemon_cannot_be_without_is_unsupported(void **state _unused_)
{
	EXPECT_EACH(
		{ "vrrp_instance x {\n virtual_router_id 1\n unicast_src_ip 10.0.0.1\n"
		  " unicast_peer {\n  10.0.0.2\n }\n virtual_ipaddress {\n  10.0.0.9/24\n }\n}\n",
			":1:1: unsupported: `x` has no interface, to be found by unicast_src_ip: "
			"understood, not yet carried out\n"
			"    add `interface NAME`\n" },
		{ "vrrp_instance x {\n virtual_router_id 1\n interface eth0\n"
		  " unicast_peer {\n  fe80::2\n }\n no_virtual_ipaddress\n}\n",
			":5:3: unsupported: IPv6: understood, not yet carried out\n" },
		{ INSTANCE("virtual_routes {\n 10.1.0.0/16 dev eth0\n}\nvirtual_rules {\n}\n"),
			":3:1: unsupported: `virtual_routes`: understood, not yet carried out\n"
			":6:1: unsupported: `virtual_rules`: understood, not yet carried out\n" },
		{ "vrrp_sync_group g {\n group {\n x\n }\n track_bfd {\n  b\n }\n}\n"
		  "bfd_instance b {\n neighbor_ip 10.0.0.2\n}\n" INSTANCE(""),
			":1:1: warning: `g` has only one member\n"
			":5:2: unsupported: `track_bfd`: understood, not yet carried out\n"
			":6:3: warning: `b` is defined at line 9, below its use; keepalived would "
			"not track it\n"
			":9:1: unsupported: `bfd_instance`: understood, not yet carried out\n" },
		{ INSTANCE("authentication {\nauth_type AH\nauth_pass a\n}"),
			":4:11: unsupported: `auth_type AH`: understood, not yet carried out\n" },
		{ VIP("2001:db8::1/64"),
			":5:3: unsupported: IPv6: understood, not yet carried out\n" },
		{ VIP("10.0.0.1 peer 10.0.0.2"),
			":5:12: unsupported: `peer`: understood, not yet carried out\n" });
}

/* All of it is looked at nevertheless. */
static void what_is_unsupported_is_checked(void **state _unused_)
{
	EXPECT_EACH({ INSTANCE("track_file {\n f\n}\ntrack_process {\n p\n}\ntrack_bfd {\n b\n}"),
			    ":4:2: error: there is no track_file `f`\n"
			    ":7:2: error: there is no vrrp_track_process `p`\n"
			    ":9:1: unsupported: `track_bfd`: understood, not yet carried out\n"
			    ":10:2: error: there is no bfd_instance `b`\n" },
		{ INSTANCE("native_ipv6"),
			":3:1: unsupported: `native_ipv6`: understood, not yet carried out\n"
			":3:1: error: native_ipv6 does not go with IPv4 addresses\n" },
		{ INSTANCE("mcast_src_ip fe80::1"),
			":3:14: error: `x` has IPv4 addresses, this is not one of them\n" },
		{ VIP("10.0.0.2\n ff80::1\n 2001::1/129\n 2001::1"),
			":6:2: error: `ff80::1` is not the address of one machine\n"
			":7:2: error: the prefix length of 2001::1 must be 0 to 128, not `129`\n"
			":8:2: unsupported: IPv6: understood, not yet carried out\n"
			":8:2: error: the addresses of an instance are all IPv4 or all IPv6\n"
			"    virtual_ipaddress_excluded may hold those of the other kind\n" });
}

/* --- values -------------------------------------------------------------------------------- */

static void a_value_out_of_range_is_told_with_the_range(void **state _unused_)
{
	EXPECT_EACH({ "vrrp_instance x {\n    interface eth0\n    virtual_router_id 0\n"
		      "    virtual_ipaddress {\n    10.0.0.1\n    }\n}\n",
			    ":3:23: error: virtual_router_id must be 1 to 255, not 0\n" },
		{ INSTANCE("priority 256"), ":3:10: error: priority must be 1 to 255, not 256\n" },
		{ INSTANCE("priority -1"), ":3:10: error: priority must be 1 to 255, not -1\n" },
		{ INSTANCE("priority 99999999999999999999"),
			":3:10: error: priority must be 1 to 255, not 99999999999999999999\n" },
		{ INSTANCE("priority high"),
			":3:10: error: priority must be 1 to 255, not `high`\n" },
		{ INSTANCE("priority 0x50"),
			":3:10: error: priority must be 1 to 255, not 0x50\n" },
		{ INSTANCE("priority \"\""), ":3:10: error: priority must be 1 to 255, not ``\n" },
		{ INSTANCE("version 4"), ":3:9: error: version must be 2 to 3, not 4\n" },
		{ INSTANCE("advert_int 0"),
			":3:12: error: advert_int must be 0.01 to 255 seconds, not 0\n" },
		{ INSTANCE("advert_int 1s"),
			":3:12: error: advert_int must be 0.01 to 255 seconds, not 1s\n" },
		{ INSTANCE("advert_int 0.0100001"),
			":3:12: error: advert_int must be 0.01 to 255 seconds, not 0.0100001\n"
			"    at most six digits may follow the point\n" },
		{ INSTANCE("version 3\nadvert_int 41"),
			":4:12: error: advert_int must be 0.01 to 40.95 seconds in version 3, not "
			"41\n" },
		{ INSTANCE("preempt_delay 1000.1"),
			":3:15: error: preempt_delay must be 0 to 1000 seconds, not 1000.1\n" },
		{ INSTANCE("down_timer_adverts 101"),
			":3:20: error: down_timer_adverts must be 1 to 100, not 101\n" },
		{ INSTANCE("garp_master_delay 4295"),
			":3:19: error: garp_master_delay must be 0 to 4294, not 4295\n" },
		{ INSTANCE("debug 5"), ":3:1: warning: `debug`: understood, not yet carried out\n"
				       ":3:7: error: debug must be 0 to 4, not 5\n" },
		{ GLOBAL("vrrp_garp_interval 0"),
			":2:20: error: vrrp_garp_interval must be 0.000001 to 4294.967295 seconds, "
			"not 0\n" },
		{ SCRIPT("script a\nweight 254"),
			":3:8: error: weight must be -253 to 253, not 254\n" },
		{ SCRIPT("script a\nrise 0"),
			":3:6: error: rise must be 1 to 2147483647, not 0\n" },
		{ SCRIPT("script a\ninterval 0"),
			":3:10: warning: interval cannot be 0: 1 is used\n" });
}

static void a_value_that_is_no_choice_is_told(void **state _unused_)
{
	EXPECT_EACH({ INSTANCE("state PEER"),
			    ":3:7: error: state must be MASTER|BACKUP, not `PEER`\n" },
		{ INSTANCE("state master"),
			":3:7: error: state must be MASTER|BACKUP, not `master`\n"
			"    did you mean `MASTER`?\n" },
		{ INSTANCE("state BAKCUP"),
			":3:7: error: state must be MASTER|BACKUP, not `BAKCUP`\n"
			"    did you mean `BACKUP`?\n" },
		{ INSTANCE("lower_prio_no_advert maybe"),
			":3:22: error: lower_prio_no_advert is on or off, not `maybe`\n" },
		{ INSTANCE("mcast_src_ip 10.0.0.300"),
			":3:14: error: `10.0.0.300` is not an IP address\n"
			"    an address looks like 192.0.2.1\n" },
		{ INSTANCE("mcast_dst_ip 10.0.0.3"),
			":3:14: error: mcast_dst_ip must be a multicast address, not `10.0.0.3`\n"
			"    224.0.0.0 to 239.255.255.255; the usual one is 224.0.0.18\n" },
		{ GLOBAL("vrrp_mcast_group4 10.0.0.3"),
			":2:19: error: vrrp_mcast_group4 must be a multicast address, not "
			"`10.0.0.3`\n"
			"    224.0.0.0 to 239.255.255.255; the usual one is 224.0.0.18\n" });
}

static void a_missing_value_is_told(void **state _unused_)
{
	EXPECT_EACH({ INSTANCE("  priority"),
			    ":3:3: error: `priority` needs a value\n    write `priority N`\n" },
		{ INSTANCE("priority # 50"),
			":3:1: error: `priority` needs a value\n    write `priority N`\n" },
		{ INSTANCE("notify_master"), ":3:1: error: `notify_master` needs a value\n"
					     "    write `notify_master COMMAND [USER [GROUP]]`\n" },
		{ GLOBAL("router_id"),
			":2:1: error: `router_id` needs a value\n    write `router_id NAME`\n" },
		{ GLOBAL("router_id \"\""), ":2:11: error: the value of `router_id` is empty\n" },
		{ SCRIPT("script"),
			":2:1: error: `script` needs a value\n    write `script COMMAND`\n" },
		{ "vrrp_instance {\n interface eth9\n}\n",
			":1:1: error: `vrrp_instance` needs a name\n"
			"    write `vrrp_instance NAME { ... }`\n" },
		{ "vrrp_script \"\" {\n}\n", ":1:1: error: `vrrp_script` needs a name\n"
					     "    write `vrrp_script NAME { ... }`\n" });
}

static void a_surplus_value_is_told(void **state _unused_)
{
	EXPECT_EACH({ INSTANCE("nopreempt foo"),
			    ":3:11: warning: `foo` has no meaning here and is ignored\n"
			    "    remove it\n" },
		{ INSTANCE("priority 50 foo"),
			":3:13: warning: `foo` has no meaning here and is ignored\n"
			"    remove it\n" },
		{ INSTANCE("priority 50 state MASTER"),
			":3:13: error: `state` follows another keyword in its line\n"
			"    put it on a line of its own\n" },
		{ INSTANCE("authentication { auth_type PASS auth_pass a }"),
			":3:28: warning: without auth_pass there is no authentication\n"
			"    add `auth_pass PASSWORD`\n"
			":3:33: error: `auth_pass` follows another keyword in its line\n"
			"    put it on a line of its own\n" },
		{ SCRIPT("script a b"),
			":2:10: warning: `b` is not part of the command and is ignored\n"
			"    put the command and its arguments into one pair of quotes: script "
			"\"COMMAND ARGUMENT\"\n" },
		{ SCRIPT("script a\nweight 5 noreverse"), ":3:10: error: a weight may be followed "
							  "by `reverse`, not by `noreverse`\n" },
		{ INSTANCE("track_script chk {\n}\n"), ":3:14: error: `chk` stands where the block "
						       "of `track_script` should start\n"
						       "    write `track_script { SCRIPT [weight N "
						       "[reverse|noreverse]] ... }`\n" },
		{ INSTANCE("version 2 {\n foo\n}"), ":3:1: error: `version` takes no block\n" });
}

static void a_keyword_that_is_given_twice_is_told(void **state _unused_)
{
	_cleanup_read_ TestRead r;

	read_text(INSTANCE("priority 5\npriority 6"), &r);
	assert_string_equal(strbuf_text(&r.text),
		":4:1: warning: `priority` was given in line 3 already; this one counts\n"
		"    remove one of the two\n");
	assert_int_equal(r.config.vrrp.instances[0].priority, 6);
}

/* --- instances ----------------------------------------------------------------------------- */

static void an_instance_needs_an_interface_and_a_number(void **state _unused_)
{
	EXPECT_EACH(
		{ "vrrp_instance x {\n virtual_ipaddress {\n 10.0.0.1\n }\n}\n",
			":1:1: error: `x` has no virtual_router_id\n"
			"    add `virtual_router_id N`, 1 to 255, the same on all machines that "
			"share its addresses\n"
			":1:1: error: `x` has no interface\n"
			"    add `interface NAME`\n" },
		{ "vrrp_instance x {\n virtual_router_id 1\n interface eth0\n}\n",
			":1:1: warning: `x` has no virtual_ipaddress\n"
			"    right where a notify script moves what clients use; else name one\n" });
}

#define WITH_INTERFACE(name)                                                                       \
	"vrrp_instance x {\n interface " name                                                      \
	"\n virtual_router_id 1\n virtual_ipaddress {\n  10.0.0.1\n }\n}\n"

static void an_interface_must_be_there(void **state _unused_)
{
	EXPECT_EACH({ WITH_INTERFACE("eth9"),
			    ":2:12: error: there is no interface `eth9` on this machine\n"
			    "    there are: eth0, eth1, lo\n" },
		{ "global_defs {\ndynamic_interfaces\n}\n" WITH_INTERFACE("eth9"),
			":5:12: warning: there is no interface `eth9` yet\n" },
		{ WITH_INTERFACE("eth123456789012x"),
			":2:12: error: `eth123456789012x` is not an interface name\n"
			"    a name has at most 15 characters\n" },
		{ WITH_INTERFACE("lo"),
			":2:12: error: adverts cannot be sent on the loopback interface\n" },
		{ VIP("10.0.0.1 dev eth9"),
			":5:16: error: there is no interface `eth9` on this machine\n"
			"    there are: eth0, eth1, lo\n" },
		{ VIP("10.0.0.1 dev eth123456789012x"),
			":5:16: error: the interface name `eth123456789012x` is longer than 15 "
			"characters\n" },
		{ INSTANCE("track_interface {\n eth9\n}"),
			":4:2: error: there is no interface `eth9` on this machine\n"
			"    there are: eth0, eth1, lo\n" });
}

static void two_routers_of_a_number_are_told_with_both_names(void **state _unused_)
{
	EXPECT_EACH({ VIP("10.0.0.1") "vrrp_instance y {\n interface eth0\n virtual_router_id 1\n"
				      " virtual_ipaddress {\n  10.0.0.2\n }\n}\n",
			    ":10:20: error: `y` and `x` (line 2) both use virtual_router_id 1 on "
			    "eth0\n    each virtual router of a network needs its own number\n" },
		{ VIP("10.0.0.1") "vrrp_instance y {\n interface eth0\n virtual_router_id 1\n"
				  " mcast_dst_ip 224.0.0.19\n"
				  " virtual_ipaddress {\n  10.0.0.2\n }\n}\n",
			"" },
		{ VIP("10.0.0.1") "vrrp_instance y {\n interface eth1\n virtual_router_id 1\n"
				  " virtual_ipaddress {\n  10.0.0.2\n }\n}\n",
			"" });
}

static void a_name_stands_for_one_thing(void **state _unused_)
{
	EXPECT_EACH({ VIP("10.0.0.1") "vrrp_instance x {\n interface eth0\n}\n",
			    ":8:15: error: the vrrp_instance `x` is defined already, in line 1\n"
			    "    give it another name or remove one of the two\n" },
		{ "vrrp_script s {\nscript b\n}\n" SCRIPT("script a"),
			":4:13: error: the vrrp_script `s` is defined already, in line 1\n"
			"    give it another name or remove one of the two\n" });
}

/* --- addresses ----------------------------------------------------------------------------- */

static void an_address_that_is_wrong_is_told(void **state _unused_)
{
	EXPECT_EACH({ VIP("10.9.0.300"), ":5:3: error: `10.9.0.300` is not an IP address\n"
					 "    an address looks like 192.0.2.1 or 192.0.2.1/24\n" },
		{ VIP("dev eth0 10.0.0.1"),
			":5:3: error: `dev` is not an IP address\n"
			"    an address looks like 192.0.2.1 or 192.0.2.1/24\n" },
		{ VIP("10.1/24"), ":5:3: error: `10.1/24` is not an IP address\n"
				  "    an address looks like 192.0.2.1 or 192.0.2.1/24\n" },
		{ VIP("10.0.0.1/33"),
			":5:3: error: the prefix length of 10.0.0.1 must be 0 to 32, not `33`\n" },
		{ VIP("10.0.0.1/"),
			":5:3: error: the prefix length of 10.0.0.1 must be 0 to 32, not ``\n" },
		{ VIP("10.0.0.1/255.255.254.0"),
			":5:3: error: the prefix length of 10.0.0.1 must be 0 to 32, not "
			"`255.255.254.0`\n    write 10.0.0.1/23\n" },
		{ VIP("224.0.0.1"),
			":5:3: error: `224.0.0.1` is not the address of one machine\n" },
		{ VIP("0.0.0.0"), ":5:3: error: `0.0.0.0` is not the address of one machine\n" },
		{ VIP("10.0.0.1 10.0.0.2/24"),
			":5:12: error: `10.0.0.2/24` is a second address in this line\n"
			"    each address stands in a line of its own\n" },
		{ VIP("10.0.0.1 lable eth0:1"),
			":5:12: error: unknown option `lable` of an address\n"
			"    did you mean `label`?\n" },
		{ VIP("10.0.0.1 foo"), ":5:12: error: unknown option `foo` of an address\n"
				       "    an address may have: dev, label, brd, scope\n" },
		{ VIP("10.0.0.1 dev"), ":5:12: error: `dev` needs a value\n" },
		{ VIP("10.0.0.1 dev eth0 dev eth1"),
			":5:21: error: `dev` is given twice for this address\n" },
		{ VIP("10.0.0.1/24 brd foo"), ":5:19: error: `foo` is not an IP address\n"
					      "    an address looks like 192.0.2.1\n" },
		{ VIP("10.0.0.1 brd +"),
			":5:16: error: `brd +` needs a prefix length of at most 30\n"
			"    write the length after the address, as in 192.0.2.1/24\n" },
		{ VIP("10.0.0.1 scope foo"),
			":5:18: error: `foo` is not a scope\n"
			"    global, site, link, host, nowhere or a number up to 255\n" },
		{ VIP("10.0.0.1 {\n foo\n}"),
			":5:3: error: a block has no place in `virtual_ipaddress`\n"
			"    is the `}` of `virtual_ipaddress` missing above?\n" });
}

static void a_label_fits_its_interface(void **state _unused_)
{
	EXPECT_EACH({ VIP("10.0.0.1 label foo"), ":5:18: warning: the label `foo` does not begin "
						 "with `eth0`, as ifconfig and ip expect\n"
						 "    as in `label eth0:1`\n" },
		{ VIP("10.0.0.1 label eth0:1 dev eth1"),
			":5:18: warning: the label `eth0:1` does not begin with `eth1`, as "
			"ifconfig and ip expect\n"
			"    as in `label eth1:1`\n" },
		{ VIP("10.0.0.1 label eth0:12345678901"),
			":5:18: error: the label `eth0:12345678901` must have 1 to 15 characters\n"
			"    a label is the interface name, a colon and a few letters\n" });
}

static void an_address_that_is_there_twice_is_told(void **state _unused_)
{
	EXPECT_EACH({ VIP("10.0.0.1/24\n  10.0.0.1/25"),
			    ":6:3: warning: 10.0.0.1 stands in line 5 already\n"
			    "    one of the two lines is enough\n" },
		{ VIP("10.0.0.1") "vrrp_instance y {\n interface eth0\n virtual_router_id 2\n"
				  " virtual_ipaddress {\n  10.0.0.1\n }\n}\n",
			":12:3: warning: 10.0.0.1 stands in line 5 already\n"
			"    one of the two lines is enough\n" },
		{ VIP("10.0.0.1\n  10.0.0.1 dev eth1"), "" });
}

/* --- scripts and trackers ------------------------------------------------------------------ */

static void a_command_that_is_wrong_is_told(void **state _unused_)
{
	EXPECT_EACH({ SCRIPT("interval 5"),
			    ":1:1: error: `s` has no script\n    add `script \"COMMAND\"`\n" },
		{ SCRIPT("script \" \""), ":2:8: error: the command is empty\n" },
		{ SCRIPT("script \"a 'b\""),
			":2:8: error: a quote within this command is not closed\n" },
		{ SCRIPT("script \"a \\0 b\""), ":2:8: error: a command cannot hold a NUL byte\n" },
		{ SCRIPT("script \"/missing a\""),
			":2:8: warning: there is no program `/missing` that could be run\n"
			"    as long as it is missing, `s` counts as failed\n" });
}

#define NO_SHELL(syntax)                                                                           \
	":2:8: warning: `" syntax "` has no meaning here: no shell runs the command\n"             \
	"    write sh -c '...' or put the command into a script file\n"

static void shell_syntax_is_told_where_no_shell_runs(void **state _unused_)
{
	EXPECT_EACH({ SCRIPT("script \"a | b\""), NO_SHELL("|") },
		{ SCRIPT("script \"a && b\""), NO_SHELL("&&") },
		{ SCRIPT("script \"a >/dev/null\""), NO_SHELL(">") },
		{ SCRIPT("script \"a 2>&1\""), NO_SHELL("2>&1") },
		{ SCRIPT("script \"a; b\""), NO_SHELL(";") },
		{ SCRIPT("script \"test $(b)\""), NO_SHELL("$(") },
		{ SCRIPT("script </a"), NO_SHELL("<") },
		{ SCRIPT("script \"sh -c a | b\""), NO_SHELL("|") },
		{ SCRIPT("script \"sh -c 'a $(b) | c >/dev/null; d'\""), "" },
		{ SCRIPT("script \"/bin/bash -c \\\"exit `a`\\\"\""), "" },
		{ SCRIPT("script \"curl http://a/?b=c&d=e\""), "" });
}

static void users_must_be_there(void **state _unused_)
{
	EXPECT_EACH({ SCRIPT("script a\nuser nobody"), ":3:6: error: there is no user `nobody`\n" },
		{ SCRIPT("script a\nuser daemon nogroup"),
			":3:13: error: there is no group `nogroup`\n" },
		{ GLOBAL("script_user nobody"), ":2:13: error: there is no user `nobody`\n" });
}

static void trackers_that_are_wrong_are_told(void **state _unused_)
{
	EXPECT_EACH(
		{ "vrrp_script chk {\nscript a\n}\n" INSTANCE("track_script {\n chk\n chj\n d\n}"),
			":8:2: error: there is no vrrp_script `chj`\n"
			"    did you mean `chk`?\n"
			":9:2: error: there is no vrrp_script `d`\n"
			"    define it above: `vrrp_script d { script \"COMMAND\" }`\n" },
		{ "vrrp_script c {\nscript a\n}\n" INSTANCE("track_script {\n c\n c weight 1\n}"),
			":8:2: warning: `c` is tracked already: this is left out\n" },
		{ INSTANCE("track_interface {\n eth1\n eth1\n}"),
			":5:2: warning: `eth1` is tracked already: this is left out\n" },
		{ INSTANCE("track_interface {\n eth0 weight 5\n}"),
			":4:2: warning: `eth0` is the interface of `x` and tracked anyway: this is "
			"left out\n" },
		{ INSTANCE("track_interface {\n eth1 weight\n}"),
			":4:7: error: `weight` needs a value\n    write `weight N`, -253 to "
			"253\n" },
		{ INSTANCE("track_interface {\n eth1 weight 255\n}"),
			":4:14: error: weight must be -253 to 253, not `255`\n" },
		{ INSTANCE("track_interface {\n eth1 weight -254\n}"),
			":4:14: warning: weight must be -253 to 253: -253 is used\n" },
		{ INSTANCE("track_interface {\n eth1 wieght 5\n}"),
			":4:7: error: unknown option `wieght`\n    did you mean `weight`?\n" },
		{ INSTANCE("track_interface {\n eth1 lo\n}"),
			":4:7: error: unknown option `lo`\n"
			"    write `eth1 [weight N] [reverse]`, one in each line\n" });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_unknown_keyword_is_told_with_the_nearest),
		cmocka_unit_test(a_keyword_of_another_block_is_told_where_it_belongs),
		cmocka_unit_test(an_unknown_block_gives_one_error),
		cmocka_unit_test(what_the_daemon_cannot_be_without_is_unsupported),
		cmocka_unit_test(what_is_unsupported_is_checked),
		cmocka_unit_test(a_value_out_of_range_is_told_with_the_range),
		cmocka_unit_test(a_value_that_is_no_choice_is_told),
		cmocka_unit_test(a_missing_value_is_told),
		cmocka_unit_test(a_surplus_value_is_told),
		cmocka_unit_test(a_keyword_that_is_given_twice_is_told),
		cmocka_unit_test(an_instance_needs_an_interface_and_a_number),
		cmocka_unit_test(an_interface_must_be_there),
		cmocka_unit_test(two_routers_of_a_number_are_told_with_both_names),
		cmocka_unit_test(a_name_stands_for_one_thing),
		cmocka_unit_test(an_address_that_is_wrong_is_told),
		cmocka_unit_test(a_label_fits_its_interface),
		cmocka_unit_test(an_address_that_is_there_twice_is_told),
		cmocka_unit_test(a_command_that_is_wrong_is_told),
		cmocka_unit_test(shell_syntax_is_told_where_no_shell_runs),
		cmocka_unit_test(users_must_be_there),
		cmocka_unit_test(trackers_that_are_wrong_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
