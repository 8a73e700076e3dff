/* SPDX-License-Identifier: MIT */
/* Who hears what of a change of state (behaviour 128 to 141): the words of scripts, the lines of
 * FIFOs, the texts of mails as keepalived 2.2.7 has them. */
#include "unit.h"

#define SEC USEC_PER_SEC
#define T0  (100 * SEC)

enum { DOWN = 3414062 };

static const char *const words[][3] = { { "/n", "master", NULL }, { "/n", "backup", NULL },
	{ "/n", "fault", NULL }, { "/n", "stop", NULL }, { "/n", "deleted", NULL },
	{ "/n", "any", NULL }, { "/n", "lower", NULL } };
static const JobSpec specs[] = { { .argv = words[0] }, { .argv = words[1] }, { .argv = words[2] },
	{ .argv = words[3] }, { .argv = words[4] }, { .argv = words[5] }, { .argv = words[6] } };
static const VrrpNotifyConfig all_scripts = { .master = &specs[0],
	.backup = &specs[1],
	.fault = &specs[2],
	.stop = &specs[3],
	.deleted = &specs[4],
	.any = &specs[5],
	.master_rx_lower_pri = &specs[6] };
static const char *const reader_argv[] = { "/r", "/run/f1", NULL };
static const JobSpec reader = { .argv = reader_argv };
static const char *const to[] = { "a@x.org", "b@x.org" };

typedef struct Bench {
	VrrpInstanceConfig instances[2];
	VrrpGroupConfig group;
	TrackScriptConfig script;
	VrrpTrack track;
	VrrpConfig config;
	LinkTable links;
	VrrpEngine e;
	Effects out;
} Bench;

static void bench_free(Bench *b)
{
	vrrp_engine_free(&b->e);
	effects_free(&b->out);
	link_table_free(&b->links);
}

static void bench_link(Bench *b, bool up)
{
	const Link l = unit_link(2, "eth0", up);

	(void)link_table_set(&b->links, &l);
	if (b->e.running)
		vrrp_engine_link(&b->e, "eth0", T0, &b->out);
}

static void bench_init(Bench *b)
{
	const IpAddr ip = unit_ip("10.9.0.2");

	*b = (Bench){ .group = { .name = "G", .notify = all_scripts } };
	for (size_t i = 0; i < 2; i++) {
		b->instances[i] = unit_instance();
		b->instances[i].n_vips = b->instances[i].n_advertised = 0;
		b->instances[i].notify = all_scripts;
	}
	b->instances[1].name = "VJ";
	b->instances[1].vrid = 52;
	b->script =
		(TrackScriptConfig){ .name = "chk", .interval_usec = SEC, .rise = 1, .fall = 1 };
	b->script.job = (JobSpec){ .name = "chk", .argv = words[0] };
	b->config = (VrrpConfig){
		.router_id = "RTR", .instances = b->instances, .n_instances = 1, .groups = &b->group
	};
	b->config.fifos[0] = (VrrpFifoConfig){ .path = "/run/f1", .reader = &reader };
	bench_link(b, true);
	link_add_addr(link_by_name(&b->links, "eth0"), &ip, 24);
}

static void bench_start(Bench *b)
{
	vrrp_engine_init(&b->e, &b->config, &b->links);
	vrrp_engine_start(&b->e, T0, &b->out);
}

/* MASTER, and nothing of the way there to be looked at. */
static void bench_master(Bench *b)
{
	bench_start(b);
	vrrp_engine_timer(&b->e, T0 + DOWN, &b->out);
	assert_int_equal(b->e.routers[0].state, VRRP_MASTER);
	unit_forget(&b->out);
}

static void bench_hear(Bench *b, const char *from, uint8_t priority)
{
	const IpAddr src = unit_ip(from);
	uint8_t bytes[VRRP_PACKET_MAX];
	ByteWriter w = { .start = bytes, .cap = sizeof(bytes) };

	vrrp_packet_encode(&b->instances[0], 0, &src, priority, 1, &w);
	vrrp_engine_packet(&b->e, &(EventPacket){ .ifindex = 2, .bytes = bytes, .len = w.n },
		T0 + DOWN + SEC / 2, &b->out);
}

