/* SPDX-License-Identifier: MIT */
#include "config/config_bind.h"
#include "config/config_value.h"

/* Lines of routes and rules: words in any order, as `ip route` and `ip rule` have them. They are
 * looked at and kept as they are. */

typedef struct Line {
	ConfigBind *b;
	const ConfigStatement *s;
	const char *what; /* "route" */
	ConfigScope scope;
	size_t at;
	IpFamily family;
	bool has_target, has_dev, has_action, has_priority, no_track;
} Line;

/* The word that is looked at; NULL at the end of the line. */
static const ConfigWord *word(const Line *l)
{
	return l->at < l->s->n_words ? &l->s->words[l->at] : NULL;
}

static bool is(const Line *l, const char *text)
{
	return word(l) && !strcmp(word(l)->text, text);
}

/* The next word as the value of `of`. */
static const ConfigWord *value(Line *l, const ConfigWord *of)
{
	if (word(l))
		return &l->s->words[l->at++];
	config_error(l->b->report, of->pos, "`%s` needs a value", of->text);
	return NULL;
}

static bool in_family(Line *l, const ConfigWord *w, IpFamily family)
{
	if (l->family && l->family != family) {
		config_error(l->b->report, w->pos, "IPv4 and IPv6 are mixed in this %s", l->what);
		return false;
	}
	l->family = family;
	return true;
}

/* An address, with `prefix` perhaps with a length. */
static bool address(Line *l, const ConfigWord *w, bool prefix)
{
	const size_t n = strcspn(w->text, "/");
	char text[IP_TEXT_SIZE] = "";
	int64_t length;
	IpAddr ip;

	memcpy(text, w->text, MIN(n, sizeof(text) - 1));
	if (n >= sizeof(text) || !ip_parse(text, &ip) || (w->text[n] && !prefix)) {
		config_error(l->b->report, w->pos, "`%s` is not an IP address", SHORT(w->text));
		return false;
	}
	if (w->text[n] && (!config_parse_number(w->text + n + 1, &length) || length < 0 ||
				  length > ip_bits((IpFamily)ip.family))) {
		config_error(l->b->report, w->pos,
			"the prefix length of %s must be 0 to %d, not `%s`", text,
			ip_bits((IpFamily)ip.family), SHORT(w->text + n + 1));
		return false;
	}
	return in_family(l, w, (IpFamily)ip.family);
}

static bool one_of(const char *text, const char *words)
{
	const size_t n = strlen(text);

	for (const char *s = words; *s; s += strcspn(s, " "), s += *s == ' ')
		if (strcspn(s, " ") == n && !strncmp(s, text, n))
			return true;
	return false;
}

/* A prefix, or one of the words for all there is. */
static bool target(Line *l, const ConfigWord *w)
{
	return one_of(w->text, "default any all") || address(l, w, true);
}

/* Decimal, or hexadecimal with 0x; moves *text behind it. */
static bool number_in(const char **text, uint64_t most, uint64_t *ret_number)
{
	const bool hex = !strncmp(*text, "0x", 2);
	const char *digits = hex ? "0123456789abcdef" : "0123456789", *s = *text + (hex ? 2 : 0);
	const char *start = s;
	uint64_t n = 0;

	for (; *s && strchr(digits, *s); s++) {
		n = n * (hex ? 16 : 10) + (uint64_t)(strchr(digits, *s) - digits);
		if (n > most)
			return false;
	}
	*text = s;
	*ret_number = n;
	return s > start;
}

/* N, or two of them with `separator` in between; the first no greater with `-`. */
static bool pair_of(const char *text, char separator, uint64_t most)
{
	uint64_t a, b;

	if (!number_in(&text, most, &a))
		return false;
	if (!*text)
		return true;
	if (*text++ != separator || !number_in(&text, most, &b) || *text)
		return false;
	return separator != '-' || a <= b;
}

static bool wrong(Line *l, const ConfigWord *keyword, const ConfigWord *w)
{
	config_error(
		l->b->report, w->pos, "`%s` is no value for `%s`", SHORT(w->text), keyword->text);
	return false;
}

