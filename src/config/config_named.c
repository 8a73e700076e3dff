/* SPDX-License-Identifier: MIT */
#include "config/config_bind.h"

/* Blocks that are found by their name: where they begin, and whether what lists name is there. */

static const char *const words[NAMED_KINDS] = {
	[NAMED_SYNC_GROUP] = "vrrp_sync_group",
	[NAMED_TRACK_GROUP] = "track_group",
	[NAMED_FILE] = "track_file",
	[NAMED_PROCESS] = "vrrp_track_process",
	[NAMED_BFD] = "bfd_instance",
	[NAMED_SCRIPT] = "vrrp_script",
	[NAMED_INSTANCE] = "vrrp_instance",
};

static void *begin(ConfigBind *b, const ConfigStatement *s, ConfigNamedKind kind)
{
	ConfigNamedDraft *n = ARENA_NEW(b->arena, ConfigNamedDraft);
	ConfigDraft *d = b->draft;
	const ConfigNamedDraft *other;
	uint32_t index;

	n->kind = kind;
	n->pos = s->pos;
	vec_push(&d->all_named, n);
	if (s->n_words < 2 || !*s->words[1].text)
		return n; /* was told */
	n->name = s->words[1].text;
	if (config_names_add(&d->named_names[kind], n->name, &index)) {
		vec_push(&d->named_index[kind], (uint32_t)d->named.n);
		vec_push(&d->named, n);
		return n;
	}
	other = d->named.items[d->named_index[kind].items[index]];
	config_error(b->report, s->words[1].pos, "the %s `%s` is defined already, in line %u",
		words[kind], SHORT(n->name), other->pos.line);
	config_hint(b->report, "give it another name or remove one of the two");
	return n;
}

void *config_begin_sync_group(ConfigBind *b, const ConfigStatement *s)
{
	return begin(b, s, NAMED_SYNC_GROUP);
}

void *config_begin_track_group(ConfigBind *b, const ConfigStatement *s)
{
	return begin(b, s, NAMED_TRACK_GROUP);
}

void *config_begin_track_file(ConfigBind *b, const ConfigStatement *s)
{
	return begin(b, s, NAMED_FILE);
}

void *config_begin_process(ConfigBind *b, const ConfigStatement *s)
{
	return begin(b, s, NAMED_PROCESS);
}

enum { BFD_NAME_MAX = 31 };

void *config_begin_bfd(ConfigBind *b, const ConfigStatement *s)
{
	if (s->n_words > 1 && strlen(s->words[1].text) > BFD_NAME_MAX)
		config_error(b->report, s->words[1].pos,
			"the name of a bfd_instance has at most %d characters", BFD_NAME_MAX);
	return begin(b, s, NAMED_BFD);
}

static const ConfigNames *names_of(const ConfigDraft *d, ConfigNamedKind kind)
{
	if (kind == NAMED_SCRIPT)
		return &d->script_names;
	return kind == NAMED_INSTANCE ? &d->instance_names : &d->named_names[kind];
}

static SourcePos pos_of(const ConfigDraft *d, ConfigNamedKind kind, uint32_t index)
{
	if (kind == NAMED_SCRIPT)
		return d->scripts.items[index]->pos;
	if (kind == NAMED_INSTANCE)
		return d->instances.items[index]->pos;
	return d->named.items[d->named_index[kind].items[index]]->pos;
}

static const char *near_name(const ConfigNames *names, const char *name)
{
	unsigned best = config_near_enough(name) + 1, distance;
	const char *near = NULL;

	for (size_t i = 0; i < names->names.n; i++) {
		distance = config_distance(name, names->names.items[i], best);
		if (distance < best) {
			best = distance;
			near = names->names.items[i];
		}
	}
	return near;
}

typedef struct Seen { /* has no padding */
	const char *file;
	uint32_t line, column, kind, index;
} Seen;

/* The same name once more: in the same block, or anywhere when it may be in one only. */
static bool again(const ConfigReference *r, uint32_t index, Map *seen)
{
	const Seen key = { .file = r->alone ? NULL : r->owner.file,
		.line = r->alone ? 0 : r->owner.line,
		.column = r->alone ? 0 : r->owner.column,
		.kind = r->kind,
		.index = index };

	if (map_get(seen, &key, NULL))
		return true;
	map_put(seen, &key, 0);
	return false;
}

