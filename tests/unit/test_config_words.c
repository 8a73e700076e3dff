/* SPDX-License-Identifier: MIT */
#include "test_config.h"

#include <stdio.h>

#include "config/config_model.h"

/* Every keyword of the table, in a file that is right. */

static const char every[] =
	"global_defs {\n"
	" router_id r\n"
	" notification_email {\n"
	"  a@b\n"
	" }\n"
	" notification_email_from a@b\n"
	" smtp_server 10.0.0.1 25\n"
	" smtp_helo_name x\n"
	" smtp_connect_timeout 5\n"
	" smtp_alert\n"
	" smtp_alert_vrrp on\n"
	" smtp_alert_checker off\n"
	" no_email_faults\n"
	" checker_log_all_failures\n"
	" process_names\n"
	" process_name a\n"
	" vrrp_process_name a\n"
	" checker_process_name a\n"
	" bfd_process_name a\n"
	" use_symlink_paths\n"
	" set_supplementary_groups\n"
	" script_user daemon\n"
	" enable_script_security\n"
	" startup_script \"/a b\" daemon adm\n"
	" startup_script_timeout 5\n"
	" shutdown_script /a\n"
	" shutdown_script_timeout 1000\n"
	" vrrp_version 3\n"
	" vrrp_mcast_group4 224.0.0.19\n"
	" vrrp_mcast_group6 ff02::13\n"
	" default_interface eth0\n"
	" vrrp_strict\n"
	" vrrp_skip_check_adv_addr off\n"
	" vrrp_check_unicast_src\n"
	" vrrp_owner_ignore_adverts\n"
	" vrrp_garp_master_delay 1\n"
	" vrrp_garp_master_repeat 2\n"
	" vrrp_garp_master_refresh 3\n"
	" vrrp_garp_master_refresh_repeat 4\n"
	" vrrp_garp_lower_prio_delay 5\n"
	" vrrp_garp_lower_prio_repeat 6\n"
	" vrrp_garp_interval 0.5\n"
	" vrrp_gna_interval 0.25\n"
	" vrrp_min_garp\n"
	" vrrp_garp_extra_if all 60\n"
	" vrrp_lower_prio_no_advert\n"
	" vrrp_higher_prio_send_advert\n"
	" vrrp_down_timer_adverts 4\n"
	" vrrp_startup_delay 1.5\n"
	" vrrp_delay_after_boot 2\n"
	" v3_checksum_as_v2 off\n"
	" vrrp_iptables IN OUT\n"
	" vrrp_ipsets a b c\n"
	" nftables tab\n"
	" nftables_priority -5\n"
	" nftables_counters\n"
	" nftables_ifindex\n"
	" nftables_ipvs\n"
	" nftables_ipvs_priority 3\n"
	" nftables_ipvs_start_fwmark 1000\n"
	" disable_local_igmp\n"
	" dynamic_interfaces allow_if_changes\n"
	" max_auto_priority\n"
	" min_auto_priority_delay 5\n"
	" vrrp_priority -20\n"
	" vrrp_no_swap\n"
	" vrrp_rt_priority 99\n"
	" vrrp_cpu_affinity 0 1 2\n"
	" vrrp_rlimit_rttime 5\n"
	" checker_priority 19\n"
	" checker_no_swap\n"
	" checker_rt_priority 1\n"
	" checker_cpu_affinity 3\n"
	" checker_rlimit_rttime 5\n"
	" bfd_priority 0\n"
	" bfd_no_swap\n"
	" bfd_rt_priority 1\n"
	" bfd_cpu_affinity 3\n"
	" bfd_rlimit_rttime 5\n"
	" notify_fifo /f\n"
	" notify_fifo_script /s\n"
	" vrrp_notify_fifo /f daemon adm\n"
	" vrrp_notify_fifo_script \"/s 'a b'\"\n"
	" lvs_notify_fifo /f\n"
	" lvs_notify_fifo_script /s\n"
	" vrrp_notify_priority_changes\n"
	" fifo_write_vrrp_states_on_reload\n"
	" enable_snmp_vrrp\n"
	" enable_snmp_rfc\n"
	" enable_snmp_rfcv2\n"
	" enable_snmp_rfcv3\n"
	" enable_snmp_checker\n"
	" enable_traps\n"
	" snmp_socket udp:localhost:705\n"
	" snmp_vs_stats_update_interval 0.5\n"
	" snmp_rs_stats_update_interval 30\n"
	" enable_dbus\n"
	" dbus_service_name org.x\n"
	" dbus_no_interface_name none\n"
	" vrrp_netlink_cmd_rcv_bufs 1\n"
	" vrrp_netlink_cmd_rcv_bufs_force\n"
	" vrrp_netlink_monitor_rcv_bufs 1\n"
	" vrrp_netlink_monitor_rcv_bufs_force\n"
	" process_monitor_rcv_bufs 1\n"
	" process_monitor_rcv_bufs_force\n"
	" lvs_netlink_cmd_rcv_bufs 1\n"
	" lvs_netlink_cmd_rcv_bufs_force\n"
	" lvs_netlink_monitor_rcv_bufs 1\n"
	" lvs_netlink_monitor_rcv_bufs_force\n"
	" vrrp_rx_bufs_policy MTU\n"
	" vrrp_rx_bufs_multiplier 3\n"
	" log_unknown_vrids\n"
	" vmac_prefix v.\n"
	" vmac_addr_prefix w.\n"
	" umask IRUSR | IWGRP\n"
	" random_seed 5\n"
	" reload_check_config\n"
	" reload_time_file /t\n"
	" reload_repeat\n"
	" reload_file\n"
	" include_check +read -match\n"
	" config_save_dir /d\n"
	" tmp_config_directory /d\n"
	" data_use_instance\n"
	" json_version 2\n"
	" state_dump_file /f\n"
	" stats_dump_file /f\n"
	" json_dump_file /f\n"
	" iproute_usr_dir /d\n"
	" iproute_etc_dir /d\n"
	" rs_init_notifies\n"
	" no_checker_emails\n"
	" lvs_timeouts tcp 5 udp 6\n"
	" lvs_flush\n"
	" lvs_flush_on_stop VS\n"
	" lvs_sync_daemon eth0 inst x id 5 maxlen 100 port 8848 ttl 3 group 224.0.0.81\n"
	"}\n"
	"net_namespace n\n"
	"net_namespace_ipvs\n"
	"namespace_with_ipsets\n"
	"use_pid_dir\n"
	"instance i\n"
	"child_wait_time 5\n"
	"linkbeat_use_polling\n"
	"linkbeat_interfaces {\n"
	" eth0 MII\n"
	"}\n"
	"interface_up_down_delays {\n"
	" eth0 1.5 2\n"
	"}\n"
	"track_group t {\n"
	" group {\n"
	"  x\n"
	" }\n"
	"}\n"
	"static_ipaddress {\n"
	" 10.1.0.1/24 dev eth1 track_group t\n"
	" 2001:db8::1/64 dev eth1 home -nodad mngtmpaddr autojoin\n"
	"}\n"
	"static_routes {\n"
	" 10.2.0.0/16 via 10.1.0.2 dev eth1 track_group t\n"
	"}\n"
	"static_rules {\n"
	" from 10.0.0.0/8 table 5 priority 100 track_group t\n"
	"}\n"
	"garp_group {\n"
	" garp_interval 0.5\n"
	" gna_interval 0.25\n"
	" interface eth0\n"
	" interfaces {\n"
	"  eth1\n"
	" }\n"
	"}\n"
	"garp_group {\n"
	" garp_interval 1\n"
	" interface eth1\n"
	"}\n"
	"vrrp_script s {\n"
	" script \"/a 'b c' \\\"d\\\"\"\n"
	" interval 0\n"
	" timeout 3\n"
	" weight 5 reverse\n"
	" rise 2\n"
	" fall 3\n"
	" user daemon adm\n"
	" init_fail\n"
	"}\n"
	"track_file f {\n"
	" file /f\n"
	" weight -254 reverse\n"
	" init_file 5 overwrite\n"
	"}\n"
	"vrrp_track_process p {\n"
	" process sh -c \"a b\"\n"
	" full_command\n"
	" param_match initial\n"
	" weight 254\n"
	" quorum 2\n"
	" quorum_max 3\n"
	" delay 0.5\n"
	" fork_delay 1\n"
	" terminate_delay 2\n"
	"}\n"
	"bfd_instance b {\n"
	" neighbor_ip 10.0.0.9\n"
	" source_ip 10.0.0.8\n"
	" min_rx 10\n"
	" min_tx 10\n"
	" idle_tx 1000\n"
	" multiplier 5\n"
	" passive\n"
	" ttl 255\n"
	" max_hops -1\n"
	" multihop\n"
	" weight 5\n"
	" vrrp\n"
	" checker\n"
	"}\n"
	"vrrp_sync_group g {\n"
	" group {\n"
	"  x\n"
	"  y\n"
	" }\n"
	" track_interface {\n"
	"  eth1 weight 5\n"
	" }\n"
	" track_script {\n"
	"  s weight 5\n"
	" }\n"
	" track_file {\n"
	"  f\n"
	" }\n"
	" track_process {\n"
	"  p\n"
	" }\n"
	" track_bfd {\n"
	"  b\n"
	" }\n"
	" notify_master /a\n"
	" notify_backup /a\n"
	" notify_fault /a\n"
	" notify_stop /a\n"
	" notify \"/a b\" daemon\n"
	" smtp_alert\n"
	" global_tracking\n"
	" sync_group_tracking_weight\n"
	" notify_priority_changes\n"
	"}\n"
	"vrrp_instance x {\n"
	" state BACKUP\n"
	" interface eth0\n"
	" vrf eth1\n"
	" virtual_router_id 1\n"
	" priority 100\n"
	" advert_int 1\n"
	" version 2\n"
	" preempt\n"
	" nopreempt\n"
	" authentication {\n"
	"  auth_type PASS\n"
	"  auth_pass \"a b\"\n"
	" }\n"
	" floating_ip 203.0.113.7 {\n"
	"  provider http\n"
	"  token_file /t\n"
	"  server 1\n"
	"  id 2\n"
	"  url https://x\n"
	"  metadata_url http://y\n"
	"  ca_file /c\n"
	"  owner_url https://o\n"
	"  owner_pointer /o\n"
	"  assign_url https://a\n"
	"  assign_method PUT\n"
	"  assign_body b\n"
	"  script /s\n"
	"  port 80\n"
	"  penalty 5\n"
	" }\n"
	" auth_hmac {\n"
	"  key 1 hex:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\n"
	"  key 2 file:/key\n"
	"  active_key 1\n"
	"  time_window 5\n"
	"  anti_replay monotonic\n"
	"  mode permissive\n"
	" }\n"
	" unicast_src_ip 10.0.0.7\n"
	" unicast_peer {\n"
	"  10.0.0.8 min_ttl 3 max_ttl 255\n"
	" }\n"
	" unicast_ttl 255\n"
	" unicast_fault_no_peer\n"
	" check_unicast_src\n"
	" old_unicast_checksum never\n"
	" v3_checksum_as_v2\n"
	" mcast_src_ip 10.0.0.7\n"
	" mcast_dst_ip 224.0.0.20\n"
	" track_src_ip\n"
	" dont_track_primary\n"
	" track_interface {\n"
	"  eth1 weight 5 reverse\n"
	" }\n"
	" track_script {\n"
	"  s weight 5 noreverse\n"
	" }\n"
	" track_file {\n"
	"  f weight 5\n"
	" }\n"
	" track_process {\n"
	"  p\n"
	" }\n"
	" track_bfd {\n"
	"  b\n"
	" }\n"
	" virtual_ipaddress {\n"
	"  10.0.0.1/24 dev eth1 label eth1:a scope link brd + noprefixroute preferred_lft 0 "
	"no_track\n"
	"  10.0.0.2 peer 10.0.0.3/32 use_vmac\n"
	" }\n"
	" virtual_ipaddress_excluded {\n"
	"  2001:db8::2/64\n"
	" }\n"
	" no_virtual_ipaddress\n"
	" virtual_routes {\n"
	"  unicast 10.3.0.0/16 via 10.0.0.9 dev eth0 src 10.0.0.1 table 5 metric 6 scope link tos "
	"0x10 onlink\n"
	"  10.4.0.0/16 dev eth0 mtu lock 1400 hoplimit 5 advmss 5 rtt 5ms rttvar 5s reordering 3 "
	"window 9\n"
	"  10.5.0.0/16 nexthop via 10.0.0.5 dev eth0 weight 256 or via 10.0.0.6 weight 1 no_track\n"
	"  inet6 default via fe80::1 dev eth0 pref high expires 30\n"
	"  blackhole 10.6.0.0/16 no_track\n"
	"  10.7.0.0/16 dev eth0 encap ip id 5 dst 10.0.0.9 ttl 5 encap mpls 100\n"
	"  default dev eth0 realms 3/4 features ecn quickack 1 congctl lock cubic cwnd 5 ssthresh "
	"6\n"
	"  default6 dev eth0 rto_min 5ms initcwnd 10 initrwnd 10 fastopen_no_cookie 1 protocol 18 "
	"append\n"
	"  to 10.8.0.0/16 oif eth0 as to 10.9.0.0/16 ttl-propagate enabled vrf red prepend\n"
	" }\n"
	" virtual_rules {\n"
	"  from 10.0.0.0/8 to 10.1.0.0/16 lookup 5 priority 9 iif eth0 oif eth1 tos 0x10 fwmark "
	"3/7\n"
	"  not from all priority 9 blackhole no_track\n"
	"  inet6 priority 9 goto 10\n"
	"  from 10.0.0.0/8 preference 5 type prohibit uidrange 1-9 sport 5 dport 5-9 ipproto tcp\n"
	"  from 10.0.0.0/8 order 5 l3mdev realms 5 sup_pl 5 sup_group 3 tunnel-id 5 protocol 18\n"
	"  iif eth0 priority 3 nop\n"
	" }\n"
	" promote_secondaries\n"
	" accept\n"
	" no_accept\n"
	" skip_check_adv_addr\n"
	" strict_mode off\n"
	" use_vmac name vm 00:00:5e:00:01:01 netlink_notify_msg group 5\n"
	" use_vmac_addr\n"
	" vmac_xmit_base\n"
	" use_ipvlan iv 10.0.0.9/24 bridge group 5\n"
	" notify_master /a\n"
	" notify_backup \"/a b\" daemon\n"
	" notify_fault /a daemon adm\n"
	" notify_stop /a\n"
	" notify_deleted\n"
	" notify /a\n"
	" notify_master_rx_lower_pri /a\n"
	" notify_priority_changes off\n"
	" smtp_alert\n"
	" garp_master_delay 1\n"
	" garp_master_repeat 1\n"
	" garp_master_refresh 1\n"
	" garp_master_refresh_repeat 1\n"
	" garp_lower_prio_delay 1\n"
	" garp_lower_prio_repeat 0\n"
	" garp_extra_if 0\n"
	" down_timer_adverts 3\n"
	" timer_expired_backup 5\n"
	" lower_prio_no_advert\n"
	" higher_prio_send_advert\n"
	" owner_ignore_adverts\n"
	" kernel_rx_buf_size 5\n"
	" debug 4\n"
	" lvs_sync_daemon_interface eth0\n"
	" linkbeat_use_polling\n"
	"}\n"
	"vrrp_instance y {\n"
	" interface eth1\n"
	" virtual_router_id 2\n"
	" nopreempt\n"
	" preempt\n"
	" preempt_delay 5\n"
	" native_ipv6\n"
	" virtual_ipaddress {\n"
	"  fe80::5 dev eth1\n"
	" }\n"
	"}\n";

