/* SPDX-License-Identifier: MIT */
/* Sync groups: members are MASTER, BACKUP or in FAULT together (behaviour 13, 51 to 57). */
#include "core/status.h"
#include "unit.h"

#define SEC USEC_PER_SEC
#define T0  (100 * SEC)

/* The first and the last member to want it: priorities 150, 120 and 100. */
enum { MEMBERS = 3, DOWN = 3414062, SKEW = 414062, LAST = 3609375 };

/* V1, V2 and V3 on eth1, eth2 and eth3, one address each; all in group G. */
typedef struct Bench {
	VrrpInstanceConfig instances[MEMBERS];
	AddrSpec vips[MEMBERS];
	uint32_t members[MEMBERS];
	VrrpGroupConfig group;
	TrackScriptConfig script;
	VrrpTrack track;
	VrrpConfig config;
	LinkTable links;
	VrrpEngine e;
	Effects out;
} Bench;

static const char *const names[MEMBERS] = { "V1", "V2", "V3" };
static const char *const links[MEMBERS] = { "eth1", "eth2", "eth3" };
static const uint8_t priorities[MEMBERS] = { 150, 120, 100 };

static void bench_free(Bench *b)
{
	vrrp_engine_free(&b->e);
	effects_free(&b->out);
	link_table_free(&b->links);
}

static void bench_init(Bench *b)
{
	*b = (Bench){ 0 };
	b->group = (VrrpGroupConfig){ .name = "G", .members = b->members, .n_members = MEMBERS };
	for (uint32_t i = 0; i < MEMBERS; i++) {
		VrrpInstanceConfig *c = &b->instances[i];
		const Link l = unit_link(2 + i, links[i], true);
		const IpAddr ip = unit_ip("10.9.0.2");

		*c = unit_instance();
		b->vips[i] = unit_vips()[0];
		b->vips[i].dev = c->interface = links[i];
		c->name = names[i];
		c->priority = priorities[i];
		c->vips = &b->vips[i];
		c->n_vips = c->n_advertised = 1;
		c->garp = c->garp_lower_prio = (AnnouncePlan){ 0 };
		c->sync_group = &b->group;
		b->members[i] = i;
		(void)link_table_set(&b->links, &l);
		link_add_addr(link_by_name(&b->links, links[i]), &ip, 24);
	}
	b->script = (TrackScriptConfig){
		.name = "chk", .job.name = "chk", .interval_usec = 2 * SEC, .rise = 1, .fall = 1
	};
	b->config = (VrrpConfig){ .instances = b->instances,
		.n_instances = MEMBERS,
		.groups = &b->group,
		.n_groups = 1,
		.scripts = &b->script };
}

/* The second member tracks a script of weight 0. */
static void bench_script(Bench *b)
{
	b->config.n_scripts = 1;
	b->instances[1].scripts = &b->track;
	b->instances[1].n_scripts = 1;
}

static void bench_start(Bench *b)
{
	vrrp_engine_init(&b->e, &b->config, &b->links);
	vrrp_engine_start(&b->e, T0, &b->out);
}

static void bench_timer(Bench *b, Instant now)
{
	while (vrrp_engine_next_due(&b->e) <= now)
		vrrp_engine_timer(&b->e, vrrp_engine_next_due(&b->e), &b->out);
}

/* All are MASTER since T0 + LAST. */
static void bench_master(Bench *b)
{
	bench_start(b);
	bench_timer(b, T0 + LAST);
	unit_forget(&b->out);
}

static void bench_up(Bench *b, size_t i, bool up, Instant now)
{
	link_by_name(&b->links, links[i])->up = up;
	vrrp_engine_link(&b->e, links[i], now, &b->out);
}

static void bench_hear(Bench *b, size_t i, uint8_t priority, Instant now)
{
	const IpAddr src = unit_ip("10.9.0.3");
	uint8_t bytes[VRRP_PACKET_MAX];
	ByteWriter w = { .start = bytes, .cap = sizeof(bytes) };

	vrrp_packet_encode(&b->instances[i], 1, &src, priority, 1, &w);
	vrrp_engine_packet(&b->e,
		&(EventPacket){ .ifindex = 2 + (uint32_t)i, .bytes = bytes, .len = w.n }, now,
		&b->out);
}

