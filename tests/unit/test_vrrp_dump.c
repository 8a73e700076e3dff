/* SPDX-License-Identifier: MIT */
/* The dumps, line by line as keepalived 2.2.7 wrote them for the same configuration and state
 * (behaviour 201 to 209). What differs on purpose: the password, and what this engine has not. */
#include "unit.h"
#include "vrrp/vrrp_dump.h"

#define SEC USEC_PER_SEC
#define MS  USEC_PER_MSEC

static const char *const argv_true[] = { "/usr/bin/true", NULL };
static const char *const argv_words[] = { "/usr/bin/true", "m/x", "a b", NULL };
static const char *const argv_sleep[] = { "sleep", "1000", "-x", NULL };
static const JobSpec job_true = { .argv = argv_true };
static const JobSpec job_words = { .argv = argv_words, .uid = 65534, .gid = 12 };

typedef struct Bench {
	VrrpInstanceConfig instances[2];
	AddrSpec vips[4];
	VrrpPeer peers[2];
	VrrpTrackInterface interfaces[2];
	VrrpTrack track, reversed;
	TrackScriptConfig script;
	TrackFileConfig file;
	TrackProcessConfig process;
	TrackLinkConfig delay;
	uint32_t members[2];
	VrrpGroupConfig group;
	VrrpConfig config;
	LinkTable links;
	VrrpEngine e, own; /* `own` keeps what the engine made for its trackers */
	TrackFile files[1];
	TrackProcess processes[1];
	TrackLink delays[1];
	bool has_addr;
	VrrpDump dump;
	StrBuf text;
} Bench;

static bool bench_has_addr(const void *data, uint32_t id _unused_, size_t i _unused_)
{
	return ((const Bench *)data)->has_addr;
}

static AddrSpec bench_vip(const char *ip, uint8_t prefix_len, const char *dev)
{
	return (AddrSpec){ .ip = unit_ip(ip), .prefix_len = prefix_len, .dev = dev };
}

/* V2 and V3 of the recorded run; at monotonic 1000 s it was Sun Nov 22 21:31:20.071582 2026. */
static void bench_init(Bench *b)
{
	const Link eth0 = unit_link(3, "eth0", true);
	const IpAddr source = unit_ip("10.9.0.1");

	*b = (Bench){ .members = { 0, 1 } };
	b->vips[0] = bench_vip("10.9.0.100", 24, "eth0");
	b->vips[1] = bench_vip("10.9.0.101", 24, "eth1");
	b->vips[1].has_broadcast = true;
	b->vips[1].broadcast = unit_ip("10.9.0.255");
	b->vips[1].scope = 253;
	b->vips[1].label = "eth1:x";
	b->vips[2] = bench_vip("10.9.0.102", 32, "eth0");
	b->vips[3] = bench_vip("10.9.1.1", 32, "eth0");
	for (size_t i = 0; i < 2; i++)
		b->instances[i] = unit_instance();
	b->instances[0].name = "V2";
	b->instances[0].vips = b->vips;
	b->instances[0].n_vips = 4;
	b->instances[0].n_advertised = 3;
	b->instances[0].garp.delay_usec = 2 * SEC;
	b->instances[0].garp.refresh_usec = 30 * SEC;
	b->instances[0].garp_lower_prio = (AnnouncePlan){ .repeat = 5, .delay_usec = 5 * SEC };
	b->instances[0].auth_type = VRRP_AUTH_PASS;
	memcpy(b->instances[0].auth_data, "secret12", 8);
	b->instances[1].name = "V3";
	b->instances[1].version = 3;
	b->instances[1].n_vips = b->instances[1].n_advertised = 0;
	b->instances[1].vrid = 52;
	b->instances[1].priority = 100;
	b->instances[1].advert_usec = 330 * MS;
	b->config = (VrrpConfig){ .instances = b->instances,
		.n_instances = 2,
		.router_id = "R1",
		.mcast_group4 = unit_ip("224.0.0.18") };
	(void)link_table_set(&b->links, &eth0);
	link_add_addr(link_by_name(&b->links, "eth0"), &source, 24);
}

