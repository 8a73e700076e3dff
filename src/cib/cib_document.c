/* SPDX-License-Identifier: MIT */
#include "cib/cib_document.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <stdarg.h>

typedef struct Reading {
	Arena *arena;
	xmlParserCtxtPtr parser;
	CibElement *root, *at;
	uint32_t depth;
	const char *error;
} Reading;

static void give_up(Reading *r, const char *why)
{
	if (!r->error)
		r->error = arena_printf(r->arena, "line %d: %s",
			r->parser->input ? r->parser->input->line : 0, why);
	xmlStopParser(r->parser);
}

static bool is_text(const CibElement *e)
{
	return e && !e->name && !e->comment;
}

static void append(CibElement *parent, CibElement *e)
{
	e->parent = parent;
	e->next = NULL;
	if (parent->last)
		parent->last->next = e;
	else
		parent->first = e;
	parent->last = e;
}

/* Name spaces are attributes like others here: nothing is looked up in them. */
static void read_attrs(Arena *arena, CibElement *e, int n_attrs, const xmlChar **attrs,
	int n_spaces, const xmlChar **spaces)
{
	if (n_attrs + n_spaces <= 0)
		return;
	e->cap_attrs = (uint32_t)(n_attrs + n_spaces);
	e->attrs = arena_alloc(arena, e->cap_attrs, sizeof(CibAttr));
	for (int i = 0; i < n_spaces; i++) {
		const char *prefix = (const char *)spaces[(size_t)i * 2];
		const char *uri = (const char *)spaces[(size_t)i * 2 + 1];
		e->attrs[e->n_attrs++] =
			(CibAttr){ prefix ? arena_printf(arena, "xmlns:%s", prefix) : "xmlns",
				arena_strdup(arena, uri ?: "") };
	}
	for (int i = 0; i < n_attrs; i++) {
		const xmlChar **a = attrs + (size_t)i * 5;
		const char *local = (const char *)a[0];
		e->attrs[e->n_attrs++] =
			(CibAttr){ a[1] ? arena_printf(arena, "%s:%s", (const char *)a[1], local)
					: arena_strdup(arena, local),
				arena_strndup(arena, (const char *)a[3], (size_t)(a[4] - a[3])) };
	}
}

static void on_start(void *user, const xmlChar *name, const xmlChar *prefix,
	_unused_ const xmlChar *uri, int n_spaces, const xmlChar **spaces, int n_attrs,
	_unused_ int n_defaulted, const xmlChar **attrs)
{
	Reading *r = user;
	if (r->error)
		return;
	if (++r->depth > CIB_DEPTH_MAX) {
		give_up(r, "elements are nested too deeply");
		return;
	}
	CibElement *e = ARENA_NEW(r->arena, CibElement);
	e->name = prefix ? arena_printf(r->arena, "%s:%s", (const char *)prefix, (const char *)name)
			 : arena_strdup(r->arena, (const char *)name);
	e->line = (uint32_t)(r->parser->input ? r->parser->input->line : 0);
	read_attrs(r->arena, e, n_attrs, attrs, n_spaces, spaces);
	if (r->at)
		append(r->at, e);
	else
		r->root = e;
	r->at = e;
}

static void on_end(void *user, _unused_ const xmlChar *name, _unused_ const xmlChar *prefix,
	_unused_ const xmlChar *uri)
{
	Reading *r = user;
	if (r->error || !r->at)
		return;
	r->depth--;
	r->at = r->at->parent;
}

static void on_text(void *user, const xmlChar *text, int n)
{
	Reading *r = user;
	/* Between elements white space says nothing, nor does it before a text; a text may come in
	 * pieces. */
	if (r->at && !is_text(r->at->last))
		while (n > 0 && *text && strchr(" \t\r\n", *text)) {
			text++;
			n--;
		}
	if (r->error || !r->at || n == 0)
		return;
	CibElement *e = ARENA_NEW(r->arena, CibElement);
	e->text = arena_strndup(r->arena, (const char *)text, (size_t)n);
	append(r->at, e);
}

static void on_comment(void *user, const xmlChar *text)
{
	Reading *r = user;
	if (r->error || !r->at)
		return;
	CibElement *e = ARENA_NEW(r->arena, CibElement);
	e->text = arena_strdup(r->arena, (const char *)text);
	e->comment = true;
	append(r->at, e);
}

static void on_doctype(void *user, _unused_ const xmlChar *name, _unused_ const xmlChar *external,
	_unused_ const xmlChar *system)
{
	give_up(user, "a document type is not taken");
}