static void bench_check(Bench *b, int code, Instant now)
{
	vrrp_engine_check_done(
		&b->e, 0, &(JobResult){ .end = JOB_EXITED, .code = code }, now, &b->out);
}

#define expect_all(b, s)                                                                           \
	do {                                                                                       \
		for (size_t i_ = 0; i_ < MEMBERS; i_++)                                            \
			assert_string_equal(                                                       \
				vrrp_state_name((b)->e.routers[i_].state), vrrp_state_name(s));    \
		assert_string_equal(vrrp_state_name((b)->e.groups[0].state), vrrp_state_name(s));  \
	} while (0)

#define expect_cause(b, i, text)                                                                   \
	do {                                                                                       \
		_cleanup_(strbuf_free) StrBuf got_ = { 0 };                                        \
		trace_text(&(b)->e.routers[i].cause, &got_);                                       \
		assert_string_equal(strbuf_text(&got_), (text));                                   \
	} while (0)

#define BECOMES_MASTER(name, id, priority)                                                         \
	"trace (" name ") Entering MASTER STATE\n"                                                 \
	"advert " priority "\n"                                                                    \
	"trace (" name ") setting VIPs.\n"                                                         \
	"want " id " on\n"                                                                         \
	"will " id " priority 0\n"
#define RESIGNS(name)                                                                              \
	"advert 0\n"                                                                               \
	"trace (" name ") sent 0 priority\n"
#define WITHDRAWS(name, id)                                                                        \
	"trace (" name ") removing VIPs.\n"                                                        \
	"want " id " off\n"                                                                        \
	"will " id " none\n"

/* ---- becoming MASTER ---------------------------------------------------------------------- */

static void all_become_master_when_the_last_wants_it(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_start(&b);
	expect_all(&b, VRRP_BACKUP);
	unit_forget(&b.out);
	bench_timer(&b, T0 + DOWN);
	expect_effects(&b.out,
		"trace VRRP_Group(G): V1 waits for the other members before it becomes MASTER\n");
	bench_timer(&b, T0 + LAST - 1);
	expect_effects(&b.out,
		"trace VRRP_Group(G): V2 waits for the other members before it becomes MASTER\n");
	expect_all(&b, VRRP_BACKUP);
	bench_timer(&b, T0 + LAST);
	/* Behaviour 57: the one that brought it about, then the others in the list's order. */
	expect_effects(&b.out, "trace (V3) Receive advertisement timeout\n"
			       "trace (V3) no master heard for 3.60 s\n" BECOMES_MASTER("V3", "2",
				       "100") "trace VRRP_Group(G) Syncing instances to "
					      "MASTER state\n" BECOMES_MASTER("V1", "0", "150")
						      BECOMES_MASTER("V2", "1", "120"));
	expect_all(&b, VRRP_MASTER);
	expect_cause(&b, 0, "(V1) follows the other members of sync group G");
	assert_int_equal(b.e.routers[0].due, T0 + LAST + SEC);
}

/* It goes on listening: a master that is there after all withdraws the wish. */
static void a_wish_is_withdrawn_by_a_master(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_start(&b);
	bench_timer(&b, T0 + DOWN);
	assert_true(b.e.routers[0].wishes);
	bench_hear(&b, 0, 200, T0 + DOWN + 1);
	assert_false(b.e.routers[0].wishes);
	assert_int_equal(b.e.routers[0].due, T0 + DOWN + 1 + DOWN);
	bench_timer(&b, T0 + LAST);
	expect_all(&b, VRRP_BACKUP);
	bench_timer(&b, T0 + 2 * DOWN);
	expect_all(&b, VRRP_BACKUP);
	bench_timer(&b, T0 + 2 * DOWN + 1);
	expect_all(&b, VRRP_MASTER);
}