/* Where they were; nothing is due. */
static void bench_engine(Bench *b)
{
	vrrp_engine_init(&b->e, &b->config, &b->links);
	b->own = b->e;
	b->files[0].config = &b->file;
	b->processes[0].config = &b->process;
	b->delays[0] = (TrackLink){ .config = &b->delay, .due = INSTANT_NEVER };
	b->e.files = b->files;
	b->e.processes = b->processes;
	b->e.links_delayed = b->delays;
	for (size_t i = 0; i < b->config.n_instances; i++) {
		b->e.routers[i].source = unit_ip("10.9.0.1");
		b->e.routers[i].priority = b->instances[i].priority;
		b->e.routers[i].changed = 1000 * SEC;
		b->e.routers[i].master_advert_usec = b->instances[i].advert_usec;
		b->e.routers[i].due = INSTANT_NEVER;
	}
	if (b->config.n_instances > 0) {
		b->e.routers[0].state = VRRP_MASTER;
		b->e.routers[0].due = 1003 * SEC + 3504;
	}
	if (b->config.n_instances > 1)
		b->e.routers[1].state = VRRP_BACKUP;
	b->has_addr = true;
	b->dump = (VrrpDump){ .engine = &b->e,
		.time = { .now = 1001 * SEC,
			.real_usec = 1795383081u * SEC + 71582,
			.local = gmtime_r },
		.has_addr = bench_has_addr,
		.data = b };
}

static void bench_free(Bench *b)
{
	b->e.files = b->own.files;
	b->e.processes = b->own.processes;
	b->e.links_delayed = b->own.links_delayed;
	vrrp_engine_free(&b->e);
	link_table_free(&b->links);
	strbuf_free(&b->text);
}

static void bench_data(Bench *b)
{
	b->text.n = 0;
	vrrp_dump_data(&b->dump, &b->text);
}

/* The lines from `from` up to the one that begins with `to`. */
#define expect_part(b, from, to, text) unit_expect_part(b, from, to, text, __FILE__, __LINE__)

static void unit_expect_part(
	Bench *b, const char *from, const char *to, const char *text, const char *file, int line)
{
	const char *begin = strstr(strbuf_text(&b->text), from);
	const char *end = begin ? strstr(begin + 1, to) : NULL;
	char *part;

	if (!begin || !end)
		fail_msg("%s .. %s in:\n%s", from, to, strbuf_text(&b->text));
	part = strndup(begin, (size_t)(end - begin));
	_assert_string_equal(part, text, file, line);
	free(part);
}

static void expect_line(const Bench *b, const char *line)
{
	if (!strstr(strbuf_text(&b->text), line))
		fail_msg("no \"%s\" in:\n%s", line, strbuf_text(&b->text));
}

static void expect_no(const Bench *b, const char *line)
{
	if (strstr(strbuf_text(&b->text), line))
		fail_msg("\"%s\" in:\n%s", line, strbuf_text(&b->text));
}

static void test_master(void **state _unused_)
{
	Bench b;

	bench_init(&b);
	bench_engine(&b);
	bench_data(&b);
	expect_part(&b, "------< VRRP Topology", " VRRP Instance = V3",
		"------< VRRP Topology >------\n"
		" VRRP Instance = V2\n"
		"   VRRP Version = 2\n"
		"   State = MASTER\n"
		"   Flags: none\n"
		"   Wantstate = MASTER\n"
		"   Number of config faults = 0\n"
		"   Number of interface and track script faults = 0\n"
		"   Number of track scripts init = 0\n"
		"   Last transition = 1795383080.071582 (Sun Nov 22 21:31:20.071582 2026)\n"
		"   Read timeout = 1795383083.075086 (Sun Nov 22 21:31:23.075086 2026)\n"
		"   Master down timer = 3414062 usecs\n"
		"   Interface = eth0\n"
		"   Using src_ip = 10.9.0.1\n"
		"   Multicast address 224.0.0.18\n"
		"   Gratuitous ARP delay = 2\n"
		"   Gratuitous ARP repeat = 5\n"
		"   Gratuitous ARP refresh = 30\n"
		"   Gratuitous ARP refresh repeat = 1\n"
		"   Gratuitous ARP lower priority delay = 5\n"
		"   Gratuitous ARP lower priority repeat = 5\n"
		"   Down timer adverts = 3\n"
		"   Send advert after receive lower priority advert = true\n"
		"   Send advert after receive higher priority advert = false\n"
		"   Virtual Router ID = 51\n"
		"   Priority = 150\n"
		"   Effective priority = 150\n"
		"   Advert interval = 1 sec\n"
		"   Accept = enabled\n"
		"   Preempt = enabled\n"
		"   Promote_secondaries = disabled\n"
		"   Authentication type = SIMPLE_PASSWORD\n"
		"   Password = ********\n"
		"   Virtual IP (3):\n"
		"     10.9.0.100/24 dev eth0 scope global set\n"
		"     10.9.0.101/24 brd 10.9.0.255 dev eth1 scope link label eth1:x set\n"
		"     10.9.0.102 dev eth0 scope global set\n"
		"   Virtual IP Excluded :\n"
		"     10.9.1.1 dev eth0 scope global set\n"
		"   Using smtp notification = no\n"
		"   Notify deleted = Fault\n"
		"   Notify priority changes = false\n");
	expect_no(&b, "secret");
	bench_free(&b);
}

