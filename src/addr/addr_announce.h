/* SPDX-License-Identifier: MIT */
#pragma once

/* Gratuitous ARP for the addresses of an owner: a burst of rounds over all its addresses (A B A B),
 * the same once more after a delay, then refreshes. Frames are made a bounded number in a step. */

#include "addr/addr_manager.h"
#include "base/timerq.h"

typedef struct Announcement {
	AnnouncePlan plan;
	bool active;
	uint32_t rounds;  /* left in the burst that is running */
	size_t next_addr; /* in the round that is running */
	Instant again;	  /* the second burst */
	Instant refresh;
} Announcement;

typedef struct Announcer {
	const AddrManager *addrs;
	const LinkTable *links;
	Announcement *owners;
	TimerQ timers; /* one for each owner; due at once while a burst runs */
	VEC(Instant)
	dev_free; /* by slot of AddrManager.devs: when the next frame may go (pacing) */
} Announcer;

void announcer_init(Announcer *a, const AddrManager *addrs, const LinkTable *links);
void announcer_free(Announcer *a);
void announcer_start(Announcer *a, uint32_t owner, const AnnouncePlan *plan, Instant now);
/* What `old` was announcing for its owner `was` goes on for `owner`; refreshes follow the plan. */
void announcer_adopt(Announcer *a, uint32_t owner, const Announcer *old, uint32_t was,
	const AnnouncePlan *plan, Instant now);
void announcer_stop(Announcer *a, uint32_t owner);
/* Frames live in scratch. */
void announcer_step(Announcer *a, Instant now, Ops *out, Arena *scratch);
Instant announcer_next_due(Announcer *a);
