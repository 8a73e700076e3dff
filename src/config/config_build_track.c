/* SPDX-License-Identifier: MIT */
#include "config/config_build.h"

/* What is watched, and how it counts for whom. Only what somebody tracks is watched. */

static void build_script(const ConfigScriptDraft *s, TrackScriptConfig *to)
{
	const Span interval = (Span)config_build_number(&s->interval, NULL, USEC_PER_SEC);
	const ConfigCommand *command = &s->command;

	*to = (TrackScriptConfig){
		.name = s->name,
		.job = { .name = s->name,
			.argv = command->argv,
			.uid = command->uid,
			.gid = command->gid,
			.groups = command->groups,
			.n_groups = command->n_groups,
			.timeout_usec =
				(Span)config_build_number(&s->timeout, NULL, (int64_t)interval) },
		.interval_usec = interval,
		.rise = (uint32_t)config_build_number(&s->rise, NULL, 1),
		.fall = (uint32_t)config_build_number(&s->fall, NULL, 1),
		.weight = (int)config_build_number(&s->weight, NULL, 0),
		.reverse = s->weight.reverse,
		.init_fail = config_given(&s->init_fail),
		.disabled = command->disabled,
	};
}

/* [VALUE] [overwrite] */
static void build_init(const ConfigStatement *s, Arena *arena, WatchFile *to)
{
	_cleanup_(strbuf_free) StrBuf text = { 0 };
	const char *value = "0";

	for (size_t i = 1; i < s->n_words; i++)
		if (!strcmp(s->words[i].text, "overwrite"))
			to->overwrite = true;
		else
			value = s->words[i].text;
	strbuf_printf(&text, "%s\n", value);
	to->init = arena_strdup(arena, strbuf_text(&text));
}

static void build_file(const ConfigNamedDraft *n, Arena *arena, TrackFileConfig *to)
{
	*to = (TrackFileConfig){
		.name = n->name,
		.watch = { .file = n->index, .path = n->required.text, .on = true },
		.weight = (int)config_build_number(&n->weight, NULL, 1),
		.reverse = n->weight.reverse,
	};
	if (config_given(&n->init_file))
		build_init(n->init_file.statement, arena, &to->watch);
}

/* Arguments are compared when there are any, and when param_match says that there are none. */
static TrackParamMatch param_match(const ConfigNamedDraft *n, size_t n_words)
{
	const ConfigValue *v = &n->param_match;

	if (!config_given(v))
		return n_words > 1 ? TRACK_PARAM_EXACT : TRACK_PARAM_NONE;
	if (v->statement->n_words == 1)
		return TRACK_PARAM_EXACT;
	return v->number ? TRACK_PARAM_PARTIAL : TRACK_PARAM_INITIAL;
}

static void build_process(const ConfigNamedDraft *n, Arena *arena, TrackProcessConfig *to)
{
	const ConfigStatement *s = n->required.statement;
	const size_t n_words = s ? s->n_words - 1 : 0;
	const char **argv = arena_alloc(arena, n_words + 1, sizeof(*argv));

	for (size_t i = 0; i < n_words; i++)
		argv[i] = s->words[i + 1].text;
	*to = (TrackProcessConfig){
		.name = n->name,
		.argv = argv,
		.full_command = config_given(&n->full_command),
		.param_match = param_match(n, n_words),
		.quorum = (uint32_t)config_build_number(&n->quorum, NULL, 1),
		.has_quorum_max = config_given(&n->quorum_max),
		.quorum_max = (uint32_t)config_build_number(&n->quorum_max, NULL, 0),
		.fork_delay_usec = (Span)config_build_number(&n->fork_delay, &n->delay, 0),
		.terminate_delay_usec =
			(Span)config_build_number(&n->terminate_delay, &n->delay, 0),
		.weight = (int)config_build_number(&n->weight, NULL, 0),
		.reverse = n->weight.reverse,
	};
	to->full_command |= to->param_match != TRACK_PARAM_NONE;
}

static void mark_needed(ConfigDraft *d)
{
	vec_foreach(p, &d->instances) {
		const ConfigTrackers *t = &(*p)->trackers;

		vec_foreach(s, &t->scripts)
			d->scripts.items[s->index]->needed = true;
		vec_foreach(f, &t->files)
			d->named.items[f->index]->needed = true;
		vec_foreach(n, &t->processes)
			d->named.items[n->index]->needed = true;
	}
}

void config_build_things(ConfigDraft *d, Arena *arena, VrrpConfig *to)
{
	const ConfigGlobalDraft *g = &d->global;

	mark_needed(d);
	to->scripts = arena_alloc(arena, d->scripts.n, sizeof(*to->scripts));
	to->files = arena_alloc(arena, d->named.n, sizeof(*to->files));
	to->processes = arena_alloc(arena, d->named.n, sizeof(*to->processes));
	vec_foreach(p, &d->scripts) {
		if (!(*p)->needed)
			continue;
		(*p)->index = (uint32_t)to->n_scripts;
		build_script(*p, &to->scripts[to->n_scripts++]);
	}
	vec_foreach(p, &d->named) {
		ConfigNamedDraft *n = *p;

		if (!n->needed)
			continue;
		if (n->kind == NAMED_FILE) {
			n->index = (uint32_t)to->n_files;
			build_file(n, arena, &to->files[to->n_files++]);
		} else {
			n->index = (uint32_t)to->n_processes;
			build_process(n, arena, &to->processes[to->n_processes++]);
		}
	}
	to->link_delays = arena_copy(
		arena, g->link_delays.items, g->link_delays.n, sizeof(*g->link_delays.items));
	to->n_link_delays = g->link_delays.n;
}

static VrrpTrack build_track(
	const ConfigTrack *t, uint32_t index, const ConfigValue *weight, int64_t standard)
{
	return (VrrpTrack){
		.index = index,
		.weight = (int)config_track_weight(t, weight, standard),
		.reverse = !t->noreverse && (t->reverse || weight->reverse),
	};
}

static size_t build_named(const ConfigDraft *d, const ConfigTrackList *from, int64_t standard,
	Arena *arena, VrrpTrack **ret_tracks)
{
	VrrpTrack *to = arena_alloc(arena, from->n, sizeof(*to));

	for (size_t i = 0; i < from->n; i++) {
		const ConfigNamedDraft *n = d->named.items[from->items[i].index];

		to[i] = build_track(&from->items[i], n->index, &n->weight, standard);
	}
	*ret_tracks = to;
	return from->n;
}

void config_build_trackers(
	const ConfigDraft *d, const ConfigTrackers *from, Arena *arena, VrrpInstanceConfig *to)
{
	to->interfaces = arena_alloc(arena, from->interfaces.n, sizeof(*to->interfaces));
	vec_foreach(t, &from->interfaces)
		to->interfaces[to->n_interfaces++] = (VrrpTrackInterface){
			.name = t->name,
			.weight = (int)config_track_weight(t, NULL, 0),
			.reverse = t->reverse && !t->noreverse,
		};
	to->scripts = arena_alloc(arena, from->scripts.n, sizeof(*to->scripts));
	vec_foreach(t, &from->scripts) {
		const ConfigScriptDraft *s = d->scripts.items[t->index];

		to->scripts[to->n_scripts++] = build_track(t, s->index, &s->weight, 0);
	}
	to->n_files = build_named(d, &from->files, 1, arena, &to->files);
	to->n_processes = build_named(d, &from->processes, 0, arena, &to->processes);
}