/* A lower one does not withdraw it, nor does a change of priority set a timer. */
static void a_wish_stands_against_a_lower_master(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	const VrrpInput in = { .kind = VRRP_IN_PRIORITY, .priority = 250 };

	bench_init(&b);
	bench_start(&b);
	bench_timer(&b, T0 + DOWN);
	bench_hear(&b, 0, 10, T0 + DOWN + 1);
	vrrp_engine_step(&b.e, &b.e.routers[0], &in, T0 + DOWN + 1, &b.out);
	assert_true(b.e.routers[0].wishes);
	assert_int_equal(b.e.routers[0].due, INSTANT_NEVER);
	bench_timer(&b, T0 + LAST);
	expect_all(&b, VRRP_MASTER);
}

static void an_owner_waits_for_the_others(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	b.instances[0].priority = VRRP_PRIORITY_OWNER;
	b.instances[0].want_master = true;
	bench_start(&b);
	bench_timer(&b, T0);
	expect_all(&b, VRRP_BACKUP);
	assert_true(b.e.routers[0].wishes);
	bench_timer(&b, T0 + LAST);
	expect_all(&b, VRRP_MASTER);
}

/* Behaviour 13: one interval and 1/256 s, or of the interval in version 3; without a group nothing
 * is shortened, and nothing after a fault. */
static void state_master_waits_less(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	for (size_t i = 0; i < MEMBERS; i++)
		b.instances[i].want_master = true;
	b.instances[0].advert_usec = 2 * SEC;
	b.instances[1].version = 3;
	b.instances[1].advert_usec = SEC / 2;
	b.group.n_members = 2;
	b.instances[2].sync_group = NULL;
	bench_start(&b);
	assert_int_equal(b.e.routers[0].due, T0 + 2 * SEC + 3906);
	assert_int_equal(b.e.routers[1].due, T0 + SEC / 2 + 1953);
	assert_int_equal(b.e.routers[2].due, T0 + LAST);
	bench_up(&b, 0, false, T0 + SEC);
	bench_up(&b, 0, true, T0 + SEC);
	assert_int_equal(b.e.routers[0].due, T0 + SEC + 6 * SEC + SKEW);
}

/* ---- giving way --------------------------------------------------------------------------- */

static void all_give_way_when_one_does(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	const Instant now = T0 + LAST + SEC / 2;

	bench_init(&b);
	bench_master(&b);
	bench_hear(&b, 1, 200, now);
	/* No priority 0: somebody better is there. */
	expect_effects(&b.out,
		"trace (V2) Master received advert from 10.9.0.3 with higher priority 200, ours "
		"120\n" WITHDRAWS("V2", "1") "trace (V2) Entering BACKUP STATE\n"
					     "trace (V2) master set to 10.9.0.3\n"
					     "trace VRRP_Group(G) Syncing instances to BACKUP "
					     "state\n" WITHDRAWS("V1",
						     "0") "trace (V1) Entering "
							  "BACKUP "
							  "STATE\n" WITHDRAWS("V3",
								  "2") "trace (V3) Entering BACKUP "
								       "STATE\n");
	expect_all(&b, VRRP_BACKUP);
	/* The other has the higher address: it goes first if it cannot be MASTER of all either. */
	assert_int_equal(b.e.routers[0].due, now + DOWN + SEC);
	assert_int_equal(b.e.routers[2].due, now + LAST + SEC);
	/* The two others find nobody; as long as V2 hears a master they must wait. */
	for (Instant t = now; t < now + 20 * SEC; t += SEC) {
		bench_hear(&b, 1, 200, t);
		bench_timer(&b, t + SEC / 2);
		expect_all(&b, VRRP_BACKUP);
	}
}