static void told_text(const Effect *e, StrBuf *out)
{
	static const char *const kinds[] = { "check", "instance", "group", "reader", "mail" };

	switch (e->kind) {
	case EFFECT_JOB:
		if (e->job.key.kind == JOB_CHECK)
			return;
		strbuf_printf(out, "%s %u: ", kinds[e->job.key.kind], e->job.key.id);
		job_command_text(e->job.spec, out);
		strbuf_add(out, "\n");
		if (e->job.spec->input)
			strbuf_addn(out, e->job.spec->input, e->job.spec->input_len);
		break;
	case EFFECT_JOB_CANCEL:
		if (e->job.key.kind != JOB_CHECK)
			strbuf_printf(out, "cancel %s %u\n", kinds[e->job.key.kind], e->job.key.id);
		break;
	case EFFECT_FIFO_OPEN: strbuf_printf(out, "open %s\n", e->fifo.path); break;
	case EFFECT_FIFO_CLOSE: strbuf_printf(out, "close %s\n", e->fifo.path); break;
	case EFFECT_FIFO_LINE: strbuf_printf(out, "%s: %s", e->fifo.path, e->fifo.line); break;
	case EFFECT_ADVERT:
	case EFFECT_LISTEN:
	case EFFECT_ADDR_WANT:
	case EFFECT_ANNOUNCE:
	case EFFECT_WILL:
	case EFFECT_WATCH_FILE:
	case EFFECT_WATCH_PROCESSES:
	case EFFECT_WATCH_PID:
	case EFFECT_TRACE: break;
	}
}

/* What was told since the last look. */
#define expect_told(b, text) told((b), (text), __FILE__, __LINE__)

static void told(Bench *b, const char *text, const char *file, int line)
{
	_cleanup_(strbuf_free) StrBuf got = { 0 };

	vec_foreach(e, &b->out.list)
		told_text(e, &got);
	_assert_string_equal(strbuf_text(&got), text, file, line);
	unit_forget(&b->out);
}

static void each_state_has_its_words(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_start(&b);
	expect_told(&b, "open /run/f1\n"
			"reader 0: /r /run/f1\n"
			"instance 0: /n backup\n"
			"instance 0: /n any INSTANCE VI BACKUP 150\n"
			"/run/f1: INSTANCE \"VI\" BACKUP 150\n");
	vrrp_engine_timer(&b.e, T0 + DOWN, &b.out);
	expect_told(&b, "instance 0: /n master\n"
			"instance 0: /n any INSTANCE VI MASTER 150\n"
			"/run/f1: INSTANCE \"VI\" MASTER 150\n");
	vrrp_engine_timer(&b.e, T0 + DOWN + SEC, &b.out);
	expect_told(&b, "");
	bench_link(&b, false);
	expect_told(&b, "instance 0: /n fault\n"
			"instance 0: /n any INSTANCE VI FAULT 150\n"
			"/run/f1: INSTANCE \"VI\" FAULT 150\n");
	bench_link(&b, false);
	expect_told(&b, "");
	bench_link(&b, true);
	expect_told(&b, "instance 0: /n backup\n"
			"instance 0: /n any INSTANCE VI BACKUP 150\n"
			"/run/f1: INSTANCE \"VI\" BACKUP 150\n");
	vrrp_engine_timer(&b.e, T0 + DOWN, &b.out);
	unit_forget(&b.out);
	bench_hear(&b, "10.9.0.1", 200);
	expect_told(&b, "instance 0: /n backup\n"
			"instance 0: /n any INSTANCE VI BACKUP 150\n"
			"/run/f1: INSTANCE \"VI\" BACKUP 150\n");
	vrrp_engine_stop(&b.e, T0 + 9 * SEC, &b.out);
	expect_told(&b, "instance 0: /n stop\n"
			"instance 0: /n any INSTANCE VI STOP 150\n"
			"/run/f1: INSTANCE \"VI\" STOP 150\n"
			"close /run/f1\n"
			"cancel reader 0\n");
}

/* Behaviour 57, 133: every instance whatever its state, then the groups. */
static void stop_is_told_of_all(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	b.config.n_instances = 2;
	b.config.n_groups = 1;
	b.config.fifos[1] = (VrrpFifoConfig){ .path = "/run/f2" };
	b.instances[1].interface = "eth1";
	bench_start(&b);
	assert_int_equal(b.e.routers[1].state, VRRP_FAULT);
	unit_forget(&b.out);
	vrrp_engine_stop(&b.e, T0 + SEC, &b.out);
	expect_told(&b, "instance 0: /n stop\n"
			"instance 0: /n any INSTANCE VI STOP 150\n"
			"/run/f1: INSTANCE \"VI\" STOP 150\n"
			"/run/f2: INSTANCE \"VI\" STOP 150\n"
			"instance 1: /n stop\n"
			"instance 1: /n any INSTANCE VJ STOP 150\n"
			"/run/f1: INSTANCE \"VJ\" STOP 150\n"
			"/run/f2: INSTANCE \"VJ\" STOP 150\n"
			"group 0: /n stop\n"
			"group 0: /n any GROUP G STOP 0\n"
			"/run/f1: GROUP \"G\" STOP 0\n"
			"/run/f2: GROUP \"G\" STOP 0\n"
			"close /run/f1\n"
			"cancel reader 0\n"
			"close /run/f2\n");
}

