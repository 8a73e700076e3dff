/* SPDX-License-Identifier: MIT */
#include "vrrp/vrrp_engine.h"

/* keepalived cuts a delay by so much more, as seen in 2.2.7. */
enum { TRACKERS_MARGIN_USEC = 1000000 / 256 };

void vrrp_trackers_init(VrrpEngine *e)
{
	const VrrpConfig *c = e->config;

	e->files = mem_alloc(c->n_files, sizeof(*e->files));
	e->processes = mem_alloc(c->n_processes, sizeof(*e->processes));
	e->links_delayed = mem_alloc(c->n_link_delays, sizeof(*e->links_delayed));
	for (size_t i = 0; i < c->n_files; i++)
		e->files[i].config = &c->files[i];
	for (size_t i = 0; i < c->n_processes; i++)
		track_process_init(&e->processes[i], &c->processes[i]);
	for (size_t i = 0; i < c->n_link_delays; i++)
		track_link_init(&e->links_delayed[i], &c->link_delays[i]);
}

void vrrp_trackers_free(VrrpEngine *e)
{
	if (e->config)
		for (size_t i = 0; i < e->config->n_processes; i++)
			track_process_free(&e->processes[i]);
	free(e->files);
	free(e->processes);
	free(e->links_delayed);
}

static void trackers_watch_file(const VrrpEngine *e, uint32_t file, bool init, Effects *out)
{
	Effect watch = { .kind = EFFECT_WATCH_FILE, .watch_file = e->config->files[file].watch };

	watch.watch_file.file = file;
	watch.watch_file.on = true;
	if (!init)
		watch.watch_file.init = NULL;
	effects_add(out, watch);
}

static void trackers_unwatch_file(uint32_t file, const char *path, Effects *out)
{
	effects_add(out, (Effect){ .kind = EFFECT_WATCH_FILE,
				 .watch_file = { .file = file, .path = path } });
}

static void trackers_watch_processes(bool on, Effects *out)
{
	effects_add(out, (Effect){ .kind = EFFECT_WATCH_PROCESSES, .watch_processes = on });
}

void vrrp_trackers_start(VrrpEngine *e, Effects *out)
{
	const VrrpConfig *c = e->config;

	for (size_t i = 0; i < c->n_link_delays; i++)
		vrrp_trackers_link(e, c->link_delays[i].name, 0);
	for (uint32_t i = 0; i < c->n_files; i++)
		trackers_watch_file(e, i, true, out);
	if (c->n_processes)
		trackers_watch_processes(true, out);
}

void vrrp_trackers_stop(VrrpEngine *e, Effects *out)
{
	const VrrpConfig *c = e->config;

	for (uint32_t i = 0; i < c->n_files; i++)
		trackers_unwatch_file(i, c->files[i].watch.path, out);
	if (c->n_processes)
		trackers_watch_processes(false, out);
	for (size_t i = 0; i < c->n_processes; i++)
		e->processes[i].due = INSTANT_NEVER;
	for (size_t i = 0; i < c->n_link_delays; i++)
		e->links_delayed[i].due = INSTANT_NEVER;
}

/* ---- reload ------------------------------------------------------------------------------- */

/* All are watched anew, under their new numbers. */
static void trackers_adopt_files(
	VrrpEngine *e, const VrrpEngine *old, const VrrpReload *reload, Effects *out)
{
	const VrrpConfig *c = e->config, *before = old->config;

	for (uint32_t i = 0; i < c->n_files; i++) {
		const TrackFile *was =
			reload->files[i] == VRRP_NEW ? NULL : &old->files[reload->files[i]];
		const bool same = was && !strcmp(was->config->watch.path, c->files[i].watch.path);

		if (same) {
			e->files[i].known = was->known;
			e->files[i].value = was->value;
		}
		trackers_watch_file(e, i, !same, out);
	}
	for (size_t i = c->n_files; i < before->n_files; i++)
		trackers_unwatch_file(
			(uint32_t)i, arena_strdup(&out->scratch, before->files[i].watch.path), out);
}

/* Something to be looked for that was not: all that run are to be told once more. */
static void trackers_adopt_processes(
	VrrpEngine *e, VrrpEngine *old, const VrrpReload *reload, Instant now, Effects *out)
{
	bool any = false;

	for (size_t i = 0; i < e->config->n_processes; i++)
		any |= reload->processes[i] == VRRP_NEW ||
		       !track_process_adopt(
			       &e->processes[i], &old->processes[reload->processes[i]], now, out);
	if (any)
		trackers_watch_processes(true, out);
	else if (!e->config->n_processes && old->config->n_processes)
		trackers_watch_processes(false, out);
}

void vrrp_trackers_adopt(
	VrrpEngine *e, VrrpEngine *old, const VrrpReload *reload, Instant now, Effects *out)
{
	trackers_adopt_files(e, old, reload, out);
	trackers_adopt_processes(e, old, reload, now, out);
	for (size_t i = 0; i < e->config->n_link_delays; i++) {
		TrackLink *t = &e->links_delayed[i];

		if (reload->links[i] != VRRP_NEW) {
			*t = old->links_delayed[reload->links[i]];
			t->config = &e->config->link_delays[i];
		}
		vrrp_trackers_link(e, t->config->name, now);
	}
}

