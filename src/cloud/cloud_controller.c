/* SPDX-License-Identifier: MIT */
#include "cloud/cloud_controller.h"

#define MSEC USEC_PER_MSEC
#define SEC  USEC_PER_SEC

enum {
	FIRST_POLLS = 3,
	STUCK_SEC = 120, /* an action or lock that does not end in this time is a fault */
};

#define WINDOW	    (60 * SEC)
#define CHECK	    (60 * SEC)
#define SECOND_LOOK (5 * SEC)
#define FAULT_AGAIN (30 * SEC)
#define FAULT_KEPT  (600 * SEC) /* with a penalty: refused to assign, who was no master since */
#define RETRY_MOST  3600

void cloud_init(CloudController *c, const FloatingConfig *config, uint64_t seed)
{
	*c = (CloudController){
		.config = config,
		.random = seed * UINT64_C(0x9e3779b97f4a7c15) | 1,
		.due = INSTANT_NEVER,
		.waiting_since = INSTANT_NEVER,
	};
	/* A script knows by itself where it runs. */
	if (config->server || config->provider == FLOATING_EXEC) {
		const char *server = config->server ?: CLOUD_SELF;

		cloud_copy(c->server, sizeof(c->server), server, strlen(server));
	}
}

/* xorshift64 */
static uint64_t controller_random(CloudController *c)
{
	c->random ^= c->random << 13;
	c->random ^= c->random >> 7;
	c->random ^= c->random << 17;
	return c->random;
}

/* Up to a tenth more or less, so that two machines do not ask in step. */
static Span controller_jitter(CloudController *c, Span span)
{
	return span - span / 10 + controller_random(c) % (span / 5 + 1);
}

static void controller_then(CloudController *c, CloudAsk next, Instant at)
{
	c->next = next;
	c->due = at;
}

static CloudAsk controller_first(const CloudController *c)
{
	return *c->server ? CLOUD_OWNER : CLOUD_SERVER;
}

static bool controller_probes(const CloudController *c)
{
	return c->fault && c->config->penalty;
}

bool cloud_want(CloudController *c, bool wanted, Instant now)
{
	if (wanted == c->wanted)
		return false;
	c->wanted = wanted;
	c->assigned = c->owner_known = c->active_known = false;
	c->verified = c->failures = c->polls = 0;
	c->waiting_since = INSTANT_NEVER;
	*c->action = '\0';
	if (wanted) {
		controller_then(c, controller_first(c), now);
		return false;
	}
	controller_then(c, CLOUD_NOTHING, INSTANT_NEVER);
	/* Whom a fault has cost the mastership must not get it back before it is mended. */
	if (controller_probes(c))
		controller_then(
			c, controller_first(c), instant_add(now, controller_jitter(c, CHECK)));
	else
		c->fault = CLOUD_OK;
	if (!c->flying || c->gone)
		return false;
	c->gone = true;
	return true;
}

Instant cloud_due(const CloudController *c)
{
	Instant free_at = 0;

	if (c->flying || c->next == CLOUD_NOTHING)
		return INSTANT_NEVER;
	if (c->n_calls >= CLOUD_CALLS)
		free_at = instant_add(c->calls[c->call], WINDOW + 1);
	return MAX(c->due, free_at);
}

bool cloud_ask(CloudController *c, Instant now, CloudRequest *ret_request)
{
	if (now < cloud_due(c))
		return false;
	c->calls[c->call] = now;
	c->call = (c->call + 1) % CLOUD_CALLS;
	c->n_calls++;
	c->n_assigns += c->next == CLOUD_ASSIGN;
	c->flying = c->next;
	c->gone = false;
	*ret_request = (CloudRequest){ .ask = c->flying,
		.config = c->config,
		.server = c->server,
		.action = c->action,
		.older = c->older };
	return true;
}

void cloud_forget(CloudController *c, Instant now)
{
	c->flying = CLOUD_NOTHING;
	c->gone = false;
	if (c->wanted && (c->next == CLOUD_NOTHING || c->due == INSTANT_NEVER))
		controller_then(c, controller_first(c), now);
}

/* Slower and slower; 25 a minute at most, so that a long wait does not use up the calls that the
 * assignment needs. */
static void controller_wait(CloudController *c, CloudAsk next, Instant now)
{
	const Span pause = c->polls++ < FIRST_POLLS ? SEC : 2600 * MSEC;

	if (c->waiting_since == INSTANT_NEVER)
		c->waiting_since = now;
	controller_then(c, next, instant_add(now, controller_jitter(c, pause)));
}

