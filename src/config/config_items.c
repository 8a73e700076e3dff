/* SPDX-License-Identifier: MIT */
#include "config/config_address.h"
#include "config/config_bind.h"
#include "config/config_value.h"

/* What the keyword table calls: blocks that begin, and lines with a grammar of their own. */

void *config_begin_global(ConfigBind *b, const ConfigStatement *s _unused_)
{
	return &b->draft->global;
}

/* True when the name is new: the draft of the block is to be kept. */
static bool begin_named(ConfigBind *b, const ConfigStatement *s, ConfigNames *names,
	const SourcePos *(*where)(const ConfigDraft *d, uint32_t index))
{
	const ConfigWord *w = s->n_words > 1 ? &s->words[1] : s->words;
	uint32_t index;

	if (s->n_words < 2 || !*w->text)
		return false; /* was told */
	if (config_names_add(names, w->text, &index))
		return true;
	config_error(b->report, w->pos, "the %s `%s` is defined already, in line %u",
		s->words[0].text, SHORT(w->text), where(b->draft, index)->line);
	config_hint(b->report, "give it another name or remove one of the two");
	if (names == &b->draft->script_names)
		config_keepalived(b->report, KEEPALIVED_SILENT);
	return false;
}

static const SourcePos *script_pos(const ConfigDraft *d, uint32_t index)
{
	return &d->scripts.items[index]->pos;
}

static const SourcePos *instance_pos(const ConfigDraft *d, uint32_t index)
{
	return &d->instances.items[index]->pos;
}

void *config_begin_script(ConfigBind *b, const ConfigStatement *s)
{
	ConfigScriptDraft *script = ARENA_NEW(b->arena, ConfigScriptDraft);

	script->pos = s->pos;
	if (begin_named(b, s, &b->draft->script_names, script_pos)) {
		script->name = s->words[1].text;
		vec_push(&b->draft->scripts, script);
	}
	return script;
}

void *config_begin_instance(ConfigBind *b, const ConfigStatement *s)
{
	ConfigInstanceDraft *instance = ARENA_NEW(b->arena, ConfigInstanceDraft);

	instance->pos = s->pos;
	instance->statement = s;
	vec_push(&b->draft->all, instance);
	if (begin_named(b, s, &b->draft->instance_names, instance_pos)) {
		instance->name = s->words[1].text;
		vec_push(&b->draft->instances, instance);
	}
	return instance;
}

void config_bind_preempt(ConfigBind *b _unused_, const ConfigStatement *s _unused_, void *draft)
{
	((ConfigInstanceDraft *)draft)->nopreempt = (ConfigValue){ 0 };
}

static void told_ipv6(ConfigBind *b, ConfigInstanceDraft *i, SourcePos pos)
{
	if (!i->told_ipv6)
		config_unsupported(b->report, pos, "IPv6: understood, not yet carried out");
	i->told_ipv6 = true;
}

static void no_track_group(ConfigBind *b, const ConfigAddress *a)
{
	if (a->track_group)
		config_error(
			b->report, a->track_group->pos, "track_group is for static addresses only");
}

void config_item_vip(ConfigBind *b, const ConfigStatement *s, void *draft)
{
	ConfigInstanceDraft *i = draft;
	ConfigAddress address;
	IpFamily family;

	if (!config_address(b, s, &address)) {
		i->bad_vip = true;
		return;
	}
	no_track_group(b, &address);
	family = (IpFamily)address.spec.ip.family;
	if (family == IP_V6)
		told_ipv6(b, i, s->pos);
	if (!i->family)
		i->family = family;
	if (i->family == family) {
		vec_push(&i->vips, address);
		return;
	}
	config_error(b->report, s->pos, "the addresses of an instance are all IPv4 or all IPv6");
	config_hint(b->report, "virtual_ipaddress_excluded may hold those of the other kind");
	i->bad_vip = true;
}

void config_item_excluded(ConfigBind *b, const ConfigStatement *s, void *draft)
{
	ConfigInstanceDraft *i = draft;
	ConfigAddress address;

	if (!config_address(b, s, &address))
		return;
	no_track_group(b, &address);
	if (address.spec.ip.family == IP_V6)
		told_ipv6(b, i, s->pos);
	vec_push(&i->excluded, address);
}

static bool item_weight(
	ConfigBind *b, const ConfigStatement *s, size_t at, int most, ConfigTrack *t)
{
	const ConfigWord *w = &s->words[at + 1];
	int64_t number;

	if (at + 1 == s->n_words) {
		config_error(b->report, s->words[at].pos, "`weight` needs a value");
		config_hint(b->report, "write `weight N`, -%d to %d", most, most);
		return false;
	}
	if (!config_parse_number(w->text, &number) || number < -254 || number > 254) {
		config_error(b->report, w->pos, "weight must be -%d to %d, not `%s`", most, most,
			SHORT(w->text));
		return false;
	}
	if (number > most || number < -most) { /* as keepalived does */
		number += number < 0 ? 1 : -1;
		config_warning(
			b->report, w->pos, "weight must be -253 to 253: %d is used", (int)number);
	}
	t->weight = (ConfigValue){ .pos = w->pos, .text = w->text, .number = number };
	return true;
}