static void what_never_began_does_not_stop(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	vrrp_engine_init(&b.e, &b.config, &b.links);
	vrrp_engine_stop(&b.e, T0, &b.out);
	expect_told(&b, "");
}

static void only_what_was_configured(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	b.instances[0].notify = (VrrpNotifyConfig){ .master = &specs[0] };
	b.config.fifos[0].path = NULL;
	bench_start(&b);
	expect_told(&b, "");
	vrrp_engine_timer(&b.e, T0 + DOWN, &b.out);
	expect_told(&b, "instance 0: /n master\n");
}

static void bench_track(Bench *b)
{
	b->config.scripts = &b->script;
	b->config.n_scripts = 1;
	b->instances[0].scripts = &b->track;
	b->instances[0].n_scripts = 1;
	b->instances[0].notify.any = NULL;
	b->config.fifos[0].path = NULL;
}

static void check_done(Bench *b, int status)
{
	const JobResult result = { .code = status };

	vrrp_engine_check_done(&b->e, 0, &result, T0, &b->out);
}

/* Behaviour 113, 132. */
static void waiting_for_a_check_is_silent(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_track(&b);
	bench_start(&b);
	assert_int_equal(b.e.routers[0].state, VRRP_FAULT);
	expect_told(&b, "");
	vrrp_engine_timer(&b.e, T0, &b.out);
	check_done(&b, 0);
	expect_told(&b, "instance 0: /n backup\n");
}

static void what_was_awaited_and_is_bad_is_told(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_track(&b);
	bench_start(&b);
	vrrp_engine_timer(&b.e, T0, &b.out);
	check_done(&b, 1);
	expect_told(&b, "instance 0: /n fault\n");
	vrrp_engine_timer(&b.e, T0 + SEC, &b.out);
	check_done(&b, 1);
	expect_told(&b, "");
	vrrp_engine_timer(&b.e, T0 + 2 * SEC, &b.out);
	check_done(&b, 0);
	expect_told(&b, "instance 0: /n backup\n");
}

/* Who was told to be MASTER must hear that it is no longer. */
static void silence_does_not_hide_the_end_of_a_master(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	VrrpInput in = { .kind = VRRP_IN_FAULT,
		.cause = { .reason = TRACE_FAULT_SCRIPT_PENDING, .subject = "VI" } };

	bench_init(&b);
	bench_master(&b);
	vrrp_engine_step(&b.e, &b.e.routers[0], &in, T0 + DOWN, &b.out);
	expect_told(&b, "instance 0: /n fault\n"
			"instance 0: /n any INSTANCE VI FAULT 150\n"
			"/run/f1: INSTANCE \"VI\" FAULT 150\n");
}

/* As keepalived has it: that script and the FIFO, for each such advert. */
static void master_hears_a_lower_one(void **state _unused_)
{
	static const char lower[] = "instance 0: /n lower\n"
				    "/run/f1: INSTANCE \"VI\" MASTER_RX_LOWER_PRI 150\n";
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_start(&b);
	unit_forget(&b.out);
	bench_hear(&b, "10.9.0.1", 100);
	expect_told(&b, "");
	vrrp_engine_timer(&b.e, T0 + DOWN, &b.out);
	unit_forget(&b.out);
	bench_hear(&b, "10.9.0.3", 149);
	expect_told(&b, lower);
	bench_hear(&b, "10.9.0.3", 149);
	expect_told(&b, lower);
	bench_hear(&b, "10.9.0.1", 150);
	expect_told(&b, lower);
	bench_hear(&b, "10.9.0.2", 150);
	expect_told(&b, "");
	bench_hear(&b, "10.9.0.1", 0);
	expect_told(&b, "");
	bench_hear(&b, "10.9.0.3", 150);
	expect_told(&b, "instance 0: /n backup\n"
			"instance 0: /n any INSTANCE VI BACKUP 150\n"
			"/run/f1: INSTANCE \"VI\" BACKUP 150\n");
}