/* Behaviour 39 for all: each says so and stands again after its skew. */
static void all_resign_when_one_loses_its_address(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	const Instant now = T0 + LAST + SEC / 2;

	bench_init(&b);
	bench_master(&b);
	vrrp_engine_addr_lost(&b.e, 1, &b.vips[1], now, &b.out);
	expect_effects(&b.out,
		"trace (V2) address 10.9.0.100 was removed from eth2 by another program\n" RESIGNS(
			"V2") WITHDRAWS("V2",
			"1") "trace (V2) Entering BACKUP STATE\n"
			     "trace VRRP_Group(G) Syncing instances to "
			     "BACKUP state\n" RESIGNS("V1") WITHDRAWS(
				     "V1", "0") "trace (V1) Entering BACKUP STATE\n" RESIGNS("V3")
				     WITHDRAWS("V3", "2") "trace (V3) Entering BACKUP STATE\n");
	expect_all(&b, VRRP_BACKUP);
	assert_int_equal(b.e.routers[0].due, now + SKEW);
	bench_timer(&b, now + 609375);
	expect_all(&b, VRRP_MASTER);
}

/* Behaviour 22: the addresses of all are announced anew. */
static void a_lower_master_is_answered_for_all(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	for (size_t i = 0; i < MEMBERS; i++)
		b.instances[i].garp_lower_prio.repeat = 1 + (uint32_t)i;
	bench_master(&b);
	bench_hear(&b, 1, 100, T0 + 4 * SEC);
	expect_effects(&b.out, "trace (V2) Received advert from 10.9.0.3 with lower priority 100, "
			       "ours 120, forcing new election\n"
			       "advert 120\n"
			       "trace (V2) Sending/queueing gratuitous ARPs for 1 addresses\n"
			       "announce 1 repeat 2\n"
			       "trace (V1) Sending/queueing gratuitous ARPs for 1 addresses\n"
			       "announce 0 repeat 1\n"
			       "trace (V3) Sending/queueing gratuitous ARPs for 1 addresses\n"
			       "announce 2 repeat 3\n");
	/* Not after priority 0, and not by a BACKUP. */
	bench_hear(&b, 1, 0, T0 + 4 * SEC);
	expect_effects(&b.out, "trace (V2) Master received priority 0 message\n"
			       "advert 120\n");
	bench_hear(&b, 1, 200, T0 + 4 * SEC);
	unit_forget(&b.out);
	bench_hear(&b, 1, 50, T0 + 4 * SEC);
	expect_effects(&b.out, "trace (V2) received lower priority (50) advert from 10.9.0.3 - "
			       "discarding\n");
}

/* ---- faults ------------------------------------------------------------------------------- */

static void all_are_in_fault_when_one_is(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	const Instant now = T0 + LAST + SEC / 2;

	bench_init(&b);
	bench_master(&b);
	bench_up(&b, 1, false, now);
	/* Behaviour 33: the healthy ones say priority 0 once. */
	expect_effects(&b.out,
		"trace (V2): entering FAULT state (interface eth2 down)\n" RESIGNS("V2") WITHDRAWS(
			"V2", "1") "trace (V2) Entering FAULT STATE\n"
				   "trace VRRP_Group(G) Syncing instances to FAULT state\n"
				   "trace (V1): entering FAULT state (V2, of the same sync group, "
				   "is)\n" RESIGNS("V1") WITHDRAWS("V1",
					   "0") "trace (V1) Entering FAULT STATE\n"
						"trace (V3): entering FAULT state (V2, of the same "
						"sync group, is)\n" RESIGNS("V3") WITHDRAWS(
							"V3", "2") "trace (V3) Entering FAULT "
								   "STATE\n");
	expect_all(&b, VRRP_FAULT);
	/* Nobody takes over on its own meanwhile. */
	bench_timer(&b, now + 60 * SEC);
	bench_hear(&b, 0, 0, now + 60 * SEC);
	expect_all(&b, VRRP_FAULT);
	unit_forget(&b.out);
	bench_up(&b, 1, true, now + 60 * SEC);
	expect_effects(&b.out, "trace (V2) Entering BACKUP STATE\n"
			       "trace VRRP_Group(G) Syncing instances to BACKUP state\n"
			       "trace (V1) Entering BACKUP STATE\n"
			       "trace (V3) Entering BACKUP STATE\n");
	expect_all(&b, VRRP_BACKUP);
	assert_int_equal(b.e.routers[0].due, now + 60 * SEC + DOWN);
}

