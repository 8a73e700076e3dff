/* SPDX-License-Identifier: MIT */
#include "config/config.h"

#include "base/map.h"

/* A copy of the engine's configuration alone. Words that are equal are kept once: a thousand
 * instances stand on one interface. */

typedef struct Compact {
	Arena *arena;
	Map words; /* from the hash of a word, plus the number of the try, into `kept` */
	VEC(const char *) kept;
} Compact;

static const char *compact_word(Compact *c, const char *word)
{
	uint32_t at;

	if (!word)
		return NULL;
	for (uint64_t hash = map_hash(word, strlen(word));; hash++) {
		if (!map_get(&c->words, &hash, &at)) {
			map_put(&c->words, &hash, (uint32_t)c->kept.n);
			vec_push(&c->kept, arena_strdup(c->arena, word));
			return c->kept.items[c->kept.n - 1];
		}
		if (!strcmp(c->kept.items[at], word))
			return c->kept.items[at];
	}
}

/* Ends in NULL, as an argv does. */
static const char *const *compact_words(Compact *c, const char *const *words)
{
	const char **to;
	size_t n = 0;

	if (!words)
		return NULL;
	while (words[n])
		n++;
	to = arena_alloc(c->arena, n + 1, sizeof(*to));
	for (size_t i = 0; i < n; i++)
		to[i] = compact_word(c, words[i]);
	return to;
}

#define COMPACT_COPY(c, items, n) ((items) = arena_copy((c)->arena, (items), (n), sizeof(*(items))))

static void compact_job_in_place(Compact *c, JobSpec *job)
{
	job->name = compact_word(c, job->name);
	job->argv = compact_words(c, job->argv);
	COMPACT_COPY(c, job->groups, job->n_groups);
	assert(!job->input); /* what a program reads is made when it runs */
}

static const JobSpec *compact_job(Compact *c, const JobSpec *job)
{
	JobSpec *to = job ? arena_copy(c->arena, job, 1, sizeof(*job)) : NULL;

	if (to)
		compact_job_in_place(c, to);
	return to;
}

static void compact_notify(Compact *c, VrrpNotifyConfig *n)
{
	n->master = compact_job(c, n->master);
	n->backup = compact_job(c, n->backup);
	n->fault = compact_job(c, n->fault);
	n->stop = compact_job(c, n->stop);
	n->deleted = compact_job(c, n->deleted);
	n->any = compact_job(c, n->any);
	n->master_rx_lower_pri = compact_job(c, n->master_rx_lower_pri);
}

static void compact_floating(Compact *c, FloatingConfig *f)
{
	const char **const words[] = { &f->address, &f->token_file, &f->url, &f->metadata_url,
		&f->ca_file, &f->server, &f->id, &f->owner_url, &f->owner_pointer, &f->assign_url,
		&f->assign_method, &f->assign_body, &f->program, &f->token };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		*words[i] = compact_word(c, *words[i]);
	f->script = compact_job(c, f->script);
}

static void compact_instance(Compact *c, VrrpInstanceConfig *i)
{
	i->name = compact_word(c, i->name);
	i->interface = compact_word(c, i->interface);
	COMPACT_COPY(c, i->peers, i->n_peers);
	COMPACT_COPY(c, i->vips, i->n_vips);
	for (size_t n = 0; n < i->n_vips; n++) {
		i->vips[n].dev = compact_word(c, i->vips[n].dev);
		i->vips[n].label = compact_word(c, i->vips[n].label);
	}
	COMPACT_COPY(c, i->interfaces, i->n_interfaces);
	for (size_t n = 0; n < i->n_interfaces; n++)
		i->interfaces[n].name = compact_word(c, i->interfaces[n].name);
	COMPACT_COPY(c, i->scripts, i->n_scripts);
	COMPACT_COPY(c, i->files, i->n_files);
	COMPACT_COPY(c, i->processes, i->n_processes);
	compact_notify(c, &i->notify);
	COMPACT_COPY(c, i->floating, i->n_floating);
	for (size_t n = 0; n < i->n_floating; n++)
		compact_floating(c, &i->floating[n]);
}

static void compact_tracked(Compact *c, VrrpConfig *v)
{
	COMPACT_COPY(c, v->scripts, v->n_scripts);
	for (size_t n = 0; n < v->n_scripts; n++) {
		v->scripts[n].name = compact_word(c, v->scripts[n].name);
		compact_job_in_place(c, &v->scripts[n].job);
	}
	COMPACT_COPY(c, v->files, v->n_files);
	for (size_t n = 0; n < v->n_files; n++) {
		v->files[n].name = compact_word(c, v->files[n].name);
		v->files[n].watch.path = compact_word(c, v->files[n].watch.path);
		v->files[n].watch.init = compact_word(c, v->files[n].watch.init);
	}
	COMPACT_COPY(c, v->processes, v->n_processes);
	for (size_t n = 0; n < v->n_processes; n++) {
		v->processes[n].name = compact_word(c, v->processes[n].name);
		v->processes[n].argv = compact_words(c, v->processes[n].argv);
	}
	COMPACT_COPY(c, v->link_delays, v->n_link_delays);
	for (size_t n = 0; n < v->n_link_delays; n++) {
		v->link_delays[n].name = compact_word(c, v->link_delays[n].name);
		v->link_delays[n].pos = (SourcePos){ 0 };
	}
}

static void compact_groups(Compact *c, VrrpConfig *v)
{
	const VrrpGroupConfig *before = v->groups;

	COMPACT_COPY(c, v->groups, v->n_groups);
	for (size_t n = 0; n < v->n_groups; n++) {
		v->groups[n].name = compact_word(c, v->groups[n].name);
		COMPACT_COPY(c, v->groups[n].members, v->groups[n].n_members);
		compact_notify(c, &v->groups[n].notify);
	}
	for (size_t n = 0; n < v->n_instances; n++)
		if (v->instances[n].sync_group)
			v->instances[n].sync_group =
				v->groups + (v->instances[n].sync_group - before);
}

static void compact_mail(Compact *c, VrrpMailConfig *m)
{
	m->host = compact_word(c, m->host);
	m->program = compact_word(c, m->program);
	m->helo = compact_word(c, m->helo);
	m->from = compact_word(c, m->from);
	if (m->n_to) {
		const char **to = arena_alloc(c->arena, m->n_to, sizeof(*to));

		for (size_t n = 0; n < m->n_to; n++)
			to[n] = compact_word(c, m->to[n]);
		m->to = to;
	}
}

void config_compact(Config *config)
{
	Arena arena = { 0 };
	Compact c = { .arena = &arena, .words = MAP_INIT(sizeof(uint64_t)) };
	VrrpConfig *v = &config->vrrp;

	v->router_id = compact_word(&c, v->router_id);
	COMPACT_COPY(&c, v->instances, v->n_instances);
	for (size_t n = 0; n < v->n_instances; n++)
		compact_instance(&c, &v->instances[n]);
	compact_tracked(&c, v);
	compact_groups(&c, v);
	for (size_t n = 0; n < VRRP_FIFOS; n++) {
		v->fifos[n].path = compact_word(&c, v->fifos[n].path);
		v->fifos[n].reader = compact_job(&c, v->fifos[n].reader);
	}
	compact_mail(&c, &v->mail);
	arena_free(&config->arena);
	config->arena = arena;
	config->model = NULL;
	map_free(&c.words);
	vec_free(&c.kept);
}