/* That are not given in any file that is right, or that another one undoes. */
static const char *const left_out[] = { "preempt_delay", "nopreempt", "native_ipv6",
	"virtual_server", "virtual_server_group", "SSL" };

static bool is_left_out(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(left_out); i++)
		if (!strcmp(name, left_out[i]))
			return true;
	return false;
}

static void expect_all(const ConfigBlock *b)
{
	for (const ConfigKeyword *k = config_rows(b->scope); k->name; k++) {
		const ConfigEntry *e = config_block_get(b, k->name);

		if (!e && !is_left_out(k->name))
			fail_msg("%s is not there", k->name);
		if (e && e->block)
			expect_all(e->block);
		if (k->scope == SCOPE_TOP && !strcmp(k->name, "vrrp_instance"))
			return; /* the newest is not the one with all */
	}
}

static const ConfigBlock *first_block(const ConfigBlock *root, const char *keyword)
{
	for (const ConfigEntry *e = root->first; e; e = e->next)
		if (!strcmp(e->keyword->name, keyword))
			return e->block;
	return NULL;
}

static void every_keyword_is_read_and_kept(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const ConfigBlock *x;

	read_text(every, &r);
	for (size_t i = 0; i < r.diags.all.n; i++)
		if (r.diags.all.items[i].severity == DIAG_ERROR)
			fail_msg("%s", strbuf_text(&r.text));
	for (const ConfigEntry *e = r.config.model->first; e; e = e->next)
		if (e->block && e->block->scope != SCOPE_INSTANCE &&
			e->block->scope != SCOPE_GARP_GROUP)
			expect_all(e->block);
	x = first_block(r.config.model, "vrrp_instance");
	assert_string_equal(x->name, "x");
	expect_all(x);
	expect_all(first_block(r.config.model, "garp_group"));
}