static void controller_text(CloudController *c, CloudAsk ask, const char *text)
{
	_cleanup_(strbuf_free) StrBuf whole = { 0 };

	strbuf_printf(&whole, "%s: %s", cloud_ask_name(ask), text);
	cloud_copy(c->text, sizeof(c->text), whole.s, whole.n);
}

static CloudNews controller_fault(
	CloudController *c, CloudAsk ask, const CloudAnswer *a, Instant now)
{
	const bool news = c->fault != a->outcome;

	c->fault = a->outcome;
	c->fault_ask = ask;
	c->fault_at = now;
	controller_text(c, ask, a->text);
	controller_then(
		c, controller_first(c), instant_add(now, controller_jitter(c, FAULT_AGAIN)));
	return news ? CLOUD_NEWS_FAULT : CLOUD_NEWS_NONE;
}

/* No answer, or one that says nothing: again, soon and then less often. An assignment may have been
 * carried out all the same: so look. */
static CloudNews controller_failed(
	CloudController *c, CloudAsk ask, const CloudAnswer *a, Instant now)
{
	const unsigned n = MIN(c->failures, 3u);
	const bool action = ask == CLOUD_ACTION && c->failures < 2;

	c->failures++;
	controller_text(c, ask, a->text);
	controller_then(c, action ? CLOUD_ACTION : controller_first(c),
		instant_add(now, controller_jitter(c, SEC << n)));
	return c->failures == 1 ? CLOUD_NEWS_FAILED : CLOUD_NEWS_NONE;
}

/* It does not end: told once, and waited for all the same. */
static CloudNews controller_stuck(CloudController *c, CloudAsk ask, Instant now)
{
	if (instant_since(now, c->waiting_since) < STUCK_SEC * SEC || c->fault == CLOUD_BUSY)
		return CLOUD_NEWS_NONE;
	c->fault = CLOUD_BUSY;
	c->fault_ask = ask;
	c->fault_at = now;
	controller_text(c, ask, "the provider has not ended an action for two minutes");
	return CLOUD_NEWS_FAULT;
}

static CloudNews controller_busy(CloudController *c, CloudAsk ask, Instant now)
{
	controller_wait(c, CLOUD_OWNER, now);
	return controller_stuck(c, ask, now);
}

static CloudNews controller_verified(CloudController *c, Instant now)
{
	const bool first = !c->verified++;

	c->polls = 0;
	c->waiting_since = INSTANT_NEVER;
	c->fault = CLOUD_OK;
	if (c->assigned && first && c->config->provider == FLOATING_DIGITALOCEAN)
		controller_then(c, CLOUD_ACTIVE, now);
	else
		controller_then(c, CLOUD_OWNER,
			instant_add(now, controller_jitter(c, first ? SECOND_LOOK : CHECK)));
	return first ? CLOUD_NEWS_OURS : CLOUD_NEWS_NONE;
}

static CloudNews controller_owner(CloudController *c, const CloudAnswer *a, Instant now)
{
	const bool was = c->verified;

	memcpy(c->owner, a->id, sizeof(c->owner));
	c->owner_known = true;
	c->owner_at = now;
	if (!c->wanted) {
		/* The token is good again, or may be. */
		if (c->fault_ask != CLOUD_ASSIGN || instant_since(now, c->fault_at) >= FAULT_KEPT)
			c->fault = CLOUD_OK;
		controller_then(c, controller_probes(c) ? CLOUD_OWNER : CLOUD_NOTHING,
			instant_add(now, controller_jitter(c, CHECK)));
		return CLOUD_NEWS_NONE;
	}
	/* Whoever has it, while it is locked that may be changing. */
	if (a->locked)
		return controller_busy(c, CLOUD_OWNER, now);
	if (cloud_ours(c))
		return controller_verified(c, now);
	c->verified = 0;
	controller_then(c, CLOUD_ASSIGN, now);
	return was ? CLOUD_NEWS_LOST : CLOUD_NEWS_ASSIGNING;
}

static CloudNews controller_action(CloudController *c, const CloudAnswer *a, Instant now)
{
	switch (a->action) {
	case CLOUD_ACTION_RUNNING:
		if (instant_since(now, c->waiting_since) >= STUCK_SEC * SEC &&
			c->waiting_since != INSTANT_NEVER)
			return controller_busy(c, CLOUD_ACTION, now);
		controller_wait(c, *c->action ? CLOUD_ACTION : CLOUD_OWNER, now);
		return CLOUD_NEWS_NONE;
	case CLOUD_ACTION_ERRORED:
		return controller_failed(c, CLOUD_ASSIGN,
			&(CloudAnswer){ .text = "the provider says: the action ended in an error" },
			now);
	case CLOUD_ACTION_NONE:
	case CLOUD_ACTION_DONE: break;
	}
	controller_then(c, CLOUD_OWNER, now);
	return CLOUD_NEWS_NONE;
}

