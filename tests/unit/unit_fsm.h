/* SPDX-License-Identifier: MIT */
#pragma once

/* unit_fsm: a virtual router on the bench. It stands on eth0 (index 2) with the address 10.9.0.2,
 * priority 150, version 2, one advert a second, so that its skew is 414062 us and its master down
 * time 3414062 us (behaviour 4). `lower` and `higher` are neighbours by address. */

#include "unit.h"

#define SEC USEC_PER_SEC

enum { SKEW = 414062, DOWN = 3414062 };
#define T0 (100 * SEC)

#define LOWER_ADDR  "10.9.0.1"
#define OWN_ADDR    "10.9.0.2"
#define HIGHER_ADDR "10.9.0.3"

typedef struct Fsm {
	VrrpInstanceConfig config;
	VrrpRouter r;
	Effects out;
} Fsm;

static inline void fsm_free(Fsm *f)
{
	effects_free(&f->out);
}

/* Before START; the configuration may be changed until then. */
static inline void fsm_init(Fsm *f)
{
	*f = (Fsm){ .config = unit_instance() };
}

static inline void fsm_input(Fsm *f, VrrpInputKind kind, Instant now)
{
	vrrp_fsm_step(&f->r, &(VrrpInput){ .kind = kind }, now, &f->out);
}

static inline void fsm_cause(Fsm *f, VrrpInputKind kind, TraceReason reason, Instant now)
{
	const TraceRecord cause = {
		.reason = reason, .subject = "VI", .object = "eth0", .ip = unit_ip("10.9.0.100")
	};

	vrrp_fsm_step(&f->r, &(VrrpInput){ .kind = kind, .cause = cause }, now, &f->out);
}

static inline void fsm_set_priority(Fsm *f, uint8_t priority, Instant now)
{
	vrrp_fsm_step(&f->r, &(VrrpInput){ .kind = VRRP_IN_PRIORITY, .priority = priority }, now,
		&f->out);
}

static inline void fsm_hear_interval(
	Fsm *f, uint8_t priority, const char *from, Span interval, Instant now)
{
	const VrrpAdvert a = { .src = unit_ip(from),
		.priority = priority,
		.advert_usec = interval,
		.same_addresses = true,
		.n_addresses = 2 };

	vrrp_fsm_step(&f->r, &(VrrpInput){ .kind = VRRP_IN_ADVERT, .advert = &a }, now, &f->out);
}

static inline void fsm_hear(Fsm *f, uint8_t priority, const char *from, Instant now)
{
	fsm_hear_interval(f, priority, from, f->config.advert_usec, now);
}

/* A router in INIT, on its link. */
static inline void fsm_new(Fsm *f)
{
	vrrp_router_init(&f->r, &f->config, 0);
	f->r.ifindex = 2;
	f->r.source = unit_ip(OWN_ADDR);
}

/* BACKUP since T0, nothing heard. */
static inline void fsm_backup(Fsm *f)
{
	fsm_new(f);
	fsm_input(f, VRRP_IN_START, T0);
	unit_forget(&f->out);
}

/* MASTER since T0. */
static inline void fsm_master(Fsm *f)
{
	fsm_new(f);
	fsm_input(f, VRRP_IN_START, T0 - DOWN);
	fsm_input(f, VRRP_IN_TIMER, T0);
	unit_forget(&f->out);
	assert_int_equal(f->r.state, VRRP_MASTER);
}

/* FAULT since T0 because eth0 is down. */
static inline void fsm_fault(Fsm *f)
{
	fsm_new(f);
	fsm_cause(f, VRRP_IN_START, TRACE_FAULT_INTERFACE, T0);
	unit_forget(&f->out);
	assert_int_equal(f->r.state, VRRP_FAULT);
}

#define expect_state(f, state, due) fsm_expect_state((f), (state), (due), __FILE__, __LINE__)

static inline void fsm_expect_state(
	const Fsm *f, VrrpState state, Instant due, const char *file, int line)
{
	_assert_string_equal(vrrp_state_name(f->r.state), vrrp_state_name(state), file, line);
	_assert_int_equal(f->r.due, due, file, line);
}

/* What BACKUP says when it takes over, behind the line with the cause, with these addresses, in the
 * order of behaviour 35: advert, addresses, announcements. */
#define TAKES_OVER                                                                                 \
	"trace (VI) Entering MASTER STATE\n"                                                       \
	"advert 150\n"                                                                             \
	"trace (VI) setting VIPs.\n"                                                               \
	"want 0 on\n"                                                                              \
	"trace (VI) Sending/queueing gratuitous ARPs for 2 addresses\n"                            \
	"announce 0 repeat 5\n"                                                                    \
	"will 0 priority 0\n"

/* What MASTER does when it withdraws. */
#define RESIGNS                                                                                    \
	"advert 0\n"                                                                               \
	"trace (VI) sent 0 priority\n"
#define WITHDRAWS                                                                                  \
	"trace (VI) removing VIPs.\n"                                                              \
	"want 0 off\n"                                                                             \
	"will 0 none\n"
