/* SPDX-License-Identifier: MIT */
#include "config/config_pre_state.h"

/* `~SEQ(VAR, START, STEP, END) line` and `~LST(VAR, A, B) line`, `~LST({V, W}, {A, B}, {C, D}) line`:
 * the rest of the line, once for each value. */

enum { VALUE_COST = 64 }; /* bytes that a value takes besides its text, about */

/* One item of a list between commas: blanks around it are gone. */
typedef struct Item {
	const char *s;
	size_t n;
} Item;

typedef VEC(Item) Items;

static void add_item(Items *items, const char *s, const char *end)
{
	while (s < end && config_is_blank(*s))
		s++;
	while (end > s && config_is_blank(end[-1]))
		end--;
	vec_push(items, ((Item){ s, (size_t)(end - s) }));
}

/* At the commas that are not in braces. */
static void split_items(Items *items, const char *s, const char *end)
{
	const char *from = s;
	unsigned depth = 0;

	for (; s < end; s++) {
		if (*s == '{')
			depth++;
		else if (*s == '}' && depth)
			depth--;
		else if (*s == ',' && !depth) {
			add_item(items, from, s);
			from = s + 1;
		}
	}
	add_item(items, from, end);
}

/* The items of `{a, b}`, or the one item that it is without braces. */
static void split_tuple(Items *items, Item tuple)
{
	if (tuple.n > 1 && *tuple.s == '{' && tuple.s[tuple.n - 1] == '}')
		split_items(items, tuple.s + 1, tuple.s + tuple.n - 1);
	else
		vec_push(items, tuple);
}

static const char *repeat_name(ConfigPre *p, SourcePos pos, Item item)
{
	if (item.n && item.n < LIMIT_CONFIG_NAME && pre_name_length(item.s, item.n) == item.n)
		return arena_strndup(p->arena, item.s, item.n);
	config_error(p->report, pos, "`%s` is no name for a variable",
		SHORT(arena_strndup(p->arena, item.s, item.n)));
	config_hint(p->report, "a name has letters, digits and `_`, up to %d, no digit first",
		LIMIT_CONFIG_NAME - 1);
	return NULL;
}

static bool item_number(Item item, int64_t *ret_number)
{
	char text[20] = { 0 }, *end;

	if (!item.n || item.n > 16)
		return false;
	memcpy(text, item.s, item.n);
	*ret_number = strtoll(text, &end, 0);
	return !*end;
}

/* VAR, [START, [STEP,]] END */
static bool repeat_sequence(const Items *items, PreRepeat *r, size_t *ret_times)
{
	int64_t n[3], *end;

	if (items->n < 2 || items->n > 4)
		return false;
	end = &n[items->n - 2];
	for (size_t i = 1; i < items->n; i++)
		if (!item_number(items->items[i], &n[i - 1]))
			return false;
	r->number = items->n > 2 ? n[0] : *end < 0 ? -1 : 1;
	r->step = items->n > 3 ? n[1] : *end < r->number ? -1 : 1;
	if (!r->step || (r->step > 0 ? r->number > *end : r->number < *end) ||
		(r->hexadecimal && (r->number < 0 || *end < 0)))
		return false;
	*ret_times = (size_t)((*end - r->number) / r->step + 1);
	return true;
}

static bool list_value(ConfigPre *p, SourcePos pos, Item item, const char **ret_value)
{
	for (size_t i = 0; i < item.n; i++)
		if (config_is_blank(item.s[i]) || config_is_binary(item.s[i])) {
			config_error(p->report, pos, "a value of ~LST has a blank in it: `%s`",
				SHORT(arena_strndup(p->arena, item.s, item.n)));
			return false;
		}
	*ret_value = arena_strndup(p->arena, item.s, item.n);
	return true;
}

/* The values of all times, one time after the other. */
static bool repeat_values(ConfigPre *p, const Items *items, PreRepeat *r)
{
	const char **values = arena_alloc(p->arena, (items->n - 1) * r->n_names, sizeof(*values));
	bool good = true;

	r->values = values;
	for (size_t i = 1; good && i < items->n; i++, values += r->n_names) {
		Items tuple = { 0 };

		split_tuple(&tuple, items->items[i]);
		if (tuple.n != r->n_names) {
			good = tuple.n < r->n_names;
			(good ? config_warning : config_error)(p->report, r->pos,
				"`%s` is not a value for each of the %zu variables",
				SHORT(arena_strndup(
					p->arena, items->items[i].s, items->items[i].n)),
				r->n_names);
			if (good)
				config_hint(p->report, "those without one are empty");
		}
		for (size_t j = 0; good && j < r->n_names; j++)
			if (j >= tuple.n)
				values[j] = "";
			else
				good = list_value(p, r->pos, tuple.items[j], &values[j]);
		vec_free(&tuple);
	}
	return good;
}

