/* SPDX-License-Identifier: MIT */
#include "cib/cib_rule.h"

#include "cib/cib_date.h"

#include <ctype.h>
#include <strings.h>

enum { RULE_DEPTH_MAX = CIB_DEPTH_MAX };

static int compare_versions(const char *a, const char *b)
{
	while (*a || *b) {
		char *end_a, *end_b;
		unsigned long n = strtoul(a, &end_a, 10), m = strtoul(b, &end_b, 10);
		if (n != m)
			return n < m ? -1 : 1;
		a = *end_a ? end_a + 1 : end_a;
		b = *end_b ? end_b + 1 : end_b;
	}
	return 0;
}

static bool as_integer(const char *s, long long *ret_n)
{
	char *end;
	double d = strtod(s, &end);
	if (end == s || d > 9e18 || d < -9e18)
		return false;
	*ret_n = (long long)d;
	return true;
}

/* Compares by the type; what cannot be read as a number is compared as text. */
static int compare_values(const char *a, const char *b, const char *type)
{
	long long n, m;
	char *end_a, *end_b;
	if (cib_same_word(type, "version"))
		return compare_versions(a, b);
	if (cib_same_word(type, "integer") && as_integer(a, &n) && as_integer(b, &m))
		return n < m ? -1 : n > m;
	if (cib_same_word(type, "number")) {
		double x = strtod(a, &end_a), y = strtod(b, &end_b);
		if (end_a != a && end_b != b && !*end_a && !*end_b)
			return x < y ? -1 : x > y;
	}
	return strcasecmp(a, b);
}

static const char *default_type(const char *op, const char *a, const char *b)
{
	static const char *const ordered[] = { "lt", "lte", "gt", "gte" };
	for (size_t i = 0; i < ARRAY_LEN(ordered); i++)
		if (!strcmp(op, ordered[i]))
			return (a && strchr(a, '.')) || (b && strchr(b, '.')) ? "number"
									      : "integer";
	return "string";
}

/* The name with %1 replaced by what the pattern of the constraint matched. */
static const char *expand_groups(const char *name, const CibRuleInput *input)
{
	if (!input->n_groups || !strchr(name, '%'))
		return name;
	size_t room = strlen(name) + 1;
	for (size_t i = 0; i < input->n_groups; i++)
		room += strlen(name) * strlen(input->groups[i]);
	char *out = arena_alloc(input->arena, room, 1), *to = out;
	for (const char *s = name; *s; s++) {
		if (*s == '%' && isdigit((unsigned char)s[1])) {
			size_t group = (size_t)(*++s - '0');
			if (group < input->n_groups)
				to = stpcpy(to, input->groups[group]);
		} else {
			*to++ = *s;
		}
	}
	*to = 0;
	return out;
}

static bool attribute_holds(const CibElement *e, const CibRuleInput *input)
{
	const char *name = cib_get(e, "attribute"), *op = cib_get(e, "operation");
	const char *value = cib_get(e, "value"), *type = cib_get(e, "type");
	const char *source = cib_get(e, "value-source"), *found = NULL;

	if (!name || !op)
		return false;
	name = expand_groups(name, input);
	if (input->node)
		found = input->node_attr(input->node, name);
	if (value && cib_same_word(source, "param"))
		value = input->params ? cib_pairs_get(input->params, value) : NULL;
	else if (value && cib_same_word(source, "meta"))
		value = input->meta ? cib_pairs_get(input->meta, value) : NULL;
	if (!strcmp(op, "defined"))
		return found != NULL;
	if (!strcmp(op, "not_defined"))
		return found == NULL;
	if (!found || !value) {
		bool same = !found && !value;
		return !strcmp(op, "eq") ? same : !strcmp(op, "ne") && !same;
	}
	int c = compare_values(found, value, type ?: default_type(op, found, value));
	return !strcmp(op, "eq")    ? c == 0
	       : !strcmp(op, "ne")  ? c != 0
	       : !strcmp(op, "lt")  ? c < 0
	       : !strcmp(op, "lte") ? c <= 0
	       : !strcmp(op, "gt")  ? c > 0
	       : !strcmp(op, "gte") ? c >= 0
				    : false;
}

