/* SPDX-License-Identifier: MIT */
#include "config/config_address.h"

#include "config/config_value.h"

typedef struct Line {
	ConfigBind *b;
	const ConfigStatement *s;
	ConfigReport *report;
	ConfigAddress *address;
	const ConfigWord *broadcast;
	bool has_scope;
} Line;

static bool once(Line *l, const ConfigWord *keyword, bool given)
{
	if (given)
		config_error(l->report, keyword->pos, "`%s` is given twice for this address",
			keyword->text);
	return !given;
}

static bool option_dev(Line *l, const ConfigWord *w)
{
	ConfigAddress *a = l->address;

	if (!once(l, w, a->spec.dev) || !config_value_ifname(w + 1, l->report))
		return false;
	a->spec.dev = w[1].text;
	a->dev_pos = w[1].pos;
	return true;
}

static bool option_label(Line *l, const ConfigWord *w)
{
	ConfigAddress *a = l->address;

	if (!once(l, w, a->spec.label))
		return false;
	if (!*w[1].text || strlen(w[1].text) >= LIMIT_IFNAME) {
		config_error(l->report, w[1].pos, "the label `%s` must have 1 to %d characters",
			SHORT(w[1].text), LIMIT_IFNAME - 1);
		config_hint(l->report, "a label is the interface name, a colon and a few letters");
		return false;
	}
	a->spec.label = w[1].text;
	a->label_pos = w[1].pos;
	return true;
}

static bool option_broadcast(Line *l, const ConfigWord *w)
{
	if (!once(l, w, l->broadcast))
		return false;
	l->broadcast = w + 1;
	return true;
}

static bool option_scope(Line *l, const ConfigWord *w)
{
	static const struct {
		const char *name;
		uint8_t scope;
	} scopes[] = { { "global", 0 }, { "site", 200 }, { "link", 253 }, { "host", 254 },
		{ "nowhere", 255 } };
	int64_t number;

	if (!once(l, w, l->has_scope))
		return false;
	l->has_scope = true;
	for (size_t i = 0; i < ARRAY_LEN(scopes); i++)
		if (!strcmp(w[1].text, scopes[i].name)) {
			l->address->spec.scope = scopes[i].scope;
			return true;
		}
	if (config_parse_number(w[1].text, &number) && number >= 0 && number <= UINT8_MAX) {
		l->address->spec.scope = (uint8_t)number;
		return true;
	}
	config_error(l->report, w[1].pos, "`%s` is not a scope", SHORT(w[1].text));
	config_hint(l->report, "global, site, link, host, nowhere or a number up to 255");
	return false;
}

/* IP[/LEN] of the same family */
static bool option_peer(Line *l, const ConfigWord *w)
{
	const char *text = w[1].text;
	char address[IP_TEXT_SIZE] = "";
	const size_t n = strcspn(text, "/");
	int64_t length = 0;
	IpAddr ip;

	memcpy(address, text, MIN(n, sizeof(address) - 1));
	if (strchr(l->s->words[0].text, '/')) {
		config_error(l->report, w->pos,
			"an address with a peer has no length of its own: it belongs to the peer");
		return false;
	}
	if (n >= sizeof(address) || !ip_parse(address, &ip) ||
		ip.family != l->address->spec.ip.family) {
		config_error(l->report, w[1].pos, "`%s` is not an address of the same kind",
			SHORT(text));
		return false;
	}
	if (!text[n] || (config_parse_number(text + n + 1, &length) && length >= 0 &&
				length <= ip_bits((IpFamily)ip.family)))
		return true;
	config_error(l->report, w[1].pos, "the prefix length of %s must be 0 to %d, not `%s`",
		address, ip_bits((IpFamily)ip.family), SHORT(text + n + 1));
	return false;
}

static bool option_lifetime(Line *l, const ConfigWord *w)
{
	int64_t seconds;

	if (!strcmp(w[1].text, "forever") ||
		(config_parse_number(w[1].text, &seconds) && seconds >= 0 && seconds <= UINT32_MAX))
		return true;
	config_error(l->report, w[1].pos, "preferred_lft must be seconds or `forever`, not `%s`",
		SHORT(w[1].text));
	return false;
}

static bool option_track_group(Line *l, const ConfigWord *w)
{
	l->address->track_group = w + 1;
	return true;
}

/* The options that something is done with; what else the table has is only looked at. */
static const struct {
	const char *name;
	bool (*read)(Line *l, const ConfigWord *w);
} options[] = {
	{ "dev", option_dev },
	{ "label", option_label },
	{ "brd", option_broadcast },
	{ "scope", option_scope },
	{ "peer", option_peer },
	{ "preferred_lft", option_lifetime },
	{ "track_group", option_track_group },
};

