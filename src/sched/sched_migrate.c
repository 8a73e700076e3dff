/* SPDX-License-Identifier: MIT */
/* Live migration instead of stop and start. */
#include "sched/sched_model.h"
#include "sched/sched_schedule.h"

bool sched_can_migrate(SchedRun *run, SchedRsc *rsc, SchedNode *from)
{
	(void)run;
	return rsc_is(rsc, RSC_ALLOW_MIGRATE) && rsc_is(rsc, RSC_MANAGED) &&
	       !rsc_is(rsc, RSC_FAILED | RSC_START_PENDING) && from && !from->unclean &&
	       rsc->next_role >= ROLE_STARTED && rsc->assigned && rsc->assigned->online;
}

static void order(SchedRun *run, SchedRsc *rsc, SchedTask first, SchedTask then, uint32_t flags)
{
	sched_order(run, rsc, first, rsc, then, flags);
}

void sched_migration_actions(SchedRun *run, SchedRsc *rsc, SchedNode *from)
{
	SchedNode *to = rsc->assigned;
	SchedAction *start = sched_action(run, rsc, TASK_START, 0, to, true);
	SchedAction *leave = NULL;
	if (!rsc->migrating_to)
		leave = sched_action(run, rsc, TASK_MIGRATE_TO, 0, from, true);
	SchedAction *arrive = sched_action(run, rsc, TASK_MIGRATE_FROM, 0, to, true);
	SchedAction *stop = sched_action(run, rsc, TASK_STOP, 0, from, true);
	start->flags |= ACT_MIGRATABLE | ACT_PSEUDO;
	stop->flags |= ACT_MIGRATABLE;
	arrive->flags |= ACT_MIGRATABLE;
	arrive->needs = start->needs;
	if (leave) {
		leave->flags |= ACT_MIGRATABLE;
		leave->needs = start->needs;
		order(run, rsc, TASK_MONITOR, TASK_MIGRATE_TO, ORDER_OPTIONAL);
		order(run, rsc, TASK_MIGRATE_TO, TASK_MIGRATE_FROM,
			ORDER_OPTIONAL | ORDER_IMPLIES_FIRST_MIGRATABLE);
		leave->migrate_source = from->uname;
		leave->migrate_target = to->uname;
	}
	order(run, rsc, TASK_MIGRATE_TO, TASK_STOP,
		ORDER_OPTIONAL | ORDER_IMPLIES_FIRST_MIGRATABLE);
	order(run, rsc, TASK_MIGRATE_FROM, TASK_STOP,
		ORDER_OPTIONAL | ORDER_IMPLIES_FIRST_MIGRATABLE);
	order(run, rsc, TASK_MIGRATE_FROM, TASK_START,
		ORDER_OPTIONAL | ORDER_IMPLIES_FIRST_MIGRATABLE | ORDER_PSEUDO);
	arrive->migrate_source = from->uname;
	arrive->migrate_target = to->uname;
}

/* A migration that arrived but was never stopped at its source: stop it there. */
void sched_abort_dangling(SchedRun *run, SchedRsc *rsc)
{
	for (uint32_t i = 0; i < rsc->dangling.n; i++) {
		SchedAction *stop =
			sched_action(run, rsc, TASK_STOP, 0, rsc->dangling.items[i], false);
		stop->flags |= ACT_DANGLE;
		if (run->remove_after_stop)
			sched_cleanup(run, rsc, rsc->dangling.items[i], false);
	}
}