/* NAME [weight N] [reverse|noreverse] */
static bool track_item(ConfigBind *b, const ConfigStatement *s, int most, ConfigTrack *ret_track)
{
	ConfigTrack t = { .name = s->words[0].text, .pos = s->pos };

	for (size_t i = 1; i < s->n_words; i++) {
		const ConfigWord *w = &s->words[i];

		if (!strcmp(w->text, "weight")) {
			if (!item_weight(b, s, i++, most, &t))
				return false;
		} else if (!strcmp(w->text, "reverse")) {
			t.reverse = true;
		} else if (!strcmp(w->text, "noreverse")) {
			t.noreverse = true;
		} else {
			config_error(b->report, w->pos, "unknown option `%s`", SHORT(w->text));
			if (config_distance(w->text, "weight", 2) <= 2)
				config_hint(b->report, "did you mean `weight`?");
			else
				config_hint(b->report,
					"write `%s [weight N] [reverse]`, one in each line",
					SHORT(t.name));
			return false;
		}
	}
	*ret_track = t;
	return true;
}

/* An instance and a group have the same lists. */
static ConfigTrackers *trackers_of(ConfigBind *b, void *draft)
{
	if (b->block->scope == SCOPE_SYNC_GROUP)
		return &((ConfigNamedDraft *)draft)->trackers;
	return &((ConfigInstanceDraft *)draft)->trackers;
}

void config_item_track_interface(ConfigBind *b, const ConfigStatement *s, void *draft)
{
	ConfigTrack t;

	if (config_value_ifname(&s->words[0], b->report) && track_item(b, s, 253, &t))
		vec_push(&trackers_of(b, draft)->interfaces, t);
}

void config_item_track_script(ConfigBind *b, const ConfigStatement *s, void *draft)
{
	ConfigTrack t;

	if (track_item(b, s, 253, &t))
		vec_push(&trackers_of(b, draft)->scripts, t);
}

bool config_bind_interface(ConfigBind *b, const ConfigWord *w)
{
	const ConfigWorld *world = b->world;

	if (!world->has_interface || world->has_interface(world->data, w->text) ||
		config_given(&b->draft->global.dynamic_interfaces))
		return true;
	config_error(b->report, w->pos, "there is no interface `%s` on this machine", w->text);
	return false;
}

void config_refer(ConfigBind *b, SourcePos pos, const ConfigWord *w, ConfigNamedKind kind)
{
	vec_push(&b->draft->references,
		((ConfigReference){ .kind = kind, .name = w->text, .pos = w->pos, .owner = pos }));
}

/* A line of the block of `s->parent`, which stands in the block that needs it. */
static void refer(ConfigBind *b, const ConfigStatement *s, const ConfigWord *w, ConfigNamedKind k)
{
	config_refer(b, s->parent->parent->pos, w, k);
}

void config_item_group_script(ConfigBind *b, const ConfigStatement *s, void *draft)
{
	ConfigTrack t;

	if (!track_item(b, s, 253, &t))
		return;
	vec_push(&trackers_of(b, draft)->scripts, t);
	refer(b, s, s->words, NAMED_SCRIPT);
}

void config_item_file(ConfigBind *b, const ConfigStatement *s, void *draft)
{
	ConfigTrack t;

	if (!track_item(b, s, 254, &t))
		return;
	vec_push(&trackers_of(b, draft)->files, t);
	refer(b, s, s->words, NAMED_FILE);
}

void config_item_process(ConfigBind *b, const ConfigStatement *s, void *draft)
{
	ConfigTrack t;

	if (!track_item(b, s, 254, &t))
		return;
	vec_push(&trackers_of(b, draft)->processes, t);
	refer(b, s, s->words, NAMED_PROCESS);
}

void config_item_bfd(ConfigBind *b, const ConfigStatement *s, void *draft _unused_)
{
	ConfigTrack t;

	if (track_item(b, s, 253, &t))
		refer(b, s, s->words, NAMED_BFD);
}

/* Instances of a group, as many in a line as there are. */
void config_item_member(ConfigBind *b, const ConfigStatement *s, void *draft)
{
	ConfigNamedDraft *group = draft;

	for (size_t i = 0; i < s->n_words; i++) {
		vec_push(&group->names, s->words[i].text);
		vec_push(
			&b->draft->references, ((ConfigReference){ .kind = NAMED_INSTANCE,
						       .name = s->words[i].text,
						       .pos = s->words[i].pos,
						       .owner = s->parent->parent->pos,
						       .alone = group->kind == NAMED_SYNC_GROUP }));
	}
}

