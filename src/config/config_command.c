/* SPDX-License-Identifier: MIT */
#include "config/config_command.h"

#include "core/limits.h"

static bool is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

bool config_command_extent(const char *s, const char *end, bool in_file, const char **ret_end)
{
	char quote = 0;

	for (; s < end && !(in_file && *s == '\n'); s++) {
		if (*s == '\\' && s + 1 < end && s[1] != '\n')
			s++;
		else if (quote)
			quote = *s == quote ? 0 : quote;
		else if (*s == '"' || *s == '\'')
			quote = *s;
		else if (is_blank(*s) || (in_file && strchr("{}#!", *s)))
			break;
	}
	*ret_end = s;
	return !quote;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 16;
}

/* What stands behind a backslash; moves *s behind it. */
static char command_escape(const char **s, const char *end)
{
	static const char names[] = "abEfnrtv", codes[] = "\a\b\033\f\n\r\t\v";
	const char c = *(*s)++, *name = c ? strchr(names, c) : NULL;
	int n, value = 0;

	if (name)
		return codes[name - names];
	if (c == 'c' && *s < end)
		return (char)(*(*s)++ & 0x1f);
	if (c == 'x' && *s < end && digit(**s) < 16) {
		for (n = 0; n < 2 && *s < end && digit(**s) < 16; n++)
			value = value * 16 + digit(*(*s)++);
		return (char)value;
	}
	if (digit(c) < 8) {
		value = digit(c);
		for (n = 1; n < 3 && *s < end && digit(**s) < 8; n++)
			value = value * 8 + digit(*(*s)++);
		return (char)value;
	}
	return c;
}

const char *config_command_word(Arena *arena, const char *s, const char *end)
{
	char *word = arena_alloc(arena, (size_t)(end - s) + 1, 1), *to = word, quote = 0;

	while (s < end) {
		if (*s == '\\' && s + 1 < end) {
			s++;
			*to = command_escape(&s, end);
			if (!*to++)
				return NULL;
		} else if (quote ? *s == quote : *s == '"' || *s == '\'') {
			quote = quote ? 0 : *s;
			s++;
		} else {
			*to++ = *s++;
		}
	}
	return word;
}

ConfigCommandResult config_command_split(
	const char *text, Arena *arena, const char *const **ret_argv, size_t *ret_n)
{
	const char *argv[LIMIT_ARGV + 1] = { 0 }, *end = text + strlen(text), *to;
	size_t n = 0;

	for (const char *s = text;; s = to) {
		while (s < end && is_blank(*s))
			s++;
		if (s == end)
			break;
		if (n == LIMIT_ARGV)
			return COMMAND_TOO_LONG;
		if (!config_command_extent(s, end, false, &to))
			return COMMAND_QUOTE;
		argv[n] = config_command_word(arena, s, to);
		if (!argv[n++])
			return COMMAND_NUL;
	}
	if (!n || !*argv[0])
		return COMMAND_EMPTY;
	*ret_argv = arena_copy(arena, argv, n + 1, sizeof(*argv));
	*ret_n = n;
	return COMMAND_OK;
}
