/* SPDX-License-Identifier: MIT */
#include "config/config_value.h"

#include <stdio.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool config_parse_number(const char *text, int64_t *ret_number)
{
	const bool negative = *text == '-';
	int64_t n = 0;

	text += negative || *text == '+';
	if (!is_digit(*text))
		return false;
	for (; is_digit(*text); text++)
		if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, *text - '0', &n))
			return false;
	if (*text)
		return false;
	*ret_number = negative ? -n : n;
	return true;
}

bool config_parse_decimal(const char *text, int64_t *ret_usec)
{
	const bool negative = *text == '-';
	int64_t n = 0;
	int decimals = -1;
	bool any = false;

	for (text += negative || *text == '+'; *text; text++) {
		if (*text == '.' && decimals < 0) {
			decimals = 0;
			continue;
		}
		if (!is_digit(*text) || decimals == 6 || __builtin_mul_overflow(n, 10, &n) ||
			__builtin_add_overflow(n, *text - '0', &n))
			return false;
		decimals += decimals >= 0;
		any = true;
	}
	for (decimals = MAX(decimals, 0); decimals < 6; decimals++)
		if (__builtin_mul_overflow(n, 10, &n))
			return false;
	if (any)
		*ret_usec = negative ? -n : n;
	return any;
}

bool config_value_ip4(const ConfigWord *w, ConfigReport *report, IpAddr *ret_ip)
{
	IpAddr ip;

	if (!ip_parse(w->text, &ip)) {
		config_error(report, w->pos, "`%s` is not an IP address", SHORT(w->text));
		config_hint(report, "an address looks like 192.0.2.1");
	} else if (ip.family != IP_V4) {
		config_error(report, w->pos, "`%s` is not an IPv4 address", SHORT(w->text));
	} else {
		*ret_ip = ip;
		return true;
	}
	return false;
}

/* KIND_IP, KIND_IP6 */
static bool value_ip(
	const ConfigKeyword *k, const ConfigWord *w, ConfigReport *report, ConfigValue *v)
{
	if (!ip_parse(w->text, &v->ip)) {
		config_error(report, w->pos, "`%s` is not an IP address", SHORT(w->text));
		config_hint(report, "an address looks like 192.0.2.1");
		return false;
	}
	if (k->kind != KIND_IP6 || v->ip.family == IP_V6)
		return true;
	config_error(report, w->pos, "`%s` is not an IPv6 address", SHORT(w->text));
	return false;
}

bool config_value_ifname(const ConfigWord *w, ConfigReport *report)
{
	if (!*w->text || strchr(w->text, '/'))
		config_error(report, w->pos, "`%s` is not an interface name", SHORT(w->text));
	else if (strlen(w->text) >= LIMIT_IFNAME)
		config_error(report, w->pos, "the interface name `%s` is longer than %d characters",
			SHORT(w->text), LIMIT_IFNAME - 1);
	else
		return true;
	return false;
}

const char *config_seconds(int64_t usec, char buffer[static CONFIG_SECONDS_SIZE])
{
	size_t n = (size_t)snprintf(buffer, CONFIG_SECONDS_SIZE, "%lld.%06lld",
		(long long)(usec / 1000000), (long long)(usec % 1000000));

	while (buffer[n - 1] == '0')
		n--;
	buffer[n - (buffer[n - 1] == '.')] = 0;
	return buffer;
}

static void range_error(const ConfigKeyword *k, const ConfigWord *w, ConfigReport *report)
{
	const char *quote = is_digit(*w->text) || *w->text == '-' ? "" : "`";
	char min[CONFIG_SECONDS_SIZE], max[CONFIG_SECONDS_SIZE];

	if (k->kind == KIND_DECIMAL)
		config_error(report, w->pos, "%s must be %s to %s seconds, not %s%s%s", k->name,
			config_seconds(k->min, min), config_seconds(k->max, max), quote,
			SHORT(w->text), quote);
	else
		config_error(report, w->pos, "%s must be %lld to %lld, not %s%s%s", k->name,
			(long long)k->min, (long long)k->max, quote, SHORT(w->text), quote);
}