static void values_are_kept_by_their_type(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const ConfigBlock *g, *x;

	read_text(every, &r);
	g = first_block(r.config.model, "global_defs");
	x = first_block(r.config.model, "vrrp_instance");
	assert_int_equal(config_block_get(g, "vrrp_priority")->value.number, -20);
	assert_int_equal(config_block_get(g, "vrrp_delay_after_boot")->value.number, 2000000);
	assert_int_equal(config_block_get(g, "vrrp_mcast_group6")->value.ip.family, IP_V6);
	assert_int_equal(config_block_get(g, "vrrp_skip_check_adv_addr")->value.number, 0);
	assert_int_equal(config_block_get(g, "smtp_alert")->value.number, 1);
	assert_int_equal(config_block_get(x, "unicast_ttl")->value.number, 255);
	assert_string_equal(config_block_get(x, "notify_backup")->value.text, "/a b");
	assert_int_equal(config_block_get(x, "auth_hmac")->block->first->statement->n_words, 3);
	assert_null(config_block_get(g, "nothing"));
}

/* What is no block by itself: the words of a line. */
static void every_word_of_a_line_stands_in_the_sample(void **state _unused_)
{
	for (ConfigScope scope = SCOPE_BLOCKS; scope < SCOPE_SYNTAX; scope++)
		for (const ConfigKeyword *k = config_rows(scope); k->name; k++) {
			const char *names[] = { k->name, k->old_name, k->also };
			bool found = k->kind == KIND_NOTE;

			for (size_t i = 0; i < ARRAY_LEN(names) && !found; i++)
				for (const char *s = names[i]; s && *s && !found;
					s += strcspn(s, " "), s += *s == ' ') {
					char word[64];

					snprintf(word, sizeof(word), " %.*s", (int)strcspn(s, " "),
						s);
					found = strstr(every, word) != NULL;
				}
			if (!found && strcmp(k->name, "add") &&
				strcmp(k->name, "suppress_prefixlength"))
				fail_msg("no sample has %s", k->name);
		}
}