/* Whatever the order in which faults come and go. */
static void fault_ends_with_the_last(void **state _unused_)
{
	static const size_t orders[][2] = { { 0, 1 }, { 1, 0 }, { 2, 0 }, { 1, 2 } };

	for (size_t o = 0; o < ARRAY_LEN(orders); o++)
		for (size_t turn = 0; turn < 2; turn++) {
			_cleanup_(bench_free) Bench b;
			const size_t first = orders[o][0], second = orders[o][1];
			const size_t stays = turn ? first : second;
			char text[128];

			bench_init(&b);
			bench_master(&b);
			bench_up(&b, first, false, T0 + 5 * SEC);
			bench_up(&b, second, false, T0 + 6 * SEC);
			expect_all(&b, VRRP_FAULT);
			bench_up(&b, turn ? second : first, true, T0 + 7 * SEC);
			expect_all(&b, VRRP_FAULT);
			/* Each says why it is in FAULT now. */
			for (size_t i = 0; i < MEMBERS; i++) {
				if (i == stays)
					(void)snprintf(text, sizeof(text),
						"(%s): entering FAULT state (interface %s down)",
						names[i], links[i]);
				else
					(void)snprintf(text, sizeof(text),
						"(%s): entering FAULT state (%s, of the same sync "
						"group, is)",
						names[i], names[stays]);
				expect_cause(&b, i, text);
			}
			bench_up(&b, stays, true, T0 + 8 * SEC);
			expect_all(&b, VRRP_BACKUP);
		}
}

/* A fault of the group is not one of the member itself. */
static void group_faults_stand_behind_own_ones(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_master(&b);
	bench_up(&b, 1, false, T0 + 5 * SEC);
	bench_up(&b, 2, false, T0 + 5 * SEC);
	assert_int_equal(vrrp_health_fault(&b.e, &b.e.routers[0], 0).reason, TRACE_NONE);
	assert_int_equal(vrrp_health_fault(&b.e, &b.e.routers[1], 0).reason, TRACE_FAULT_INTERFACE);
	assert_string_equal(vrrp_group_fault(&b.e, &b.e.routers[0], 0).object, "V2");
	assert_string_equal(vrrp_group_fault(&b.e, &b.e.routers[0], 1).object, "V3");
	assert_int_equal(vrrp_group_fault(&b.e, &b.e.routers[0], 2).reason, TRACE_NONE);
	assert_string_equal(vrrp_group_fault(&b.e, &b.e.routers[1], 0).object, "V3");
	assert_int_equal(vrrp_group_fault(&b.e, &b.e.routers[1], 1).reason, TRACE_NONE);
}

/* One link under several members: each tells of its own trouble. */
static void members_on_one_link(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	b.instances[1].interface = b.vips[1].dev = "eth1";
	b.instances[1].vrid = 52;
	bench_master(&b);
	bench_up(&b, 0, false, T0 + 5 * SEC);
	expect_all(&b, VRRP_FAULT);
	vec_foreach(e, &b.out.list)
		if (e->kind == EFFECT_TRACE && e->trace.reason == TRACE_FAULT_GROUP)
			assert_string_equal(e->trace.subject, "V3");
	expect_cause(&b, 0, "(V1): entering FAULT state (interface eth1 down)");
	expect_cause(&b, 1, "(V2): entering FAULT state (interface eth1 down)");
	expect_cause(&b, 2, "(V3): entering FAULT state (V1, of the same sync group, is)");
	bench_up(&b, 0, true, T0 + 6 * SEC);
	expect_all(&b, VRRP_BACKUP);
}

/* ---- start and stop ----------------------------------------------------------------------- */

