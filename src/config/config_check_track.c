/* SPDX-License-Identifier: MIT */
#include "config/config_check.h"
#include "config/config_value.h"

/* Files and processes that are tracked, and links that are given time. */

int64_t config_track_weight(const ConfigTrack *t, const ConfigValue *own, int64_t standard)
{
	if (config_given(&t->weight))
		return t->weight.number;
	return own && config_given(own) ? own->number : standard;
}

void config_track_resolve(ConfigDraft *d, ConfigTrackList *list, ConfigNamedKind kind)
{
	const ConfigNames *names = kind == NAMED_SCRIPT ? &d->script_names : &d->named_names[kind];
	_cleanup_(map_free) Map seen = MAP_INIT(sizeof(uint32_t));
	size_t kept = 0;

	for (size_t n = 0; n < list->n; n++) {
		ConfigTrack t = list->items[n];

		if (!config_names_get(names, t.name, &t.index) || map_get(&seen, &t.index, NULL))
			continue; /* was told (config_named.c) */
		map_put(&seen, &t.index, 0);
		if (kind != NAMED_SCRIPT)
			t.index = d->named_index[kind].items[t.index];
		list->items[kept++] = t;
	}
	list->n = kept;
}

void config_check_files(ConfigCheck *c, ConfigInstanceDraft *i)
{
	config_track_resolve(c->draft, &i->trackers.files, NAMED_FILE);
	config_track_resolve(c->draft, &i->trackers.processes, NAMED_PROCESS);
}

enum {
	MSEC = 1000,
	COMM_MAX = 15, /* letters of the short name that the kernel has of a program */
};

/* Without arguments the short name is compared. */
static void rule_short_name(ConfigCheck *c, const ConfigNamedDraft *n)
{
	const ConfigStatement *s = n->required.statement;
	const char *name;

	if (!s || s->n_words > 2 || config_given(&n->full_command) || config_given(&n->param_match))
		return;
	name = n->required.text;
	if (strlen(name) <= COMM_MAX && !strchr(name, '/'))
		return;
	if (strchr(name, '/'))
		config_warning(c->report, n->required.pos,
			"`%s` is never found: it is compared with the kernel's short name, which "
			"has no path",
			SHORT(name));
	else
		config_warning(c->report, n->required.pos,
			"`%s` is found by its first %d letters, which is all that the kernel's "
			"short name has; keepalived would never find it",
			SHORT(name), COMM_MAX);
	config_hint(c->report, "add `full_command` to compare with the command line");
	config_keepalived(c->report, KEEPALIVED_SILENT);
}

static void rule_quorum(ConfigCheck *c, ConfigNamedDraft *n)
{
	const ConfigValue *most = &n->quorum_max;

	/* 0 alone: none may run, which 2.2.7 takes for a quorum of 0 as well. */
	if (!config_given(most) || (!most->number && config_missing(&n->quorum)) ||
		most->number >= (config_given(&n->quorum) ? n->quorum.number : 1))
		return;
	config_warning(c->report, most->pos, "quorum_max is less than quorum and is left out");
	n->quorum_max = (ConfigValue){ 0 };
}

static void rule_unused(ConfigCheck *c, const ConfigNamedDraft *n)
{
	const bool file = n->kind == NAMED_FILE;

	if (n->used || (!file && n->kind != NAMED_PROCESS))
		return;
	config_warning(
		c->report, n->pos, "no instance tracks `%s`: it is not watched", SHORT(n->name));
	config_hint(c->report, "name it in the `%s` block of an instance",
		file ? "track_file" : "track_process");
	config_keepalived(c->report, KEEPALIVED_SILENT);
}

/* What an instance may be late to learn of its link: then it would take the master, which it does
 * not hear any more, for dead (behaviour 49). */
static Span most_delay(const ConfigDraft *d, const ConfigInstanceDraft *i)
{
	const ConfigValue *own = &i->down_timer_adverts, *global = &d->global.down_timer_adverts;
	const int64_t interval =
		config_given(&i->advert_int) ? i->advert_int.number : (int64_t)USEC_PER_SEC;
	const int64_t n = config_given(own)	 ? own->number
			  : config_given(global) ? global->number
						 : 3;

	return (Span)((n - 1) * interval);
}

static void rule_delay(ConfigCheck *c, const TrackLinkConfig *t)
{
	const ConfigInstanceDraft *of = NULL;
	char seconds[CONFIG_SECONDS_SIZE];
	Span most = t->down_usec;

	vec_foreach(p, &c->draft->instances) {
		const ConfigInstanceDraft *i = *p;

		if (!config_given(&i->interface) || strcmp(i->interface.text, t->name) != 0 ||
			most_delay(c->draft, i) > most)
			continue;
		most = most_delay(c->draft, i);
		of = i;
	}
	if (!of)
		return;
	config_warning(c->report, t->pos,
		"a down delay of %s seconds or more is cut below that: else `%s` would become "
		"master before it knows that its link is down",
		config_seconds((int64_t)most, seconds), SHORT(of->name));
	config_hint(c->report, "write less than (down_timer_adverts - 1) * advert_int");
	config_keepalived(c->report, KEEPALIVED_SILENT);
}

void config_check_tracks(ConfigCheck *c)
{
	vec_foreach(p, &c->draft->named) {
		if ((*p)->kind == NAMED_PROCESS) {
			rule_short_name(c, *p);
			rule_quorum(c, *p);
		}
		rule_unused(c, *p);
	}
	vec_foreach(t, &c->draft->global.link_delays) {
		config_check_interface(c, t->name, t->pos);
		rule_delay(c, t);
	}
}
