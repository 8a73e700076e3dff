/* SPDX-License-Identifier: MIT */
/* The status of nodes and resources in Pacemaker's words. */
#include "sched/sched.h"
#include "sched/sched_history.h"
#include "sched/sched_model.h"

#include <stdio.h>

typedef CIB_LIST(const char *) Words;

static void bullet(StrBuf *out, uint32_t depth)
{
	strbuf_pad(out, ' ', (size_t)depth * 2);
	strbuf_add(out, "* ");
}

static int by_name(const void *a, const void *b)
{
	return cib_name_compare(*(const char *const *)a, *(const char *const *)b);
}

static void print_list(StrBuf *out, uint32_t depth, const char *label, Words *words)
{
	if (!words->n)
		return;
	qsort(words->items, words->n, sizeof(char *), by_name);
	bullet(out, depth);
	strbuf_printf(out, "%s: [", label);
	for (uint32_t i = 0; i < words->n; i++)
		strbuf_printf(out, " %s", words->items[i]);
	strbuf_add(out, " ]\n");
}

/* ---- nodes ---- */

static const char *node_status(const SchedNode *node)
{
	if (node->unclean)
		return node->online ? "UNCLEAN (online)" : "UNCLEAN (offline)";
	if (node->pending)
		return "pending";
	if (node->standby_on_fail && node->online)
		return "standby (on-fail)";
	if (node->standby)
		return !node->online	 ? "OFFLINE (standby)"
		       : node->running.n ? "standby (with active resources)"
					 : "standby";
	if (node->maintenance)
		return node->online ? "maintenance" : "OFFLINE (maintenance)";
	return NULL;
}

static void print_nodes(SchedRun *run, StrBuf *out)
{
	Words online = { 0 }, offline = { 0 };
	strbuf_add(out, "  * Node List:\n");
	for (uint32_t i = 0; i < run->nodes.n; i++) {
		SchedNode *node = run->nodes.items[i];
		const char *status = node_status(node);
		int health = sched_node_health(run, node, 0, false);
		const char *word = health < 0 ? "RED" : "YELLOW";
		if (!status && node->online && health != 0)
			status = arena_printf(run->arena, "online (health is %s)", word);
		else if (status && health < 0)
			status = arena_printf(run->arena, "%s (health is %s)", status, word);
		if (status) {
			bullet(out, 2);
			strbuf_printf(out, "Node %s: %s\n", node->uname, status);
		} else {
			cib_push(run->arena, node->online ? &online : &offline, node->uname);
		}
	}
	print_list(out, 2, "Online", &online);
	print_list(out, 2, "OFFLINE", &offline);
}

/* ---- resources ---- */

static void forget_pending(SchedRun *run)
{
	for (uint32_t i = 0; i < run->all.n; i++)
		run->all.items[i]->pending_task = NULL;
}

static const char *pending_text(const SchedRsc *rsc)
{
	static const char *const texts[][2] = { { "start", "Starting" }, { "stop", "Stopping" },
		{ "migrate_to", "Migrating" }, { "migrate_from", "Migrating" },
		{ "promote", "Promoting" }, { "demote", "Demoting" }, { "monitor", "Monitoring" } };
	for (size_t i = 0; rsc->pending_task && i < ARRAY_LEN(texts); i++)
		if (!strcmp(rsc->pending_task, texts[i][0]))
			return texts[i][1];
	return NULL;
}

static bool disabled(const SchedRsc *rsc, const char **ret_flag)
{
	SchedRole role = sched_target_role(rsc);
	if (role == ROLE_STOPPED)
		*ret_flag = "disabled";
	else if (role == ROLE_UNPROMOTED && rsc_is(sched_top(rsc), RSC_PROMOTABLE))
		*ret_flag = "target-role:Unpromoted";
	else
		return false;
	return role == ROLE_STOPPED;
}

static const char *shown_role(const SchedRsc *rsc, bool multiple)
{
	const char *pending = multiple ? NULL : pending_text(rsc);
	SchedRole role = rsc->role;
	if (pending && !strcmp(pending, "Starting"))
		return "Starting";
	if (pending && (!strcmp(pending, "Migrating") || !strcmp(pending, "Promoting") ||
			       !strcmp(pending, "Demoting") || !strcmp(pending, "Stopping")))
		return pending;
	if (role == ROLE_UNKNOWN)
		role = ROLE_STOPPED;
	/* What may be promoted and is not is Unpromoted, whatever it was started as. */
	if (role == ROLE_STARTED && rsc_is(sched_top(rsc), RSC_PROMOTABLE))
		role = ROLE_UNPROMOTED;
	return sched_role_text(role);
}