/* Version 3, another interval than ours, unicast. */
static void test_backup(void **state _unused_)
{
	Bench b;
	VrrpRouter *r;

	bench_init(&b);
	b.peers[0] = (VrrpPeer){ .ip = unit_ip("10.8.0.2"), .max_ttl = 255 };
	b.peers[1] = (VrrpPeer){ .ip = unit_ip("10.8.0.3"), .min_ttl = 254, .max_ttl = 255 };
	b.instances[1].peers = b.peers;
	b.instances[1].n_peers = 2;
	b.instances[1].unicast_ttl = 7;
	b.instances[1].check_unicast_src = true;
	b.instances[1].has_source = true;
	b.instances[1].source = unit_ip("10.8.0.1");
	b.instances[1].nopreempt = true;
	b.instances[1].preempt_delay_usec = 7 * SEC;
	b.instances[1].dont_track_primary = true;
	bench_engine(&b);
	bench_data(&b);
	expect_part(&b, "= V3", "   Wantstate",
		"= V3\n   VRRP Version = 3\n   State = BACKUP\n   Flags:\n     Using unicast\n");
	r = &b.e.routers[1];
	r->master = unit_ip("10.8.0.2");
	r->master_priority = 220;
	r->master_advert_usec = 770 * MS;
	bench_data(&b);
	expect_part(&b, "= V3", "   Wantstate",
		"= V3\n   VRRP Version = 3\n   State = BACKUP\n   Master router = 10.8.0.2\n"
		"   Master priority = 220\n   Master advert int = 0.77 sec\n"
		"   Flags:\n     Using unicast\n");
	expect_part(&b, "   Interface = eth0\n   VRRP", "   Gratuitous",
		"   Interface = eth0\n   VRRP interface tracking disabled\n"
		"   Using src_ip = 10.8.0.1 (from configuration)\n");
	expect_part(&b, "   Advert interval = 330", "   Promote",
		"   Advert interval = 330 milli-sec\n   Master advert interval = 770 milli-sec\n"
		"   Accept = enabled\n   Preempt = disabled\n   Preempt delay = 7 secs\n");
	expect_part(&b, "   Unicast TTL", "   Using smtp",
		"   Unicast TTL = 7\n   Check unicast src : yes\n   Unicast Peer :\n"
		"     10.8.0.2 min_ttl 0 max_ttl 255\n     10.8.0.3 min_ttl 254 max_ttl 255\n");
	expect_line(&b, "Read timeout = DISABLED\n");
	expect_no(&b, "Virtual IP (0)");
	r->state = VRRP_MASTER; /* of whom it was backup is past */
	bench_data(&b);
	expect_no(&b, "Master router");
	expect_no(&b, "Master advert interval");
	bench_free(&b);
}

static void bench_trackers(Bench *b)
{
	b->track = (VrrpTrack){ .weight = 2 };
	b->reversed = (VrrpTrack){ .weight = -3, .reverse = true };
	b->interfaces[0] = (VrrpTrackInterface){ .name = "eth1" };
	b->interfaces[1] = (VrrpTrackInterface){ .name = "eth0", .weight = 4, .reverse = true };
	b->script = (TrackScriptConfig){ .name = "chk",
		.job = job_words,
		.interval_usec = 2500 * MS,
		.rise = 2,
		.fall = 3,
		.weight = -7,
		.reverse = true };
	b->script.job.timeout_usec = SEC;
	b->file = (TrackFileConfig){ .name = "t f", .watch.path = "/run/w/tf", .weight = 1 };
	b->process = (TrackProcessConfig){ .name = "tp",
		.argv = argv_sleep,
		.full_command = true,
		.param_match = TRACK_PARAM_INITIAL,
		.quorum = 1,
		.has_quorum_max = true,
		.quorum_max = 2,
		.fork_delay_usec = 500 * MS,
		.terminate_delay_usec = 250 * MS,
		.weight = 3 };
	b->config.scripts = &b->script;
	b->config.files = &b->file;
	b->config.processes = &b->process;
	b->config.n_scripts = b->config.n_files = b->config.n_processes = 1;
	b->instances[1].scripts = &b->reversed;
	b->instances[1].files = b->instances[1].processes = &b->track;
	b->instances[1].n_scripts = b->instances[1].n_files = b->instances[1].n_processes = 1;
	b->instances[1].interfaces = b->interfaces;
	b->instances[1].n_interfaces = 2;
}

