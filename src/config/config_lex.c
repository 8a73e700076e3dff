/* SPDX-License-Identifier: MIT */
#include "config/config_lex.h"

#include "config/config_command.h"

ConfigLexer config_lexer(ConfigPre *pre, Arena *arena, ConfigReport *report)
{
	return (ConfigLexer){ .pre = pre, .arena = arena, .report = report };
}

static SourcePos lex_pos(const ConfigLexer *l, const char *at)
{
	return l->line.text ? config_source_pos(&l->line, (size_t)(at - l->line.text))
			    : (SourcePos){ 0 };
}

/* A binary file would give an error at each byte: one is enough. */
static ConfigToken lex_binary(ConfigLexer *l, const char *at)
{
	config_error(l->report, lex_pos(l, at), "the byte 0x%02x has no place in a text file",
		(unsigned)(unsigned char)*at);
	config_hint(l->report, "is this a configuration file? It is not read any further");
	l->failed = true;
	l->at = l->end;
	return (ConfigToken){ .kind = TOKEN_END, .pos = lex_pos(l, at) };
}

static const char *find_binary(const ConfigLexer *l, const char *s, const char *end)
{
	for (; s < end; s++)
		if (config_is_binary(*s) &&
			!(l->line.expanded && *s >= LITERAL_HASH && *s <= LITERAL_BAD))
			return s;
	return NULL;
}

static void lex_literals(const ConfigLexer *l, ConfigToken *t)
{
	static const char literals[] = { LITERAL_HASH, LITERAL_BANG, LITERAL_BAD, 0 };
	char *to;

	if (!strpbrk(t->text, literals))
		return;
	t->text = to = arena_strdup(l->arena, t->text);
	for (; *to; to++) {
		t->bad |= *to == LITERAL_BAD;
		*to = *to == LITERAL_HASH ? '#' : *to == LITERAL_BANG ? '!' : *to;
	}
}

static void quote_open(ConfigLexer *l, ConfigToken *t)
{
	config_error(l->report, t->pos, "the quote that opens here is not closed in this line");
	config_hint(l->report, "a quoted text ends in the line in which it starts");
	t->bad = true;
}

/* From the quote to the next one. */
static const char *lex_quoted(ConfigLexer *l, ConfigToken *t)
{
	const char *start = l->at + 1, *s = start;

	while (s < l->end && *s != '"')
		s++;
	t->quoted = true;
	l->at = s;
	if (s == l->end) {
		quote_open(l, t);
		t->text = "";
		return s;
	}
	t->text = arena_strndup(l->arena, start, (size_t)(s - start));
	l->at++;
	return s;
}

enum { VARIABLE_MAX = 256 }; /* bytes in which its brace is looked for */

/* A `${NAME}` that was left as it is. keepalived goes on at the brace as with one of a block. */
static const char *lex_undefined(ConfigLexer *l, ConfigToken *t, const char *s)
{
	const char *close = memchr(s, '}', MIN((size_t)(l->end - s), VARIABLE_MAX));

	if (!close)
		return s;
	config_error(l->report, lex_pos(l, s), "the variable `%s` is not defined",
		SHORT(arena_strndup(l->arena, s, (size_t)(close + 1 - s))));
	config_hint(l->report, "define it above, in a line `$NAME=value`");
	t->bad = true;
	return close;
}

static const char *lex_plain(ConfigLexer *l, ConfigToken *t)
{
	const char *start = l->at, *s = start;

	for (; s < l->end && !config_is_blank(*s) && !strchr("\"{}!#", *s); s++)
		if (*s == '$' && s + 1 < l->end && s[1] == '{')
			s = lex_undefined(l, t, s);
	t->text = arena_strndup(l->arena, start, (size_t)(s - start));
	t->cut = s < l->end && (*s == '#' || *s == '!');
	l->at = s;
	return s;
}

static const char *lex_command(ConfigLexer *l, ConfigToken *t)
{
	const char *start = l->at, *to;

	t->quoted = *start == '"' || *start == '\'';
	if (!config_command_extent(start, l->end, true, &to)) {
		quote_open(l, t);
		t->text = "";
	} else {
		t->text = config_command_word(l->arena, start, to);
		if (!t->text) {
			config_error(l->report, t->pos, "a command cannot hold a NUL byte");
			t->text = "";
			t->bad = true;
		}
	}
	l->at = to;
	return to;
}

static ConfigToken lex_word(ConfigLexer *l)
{
	ConfigToken t = { .kind = TOKEN_WORD, .pos = lex_pos(l, l->at) };
	const char *start = l->at, *end, *binary;

	end = l->command      ? lex_command(l, &t)
	      : *start == '"' ? lex_quoted(l, &t)
			      : lex_plain(l, &t);
	binary = find_binary(l, start, end);
	if (binary)
		return lex_binary(l, binary);
	if (l->line.expanded)
		lex_literals(l, &t);
	return t;
}

/* The end of a line, and that of all when there is no other. */
static ConfigToken lex_line(ConfigLexer *l)
{
	ConfigToken t = { .kind = TOKEN_END, .pos = lex_pos(l, l->at) };

	l->command = false;
	if (l->in_line)
		t.kind = TOKEN_NEWLINE;
	l->in_line = !l->failed && config_pre_line(l->pre, &l->line);
	if (l->in_line) {
		l->at = l->line.text + l->line.start;
		l->end = l->line.text + l->line.size;
	} else {
		l->failed |= config_pre_failed(l->pre);
	}
	return t;
}

ConfigToken config_lex(ConfigLexer *l)
{
	ConfigToken t;
	const char *nul;

	if (!l->line.text) {
		t = lex_line(l);
		if (!l->in_line)
			return t;
	}
	while (l->at < l->end && config_is_blank(*l->at))
		l->at++;
	if (l->at < l->end && (*l->at == '!' || *l->at == '#')) {
		nul = memchr(l->at, 0, (size_t)(l->end - l->at));
		if (nul)
			return lex_binary(l, nul);
		l->at = l->end;
	}
	if (l->at == l->end)
		return lex_line(l);
	if (find_binary(l, l->at, l->at + 1))
		return lex_binary(l, l->at);
	if (*l->at != '{' && *l->at != '}')
		return lex_word(l);
	t = (ConfigToken){ .kind = *l->at == '{' ? TOKEN_OPEN : TOKEN_CLOSE,
		.pos = lex_pos(l, l->at) };
	l->at++;
	l->command = false;
	return t;
}