static void add_flag(StrBuf *flags, const char *text)
{
	strbuf_printf(flags, "%s%s", flags->n ? ", " : "", text);
}

static void rsc_flags_text(const SchedRsc *rsc, const SchedNode *node, StrBuf *flags)
{
	const char *flag = NULL, *pending = pending_text(rsc);
	if (node && !node->online && node->unclean)
		add_flag(flags, "UNCLEAN");
	if (node && node == rsc->lock_node)
		add_flag(flags, "LOCKED");
	if (pending && !strcmp(pending, "Monitoring"))
		add_flag(flags, pending);
	(void)disabled(rsc, &flag);
	if (flag)
		add_flag(flags, flag);
	if (rsc_is(rsc, RSC_BLOCKED))
		add_flag(flags, "blocked");
	else if (!rsc_is(rsc, RSC_MANAGED))
		add_flag(flags, rsc_is(rsc, RSC_MAINTENANCE) ? "maintenance" : "unmanaged");
	if (rsc_is(rsc, RSC_FAILURE_IGNORED))
		add_flag(flags, "failure ignored");
}

static const char *failed_probe(const SchedRun *run, const SchedRsc *rsc)
{
	for (uint32_t i = 0; rsc->failed_probes && i < run->nodes.n; i++)
		if (rsc->failed_probes[i])
			return rsc->failed_probes[i];
	return NULL;
}

static const char *probe_on(const SchedRsc *rsc, uint32_t node)
{
	const char *found = rsc->failed_probes ? rsc->failed_probes[node] : NULL;
	for (uint32_t i = 0; i < rsc->children.n && !found; i++)
		found = probe_on(rsc->children.items[i], node);
	return found;
}

static void print_primitive(SchedRun *run, const SchedRsc *rsc, uint32_t depth, StrBuf *out)
{
	StrBuf flags = { 0 };
	bool multiple = rsc->running_on.n > 1;
	const SchedNode *node = rsc->pending_task && rsc->pending_node ? rsc->pending_node
				: rsc->running_on.n		       ? sched_current(rsc)
								       : NULL;
	if (rsc->running_on.n == 1)
		node = rsc->running_on.items[0];
	if (!node && rsc->role == ROLE_STOPPED && rsc->lock_node)
		node = rsc->lock_node;
	const char *name = sched_is_clone_instance(rsc) && !rsc_is(rsc, RSC_UNIQUE)
				   ? rsc->clone_name ?: rsc->config_name
				   : rsc->id;
	if (sched_is_clone_instance(rsc) && !rsc_is(rsc, RSC_UNIQUE))
		name = rsc->config_name;
	bullet(out, depth);
	strbuf_printf(out, "%s\t(%s%s%s:%s):\t", name, rsc->class ?: "", rsc->provider ? ":" : "",
		rsc->provider ?: "", rsc->type ?: "");
	if (rsc_is(rsc, RSC_REMOVED))
		strbuf_add(out, " ORPHANED");
	if (rsc_is(rsc, RSC_FAILED) && rsc->role > ROLE_UNPROMOTED)
		strbuf_printf(out, " FAILED %s", sched_role_text(rsc->role));
	else if (rsc_is(rsc, RSC_FAILED))
		strbuf_add(out, " FAILED");
	else
		strbuf_printf(out, " %s", shown_role(rsc, multiple));
	if (node && !multiple)
		strbuf_printf(out, " %s", node->uname);
	if (rsc->role == ROLE_STOPPED && !node && failed_probe(run, rsc))
		strbuf_printf(out, " (%s) ", failed_probe(run, rsc));
	rsc_flags_text(rsc, multiple ? NULL : node, &flags);
	if (flags.n)
		strbuf_printf(out, " (%s)", flags.s);
	if (multiple) {
		strbuf_add(out, " [");
		for (uint32_t i = 0; i < rsc->running_on.n; i++)
			strbuf_printf(out, " %s", rsc->running_on.items[i]->uname);
		strbuf_add(out, " ]");
	}
	strbuf_add(out, "\n");
	strbuf_free(&flags);
	(void)run;
}

