/* SPDX-License-Identifier: MIT */
#include "addr/addr_announce.h"

#include "base/bytes.h"

enum { ARP_FRAME = 42 };

void announcer_init(Announcer *a, const AddrManager *addrs, const LinkTable *links)
{
	*a = (Announcer){
		.addrs = addrs,
		.links = links,
		.owners = mem_alloc(addrs->n_owners, sizeof(*a->owners)),
	};
	timerq_init(&a->timers, (uint32_t)addrs->n_owners);
}

void announcer_free(Announcer *a)
{
	free(a->owners);
	vec_free(&a->dev_free);
	timerq_free(&a->timers);
}

static Instant announcement_due(const Announcement *n, Instant now)
{
	if (!n->active)
		return INSTANT_NEVER;
	return n->rounds ? now : MIN(n->again, n->refresh);
}

void announcer_start(Announcer *a, uint32_t owner, const AnnouncePlan *plan, Instant now)
{
	Announcement *n = &a->owners[owner];
	const Announcement before = *n;

	*n = (Announcement){
		.plan = *plan,
		.active = true,
		.rounds = plan->repeat,
		.again = plan->delay_usec ? instant_add(now, plan->delay_usec) : INSTANT_NEVER,
		.refresh =
			plan->refresh_usec ? instant_add(now, plan->refresh_usec) : INSTANT_NEVER,
	};
	if (before.active) {
		/* A burst in between (a master of lower priority was heard) takes nothing away. */
		n->rounds = MAX(n->rounds, before.rounds);
		n->next_addr = before.next_addr;
		n->again = MIN(n->again, before.again);
		if (!plan->refresh_usec) {
			n->refresh = before.refresh;
			n->plan.refresh_usec = before.plan.refresh_usec;
			n->plan.refresh_repeat = before.plan.refresh_repeat;
		}
	}
	timerq_set(&a->timers, owner, announcement_due(n, now));
}

void announcer_adopt(Announcer *a, uint32_t owner, const Announcer *old, uint32_t was,
	const AnnouncePlan *plan, Instant now)
{
	Announcement *n = &a->owners[owner];
	const bool refreshed = old->owners[was].plan.refresh_usec == plan->refresh_usec;

	*n = old->owners[was];
	if (!n->active || !a->addrs->owners[owner].n) {
		n->active = false;
		return;
	}
	if (n->next_addr >= a->addrs->owners[owner].n)
		n->next_addr = 0;
	n->plan.refresh_usec = plan->refresh_usec;
	n->plan.refresh_repeat = plan->refresh_repeat;
	if (!refreshed)
		n->refresh =
			plan->refresh_usec ? instant_add(now, plan->refresh_usec) : INSTANT_NEVER;
	timerq_set(&a->timers, owner, announcement_due(n, now));
}

void announcer_stop(Announcer *a, uint32_t owner)
{
	a->owners[owner].active = false;
	timerq_set(&a->timers, owner, INSTANT_NEVER);
}

/* RFC 5227, 3: a request for one's own address; keepalived fills the target hardware address with
 * ones (behaviour 61). */
static void announce_arp(const Link *l, const AddrSpec *spec, Ops *out, Arena *scratch)
{
	static const uint8_t all[6] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
	ByteWriter w = { .start = arena_alloc(scratch, ARP_FRAME, 1), .cap = ARP_FRAME };

	bytes_put(&w, all, 6);
	bytes_put(&w, l->hw, 6);
	bytes_put_u16(&w, 0x0806);
	bytes_put_u16(&w, 1);	   /* Ethernet */
	bytes_put_u16(&w, 0x0800); /* IPv4 */
	bytes_put_u8(&w, 6);
	bytes_put_u8(&w, 4);
	bytes_put_u16(&w, 1); /* request */
	bytes_put(&w, l->hw, 6);
	bytes_put(&w, spec->ip.bytes, 4);
	bytes_put(&w, all, 6);
	bytes_put(&w, spec->ip.bytes, 4);
	assert(!w.bad && w.n == ARP_FRAME);
	ops_add(out, (Op){ .kind = OP_SEND_FRAME,
			     .send = { .ifindex = l->ifindex, .bytes = w.start, .len = w.n } });
}

static Instant *announcer_pace(Announcer *a, uint32_t owner, size_t i)
{
	const AddrManager *m = a->addrs;
	const uint32_t dev = m->entries.items[m->owners[owner].entries[i]].dev;

	while (a->dev_free.n <= dev)
		vec_push(&a->dev_free, 0);
	return &a->dev_free.items[dev];
}

/* One frame of a running burst. False when the interface must pause: *ret_due says until when. */
static bool announce_one(
	Announcer *a, uint32_t owner, Instant now, Ops *out, Arena *scratch, Instant *ret_due)
{
	const AddrOwner *o = &a->addrs->owners[owner];
	Announcement *n = &a->owners[owner];
	Instant *free_at = announcer_pace(a, owner, n->next_addr);
	const Link *l =
		link_by_index(a->links, addr_manager_ifindex(a->addrs, owner, n->next_addr));

	if (now < *free_at) {
		*ret_due = *free_at;
		return false;
	}
	if (l && !l->noarp && o->specs[n->next_addr].ip.family == IP_V4) {
		announce_arp(l, &o->specs[n->next_addr], out, scratch);
		*free_at = instant_add(now, n->plan.interval_usec);
	}
	if (++n->next_addr == o->n) {
		n->next_addr = 0;
		n->rounds--;
	}
	return true;
}

static void announcement_wake(Announcement *n, Instant now)
{
	if (n->rounds)
		return;
	if (now >= n->again) {
		n->again = INSTANT_NEVER;
		n->rounds = n->plan.repeat;
	} else if (now >= n->refresh) {
		n->rounds = n->plan.refresh_repeat;
	}
	if (now >= n->refresh)
		n->refresh = instant_add(now, n->plan.refresh_usec);
}

void announcer_step(Announcer *a, Instant now, Ops *out, Arena *scratch)
{
	size_t frames = 0;
	uint32_t owner;

	while (frames < LIMIT_STEP_FRAMES && timerq_next(&a->timers, &owner) <= now) {
		Announcement *n = &a->owners[owner];
		Instant due = now;

		announcement_wake(n, now);
		while (n->rounds && frames < LIMIT_STEP_FRAMES &&
			announce_one(a, owner, now, out, scratch, &due))
			frames++;
		if (!n->rounds)
			due = announcement_due(n, now);
		timerq_set(&a->timers, owner, due);
	}
}

Instant announcer_next_due(Announcer *a)
{
	return timerq_next(&a->timers, NULL);
}
