/* SPDX-License-Identifier: MIT */
#include "sched/sched_simulate.h"

#include "cib/cib_digest.h"
#include "sched/sched_graph.h"
#include "sched/sched_model.h"
#include "sched/sched_schedule.h"

#include <stdio.h>

/* Where the results of a node go. */
typedef struct Place {
	CibElement *state;
	CibIndex histories; /* by resource */
	bool indexed;
} Place;

typedef struct World {
	Arena *arena;
	SchedRun *run;
	CibElement *cib;
	StrBuf *out;
	const SchedFailures *failures;
	int64_t now;
	Place *places; /* one for each node */
} World;

static CibElement *need(Arena *arena, CibElement *parent, const char *name)
{
	CibElement *e = cib_child(parent, name);
	return e ? e : cib_add(arena, parent, name);
}

static CibElement *node_state(Arena *arena, CibElement *cib, const char *id, const char *uname)
{
	CibElement *status = need(arena, cib, "status");
	CibElement *state = cib_child_with(status, "node_state", "uname", uname);
	if (!state)
		state = cib_child_with(status, "node_state", "id", id);
	if (state)
		return state;
	state = cib_add(arena, status, "node_state");
	cib_set(arena, state, "id", id);
	cib_set(arena, state, "uname", uname);
	return state;
}

static void set_state(Arena *arena, CibElement *state, bool up)
{
	cib_set(arena, state, "in_ccm", up ? "true" : "false");
	cib_set(arena, state, "crmd", up ? "online" : "offline");
	cib_set(arena, state, "join", up ? "member" : "down");
	cib_set(arena, state, "expected", up ? "member" : "down");
	cib_set(arena, state, "crm-debug-origin", "regent");
}

typedef struct OpResult {
	const char *rsc, *task, *class, *provider, *type;
	const char *source, *target; /* migration */
	const char *digest;
	int64_t interval;
	int rc, expected;
} OpResult;

static int last_call(const CibElement *history)
{
	int call = 0;
	cib_foreach_named(op, history, "lrm_rsc_op")
	{
		const char *text = cib_get(op, "call-id");
		call = MAX(call, text ? (int)strtol(text, NULL, 10) : 0);
	}
	return call;
}

/* `known`: what was found before and all that was there; NULL: it is looked for. */
static CibElement *rsc_history(Arena *arena, CibElement *state, const OpResult *r, CibIndex *known)
{
	CibElement *lrm = need(arena, state, "lrm");
	if (!cib_get(lrm, "id"))
		cib_set(arena, lrm, "id", cib_id(state));
	CibElement *list = need(arena, lrm, "lrm_resources");
	CibElement *history = known ? cib_index_get(known, r->rsc)
				    : cib_child_with(list, "lrm_resource", "id", r->rsc);
	if (history)
		return history;
	history = cib_add(arena, list, "lrm_resource");
	cib_set(arena, history, "id", r->rsc);
	if (r->class)
		cib_set(arena, history, "class", r->class);
	if (r->provider)
		cib_set(arena, history, "provider", r->provider);
	if (r->type)
		cib_set(arena, history, "type", r->type);
	if (known)
		cib_index_put(arena, known, cib_id(history), history);
	return history;
}

static const char *op_id(Arena *arena, const OpResult *r, bool failed)
{
	const char *key =
		arena_printf(arena, "%s_%s_%lld", r->rsc, r->task, (long long)r->interval);
	if (!strcmp(r->task, "migrate_to") || !strcmp(r->task, "migrate_from") || r->interval > 0)
		return failed && r->interval == 0 ? arena_printf(arena, "%s_last_failure_0", r->rsc)
						  : key;
	return arena_printf(arena, failed ? "%s_last_failure_0" : "%s_last_0", r->rsc);
}

