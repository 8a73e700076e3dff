/* SPDX-License-Identifier: MIT */
#include "core/status.h"

#include <inttypes.h>

typedef enum StatusKind { KIND_OBJECT, KIND_LIST, KIND_STRING, KIND_NUMBER, KIND_BOOL } StatusKind;

struct Status {
	StatusKind kind;
	Arena *arena;
	const char *key;
	const char *text; /* of a plain value, as JSON prints it without quotes */
	Status *first, *last, *next;
};

enum { INDENT = 2, KEY_WIDTH = 20 };

Status *status_new(Arena *arena)
{
	Status *s = ARENA_NEW(arena, Status);

	s->arena = arena;
	return s;
}

static Status *status_add(Status *parent, const char *key, StatusKind kind, const char *text)
{
	Status *s = status_new(parent->arena);

	assert((parent->kind == KIND_OBJECT && key) || (parent->kind == KIND_LIST && !key));
	s->kind = kind;
	s->key = key ? arena_strdup(s->arena, key) : NULL;
	s->text = text;
	if (parent->last)
		parent->last->next = s;
	else
		parent->first = s;
	parent->last = s;
	return s;
}

Status *status_object(Status *parent, const char *key)
{
	return status_add(parent, key, KIND_OBJECT, NULL);
}

Status *status_list(Status *parent, const char *key)
{
	return status_add(parent, key, KIND_LIST, NULL);
}

void status_string(Status *parent, const char *key, const char *value)
{
	(void)status_add(parent, key, KIND_STRING, arena_strdup(parent->arena, value));
}

void status_number(Status *parent, const char *key, int64_t value)
{
	(void)status_add(parent, key, KIND_NUMBER, arena_printf(parent->arena, "%" PRId64, value));
}

void status_milli(Status *parent, const char *key, int64_t value)
{
	const char *sign = value < 0 ? "-" : "";

	value = value < 0 ? -value : value;
	(void)status_add(parent, key, KIND_NUMBER,
		arena_printf(parent->arena, "%s%" PRId64 ".%03" PRId64, sign, value / 1000,
			value % 1000));
}

void status_bool(Status *parent, const char *key, bool value)
{
	(void)status_add(parent, key, KIND_BOOL, value ? "true" : "false");
}

/* A control character beyond ASCII, as some terminals obey them. */
static bool is_c1(const char *s)
{
	return (unsigned char)s[0] == 0xc2 && (unsigned char)s[1] < 0xa0;
}

/* The bytes of the character of UTF-8 at `s`; 0 when there is none. */
static size_t utf8_size(const char *s)
{
	const unsigned char c = (unsigned char)*s;
	const size_t n = c < 0x80   ? 1
			 : c < 0xc2 ? 0
			 : c < 0xe0 ? 2
			 : c < 0xf0 ? 3
			 : c < 0xf5 ? 4
				    : 0;
	const unsigned char next = n > 1 ? (unsigned char)s[1] : 0;

	for (size_t i = 1; i < n; i++)
		if (((unsigned char)s[i] & 0xc0) != 0x80) /* the NUL too */
			return 0;
	/* Too long for what it means, half of a pair, beyond the last one. */
	if ((c == 0xe0 && next < 0xa0) || (c == 0xed && next > 0x9f) ||
		(c == 0xf0 && next < 0x90) || (c == 0xf4 && next > 0x8f))
		return 0;
	return n;
}

void status_lines(Status *parent, const char *key, const char *text, size_t len)
{
	_cleanup_free_ char *copy = mem_alloc(len + 1, 1);
	_cleanup_(strbuf_free) StrBuf line = { 0 };
	Status *list = status_list(parent, key);

	memcpy(copy, text, len);
	for (size_t i = 0, n; i <= len; i += MAX(n, 1u)) {
		const unsigned char c = (unsigned char)copy[i];

		n = utf8_size(copy + i);
		if (i == len || c == '\n') {
			if (line.n)
				status_string(list, NULL, strbuf_text(&line));
			line.n = 0;
		} else if (c == '\t') {
			strbuf_add(&line, " ");
		} else if (c == '\r' && copy[i + 1] == '\n') {
			continue;
		} else if (!n || c < 0x20 || c == 0x7f || is_c1(copy + i)) {
			strbuf_add(&line, "?");
		} else {
			strbuf_addn(&line, copy + i, n);
		}
	}
}