static bool in_range(const char *range, int64_t value)
{
	char *end;
	if (!range)
		return true;
	const char *dash = strchr(range, '-');
	if (!dash)
		return strtoll(range, NULL, 10) == value;
	if (dash != range && value < strtoll(range, &end, 10))
		return false;
	return !dash[1] || value <= strtoll(dash + 1, NULL, 10);
}

static bool spec_holds(const CibElement *spec, int64_t now)
{
	CibMoment m;
	cib_date_split(now, &m);
	return in_range(cib_get(spec, "seconds"), m.second) &&
	       in_range(cib_get(spec, "minutes"), m.minute) &&
	       in_range(cib_get(spec, "hours"), m.hour) &&
	       in_range(cib_get(spec, "monthdays"), m.day) &&
	       in_range(cib_get(spec, "weekdays"), m.week_day) &&
	       in_range(cib_get(spec, "yeardays"), m.year_day) &&
	       in_range(cib_get(spec, "months"), m.month) &&
	       in_range(cib_get(spec, "weeks"), m.week) &&
	       in_range(cib_get(spec, "years"), m.year) &&
	       in_range(cib_get(spec, "weekyears"), m.week_year);
}

static int64_t part(const CibElement *e, const char *name)
{
	const char *text = cib_get(e, name);
	long long n = text ? strtoll(text, NULL, 10) : 0;
	return MAX(-1000000000LL, MIN(1000000000LL, n));
}

static CibDuration duration_of(const CibElement *e)
{
	return (CibDuration){ part(e, "years"), part(e, "months"), part(e, "weeks"),
		part(e, "days"), part(e, "hours"), part(e, "minutes"), part(e, "seconds") };
}

static void note_change(const CibRuleInput *input, int64_t at)
{
	if (input->ret_next_change && at > input->now &&
		(!*input->ret_next_change || at < *input->ret_next_change))
		*input->ret_next_change = at;
}

static bool date_holds(const CibElement *e, const CibRuleInput *input)
{
	const char *op = cib_get(e, "operation") ?: "in_range";
	const CibElement *duration = cib_child(e, "duration"), *spec = cib_child(e, "date_spec");
	int64_t start = 0, end = 0, now = input->now;
	bool has_start = cib_date_parse(cib_get(e, "start"), &start);
	bool has_end = cib_date_parse(cib_get(e, "end"), &end);

	if (!strcmp(op, "date_spec"))
		return spec && spec_holds(spec, now);
	if (has_start && !has_end && duration) {
		CibDuration d = duration_of(duration);
		end = cib_date_add(start, &d);
		has_end = true;
	}
	if (!strcmp(op, "gt")) {
		if (has_start)
			note_change(input, start + 1);
		return has_start && now > start;
	}
	if (!strcmp(op, "lt")) {
		if (has_end)
			note_change(input, end);
		return has_end && now < end;
	}
	if (strcmp(op, "in_range") || (!has_start && !has_end))
		return false;
	if (has_start && now < start) {
		note_change(input, start);
		return false;
	}
	if (has_end && now <= end)
		note_change(input, end + 1);
	return !has_end || now <= end;
}

static bool rsc_holds(const CibElement *e, const CibRuleInput *input)
{
	const char *class = cib_get(e, "class"), *provider = cib_get(e, "provider");
	const char *type = cib_get(e, "type");
	if (!input->rsc_type)
		return false;
	return (!class || cib_same(class, input->rsc_class)) &&
	       (!provider || cib_same(provider, input->rsc_provider)) &&
	       (!type || cib_same(type, input->rsc_type));
}

static bool op_holds(const CibElement *e, const CibRuleInput *input)
{
	const char *name = cib_get(e, "name"), *interval = cib_get(e, "interval");
	if (!input->op_name || (name && strcmp(name, input->op_name)))
		return false;
	return !interval || cib_msec(interval) == input->op_interval;
}

static bool rule_at(const CibElement *rule, const CibRuleInput *input, int depth);