static void start_with_a_fault(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	link_by_name(&b.links, links[2])->up = false;
	bench_start(&b);
	expect_all(&b, VRRP_FAULT);
	/* The group first; nobody is BACKUP in between. */
	expect_effects(&b.out, "listen 2 224.0.0.18\n"
			       "listen 3 224.0.0.18\n"
			       "listen 4 224.0.0.18\n"
			       "trace VRRP_Group(G) Syncing instances to FAULT state\n"
			       "trace (V1): entering FAULT state (V3, of the same sync group, is)\n"
			       "trace (V1) removing VIPs.\n"
			       "want 0 off\n"
			       "trace (V1) Entering FAULT STATE (init)\n"
			       "trace (V2): entering FAULT state (V3, of the same sync group, is)\n"
			       "trace (V2) removing VIPs.\n"
			       "want 1 off\n"
			       "trace (V2) Entering FAULT STATE (init)\n"
			       "trace (V3): entering FAULT state (interface eth3 down)\n"
			       "trace (V3) removing VIPs.\n"
			       "want 2 off\n"
			       "trace (V3) Entering FAULT STATE (init)\n");
}

/* Behaviour 113 holds for the whole group: silent until the check has ended. */
static void all_wait_for_a_check(void **state _unused_)
{
	for (int code = 0; code < 2; code++) {
		_cleanup_(bench_free) Bench b;

		bench_init(&b);
		bench_script(&b);
		bench_start(&b);
		for (size_t i = 0; i < MEMBERS; i++)
			assert_int_equal(b.e.routers[i].state, VRRP_FAULT);
		assert_int_equal(b.e.groups[0].state, VRRP_INIT);
		expect_cause(&b, 0, "(V1) waiting for the first result of script chk");
		vec_foreach(e, &b.out.list)
			if (e->kind == EFFECT_TRACE)
				assert_int_equal(trace_level(e->trace.reason), TRACE_LEVEL_DETAIL);
		unit_forget(&b.out);
		bench_check(&b, code, T0 + SEC);
		if (!code) {
			expect_all(&b, VRRP_BACKUP);
			assert_int_equal(b.e.routers[0].due, T0 + SEC + DOWN);
			continue;
		}
		expect_all(&b, VRRP_FAULT);
		expect_cause(&b, 1, "(V2): entering FAULT state due to script chk");
		expect_cause(&b, 0, "(V1): entering FAULT state (V2, of the same sync group, is)");
		bench_check(&b, 0, T0 + 3 * SEC);
		expect_all(&b, VRRP_BACKUP);
	}
}

static void all_stop(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;

	bench_init(&b);
	bench_master(&b);
	vrrp_engine_stop(&b.e, T0 + 5 * SEC, &b.out);
	expect_all(&b, VRRP_STOP);
	expect_effects(&b.out,
		RESIGNS("V1") WITHDRAWS("V1", "0") "trace (V1) Entering STOP STATE\n" RESIGNS("V2")
			WITHDRAWS("V2", "1") "trace (V2) Entering STOP STATE\n" RESIGNS("V3")
				WITHDRAWS("V3", "2") "trace (V3) Entering STOP STATE\n");
}

/* ---- reload ------------------------------------------------------------------------------- */

/* Goes on from `from` with the same instances and links, `config` being changed by the caller. */
static void bench_reload(Bench *b, Bench *from, Instant now)
{
	_cleanup_(arena_free) Arena arena = { 0 };
	const VrrpReload reload = vrrp_reload_match(&from->config, &b->config, &arena);

	vrrp_engine_init(&b->e, &b->config, &b->links);
	vrrp_engine_retire(&from->e, &reload, now, &b->out);
	vrrp_engine_adopt(&b->e, &from->e, &reload, now, &b->out);
}

/* A member that is new waits as any other does; if nobody is heard it is MASTER as its group is, if
 * somebody is, the group gives way. */
static void reload_adds_a_member(void **state _unused_)
{
	for (int heard = 0; heard < 2; heard++) {
		_cleanup_(bench_free) Bench a, b;

		bench_init(&a);
		a.config.n_instances = a.group.n_members = 2;
		a.instances[0].priority = 100;
		bench_master(&a);
		bench_init(&b);
		bench_reload(&b, &a, T0 + 4 * SEC);
		assert_int_equal(b.e.routers[0].state, VRRP_MASTER);
		assert_int_equal(b.e.routers[2].state, VRRP_BACKUP);
		assert_int_equal(b.e.groups[0].state, VRRP_MASTER);
		bench_hear(&b, 2, heard ? 200 : 50, T0 + 5 * SEC);
		bench_timer(&b, T0 + 4 * SEC + LAST);
		expect_all(&b, heard ? VRRP_BACKUP : VRRP_MASTER);
	}
}