static void reference(ConfigBind *b, const ConfigReference *r, Map *seen)
{
	const ConfigNames *names = names_of(b->draft, r->kind);
	const char *near;
	SourcePos pos;
	uint32_t index;

	if (!config_names_get(names, r->name, &index)) {
		config_error(
			b->report, r->pos, "there is no %s `%s`", words[r->kind], SHORT(r->name));
		near = b->report->muted ? NULL : near_name(names, r->name);
		if (near)
			config_hint(b->report, "did you mean `%s`?", SHORT(near));
		return;
	}
	if (r->kind != NAMED_TRACK_GROUP && again(r, index, seen))
		config_warning(b->report, r->pos, "`%s` is in %s already: this is left out",
			SHORT(r->name), r->alone ? "a vrrp_sync_group" : "this list");
	if (r->kind == NAMED_SCRIPT)
		b->draft->scripts.items[index]->used = true;
	else if (r->kind != NAMED_INSTANCE)
		b->draft->named.items[b->draft->named_index[r->kind].items[index]]->used = true;
	pos = pos_of(b->draft, r->kind, index);
	if (r->kind != NAMED_INSTANCE && pos.file == r->owner.file && pos.line > r->owner.line)
		config_warning(b->report, r->pos,
			"`%s` is defined at line %u, below its use; keepalived would not track it",
			SHORT(r->name), pos.line);
}

/* Values of one block that must fit together. */
static void fitting(ConfigBind *b, const ConfigNamedDraft *n)
{
	if (config_given(&n->source) && config_given(&n->required) &&
		n->source.ip.family != n->required.ip.family)
		config_error(b->report, n->source.pos,
			"source_ip and neighbor_ip are not both IPv4 or both IPv6");
}

static void required(ConfigBind *b, const ConfigNamedDraft *n)
{
	static const char *const keywords[NAMED_KINDS] = {
		[NAMED_FILE] = "file", [NAMED_PROCESS] = "process", [NAMED_BFD] = "neighbor_ip"
	};

	if (keywords[n->kind] && config_missing(&n->required)) {
		config_error(
			b->report, n->pos, "`%s` has no %s", SHORT(n->name), keywords[n->kind]);
		config_hint(b->report, "add `%s`", keywords[n->kind]);
	} else if (n->kind == NAMED_SYNC_GROUP && n->names.n == 1) {
		config_warning(b->report, n->pos, "`%s` has only one member", SHORT(n->name ?: ""));
	} else if (n->kind == NAMED_SYNC_GROUP && !n->names.n) {
		config_error(b->report, n->pos, "`%s` has no members", SHORT(n->name));
		config_hint(b->report, "name its instances: `group { ... }`");
	}
}

/* All addresses that an instance sends from or to are of one family. */
static void family_of(ConfigBind *b, ConfigInstanceDraft *i, const ConfigValue *v)
{
	if (!config_given(v))
		return;
	if (!i->family)
		i->family = (IpFamily)v->ip.family;
	if (i->family != v->ip.family) {
		config_error(b->report, v->pos, "`%s` has %s addresses, this is not one of them",
			SHORT(i->name ?: ""), i->family == IP_V6 ? "IPv6" : "IPv4");
	} else if (i->family == IP_V6 && !i->told_ipv6) {
		config_unsupported(b->report, v->pos, "IPv6: understood, not yet carried out");
		i->told_ipv6 = true;
	}
}

/* What goes only with another keyword, or not with it. */
static void companions(ConfigBind *b, ConfigInstanceDraft *i)
{
	if (config_given(&i->vmac_xmit_base) && config_missing(&i->use_vmac))
		config_warning(b->report, i->vmac_xmit_base.pos,
			"vmac_xmit_base has no meaning without use_vmac");
	if (config_given(&i->vrf) && config_given(&i->interface))
		config_warning(b->report, i->vrf.pos, "vrf has no meaning beside interface");
}

static void families(ConfigBind *b, ConfigInstanceDraft *i)
{
	if (config_given(&i->native_ipv6) && i->family == IP_V4) {
		config_error(b->report, i->native_ipv6.pos,
			"native_ipv6 does not go with IPv4 addresses");
		return;
	}
	if (config_given(&i->native_ipv6))
		i->family = IP_V6;
	family_of(b, i, &i->unicast_src_ip);
	family_of(b, i, &i->mcast_src_ip);
	family_of(b, i, &i->mcast_dst_ip);
}

void config_bind_references(ConfigBind *b)
{
	_cleanup_(map_free) Map seen = MAP_INIT(sizeof(Seen));

	vec_foreach(n, &b->draft->named) {
		required(b, *n);
		fitting(b, *n);
	}
	vec_foreach(i, &b->draft->all) {
		families(b, *i);
		companions(b, *i);
	}
	vec_foreach(r, &b->draft->references)
		reference(b, r, &seen);
}