/* ---- files and processes ------------------------------------------------------------------ */

static bool trackers_has(const VrrpTrack *tracks, size_t n, size_t index)
{
	for (size_t i = 0; i < n; i++)
		if (tracks[i].index == index)
			return true;
	return false;
}

static void trackers_file_changed(VrrpEngine *e, size_t file, Instant now, Effects *out)
{
	for (size_t i = 0; i < e->config->n_instances; i++) {
		const VrrpInstanceConfig *c = &e->config->instances[i];

		if (trackers_has(c->files, c->n_files, file))
			vrrp_engine_health(e, &e->routers[i], now, out);
	}
}

static void trackers_process_changed(VrrpEngine *e, size_t process, Instant now, Effects *out)
{
	for (size_t i = 0; i < e->config->n_instances; i++) {
		const VrrpInstanceConfig *c = &e->config->instances[i];

		if (trackers_has(c->processes, c->n_processes, process))
			vrrp_engine_health(e, &e->routers[i], now, out);
	}
}

void vrrp_engine_file(VrrpEngine *e, const EventFile *event, Instant now, Effects *out)
{
	if (e->running && event->file < e->config->n_files &&
		track_file_seen(&e->files[event->file], event, out))
		trackers_file_changed(e, event->file, now, out);
}

void vrrp_engine_process(VrrpEngine *e, const EventProcess *p, Instant now, Effects *out)
{
	for (size_t i = 0; e->running && i < e->config->n_processes; i++)
		if (track_process_seen(&e->processes[i], p, now, out))
			trackers_process_changed(e, i, now, out);
}

void vrrp_engine_process_gone(VrrpEngine *e, int32_t pid, Instant now, Effects *out)
{
	for (size_t i = 0; e->running && i < e->config->n_processes; i++)
		if (track_process_gone(&e->processes[i], pid, now, out))
			trackers_process_changed(e, i, now, out);
}

void vrrp_engine_processes_told(VrrpEngine *e, Instant now, Effects *out)
{
	for (size_t i = 0; e->running && i < e->config->n_processes; i++)
		if (track_process_settled(&e->processes[i], out))
			trackers_process_changed(e, i, now, out);
}

/* ---- links -------------------------------------------------------------------------------- */

static TrackLink *trackers_find_link(const VrrpEngine *e, const char *name)
{
	for (size_t i = 0; i < e->config->n_link_delays; i++)
		if (!strcmp(e->config->link_delays[i].name, name))
			return &e->links_delayed[i];
	return NULL;
}

/* A backup that hears nothing while its link is down but counts as up must not take over: no delay
 * is as long as the shortest wait for a master on the link (behaviour 49). */
static Span trackers_most_delay(const VrrpEngine *e, const char *link)
{
	Span most = INSTANT_NEVER;

	for (size_t i = 0; i < e->config->n_instances; i++) {
		const VrrpRouter *r = &e->routers[i];
		const Span wait = (r->config->down_timer_adverts - 1) * r->master_advert_usec;

		if (vrrp_router_uses_link(r, link))
			most = MIN(most, wait - MIN(wait, TRACKERS_MARGIN_USEC));
	}
	return most;
}

void vrrp_trackers_link(VrrpEngine *e, const char *name, Instant now)
{
	TrackLink *t = trackers_find_link(e, name);
	const Link *l = link_by_name(e->links, name);

	if (!t)
		return;
	if (l)
		track_link_seen(t, l->up, trackers_most_delay(e, name), now);
	else
		track_link_gone(t);
}

bool vrrp_trackers_link_up(const VrrpEngine *e, const char *name)
{
	const TrackLink *t = trackers_find_link(e, name);
	const Link *l = link_by_name(e->links, name);

	if (t && t->known)
		return t->up;
	return l && l->up;
}

/* ---- time --------------------------------------------------------------------------------- */

void vrrp_trackers_timer(VrrpEngine *e, Instant now, Effects *out)
{
	for (size_t i = 0; i < e->config->n_link_delays; i++)
		if (track_link_timer(&e->links_delayed[i], now))
			vrrp_engine_link(e, e->config->link_delays[i].name, now, out);
	for (size_t i = 0; i < e->config->n_processes; i++)
		if (track_process_timer(&e->processes[i], now, out))
			trackers_process_changed(e, i, now, out);
}

Instant vrrp_trackers_next_due(const VrrpEngine *e)
{
	Instant due = INSTANT_NEVER;

	for (size_t i = 0; i < e->config->n_link_delays; i++)
		due = MIN(due, e->links_delayed[i].due);
	for (size_t i = 0; i < e->config->n_processes; i++)
		due = MIN(due, e->processes[i].due);
	return due;
}
