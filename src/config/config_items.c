/* SPDX-License-Identifier: MIT */
#include "config/config_address.h"
#include "config/config_bind.h"
#include "config/config_value.h"

/* What the keyword table calls: blocks that begin, and lines with a grammar of their own. */

void *config_begin_global(ConfigBind *b, const ConfigStatement *s _unused_)
{
	return &b->draft->global;
}

/* True when the name is new: the draft of the block is to be kept. */
static bool begin_named(ConfigBind *b, const ConfigStatement *s, ConfigNames *names,
	const SourcePos *(*where)(const ConfigDraft *d, uint32_t index))
{
	const ConfigWord *w = s->n_words > 1 ? &s->words[1] : s->words;
	uint32_t index;

	if (s->n_words < 2 || !*w->text)
		return false; /* was told */
	if (config_names_add(names, w->text, &index))
		return true;
	config_error(b->report, w->pos, "the %s `%s` is defined already, in line %u",
		s->words[0].text, SHORT(w->text), where(b->draft, index)->line);
	config_hint(b->report, "give it another name or remove one of the two");
	if (names == &b->draft->script_names)
		config_keepalived(b->report, KEEPALIVED_SILENT);
	return false;
}

static const SourcePos *script_pos(const ConfigDraft *d, uint32_t index)
{
	return &d->scripts.items[index]->pos;
}

static const SourcePos *instance_pos(const ConfigDraft *d, uint32_t index)
{
	return &d->instances.items[index]->pos;
}

void *config_begin_script(ConfigBind *b, const ConfigStatement *s)
{
	ConfigScriptDraft *script = ARENA_NEW(b->arena, ConfigScriptDraft);

	script->pos = s->pos;
	if (begin_named(b, s, &b->draft->script_names, script_pos)) {
		script->name = s->words[1].text;
		vec_push(&b->draft->scripts, script);
	}
	return script;
}

void *config_begin_instance(ConfigBind *b, const ConfigStatement *s)
{
	ConfigInstanceDraft *instance = ARENA_NEW(b->arena, ConfigInstanceDraft);

	instance->pos = s->pos;
	instance->statement = s;
	vec_push(&b->draft->all, instance);
	if (begin_named(b, s, &b->draft->instance_names, instance_pos)) {
		instance->name = s->words[1].text;
		vec_push(&b->draft->instances, instance);
	}
	return instance;
}

void config_bind_preempt(ConfigBind *b _unused_, const ConfigStatement *s _unused_, void *draft)
{
	((ConfigInstanceDraft *)draft)->nopreempt = (ConfigValue){ 0 };
}

void config_item_vip(ConfigBind *b, const ConfigStatement *s, void *draft)
{
	ConfigInstanceDraft *i = draft;
	ConfigAddress address;

	if (config_address(s, b->report, &address))
		vec_push(&i->vips, address);
	else
		i->bad_vip = true;
}

void config_item_excluded(ConfigBind *b, const ConfigStatement *s, void *draft)
{
	ConfigAddress address;

	if (config_address(s, b->report, &address))
		vec_push(&((ConfigInstanceDraft *)draft)->excluded, address);
}

static bool item_weight(ConfigBind *b, const ConfigStatement *s, size_t at, ConfigTrack *t)
{
	const ConfigWord *w = &s->words[at + 1];
	int64_t number;

	if (at + 1 == s->n_words) {
		config_error(b->report, s->words[at].pos, "`weight` needs a value");
		config_hint(b->report, "write `weight N`, -253 to 253");
		return false;
	}
	if (!config_parse_number(w->text, &number) || number < -254 || number > 254) {
		config_error(
			b->report, w->pos, "weight must be -253 to 253, not `%s`", SHORT(w->text));
		return false;
	}
	if (number == 254 || number == -254) { /* as keepalived does */
		number += number < 0 ? 1 : -1;
		config_warning(
			b->report, w->pos, "weight must be -253 to 253: %d is used", (int)number);
	}
	t->weight = (ConfigValue){ .pos = w->pos, .text = w->text, .number = number };
	return true;
}

/* NAME [weight N] [reverse|noreverse] */
static bool track_item(ConfigBind *b, const ConfigStatement *s, ConfigTrack *ret_track)
{
	ConfigTrack t = { .name = s->words[0].text, .pos = s->pos };

	for (size_t i = 1; i < s->n_words; i++) {
		const ConfigWord *w = &s->words[i];

		if (!strcmp(w->text, "weight")) {
			if (!item_weight(b, s, i++, &t))
				return false;
		} else if (!strcmp(w->text, "reverse")) {
			t.reverse = true;
		} else if (!strcmp(w->text, "noreverse")) {
			t.noreverse = true;
		} else {
			config_error(b->report, w->pos, "unknown option `%s`", SHORT(w->text));
			if (config_distance(w->text, "weight", 2) <= 2)
				config_hint(b->report, "did you mean `weight`?");
			else
				config_hint(b->report,
					"write `%s [weight N] [reverse]`, one in each line",
					SHORT(t.name));
			return false;
		}
	}
	*ret_track = t;
	return true;
}

void config_item_track_interface(ConfigBind *b, const ConfigStatement *s, void *draft)
{
	ConfigTrack t;

	if (config_value_ifname(&s->words[0], b->report) && track_item(b, s, &t))
		vec_push(&((ConfigInstanceDraft *)draft)->interfaces, t);
}

void config_item_track_script(ConfigBind *b, const ConfigStatement *s, void *draft)
{
	ConfigTrack t;

	if (track_item(b, s, &t))
		vec_push(&((ConfigInstanceDraft *)draft)->scripts, t);
}
