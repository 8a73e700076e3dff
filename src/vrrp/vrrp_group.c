/* SPDX-License-Identifier: MIT */
#include "vrrp/vrrp_engine.h"

/* Members of a sync group are MASTER, BACKUP or in FAULT together (behaviour 51 to 57). What one of
 * them does because of the network or of its links, the others do because of it, and that is as far
 * as it goes: while they follow (`following`) they take nobody else along. */

static VrrpGroup *group_of(const VrrpEngine *e, const VrrpRouter *r)
{
	const VrrpGroupConfig *c = r->config->sync_group;

	return c ? &e->groups[c - e->config->groups] : NULL;
}

static VrrpRouter *group_member(const VrrpEngine *e, const VrrpGroup *g, size_t i)
{
	return &e->routers[g->config->members[i]];
}

static void group_trace(const VrrpGroup *g, TraceReason reason, Effects *out)
{
	effects_trace(out, (TraceRecord){ .reason = reason, .subject = g->config->name });
}

/* Everybody who wants to know hears of the group's state; each state once. */
static void group_tell(VrrpEngine *e, VrrpGroup *g, VrrpState state, Effects *out)
{
	if (g->state == state)
		return;
	g->state = state;
	vrrp_notify_group(e, (uint32_t)(g - e->groups), state, out);
}

bool vrrp_group_ready(const VrrpEngine *e, const VrrpRouter *r)
{
	const VrrpGroup *g = group_of(e, r);

	for (size_t i = 0; g && i < g->config->n_members; i++) {
		const VrrpRouter *m = group_member(e, g, i);

		/* One that joined by a reload finds MASTERs. */
		if (m != r && m->state != VRRP_MASTER && !m->wishes)
			return false;
	}
	return true;
}

/* The member `culprit` has a fault; this is how `r` speaks of it. */
static TraceRecord group_fault(const VrrpRouter *r, const VrrpRouter *culprit)
{
	/* What waits for a check makes the others wait for the same check. */
	if (vrrp_fault_pending(culprit->fault.reason))
		return (TraceRecord){ .reason = culprit->fault.reason,
			.subject = r->config->name,
			.object = culprit->fault.object };
	return (TraceRecord){ .reason = TRACE_FAULT_GROUP,
		.subject = r->config->name,
		.object = culprit->config->name };
}

/* The nth member other than `r` that has a fault of its own; NULL: no more. One that has failed says
 * more than one that waits for its first result. */
static const VrrpRouter *group_culprit(
	const VrrpEngine *e, const VrrpGroup *g, const VrrpRouter *r, size_t nth)
{
	for (int pending = 0; pending < 2; pending++)
		for (size_t i = 0; i < g->config->n_members; i++) {
			const VrrpRouter *m = group_member(e, g, i);

			if (m != r && m->fault.reason &&
				vrrp_fault_pending(m->fault.reason) == pending && !nth--)
				return m;
		}
	return NULL;
}

/* What another member waits for keeps nobody from what he is. */
static bool group_untouched(const VrrpRouter *r, const TraceRecord *fault)
{
	return vrrp_fault_pending(fault->reason) &&
	       (r->state == VRRP_BACKUP || r->state == VRRP_MASTER);
}

TraceRecord vrrp_group_fault(const VrrpEngine *e, const VrrpRouter *r, size_t nth)
{
	const VrrpGroup *g = group_of(e, r);
	const VrrpRouter *culprit = g ? group_culprit(e, g, r, nth) : NULL;

	if (!culprit || group_untouched(r, &culprit->fault))
		return (TraceRecord){ 0 };
	return group_fault(r, culprit);
}

/* What is done to all members but one. */
typedef struct GroupMove {
	VrrpInputKind kind;
	const VrrpRouter *but;	   /* it brought this about; NULL: nobody did */
	const VrrpRouter *culprit; /* VRRP_IN_FAULT: has what the others have not themselves */
} GroupMove;

static void group_move(
	VrrpEngine *e, VrrpGroup *g, const GroupMove *move, Instant now, Effects *out)
{
	/* Two machines of which each is better in another member, and both MASTER, both give way.
	 * The lower address lets the other go first: else they do the same for ever. */
	const bool later = move->but && ip_compare(&move->but->master, &move->but->source) > 0;

	g->following = true;
	for (size_t i = 0; i < g->config->n_members; i++) {
		VrrpRouter *m = group_member(e, g, i);
		VrrpInput in = { .kind = move->kind,
			.cause = { .reason = TRACE_GROUP_MEMBER,
				.subject = m->config->name,
				.object = g->config->name },
			.later = later };

		if (m == move->but)
			continue;
		if (move->kind == VRRP_IN_FAULT)
			in.cause = m->fault.reason ? m->fault : group_fault(m, move->culprit);
		if (!group_untouched(m, &in.cause))
			vrrp_engine_step(e, m, &in, now, out);
	}
	g->following = false;
}