static void what_no_line_can_mean_is_an_error(void **state _unused_)
{
	static const char *const bad[] = {
		GLOBAL("vrrp_priority 20"),
		GLOBAL("vrrp_cpu_affinity 0 x"),
		GLOBAL("vrrp_mcast_group6 10.0.0.1"),
		GLOBAL("umask IRUSR|IWFOO"),
		GLOBAL("umask 0888"),
		GLOBAL("umask 01000"),
		GLOBAL("lvs_timeouts tcp"),
		GLOBAL("lvs_timeouts foo 5"),
		GLOBAL("lvs_sync_daemon eth0 id 3 foo"),
		GLOBAL("lvs_sync_daemon eth0 inst x id 256"),
		GLOBAL("include_check foo"),
		GLOBAL("vrrp_rx_bufs_policy foo"),
		GLOBAL("vrrp_garp_extra_if all"),
		GLOBAL("vrrp_garp_extra_if 0"),
		GLOBAL("smtp_server a 0"),
		GLOBAL("json_version 3"),
		GLOBAL("lvs_flush_on_stop foo"),
		INSTANCE("use_vmac a b"),
		INSTANCE("use_vmac group x"),
		INSTANCE("use_ipvlan a b"),
		INSTANCE("auth_hmac {\nkey 1 short\n}"),
		INSTANCE("auth_hmac {\nkey 0 file:a\n}"),
		INSTANCE("auth_hmac {\nkey 1 hex:0g\n}"),
		INSTANCE("auth_hmac {\nkey 1\n}"),
		INSTANCE("unicast_peer {\n10.0.0.2 10.0.0.3\n}"),
		INSTANCE("unicast_peer {\n10.0.0.2 min_ttl 256\n}"),
		INSTANCE("unicast_peer {\nfe80::1\n}"),
		VIP("10.0.0.1 preferred_lft x"),
		VIP("10.0.0.1 peer fe80::1"),
		VIP("10.0.0.1/24 peer 10.0.0.2"),
		VIP("10.0.0.1 track_group t"),
		VIP("fe80::1 brd +"),
		INSTANCE("virtual_routes {\n10.2.0.0/33 dev eth0\n}"),
		INSTANCE("virtual_routes {\ndev eth0\n}"),
		INSTANCE("virtual_routes {\n10.2.0.0/16 dev eth0 foo\n}"),
		INSTANCE("virtual_routes {\n10.2.0.0/16 via fe80::1 dev eth0\n}"),
		INSTANCE("virtual_routes {\n10.2.0.0/16 dev eth9\n}"),
		INSTANCE("virtual_routes {\n10.2.0.0/16 dev eth0 metric x\n}"),
		INSTANCE("virtual_routes {\n10.2.0.0/16 dev eth0 tos 300\n}"),
		INSTANCE("virtual_routes {\n10.2.0.0/16 dev eth0 quickack 2\n}"),
		INSTANCE("virtual_routes {\n10.2.0.0/16 dev eth0 encap foo\n}"),
		INSTANCE("virtual_routes {\n10.2.0.0/16 dev eth0 rtt 5m\n}"),
		INSTANCE("virtual_routes {\n10.2.0.0/16 dev eth0 mtu lock\n}"),
		INSTANCE("virtual_routes {\n10.2.0.0/16 nexthop via 10.0.0.1 weight 257\n}"),
		INSTANCE("virtual_routes {\n10.2.0.0/16 dev eth0 realms 3/x\n}"),
		INSTANCE("virtual_routes {\n10.2.0.0/16 dev eth0 scope foo\n}"),
		INSTANCE("virtual_routes {\n10.2.0.0/16 dev eth0 expires 5\n}"),
		INSTANCE("virtual_routes {\n10.2.0.0/16 dev eth0 via\n}"),
		INSTANCE("virtual_routes {\n10.2.0.0/16 dev eth0 encap ip dst x\n}"),
		INSTANCE("virtual_rules {\nfrom 10.0.0.0/8 priority 5\n}"),
		INSTANCE("virtual_rules {\nfrom 10.0.0.0/8 priority 5 table 3 foo\n}"),
		INSTANCE("virtual_rules {\nfrom 10.0.0.0/8 to fe80::/64 priority 5 table 3\n}"),
		INSTANCE("virtual_rules {\npriority x table 3\n}"),
		INSTANCE("virtual_rules {\npriority 3 table 3 iif eth9\n}"),
		INSTANCE("virtual_rules {\npriority 3 table 3 nop\n}"),
		INSTANCE("virtual_rules {\npriority 3 table 3 uidrange 9-3\n}"),
		INSTANCE("virtual_rules {\npriority 3 table 3 sport 70000\n}"),
		INSTANCE("virtual_rules {\npriority 3 type foo\n}"),
		INSTANCE("virtual_rules {\npriority 3 table 3 fwmark x\n}"),
		INSTANCE("virtual_rules {\nfrom foo priority 3 table 3\n}"),
		INSTANCE("virtual_rules {\npriority\n}"),
		"track_file f {\n}\n" INSTANCE(""),
		"track_file f {\nfile a\nweight 255\n}\n" INSTANCE(""),
		"track_file f {\nfile a\ninit_file x\n}\n" INSTANCE(""),
		"vrrp_track_process p {\n}\n" INSTANCE(""),
		"vrrp_track_process p {\nprocess a\ndelay 3601\n}\n" INSTANCE(""),
		"bfd_instance b {\n}\n" INSTANCE(""),
		"bfd_instance b {\nneighbor_ip 10.0.0.1\nsource_ip fe80::1\n}\n" INSTANCE(""),
		"bfd_instance b {\nneighbor_ip 10.0.0.1\nidle_tx 999\n}\n" INSTANCE(""),
		"bfd_instance aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa {\nneighbor_ip "
		"10.0.0.1\n}\n" INSTANCE(""),
		"vrrp_sync_group g {\n}\n" INSTANCE(""),
		"vrrp_sync_group g {\ngroup {\nnope\nx\n}\n}\n" INSTANCE(""),
		"track_group t {\ngroup {\nnope\n}\n}\n" INSTANCE(""),
		"linkbeat_interfaces {\neth0 FOO\n}\n" INSTANCE(""),
		"interface_up_down_delays {\neth0 256\n}\n" INSTANCE(""),
		"static_ipaddress {\n10.0.0.1 dev eth0 track_group nope\n}\n" INSTANCE(""),
		"garp_group {\ninterfaces {\neth9\n}\n}\n" INSTANCE(""),
		"track_file f {\nfile a\n}\ntrack_file f {\nfile b\n}\n" INSTANCE(""),
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		_cleanup_read_ TestRead r;

		read_text(bad[i], &r);
		if (r.diags.errors != 1)
			fail_msg("%s\n%s", bad[i], strbuf_text(&r.text));
	}
}

