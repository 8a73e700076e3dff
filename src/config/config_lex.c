/* SPDX-License-Identifier: MIT */
#include "config/config_lex.h"

#include "config/config_command.h"

ConfigLexer config_lexer(
	const char *file, const char *text, size_t size, Arena *arena, ConfigReport *report)
{
	ConfigLexer l = { .file = file,
		.at = text,
		.end = text + size,
		.line_start = text,
		.line = 1,
		.arena = arena,
		.report = report };

	if (size >= 3 &&
		!memcmp(text, "\xef\xbb\xbf", 3)) /* the mark that editors of Windows leave */
		l.line_start = l.at += 3;
	return l;
}

static SourcePos lex_pos(const ConfigLexer *l, const char *at)
{
	return (SourcePos){ l->file, l->line, (uint32_t)(at - l->line_start) + 1 };
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

/* What no text file holds outside of comments. */
static bool is_binary(char c)
{
	return ((unsigned char)c < ' ' && !is_blank(c) && c != '\n') || c == 0x7f;
}

static const char *line_end(const ConfigLexer *l)
{
	const char *nl = memchr(l->at, '\n', (size_t)(l->end - l->at));

	return nl ? nl : l->end;
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

static const char *find_binary(const char *s, const char *end)
{
	for (; s < end; s++)
		if (is_binary(*s))
			return s;
	return NULL;
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

	while (s < l->end && *s != '"' && *s != '\n')
		s++;
	t->quoted = true;
	l->at = s;
	if (s == l->end || *s == '\n') {
		quote_open(l, t);
		t->text = "";
		return s;
	}
	t->text = arena_strndup(l->arena, start, (size_t)(s - start));
	l->at++;
	return s;
}

/* The brace that closes the one of `${NAME}`, or the `$` when there is none in the line. */
static const char *variable_end(const char *s, const char *end)
{
	for (const char *at = s; at < end && *at != '\n'; at++)
		if (*at == '}')
			return at;
	return s;
}

static const char *lex_plain(ConfigLexer *l, ConfigToken *t)
{
	const char *start = l->at, *s = start;

	for (; s < l->end && *s != '\n' && !is_blank(*s) && !strchr("\"{}!#", *s); s++)
		if (*s == '$' && s + 1 < l->end && s[1] == '{')
			s = variable_end(s, l->end);
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
	binary = find_binary(start, end);
	return binary ? lex_binary(l, binary) : t;
}

ConfigToken config_lex(ConfigLexer *l)
{
	ConfigToken t;
	const char *nul, *end;

	while (l->at < l->end && is_blank(*l->at))
		l->at++;
	if (l->at < l->end && (*l->at == '!' || *l->at == '#')) {
		end = line_end(l);
		nul = memchr(l->at, 0, (size_t)(end - l->at));
		if (nul)
			return lex_binary(l, nul);
		l->at = end;
	}
	t = (ConfigToken){ .kind = TOKEN_END, .pos = lex_pos(l, l->at) };
	if (l->at == l->end)
		return t;
	if (is_binary(*l->at))
		return lex_binary(l, l->at);
	if (*l->at != '\n' && *l->at != '{' && *l->at != '}')
		return lex_word(l);
	t.kind = *l->at == '{' ? TOKEN_OPEN : *l->at == '}' ? TOKEN_CLOSE : TOKEN_NEWLINE;
	l->at++;
	l->command = false;
	if (t.kind == TOKEN_NEWLINE) {
		l->line_start = l->at;
		l->line++;
	}
	return t;
}