/* A number up to `most` or a name, which /etc/iproute2 may define. */
static bool name_or_number(Line *l, const ConfigWord *keyword, uint64_t most)
{
	const ConfigWord *w = value(l, keyword);
	const char *s = w ? w->text : "";
	uint64_t n;

	if (!w)
		return false;
	if (*s >= '0' && *s <= '9')
		return (number_in(&s, most, &n) && !*s) || wrong(l, keyword, w);
	return (*s && !s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "_.-")]) ||
	       wrong(l, keyword, w);
}

/* [lock] and then what the row says. */
static bool metric(Line *l, const ConfigKeyword *k, const ConfigWord *keyword)
{
	const bool time = k->kind == KIND_TEXT && strcmp(k->name, "congctl") != 0;
	const ConfigWord *w;
	const char *s;
	uint64_t n;

	l->at += is(l, "lock");
	w = value(l, keyword);
	if (!w)
		return false;
	s = w->text;
	if (!strcmp(k->name, "congctl"))
		return *s || wrong(l, keyword, w);
	if (!number_in(&s, k->max ? (uint64_t)k->max : UINT32_MAX, &n))
		return wrong(l, keyword, w);
	return !*s || (time && one_of(s, "s ms")) || wrong(l, keyword, w);
}

/* mpls LABELS | ip|ip6 OPTION VALUE ... | ila LOCATOR */
static bool encap(Line *l, const ConfigWord *keyword)
{
	const ConfigWord *w = value(l, keyword), *option;
	const Line outside = *l; /* a tunnel may be of the other family */
	bool good = true;

	if (!w)
		return false;
	if (one_of(w->text, "mpls ila"))
		return value(l, w) != NULL;
	if (!one_of(w->text, "ip ip6"))
		return wrong(l, keyword, w);
	while (good && word(l) && one_of(word(l)->text, "id dst src tos ttl tc hoplimit flags")) {
		option = &l->s->words[l->at++];
		w = value(l, option);
		if (!w)
			return false;
		l->family = IP_NONE;
		if (one_of(option->text, "dst src"))
			good = address(l, w, false);
		else
			good = pair_of(w->text, '/', UINT64_MAX / 32) || wrong(l, option, w);
	}
	l->family = outside.family;
	return good;
}

static bool via(Line *l, const ConfigWord *keyword)
{
	const ConfigWord *w;

	if (is(l, "inet") || is(l, "inet6"))
		l->at++;
	w = value(l, keyword);
	return w && address(l, w, false);
}

static bool interface(Line *l, const ConfigWord *keyword)
{
	const ConfigWord *w = value(l, keyword);

	l->has_dev = true;
	return w && config_value_ifname(w, l->b->report) && config_bind_interface(l->b, w);
}

/* Of a static route or rule. */
static bool track_group(Line *l, const ConfigWord *keyword)
{
	const ConfigWord *w = value(l, keyword);

	if (w)
		config_refer(l->b, l->s->pos, w, NAMED_TRACK_GROUP);
	return w != NULL;
}

/* The next word is not a number. */
static bool is_name(const Line *l)
{
	return word(l) && !(*word(l)->text >= '0' && *word(l)->text <= '9');
}

static const char scope_names[] = "global site link host nowhere";

/* nexthop [via IP] [dev IF] [weight N] [onlink] [encap ...] [realms R] */
static bool nexthop(Line *l)
{
	const bool has_dev = l->has_dev;

	for (const ConfigWord *w = word(l); w; w = word(l)) {
		const ConfigWord *v;
		bool good = true;

		l->has_dev = has_dev; /* that of a hop is not that of the route */
		if (!one_of(w->text, "via gw dev oif weight onlink encap realms"))
			return true;
		l->at++;
		if (one_of(w->text, "via gw"))
			good = via(l, w);
		else if (one_of(w->text, "dev oif"))
			good = interface(l, w);
		else if (!strcmp(w->text, "encap"))
			good = encap(l, w);
		else if (strcmp(w->text, "onlink")) {
			v = value(l, w);
			good = v && (pair_of(v->text, '/',
					     strcmp(w->text, "weight") ? UINT16_MAX : 256) ||
					    wrong(l, w, v));
		}
		if (!good)
			return false;
	}
	l->has_dev = has_dev;
	return true;
}