static void add_result(Arena *arena, CibElement *history, const OpResult *r, int64_t now)
{
	bool failed = r->rc != r->expected;
	const char *id = op_id(arena, r, failed);
	int call = last_call(history) + 1;
	CibElement *op = cib_child_with(history, "lrm_rsc_op", "id", id);
	if (!op) {
		op = cib_add(arena, history, "lrm_rsc_op");
		cib_set(arena, op, "id", id);
	}
	const char *key = arena_printf(arena, "0:0:%d:regent", r->expected);
	cib_set(arena, op, "operation_key",
		arena_printf(arena, "%s_%s_%lld", r->rsc, r->task, (long long)r->interval));
	cib_set(arena, op, "operation", r->task);
	cib_set(arena, op, "crm-debug-origin", "regent");
	cib_set(arena, op, "transition-key", key);
	cib_set(arena, op, "transition-magic",
		arena_printf(arena, "%d:%d;%s", failed ? 4 : 0, r->rc, key));
	cib_set(arena, op, "call-id", arena_printf(arena, "%d", call));
	cib_set(arena, op, "rc-code", arena_printf(arena, "%d", r->rc));
	cib_set(arena, op, "op-status", failed ? "4" : "0");
	cib_set(arena, op, "interval", arena_printf(arena, "%lld", (long long)r->interval));
	cib_set(arena, op, "last-rc-change", arena_printf(arena, "%lld", (long long)now));
	cib_unset(op, "op-restart-digest");
	cib_unset(op, "op-force-restart");
	if (r->digest)
		cib_set(arena, op, "op-digest", r->digest);
	else
		cib_unset(op, "op-digest");
	if (r->source)
		cib_set(arena, op, "migrate_source", r->source);
	if (r->target)
		cib_set(arena, op, "migrate_target", r->target);
}

/* ---- carrying out ---- */

static int wanted_failure(const World *w, const SchedAction *a, const char *name)
{
	const char *key = arena_printf(w->arena, "%s_%s_%lld@%s=", name, sched_task_names[a->task],
		(long long)a->interval, a->node->uname);
	for (uint32_t i = 0; w->failures && i < w->failures->n; i++)
		if (!strncmp(w->failures->items[i], key, strlen(key)))
			return (int)strtol(w->failures->items[i] + strlen(key), NULL, 10);
	return -1;
}

static Place *place_of(World *w, const SchedNode *node)
{
	Place *place = &w->places[node->index];
	if (place->indexed)
		return place;
	*place = (Place){ .state = node_state(w->arena, w->cib, node->id, node->uname),
		.indexed = true };
	const CibElement *list = cib_child(cib_child(place->state, "lrm"), "lrm_resources");
	cib_foreach_named(history, list, "lrm_resource")
	{
		const char *id = cib_get(history, "id");
		if (id && !cib_index_get(&place->histories, id))
			cib_index_put(w->arena, &place->histories, id, history);
	}
	return place;
}

static bool do_resource(World *w, SchedAction *a)
{
	const char *name = sched_step_shown_name(a), *task = sched_task_names[a->task];
	char digest[CIB_DIGEST_SIZE];
	strbuf_printf(w->out, "  * Resource action: %-15s %s", name, task);
	if (a->interval > 0)
		strbuf_printf(w->out, "=%lld", (long long)a->interval);
	strbuf_printf(w->out, " on %s\n", a->node->uname);
	if (a->task == TASK_CANCEL || a->task == TASK_DELETE || a->task == TASK_NOTIFY ||
		a->task == TASK_RELOAD)
		return true;
	OpResult r = { .rsc = name,
		.task = task,
		.class = a->rsc->class,
		.provider = a->rsc->provider,
		.type = a->rsc->type,
		.source = a->migrate_source,
		.target = a->migrate_target,
		.interval = a->interval,
		.expected = MAX(a->target_rc, 0) };
	int failure = wanted_failure(w, a, name);
	r.rc = failure >= 0 ? failure : r.expected;
	sched_digest(w->run, a->rsc, task, a->interval, a->node, digest);
	r.digest = digest;
	Place *place = place_of(w, a->node);
	add_result(
		w->arena, rsc_history(w->arena, place->state, &r, &place->histories), &r, w->now);
	return r.rc == r.expected;
}

static void do_fence(World *w, SchedAction *a)
{
	CibElement *state = node_state(w->arena, w->cib, a->node->id, a->node->uname);
	strbuf_printf(w->out, "  * Fencing %s (%s)\n", a->node->uname, a->fence_action);
	if (!strcmp(a->fence_action, "on")) {
		CibElement *attrs = need(w->arena, need(w->arena, state, "transient_attributes"),
			"instance_attributes");
		CibElement *pair = cib_add(w->arena, attrs, "nvpair");
		cib_set(w->arena, pair, "name", "#node-unfenced");
		cib_set(w->arena, pair, "value", "1");
		return;
	}
	const char *gone[] = { "lrm", "transient_attributes" };
	for (size_t i = 0; i < ARRAY_LEN(gone); i++)
		for (CibElement *e = cib_child(state, gone[i]); e; e = cib_child(state, gone[i]))
			cib_remove(e);
	set_state(w->arena, state, false);
	w->places[a->node->index].indexed = false;
}

