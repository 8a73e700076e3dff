/* SPDX-License-Identifier: MIT */
#include "config/config_build.h"

/* The rules for floating_ip, and what it comes to. */

void *config_begin_floating(ConfigBind *b, const ConfigStatement *s)
{
	ConfigInstanceDraft *i = b->draft->all.items[b->draft->all.n - 1];
	ConfigFloatingDraft *f = ARENA_NEW(b->arena, ConfigFloatingDraft), **at = &i->floating;

	f->pos = s->pos;
	if (s->n_words > 1)
		f->address = &s->words[1];
	while (*at)
		at = &(*at)->next;
	*at = f;
	return f;
}

/* What a provider cannot do without. */
static void need(
	ConfigCheck *c, const ConfigFloatingDraft *f, const char *name, const ConfigValue *value)
{
	if (!config_missing(value))
		return;
	config_error(c->report, f->pos, "`floating_ip` with provider `%s` needs `%s`",
		floating_provider_name((FloatingProvider)f->provider.number), name);
	config_hint(c->report, "regent.conf(5) says what belongs into it");
}

static void rule_url(ConfigCheck *c, const char *name, const ConfigValue *v, bool secret)
{
	if (!config_given(v))
		return;
	if (!strncmp(v->text, "https://", 8))
		return;
	if (strncmp(v->text, "http://", 7) != 0) {
		config_error(c->report, v->pos, "`%s` is no URL", SHORT(v->text));
		config_hint(c->report, "write `%s https://...`", name);
	} else if (secret && strncmp(v->text, "http://127.", 11) != 0 &&
		   strncmp(v->text, "http://localhost", 16) != 0) {
		config_warning(c->report, v->pos,
			"the token goes to `%s` unencrypted, for everybody on the way to read",
			SHORT(v->text));
		config_hint(c->report, "write `%s https://...`", name);
	}
}

static void rule_needs(ConfigCheck *c, const ConfigFloatingDraft *f)
{
	switch ((FloatingProvider)f->provider.number) {
	case FLOATING_DIGITALOCEAN: break;
	case FLOATING_HETZNER: need(c, f, "id", &f->id); break;
	case FLOATING_HTTP:
		need(c, f, "owner_url", &f->owner_url);
		need(c, f, "owner_pointer", &f->owner_pointer);
		need(c, f, "assign_url", &f->assign_url);
		if (config_missing(&f->metadata_url))
			need(c, f, "server", &f->server);
		break;
	case FLOATING_EXEC: need(c, f, "script", &f->script.command); break;
	case FLOATING_HEALTH_PORT: need(c, f, "port", &f->port); break;
	case FLOATING_PROVIDERS: break;
	}
}

static void rule_token(ConfigCheck *c, const ConfigFloatingDraft *f)
{
	const ConfigWorld *w = c->world;
	const char *mend = NULL, *why;

	if (!config_given(&f->token_file) || !w->secret_problem)
		return;
	why = w->secret_problem(w->data, f->token_file.text, c->arena, &mend);
	if (!why)
		return;
	if (mend) {
		config_error(
			c->report, f->token_file.pos, "`%s` %s", SHORT(f->token_file.text), why);
		config_hint(c->report,
			"run `%s`, and make a new token if somebody may have read "
			"this one",
			mend);
	} else {
		config_warning(c->report, f->token_file.pos, "`%s` cannot be read: %s",
			SHORT(f->token_file.text), why);
		config_hint(c->report, "until it is there, the address stays where it is");
	}
}

static void rule_number(ConfigCheck *c, const char *name, const ConfigValue *v)
{
	if (!config_given(v) || (*v->text && !v->text[strspn(v->text, "0123456789")]))
		return;
	config_error(c->report, v->pos, "the %s `%s` is no number", name, SHORT(v->text));
	config_hint(c->report, "the control panel of the provider shows it");
}

