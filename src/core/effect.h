/* SPDX-License-Identifier: MIT */
#pragma once

/* All that an engine can ask for. A floating address of the VRRP engine and one of the cluster
 * engine are the same effect, and so are a check script and a resource agent. */

#include "base/arena.h"
#include "base/vec.h"
#include "core/job.h"
#include "core/net.h"
#include "core/trace.h"
#include "core/watch.h"

/* How addresses are made known to the neighbours (gratuitous ARP). */
typedef struct AnnouncePlan {
	uint32_t repeat;	 /* rounds over all addresses, back to back */
	Span delay_usec;	 /* the same again after this; 0: never */
	Span refresh_usec;	 /* and from then on every so often; 0: never */
	uint32_t refresh_repeat; /* rounds of a refresh */
	Span interval_usec;	 /* between two frames on an interface; 0: no pause */
} AnnouncePlan;

typedef enum EffectKind {
	EFFECT_ADVERT,		/* send a VRRP packet */
	EFFECT_LISTEN,		/* hear VRRP packets to a group or to ourselves, or no longer */
	EFFECT_ADDR_WANT,	/* the owner's addresses shall (not) be on this machine */
	EFFECT_ANNOUNCE,	/* tell the neighbours of the owner's addresses */
	EFFECT_JOB,		/* run a program; its key says to whom the result goes */
	EFFECT_JOB_CANCEL,	/* nobody waits for it any more: end it */
	EFFECT_WILL,		/* packets for the supervisor to send should this process die */
	EFFECT_WATCH_FILE,	/* report what stands in it, now and at each change; or no longer */
	EFFECT_WATCH_PROCESSES, /* report all processes that there are, and new ones; or no more */
	EFFECT_WATCH_PID,	/* report the end of this process at once, also if it has ended
				 * already; asked twice is asked once */
	EFFECT_FIFO_OPEN,	/* make it if need be and keep it open */
	EFFECT_FIFO_CLOSE,
	EFFECT_FIFO_LINE,
	EFFECT_TRACE,
} EffectKind;

typedef struct EffectSend {
	uint32_t owner;	  /* EFFECT_WILL: whose; at most one each */
	uint32_t ifindex; /* that of the sender; packets to a group leave there */
	IpAddr dst;
	const uint8_t *bytes; /* in the step's scratch; len 0 in EFFECT_WILL: nothing to say */
	size_t len;
	uint32_t n; /* EFFECT_WILL: so many packets of equal length, one after the other */
} EffectSend;

typedef struct Effect {
	EffectKind kind;
	union {
		EffectSend send;
		struct {
			uint32_t ifindex;
			IpAddr group; /* or our own address */
			bool off;
		} listen;
		struct {
			uint32_t owner;
			bool on;
		} addr_want;
		struct {
			uint32_t owner;
			AnnouncePlan plan;
		} announce;
		struct {
			JobKey key;
			const JobSpec *spec;
		} job;
		WatchFile watch_file;
		bool watch_processes;
		int32_t watch_pid;
		FifoOp fifo;
		TraceRecord trace;
	};
} Effect;

/* The effects of one step, with the memory that they point to. */
typedef struct Effects {
	VEC(Effect) list;
	Arena scratch;
} Effects;

static inline void effects_free(Effects *e)
{
	vec_free(&e->list);
	arena_free(&e->scratch);
}

static inline void effects_add(Effects *e, Effect effect)
{
	vec_push(&e->list, effect);
}

static inline void effects_trace(Effects *e, TraceRecord t)
{
	effects_add(e, (Effect){ .kind = EFFECT_TRACE, .trace = t });
}
