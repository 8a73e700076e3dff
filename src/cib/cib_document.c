/* SPDX-License-Identifier: MIT */
#include "cib/cib_document.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <stdarg.h>

/* A text that was met, so that the next of the same kind takes no memory; and the one that came after
 * it last time: the histories of nodes speak of the same resources in the same order. */
typedef struct KnownText {
	struct KnownText *next;
	size_t n;
	char text[];
} KnownText;

typedef struct Known {
	struct KnownSlot {
		KnownText *known;
		uint64_t hash;
	} * slots;
	uint32_t n, cap;
} Known;

/* A name as the parser has it (one pointer for all of a name), as it is kept, and the last value of
 * an attribute of that name: often the next is the same. */
typedef struct Name {
	const xmlChar *xml;
	const KnownText *kept;
	KnownText *value;
} Name;
enum { NAMES = 256 };

typedef struct Reading {
	Arena *arena;
	Known known;
	Name names[NAMES];
	CibRead read;
	void *from;
	size_t n_read;
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

static uint64_t hash_of(const char *text, size_t n)
{
	uint64_t h = n * 0x9e3779b97f4a7c15u, part;
	for (; n > 8; n -= 8, text += 8) {
		memcpy(&part, text, 8);
		h = (h ^ part) * 0x9fb21c651e98df25u;
		h ^= h >> 32;
	}
	part = 0;
	memcpy(&part, text, n);
	h = (h ^ part) * 0x9fb21c651e98df25u;
	return h ^ (h >> 32);
}

static void known_grow(Known *k)
{
	Known larger = { .cap = k->cap ? k->cap * 2 : 1024, .n = k->n };
	larger.slots = mem_alloc(larger.cap, sizeof(*larger.slots));
	for (uint32_t i = 0; i < k->cap; i++) {
		uint32_t at = (uint32_t)k->slots[i].hash & (larger.cap - 1);
		if (!k->slots[i].known)
			continue;
		while (larger.slots[at].known)
			at = (at + 1) & (larger.cap - 1);
		larger.slots[at] = k->slots[i];
	}
	free(k->slots);
	*k = larger;
}

static bool is_text(const KnownText *known, const xmlChar *xml, size_t n)
{
	return known && known->n == n && !memcmp(known->text, xml, n);
}

/* The text as it is kept: in the arena, once. */
static KnownText *keep(Reading *r, const xmlChar *xml, size_t n)
{
	Known *k = &r->known;
	if (k->n * 2 >= k->cap)
		known_grow(k);
	uint64_t hash = hash_of((const char *)xml, n);
	uint32_t at = (uint32_t)hash & (k->cap - 1);
	for (; k->slots[at].known; at = (at + 1) & (k->cap - 1))
		if (k->slots[at].hash == hash && is_text(k->slots[at].known, xml, n))
			return k->slots[at].known;
	KnownText *known = arena_alloc(r->arena, 1, sizeof(*known) + n + 1);
	known->n = n;
	memcpy(known->text, xml, n);
	k->slots[at] = (struct KnownSlot){ known, hash };
	k->n++;
	return known;
}

static Name *keep_name(Reading *r, const xmlChar *xml)
{
	uintptr_t at = (uintptr_t)xml;
	Name *name = &r->names[(at ^ at >> 8) % NAMES];
	if (name->xml != xml)
		*name = (Name){ xml, keep(r, xml, strlen((const char *)xml)), NULL };
	return name;
}

static const char *keep_value(Reading *r, Name *name, const xmlChar *xml, size_t n)
{
	KnownText *last = name->value;
	if (is_text(last, xml, n))
		return last->text;
	if (last && is_text(last->next, xml, n)) {
		name->value = last->next;
	} else {
		name->value = keep(r, xml, n);
		if (last)
			last->next = name->value;
	}
	return name->value->text;
}

static bool is_text_node(const CibElement *e)
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

/* The parser stands behind the tag, and no value holds a bare "<". A tag of many lines, or a far
 * one, keeps the place of its end. */
static void set_place(CibElement *e, const struct _xmlParserInput *input)
{
	enum { NEAR = 4096 };
	if (!input)
		return;
	e->line = (uint32_t)input->line;
	const xmlChar *tag = input->cur;
	size_t n = MIN((size_t)(input->cur - input->base), (size_t)NEAR);
	for (; n > 0 && *tag != '<' && *tag != '\n'; n--)
		tag--;
	ptrdiff_t column = input->col - (input->cur - tag);
	if (*tag == '<' && column > 0 && column <= UINT16_MAX)
		e->column = (uint16_t)column;
}

typedef struct Attrs {
	int n;
	const xmlChar **attrs; /* five each: name, prefix, name space, value, its end */
	int n_spaces;
	const xmlChar **spaces; /* two each: prefix, name space */
} Attrs;

/* Name spaces are attributes like others here: nothing is looked up in them. */
static void read_attrs(Reading *r, CibElement *e, Attrs from)
{
	if (from.n + from.n_spaces <= 0)
		return;
	e->cap_attrs = (uint32_t)(from.n + from.n_spaces);
	e->attrs = arena_alloc(r->arena, e->cap_attrs, sizeof(CibAttr));
	for (int i = 0; i < from.n_spaces; i++) {
		const char *prefix = (const char *)from.spaces[(size_t)i * 2];
		const char *uri = (const char *)from.spaces[(size_t)i * 2 + 1];
		e->attrs[e->n_attrs++] =
			(CibAttr){ prefix ? arena_printf(r->arena, "xmlns:%s", prefix) : "xmlns",
				arena_strdup(r->arena, uri ?: "") };
	}
	for (int i = 0; i < from.n; i++) {
		const xmlChar **a = from.attrs + (size_t)i * 5;
		Name *kept = keep_name(r, a[0]);
		e->attrs[e->n_attrs++] = (CibAttr){
			a[1] ? arena_printf(
				       r->arena, "%s:%s", (const char *)a[1], (const char *)a[0])
			     : kept->kept->text,
			keep_value(r, kept, a[3], (size_t)(a[4] - a[3])),
		};
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
			 : keep_name(r, name)->kept->text;
	set_place(e, r->parser->input);
	read_attrs(r, e, (Attrs){ n_attrs, attrs, n_spaces, spaces });
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
	if (r->at && !is_text_node(r->at->last))
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

static int read_piece(void *user, char *buffer, int room)
{
	Reading *r = user;
	int n = r->read(r->from, buffer, room);
	if (n > 0)
		r->n_read += (size_t)n;
	if (r->n_read > CIB_TEXT_MAX) {
		give_up(r, "the document is too long");
		return -1;
	}
	return n;
}

static void take(Reading *r)
{
	const xmlSAXHandler sax = { .initialized = XML_SAX2_MAGIC,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = on_text,
		.comment = on_comment,
		.internalSubset = on_doctype,
		.getEntity = on_entity,
		.serror = on_problem };

	xmlCtxtUseOptions(
		r->parser, XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_HUGE | XML_PARSE_COMPACT);
	*r->parser->sax = sax;
	r->parser->userData = r;
	xmlParseDocument(r->parser);
	if (!r->error && (!r->parser->wellFormed || !r->root))
		r->error = "the text is not well-formed XML";
	if (r->parser->myDoc)
		xmlFreeDoc(r->parser->myDoc);
	r->parser->myDoc = NULL;
	xmlFreeParserCtxt(r->parser);
}

CibElement *cib_parse_from(Arena *arena, CibRead read, void *from, const char **ret_error)
{
	Reading r = { .arena = arena, .read = read, .from = from };
	r.parser = xmlCreateIOParserCtxt(NULL, NULL, read_piece, NULL, &r, XML_CHAR_ENCODING_NONE);
	if (!r.parser) {
		*ret_error = "no memory for the parser";
		return NULL;
	}
	take(&r);
	free(r.known.slots);
	if (r.n_read == 0)
		r.error = "the document is empty";
	if (!r.error)
		return r.root;
	*ret_error = r.error;
	return NULL;
}

typedef struct Text {
	const char *at;
	size_t left;
} Text;

static int read_text(void *from, char *buffer, int room)
{
	Text *text = from;
	size_t n = MIN(text->left, (size_t)MAX(room, 0));
	memcpy(buffer, text->at, n);
	text->at += n;
	text->left -= n;
	return (int)n;
}

CibElement *cib_parse(Arena *arena, const char *text, size_t n, const char **ret_error)
{
	Text rest = { text, n };
	if (n > CIB_TEXT_MAX) {
		*ret_error = "the document is too long";
		return NULL;
	}
	return cib_parse_from(arena, read_text, &rest, ret_error);
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
	if (!text_before && !is_text_node(e))
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
		print_break(is_text_node(e) || is_text_node(e->next), out);
		return false;
	}
	strbuf_printf(out, "<%s", e->name);
	for (uint32_t i = 0; i < e->n_attrs; i++) {
		strbuf_printf(out, " %s=\"", e->attrs[i].name);
		print_escaped(e->attrs[i].value, "&<>\"\n\t\r", out);
		strbuf_add(out, "\"");
	}
	strbuf_add(out, e->first ? ">" : "/>");
	print_break(is_text_node(e->first ?: e->next), out);
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
			text_before = is_text_node(e);
			e = e->parent;
			depth--;
			print_margin(e, text_before, depth, out);
			strbuf_printf(out, "</%s>", e->name);
			print_break(e != top && is_text_node(e->next), out);
		}
		if (e == top)
			return;
		text_before = is_text_node(e);
		e = e->next;
	}
}

/* Most names differ in the first or second letter: no call for those. */
static inline bool same_name(const char *a, const char *b)
{
	return a[0] == b[0] && (!a[0] || (a[1] == b[1] && (!a[1] || !strcmp(a + 2, b + 2))));
}

const char *cib_get(const CibElement *e, const char *name)
{
	if (e)
		for (uint32_t i = 0; i < e->n_attrs; i++)
			if (same_name(e->attrs[i].name, name))
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
	return e && e->name && same_name(e->name, name);
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