/* What the row of the table says of the value. */
static bool plain(Line *l, const ConfigKeyword *k, const ConfigWord *w)
{
	const ConfigStatement option = {
		.words = w, .n_words = l->s->n_words - l->at + 1, .pos = w->pos
	};
	ConfigValue v;

	if (!config_value(k, &option, l->b->report, &v))
		return false;
	l->at += config_value_words(k);
	return true;
}

static bool text_as(Line *l, const ConfigWord *keyword, char separator, uint64_t most)
{
	const ConfigWord *w = value(l, keyword);

	return w && (pair_of(w->text, separator, most) || wrong(l, keyword, w));
}

static const char route_types[] =
	"unicast blackhole unreachable prohibit throw local broadcast anycast multicast nat "
	"xresolve";

static bool route_target(Line *l, const ConfigWord *w)
{
	if (one_of(w->text, route_types))
		w = value(l, w);
	if (!w)
		return false;
	if (l->has_target) {
		config_error(
			l->b->report, w->pos, "unknown option `%s` of a route", SHORT(w->text));
		if (config_keyword_near(SCOPE_ROUTE_LINE, w->text))
			config_hint(l->b->report, "did you mean `%s`?",
				config_keyword_near(SCOPE_ROUTE_LINE, w->text));
		return false;
	}
	l->has_target = true;
	return target(l, w);
}

static bool route_option(Line *l, const ConfigKeyword *k, const ConfigWord *w)
{
	const char *name = k->name;
	const ConfigWord *v;

	if (one_of(name, "inet inet6 default6")) {
		l->has_target |= !strcmp(name, "default6");
		return in_family(l, w, strcmp(name, "inet") ? IP_V6 : IP_V4);
	}
	if (!strcmp(name, "to"))
		return (v = value(l, w)) && route_target(l, v);
	if (!strcmp(name, "via"))
		return via(l, w);
	if (!strcmp(name, "dev"))
		return interface(l, w);
	if (one_of(name, "src from"))
		return (v = value(l, w)) && address(l, v, *name == 'f');
	if (!strcmp(name, "as")) {
		l->at += is(l, "to");
		return (v = value(l, w)) && address(l, v, true);
	}
	if (!strcmp(name, "encap"))
		return encap(l, w);
	if (!strcmp(name, "nexthop"))
		return nexthop(l);
	if (one_of(name, "table"))
		return name_or_number(l, w, UINT32_MAX);
	if (!strcmp(name, "track_group"))
		return track_group(l, w);
	if (!strcmp(name, "scope") && is_name(l) && !one_of(word(l)->text, scope_names))
		return wrong(l, w, word(l));
	if (!strcmp(name, "expires") && l->family == IP_V4) {
		config_error(l->b->report, w->pos, "`expires` is for IPv6 only");
		return false;
	}
	if (one_of(name, "scope tos protocol"))
		return name_or_number(l, w, UINT8_MAX);
	if (!strcmp(name, "realms"))
		return text_as(l, w, '/', UINT16_MAX);
	if (one_of(name, "mtu hoplimit advmss rtt rttvar reordering window cwnd ssthresh rto_min "
			 "initcwnd initrwnd congctl"))
		return metric(l, k, w);
	l->no_track |= !strcmp(name, "no_track");
	return plain(l, k, w);
}

static bool action(Line *l, const ConfigWord *w)
{
	if (l->has_action)
		config_error(
			l->b->report, w->pos, "a rule does one thing, not `%s` as well", w->text);
	if (l->has_action)
		return false;
	l->has_action = true;
	return true;
}