static xmlEntityPtr on_entity(_unused_ void *user, const xmlChar *name)
{
	return xmlGetPredefinedEntity(name);
}

static void on_problem(void *user, xmlErrorPtr problem)
{
	Reading *r = user;
	if (r->error || !problem || problem->level < XML_ERR_ERROR)
		return;
	const char *text = problem->message ? problem->message : "not XML";
	r->error = arena_printf(
		r->arena, "line %d: %.*s", problem->line, (int)strcspn(text, "\n"), text);
}

CibElement *cib_parse(Arena *arena, const char *text, size_t n, const char **ret_error)
{
	Reading r = { .arena = arena };
	xmlSAXHandler sax = { .initialized = XML_SAX2_MAGIC,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = on_text,
		.comment = on_comment,
		.internalSubset = on_doctype,
		.getEntity = on_entity,
		.serror = on_problem };

	if (n == 0 || n > CIB_TEXT_MAX) {
		*ret_error = n ? "the document is too long" : "the document is empty";
		return NULL;
	}
	r.parser = xmlCreateMemoryParserCtxt(text, (int)n);
	if (!r.parser) {
		*ret_error = "no memory for the parser";
		return NULL;
	}
	xmlCtxtUseOptions(
		r.parser, XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_HUGE | XML_PARSE_COMPACT);
	*r.parser->sax = sax;
	r.parser->userData = &r;
	r.parser->_private = &r;
	xmlParseDocument(r.parser);
	if (!r.error && (!r.parser->wellFormed || !r.root))
		r.error = "the text is not well-formed XML";
	if (r.parser->myDoc)
		xmlFreeDoc(r.parser->myDoc);
	r.parser->myDoc = NULL;
	xmlFreeParserCtxt(r.parser);
	if (r.error) {
		*ret_error = r.error;
		return NULL;
	}
	return r.root;
}

static void print_escaped(const char *s, const char *special, StrBuf *out)
{
	while (*s) {
		size_t plain = strcspn(s, special);
		strbuf_addn(out, s, plain);
		s += plain;
		switch (*s) {
		case '&': strbuf_add(out, "&amp;"); break;
		case '<': strbuf_add(out, "&lt;"); break;
		case '>': strbuf_add(out, "&gt;"); break;
		case '"': strbuf_add(out, "&quot;"); break;
		case '\n': strbuf_add(out, "&#10;"); break;
		case '\t': strbuf_add(out, "&#9;"); break;
		case '\r': strbuf_add(out, "&#13;"); break;
		default: return;
		}
		s++;
	}
}

/* Beside text, white space would become part of it. */
static void print_margin(const CibElement *e, bool text_before, uint32_t depth, StrBuf *out)
{
	if (!text_before && !is_text(e))
		strbuf_pad(out, ' ', (size_t)depth * 2);
}

static void print_break(bool text, StrBuf *out)
{
	if (!text)
		strbuf_add(out, "\n");
}

/* The text before the children of `e`; true when it has any. */
static bool print_open(const CibElement *e, bool text_before, uint32_t depth, StrBuf *out)
{
	print_margin(e, text_before, depth, out);
	if (!e->name) {
		if (e->comment)
			strbuf_printf(out, "<!--%s-->", e->text);
		else
			print_escaped(e->text, "&<>\r", out);
		print_break(is_text(e) || is_text(e->next), out);
		return false;
	}
	strbuf_printf(out, "<%s", e->name);
	for (uint32_t i = 0; i < e->n_attrs; i++) {
		strbuf_printf(out, " %s=\"", e->attrs[i].name);
		print_escaped(e->attrs[i].value, "&<>\"\n\t\r", out);
		strbuf_add(out, "\"");
	}
	strbuf_add(out, e->first ? ">" : "/>");
	print_break(is_text(e->first ?: e->next), out);
	return e->first != NULL;
}

void cib_print(const CibElement *top, StrBuf *out)
{
	const CibElement *e = top;
	uint32_t depth = 0;
	bool text_before = false;
	for (;;) {
		if (print_open(e, text_before, depth, out)) {
			e = e->first;
			text_before = false;
			depth++;
			continue;
		}
		while (e != top && !e->next) {
			text_before = is_text(e);
			e = e->parent;
			depth--;
			print_margin(e, text_before, depth, out);
			strbuf_printf(out, "</%s>", e->name);
			print_break(e != top && is_text(e->next), out);
		}
		if (e == top)
			return;
		text_before = is_text(e);
		e = e->next;
	}
}