/* Scripts do not hear of priorities, only FIFOs do. */
static void priorities_go_to_fifos(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_track(&b);
	b.config.fifos[0].path = "/run/f1";
	b.config.fifos[0].reader = NULL;
	b.track.weight = -20;
	b.instances[0].notify = all_scripts;
	b.instances[0].notify.priority_changes = true;
	bench_start(&b);
	unit_forget(&b.out);
	check_done(&b, 1);
	expect_told(&b, "/run/f1: INSTANCE \"VI\" BACKUP_PRIORITY 130\n");
	vrrp_engine_timer(&b.e, T0 + 5 * SEC, &b.out);
	unit_forget(&b.out);
	check_done(&b, 0);
	expect_told(&b, "/run/f1: INSTANCE \"VI\" MASTER_PRIORITY 150\n");
	b.instances[0].notify.priority_changes = false;
	vrrp_engine_timer(&b.e, T0 + 6 * SEC, &b.out);
	check_done(&b, 1);
	expect_told(&b, "");
	/* The effective priority is what the words have (behaviour 131). */
	bench_link(&b, false);
	expect_told(&b, "instance 0: /n fault\n"
			"instance 0: /n any INSTANCE VI FAULT 130\n"
			"/run/f1: INSTANCE \"VI\" FAULT 130\n");
}

static void deleted_is_a_fault_unless_it_has_a_script(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_master(&b);
	vrrp_notify_deleted(&b.e, &b.e.routers[0], &b.out);
	expect_told(&b, "instance 0: /n fault\n"
			"instance 0: /n any INSTANCE VI FAULT 150\n"
			"/run/f1: INSTANCE \"VI\" FAULT 150\n");
	b.instances[0].notify.has_deleted = true;
	vrrp_notify_deleted(&b.e, &b.e.routers[0], &b.out);
	expect_told(&b, "instance 0: /n deleted\n"
			"instance 0: /n any INSTANCE VI DELETED 150\n"
			"/run/f1: INSTANCE \"VI\" DELETED 150\n");
}

static void groups_and_all_states(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	b.config.n_groups = 1;
	bench_master(&b);
	vrrp_notify_all_states(&b.e, &b.out);
	expect_told(&b, "/run/f1: INSTANCE \"VI\" MASTER 150\n");
	vrrp_notify_group(&b.e, 0, VRRP_BACKUP, &b.out);
	expect_told(&b, "group 0: /n backup\n"
			"group 0: /n any GROUP G BACKUP 0\n"
			"/run/f1: GROUP \"G\" BACKUP 0\n");
	vrrp_notify_all_states(&b.e, &b.out);
	expect_told(&b, "/run/f1: INSTANCE \"VI\" MASTER 150\n"
			"/run/f1: GROUP \"G\" BACKUP 0\n");
}

static void reload_keeps_fifos_and_readers(void **state _unused_)
{
	static const char *const other_argv[] = { "/other", NULL };
	static const JobSpec other = { .argv = other_argv }, same = { .argv = reader_argv };
	_cleanup_(bench_free) Bench b;
	VrrpConfig from;

	bench_init(&b);
	b.config.n_instances = 0;
	bench_start(&b);
	unit_forget(&b.out);
	from = b.config;
	b.config.fifos[0] = (VrrpFifoConfig){ .path = "/run/f1", .reader = &same };
	b.config.fifos[1] = (VrrpFifoConfig){ .path = "/run/f2" };
	vrrp_notify_reload(&b.e, &from, &b.out);
	expect_told(&b, "open /run/f2\n");
	from = b.config;
	b.config.fifos[0].reader = &other;
	b.config.fifos[1].path = NULL;
	vrrp_notify_reload(&b.e, &from, &b.out);
	expect_told(&b, "close /run/f2\n"
			"cancel reader 0\n"
			"reader 0: /other\n");
	/* The other of the two has it now. */
	from = b.config;
	b.config.fifos[1] = b.config.fifos[0];
	b.config.fifos[0] = (VrrpFifoConfig){ .path = "/run/f3" };
	vrrp_notify_reload(&b.e, &from, &b.out);
	expect_told(&b, "open /run/f3\n"
			"cancel reader 0\n"
			"reader 1: /other\n");
}

/* ---- mail ---------------------------------------------------------------------------------- */

static void bench_mail(Bench *b)
{
	bench_init(b);
	b->config.fifos[0].path = NULL;
	b->config.mail = (VrrpMailConfig){ .host = "192.0.2.1",
		.port = 25,
		.helo = "helo.x",
		.from = "me@x.org",
		.to = to,
		.n_to = 2,
		.timeout_usec = 30 * SEC,
		.program = "/m" };
	b->instances[0].notify = b->group.notify = (VrrpNotifyConfig){ .mail = true };
	b->config.n_groups = 1;
}