static void reload_takes_the_culprit_out(void **state _unused_)
{
	_cleanup_(bench_free) Bench a, b;

	bench_init(&a);
	bench_master(&a);
	bench_up(&a, 2, false, T0 + 4 * SEC);
	bench_init(&b);
	b.config.n_instances = b.group.n_members = 2;
	bench_reload(&b, &a, T0 + 5 * SEC);
	assert_int_equal(b.e.routers[0].state, VRRP_BACKUP);
	assert_int_equal(b.e.routers[1].state, VRRP_BACKUP);
	assert_int_equal(b.e.groups[0].state, VRRP_BACKUP);
}

static void reload_brings_a_culprit(void **state _unused_)
{
	_cleanup_(bench_free) Bench a, b;

	bench_init(&a);
	a.config.n_instances = a.group.n_members = 2;
	bench_master(&a);
	bench_init(&b);
	link_by_name(&b.links, links[2])->up = false;
	bench_reload(&b, &a, T0 + 5 * SEC);
	expect_all(&b, VRRP_FAULT);
}

/* A reload adds a check to a member: nobody lets go before it has failed. */
static void reload_brings_a_check(void **state _unused_)
{
	for (int master = 0; master < 2; master++) {
		_cleanup_(bench_free) Bench a, b;

		bench_init(&a);
		bench_start(&a);
		bench_timer(&a, master ? T0 + LAST : T0 + SEC);
		bench_init(&b);
		bench_script(&b);
		bench_reload(&b, &a, T0 + 4 * SEC);
		expect_all(&b, master ? VRRP_MASTER : VRRP_BACKUP);
		bench_check(&b, 1, T0 + 5 * SEC);
		expect_all(&b, VRRP_FAULT);
	}
}

/* Nor for a member that is new and must wait for its check. */
static void reload_adds_a_member_with_a_check(void **state _unused_)
{
	for (int code = 0; code < 2; code++) {
		_cleanup_(bench_free) Bench a, b;

		bench_init(&a);
		a.config.n_instances = a.group.n_members = 2;
		bench_start(&a);
		bench_timer(&a, T0 + LAST);
		assert_int_equal(a.e.groups[0].state, VRRP_MASTER);
		bench_init(&b);
		bench_script(&b);
		b.instances[1].n_scripts = 0;
		b.instances[2].scripts = &b.track;
		b.instances[2].n_scripts = 1;
		bench_reload(&b, &a, T0 + 4 * SEC);
		assert_int_equal(b.e.routers[0].state, VRRP_MASTER);
		assert_int_equal(b.e.routers[2].state, VRRP_FAULT);
		assert_int_equal(b.e.groups[0].state, VRRP_MASTER);
		assert_int_equal(vrrp_group_fault(&b.e, &b.e.routers[0], 0).reason, TRACE_NONE);
		vrrp_engine_link(&b.e, "eth1", T0 + 4 * SEC, &b.out);
		assert_int_equal(b.e.routers[0].state, VRRP_MASTER);
		unit_forget(&b.out);
		bench_check(&b, code, T0 + 5 * SEC);
		if (code) {
			expect_all(&b, VRRP_FAULT);
			continue;
		}
		expect_effects(&b.out, "trace VRRP_Script(chk) succeeded\n"
				       "trace (V3) Entering BACKUP STATE\n");
		assert_int_equal(b.e.groups[0].state, VRRP_MASTER);
		bench_timer(&b, T0 + 5 * SEC + LAST);
		expect_all(&b, VRRP_MASTER);
	}
}