static bool unknown_option(Line *l, const ConfigWord *w)
{
	const char *near;
	char address[IP_TEXT_SIZE] = "";
	IpAddr ip;

	strncpy(address, w->text, MIN(strcspn(w->text, "/"), sizeof(address) - 1));
	if (ip_parse(address, &ip)) {
		config_error(
			l->report, w->pos, "`%s` is a second address in this line", SHORT(w->text));
		config_hint(l->report, "each address stands in a line of its own");
		return false;
	}
	near = config_keyword_near(SCOPE_ADDRESS_LINE, w->text);
	config_error(l->report, w->pos, "unknown option `%s` of an address", SHORT(w->text));
	if (near)
		config_hint(l->report, "did you mean `%s`?", near);
	else
		config_hint(l->report, "an address may have: dev, label, brd, scope");
	return false;
}

/* Gives the index of the next option, 0 after an error. */
static size_t read_option(Line *l, size_t at)
{
	const ConfigWord *w = &l->s->words[at];
	const ConfigKeyword *k = config_keyword(l->b->index, SCOPE_ADDRESS_LINE, w->text);
	size_t values;

	if (!k) {
		unknown_option(l, w);
		return 0;
	}
	values = config_value_words(k);
	if (at + values >= l->s->n_words) {
		config_error(l->report, w->pos, "`%s` needs a value", w->text);
		return 0;
	}
	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		if (!strcmp(k->name, options[i].name) && !options[i].read(l, w))
			return 0;
	config_bind_status(l->b, k, w->pos);
	return at + 1 + values;
}

/* "255.255.255.0" is 24; -1 when it is no netmask. */
static int netmask_length(const char *text)
{
	uint32_t mask = 0;
	IpAddr ip;

	if (!ip_parse(text, &ip) || ip.family != IP_V4)
		return -1;
	for (int i = 0; i < 4; i++)
		mask = mask << 8 | ip.bytes[i];
	return ~mask & (~mask + 1) ? -1 : __builtin_popcount(mask);
}

static bool read_address(Line *l)
{
	const ConfigWord *w = l->s->words;
	const char *slash = strchr(w->text, '/');
	char text[IP_TEXT_SIZE] = "";
	AddrSpec *spec = &l->address->spec;
	int64_t length, bits;

	strncpy(text, w->text, MIN(strcspn(w->text, "/"), sizeof(text) - 1));
	if (!ip_parse(text, &spec->ip) || strcspn(w->text, "/") >= sizeof(text)) {
		config_error(l->report, w->pos, "`%s` is not an IP address", SHORT(w->text));
		config_hint(l->report, "an address looks like 192.0.2.1 or 192.0.2.1/24");
		return false;
	}
	length = bits = ip_bits((IpFamily)spec->ip.family);
	if (spec->ip.family == IP_V6 ? spec->ip.bytes[0] == 0xff
				     : spec->ip.bytes[0] >= 224 || !spec->ip.bytes[0]) {
		config_error(l->report, w->pos, "`%s` is not the address of one machine", text);
		config_keepalived(l->report, KEEPALIVED_SILENT);
		return false;
	}
	if (slash && (!config_parse_number(slash + 1, &length) || length < 0 || length > bits)) {
		config_error(l->report, w->pos, "the prefix length of %s must be 0 to %d, not `%s`",
			text, (int)bits, SHORT(slash + 1));
		if (netmask_length(slash + 1) >= 0)
			config_hint(l->report, "write %s/%d", text, netmask_length(slash + 1));
		return false;
	}
	spec->prefix_len = (uint8_t)length;
	return true;
}

static bool set_broadcast(Line *l)
{
	const ConfigWord *w = l->broadcast;
	AddrSpec *spec = &l->address->spec;
	uint32_t host;

	if (spec->ip.family == IP_V6) {
		config_error(l->report, w->pos, "IPv6 has no broadcast addresses");
		return false;
	}
	spec->has_broadcast = true;
	if (strcmp(w->text, "+") && strcmp(w->text, "-"))
		return config_value_ip4(w, l->report, &spec->broadcast);
	if (spec->prefix_len > 30) {
		config_error(
			l->report, w->pos, "`brd %s` needs a prefix length of at most 30", w->text);
		config_hint(l->report, "write the length after the address, as in 192.0.2.1/24");
		return false;
	}
	spec->broadcast = spec->ip;
	host = UINT32_MAX >> spec->prefix_len;
	for (int i = 0; i < 4; i++) {
		const uint8_t bits = (uint8_t)(host >> (24 - 8 * i));

		if (*w->text == '+')
			spec->broadcast.bytes[i] |= bits;
		else
			spec->broadcast.bytes[i] &= (uint8_t)~bits;
	}
	return true;
}

bool config_address(ConfigBind *b, const ConfigStatement *s, ConfigAddress *ret_address)
{
	ConfigAddress address = { .pos = s->pos };
	Line l = { .b = b, .s = s, .report = b->report, .address = &address };

	if (!read_address(&l))
		return false;
	for (size_t at = 1; at < s->n_words;) {
		at = read_option(&l, at);
		if (!at)
			return false;
	}
	if (l.broadcast && !set_broadcast(&l))
		return false;
	*ret_address = address;
	return true;
}