#define MAIL_HEAD                                                                                  \
	"mail 0: /m\nurl: smtp://192.0.2.1:25\nhelo: helo.x\nfrom: me@x.org\nto: a@x.org\n"        \
	"to: b@x.org\ntimeout: 30\n\nFrom: me@x.org\n"
#define MAIL_TO "To: a@x.org, b@x.org\n\n"

static void mails_have_the_texts_of_keepalived(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_mail(&b);
	bench_start(&b);
	expect_told(&b,
		MAIL_HEAD "Subject: [RTR] VRRP Instance VI - Entering BACKUP state\n" MAIL_TO
			  "=> VRRP Instance is no longer owning VRRP VIPs <=\n");
	vrrp_engine_timer(&b.e, T0 + DOWN, &b.out);
	expect_told(&b,
		MAIL_HEAD "Subject: [RTR] VRRP Instance VI - Entering MASTER state\n" MAIL_TO
			  "=> VRRP Instance is now owning VRRP VIPs <=\n");
	bench_link(&b, false);
	expect_told(&b, MAIL_HEAD "Subject: [RTR] VRRP Instance VI - Entering FAULT state\n" MAIL_TO
				  "=> VRRP Instance is no longer owning VRRP VIPs <=\n");
	vrrp_notify_group(&b.e, 0, VRRP_MASTER, &b.out);
	expect_told(&b, MAIL_HEAD "Subject: [RTR] VRRP Group G - Entering MASTER state\n" MAIL_TO
				  "=> All VRRP group instances are now in MASTER state <=\n");
	vrrp_engine_stop(&b.e, T0 + 9 * SEC, &b.out);
	expect_told(&b, "");
}

static size_t mails(Bench *b)
{
	size_t n = 0;

	vec_foreach(e, &b->out.list)
		n += e->kind == EFFECT_JOB && e->job.key.kind == JOB_MAIL;
	unit_forget(&b->out);
	return n;
}

/* Not of FAULT, and then not again of the state that it was in before. */
static void no_mail_of_faults(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_mail(&b);
	b.config.mail.no_faults = true;
	bench_start(&b);
	assert_int_equal(mails(&b), 1);
	bench_link(&b, false);
	assert_int_equal(b.e.routers[0].state, VRRP_FAULT);
	assert_int_equal(mails(&b), 0);
	bench_link(&b, true);
	assert_int_equal(b.e.routers[0].state, VRRP_BACKUP);
	assert_int_equal(mails(&b), 0);
	vrrp_engine_timer(&b.e, T0 + DOWN, &b.out);
	assert_int_equal(mails(&b), 1);
}

static void no_mail_without_what_it_takes(void **state _unused_)
{
	for (int missing = 0; missing < 4; missing++) {
		_cleanup_(bench_free) Bench b;

		bench_mail(&b);
		if (missing == 0)
			b.config.mail.host = NULL;
		else if (missing == 1)
			b.config.mail.n_to = 0;
		else if (missing == 2)
			b.config.mail.program = NULL;
		else
			b.instances[0].notify.mail = false;
		bench_start(&b);
		assert_int_equal(mails(&b), 0);
	}
}

static void mail_over_ipv6(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_mail(&b);
	b.config.mail.host = "2001:db8::1";
	bench_start(&b);
	vec_foreach(e, &b.out.list)
		if (e->kind == EFFECT_JOB)
			assert_non_null(
				strstr(e->job.spec->input, "url: smtp://[2001:db8::1]:25\n"));
	assert_int_equal(mails(&b), 1);
}

static const struct CMUnitTest tests[] = {
	T(each_state_has_its_words),
	T(stop_is_told_of_all),
	T(what_never_began_does_not_stop),
	T(only_what_was_configured),
	T(waiting_for_a_check_is_silent),
	T(what_was_awaited_and_is_bad_is_told),
	T(silence_does_not_hide_the_end_of_a_master),
	T(master_hears_a_lower_one),
	T(priorities_go_to_fifos),
	T(deleted_is_a_fault_unless_it_has_a_script),
	T(groups_and_all_states),
	T(reload_keeps_fifos_and_readers),
	T(mails_have_the_texts_of_keepalived),
	T(no_mail_of_faults),
	T(no_mail_without_what_it_takes),
	T(mail_over_ipv6),
};

unit_main(tests)