/* Two are new, and one of them waits for its check: the other one waits for nothing else. */
static void reload_adds_two_members_and_a_check(void **state _unused_)
{
	for (int code = 0; code < 2; code++) {
		_cleanup_(bench_free) Bench a, b;

		bench_init(&a);
		a.config.n_instances = a.group.n_members = 1;
		bench_master(&a);
		bench_init(&b);
		bench_script(&b);
		bench_reload(&b, &a, T0 + 4 * SEC);
		assert_int_equal(b.e.routers[0].state, VRRP_MASTER);
		bench_check(&b, code, T0 + 5 * SEC);
		if (code) {
			expect_all(&b, VRRP_FAULT);
			continue;
		}
		assert_int_equal(b.e.routers[0].state, VRRP_MASTER);
		assert_int_equal(b.e.routers[1].state, VRRP_BACKUP);
		assert_int_equal(b.e.routers[2].state, VRRP_BACKUP);
		bench_timer(&b, T0 + 5 * SEC + LAST);
		expect_all(&b, VRRP_MASTER);
	}
}

static void reload_keeps_a_wish(void **state _unused_)
{
	for (int group = 0; group < 2; group++) {
		_cleanup_(bench_free) Bench a, b;

		bench_init(&a);
		bench_start(&a);
		bench_timer(&a, T0 + DOWN);
		bench_init(&b);
		if (!group)
			b.instances[0].sync_group = NULL;
		b.config.n_groups = (size_t)group;
		if (!group)
			b.instances[1].sync_group = b.instances[2].sync_group = NULL;
		bench_reload(&b, &a, T0 + DOWN + 1);
		bench_timer(&b, T0 + DOWN + 1);
		assert_int_equal(b.e.routers[0].state, group ? VRRP_BACKUP : VRRP_MASTER);
		bench_timer(&b, T0 + LAST);
		assert_int_equal(b.e.routers[0].state, VRRP_MASTER);
	}
}

/* ---- status ------------------------------------------------------------------------------- */

static bool has_addr(const void *data _unused_, uint32_t id _unused_, size_t i _unused_)
{
	return false;
}

static void no_jobs(
	const void *data _unused_, JobKey key _unused_, Instant now _unused_, Status *out _unused_)
{
}

static void status_tells_whose_fault_it_is(void **state _unused_)
{
	_cleanup_(bench_free) Bench b;
	_cleanup_(arena_free) Arena arena = { 0 };
	_cleanup_(strbuf_free) StrBuf text = { 0 };
	Status *s = status_new(&arena);

	bench_init(&b);
	bench_master(&b);
	bench_up(&b, 1, false, T0 + 5 * SEC);
	vrrp_engine_status(&b.e, T0 + 5 * SEC, has_addr, no_jobs, NULL, s);
	status_plain(s, &text);
	assert_non_null(strstr(strbuf_text(&text), "entering FAULT state (interface eth2 down)"));
	assert_non_null(strstr(
		strbuf_text(&text), "entering FAULT state (V2, of the same sync group, is)"));
	assert_non_null(strstr(strbuf_text(&text), "\nG\n"));
	assert_non_null(strstr(strbuf_text(&text), "V1, V2, V3\n"));
}

static const struct CMUnitTest tests[] = {
	T(all_become_master_when_the_last_wants_it),
	T(a_wish_is_withdrawn_by_a_master),
	T(a_wish_stands_against_a_lower_master),
	T(an_owner_waits_for_the_others),
	T(state_master_waits_less),
	T(all_give_way_when_one_does),
	T(all_resign_when_one_loses_its_address),
	T(a_lower_master_is_answered_for_all),
	T(all_are_in_fault_when_one_is),
	T(fault_ends_with_the_last),
	T(group_faults_stand_behind_own_ones),
	T(members_on_one_link),
	T(start_with_a_fault),
	T(all_wait_for_a_check),
	T(all_stop),
	T(reload_adds_a_member),
	T(reload_takes_the_culprit_out),
	T(reload_brings_a_culprit),
	T(reload_brings_a_check),
	T(reload_adds_a_member_with_a_check),
	T(reload_adds_two_members_and_a_check),
	T(reload_keeps_a_wish),
	T(status_tells_whose_fault_it_is),
};

unit_main(tests)