static void test_trackers(void **state _unused_)
{
	Bench b;

	bench_init(&b);
	bench_trackers(&b);
	bench_engine(&b);
	b.e.files[0].value = -12;
	bench_data(&b);
	expect_part(&b, "   Tracked interfaces", "   Using smtp",
		"   Tracked interfaces :\n     eth1 weight 0\n     eth0 weight 4 reverse\n"
		"   Tracked scripts :\n     chk weight -3 reverse\n"
		"   Tracked files :\n     t f, weight 2\n"
		"   Tracked processes :\n     tp, weight 2\n");
	expect_part(&b, "------< VRRP Scripts", "------< Interfaces",
		"------< VRRP Scripts >------\n"
		" VRRP Script = chk\n"
		"   Command = '/usr/bin/true' 'm/x' 'a b'\n"
		"   Interval = 2.5 sec\n"
		"   Timeout = 1 sec\n"
		"   Weight = -7 reverse\n"
		"   Rise = 2\n"
		"   Fall = 3\n"
		"   Result = 0\n"
		"   Init state = INIT\n"
		"   Status = BAD\n"
		"   Script uid:gid = 65534:12\n"
		"   Tracking instances :\n"
		"     V3, weight -3 reverse\n"
		"   State = idle\n"
		"------< VRRP Track files >------\n"
		" Track file = t f\n"
		"   File = /run/w/tf\n"
		"   Status = -12\n"
		"   Weight = 1\n"
		"   Tracking instances :\n"
		"     V3, weight 2\n"
		"------< VRRP Track processes >------\n"
		" VRRP Track process = tp\n"
		"   Process = sleep\n"
		"   Parameters = 1000 -x\n"
		"   Param match = initial\n"
		"   Min processes = 1\n"
		"   Max processes = 2\n"
		"   Current processes = 0\n"
		"   Have quorum = false\n"
		"   Weight = 3\n"
		"   Terminate delay = 0.250000s\n"
		"   Fork delay = 0.500000s\n"
		"   Full command = true\n"
		"   Tracking instances :\n"
		"     V3, weight 2\n");
	bench_free(&b);
}

/* A number from 0 to rise + fall - 1; the script is well from `rise` on. */
static void test_script_result(void **state _unused_)
{
	static const struct {
		TrackHealth health;
		uint32_t in_row;
		const char *lines;
	} cases[] = {
		{ TRACK_GOOD, 0, "   Result = 4\n   Init state = unknown\n   Status = GOOD\n" },
		{ TRACK_GOOD, 2, "   Result = 2\n   Init state = unknown\n   Status = GOOD\n" },
		{ TRACK_BAD, 0, "   Result = 0\n   Init state = unknown\n   Status = BAD\n" },
		{ TRACK_BAD, 1, "   Result = 1\n   Init state = unknown\n   Status = BAD\n" },
	};
	Bench b;

	bench_init(&b);
	bench_trackers(&b);
	bench_engine(&b);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		b.e.scripts[0].health = cases[i].health;
		b.e.scripts[0].in_row = cases[i].in_row;
		b.e.scripts[0].running = true;
		bench_data(&b);
		expect_line(&b, cases[i].lines);
		expect_line(&b, "   State = running\n");
	}
	bench_free(&b);
}

/* Faults are counted while the engine runs; one that only waits for its script still wants on. */
static void test_faults(void **state _unused_)
{
	Effects out = { 0 };
	Bench b;

	bench_init(&b);
	bench_trackers(&b);
	b.reversed.weight = 0;
	b.reversed.reverse = false;
	b.instances[1].n_interfaces = 0;
	b.instances[1].want_master = true;
	b.instances[1].n_files = b.instances[1].n_processes = 0;
	bench_engine(&b);
	b.e.routers[0].state = b.e.routers[1].state = VRRP_INIT;
	vrrp_engine_start(&b.e, 1000 * SEC, &out);
	bench_data(&b);
	expect_part(&b, "= V3", "   Last transition",
		"= V3\n   VRRP Version = 3\n   State = FAULT\n   Flags: none\n   Wantstate = "
		"MASTER\n"
		"   Number of config faults = 0\n"
		"   Number of interface and track script faults = 0\n"
		"   Number of track scripts init = 1\n");
	vrrp_engine_check_done(&b.e, 0, &(JobResult){ .code = 1 }, 1001 * SEC, &out);
	bench_data(&b);
	expect_part(&b, "= V3", "   Last transition",
		"= V3\n   VRRP Version = 3\n   State = FAULT\n   Flags: none\n   Wantstate = "
		"FAULT\n"
		"   Number of config faults = 0\n"
		"   Number of interface and track script faults = 1\n"
		"   Number of track scripts init = 0\n");
	effects_free(&out);
	bench_free(&b);
}