static CloudNews controller_ok(CloudController *c, CloudAsk ask, const CloudAnswer *a, Instant now)
{
	c->failures = 0;
	switch (ask) {
	case CLOUD_SERVER:
		memcpy(c->server, a->id, sizeof(c->server));
		controller_then(c, CLOUD_OWNER, now);
		return CLOUD_NEWS_NONE;
	case CLOUD_OWNER: return controller_owner(c, a, now);
	case CLOUD_ASSIGN:
		c->assigned = true;
		c->polls = 0;
		memcpy(c->action, a->id, sizeof(c->action));
		return controller_action(c, a, now);
	case CLOUD_ACTION: return controller_action(c, a, now);
	case CLOUD_ACTIVE:
		c->active = a->active;
		c->active_known = true;
		controller_then(
			c, CLOUD_OWNER, instant_add(now, controller_jitter(c, SECOND_LOOK)));
		return CLOUD_NEWS_NONE;
	case CLOUD_NOTHING:
	case CLOUD_ASKS: break;
	}
	return CLOUD_NEWS_NONE;
}

static CloudNews controller_limited(
	CloudController *c, CloudAsk ask, const CloudAnswer *a, Instant now)
{
	const Span least = MIN(MAX(a->retry_after, 1u), (uint32_t)RETRY_MOST) * SEC;

	/* Never earlier than it says, and not all at the same moment. */
	controller_text(c, ask, a->text);
	controller_then(c, ask == CLOUD_ACTION ? CLOUD_ACTION : controller_first(c),
		instant_add(now, least + controller_random(c) % SEC));
	return CLOUD_NEWS_NONE;
}

CloudNews cloud_answer(CloudController *c, const CloudAnswer *a, Instant now)
{
	const CloudAsk ask = c->flying;
	const bool gone = c->gone;

	c->flying = CLOUD_NOTHING;
	c->gone = false;
	if (gone || ask == CLOUD_NOTHING || (!c->wanted && !controller_probes(c)))
		return CLOUD_NEWS_NONE;
	/* Only told, nothing depends on it. */
	if (ask == CLOUD_ACTIVE && a->outcome != CLOUD_OK && a->outcome != CLOUD_LIMITED) {
		controller_then(
			c, CLOUD_OWNER, instant_add(now, controller_jitter(c, SECOND_LOOK)));
		return CLOUD_NEWS_NONE;
	}
	switch (a->outcome) {
	case CLOUD_OK: return controller_ok(c, ask, a, now);
	case CLOUD_BUSY: return controller_busy(c, ask, now);
	case CLOUD_LIMITED: return controller_limited(c, ask, a, now);
	case CLOUD_OLDER:
		c->older = true;
		controller_then(c, CLOUD_OWNER, now);
		return CLOUD_NEWS_NONE;
	case CLOUD_MISSING:
		if (ask != CLOUD_ACTION)
			return controller_fault(c, ask, a, now);
		controller_then(c, CLOUD_OWNER, now);
		return CLOUD_NEWS_NONE;
	case CLOUD_DENIED:
	case CLOUD_FORBIDDEN:
	case CLOUD_REFUSED:
	case CLOUD_TOKEN: return controller_fault(c, ask, a, now);
	case CLOUD_FAILED:
	case CLOUD_OUTCOMES: break;
	}
	return controller_failed(c, ask, a, now);
}

bool cloud_ours(const CloudController *c)
{
	return c->owner_known && *c->owner && !strcmp(c->owner, c->server);
}

const char *cloud_hint(const CloudController *c)
{
	static const char *const hints[CLOUD_OUTCOMES] = {
		[CLOUD_BUSY] = "look at the address in the provider's control panel",
		[CLOUD_DENIED] = "the provider does not know the token: make a new one and put it "
				 "into token_file",
		[CLOUD_FORBIDDEN] = "the token may not do this: make one that may read and write",
		[CLOUD_MISSING] = "is the address right, does it belong to the account of the "
				  "token, and are both in the same region?",
		[CLOUD_REFUSED] = "the provider refuses the request: its words are in `error`",
		[CLOUD_TOKEN] = "put the token into token_file, readable by root alone",
	};

	return hints[c->fault];
}

const char *cloud_state(const CloudController *c)
{
	const CloudAsk ask = c->flying ?: c->next;

	if (c->fault)
		return "fault";
	if (!c->wanted)
		return "idle";
	if (c->verified)
		return "owned";
	if (c->failures)
		return "retrying";
	if (ask == CLOUD_ASSIGN || ask == CLOUD_ACTION)
		return "assigning";
	return c->waiting_since != INSTANT_NEVER ? "waiting" : "asking";
}
