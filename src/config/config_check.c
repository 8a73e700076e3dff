/* SPDX-License-Identifier: MIT */
#include "config/config_check.h"

static bool is_multicast(const IpAddr *ip)
{
	if (ip->family == IP_V6)
		return ip->bytes[0] == 0xff;
	return ip->bytes[0] >= 224 && ip->bytes[0] <= 239;
}

static void rule_multicast(ConfigCheck *c, const char *keyword, ConfigValue *v)
{
	if (!config_given(v) || is_multicast(&v->ip))
		return;
	config_error(
		c->report, v->pos, "%s must be a multicast address, not `%s`", keyword, v->text);
	config_hint(c->report, "224.0.0.0 to 239.255.255.255; the usual one is 224.0.0.18");
}

static void rule_vrid(ConfigCheck *c, ConfigInstanceDraft *i)
{
	if (!config_missing(&i->vrid))
		return;
	config_error(c->report, i->pos, "`%s` has no virtual_router_id", SHORT(i->name));
	config_hint(c->report,
		"add `virtual_router_id N`, 1 to 255, the same on all machines that share its "
		"addresses");
}

bool config_check_interface(ConfigCheck *c, const char *name, SourcePos pos)
{
	const ConfigWorld *w = c->world;

	if (!w->has_interface || w->has_interface(w->data, name))
		return true;
	if (config_given(&c->draft->global.dynamic_interfaces)) {
		config_warning(c->report, pos, "there is no interface `%s` yet", name);
		return true;
	}
	config_error(c->report, pos, "there is no interface `%s` on this machine", name);
	if (w->interface_names)
		config_hint(c->report, "there are: %s", w->interface_names(w->data, c->arena));
	return false;
}

static void rule_interface(ConfigCheck *c, ConfigInstanceDraft *i)
{
	const ConfigValue *v = &i->interface;

	if (v->bad)
		return;
	if (config_missing(v) && !config_missing(&i->unicast_src_ip)) {
		config_unsupported(c->report, i->pos,
			"`%s` has no interface, to be found by unicast_src_ip: understood, not yet "
			"carried out",
			SHORT(i->name));
		config_hint(c->report, "add `interface NAME`");
		return;
	}
	if (config_missing(v)) {
		config_error(c->report, i->pos, "`%s` has no interface", SHORT(i->name));
		config_hint(c->report, "add `interface NAME`");
		return;
	}
	if (strlen(v->text) >= LIMIT_IFNAME || strchr(v->text, '/')) {
		config_error(c->report, v->pos, "`%s` is not an interface name", SHORT(v->text));
		config_hint(c->report, "a name has at most %d characters", LIMIT_IFNAME - 1);
		i->interface = (ConfigValue){ 0 };
	} else if (!strcmp(v->text, "lo")) {
		config_error(c->report, v->pos, "adverts cannot be sent on the loopback interface");
	} else {
		config_check_interface(c, v->text, v->pos);
	}
}

/* behaviour 20 */
static void rule_preempt(ConfigCheck *c, ConfigInstanceDraft *i)
{
	const bool master = config_given(&i->state) && i->state.number;
	const ConfigValue none = { 0 };

	if (config_given(&i->nopreempt) && (master || config_priority(i) == 255)) {
		config_warning(c->report, i->nopreempt.pos,
			"nopreempt does not go with %s and is left out",
			master ? "state MASTER" : "priority 255");
		config_hint(c->report, master ? "write `state BACKUP` on all machines"
					      : "give a priority below 255");
		i->nopreempt = none;
	}
	if (!config_given(&i->preempt_delay) || !i->preempt_delay.number)
		return;
	if (master || config_given(&i->nopreempt)) {
		config_warning(c->report, i->preempt_delay.pos,
			"preempt_delay does not go with %s and is left out",
			master ? "state MASTER" : "nopreempt");
		config_hint(c->report,
			master ? "write `state BACKUP` on all machines" : "remove one of the two");
		i->preempt_delay = none;
	}
}

/* behaviour 1, 190: 2.2.7 rounds to the nearest, not below the least. */
static void rule_advert_int(ConfigCheck *c, ConfigInstanceDraft *i)
{
	const bool v2 = config_version(c->draft, i) == 2;
	const int64_t step = v2 ? 1000000 : 10000;
	ConfigValue *v = &i->advert_int;

	if (!config_given(v))
		return;
	if (!v2 && v->number > 40950000) {
		config_error(c->report, v->pos,
			"advert_int must be 0.01 to 40.95 seconds in version 3, not %s", v->text);
		return;
	}
	if (!(v->number % step))
		return;
	v->number = MAX((v->number + step / 2) / step * step, step);
	if (v2)
		config_warning(c->report, v->pos,
			"advert_int must be whole seconds in version 2: %d is used, not %s",
			(int)(v->number / step), v->text);
	else
		config_warning(c->report, v->pos,
			"advert_int has steps of 0.01 seconds: %d.%02d is used, not %s",
			(int)(v->number / 1000000), (int)(v->number % 1000000 / step), v->text);
	config_hint(c->report, v2 ? "shorter intervals need `version 3` on all machines"
				  : "write a number with two decimals");
}