static bool value_number(
	const ConfigKeyword *k, const ConfigWord *w, ConfigReport *report, ConfigValue *v)
{
	const bool decimal = k->kind == KIND_DECIMAL;
	const int64_t one = decimal ? 1000000 : 1;

	if (!(decimal ? config_parse_decimal : config_parse_number)(w->text, &v->number)) {
		range_error(k, w, report);
		if (decimal && *w->text && !w->text[strspn(w->text, "+-.0123456789")] &&
			strchr(w->text, '.'))
			config_hint(report, "at most six digits may follow the point");
		return false;
	}
	if (k->zero_is_one && !v->number) {
		config_warning(report, w->pos, "%s cannot be 0: 1 is used", k->name);
		v->number = one;
	}
	if (v->number >= k->min && v->number <= k->max)
		return true;
	range_error(k, w, report);
	return false;
}

static bool value_bool(
	const ConfigKeyword *k, const ConfigWord *w, ConfigReport *report, ConfigValue *v)
{
	static const char *const words[] = { "off", "on", "false", "true", "no", "yes" };

	for (unsigned i = 0; i < ARRAY_LEN(words); i++)
		if (!strcmp(w->text, words[i])) {
			v->number = i & 1;
			return true;
		}
	config_error(report, w->pos, "%s is on or off, not `%s`", k->name, SHORT(w->text));
	return false;
}

/* The index of the word among the choices; the choice that it is most like in *ret_near. */
static int choice_find(const char *choices, const char *word, const char **ret_near)
{
	char choice[32];
	int index = 0;

	for (const char *s = choices; *s; index++) {
		const size_t n = strcspn(s, " ");

		assert(n < sizeof(choice));
		memcpy(choice, s, n);
		choice[n] = 0;
		if (!strcmp(choice, word))
			return index;
		if (!strncasecmp(choice, word, n) || config_distance(choice, word, 2) <= 2)
			*ret_near = s;
		s += n + (s[n] == ' ');
	}
	return -1;
}

static bool value_choice(
	const ConfigKeyword *k, const ConfigWord *w, ConfigReport *report, ConfigValue *v)
{
	const char *near = NULL;

	v->number = choice_find(k->choices, w->text, &near);
	if (v->number >= 0)
		return true;
	if (k->optional)
		config_error(report, w->pos, "%s may be followed by `%s`, not by `%s`", k->name,
			k->choices, SHORT(w->text));
	else
		config_error(report, w->pos, "%s must be %s, not `%s`", k->name, k->value,
			SHORT(w->text));
	if (near)
		config_hint(report, "did you mean `%.*s`?", (int)strcspn(near, " "), near);
	return false;
}

static bool value_weight(
	const ConfigKeyword *k, const ConfigStatement *s, ConfigReport *report, ConfigValue *v)
{
	if (!value_number(k, &s->words[1], report, v))
		return false;
	v->reverse = s->n_words > 2;
	if (!v->reverse || !strcmp(s->words[2].text, "reverse"))
		return true;
	config_error(report, s->words[2].pos, "a weight may be followed by `reverse`, not by `%s`",
		SHORT(s->words[2].text));
	return false;
}

static bool value_text(const ConfigKeyword *k, const ConfigWord *w, ConfigReport *report)
{
	if (*w->text)
		return true;
	config_error(report, w->pos, "the value of `%s` is empty", k->name);
	return false;
}

size_t config_value_words(const ConfigKeyword *k)
{
	switch (k->kind) {
	case KIND_FLAG: return 0;
	case KIND_WEIGHT:
	case KIND_USER: return 2;
	case KIND_COMMAND: return 1;
	case KIND_FIFO:
	case KIND_NOTIFY: return 3;
	case KIND_NUMBERS: return SIZE_MAX / 2;
	case KIND_WORDS: return (size_t)k->max;
	case KIND_BLOCK: return k->named;
	case KIND_ITEMS:
	case KIND_NOTE: return 0;
	case KIND_BOOL:
	case KIND_NUMBER:
	case KIND_DECIMAL:
	case KIND_TEXT:
	case KIND_CHOICE:
	case KIND_IP4:
	case KIND_IP6:
	case KIND_IP:
	case KIND_IFNAME:
	case KIND_PATH: break;
	}
	return 1;
}