static void whole_flags(const SchedRsc *rsc, StrBuf *flags)
{
	const char *flag = NULL;
	if (disabled(rsc, &flag))
		add_flag(flags, "disabled");
	else if (flag)
		add_flag(flags, flag);
	if (rsc_is(rsc, RSC_MAINTENANCE))
		add_flag(flags, "maintenance");
	else if (!rsc_is(rsc, RSC_MANAGED))
		add_flag(flags, "unmanaged");
}

static void print_rsc(SchedRun *run, const SchedRsc *rsc, uint32_t depth, StrBuf *out);

static void print_group(SchedRun *run, const SchedRsc *group, uint32_t depth, StrBuf *out)
{
	StrBuf flags = { 0 };
	bullet(out, depth);
	whole_flags(group, &flags);
	strbuf_printf(out, "Resource Group: %s%s%s%s:\n", group->id, flags.n ? " (" : "",
		strbuf_text(&flags), flags.n ? ")" : "");
	strbuf_free(&flags);
	for (uint32_t i = 0; i < group->children.n; i++)
		print_rsc(run, group->children.items[i], depth + 1, out);
}

static bool any_flag(const SchedRsc *rsc, uint32_t flag, bool set)
{
	if (rsc->variant == RSC_PRIMITIVE || (rsc_is(rsc, flag) == set))
		return rsc_is(rsc, flag) == set;
	for (uint32_t i = 0; i < rsc->children.n; i++)
		if (any_flag(rsc->children.items[i], flag, set))
			return true;
	return false;
}

typedef struct CloneText {
	Words promoted, started, stopped;
	bool *active; /* by node */
	uint32_t n_active;
} CloneText;

static void add_active(const SchedRsc *rsc, bool *active)
{
	for (uint32_t i = 0; i < rsc->running_on.n; i++)
		active[rsc->running_on.items[i]->index] = true;
	for (uint32_t i = 0; i < rsc->children.n; i++)
		add_active(rsc->children.items[i], active);
}

static void add_pending(const SchedRsc *rsc, bool *active)
{
	if (rsc->pending_task && rsc->pending_node)
		active[rsc->pending_node->index] = true;
	for (uint32_t i = 0; i < rsc->children.n; i++)
		add_pending(rsc->children.items[i], active);
}

static bool any_pending(const SchedRsc *rsc)
{
	if (rsc->pending_task)
		return true;
	for (uint32_t i = 0; i < rsc->children.n; i++)
		if (any_pending(rsc->children.items[i]))
			return true;
	return false;
}

/* Whether the instance needs a line of its own; else it goes into one of the lists. */
static bool instance_alone(SchedRun *run, const SchedRsc *clone, const SchedRsc *rsc, CloneText *t)
{
	bool active = sched_active(rsc, false);
	if (rsc_is(clone, RSC_UNIQUE))
		return active || !rsc_is(rsc, RSC_REMOVED);
	if (any_pending(rsc)) {
		add_active(rsc, t->active);
		add_pending(rsc, t->active);
		return true;
	}
	if (!active)
		return false;
	add_active(rsc, t->active);
	if (any_flag(rsc, RSC_REMOVED, true) || any_flag(rsc, RSC_MANAGED, false) ||
		any_flag(rsc, RSC_FAILED, true) || !sched_active(rsc, true))
		return true;
	SchedNode *node = sched_location(rsc, NULL, true, run->arena);
	if (!node || (!node->online && node->unclean))
		return true;
	t->n_active++;
	cib_push(run->arena, sched_role(rsc, true) > ROLE_UNPROMOTED ? &t->promoted : &t->started,
		node->uname);
	return false;
}

