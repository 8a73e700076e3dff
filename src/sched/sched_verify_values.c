/* SPDX-License-Identifier: MIT */
/* Resources, their operations and meta attributes, and the options of the cluster: each value held
 * against what may stand there. */
#include "sched/sched_model.h"
#include "sched/sched_verify_check.h"

#include <strings.h>

typedef enum Kind { KIND_BOOL, KIND_SCORE, KIND_NUMBER, KIND_TIME, KIND_WORD } Kind;

typedef struct Value {
	const char *name;
	Kind kind;
	const char *words; /* "a b" */
	bool error;	   /* crm_verify refuses it */
} Value;

static const Value options[] = {
	{ "no-quorum-policy", KIND_WORD, "stop freeze ignore demote suicide", true },
	{ "stonith-action", KIND_WORD, "reboot off poweroff", true },
	{ "placement-strategy", KIND_WORD, "default utilization minimal balanced", true },
	{ "node-health-strategy", KIND_WORD, "none migrate-on-red only-green progressive custom",
		true },
	{ "symmetric-cluster", KIND_BOOL, NULL, true },
	{ "maintenance-mode", KIND_BOOL, NULL, true },
	{ "stonith-enabled", KIND_BOOL, NULL, true },
	{ "concurrent-fencing", KIND_BOOL, NULL, true },
	{ "startup-fencing", KIND_BOOL, NULL, true },
	{ "start-failure-is-fatal", KIND_BOOL, NULL, true },
	{ "enable-startup-probes", KIND_BOOL, NULL, true },
	{ "stop-all-resources", KIND_BOOL, NULL, true },
	{ "stop-orphan-resources", KIND_BOOL, NULL, true },
	{ "stop-orphan-actions", KIND_BOOL, NULL, true },
	{ "shutdown-lock", KIND_BOOL, NULL, true },
	{ "cluster-delay", KIND_TIME, NULL, true },
	{ "stonith-timeout", KIND_TIME, NULL, true },
	{ "dc-deadtime", KIND_TIME, NULL, true },
	{ "batch-limit", KIND_NUMBER, NULL, true },
	{ "migration-limit", KIND_NUMBER, NULL, true },
};

static const Value metas[] = {
	{ "requires", KIND_WORD, "nothing quorum fencing unfencing", true },
	{ "target-role", KIND_WORD, "Stopped Started Unpromoted Promoted Slave Master Default",
		true },
	{ "multiple-active", KIND_WORD, "stop_start stop_only block stop_unexpected", false },
	{ "is-managed", KIND_BOOL, NULL, false },
	{ "maintenance", KIND_BOOL, NULL, false },
	{ "critical", KIND_BOOL, NULL, false },
	{ "allow-migrate", KIND_BOOL, NULL, false },
	{ "interleave", KIND_BOOL, NULL, false },
	{ "notify", KIND_BOOL, NULL, false },
	{ "promotable", KIND_BOOL, NULL, false },
	{ "globally-unique", KIND_BOOL, NULL, false },
	{ "resource-stickiness", KIND_SCORE, NULL, false },
	{ "migration-threshold", KIND_SCORE, NULL, false },
	{ "priority", KIND_SCORE, NULL, false },
	{ "failure-timeout", KIND_TIME, NULL, false },
	{ "clone-max", KIND_NUMBER, NULL, false },
	{ "clone-node-max", KIND_NUMBER, NULL, false },
	{ "clone-min", KIND_NUMBER, NULL, false },
	{ "promoted-max", KIND_NUMBER, NULL, false },
	{ "promoted-node-max", KIND_NUMBER, NULL, false },
};

/* Whether `word` is one of the words, case apart. */
static bool among(const char *words, const char *word)
{
	size_t n = strlen(word);
	for (const char *p = words + strspn(words, " "); *p; p += strspn(p, " ")) {
		size_t length = strcspn(p, " ");
		if (length == n && !strncasecmp(p, word, n))
			return true;
		p += length;
	}
	return false;
}

static bool fits(const Value *value, const char *text)
{
	bool truth;
	switch (value->kind) {
	case KIND_BOOL: return cib_truth(text, &truth);
	case KIND_SCORE: return verify_is_score(text);
	case KIND_NUMBER: return *text && text[strspn(text, "-0123456789")] == '\0';
	case KIND_TIME: return cib_msec(text) >= 0;
	case KIND_WORD: return among(value->words, text);
	}
	return true;
}

static const char *hint_of(const Verify *v, const Value *value)
{
	switch (value->kind) {
	case KIND_BOOL: return "true or false";
	case KIND_SCORE: return "a whole number, INFINITY or -INFINITY";
	case KIND_NUMBER: return "a whole number";
	case KIND_TIME: return "a time, as 30s, 5min or PT1M";
	case KIND_WORD: return arena_printf(v->run->arena, "one of: %s", value->words);
	}
	return NULL;
}

static const Value *known(const Value *values, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (cib_same(values[i].name, name))
			return &values[i];
	return NULL;
}

void verify_options(Verify *v, const CibElement *crm_config)
{
	cib_foreach(set, crm_config) cib_foreach_named(pair, set, "nvpair")
	{
		const char *name = cib_get(pair, "name"), *text = cib_get(pair, "value");
		const Value *value = name ? known(options, ARRAY_LEN(options), name) : NULL;
		if (value && text && !fits(value, text))
			verify_error(v, pair, hint_of(v, value),
				"Using default value for cluster option '%s' because '%s' is "
				"invalid",
				name, text);
	}
}

