/* SPDX-License-Identifier: MIT */
/* Fencing and shutting down of nodes, and what waits for it. */
#include "sched/sched_model.h"
#include "sched/sched_schedule.h"

/* Starts that need to be sure that the node is down wait for its fencing. */
static void order_starts(SchedRun *run, SchedRsc *rsc, SchedAction *fencing)
{
	SchedNode *target = fencing->node;
	for (SchedAction *a = rsc->actions; a; a = a->next) {
		switch (a->needs) {
		case REQUIRES_NOTHING: break;
		case REQUIRES_FENCING:
			(void)sched_order_actions(run, fencing, a, ORDER_OPTIONAL);
			break;
		case REQUIRES_QUORUM:
			if (a->task == TASK_START && rsc->allowed[target->index].present &&
				!rsc->known_on[target->index])
				(void)sched_order_actions(
					run, fencing, a, ORDER_OPTIONAL | ORDER_RUNNABLE);
			break;
		}
	}
}

/* A stop on a node that is fenced is done by the fencing. */
static void order_stops(SchedRun *run, SchedRsc *rsc, SchedAction *fencing)
{
	SchedNode *target = fencing->node;
	SchedRsc *top = sched_top(rsc);
	SchedAction *whole = sched_find_exact(top, TASK_STOP, 0, NULL);
	for (SchedAction *a = rsc->actions; a; a = a->next) {
		if (a->node != target || (a->task != TASK_STOP && a->task != TASK_DEMOTE))
			continue;
		if (a->task == TASK_DEMOTE && target->online && !target->unclean &&
			!rsc_is(rsc, RSC_FAILED))
			continue;
		a->flags |= ACT_PSEUDO | ACT_RUNNABLE | ACT_IMPLIED;
		if (a->task == TASK_STOP) {
			(void)sched_order_actions(run, fencing, a, ORDER_PRESERVE);
			if (whole && whole != a && rsc->requires == REQUIRES_FENCING)
				(void)sched_order_actions(run, fencing, whole, ORDER_PRESERVE);
		} else {
			(void)sched_order_actions(run, fencing, a, ORDER_PRESERVE | ORDER_OPTIONAL);
		}
	}
}

static void order_fencing(SchedRun *run, SchedAction *fencing)
{
	for (uint32_t i = 0; i < run->all.n; i++) {
		SchedRsc *rsc = run->all.items[i];
		if (rsc->variant != RSC_PRIMITIVE)
			continue;
		order_starts(run, rsc, fencing);
		order_stops(run, rsc, fencing);
	}
}

static void order_shutdown(SchedRun *run, SchedNode *node, SchedAction *down)
{
	for (uint32_t i = 0; i < run->actions.n; i++) {
		SchedAction *a = run->actions.items[i];
		if (!a->rsc || a->node != node || a->task != TASK_STOP)
			continue;
		if (rsc_is(a->rsc, RSC_MAINTENANCE) || node->maintenance ||
			!rsc_is(a->rsc, RSC_MANAGED | RSC_BLOCKED))
			continue;
		(void)sched_order_actions(run, a, down, ORDER_OPTIONAL | ORDER_RUNNABLE);
	}
}

static void suicide(SchedRun *run)
{
	if (run->quorum || run->quorum_policy != QUORUM_FENCE)
		return;
	for (uint32_t i = 0; i < run->nodes.n; i++) {
		SchedNode *node = run->nodes.items[i];
		if (node->online && !node->unclean && run->ever_quorum)
			sched_fence_node(run, node, "cluster does not have quorum");
	}
}

void sched_fencing(SchedRun *run)
{
	SchedAction *dc_down = NULL;
	SchedActions fences = { 0 }, downs = { 0 };
	suicide(run);
	for (uint32_t i = 0; i < run->nodes.n; i++) {
		SchedNode *node = run->nodes.items[i];
		if (node->unclean && sched_can_fence(run, node)) {
			SchedAction *fence = sched_fence_op(
				run, node, NULL, false, node->fence_reason ?: "node is unclean");
			order_fencing(run, fence);
			if (node->is_dc) {
				dc_down = fence;
			} else {
				if (!run->concurrent_fencing && fences.n)
					(void)sched_order_actions(run, fences.items[fences.n - 1],
						fence, ORDER_OPTIONAL);
				cib_push(run->arena, &fences, fence);
			}
		} else if (node->online && node->shutdown) {
			SchedAction *down = sched_shutdown_op(run, node);
			order_shutdown(run, node, down);
			if (node->is_dc)
				dc_down = down;
			else
				cib_push(run->arena, &downs, down);
		}
	}
	if (!dc_down)
		return;
	for (uint32_t i = 0; dc_down->task == TASK_SHUTDOWN && i < downs.n; i++)
		(void)sched_order_actions(run, downs.items[i], dc_down, ORDER_OPTIONAL);
	for (uint32_t i = run->concurrent_fencing || !fences.n ? 0 : fences.n - 1; i < fences.n;
		i++)
		(void)sched_order_actions(run, fences.items[i], dc_down, ORDER_OPTIONAL);
}

void sched_order_unfence(
	SchedRun *run, SchedRsc *rsc, SchedNode *node, SchedAction *action, uint32_t flags)
{
	/* Fence devices that unfence seldom work before the node is unfenced themselves. */
	if (!node || !run->unfencing_enabled ||
		!rsc_is(rsc, RSC_NEEDS_UNFENCING | RSC_FENCE_DEVICE))
		return;
	const char *done = sched_node_attr(node, "#node-unfenced");
	bool unfenced = done && strcmp(done, "0");
	SchedAction *unfence = sched_fence_op(run, node, "on", unfenced,
		arena_printf(run->arena, "required by %s %s", rsc->id, sched_action_task(action)));
	(void)sched_order_actions(run, unfence, action, flags);
}