static void print_stopped(
	SchedRun *run, const SchedRsc *clone, CloneText *t, uint32_t depth, StrBuf *out)
{
	const char *flag = NULL;
	if (rsc_is(clone, RSC_UNIQUE) || t->n_active >= (uint32_t)MAX(clone->clone_max, 0))
		return;
	for (uint32_t i = 0; i < run->nodes.n; i++)
		if (!t->active[i] && !probe_on(clone, i))
			cib_push(run->arena, &t->stopped, run->nodes.items[i]->uname);
	print_list(
		out, depth, disabled(clone, &flag) ? "Stopped (disabled)" : "Stopped", &t->stopped);
	for (uint32_t i = 0; i < run->nodes.n; i++) {
		const char *why = t->active[i] ? NULL : probe_on(clone, i);
		bool first = why != NULL;
		Words same = { 0 };
		for (uint32_t k = 0; first && k < run->nodes.n; k++)
			if (!t->active[k] && cib_same(probe_on(clone, k), why)) {
				first = k >= i;
				cib_push(run->arena, &same, run->nodes.items[k]->uname);
			}
		if (first)
			print_list(
				out, depth, arena_printf(run->arena, "Stopped (%s)", why), &same);
	}
}

static void print_clone(SchedRun *run, const SchedRsc *clone, uint32_t depth, StrBuf *out)
{
	CloneText t = { .active = arena_alloc(run->arena, run->nodes.n + 1, sizeof(bool)) };
	StrBuf flags = { 0 };
	if (rsc_is(clone, RSC_PROMOTABLE))
		add_flag(&flags, "promotable");
	if (rsc_is(clone, RSC_UNIQUE))
		add_flag(&flags, "unique");
	whole_flags(clone, &flags);
	bullet(out, depth);
	strbuf_printf(out, "Clone Set: %s [%s]%s%s%s:\n", clone->id,
		clone->children.n ? clone->children.items[0]->config_name : "", flags.n ? " (" : "",
		strbuf_text(&flags), flags.n ? ")" : "");
	strbuf_free(&flags);
	for (uint32_t i = 0; i < clone->children.n; i++)
		if (instance_alone(run, clone, clone->children.items[i], &t))
			print_rsc(run, clone->children.items[i], depth + 1, out);
	print_list(out, depth + 1, "Promoted", &t.promoted);
	print_list(out, depth + 1, rsc_is(clone, RSC_PROMOTABLE) ? "Unpromoted" : "Started",
		&t.started);
	print_stopped(run, clone, &t, depth + 1, out);
}

static void print_rsc(SchedRun *run, const SchedRsc *rsc, uint32_t depth, StrBuf *out)
{
	switch (rsc->variant) {
	case RSC_PRIMITIVE: print_primitive(run, rsc, depth, out); break;
	case RSC_GROUP: print_group(run, rsc, depth, out); break;
	case RSC_CLONE: print_clone(run, rsc, depth, out); break;
	}
}

void sched_text_status(SchedRun *run, StrBuf *out)
{
	uint32_t shown = 0;
	print_nodes(run, out);
	strbuf_add(out, "\n  * Full List of Resources:\n");
	for (uint32_t i = 0; i < run->rscs.n; i++) {
		const SchedRsc *rsc = run->rscs.items[i];
		if (rsc_is(rsc, RSC_REMOVED) && !sched_active(rsc, false))
			continue;
		print_rsc(run, rsc, 2, out);
		shown++;
	}
	if (!shown)
		strbuf_add(out, "    * No resources\n");
}

void sched_text_revised(SchedRun *run, StrBuf *out)
{
	forget_pending(run);
	sched_text_status(run, out);
}

static void count_blocked(const SchedRsc *rsc, uint32_t *total, uint32_t *off, uint32_t *blocked)
{
	const char *flag = NULL;
	if (rsc->variant == RSC_PRIMITIVE) {
		if (rsc_is(rsc, RSC_REMOVED) && !rsc->running_on.n)
			return;
		++*total;
		*off += disabled(rsc, &flag);
		*blocked += rsc_is(rsc, RSC_BLOCKED);
	}
	for (uint32_t i = 0; i < rsc->children.n; i++)
		count_blocked(rsc->children.items[i], total, off, blocked);
}

void sched_text_blocked(const SchedRun *run, StrBuf *out)
{
	uint32_t total = 0, off = 0, blocked = 0;
	if (run->maintenance_mode) {
		strbuf_add(out,
			"              *** Resource management is DISABLED ***\n"
			"  The cluster will not attempt to start, stop or recover services\n\n");
	}
	for (uint32_t i = 0; i < run->rscs.n; i++)
		count_blocked(run->rscs.items[i], &total, &off, &blocked);
	if (off || blocked)
		strbuf_printf(out,
			"%u of %u resource instances DISABLED and %u BLOCKED from further action "
			"due to "
			"failure\n",
			off, total, blocked);
}