static void check_meta(Verify *v, const CibElement *rsc, const CibElement *pair, bool promotable)
{
	const char *name = cib_get(pair, "name"), *text = cib_get(pair, "value");
	const Value *value = name ? known(metas, ARRAY_LEN(metas), name) : NULL;
	if (!value || !text || !*text)
		return;
	if (!fits(value, text)) {
		if (value->error)
			verify_error(v, pair, hint_of(v, value),
				"Ignoring '%s' for %s because '%s' is not valid", name, cib_id(rsc),
				text);
		else
			verify_note(v, pair, hint_of(v, value), "%s: '%s' is no value for %s",
				cib_id(rsc), text, name);
		return;
	}
	if (!promotable && !strcmp(name, "target-role") && sched_role_parse(text) > ROLE_STARTED)
		verify_error(v, pair, "Started, or make it a promotable clone",
			"Ignoring 'target-role' for %s because '%s' only makes sense for "
			"promotable "
			"clones",
			cib_id(rsc), text);
}

static bool is_promotable(const CibElement *rsc)
{
	for (; rsc; rsc = rsc->parent) {
		if (cib_is(rsc, "master") || cib_is(rsc, "template"))
			return true;
		if (cib_is(rsc, "clone"))
			cib_foreach_named(meta, rsc, "meta_attributes") cib_foreach_named(
				pair, meta, "nvpair") if (cib_same(cib_get(pair, "name"),
								  "promotable")) return true;
	}
	return false;
}

static void check_op(Verify *v, const CibElement *op, const CibElement *rsc)
{
	static const char words[] =
		"ignore block stop restart standby fence restart-container demote ban";
	static const Value on_fail = { "on-fail", KIND_WORD, words, true };
	const char *interval = cib_get(op, "interval"), *name = cib_get(op, "name") ?: "";
	const char *fail = cib_get(op, "on-fail"), *timeout = cib_get(op, "timeout");
	int64_t msec = interval ? cib_msec(interval) : 0;
	if (msec < 0)
		verify_note(v, op, "a time, as 30s, 5min or PT1M", "%s: '%s' is no interval",
			cib_id(op), interval);
	if (timeout && cib_msec(timeout) < 0)
		verify_note(v, op, "a time, as 30s, 5min or PT1M", "%s: '%s' is no timeout",
			cib_id(op), timeout);
	if (fail && !fits(&on_fail, fail))
		verify_error(v, op, hint_of(v, &on_fail), "%s: '%s' is no value for on-fail",
			cib_id(op), fail);
	if (fail && !strcmp(name, "stop") && cib_same_word(fail, "stop"))
		verify_error(v, op, "block, fence or ignore",
			"Resetting 'on-fail' for %s stop action to default value because '%s' is "
			"not "
			"allowed for stop",
			cib_id(rsc), fail);
	if (msec > 0 && (!strcmp(name, "start") || !strcmp(name, "stop") ||
				!strcmp(name, "promote") || !strcmp(name, "demote")))
		verify_error(v, op, "give it an interval of 0",
			"Ignoring %s because %s action cannot be recurring", cib_id(op), name);
	cib_foreach_named(other, cib_child(rsc, "operations"), "op")
	{
		if (other == op)
			break;
		int64_t its = cib_msec(cib_get(other, "interval") ?: "0");
		if (cib_same(name, cib_get(other, "name")) && its == msec && msec > 0)
			verify_error(v, op, "remove one, or give them different intervals",
				"Operation %s is duplicate of %s (do not use same name and "
				"interval "
				"combination more than once per resource)",
				cib_id(op), cib_id(other));
	}
}

static void check_primitive(Verify *v, const CibElement *e)
{
	const char *class = cib_get(e, "class");
	if (cib_get(e, "template"))
		return;
	if (!class || !cib_get(e, "type"))
		verify_error(v, e, "name the agent by class and type", "%s %s has no %s", e->name,
			cib_id(e), class ? "type" : "class");
	else if (!strcmp(class, "ocf") && !cib_get(e, "provider"))
		verify_error(v, e, "heartbeat and pacemaker are providers",
			"%s %s is of class ocf and has no provider", e->name, cib_id(e));
}

static uint32_t resources_in(const CibElement *e)
{
	uint32_t n = 0;
	cib_foreach(c, e) n += cib_is(c, "primitive") || cib_is(c, "group");
	return n;
}

static void check_rsc(Verify *v, const CibElement *e)
{
	bool promotable = is_promotable(e);
	if (cib_is(e, "primitive") || cib_is(e, "template"))
		check_primitive(v, e);
	else if (!cib_is(e, "bundle") && resources_in(e) == 0)
		verify_error(v, e, "put a primitive into it", "%s %s has nothing in it", e->name,
			cib_id(e));
	cib_foreach_named(meta, e, "meta_attributes") cib_foreach_named(pair, meta, "nvpair")
		check_meta(v, e, pair, promotable);
	cib_foreach_named(op, cib_child(e, "operations"), "op") check_op(v, op, e);
	cib_foreach(c, e) if (cib_is(c, "primitive") || cib_is(c, "group")) check_rsc(v, c);
}

void verify_resources(Verify *v, const CibElement *resources)
{
	static const char names[] = "primitive template group clone master bundle";
	cib_foreach(e, resources)
	{
		if (among(names, e->name))
			check_rsc(v, e);
		else
			verify_error(v, e, NULL, "resources has an unknown element %s", e->name);
	}
}
