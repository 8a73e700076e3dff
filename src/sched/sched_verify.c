/* SPDX-License-Identifier: MIT */
#include "sched/sched_verify.h"

#include "cib/cib_date.h"
#include "sched/sched_model.h"
#include "sched/sched_verify_check.h"

#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

static void _printf_(5, 0) say(Verify *v, const CibElement *e, const char *severity,
	const char *hint, const char *format, va_list args)
{
	char text[512];
	(void)vsnprintf(text, sizeof(text), format, args);
	strbuf_printf(v->out, "%s:", v->file);
	if (e && e->line)
		strbuf_printf(v->out, "%u:", e->line);
	if (e && e->line && e->column)
		strbuf_printf(v->out, "%u:", e->column);
	strbuf_printf(v->out, " %s: %s\n", severity, text);
	if (hint)
		strbuf_printf(v->out, "    hint: %s\n", hint);
}

void verify_error(Verify *v, const CibElement *e, const char *hint, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	say(v, e, "error", hint, format, args);
	va_end(args);
	v->verdict.errors++;
}

void verify_warning(Verify *v, const CibElement *e, const char *hint, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	say(v, e, "warning", hint, format, args);
	va_end(args);
	v->verdict.warnings++;
}

void verify_note(Verify *v, const CibElement *e, const char *hint, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	say(v, e, "note", hint, format, args);
	va_end(args);
}

bool verify_is_score(const char *text)
{
	const char *digits = text + (*text == '+' || *text == '-');
	if (!strcasecmp(digits, "INFINITY"))
		return true;
	return *digits && digits[strspn(digits, "0123456789")] == '\0';
}

/* Ids are one space for the whole configuration, but those of nodes; a resource_ref, a tag's obj_ref
 * and an id-ref name one, they do not give it. */
static void collect_ids(Verify *v, const CibElement *e)
{
	const char *id = cib_get(e, "id");
	bool gives = !cib_is(e, "resource_ref") && !cib_is(e, "obj_ref") && !cib_is(e, "node") &&
		     !cib_is(e, "role");
	if (id && gives) {
		const CibElement *other = cib_index_get(&v->ids, id);
		if (other)
			verify_error(v, e, "give one of them another id",
				"ID %s redefined: line %u has a %s of that id", id, other->line,
				other->name);
		else
			cib_index_put(v->run->arena, &v->ids, id, (void *)(uintptr_t)e);
	}
	cib_foreach(c, e) collect_ids(v, c);
}

static void check_references(Verify *v, const CibElement *e)
{
	static const char *const names[] = { "rsc", "with-rsc", "first", "then", "template",
		"id-ref" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const char *to = cib_get(e, names[i]);
		if (to && !cib_index_get(&v->ids, to))
			verify_error(v, e, "define it, or remove what refers to it",
				"%s %s: attribute %s references an unknown ID \"%s\"", e->name,
				cib_id(e), names[i], to);
	}
	if ((cib_is(e, "resource_ref") || cib_is(e, "obj_ref")) &&
		!cib_index_get(&v->ids, cib_id(e)))
		verify_error(v, e, "define it, or remove what refers to it",
			"%s: attribute id references an unknown ID \"%s\"", e->name, cib_id(e));
	cib_foreach(c, e) check_references(v, c);
}

static void check_rules(Verify *v, const CibElement *e)
{
	static const char *const dates[] = { "start", "end" };
	int64_t sec;
	if (cib_is(e, "date_expression"))
		for (size_t i = 0; i < ARRAY_LEN(dates); i++) {
			const char *text = cib_get(e, dates[i]);
			if (text && !cib_date_parse(text, &sec))
				verify_note(v, e, "write it as 2026-11-22 or 2026-11-22T10:00:00Z",
					"'%s' is not a valid ISO 8601 date/time specification",
					text);
		}
	if (cib_is(e, "rule") && !cib_get(e, "id-ref") && !cib_first(e))
		verify_error(v, e, "give it an expression", "rule %s has no expression", cib_id(e));
	const char *score = cib_is(e, "rule") ? cib_get(e, "score") : NULL;
	if (score && !verify_is_score(score))
		verify_error(v, e, "a whole number, INFINITY or -INFINITY",
			"rule %s: '%s' is no score", cib_id(e), score);
	cib_foreach(c, e) check_rules(v, c);
}

static void check_sections(Verify *v, const CibElement *configuration)
{
	static const char *const names[] = { "crm_config", "nodes", "resources", "constraints" };
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (!cib_child(configuration, names[i]))
			verify_error(v, configuration, "an empty one will do",
				"configuration has no element %s", names[i]);
}

static void check_fencing(Verify *v)
{
	if (cib_true(sched_option(v->run, "have-watchdog", NULL)) || !v->run->fencing_enabled ||
		v->run->have_fence_device || !v->run->rscs.n)
		return;
	verify_error(v, NULL, NULL,
		"Resource start-up disabled since no STONITH resources have been defined");
	verify_error(v, NULL, NULL,
		"Either configure some or disable STONITH with the stonith-enabled option");
	verify_error(v, NULL, NULL,
		"NOTE: Clusters with shared data need STONITH to ensure data integrity");
}

static void check_state(Verify *v)
{
	for (uint32_t i = 0; i < v->run->nodes.n; i++) {
		const SchedNode *node = v->run->nodes.items[i];
		if (!node->unclean)
			continue;
		if (!sched_can_fence(v->run, node))
			verify_warning(v, node->state, "configure a fencing device for it",
				"Node %s is unclean but cannot be fenced", node->uname);
		else if (node->fence_reason)
			verify_warning(v, node->state, NULL, "Cluster node %s will be fenced: %s",
				node->uname, node->fence_reason);
		else
			verify_warning(v, node->state, NULL, "%s is unclean", node->uname);
	}
}

SchedVerdict sched_verify(SchedRun *run, const char *file, StrBuf *out)
{
	Verify v = { .run = run, .file = file, .out = out };
	const CibElement *configuration = cib_child(run->cib, "configuration");
	if (!configuration) {
		verify_error(&v, run->cib, NULL, "the cib has no element configuration");
		return v.verdict;
	}
	check_sections(&v, configuration);
	collect_ids(&v, configuration);
	check_references(&v, configuration);
	check_rules(&v, configuration);
	verify_options(&v, cib_child(configuration, "crm_config"));
	verify_resources(&v, cib_child(configuration, "resources"));
	verify_constraints(&v, cib_child(configuration, "constraints"));
	check_fencing(&v);
	check_state(&v);
	for (uint32_t i = 0; i < run->not_yet.n; i++)
		verify_note(&v, NULL, NULL, "not yet: %s", run->not_yet.items[i]);
	return v.verdict;
}
