/* SPDX-License-Identifier: MIT */
#include "vrrp/vrrp_engine.h"

static const char *status_health(TrackHealth health)
{
	switch (health) {
	case TRACK_UNKNOWN: return "unknown";
	case TRACK_GOOD: return "good";
	case TRACK_BAD: return "bad";
	}
	assert(false);
}

static void status_script(const TrackScript *t, Status *out)
{
	_cleanup_(strbuf_free) StrBuf text = { 0 };

	status_string(out, "name", t->config->name);
	status_string(out, "health", status_health(t->health));
	status_bool(out, "running", t->running);
	if (!t->any_result)
		return;
	job_result_text(&t->last, &text);
	status_string(out, "last_result", strbuf_text(&text));
	status_milli(out, "last_took", (int64_t)(t->last.took_usec / USEC_PER_MSEC));
	if (t->last.output_len)
		status_lines(out, "output", t->output, t->last.output_len);
}

static void status_file(const TrackFile *t, Status *out)
{
	status_string(out, "name", t->config->name);
	status_string(out, "file", t->config->watch.path);
	if (t->known)
		status_number(out, "value", t->value);
}

/* When a change that is delayed will count. */
static void status_due(Instant due, Instant now, Status *out)
{
	if (due != INSTANT_NEVER)
		status_milli(out, "changes_in", (int64_t)(instant_since(due, now) / USEC_PER_MSEC));
}

static void status_process(const TrackProcess *t, Instant now, Status *out)
{
	const TrackProcessConfig *c = t->config;

	status_string(out, "name", c->name);
	status_string(out, "health", status_health(t->health));
	status_number(out, "running", (int64_t)t->pids.n);
	status_number(out, "quorum", c->quorum);
	if (c->has_quorum_max)
		status_number(out, "quorum_max", c->quorum_max);
	status_due(t->due, now, out);
}

static void status_link(const VrrpEngine *e, const TrackLink *t, Instant now, Status *out)
{
	status_string(out, "interface", t->config->name);
	status_bool(out, "counts_as_up", vrrp_trackers_link_up(e, t->config->name));
	status_due(t->due, now, out);
}

void vrrp_status_track(const VrrpEngine *e, Instant now, Status *out)
{
	const VrrpConfig *c = e->config;
	Status *list = status_list(out, "scripts");

	for (size_t i = 0; i < c->n_scripts; i++)
		status_script(&e->scripts[i], status_object(list, NULL));
	list = c->n_files ? status_list(out, "files") : NULL;
	for (size_t i = 0; i < c->n_files; i++)
		status_file(&e->files[i], status_object(list, NULL));
	list = c->n_processes ? status_list(out, "processes") : NULL;
	for (size_t i = 0; i < c->n_processes; i++)
		status_process(&e->processes[i], now, status_object(list, NULL));
	list = c->n_link_delays ? status_list(out, "link_delays") : NULL;
	for (size_t i = 0; i < c->n_link_delays; i++)
		status_link(e, &e->links_delayed[i], now, status_object(list, NULL));
}
