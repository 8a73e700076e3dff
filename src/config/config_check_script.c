/* SPDX-License-Identifier: MIT */
#include "config/config_check.h"

/* Which scripts an instance tracks. */

static void no_such_script(ConfigCheck *c, const ConfigTrack *t)
{
	unsigned best = config_near_enough(t->name) + 1, distance;
	const char *near = NULL;

	config_error(c->report, t->pos, "there is no vrrp_script `%s`", SHORT(t->name));
	vec_foreach(s, &c->draft->scripts) {
		distance = config_distance(t->name, (*s)->name, best);
		if (distance < best) {
			best = distance;
			near = (*s)->name;
		}
	}
	if (near)
		config_hint(c->report, "did you mean `%s`?", SHORT(near));
	else
		config_hint(c->report, "define it above: `vrrp_script %s { script \"COMMAND\" }`",
			SHORT(t->name));
}

/* behaviour 119: keepalived does not find a script that is defined further down. */
void config_check_tracked(ConfigCheck *c, ConfigInstanceDraft *i)
{
	_cleanup_(map_free) Map seen = MAP_INIT(sizeof(uint32_t));
	size_t kept = 0;

	for (size_t n = 0; n < i->trackers.scripts.n; n++) {
		ConfigTrack *t = &i->trackers.scripts.items[n];
		ConfigScriptDraft *s;

		if (!config_names_get(&c->draft->script_names, t->name, &t->index)) {
			no_such_script(c, t);
			continue;
		}
		s = c->draft->scripts.items[t->index];
		s->used = true;
		if (map_get(&seen, &t->index, NULL)) {
			config_warning(c->report, t->pos,
				"`%s` is tracked already: this is left out", SHORT(t->name));
			continue;
		}
		map_put(&seen, &t->index, 0);
		if (s->pos.line > i->pos.line) {
			config_warning(c->report, t->pos,
				"`%s` is defined at line %u, below its use; keepalived would not "
				"track it",
				SHORT(t->name), s->pos.line);
			config_hint(c->report, "move the vrrp_script block above the instance");
		}
		i->trackers.scripts.items[kept++] = *t;
	}
	i->trackers.scripts.n = kept;
}

void config_check_unused(ConfigCheck *c)
{
	vec_foreach(p, &c->draft->scripts) {
		if ((*p)->used)
			continue;
		config_warning(c->report, (*p)->pos, "no instance tracks `%s`: it is not run",
			SHORT((*p)->name));
		config_hint(c->report, "name it in the `track_script` block of an instance");
		config_keepalived(c->report, KEEPALIVED_SILENT);
	}
}
