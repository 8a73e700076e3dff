/* SPDX-License-Identifier: MIT */
#include "config/config_pair_rules.h"

static SourcePos priority_pos(const PairNode *n)
{
	return !config_missing(&n->i->priority) ? n->i->priority.pos
						: config_pair_pos(n->i, &n->i->state);
}

/* A tracker that changes the priority: by how much, and where that is written. */
typedef struct Weight {
	int64_t number;
	const ConfigTrack *track;
	SourcePos pos;
} Weight;

/* What the trackers of an instance do to its priority. */
typedef struct Weights {
	int64_t healthy; /* the priority when all is well */
	int64_t sum;	 /* what is lost when all fail */
	Weight first, most;
} Weights;

static void weights_add(Weights *w, const ConfigTrack *t, const ConfigValue *standard)
{
	const ConfigValue *v = config_given(&t->weight) ? &t->weight : standard;
	const Weight weight = { v ? v->number : 0, t, v ? v->pos : t->pos };
	const int64_t size = weight.number < 0 ? -weight.number : weight.number;

	if (!size || (v && !config_given(v)))
		return;
	w->sum += size;
	w->healthy += weight.number > 0 ? weight.number : 0;
	if (!w->first.track)
		w->first = weight;
	if (size > (w->most.number < 0 ? -w->most.number : w->most.number))
		w->most = weight;
}

static Weights instance_weights(const PairNode *n)
{
	Weights w = { .healthy = config_priority(n->i) };

	vec_foreach(t, &n->i->trackers.scripts)
		weights_add(&w, t, &n->draft->scripts.items[t->index]->weight);
	vec_foreach(t, &n->i->trackers.processes)
		weights_add(&w, t, &n->draft->named.items[t->index]->weight);
	vec_foreach(t, &n->i->trackers.interfaces)
		weights_add(&w, t, NULL);
	w.healthy = MIN(w.healthy, 254); /* behaviour 6 */
	return w;
}

/* `high` is master while all is well: whether its trackers can ever change that. */
static void rule_weights(Pair *p, const PairNode *high, const PairNode *low)
{
	const Weights h = instance_weights(high), l = instance_weights(low);
	const int64_t gap = h.healthy - l.healthy;
	const ConfigTrack *t = h.first.track;

	if (!t)
		return;
	if (config_priority(high->i) == VRRP_PRIORITY_OWNER) {
		config_warning(p->report, h.first.pos,
			"the weight of `%s` changes nothing: `%s` has priority 255, which no "
			"tracker alters",
			SHORT(t->name), SHORT(high->i->name));
		config_pair_hint(p, priority_pos(low), "give at most 254");
	} else if (config_given(&low->i->nopreempt)) {
		config_warning(p->report, h.first.pos,
			"the weight of `%s` moves nothing: with nopreempt, the other node leaves a "
			"master of lower priority alone",
			SHORT(t->name));
		config_pair_hint(p, low->i->nopreempt.pos,
			"without a weight (or with 0), a failure lets the instance give up");
	} else if (h.sum <= gap) {
		config_warning(p->report, h.first.pos,
			"even when all that is tracked fails, `%s` has priority %d here and %d on "
			"the other node: the addresses never move",
			SHORT(high->i->name), (int)(h.healthy - h.sum), (int)l.healthy);
		config_pair_hint(p, priority_pos(low), "the weight must be more than the gap");
	} else if (h.most.number <= gap && -h.most.number <= gap) {
		config_note(p->report, h.most.pos,
			"no single tracker of `%s` moves the addresses: the gap of the priorities "
			"is %d, the largest weight %d",
			SHORT(high->i->name), (int)gap, (int)h.most.number);
		config_pair_hint(p, priority_pos(low), NULL);
	}
}

static void rule_equal(Pair *p, const PairNode *a, const PairNode *b)
{
	const int64_t priority = config_priority(a->i);

	if (priority == VRRP_PRIORITY_OWNER) {
		config_error(p->report, priority_pos(a),
			"`%s` has priority 255 on both nodes: both are master at once",
			SHORT(a->i->name));
		config_pair_hint(p, priority_pos(b), "give one of them, or both, at most 254");
	} else if (config_given(&a->i->nopreempt) && config_given(&b->i->nopreempt)) {
		config_note(p->report, priority_pos(a),
			"`%s` has priority %d on both nodes: whoever is first is master",
			SHORT(a->i->name), (int)priority);
		config_pair_hint(p, priority_pos(b), NULL);
	} else {
		config_warning(p->report, priority_pos(a),
			"`%s` has priority %d on both nodes: when both are master, the higher "
			"address decides",
			SHORT(a->i->name), (int)priority);
		config_pair_hint(p, priority_pos(b),
			"give one more than the other, or `nopreempt` and `state BACKUP` to both");
	}
}

static void rule_nopreempt(Pair *p, const PairNode *a, const PairNode *b)
{
	const PairNode *with = config_given(&a->i->nopreempt) ? a : b;
	const PairNode *without = with == a ? b : a;

	if (config_given(&a->i->nopreempt) == config_given(&b->i->nopreempt))
		return;
	if (config_priority(with->i) > config_priority(without->i))
		config_note(p->report, with->i->nopreempt.pos,
			"nopreempt is in force on this node only: that is enough while it has the "
			"higher priority");
	else
		config_warning(p->report, with->i->nopreempt.pos,
			"nopreempt is in force on this node only: the other one takes `%s` back",
			SHORT(with->i->name));
	config_pair_hint(p, without->i->pos, "write `nopreempt` and `state BACKUP` on both");
}

void config_pair_priority(Pair *p, const PairNode *a, const PairNode *b)
{
	const int64_t pa = config_priority(a->i), pb = config_priority(b->i);

	if (a->i->priority.bad || b->i->priority.bad)
		return;
	rule_nopreempt(p, a, b);
	if (pa == pb) {
		rule_equal(p, a, b);
	} else {
		rule_weights(p, pa > pb ? a : b, pa > pb ? b : a);
	}
}
