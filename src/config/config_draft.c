/* SPDX-License-Identifier: MIT */
#include "config/config_draft.h"

ConfigDraft config_draft(void)
{
	ConfigDraft d = { 0 };

	d.script_names.map = MAP_INIT(sizeof(uint64_t));
	d.instance_names.map = MAP_INIT(sizeof(uint64_t));
	for (size_t i = 0; i < NAMED_KINDS; i++)
		d.named_names[i].map = MAP_INIT(sizeof(uint64_t));
	return d;
}

static void names_free(ConfigNames *n)
{
	map_free(&n->map);
	vec_free(&n->names);
}

static void trackers_free(ConfigTrackers *t)
{
	vec_free(&t->interfaces);
	vec_free(&t->scripts);
	vec_free(&t->files);
	vec_free(&t->processes);
}

void config_draft_free(ConfigDraft *d)
{
	vec_foreach(p, &d->all) {
		ConfigInstanceDraft *i = *p;

		trackers_free(&i->trackers);
		vec_free(&i->peers);
		vec_free(&i->vips);
		vec_free(&i->excluded);
	}
	vec_free(&d->instances);
	vec_free(&d->all);
	vec_free(&d->scripts);
	names_free(&d->script_names);
	names_free(&d->instance_names);
	for (size_t i = 0; i < NAMED_KINDS; i++) {
		names_free(&d->named_names[i]);
		vec_free(&d->named_index[i]);
	}
	vec_foreach(p, &d->all_named) {
		trackers_free(&(*p)->trackers);
		vec_free(&(*p)->names);
		vec_free(&(*p)->members);
	}
	vec_free(&d->named);
	vec_free(&d->all_named);
	vec_free(&d->global.mail.to);
	vec_free(&d->global.link_delays);
	vec_free(&d->references);
}

/* The name's entry, or in ret_key the key under which it may be added. */
static bool names_find(
	const ConfigNames *n, const char *name, uint64_t *ret_key, uint32_t *ret_index)
{
	uint64_t key = map_hash(name, strlen(name));
	uint32_t index;

	for (; map_get(&n->map, &key, &index); key++) {
		if (!strcmp(n->names.items[index], name)) {
			*ret_index = index;
			return true;
		}
	}
	*ret_key = key;
	return false;
}

bool config_names_add(ConfigNames *n, const char *name, uint32_t *ret_index)
{
	uint64_t key;

	if (names_find(n, name, &key, ret_index))
		return false;
	*ret_index = (uint32_t)n->names.n;
	map_put(&n->map, &key, *ret_index);
	vec_push(&n->names, name);
	return true;
}

bool config_names_get(const ConfigNames *n, const char *name, uint32_t *ret_index)
{
	uint64_t key;

	return names_find(n, name, &key, ret_index);
}