static bool carry_out(World *w, SchedAction *a)
{
	if (act_is(a, ACT_PSEUDO)) {
		const char *uuid = sched_action_uuid(w->run, a);
		if (a->rsc && a->rsc->clone_name && !strncmp(uuid, a->rsc->id, strlen(a->rsc->id)))
			uuid = arena_printf(
				w->arena, "%s%s", a->rsc->clone_name, uuid + strlen(a->rsc->id));
		strbuf_printf(w->out, "  * Pseudo action:   %s\n", uuid);
		return true;
	}
	if (a->task == TASK_FENCE) {
		do_fence(w, a);
		return true;
	}
	if (a->task == TASK_SHUTDOWN) {
		strbuf_printf(w->out, "  * Cluster action:  do_shutdown on %s\n", a->node->uname);
		return true;
	}
	if (a->task == TASK_CLEAR_FAILCOUNT) {
		strbuf_printf(w->out, "  * Cluster action:  clear_failcount for %s on %s\n",
			sched_step_shown_name(a), a->node->uname);
		return true;
	}
	return do_resource(w, a);
}

/* Who waits for whom, by the number of the step. */
typedef struct Waiting {
	uint32_t *left;		 /* how many it still waits for */
	uint32_t *from, *waiter; /* those that wait for i: waiter[from[i]] to waiter[from[i + 1]] */
} Waiting;

static Waiting waiting_of(SchedRun *run, const SchedGraph *graph)
{
	uint32_t n = graph->steps.n, total = 0;
	Waiting w = { arena_alloc(run->arena, n + 1, sizeof(uint32_t)),
		arena_alloc(run->arena, n + 2, sizeof(uint32_t)), NULL };
	uint32_t *step_of = arena_alloc(run->arena, run->next_action + 1, sizeof(uint32_t));
	for (uint32_t i = 0; i < n; i++) {
		step_of[graph->steps.items[i].action->id] = i;
		total += w.left[i] = graph->steps.items[i].inputs.n;
	}
	w.waiter = arena_alloc(run->arena, total + 1, sizeof(uint32_t));
	for (uint32_t i = 0; i < n; i++)
		cib_each(input, &graph->steps.items[i].inputs) w.from[step_of[(*input)->id] + 1]++;
	for (uint32_t i = 0; i < n; i++)
		w.from[i + 1] += w.from[i];
	uint32_t *at = arena_copy(run->arena, w.from, n + 1, sizeof(uint32_t));
	for (uint32_t i = 0; i < n; i++)
		cib_each(input, &graph->steps.items[i].inputs)
			w.waiter[at[step_of[(*input)->id]]++] = i;
	return w;
}

/* The least number comes out first. */
typedef CIB_LIST(uint32_t) Heap;

static void heap_add(Arena *arena, Heap *h, uint32_t item)
{
	cib_push(arena, h, item);
	uint32_t i = h->n - 1;
	for (; i > 0 && h->items[(i - 1) / 2] > item; i = (i - 1) / 2)
		h->items[i] = h->items[(i - 1) / 2];
	h->items[i] = item;
}

static uint32_t heap_take(Heap *h)
{
	uint32_t least = h->items[0], last = h->items[--h->n], i = 0;
	for (uint32_t child; (child = i * 2 + 1) < h->n; i = child) {
		if (child + 1 < h->n && h->items[child + 1] < h->items[child])
			child++;
		if (h->items[child] >= last)
			break;
		h->items[i] = h->items[child];
	}
	h->items[i] = last;
	return least;
}

/* As if all steps were walked over again and again, and each done as soon as it waits for none: what
 * becomes free behind the one that is done belongs to this walk, what stands before it to the next. */