void status_json_string(const char *s, StrBuf *out)
{
	strbuf_add(out, "\"");
	for (size_t n; *s; s += MAX(n, 1u)) {
		n = utf8_size(s);
		if (*s == '"' || *s == '\\')
			strbuf_printf(out, "\\%c", *s);
		else if (!n)
			strbuf_add(out, "\\ufffd"); /* JSON is UTF-8, a file may be anything */
		else if ((unsigned char)*s < 0x20 || *s == 0x7f)
			strbuf_printf(out, "\\u%04x", (unsigned)*s);
		else
			strbuf_addn(out, s, n);
	}
	strbuf_add(out, "\"");
}

static void json_value(const Status *s, size_t depth, StrBuf *out)
{
	const bool object = s->kind == KIND_OBJECT;

	if (s->kind == KIND_STRING) {
		status_json_string(s->text, out);
		return;
	}
	if (s->text) {
		strbuf_add(out, s->text);
		return;
	}
	strbuf_add(out, object ? "{" : "[");
	for (const Status *c = s->first; c; c = c->next) {
		strbuf_add(out, c == s->first ? "\n" : ",\n");
		strbuf_pad(out, ' ', (depth + 1) * INDENT);
		if (object) {
			status_json_string(c->key, out);
			strbuf_add(out, ": ");
		}
		json_value(c, depth + 1, out);
	}
	if (s->first) {
		strbuf_add(out, "\n");
		strbuf_pad(out, ' ', depth * INDENT);
	}
	strbuf_add(out, object ? "}" : "]");
}

void status_json(const Status *s, StrBuf *out)
{
	json_value(s, 0, out);
	strbuf_add(out, "\n");
}

static void plain_key(const char *key, size_t depth, StrBuf *out)
{
	size_t start = out->n;

	strbuf_pad(out, ' ', depth * INDENT);
	for (const char *p = key; *p; p++)
		strbuf_addn(out, *p == '_' ? " " : p, 1);
	while (out->n - start < KEY_WIDTH)
		strbuf_add(out, " ");
	strbuf_add(out, " ");
}

static bool plain_list(const Status *s)
{
	return !s->first || s->first->text;
}

static void plain_value(const Status *s, size_t depth, StrBuf *out)
{
	for (const Status *c = s->first; c; c = c->next) {
		if (c->text) {
			plain_key(c->key, depth, out);
			strbuf_printf(out, "%s\n", c->text);
		} else if (c->kind == KIND_LIST && plain_list(c)) {
			plain_key(c->key, depth, out);
			for (const Status *i = c->first; i; i = i->next)
				strbuf_printf(out, "%s%s", i == c->first ? "" : ", ", i->text);
			strbuf_add(out, c->first ? "\n" : "none\n");
		} else if (c->kind == KIND_LIST) {
			for (const Status *i = c->first; i; i = i->next) {
				strbuf_add(out, "\n");
				strbuf_pad(out, ' ', depth * INDENT);
				strbuf_printf(out, "%s\n", i->first ? i->first->text : "");
				plain_value(&(Status){ .first = i->first ? i->first->next : NULL },
					depth + 1, out);
			}
		} else {
			strbuf_pad(out, ' ', depth * INDENT);
			strbuf_printf(out, "%s\n", c->key);
			plain_value(c, depth + 1, out);
		}
	}
}

void status_plain(const Status *s, StrBuf *out)
{
	plain_value(s, 0, out);
}