static void test_notify_and_group(void **state _unused_)
{
	const VrrpNotifyConfig all = { .backup = &job_words,
		.master = &job_true,
		.fault = &job_true,
		.stop = &job_true,
		.deleted = &job_true,
		.any = &job_true,
		.master_rx_lower_pri = &job_true,
		.has_deleted = true,
		.priority_changes = true,
		.mail = true };
	Bench b;

	bench_init(&b);
	b.group = (VrrpGroupConfig){
		.name = "G1", .members = b.members, .n_members = 2, .notify = all
	};
	b.group.notify.fault = NULL;
	b.config.groups = &b.group;
	b.config.n_groups = 1;
	b.instances[0].sync_group = b.instances[1].sync_group = &b.group;
	b.instances[1].notify = all;
	bench_engine(&b);
	b.e.groups[0].state = VRRP_MASTER;
	b.e.routers[1].state = VRRP_FAULT;
	bench_data(&b);
	expect_line(&b, "   VRRP Version = 2\n   Sync group = G1\n   State = MASTER\n");
	expect_part(&b, "   Using smtp notification = yes", "------<",
		"   Using smtp notification = yes\n"
		"   Notify deleted = Deleted\n"
		"   Backup state transition script = '/usr/bin/true' 'm/x' 'a b', uid:gid "
		"65534:12\n"
		"   Master state transition script = '/usr/bin/true', uid:gid 0:0\n"
		"   Fault state transition script = '/usr/bin/true', uid:gid 0:0\n"
		"   Stop state transition script = '/usr/bin/true', uid:gid 0:0\n"
		"   Deleted state transition script = '/usr/bin/true', uid:gid 0:0\n"
		"   Generic state transition script = '/usr/bin/true', uid:gid 0:0\n"
		"   Master rx lower pri state transition script = '/usr/bin/true', uid:gid 0:0\n"
		"   Notify priority changes = true\n");
	expect_part(&b, "------< VRRP Sync groups", "   Stop state",
		"------< VRRP Sync groups >------\n"
		" VRRP Sync Group = G1, MASTER\n"
		"   Num member fault 1, num member init 0\n"
		"   VRRP member instances :\n"
		"     V2\n"
		"     V3\n"
		"   Using smtp notification = yes\n"
		"   Notify priority changes = yes\n"
		"   Backup state transition script = '/usr/bin/true' 'm/x' 'a b', uid:gid "
		"65534:12\n"
		"   Master state transition script = '/usr/bin/true', uid:gid 0:0\n");
	bench_free(&b);
}

static void test_global(void **state _unused_)
{
	static const char *const to[] = { "root@localhost", "b@c" };
	Bench b;

	bench_init(&b);
	b.config.dynamic_interfaces = true;
	b.config.startup_delay_usec = SEC;
	b.config.mcast_group4 = unit_ip("224.0.0.19");
	b.config.mail = (VrrpMailConfig){ .host = "127.0.0.1",
		.port = 25,
		.helo = "foo",
		.from = "a@b",
		.to = to,
		.n_to = 2,
		.timeout_usec = 20 * SEC };
	b.config.fifos[0] = (VrrpFifoConfig){ .path = "/run/w/fifo2" };
	b.config.fifos[1] = (VrrpFifoConfig){ .path = "/run/w/fifo", .reader = &job_true };
	vrrp_dump_global(&b.config, &b.text);
	assert_string_equal(strbuf_text(&b.text),
		"------< Global definitions >------\n"
		" Router ID = R1\n"
		" Smtp server = 127.0.0.1\n"
		" Smtp server port = 25\n"
		" Smtp HELO name = foo\n"
		" Smtp server connection timeout = 20\n"
		" Email notification from = a@b\n"
		" Email notification to:\n"
		"   root@localhost\n"
		"   b@c\n"
		" Dynamic interfaces = true\n"
		" Global notify fifo = /run/w/fifo2, uid:gid 0:0\n"
		" VRRP notify fifo = /run/w/fifo, uid:gid 0:0\n"
		" VRRP notify fifo script = '/usr/bin/true', uid:gid 0:0\n"
		" FIFO write vrrp states on reload = false\n"
		" VRRP IPv4 mcast group = 224.0.0.19\n"
		" vrrp_startup_delay = 1\n");
	bench_engine(&b);
	bench_free(&b);
}