static bool rule_option(Line *l, const ConfigKeyword *k, const ConfigWord *w)
{
	const char *name = k->name;
	const ConfigWord *v;

	if (one_of(name, "table type goto nop l3mdev") && !action(l, w))
		return false;
	l->has_priority |= !strcmp(name, "priority");
	if (one_of(name, "inet inet6"))
		return in_family(l, w, strcmp(name, "inet") ? IP_V6 : IP_V4);
	if (!strcmp(name, "track_group"))
		return track_group(l, w);
	if (one_of(name, "iif oif"))
		return interface(l, w);
	if (one_of(name, "from to"))
		return (v = value(l, w)) && target(l, v);
	if (!strcmp(name, "table"))
		return name_or_number(l, w, UINT32_MAX);
	if (one_of(name, "tos protocol ipproto"))
		return name_or_number(l, w, UINT8_MAX);
	if (!strcmp(name, "realms"))
		return text_as(l, w, '/', UINT16_MAX);
	if (!strcmp(name, "fwmark"))
		return text_as(l, w, '/', UINT32_MAX);
	if (one_of(name, "sport dport"))
		return text_as(l, w, '-', UINT16_MAX);
	if (!strcmp(name, "uidrange"))
		return text_as(l, w, '-', UINT32_MAX);
	if (!strcmp(name, "suppress_ifgroup"))
		return name_or_number(l, w, UINT32_MAX);
	if (!strcmp(name, "type"))
		return (v = value(l, w)) && (one_of(v->text, route_types) || wrong(l, w, v));
	return plain(l, k, w);
}

static bool rule_word(Line *l, const ConfigWord *w)
{
	if (one_of(w->text, route_types))
		return action(l, w);
	config_error(l->b->report, w->pos, "unknown option `%s` of a rule", SHORT(w->text));
	if (config_keyword_near(SCOPE_RULE_LINE, w->text))
		config_hint(l->b->report, "did you mean `%s`?",
			config_keyword_near(SCOPE_RULE_LINE, w->text));
	return false;
}

static bool read_line(Line *l)
{
	const bool route = l->scope == SCOPE_ROUTE_LINE;

	while (word(l)) {
		const ConfigWord *w = &l->s->words[l->at++];
		const ConfigKeyword *k = config_keyword(l->b->index, l->scope, w->text);
		bool good;

		if (k && k->old_name && !strcmp(k->old_name, w->text))
			config_warning(l->b->report, w->pos, "`%s` is the old name of `%s`",
				w->text, k->name);
		if (route)
			good = k ? route_option(l, k, w) : route_target(l, w);
		else
			good = k ? rule_option(l, k, w) : rule_word(l, w);
		if (!good)
			return false;
	}
	return true;
}

/* Whether the loss of a static route is seen is nobody's concern. */
static void route(ConfigBind *b, const ConfigStatement *s, bool virtual)
{
	Line l = { .b = b, .s = s, .what = "route", .scope = SCOPE_ROUTE_LINE };

	if (!read_line(&l))
		return;
	if (!l.has_target) {
		config_error(b->report, s->pos, "this route has no destination");
		config_hint(b->report, "as in `192.0.2.0/24 via 10.0.0.1 dev eth0`");
	} else if (virtual && !l.has_dev && !l.no_track) {
		config_warning(b->report, s->pos,
			"without `dev` it cannot be told when this route is lost");
		config_hint(b->report, "add `dev INTERFACE` or `no_track`");
	}
}

void config_item_route(ConfigBind *b, const ConfigStatement *s, void *draft _unused_)
{
	route(b, s, true);
}

void config_item_static_route(ConfigBind *b, const ConfigStatement *s, void *draft _unused_)
{
	route(b, s, false);
}

void config_item_rule(ConfigBind *b, const ConfigStatement *s, void *draft _unused_)
{
	Line l = { .b = b, .s = s, .what = "rule", .scope = SCOPE_RULE_LINE };

	if (!read_line(&l))
		return;
	if (!l.has_action) {
		config_error(b->report, s->pos, "this rule does nothing");
		config_hint(b->report, "add `table N`, or an action such as `blackhole`");
	}
	if (!l.has_priority) {
		config_warning(b->report, s->pos, "this rule has no priority: one is chosen");
		config_hint(b->report, "add `priority N`");
	}
}
