/* SPDX-License-Identifier: MIT */
#pragma once

/* addr: floating addresses on this machine. An owner (a router, later a resource) registers its
 * addresses once and then says whether it wants them; the manager compares what is wanted with what
 * the kernel reported and emits the difference, a bounded number of ops in a step so that adverts
 * are not kept waiting. It never announces: addr_announce does. */

#include "base/map.h"
#include "core/effect.h"
#include "core/event.h"
#include "core/op.h"

typedef struct AddrEntry {
	const AddrSpec *spec; /* borrowed */
	uint32_t dev;	      /* slot */
	uint32_t wants;	      /* owners that want it now */
	uint32_t dels;	      /* our removals that the kernel has not reported yet */
	bool seen;	      /* on the machine, as far as we know */
	bool queued;
	bool stale; /* not told again yet since EVENT_RESYNC */
} AddrEntry;

typedef struct AddrDev {
	const char *name; /* borrowed from a spec */
	uint32_t ifindex; /* 0: the link is not there */
} AddrDev;

typedef struct AddrOwner {
	const AddrSpec *specs; /* borrowed */
	size_t n;
	uint32_t *entries; /* n indexes */
	bool wanted;
} AddrOwner;

typedef struct AddrManager {
	VEC(AddrEntry) entries;
	VEC(AddrDev) devs;
	VEC(uint32_t) queue; /* entries whose wanted and seen may differ */
	size_t queue_head;
	AddrOwner *owners;
	size_t n_owners;
	Map by_key; /* (dev, address, length) -> entry */
} AddrManager;

void addr_manager_init(AddrManager *m, size_t n_owners);
void addr_manager_free(AddrManager *m);
/* Once for each owner. The specs must outlive the manager. */
void addr_manager_own(AddrManager *m, uint32_t owner, const AddrSpec *specs, size_t n);
void addr_manager_want(AddrManager *m, uint32_t owner, bool on);

/* The link of this name has this index now (0: gone, with all its addresses). */
void addr_manager_link(AddrManager *m, const char *name, uint32_t ifindex);

typedef enum AddrSeen {
	ADDR_FOREIGN, /* none of ours */
	ADDR_MANAGED, /* ours, nothing more to do */
	ADDR_LOST,    /* a wanted one was removed by another program: ret_entry */
} AddrSeen;

AddrSeen addr_manager_seen(AddrManager *m, const EventAddr *a, bool present, uint32_t *ret_entry);
/* EVENT_RESYNC: what is there will be told anew. */
void addr_manager_resync(AddrManager *m);
/* After that: walks the addresses that were not told, starting at entry 0. True for each that is
 * wanted, as for ADDR_LOST. */
bool addr_manager_next_stale(AddrManager *m, uint32_t *entry);
bool addr_manager_owner_wants(const AddrManager *m, uint32_t owner, uint32_t entry);
/* The kernel refused to add or remove an address. True when that is as good as done: it was there
 * already, or not there (behaviour 38). */
bool addr_manager_failed(AddrManager *m, const EventOpFailed *f);

/* Emits what must change, LIMIT_STEP_ADDR_OPS at most. */
void addr_manager_step(AddrManager *m, Ops *out);
/* True while a step has more to emit. */
bool addr_manager_busy(const AddrManager *m);

/* `m` was made for a changed configuration and knows the links: takes over what `old` knows of the
 * machine. What only `old` had on it is removed, what is there with other attributes as well (it is
 * added anew). The ops name specs of `old`. Afterwards the owners say anew what they want, then
 * addr_manager_settle(). */
void addr_manager_adopt(AddrManager *m, const AddrManager *old, Ops *out);
void addr_manager_settle(AddrManager *m);

/* Is the i-th address of the owner on the machine? */
bool addr_manager_present(const AddrManager *m, uint32_t owner, size_t i);
/* The link of the i-th address of the owner, 0 when it is not there. */
uint32_t addr_manager_ifindex(const AddrManager *m, uint32_t owner, size_t i);