static void test_interfaces(void **state _unused_)
{
	Link down = unit_link(7, "eth1", false);
	Bench b;

	bench_init(&b);
	bench_trackers(&b);
	(void)link_table_set(&b.links, &down);
	b.delay = (TrackLinkConfig){ .name = "eth1", .down_usec = 3 * SEC, .up_usec = 4500 * MS };
	b.config.link_delays = &b.delay;
	b.config.n_link_delays = 1;
	bench_engine(&b);
	bench_data(&b);
	strbuf_add(&b.text, "END");
	expect_part(&b, "------< Interfaces", "END",
		"------< Interfaces >------\n"
		" Name = eth0\n"
		"   index = 3\n"
		"   IPv4 address = 10.9.0.1\n"
		"   MAC = 02:00:00:00:00:01\n"
		"   State = UP, RUNNING\n"
		"   Delayed state change running = false\n"
		"   Up debounce timer = 0us\n"
		"   Down debounce timer = 0us\n"
		"   MTU = 1500\n"
		"   Tracking VRRP instances :\n"
		"     V2, weight 0\n"
		"     V3, weight 0\n"
		"     V3, weight 4 reverse\n"
		" Name = eth1\n"
		"   index = 7\n"
		"   IPv4 address = (none)\n"
		"   MAC = 02:00:00:00:00:01\n"
		"   State = not RUNNING\n"
		"   Delayed state change running = false\n"
		"   Up debounce timer = 4500000us\n"
		"   Down debounce timer = 3000000us\n"
		"   MTU = 1500\n"
		"   Tracking VRRP instances :\n"
		"     V3, weight 0\n");
	bench_free(&b);
}

static void test_addresses(void **state _unused_)
{
	AddrSpec a[] = { bench_vip("10.9.0.1", 32, "e"), bench_vip("10.9.0.2", 0, "e"),
		bench_vip("fd00::100", 128, "e"), bench_vip("fd00::101", 64, "e") };
	StrBuf out = { 0 };

	a[0].scope = 254;
	a[1].scope = 77;
	a[2].scope = 200;
	for (size_t i = 0; i < ARRAY_LEN(a); i++) {
		vrrp_dump_address(&a[i], i % 2, &out);
		strbuf_add(&out, "\n");
	}
	assert_string_equal(strbuf_text(&out), "10.9.0.1 dev e scope host\n"
					       "10.9.0.2/0 dev e scope 77 set\n"
					       "fd00::100 dev e scope site\n"
					       "fd00::101/64 dev e scope global set\n");
	strbuf_free(&out);
}

static void test_times(void **state _unused_)
{
	static const struct {
		Span span;
		const char *text;
	} spans[] = { { 0, "0" }, { SEC, "1" }, { 330 * MS, "0.33" }, { 10 * MS, "0.01" },
		{ 40 * SEC + 950 * MS, "40.95" }, { 1, "0.000001" }, { 100 * SEC, "100" } };
	const VrrpDumpTime t = { .now = 5 * SEC, .real_usec = 8 * SEC };
	StrBuf out = { 0 };
	Bench b;

	for (size_t i = 0; i < ARRAY_LEN(spans); i++) {
		out.n = 0;
		vrrp_dump_seconds(spans[i].span, &out);
		assert_string_equal(strbuf_text(&out), spans[i].text);
	}
	strbuf_free(&out);
	assert_int_equal(vrrp_dump_real_usec(&t, 4 * SEC), 7 * SEC);
	assert_int_equal(vrrp_dump_real_usec(&t, 6 * SEC), 9 * SEC);
	assert_int_equal(vrrp_dump_real_usec(&t, 0), 0);
	/* A wall clock that was never set: before 1970 there is nothing. */
	assert_int_equal(
		vrrp_dump_real_usec(&(VrrpDumpTime){ .now = 9 * SEC, .real_usec = SEC }, SEC), 0);
	bench_init(&b);
	bench_engine(&b);
	b.e.routers[0].changed = 0;
	b.e.routers[1].changed = 1000 * SEC - 1000 * 86400 * SEC;
	b.dump.time.now = 1001 * SEC;
	bench_data(&b);
	expect_line(&b, "Last transition = 0.000000 (Thu Jan  1 00:00:00.000000 1970)\n");
	bench_free(&b);
}