static void rule_authentication(ConfigCheck *c, ConfigInstanceDraft *i)
{
	ConfigValue *type = &i->auth_type, *pass = &i->auth_pass;
	const ConfigValue none = { 0 };

	if (config_given(type) && type->number) {
		config_unsupported(
			c->report, type->pos, "`auth_type AH`: understood, not yet carried out");
		return;
	}
	if (type->bad || pass->bad || (config_missing(type) && config_missing(pass)))
		return;
	if (config_version(c->draft, i) == 3) {
		config_warning(c->report, config_given(type) ? type->pos : pass->pos,
			"VRRP version 3 has no authentication: it is left out");
		*type = *pass = none;
	} else if (!config_given(type)) {
		config_warning(c->report, pass->pos, "without auth_type, auth_pass is not used");
		config_hint(c->report, "add `auth_type PASS`");
		config_keepalived(c->report, KEEPALIVED_SILENT);
		*pass = none;
	} else if (!config_given(pass)) {
		config_warning(
			c->report, type->pos, "without auth_pass there is no authentication");
		config_hint(c->report, "add `auth_pass PASSWORD`");
		*type = none;
	} else if (strlen(pass->text) > VRRP_AUTH_SIZE) {
		config_warning(c->report, pass->pos,
			"only the first %d characters of auth_pass count", VRRP_AUTH_SIZE);
		config_hint(
			c->report, "shorten it to %d characters, on all machines", VRRP_AUTH_SIZE);
	}
}

static void rule_address(ConfigCheck *c, ConfigInstanceDraft *i, ConfigAddress *a)
{
	const char *dev = a->spec.dev;

	if (dev)
		config_check_interface(c, dev, a->dev_pos);
	else
		dev = a->spec.dev = i->interface.text;
	if (!dev || !a->spec.label || !strncmp(a->spec.label, dev, strlen(dev)))
		return;
	config_warning(c->report, a->label_pos,
		"the label `%s` does not begin with `%s`, as ifconfig and ip expect", a->spec.label,
		dev);
	config_hint(c->report, "as in `label %s:1`", dev);
	config_keepalived(c->report, KEEPALIVED_SILENT);
}

static void rule_addresses(ConfigCheck *c, ConfigInstanceDraft *i)
{
	if (!i->vips.n && !i->bad_vip && !i->floating && config_missing(&i->no_vips)) {
		config_warning(c->report, i->pos, "`%s` has no virtual_ipaddress", SHORT(i->name));
		config_hint(c->report,
			"right where a notify script moves what clients use; else name one");
	}
	if (i->vips.n > LIMIT_ADVERT_ADDRS) {
		config_warning(c->report, i->vips.items[LIMIT_ADVERT_ADDRS].pos,
			"an advert holds %d addresses: this and what follows is not advertised",
			LIMIT_ADVERT_ADDRS);
		config_hint(c->report, "virtual_ipaddress_excluded is the place for them");
	}
	vec_foreach(a, &i->vips)
		rule_address(c, i, a);
	vec_foreach(a, &i->excluded)
		rule_address(c, i, a);
}

static void rule_groups(ConfigCheck *c, ConfigInstanceDraft *i)
{
	rule_multicast(c, "mcast_dst_ip", &i->mcast_dst_ip);
}

/* An instance tracks its own interface anyway, and each other one once. */
static void rule_track_interface(ConfigCheck *c, ConfigInstanceDraft *i)
{
	_cleanup_(map_free) Map seen = MAP_INIT(LIMIT_IFNAME);
	size_t kept = 0;

	for (size_t n = 0; n < i->trackers.interfaces.n; n++) {
		const ConfigTrack *t = &i->trackers.interfaces.items[n];
		char key[LIMIT_IFNAME] = "";

		memcpy(key, t->name, strlen(t->name));
		if (config_given(&i->interface) && !strcmp(t->name, i->interface.text)) {
			config_warning(c->report, t->pos,
				"`%s` is the interface of `%s` and tracked anyway: this is left "
				"out",
				t->name, SHORT(i->name));
		} else if (map_get(&seen, key, NULL)) {
			config_warning(c->report, t->pos,
				"`%s` is tracked already: this is left out", t->name);
		} else {
			config_check_interface(c, t->name, t->pos);
			i->trackers.interfaces.items[kept++] = *t;
		}
		map_put(&seen, key, 0);
	}
	i->trackers.interfaces.n = kept;
}