static bool part_holds(const CibElement *e, const CibRuleInput *input, int depth)
{
	if (cib_is(e, "rule"))
		return rule_at(e, input, depth + 1);
	if (cib_is(e, "expression"))
		return attribute_holds(e, input);
	if (cib_is(e, "date_expression"))
		return date_holds(e, input);
	if (cib_is(e, "rsc_expression"))
		return rsc_holds(e, input);
	return cib_is(e, "op_expression") && op_holds(e, input);
}

static bool rule_at(const CibElement *rule, const CibRuleInput *input, int depth)
{
	bool all = !cib_same_word(cib_get(rule, "boolean-op"), "or"), any_part = false;
	if (depth > RULE_DEPTH_MAX)
		return false;
	cib_foreach(e, rule)
	{
		bool known = cib_is(e, "rule") || strstr(e->name, "expression");
		if (!known)
			continue;
		any_part = true;
		bool holds = part_holds(e, input, depth);
		if (holds != all)
			return holds;
	}
	return all || !any_part;
}

bool cib_rule_holds(const CibElement *rule, const CibRuleInput *input)
{
	return rule_at(rule, input, 0);
}

bool cib_rules_hold(const CibElement *e, const CibRuleInput *input)
{
	bool any = false;
	cib_foreach_named(rule, e, "rule")
	{
		any = true;
		if (cib_rule_holds(rule, input))
			return true;
	}
	return !any;
}

void cib_ids_build(Arena *arena, CibIds *ids, const CibElement *top)
{
	const CibElement *e = top;
	if (!e)
		return;
	for (;;) {
		const char *id = e->name ? cib_get(e, "id") : NULL;
		if (id && !cib_index_get(&ids->by_id, id))
			cib_index_put(arena, &ids->by_id, id, (void *)(uintptr_t)e);
		if (e->first) {
			e = e->first;
			continue;
		}
		while (e != top && !e->next)
			e = e->parent;
		if (e == top)
			return;
		e = e->next;
	}
}

const CibElement *cib_resolve(const CibIds *ids, const CibElement *e)
{
	for (int steps = 0; e && steps < 16; steps++) {
		const char *ref = cib_get(e, "id-ref");
		const CibElement *found = ref && ids ? cib_index_get(&ids->by_id, ref) : NULL;
		if (!ref || !found || !cib_same(found->name, e->name))
			return ref && !found ? NULL : e;
		e = found;
	}
	return NULL;
}

typedef struct Set {
	const CibElement *e;
	int score;
} Set;

static void add_pairs(
	const CibElement *set, const CibIds *ids, const CibRuleInput *input, CibPairs *pairs)
{
	const CibElement *inner = cib_child(set, "attributes") ?: set;
	cib_foreach_named(pair, inner, "nvpair")
	{
		const CibElement *meant = cib_resolve(ids, pair);
		const char *name = cib_get(pair, "name") ?: cib_get(meant, "name");
		const char *value = cib_get(meant, "value");
		if (name && value)
			cib_pairs_set(input->arena, pairs, name, value, false);
	}
}

void cib_nvpairs(const CibElement *e, const char *set_name, const char *always_first,
	const CibIds *ids, const CibRuleInput *input, CibPairs *pairs)
{
	CIB_LIST(Set) sets = { 0 };
	cib_foreach_named(given, e, set_name)
	{
		const CibElement *set = cib_resolve(ids, given);
		if (!set)
			continue;
		Set item = { set, cib_score(cib_get(set, "score")) };
		if (always_first && cib_same(cib_get(set, "id"), always_first))
			item.score = INT32_MAX;
		cib_push(input->arena, &sets, item);
		/* By falling score; what stands first among equals comes first. */
		uint32_t at = sets.n - 1;
		for (; at > 0 && sets.items[at - 1].score < item.score; at--)
			sets.items[at] = sets.items[at - 1];
		sets.items[at] = item;
	}
	cib_each(set, &sets) if (cib_rules_hold(set->e, input))
		add_pairs(set->e, ids, input, pairs);
}
