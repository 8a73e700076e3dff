/* SPDX-License-Identifier: MIT */
#include "config/config_words.h"

#include "config/config_value.h"

static bool word_number(const ConfigWord *w, int64_t min, int64_t max)
{
	int64_t n;

	return config_parse_number(w->text, &n) && n >= min && n <= max;
}

static bool number_needed(
	const ConfigKeyword *k, const ConfigWord *w, int64_t min, int64_t max, ConfigReport *report)
{
	if (word_number(w, min, max))
		return true;
	config_error(report, w->pos, "%s must have a number of %lld to %lld here, not `%s`",
		k->name, (long long)min, (long long)max, SHORT(w->text));
	return false;
}

static bool unexpected(const ConfigKeyword *k, const ConfigWord *w, ConfigReport *report)
{
	config_error(report, w->pos, "`%s` has no meaning here", SHORT(w->text));
	config_hint(report, "write `%s %s`", k->name, k->value);
	return false;
}

/* HOST [PORT] */
bool config_words_smtp_server(
	const ConfigKeyword *k, const ConfigStatement *s, ConfigReport *report)
{
	return s->n_words < 3 || number_needed(k, &s->words[2], 1, 65535, report);
}

/* [all] SECONDS */
bool config_words_garp_extra(const ConfigKeyword *k, const ConfigStatement *s, ConfigReport *report)
{
	const size_t at = strcmp(s->words[1].text, "all") ? 1 : 2;

	if (at + 1 < s->n_words)
		return unexpected(k, &s->words[at + 1], report);
	if (at < s->n_words)
		return number_needed(k, &s->words[at], k->scope == SCOPE_GLOBAL, 86400, report);
	config_error(report, s->words[1].pos, "`%s all` needs a number of seconds", k->name);
	return false;
}

/* MTU, ADVERT or bytes */
bool config_words_rx_policy(const ConfigKeyword *k, const ConfigStatement *s, ConfigReport *report)
{
	const ConfigWord *w = &s->words[1];

	if (!strcasecmp(w->text, "MTU") || !strcasecmp(w->text, "ADVERT") ||
		word_number(w, 0, INT32_MAX))
		return true;
	config_error(report, w->pos, "%s must be MTU, ADVERT or a number of bytes, not `%s`",
		k->name, SHORT(w->text));
	return false;
}

/* One of S_IRUSR, IRGRP, IRWXU ..., S_ left out. */
static bool is_mode_bit(const char *s, size_t n)
{
	static const char whom[] = "USR GRP OTH";

	if (n == 5 && !strncmp(s, "IRWX", 4))
		return strchr("UGO", s[4]) != NULL;
	if (n != 5 || *s != 'I' || !strchr("RWX", s[1]))
		return false;
	for (const char *w = whom; *w; w += 4) {
		if (!strncmp(w, s + 2, 3))
			return true;
		if (!w[3])
			break;
	}
	return false;
}

static bool is_umask_number(const char *s)
{
	const char *digits = "0123456789";
	uint64_t n = 0, base = 10;

	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		digits = "0123456789abcdef";
		base = 16;
		s += 2;
	} else if (*s == '0') {
		digits = "01234567";
		base = 8;
	}
	if (!*s)
		return false;
	for (; *s; s++) {
		const char c = *s >= 'A' && *s <= 'F' ? (char)(*s - 'A' + 'a') : *s;
		const char *d = strchr(digits, c);

		if (!d)
			return false;
		n = n * base + (uint64_t)(d - digits);
		if (n > 0777)
			return false;
	}
	return true;
}