static const char stats_of_v2[] = "VRRP Instance: V2\n"
				  "  Advertisements:\n"
				  "    Received: 1\n"
				  "    Sent: 2\n"
				  "  Became master: 3\n"
				  "  Released master: 4\n"
				  "  Packet Errors:\n"
				  "    Length: 312\n"
				  "    TTL: 103\n"
				  "    Invalid Type: 109\n"
				  "    Advertisement Interval: 108\n"
				  "    Address List: 7\n"
				  "  Authentication Errors:\n"
				  "    Invalid Type: 105\n"
				  "    Type Mismatch: 106\n"
				  "    Failure: 107\n"
				  "  Priority Zero:\n"
				  "    Received: 5\n"
				  "    Sent: 6\n";

static void bench_count(Bench *b)
{
	VrrpCounters *c = &b->e.routers[0].counters;
	static const uint32_t values[VRRP_REJECTS] = {
		[VRRP_REJECT_SHORT] = 10,
		[VRRP_REJECT_LONG] = 101,
		[VRRP_REJECT_IP_LENGTH] = 201,
		[VRRP_REJECT_TTL] = 103,
		[VRRP_REJECT_VERSION] = 5000,
		[VRRP_REJECT_AUTH_TYPE] = 105,
		[VRRP_REJECT_AUTH_MISMATCH] = 106,
		[VRRP_REJECT_PASSWORD] = 107,
		[VRRP_REJECT_INTERVAL] = 108,
		[VRRP_REJECT_TYPE] = 109,
		[VRRP_REJECT_CHECKSUM] = 6000,
		[VRRP_REJECT_UNICAST] = 7000,
	};

	*c = (VrrpCounters){ .adverts_received = 1,
		.adverts_sent = 2,
		.became_master = 3,
		.released_master = 4,
		.zero_received = 5,
		.zero_sent = 6,
		.address_list = 7 };
	for (size_t i = 0; i < VRRP_REJECTS; i++)
		c->rejected[i] = values[i];
}

static void test_stats(void **state _unused_)
{
	static const VrrpCounters none;
	Bench b;

	bench_init(&b);
	bench_engine(&b);
	bench_count(&b);
	vrrp_dump_stats(&b.e, &b.text);
	expect_part(&b, "VRRP Instance: V2", "VRRP Instance: V3", stats_of_v2);
	vrrp_stats_clear(&b.e);
	assert_memory_equal(&b.e.routers[0].counters, &none, sizeof(none));
	assert_int_equal(b.e.routers[0].state, VRRP_MASTER);
	bench_free(&b);
}