static bool value_needed(const ConfigKeyword *k)
{
	if (k->kind == KIND_WORDS)
		return k->min > 0;
	return k->kind != KIND_FLAG && k->kind != KIND_BOOL && !k->optional;
}

static bool value_path(const ConfigKeyword *k, const ConfigWord *w, ConfigReport *report)
{
	if (*w->text == '/')
		return true;
	config_error(
		report, w->pos, "%s must begin with a `/`, unlike `%s`", k->name, SHORT(w->text));
	return false;
}

static bool value_numbers(
	const ConfigKeyword *k, const ConfigStatement *s, ConfigReport *report, ConfigValue *v)
{
	for (size_t i = s->n_words - 1; i; i--) /* the first one stays */
		if (!value_number(k, &s->words[i], report, v))
			return false;
	return true;
}

/* By the kinds that have a look of their own at all words. */
static bool value_of_kind(
	const ConfigKeyword *k, const ConfigStatement *s, ConfigReport *report, ConfigValue *v)
{
	const ConfigWord *w = &s->words[1];

	switch (k->kind) {
	case KIND_NUMBER:
	case KIND_DECIMAL: return value_number(k, w, report, v);
	case KIND_NUMBERS: return value_numbers(k, s, report, v);
	case KIND_BOOL: return value_bool(k, w, report, v);
	case KIND_CHOICE: return value_choice(k, w, report, v);
	case KIND_IP4: return config_value_ip4(w, report, &v->ip);
	case KIND_IP6:
	case KIND_IP: return value_ip(k, w, report, v);
	case KIND_IFNAME: return config_value_ifname(w, report);
	case KIND_PATH: return value_path(k, w, report);
	case KIND_WEIGHT: return value_weight(k, s, report, v);
	case KIND_TEXT:
	case KIND_USER:
	case KIND_FIFO:
	case KIND_COMMAND:
	case KIND_NOTIFY: return value_text(k, w, report);
	case KIND_WORDS: return k->words ? k->words(k, s, report) : value_text(k, w, report);
	case KIND_FLAG:
	case KIND_BLOCK:
	case KIND_ITEMS:
	case KIND_NOTE: break;
	}
	return true;
}

/* Seen in 2.2.7: nearly every keyword that has no value ends the reading. */
static KeepalivedStatus value_hole(const ConfigKeyword *k)
{
	static const char *const others[] = { "router_id", "script", "script_user",
		"notification_email_from" };

	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (!strcmp(k->name, others[i]))
			return KEEPALIVED_CONFIG;
	return KEEPALIVED_PARAMETER;
}

bool config_value(const ConfigKeyword *k, const ConfigStatement *s, ConfigReport *report,
	ConfigValue *ret_value)
{
	const ConfigWord *w = &s->words[s->n_words > 1];
	ConfigValue v = { .pos = w->pos, .text = w->text, .number = 1 };
	bool good = true;

	if (s->n_words == 1 && value_needed(k)) {
		config_error(report, s->pos, "`%s` needs a value", k->name);
		config_hint(report, "write `%s %s`", k->name, k->value);
		config_keepalived(report, value_hole(k));
		return false;
	}
	if (k->kind == KIND_WORDS && k->min >= (int64_t)s->n_words) {
		config_error(report, s->pos, "`%s` needs %lld values", k->name, (long long)k->min);
		config_hint(report, "write `%s %s`", k->name, k->value);
		return false;
	}
	if (s->n_words == 1 || k->kind == KIND_FLAG)
		v.pos = s->pos;
	else
		good = value_of_kind(k, s, report, &v);
	if (good)
		*ret_value = v;
	return good;
}