/* One address, and one port, can only be one instance's. */
static void rule_alone(ConfigCheck *c, const ConfigInstanceDraft *i, const ConfigFloatingDraft *f)
{
	vec_foreach(p, &c->draft->instances)
		for (const ConfigFloatingDraft *o = (*p)->floating; o && o != f; o = o->next) {
			if (config_given(&f->port) && config_given(&o->port) &&
				f->port.number == o->port.number) {
				config_error(c->report, f->port.pos,
					"port %lld is that of another floating_ip",
					(long long)f->port.number);
				config_hint(c->report, "give each its own");
			}
			if (f->address && o->address &&
				!strcmp(f->address->text, o->address->text)) {
				config_error(c->report, f->address->pos,
					"`%s` is a floating_ip of `%s` already",
					SHORT(f->address->text), SHORT((*p)->name));
				config_hint(c->report, "remove one of the two");
			}
			if (*p == i && o->next == f)
				return;
		}
}

static void rule_floating(ConfigCheck *c, ConfigFloatingDraft *f)
{
	IpAddr ip;

	if (f->address && !ip_parse(f->address->text, &ip)) {
		config_error(c->report, f->address->pos, "`%s` is no IP address",
			SHORT(f->address->text));
		config_hint(c->report, "write it without a prefix length: floating_ip 203.0.113.7");
	} else if (f->address) {
		f->ip = ip;
	}
	if (config_missing(&f->provider)) {
		config_error(c->report, f->pos, "this `floating_ip` has no provider");
		config_hint(c->report,
			"add `provider digitalocean`, or one of hetzner, http, exec, "
			"health_port");
	}
	if (!config_given(&f->provider))
		return;
	rule_needs(c, f);
	rule_url(c, "url", &f->url, true);
	rule_url(c, "metadata_url", &f->metadata_url, false);
	rule_url(c, "owner_url", &f->owner_url, true);
	rule_url(c, "assign_url", &f->assign_url, true);
	if (f->provider.number == FLOATING_DIGITALOCEAN || f->provider.number == FLOATING_HETZNER) {
		rule_number(c, "server", &f->server);
		rule_number(c, "id", &f->id);
	}
	rule_token(c, f);
}

void config_check_floating(ConfigCheck *c, ConfigInstanceDraft *i)
{
	for (ConfigFloatingDraft *f = i->floating; f; f = f->next) {
		rule_floating(c, f);
		rule_alone(c, i, f);
	}
}

static const char *text_of(const ConfigValue *v)
{
	return config_given(v) ? v->text : NULL;
}

static void build_one(const ConfigFloatingDraft *f, Arena *arena, FloatingConfig *to)
{
	*to = (FloatingConfig){
		.address = f->address->text,
		.ip = f->ip,
		.provider = (FloatingProvider)f->provider.number,
		.token_file = text_of(&f->token_file),
		.url = text_of(&f->url),
		.metadata_url = text_of(&f->metadata_url),
		.ca_file = text_of(&f->ca_file),
		.server = text_of(&f->server),
		.id = text_of(&f->id),
		.owner_url = text_of(&f->owner_url),
		.owner_pointer = text_of(&f->owner_pointer),
		.assign_url = text_of(&f->assign_url),
		.assign_method = text_of(&f->assign_method),
		.assign_body = text_of(&f->assign_body),
		.port = (uint16_t)f->port.number,
		.penalty = (uint8_t)f->penalty.number,
	};
	if (to->provider == FLOATING_EXEC)
		to->script = config_build_job(&f->script, NULL, arena);
}

void config_build_floating(
	const ConfigInstanceDraft *i, uint32_t owner, Arena *arena, VrrpInstanceConfig *to)
{
	size_t n = 0;

	for (const ConfigFloatingDraft *f = i->floating; f; f = f->next)
		n++;
	to->floating = arena_alloc(arena, n, sizeof(*to->floating));
	for (const ConfigFloatingDraft *f = i->floating; f; f = f->next) {
		FloatingConfig *one = &to->floating[to->n_floating];

		if (f->ip.family == IP_NONE || !config_given(&f->provider))
			continue;
		build_one(f, arena, one);
		one->owner = owner;
		/* Its command was reported: nothing can be run. */
		if (one->provider != FLOATING_EXEC || one->script)
			to->n_floating++;
	}
}