static void test_json(void **state _unused_)
{
	Bench b;

	bench_init(&b);
	bench_trackers(&b);
	b.instances[0].notify = (VrrpNotifyConfig){ .backup = &job_true,
		.master = &job_words,
		.any = &job_true,
		.master_rx_lower_pri = &job_true };
	b.instances[1].notify.deleted = &job_true;
	b.instances[1].notify.has_deleted = true;
	bench_engine(&b);
	bench_count(&b);
	b.e.routers[1].master = unit_ip("10.9.0.2");
	b.e.routers[1].master_priority = 220;
	b.e.routers[1].master_advert_usec = 770 * MS;
	vrrp_dump_json(&b.dump, &b.text);
	assert_string_equal(strbuf_text(&b.text),
		"[{\"data\":{\"iname\":\"V2\",\"dont_track_primary\":0,\"skip_check_adv_addr\":0,"
		"\"strict_mode\":0,\"vmac_ifname\":\"\",\"ifp_ifname\":\"eth0\","
		"\"master_priority\":0,\"last_transition\":1795383080.071582,\"garp_delay\":2,"
		"\"garp_refresh\":30,\"garp_rep\":5,\"garp_refresh_rep\":1,"
		"\"garp_lower_prio_delay\":5,\"garp_lower_prio_rep\":5,"
		"\"lower_prio_no_advert\":0,\"higher_prio_send_advert\":0,\"vrid\":51,"
		"\"base_priority\":150,\"effective_priority\":150,\"vipset\":true,"
		"\"promote_secondaries\":false,\"adver_int\":1,\"master_adver_int\":1,\"accept\":1,"
		"\"nopreempt\":false,\"preempt_delay\":0,\"state\":2,\"wantstate\":2,\"version\":2,"
		"\"smtp_alert\":false,\"notify_deleted\":false,"
		"\"script_backup\":\"'\\/usr\\/bin\\/true'\","
		"\"script_master\":\"'\\/usr\\/bin\\/true' 'm\\/x' 'a b'\","
		"\"script\":\"'\\/usr\\/bin\\/true'\","
		"\"script_master_rx_lower_pri\":\"'\\/usr\\/bin\\/true'\","
		"\"vips\":[\"10.9.0.100\\/24 dev eth0 scope global set\","
		"\"10.9.0.101\\/24 brd 10.9.0.255 dev eth1 scope link label eth1:x set\","
		"\"10.9.0.102 dev eth0 scope global set\"],"
		"\"evips\":[\"10.9.1.1 dev eth0 scope global set\"],\"auth_type\":1,"
		"\"auth_data\":\"********\"},"
		"\"stats\":{\"advert_rcvd\":1,\"advert_sent\":2,\"become_master\":3,"
		"\"release_master\":4,\"packet_len_err\":312,\"advert_interval_err\":108,"
		"\"ip_ttl_err\":103,\"invalid_type_rcvd\":109,\"addr_list_err\":7,"
		"\"invalid_authtype\":105,\"authtype_mismatch\":106,\"auth_failure\":107,"
		"\"pri_zero_rcvd\":5,\"pri_zero_sent\":6}},"
		"{\"data\":{\"iname\":\"V3\",\"dont_track_primary\":0,\"skip_check_adv_addr\":0,"
		"\"strict_mode\":0,\"vmac_ifname\":\"\",\"ifp_ifname\":\"eth0\","
		"\"master_priority\":220,\"last_transition\":1795383080.071582,\"garp_delay\":5,"
		"\"garp_refresh\":0,\"garp_rep\":5,\"garp_refresh_rep\":1,"
		"\"garp_lower_prio_delay\":0,\"garp_lower_prio_rep\":2,"
		"\"lower_prio_no_advert\":0,\"higher_prio_send_advert\":0,\"vrid\":52,"
		"\"base_priority\":100,\"effective_priority\":100,\"vipset\":false,"
		"\"promote_secondaries\":false,\"adver_int\":0.33,\"master_adver_int\":0.77,"
		"\"accept\":1,\"nopreempt\":false,\"preempt_delay\":0,\"state\":1,\"wantstate\":1,"
		"\"version\":3,\"smtp_alert\":false,\"notify_deleted\":true,"
		"\"script_deleted\":\"'\\/usr\\/bin\\/true'\",\"track_ifp\":[\"eth1\",\"eth0\"],"
		"\"track_script\":[\"'\\/usr\\/bin\\/true' 'm\\/x' 'a b'\"],\"auth_type\":0},"
		"\"stats\":{\"advert_rcvd\":0,\"advert_sent\":0,\"become_master\":0,"
		"\"release_master\":0,\"packet_len_err\":0,\"advert_interval_err\":0,"
		"\"ip_ttl_err\":0,\"invalid_type_rcvd\":0,\"addr_list_err\":0,"
		"\"invalid_authtype\":0,\"authtype_mismatch\":0,\"auth_failure\":0,"
		"\"pri_zero_rcvd\":0,\"pri_zero_sent\":0}}]\n");
	bench_free(&b);
}

/* A name may hold any byte but NUL. */
static void test_json_strange_names(void **state _unused_)
{
	Bench b;

	bench_init(&b);
	b.instances[0].name = "a\"b\\/c\n\x01\xff\xc3\xa9\xc0/";
	b.config.n_instances = 1;
	bench_engine(&b);
	vrrp_dump_json(&b.dump, &b.text);
	expect_line(&b, "{\"iname\":\"a\\\"b\\\\\\/c\\u000a\\u0001\\ufffd\xc3\xa9\\ufffd\\/\",");
	bench_free(&b);
	bench_init(&b);
	b.config.n_instances = 0;
	bench_engine(&b);
	vrrp_dump_json(&b.dump, &b.text);
	assert_string_equal(strbuf_text(&b.text), "[]\n");
	bench_free(&b);
}

static const struct CMUnitTest tests[] = {
	T(test_master),
	T(test_backup),
	T(test_trackers),
	T(test_script_result),
	T(test_faults),
	T(test_notify_and_group),
	T(test_global),
	T(test_interfaces),
	T(test_addresses),
	T(test_times),
	T(test_stats),
	T(test_json),
	T(test_json_strange_names),
};

unit_main(tests)
