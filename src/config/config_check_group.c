/* SPDX-License-Identifier: MIT */
#include "config/config_check.h"

/* Sync groups: who is in them, and what they track: that counts for each member, and what a member
 * tracks besides must not give it a priority of its own (behaviour 54 to 56). */

typedef struct Group {
	ConfigCheck *c;
	ConfigNamedDraft *of;
	ConfigInstanceDraft *member;
} Group;

static const char remedy[] =
	"name it in the group instead, or write `sync_group_tracking_weight` into the group";

/* The weight of a member's line is left out with what it stands at, or alone. */
static void leave_out(const Group *g, const ConfigTrack *t, const char *what, int64_t weight)
{
	config_warning(g->c->report, t->pos,
		"`%s` is in `%s`, whose members have one priority: the %s `%s` with weight %d is "
		"left out",
		SHORT(g->member->name), SHORT(g->of->name), what, SHORT(t->name), (int)weight);
	config_hint(g->c->report, "%s", remedy);
}

static void weight_to_0(const Group *g, ConfigTrack *t, const char *what)
{
	config_warning(g->c->report, t->pos,
		"`%s` is in `%s`, whose members have one priority: the %s `%s` has weight 0 here",
		SHORT(g->member->name), SHORT(g->of->name), what, SHORT(t->name));
	config_hint(g->c->report, "write `%s weight 0`, or %s", SHORT(t->name), remedy);
	t->weight = (ConfigValue){ .pos = t->pos, .text = "0" };
}

/* Of a script any weight goes, of a file any but the 1 that it has unless told otherwise. */
static void alter_weights(const Group *g)
{
	ConfigTrackers *t = &g->member->trackers;
	const ConfigDraft *d = g->c->draft;
	size_t kept = 0;

	vec_foreach(i, &t->interfaces)
		if (config_track_weight(i, NULL, 0))
			weight_to_0(g, i, "interface");
	vec_foreach(s, &t->scripts) {
		const int64_t w = config_track_weight(s, &d->scripts.items[s->index]->weight, 0);

		if (w)
			leave_out(g, s, "script", w);
		else
			t->scripts.items[kept++] = *s;
	}
	t->scripts.n = kept;
	kept = 0;
	vec_foreach(f, &t->files) {
		const int64_t w = config_track_weight(f, &d->named.items[f->index]->weight, 1);

		if (w && w != 1) {
			leave_out(g, f, "file", w);
			continue;
		}
		if (w)
			weight_to_0(g, f, "file");
		t->files.items[kept++] = *f;
	}
	t->files.n = kept;
}

static bool listed(const ConfigTrackList *list, const char *name)
{
	vec_foreach(t, list)
		if (!strcmp(t->name, name))
			return true;
	return false;
}

/* Takes the group's over, and of the member's own those that the group has not. */
static void merge(const Group *g, const ConfigTrackList *from, ConfigTrackList *to, const char *own)
{
	size_t kept = 0;

	vec_foreach(t, to) {
		if (!listed(from, t->name)) {
			to->items[kept++] = *t;
			continue;
		}
		config_warning(g->c->report, t->pos,
			"`%s` is tracked by the group `%s` already: this is left out",
			SHORT(t->name), SHORT(g->of->name));
		config_hint(g->c->report, "remove it here or in the group");
	}
	to->n = kept;
	vec_foreach(t, from)
		if (!own || strcmp(t->name, own) != 0 || t->weight.number)
			vec_push(to, *t);
}

/* A member's own interface is tracked anyway. */
static void merge_all(const Group *g)
{
	ConfigInstanceDraft *i = g->member;
	const ConfigTrackers *from = &g->of->trackers;
	const char *own = config_given(&i->interface) && config_missing(&i->dont_track_primary)
				  ? i->interface.text
				  : NULL;

	merge(g, &from->interfaces, &i->trackers.interfaces, own);
	merge(g, &from->scripts, &i->trackers.scripts, NULL);
	merge(g, &from->files, &i->trackers.files, NULL);
	merge(g, &from->processes, &i->trackers.processes, NULL);
}

/* The interfaces that the group names, once each. */
static void group_interfaces(ConfigCheck *c, ConfigTrackList *list)
{
	_cleanup_(map_free) Map seen = MAP_INIT(LIMIT_IFNAME);
	size_t kept = 0;

	vec_foreach(t, list) {
		char key[LIMIT_IFNAME] = "";

		memcpy(key, t->name, strlen(t->name));
		if (map_get(&seen, key, NULL)) {
			config_warning(c->report, t->pos,
				"`%s` is tracked already: this is left out", t->name);
			continue;
		}
		map_put(&seen, key, 0);
		config_check_interface(c, t->name, t->pos);
		list->items[kept++] = *t;
	}
	list->n = kept;
}

static void check_group(ConfigCheck *c, ConfigNamedDraft *of)
{
	ConfigDraft *d = c->draft;
	uint32_t index;

	group_interfaces(c, &of->trackers.interfaces);
	config_track_resolve(d, &of->trackers.scripts, NAMED_SCRIPT);
	config_track_resolve(d, &of->trackers.files, NAMED_FILE);
	config_track_resolve(d, &of->trackers.processes, NAMED_PROCESS);
	vec_foreach(name, &of->names) {
		Group g = { c, of, NULL };

		if (!config_names_get(&d->instance_names, *name, &index))
			continue; /* was told */
		g.member = d->instances.items[index];
		if (g.member->sync_group)
			continue; /* the same */
		g.member->sync_group = of;
		vec_push(&of->members, index);
		if (!config_given(&of->tracking_weight))
			alter_weights(&g);
		merge_all(&g);
	}
}

void config_check_groups(ConfigCheck *c)
{
	vec_foreach(n, &c->draft->named)
		if ((*n)->kind == NAMED_SYNC_GROUP)
			check_group(c, *n);
}
