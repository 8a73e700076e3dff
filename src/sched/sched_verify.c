/* SPDX-License-Identifier: MIT */
#include "sched/sched_verify.h"

#include "sched/sched_constraints.h"
#include "sched/sched_model.h"

typedef struct Verify {
	SchedRun *run;
	StrBuf *out;
	uint32_t errors;
} Verify;

static void reference(Verify *v, const CibElement *e, const char *name)
{
	if (!name)
		return;
	if (sched_resolve(v->run, name).n || cib_index_get(&v->run->tags, name))
		return;
	strbuf_printf(v->out,
		"error: line %u: %s %s refers to the resource %s, which is not there\n", e->line,
		e->name, cib_id(e), name);
	v->errors++;
}

static void constraint(Verify *v, const CibElement *e)
{
	static const char *const names[] = { "rsc", "with-rsc", "first", "then" };
	const char *score = cib_get(e, "score"), *node = cib_get(e, "node");
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		reference(v, e, cib_get(e, names[i]));
	cib_foreach_named(set, e, "resource_set") cib_foreach_named(ref, set, "resource_ref")
		reference(v, e, cib_get(ref, "id"));
	if (node && !sched_node_find(v->run, node))
		strbuf_printf(v->out, "warning: line %u: %s %s is about the unknown node %s\n",
			e->line, e->name, cib_id(e), node);
	if (score && !strstr(score, "INFINITY") && score[strspn(score, "+-0123456789")]) {
		strbuf_printf(v->out, "error: line %u: %s %s: %s is no score\n", e->line, e->name,
			cib_id(e), score);
		v->errors++;
	}
}

uint32_t sched_verify(SchedRun *run, StrBuf *out)
{
	Verify v = { run, out, 0 };
	const CibElement *configuration = cib_child(run->cib, "configuration");
	if (!configuration) {
		strbuf_add(out, "error: there is no configuration section\n");
		return 1;
	}
	if (run->fencing_enabled && !run->have_fence_device && run->rscs.n) {
		strbuf_add(out,
			"error: Resource start-up disabled since no STONITH resources have been "
			"defined\n"
			"error: Either configure some or disable STONITH with the stonith-enabled "
			"option\n"
			"error: NOTE: Clusters with shared data need STONITH to ensure data "
			"integrity\n");
		v.errors++;
	}
	cib_foreach(e, cib_child(configuration, "constraints")) constraint(&v, e);
	for (uint32_t i = 0; i < run->not_yet.n; i++)
		strbuf_printf(out, "not yet: %s\n", run->not_yet.items[i]);
	return v.errors;
}