/* What becomes of the others when a member went from `before` to the state that it is in. */
static VrrpInputKind group_input(const VrrpRouter *r, VrrpState before)
{
	if (r->state == VRRP_MASTER)
		return VRRP_IN_GROUP_MASTER;
	if (r->state == VRRP_FAULT)
		return VRRP_IN_FAULT;
	if (before == VRRP_FAULT)
		return VRRP_IN_CLEAR;
	return r->cause.reason == TRACE_VIP_LOST ? VRRP_IN_GROUP_RESIGN : VRRP_IN_GROUP_BACKUP;
}

void vrrp_group_follow(VrrpEngine *e, VrrpRouter *r, VrrpState before, Instant now, Effects *out)
{
	static const TraceReason reasons[] = {
		[VRRP_BACKUP] = TRACE_GROUP_BACKUP,
		[VRRP_MASTER] = TRACE_GROUP_MASTER,
		[VRRP_FAULT] = TRACE_GROUP_FAULT,
	};
	VrrpGroup *g = group_of(e, r);

	/* At the beginning each starts for itself, with the faults of all known. */
	if (!g || g->following || before == VRRP_INIT || r->state > VRRP_FAULT)
		return;
	/* One that joined by a reload had to wait for a check: the others never did, but those that
	 * joined with it. */
	if (before == VRRP_FAULT && g->state == VRRP_MASTER) {
		group_move(e, g, &(GroupMove){ VRRP_IN_CLEAR, r, NULL }, now, out);
		return;
	}
	group_trace(g, reasons[r->state], out);
	group_move(e, g,
		&(GroupMove){ group_input(r, before), r, group_culprit(e, g, NULL, 0) ?: r }, now,
		out);
	group_tell(e, g, r->state, out);
}

void vrrp_group_refresh(VrrpEngine *e, const VrrpRouter *r, Instant now, Effects *out)
{
	VrrpGroup *g = group_of(e, r);
	const VrrpRouter *culprit = g && !g->following ? group_culprit(e, g, NULL, 0) : NULL;

	bool silent;

	if (!culprit)
		return;
	silent = vrrp_fault_pending(culprit->fault.reason);
	/* What was awaited has failed. */
	if (!silent && g->state != VRRP_FAULT)
		group_trace(g, TRACE_GROUP_FAULT, out);
	group_move(e, g, &(GroupMove){ VRRP_IN_FAULT, culprit, culprit }, now, out);
	if (!silent)
		group_tell(e, g, VRRP_FAULT, out);
}

void vrrp_group_announce(VrrpEngine *e, const VrrpRouter *r, Instant now, Effects *out)
{
	VrrpGroup *g = group_of(e, r);

	if (g)
		group_move(e, g, &(GroupMove){ VRRP_IN_GROUP_ANNOUNCE, r, NULL }, now, out);
}

void vrrp_group_heard(VrrpEngine *e, const VrrpRouter *r, Instant now, Effects *out)
{
	VrrpGroup *g;

	/* Only after a reload: one that joined a group of MASTERs finds that somebody else is
	 * MASTER of its own and must be. */
	if (r->state != VRRP_BACKUP || r->lower_heard || r->resigned)
		return;
	g = group_of(e, r);
	if (!g || g->state != VRRP_MASTER)
		return;
	group_trace(g, TRACE_GROUP_BACKUP, out);
	group_move(e, g, &(GroupMove){ VRRP_IN_GROUP_BACKUP, r, NULL }, now, out);
	group_tell(e, g, VRRP_BACKUP, out);
}

void vrrp_groups_start(VrrpEngine *e, Effects *out)
{
	for (size_t i = 0; i < e->config->n_groups; i++) {
		VrrpGroup *g = &e->groups[i];
		const VrrpRouter *culprit = group_culprit(e, g, NULL, 0);

		if (!g->config->n_members)
			continue;
		if (!culprit) {
			group_tell(e, g, VRRP_BACKUP, out);
		} else if (!vrrp_fault_pending(culprit->fault.reason)) {
			group_trace(g, TRACE_GROUP_FAULT, out);
			group_tell(e, g, VRRP_FAULT, out);
		}
	}
}

void vrrp_groups_stop(VrrpEngine *e, Effects *out)
{
	for (size_t i = 0; i < e->config->n_groups; i++)
		group_tell(e, &e->groups[i], VRRP_STOP, out);
}

void vrrp_groups_settle(VrrpEngine *e, Instant now, Effects *out)
{
	for (size_t i = 0; i < e->config->n_groups; i++) {
		VrrpGroup *g = &e->groups[i];
		const VrrpRouter *culprit = group_culprit(e, g, NULL, 0);
		bool master = false;

		/* Who is in FAULT without a culprit was so because of somebody who has left. Whether
		 * all are MASTER or BACKUP is for the elections to say. */
		group_move(e, g,
			&(GroupMove){ culprit ? VRRP_IN_FAULT : VRRP_IN_CLEAR, culprit, culprit },
			now, out);
		for (size_t j = 0; j < g->config->n_members; j++)
			master |= group_member(e, g, j)->state == VRRP_MASTER;
		if (!g->config->n_members)
			continue;
		if (!culprit)
			group_tell(e, g, master ? VRRP_MASTER : VRRP_BACKUP, out);
		else if (!vrrp_fault_pending(culprit->fault.reason))
			group_tell(e, g, VRRP_FAULT, out);
	}
}