/* A number, or names of bits joined by `|`, perhaps with blanks around it. */
bool config_words_umask(const ConfigKeyword *k, const ConfigStatement *s, ConfigReport *report)
{
	if (s->n_words == 2 && is_umask_number(s->words[1].text))
		return true;
	for (size_t i = 1; i < s->n_words; i++) {
		for (const char *c = s->words[i].text; *c;) {
			const size_t n = strcspn(c, "|");

			if (n && !is_mode_bit(c, n)) {
				config_error(report, s->words[i].pos,
					"%s must be a number up to 0777 or names like "
					"IRUSR|IWGRP, not `%s`",
					k->name, SHORT(s->words[i].text));
				return false;
			}
			c += n + (c[n] == '|');
		}
	}
	return true;
}

/* [+|-]read|match|wildcard_match|brace_match ... */
bool config_words_include_check(
	const ConfigKeyword *k, const ConfigStatement *s, ConfigReport *report)
{
	static const char *const words[] = { "read", "match", "wildcard_match", "brace_match" };

	for (size_t i = 1; i < s->n_words; i++) {
		const char *w = s->words[i].text;
		bool found = false;

		w += *w == '+' || *w == '-';
		for (size_t n = 0; n < ARRAY_LEN(words); n++)
			found |= !strcmp(w, words[n]);
		if (!found)
			return unexpected(k, &s->words[i], report);
	}
	return true;
}

typedef struct WordOption {
	const char *name;
	int64_t min, max; /* both 0: any word */
} WordOption;

/* Pairs of a name and a value from word `at` on. */
static bool word_options(const ConfigKeyword *k, const ConfigStatement *s, size_t at,
	const WordOption *options, ConfigReport *report)
{
	for (; at < s->n_words; at += 2) {
		const ConfigWord *w = &s->words[at];
		const WordOption *o = options;

		while (o->name && strcmp(o->name, w->text))
			o++;
		if (!o->name)
			return unexpected(k, w, report);
		if (at + 1 == s->n_words) {
			config_error(report, w->pos, "`%s` needs a value", w->text);
			return false;
		}
		if (o->max && !number_needed(k, w + 1, o->min, o->max, report))
			return false;
	}
	return true;
}

bool config_words_lvs_timeouts(
	const ConfigKeyword *k, const ConfigStatement *s, ConfigReport *report)
{
	static const WordOption options[] = { { "tcp", 0, 2147483 }, { "tcpfin", 0, 2147483 },
		{ "udp", 0, 2147483 }, { 0 } };

	return word_options(k, s, 1, options, report);
}

/* INTERFACE [[inst] INSTANCE] [id N] [maxlen N] [port N] [ttl N] [group ADDRESS] */
bool config_words_lvs_sync(const ConfigKeyword *k, const ConfigStatement *s, ConfigReport *report)
{
	static const WordOption options[] = { { "inst", 0, 0 }, { "id", 0, 255 },
		{ "maxlen", 1, 65507 }, { "port", 1, 65535 }, { "ttl", 1, 255 }, { "group", 0, 0 },
		{ 0 } };
	size_t at = 2;
	bool name = s->n_words > 2;

	if (!config_value_ifname(&s->words[1], report))
		return false;
	for (const WordOption *o = options; o->name && name; o++)
		name = strcmp(o->name, s->words[2].text) != 0;
	at += name;
	return word_options(k, s, at, options, report);
}

/* 5 or 6 octets: "00:00:5e:00:01:0a". */
static bool is_mac(const char *s)
{
	static const char digits[] = "0123456789abcdefABCDEF";
	unsigned octets = 0;

	for (;;) {
		const size_t n = strspn(s, digits);

		if (!n || n > 2)
			return false;
		octets++;
		s += n;
		if (!*s)
			break;
		if (*s++ != ':')
			return false;
	}
	return octets == 5 || octets == 6;
}

static bool interface_once(
	const ConfigWord *w, const char *keyword, bool *named, ConfigReport *report)
{
	if (*named) {
		config_error(report, w->pos, "`%s` has the name of its interface already, not `%s`",
			keyword, SHORT(w->text));
		return false;
	}
	*named = true;
	return config_value_ifname(w, report);
}