const char *cib_get(const CibElement *e, const char *name)
{
	if (e)
		for (uint32_t i = 0; i < e->n_attrs; i++)
			if (!strcmp(e->attrs[i].name, name))
				return e->attrs[i].value;
	return NULL;
}

const char *cib_get2(const CibElement *e, const char *name, const char *older)
{
	return cib_get(e, name) ?: cib_get(e, older);
}

void cib_set(Arena *arena, CibElement *e, const char *name, const char *value)
{
	value = arena_strdup(arena, value);
	for (uint32_t i = 0; i < e->n_attrs; i++)
		if (!strcmp(e->attrs[i].name, name)) {
			e->attrs[i].value = value;
			return;
		}
	if (e->n_attrs == e->cap_attrs) {
		uint32_t cap = e->cap_attrs ? e->cap_attrs * 2 : 8;
		CibAttr *attrs = arena_alloc(arena, cap, sizeof(CibAttr));
		if (e->n_attrs)
			memcpy(attrs, e->attrs, e->n_attrs * sizeof(CibAttr));
		e->attrs = attrs;
		e->cap_attrs = cap;
	}
	e->attrs[e->n_attrs++] = (CibAttr){ arena_strdup(arena, name), value };
}

void cib_unset(CibElement *e, const char *name)
{
	for (uint32_t i = 0; i < e->n_attrs; i++)
		if (!strcmp(e->attrs[i].name, name)) {
			memmove(&e->attrs[i], &e->attrs[i + 1],
				(e->n_attrs - i - 1) * sizeof(CibAttr));
			e->n_attrs--;
			return;
		}
}

const char *cib_id(const CibElement *e)
{
	return cib_get(e, "id") ?: "";
}

bool cib_is(const CibElement *e, const char *name)
{
	return e && e->name && !strcmp(e->name, name);
}

CibElement *cib_first(const CibElement *e)
{
	CibElement *c = e ? e->first : NULL;
	while (c && !c->name)
		c = c->next;
	return c;
}

CibElement *cib_after(const CibElement *e)
{
	CibElement *c = e->next;
	while (c && !c->name)
		c = c->next;
	return c;
}

CibElement *cib_child(const CibElement *e, const char *name)
{
	for (CibElement *c = e ? e->first : NULL; c; c = c->next)
		if (cib_is(c, name))
			return c;
	return NULL;
}

CibElement *cib_next(const CibElement *e, const char *name)
{
	for (CibElement *c = e->next; c; c = c->next)
		if (cib_is(c, name))
			return c;
	return NULL;
}

CibElement *cib_child_with(
	const CibElement *e, const char *name, const char *attr, const char *value)
{
	cib_foreach_named(c, e, name)
	{
		const char *found = cib_get(c, attr);
		if (found && !strcmp(found, value))
			return c;
	}
	return NULL;
}

CibElement *cib_add(Arena *arena, CibElement *parent, const char *name)
{
	CibElement *e = ARENA_NEW(arena, CibElement);
	e->name = arena_strdup(arena, name);
	if (parent)
		append(parent, e);
	return e;
}

void cib_remove(CibElement *e)
{
	CibElement *parent = e->parent, *before = NULL;
	if (!parent)
		return;
	for (CibElement *c = parent->first; c && c != e; c = c->next)
		before = c;
	if (before)
		before->next = e->next;
	else
		parent->first = e->next;
	if (parent->last == e)
		parent->last = before;
	e->parent = e->next = NULL;
}

static CibElement *copy_one(Arena *arena, const CibElement *e)
{
	CibElement *copy = ARENA_NEW(arena, CibElement);
	*copy = *e;
	copy->parent = copy->first = copy->last = copy->next = NULL;
	copy->cap_attrs = e->n_attrs;
	copy->attrs = e->n_attrs ? arena_copy(arena, e->attrs, e->n_attrs, sizeof(CibAttr)) : NULL;
	return copy;
}

CibElement *cib_copy(Arena *arena, const CibElement *top)
{
	CibElement *result = copy_one(arena, top), *to = result;
	const CibElement *e = top;
	for (;;) {
		if (e->first) {
			e = e->first;
		} else {
			while (e != top && !e->next) {
				e = e->parent;
				to = to->parent;
			}
			if (e == top)
				return result;
			e = e->next;
			to = to->parent;
		}
		CibElement *c = copy_one(arena, e);
		append(to, c);
		to = c;
	}
}