void config_item_interfaces(ConfigBind *b, const ConfigStatement *s, void *draft _unused_)
{
	for (size_t i = 0; i < s->n_words; i++)
		if (!config_value_ifname(&s->words[i], b->report) ||
			!config_bind_interface(b, &s->words[i]))
			return;
}

/* IFNAME [MII|ETHTOOL|IOCTL] */
void config_item_linkbeat(ConfigBind *b, const ConfigStatement *s, void *draft _unused_)
{
	static const char *const ways[] = { "MII", "ETHTOOL", "IOCTL" };

	if (!config_value_ifname(s->words, b->report) || s->n_words == 1)
		return;
	for (size_t i = 0; i < ARRAY_LEN(ways); i++)
		if (!strcasecmp(s->words[1].text, ways[i]))
			return;
	config_error(b->report, s->words[1].pos, "`%s` is not MII, ETHTOOL or IOCTL",
		SHORT(s->words[1].text));
}

/* IFNAME DOWN_DELAY [UP_DELAY] */
void config_item_delays(ConfigBind *b, const ConfigStatement *s, void *draft _unused_)
{
	int64_t usec[2] = { 0 };

	if (!config_value_ifname(s->words, b->report))
		return;
	if (s->n_words == 1) {
		config_warning(b->report, s->pos, "`%s` has no delay", SHORT(s->words[0].text));
		config_hint(b->report, "write `INTERFACE DOWN_DELAY [UP_DELAY]`, in seconds");
		return;
	}
	for (size_t i = 0; i < MIN(s->n_words - 1, (size_t)2); i++) {
		const ConfigWord *w = &s->words[i + 1];

		if (!config_parse_decimal(w->text, &usec[i]) || usec[i] < 0 ||
			usec[i] > 255000000) {
			config_error(b->report, w->pos,
				"a delay must be 0 to 255 seconds, not `%s`", SHORT(w->text));
			return;
		}
	}
	vec_push(&b->draft->global.link_delays, ((TrackLinkConfig){ .name = s->words[0].text,
							.pos = s->pos,
							.down_usec = (Span)usec[0],
							.up_usec = (Span)usec[s->n_words > 2] }));
}

/* Recipients, as many in a line as there are. */
void config_item_recipient(ConfigBind *b, const ConfigStatement *s, void *draft _unused_)
{
	for (size_t i = 0; i < s->n_words; i++)
		vec_push(&b->draft->global.mail.to, s->words[i].text);
}

/* IP [min_ttl N] [max_ttl N] */
void config_item_peer(ConfigBind *b, const ConfigStatement *s, void *draft)
{
	ConfigInstanceDraft *i = draft;
	int64_t ttl[2] = { 0, 255 };
	IpAddr ip;

	i->n_peers++;
	if (!ip_parse(s->words[0].text, &ip)) {
		config_error(
			b->report, s->pos, "`%s` is not an IP address", SHORT(s->words[0].text));
		return;
	}
	if (!i->family)
		i->family = (IpFamily)ip.family;
	if (i->family != ip.family) {
		config_error(b->report, s->pos,
			"the addresses of an instance and of its peers "
			"are all IPv4 or all IPv6");
		return;
	}
	if (ip.family == IP_V6)
		told_ipv6(b, i, s->pos);
	for (size_t at = 1; at < s->n_words; at += 2) {
		const ConfigWord *w = &s->words[at];
		const ConfigKeyword *k = config_keyword(b->index, SCOPE_PEER_LINE, w->text);
		const ConfigStatement option = {
			.words = w, .n_words = s->n_words - at, .pos = w->pos
		};
		ConfigValue v;

		if (!k) {
			config_error(
				b->report, w->pos, "unknown option `%s` of a peer", SHORT(w->text));
			config_hint(b->report, ip_parse(w->text, &ip)
						       ? "each address stands in a line of its own"
						       : "a peer may have: min_ttl, max_ttl");
			return;
		}
		if (!config_value(k, &option, b->report, &v))
			return;
		ttl[!strcmp(k->name, "max_ttl")] = v.number;
	}
	if (ttl[0] > ttl[1])
		config_warning(b->report, s->pos,
			"min_ttl is greater than max_ttl: nothing of this peer is taken");
	i->peer_ttl |= s->n_words > 1;
	vec_push(&i->peers,
		((VrrpPeer){ .ip = ip, .min_ttl = (uint8_t)ttl[0], .max_ttl = (uint8_t)ttl[1] }));
}

void config_item_static_address(ConfigBind *b, const ConfigStatement *s, void *draft _unused_)
{
	ConfigAddress address;

	if (config_address(b, s, &address) && address.track_group)
		config_refer(b, s->pos, address.track_group, NAMED_TRACK_GROUP);
}