/* What use_vmac and use_ipvlan share: `name IFNAME`, `group N`; 0: neither, -1: an error. */
static int interface_option(const ConfigKeyword *k, const ConfigStatement *s, size_t at,
	bool *named, ConfigReport *report)
{
	const ConfigWord *w = &s->words[at];
	const bool name = !strcmp(w->text, "name"), group = !strcmp(w->text, "group");

	if (!name && !group)
		return 0;
	if (at + 1 == s->n_words) {
		config_error(report, w->pos, "`%s` needs a value", w->text);
		return -1;
	}
	if (name ? interface_once(w + 1, k->name, named, report)
		 : number_needed(k, w + 1, 0, UINT32_MAX, report))
		return 2;
	return -1;
}

/* [[name] IFNAME] [MAC] [netlink_notify_msg] [group N] */
bool config_words_vmac(const ConfigKeyword *k, const ConfigStatement *s, ConfigReport *report)
{
	bool named = false;
	int n;

	for (size_t at = 1; at < s->n_words; at += (size_t)n) {
		const ConfigWord *w = &s->words[at];

		n = interface_option(k, s, at, &named, report);
		if (n < 0)
			return false;
		if (n)
			continue;
		n = 1;
		if (is_mac(w->text) || !strcmp(w->text, "netlink_notify_msg"))
			continue;
		if (!interface_once(w, k->name, &named, report))
			return false;
	}
	return true;
}

static bool is_prefix(const char *text)
{
	char address[IP_TEXT_SIZE] = "";
	const size_t n = strcspn(text, "/");
	int64_t length = 0;
	IpAddr ip;

	if (n >= sizeof(address))
		return false;
	memcpy(address, text, n);
	return ip_parse(address, &ip) &&
	       (!text[n] || (config_parse_number(text + n + 1, &length) && length >= 0 &&
				    length <= ip_bits((IpFamily)ip.family)));
}

/* [[name] IFNAME] [IP[/LEN]] [bridge|private|vepa] [group N] */
bool config_words_ipvlan(const ConfigKeyword *k, const ConfigStatement *s, ConfigReport *report)
{
	static const char *const modes[] = { "bridge", "private", "vepa" };
	bool named = false;
	int n;

	for (size_t at = 1; at < s->n_words; at += (size_t)n) {
		const ConfigWord *w = &s->words[at];
		bool known = is_prefix(w->text);

		n = interface_option(k, s, at, &named, report);
		if (n < 0)
			return false;
		if (n)
			continue;
		n = 1;
		for (size_t i = 0; i < ARRAY_LEN(modes); i++)
			known |= !strcmp(w->text, modes[i]);
		if (!known && !interface_once(w, k->name, &named, report))
			return false;
	}
	return true;
}

/* ID hex:HEX | TEXT | file:PATH; a key has 32 to 64 bytes. */
bool config_words_hmac_key(const ConfigKeyword *k, const ConfigStatement *s, ConfigReport *report)
{
	const ConfigWord *w = &s->words[2];
	size_t n = strlen(w->text);

	if (!number_needed(k, &s->words[1], 1, 255, report))
		return false;
	if (!strncmp(w->text, "file:", 5))
		return true;
	if (!strncmp(w->text, "hex:", 4)) {
		n -= 4;
		if (n % 2 || strspn(w->text + 4, "0123456789abcdefABCDEF") != n) {
			config_error(report, w->pos, "the key is not a row of hexadecimal bytes");
			return false;
		}
		n /= 2;
	}
	if (n >= 32 && n <= 64)
		return true;
	config_error(report, w->pos, "a key has 32 to 64 bytes, this one has %zu", n);
	return false;
}

/* [VALUE] [overwrite] */
bool config_words_init_file(const ConfigKeyword *k, const ConfigStatement *s, ConfigReport *report)
{
	for (size_t i = 1; i < s->n_words; i++)
		if (strcmp(s->words[i].text, "overwrite") &&
			!number_needed(k, &s->words[i], -254, 254, report))
			return false;
	return true;
}