bool sched_simulate(SchedRun *run, const SchedFailures *failures, StrBuf *out)
{
	World w = { run->arena, run, run->cib, out, failures, run->now,
		arena_alloc(run->arena, run->nodes.n + 1, sizeof(Place)) };
	SchedGraph *graph = sched_graph(run);
	Waiting waiting = waiting_of(run, graph);
	Heap walks[2] = { 0 }, *walk = &walks[0], *next = &walks[1];
	uint32_t n_done = 0;
	bool complete = true;
	for (uint32_t i = 0; i < graph->steps.n; i++)
		if (!waiting.left[i])
			heap_add(run->arena, walk, i);
	while (walk->n) {
		uint32_t i = heap_take(walk);
		SchedStep *step = &graph->steps.items[i];
		step->done = true;
		n_done++;
		/* A failed one never lets go of those that wait for it. */
		bool ok = carry_out(&w, step->action);
		complete &= ok;
		if (ok)
			step->action->flags &= ~(uint32_t)ACT_IN_GRAPH;
		for (uint32_t k = waiting.from[i]; ok && k < waiting.from[i + 1]; k++) {
			uint32_t waiter = waiting.waiter[k];
			if (--waiting.left[waiter] == 0)
				heap_add(run->arena, waiter > i ? walk : next, waiter);
		}
		if (!walk->n) {
			Heap *swap = walk;
			walk = next;
			next = swap;
		}
	}
	return complete && n_done == graph->steps.n;
}

/* ---- injecting ---- */

static const CibElement *configured_node(const CibElement *cib, const char *uname)
{
	return cib_child_with(
		cib_child(cib_child(cib, "configuration"), "nodes"), "node", "uname", uname);
}

/* RSC_TASK_INTERVAL@NODE=RC */
static bool inject_op(Arena *arena, CibElement *cib, const char *spec, StrBuf *out)
{
	char *copy = arena_strdup(arena, spec), *at = strrchr(copy, '@');
	if (!at)
		return false;
	*at++ = 0;
	char *equals = strchr(at, '='), *last = strrchr(copy, '_');
	if (!equals || !last)
		return false;
	*equals++ = 0;
	*last++ = 0;
	char *task = strrchr(copy, '_');
	if (task && task - copy > 8 && !strncmp(task - 8, "_migrate", 8))
		task -= 8;
	if (!task)
		return false;
	*task++ = 0;
	const CibElement *node = configured_node(cib, at);
	if (!node)
		return false;
	OpResult r = { .rsc = copy,
		.task = task,
		.interval = strtoll(last, NULL, 10),
		.rc = (int)strtol(equals, NULL, 10) };
	CibElement *state = node_state(arena, cib, cib_id(node), at);
	CibIds ids = { 0 };
	cib_ids_build(arena, &ids, cib_child(cib, "configuration"));
	const CibElement *rsc = cib_index_get(&ids.by_id, copy);
	if (rsc) {
		r.class = cib_get(rsc, "class");
		r.provider = cib_get(rsc, "provider");
		r.type = cib_get(rsc, "type");
	}
	strbuf_printf(out, "  * Injecting %s on %s\n", spec, at);
	add_result(arena, rsc_history(arena, state, &r, NULL), &r, 0);
	return true;
}

bool sched_inject(
	Arena *arena, CibElement *cib, SchedInject what, const char *argument, StrBuf *out)
{
	if (what == INJECT_OP)
		return inject_op(arena, cib, argument, out);
	const CibElement *node = configured_node(cib, argument);
	CibElement *state = node_state(arena, cib, node ? cib_id(node) : argument, argument);
	if (what == INJECT_UP) {
		strbuf_printf(out, "  * Bringing node %s online\n", argument);
		set_state(arena, state, true);
	} else if (what == INJECT_DOWN) {
		strbuf_printf(out, "  * Taking node %s offline\n", argument);
		const char *gone[] = { "lrm", "transient_attributes" };
		for (size_t i = 0; i < ARRAY_LEN(gone); i++)
			for (CibElement *e = cib_child(state, gone[i]); e;
				e = cib_child(state, gone[i]))
				cib_remove(e);
		set_state(arena, state, false);
	} else {
		strbuf_printf(out, "  * Failing node %s\n", argument);
		set_state(arena, state, true);
		cib_set(arena, state, "in_ccm", "false");
	}
	return true;
}

void sched_inject_quorum(Arena *arena, CibElement *cib, bool quorum, StrBuf *out)
{
	strbuf_printf(out, "  * Changing quorum: %s\n", quorum ? "true" : "false");
	cib_set(arena, cib, "have-quorum", quorum ? "1" : "0");
}