static void an_error_names_the_place_and_the_range(void **state _unused_)
{
	expect_diags(GLOBAL("vrrp_priority 20"),
		":2:1: warning: `vrrp_priority`: understood, not yet carried out\n"
		":2:15: error: vrrp_priority must be -20 to 19, not 20\n");
	expect_diags(INSTANCE("virtual_routes {\n 10.2.0.0/16 dev eth0 metrik 3\n}"),
		":3:1: unsupported: `virtual_routes`: understood, not yet carried out\n"
		":4:23: error: unknown option `metrik` of a route\n"
		"    did you mean `metric`?\n");
	expect_diags("vrrp_sync_group g {\n group {\n  x\n  z\n }\n}\n" INSTANCE(""),
		":4:3: error: there is no vrrp_instance `z`\n");
}

static size_t without_notes(const DiagList *l)
{
	size_t n = 0;

	vec_foreach(d, &l->all)
		n += d->severity != DIAG_NOTE;
	return n;
}

/* The severities apart: what may be used, what may be started. */
static void a_file_may_be_right_and_not_start(void **state _unused_)
{
	_cleanup_read_ TestRead right, wrong, fine, off;

	read_text(INSTANCE("virtual_rules {\n}"), &right);
	assert_int_equal(right.diags.errors, 0);
	assert_int_equal(right.diags.unsupported, 1);
	assert_false(diag_may_start(&right.diags));
	read_text(INSTANCE("unicast_peer {\n 10.0.0\n}"), &wrong);
	assert_int_equal(wrong.diags.errors, 1);
	assert_false(diag_may_start(&wrong.diags));
	read_text(INSTANCE("use_vmac"), &fine);
	assert_true(diag_may_start(&fine.diags));
	assert_int_equal(without_notes(&fine.diags), 1);
	read_text(INSTANCE("v3_checksum_as_v2 off\nstrict_mode no"), &off);
	assert_int_equal(without_notes(&off.diags), 0);
}

static void a_name_that_is_listed_twice_is_told(void **state _unused_)
{
	expect_diags("vrrp_sync_group g {\n group {\n  x\n  x\n }\n}\n" INSTANCE(""),
		":4:3: warning: `x` is in a vrrp_sync_group already: this is left out\n");
	expect_diags("track_file f {\n file a\n}\n" INSTANCE("track_file {\n f\n f\n}"),
		":8:2: warning: `f` is in this list already: this is left out\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_keyword_is_read_and_kept),
		cmocka_unit_test(values_are_kept_by_their_type),
		cmocka_unit_test(every_word_of_a_line_stands_in_the_sample),
		cmocka_unit_test(what_no_line_can_mean_is_an_error),
		cmocka_unit_test(an_error_names_the_place_and_the_range),
		cmocka_unit_test(a_name_that_is_listed_twice_is_told),
		cmocka_unit_test(a_file_may_be_right_and_not_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