static void (*const instance_rules[])(ConfigCheck *c, ConfigInstanceDraft *i) = {
	rule_vrid,
	rule_interface,
	rule_preempt,
	rule_advert_int,
	rule_authentication,
	rule_groups,
	rule_addresses,
	rule_track_interface,
	config_check_tracked,
	config_check_files,
	config_check_unicast,
	config_check_floating,
};

static void copy_ifname(char to[static LIMIT_IFNAME], const char *name)
{
	memcpy(to, name, strnlen(name, LIMIT_IFNAME - 1));
}

/* behaviour 50 */
static void rule_same_router(ConfigCheck *c)
{
	typedef struct Key {
		char interface[LIMIT_IFNAME];
		IpAddr group; /* by multicast, else the source */
		uint8_t vrid, family;
		bool unicast;
	} Key;
	_cleanup_(map_free) Map seen = MAP_INIT(sizeof(Key));

	for (uint32_t n = 0; n < c->draft->instances.n; n++) {
		const ConfigInstanceDraft *i = c->draft->instances.items[n], *other;
		Key key;
		uint32_t index;

		if (!config_given(&i->vrid) || !config_given(&i->interface))
			continue;
		memset(&key, 0, sizeof(key));
		copy_ifname(key.interface, i->interface.text);
		key.unicast = i->peers.n;
		key.group = key.unicast ? i->unicast_src_ip.ip : config_group(c->draft, i);
		key.family = (uint8_t)i->family;
		key.vrid = (uint8_t)i->vrid.number;
		if (!map_get(&seen, &key, &index)) {
			map_put(&seen, &key, n);
			continue;
		}
		other = c->draft->instances.items[index];
		config_error(c->report, i->vrid.pos,
			"`%s` and `%s` (line %u) both use virtual_router_id %d on %s",
			SHORT(i->name), SHORT(other->name), other->vrid.pos.line, key.vrid,
			key.interface);
		config_hint(c->report, "each virtual router of a network needs its own number");
	}
}

typedef struct Seen {
	Map map;
	VEC(SourcePos) pos;
} Seen;

static void seen_free(Seen *s)
{
	map_free(&s->map);
	vec_free(&s->pos);
}

static void same_address(ConfigCheck *c, Seen *seen, const ConfigAddress *a)
{
	struct {
		IpAddr ip;
		char dev[LIMIT_IFNAME];
	} key;
	char text[IP_TEXT_SIZE];
	uint32_t index;

	if (!a->spec.dev)
		return;
	memset(&key, 0, sizeof(key));
	key.ip = a->spec.ip;
	copy_ifname(key.dev, a->spec.dev);
	if (map_get(&seen->map, &key, &index)) {
		config_warning(c->report, a->pos, "%s stands in line %u already",
			ip_text(&a->spec.ip, text), seen->pos.items[index].line);
		config_hint(c->report, "one of the two lines is enough");
		config_keepalived(c->report, KEEPALIVED_SILENT);
		return;
	}
	map_put(&seen->map, &key, (uint32_t)seen->pos.n);
	vec_push(&seen->pos, a->pos);
}

static void rule_same_address(ConfigCheck *c)
{
	_cleanup_(seen_free) Seen seen = { .map = MAP_INIT(sizeof(IpAddr) + LIMIT_IFNAME) };

	vec_foreach(i, &c->draft->instances) {
		vec_foreach(a, &(*i)->vips)
			same_address(c, &seen, a);
		vec_foreach(a, &(*i)->excluded)
			same_address(c, &seen, a);
	}
}

static void (*const whole_rules[])(ConfigCheck *c) = {
	rule_same_router,
	rule_same_address,
	config_check_unused,
	config_check_text,
	config_check_notes,
};

void config_check(ConfigCheck *c)
{
	rule_multicast(c, "vrrp_mcast_group4", &c->draft->global.mcast_group4);
	config_check_commands(c);
	config_check_tracks(c);
	vec_foreach(i, &c->draft->instances)
		for (size_t n = 0; n < ARRAY_LEN(instance_rules); n++)
			instance_rules[n](c, *i);
	config_check_groups(c);
	config_check_mail(c);
	for (size_t n = 0; n < ARRAY_LEN(whole_rules); n++)
		whole_rules[n](c);
}