static bool repeat_names(ConfigPre *p, const Items *items, PreRepeat *r)
{
	Items names = { 0 };
	const char **to;
	bool good = true;

	split_tuple(&names, items->items[0]);
	r->n_names = names.n;
	r->names = to = arena_alloc(p->arena, names.n, sizeof(*to));
	for (size_t i = 0; i < names.n; i++)
		good &= (to[i] = repeat_name(p, r->pos, names.items[i])) != NULL;
	vec_free(&names);
	return good;
}

static void repeat_wrong(ConfigPre *p, const PreRepeat *r, bool list)
{
	config_error(p->report, r->pos, "this %s has no meaning", list ? "~LST" : "~SEQ");
	if (list)
		config_hint(p->report, "write `~LST(NAME, VALUE, VALUE) line with ${NAME}`");
	else
		config_hint(p->report,
			"write `~SEQ(NAME, START, STEP, END) line with ${NAME}`, the numbers such "
			"that END is reached%s",
			r->hexadecimal ? " and none is negative" : "");
}

/* What stands between the parentheses, its variables replaced. */
static void repeat_start(ConfigPre *p, const ConfigSourceBuf *inside, PreRepeat r, bool list)
{
	const char *s = strbuf_text(&inside->text);
	const size_t errors = p->report->errors;
	PreRepeat *kept;
	Items items = { 0 };
	size_t times;
	bool good;

	split_items(&items, s, s + inside->text.n);
	times = items.n - 1;
	/* Memory is asked for below: names times values. */
	good = pre_spend(p, r.pos, inside->text.n) && times > 0 && repeat_names(p, &items, &r);
	if (good && list)
		good = pre_spend(p, r.pos, times * r.n_names * VALUE_COST) &&
		       repeat_values(p, &items, &r);
	else if (good)
		good = r.n_names == 1 && repeat_sequence(&items, &r, &times);
	if (!good && p->report->errors == errors && !p->failed)
		repeat_wrong(p, &r, list);
	vec_free(&items);
	if (!good)
		return;
	kept = ARENA_NEW(p->arena, PreRepeat);
	*kept = r;
	(void)pre_push(p, r.pos,
		(PreFrame){
			.kind = PRE_REPEAT, .origin = r.pos.origin, .repeat = kept, .n = times });
}

bool pre_repeat(ConfigPre *p, const ConfigSource *l)
{
	const char *s = l->text + l->start, *end = l->text + l->size, *close;
	const bool list = end - s >= 4 && !memcmp(s, "~LST", 4);
	_cleanup_(config_source_buf_free) ConfigSourceBuf inside = { 0 };
	PreRepeat r = { .pos = config_source_pos(l, l->start) };

	if (end - s < 4 || (!list && memcmp(s, "~SEQ", 4)))
		return false;
	s += 4;
	r.hexadecimal = !list && s < end && *s == 'x';
	s += r.hexadecimal;
	while (s < end && config_is_blank(*s))
		s++;
	close = s < end && *s == '(' ? memchr(s, ')', (size_t)(end - s)) : NULL;
	if (!close) {
		repeat_wrong(p, &r, list);
		return true;
	}
	pre_expand(p, l, (size_t)(s + 1 - l->text), (size_t)(close - l->text), &inside, NULL);
	r.line = config_source_keep(l, (size_t)(close + 1 - l->text), l->size, p->arena);
	if (pre_spend(p, r.pos, r.line.size))
		repeat_start(p, &inside, r, list);
	return true;
}

enum { NAMES_SHOWN = 3 }; /* to people */

ConfigSource pre_repeat_line(ConfigPre *p, PreFrame *f)
{
	const PreRepeat *r = f->repeat;
	const size_t time = f->i - 1;
	const SourceOrigin *origin;
	const char *name = "";

	for (size_t i = 0; i < r->n_names; i++) {
		const int64_t number = r->number + (int64_t)time * r->step;
		const char *value =
			r->values ? r->values[time * r->n_names + i]
				  : arena_printf(p->arena, r->hexadecimal ? "%llx" : "%lld",
					    (long long)number);
		ConfigSpan *span = ARENA_NEW(p->arena, ConfigSpan);

		*span = (ConfigSpan){ .pos = r->pos };
		if (i < NAMES_SHOWN)
			name = arena_printf(p->arena, "%s%s%s=%s", name, *name ? ", " : "",
				r->names[i], SHORT(value));
		(void)pre_set(p, r->pos, r->names[i],
			&(ConfigSource){
				.text = value, .size = strlen(value), .spans = span, .n_spans = 1 },
			1);
	}
	origin = pre_origin(p, ORIGIN_REPEAT, r->pos, name);
	p->part.text.n = p->part.spans.n = 0;
	config_source_add(&p->part, &r->line, 0, r->line.size, origin);
	return config_source_of(&p->part);
}
