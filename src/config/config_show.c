/* SPDX-License-Identifier: MIT */
#include "config/config_show.h"

#include <stdio.h>

#include "config/config_model.h"
#include "config/config_value.h"

typedef struct Show {
	const VrrpConfig *vrrp;
	StrBuf *out;
	size_t instance; /* the next one of vrrp->instances */
	unsigned depth;
} Show;

static void indent(Show *s)
{
	for (unsigned i = 0; i < s->depth; i++)
		strbuf_add(s->out, "    ");
}

/* Quotes hold together what is quoted in the file or would not be read as one word. */
static void show_word(Show *s, const ConfigWord *w)
{
	const bool quote = w->quoted || !*w->text || w->text[strcspn(w->text, " \t\v\f!#{}")];

	strbuf_add(s->out, quote ? "\"" : "");
	strbuf_add(s->out, w->text);
	strbuf_add(s->out, quote ? "\"" : "");
}

/* A command is read with all escapes, so that any byte can be written. */
static void show_command_word(Show *s, const char *text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789_/.,:=+-@%";

	if (*text && !text[strspn(text, plain)]) {
		strbuf_add(s->out, text);
		return;
	}
	strbuf_add(s->out, "\"");
	for (; *text; text++)
		if (*text == '"' || *text == '\\')
			strbuf_printf(s->out, "\\%c", *text);
		else if ((unsigned char)*text < ' ' || *text == 0x7f)
			strbuf_printf(s->out, "\\%03o", (unsigned)*text);
		else
			strbuf_addn(s->out, text, 1);
	strbuf_add(s->out, "\"");
}

static void show_words(Show *s, const ConfigEntry *e)
{
	const size_t n = MIN(config_value_words(e->keyword) + 1, e->statement->n_words);
	const bool command = e->keyword->kind == KIND_COMMAND || e->keyword->kind == KIND_NOTIFY;

	for (size_t i = 1; i < n; i++) {
		strbuf_add(s->out, " ");
		if (command)
			show_command_word(s, e->statement->words[i].text);
		else
			show_word(s, &e->statement->words[i]);
	}
}

static void show_value(Show *s, const ConfigEntry *e)
{
	const ConfigValue *v = &e->value;
	const bool bare = e->statement->n_words == 1;
	char seconds[CONFIG_SECONDS_SIZE], ip[IP_TEXT_SIZE];

	switch (e->keyword->kind) {
	case KIND_BOOL: strbuf_add(s->out, v->number ? " on" : " off"); return;
	case KIND_NUMBER:
		if (!bare)
			strbuf_printf(s->out, " %lld", (long long)v->number);
		return;
	case KIND_DECIMAL:
		if (!bare)
			strbuf_printf(s->out, " %s", config_seconds(v->number, seconds));
		return;
	case KIND_WEIGHT:
		strbuf_printf(
			s->out, " %lld%s", (long long)v->number, v->reverse ? " reverse" : "");
		return;
	case KIND_IP4:
	case KIND_IP6:
	case KIND_IP: strbuf_printf(s->out, " %s", ip_text(&v->ip, ip)); return;
	case KIND_TEXT:
	case KIND_CHOICE:
	case KIND_IFNAME:
	case KIND_PATH:
	case KIND_NUMBERS:
	case KIND_USER:
	case KIND_FIFO:
	case KIND_COMMAND:
	case KIND_NOTIFY:
	case KIND_WORDS: show_words(s, e); return;
	case KIND_FLAG:
	case KIND_BLOCK:
	case KIND_ITEMS:
	case KIND_NOTE: return;
	}
}

static void show_items(Show *s, const ConfigEntry *e)
{
	strbuf_add(s->out, " {\n");
	s->depth++;
	for (const ConfigStatement *line = e->statement->first; line; line = line->next) {
		indent(s);
		for (size_t i = 0; i < line->n_words; i++) {
			if (i)
				strbuf_add(s->out, " ");
			show_word(s, &line->words[i]);
		}
		strbuf_add(s->out, "\n");
	}
	s->depth--;
	indent(s);
	strbuf_add(s->out, "}\n");
}

static void fill_text(Show *s, const ConfigBlock *b, const char *keyword, const char *text)
{
	if (b && config_block_get(b, keyword))
		return;
	indent(s);
	strbuf_printf(s->out, "%s %s\n", keyword, text);
}

static void fill(Show *s, const ConfigBlock *b, const char *keyword, int64_t number)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%lld", (long long)number);
	fill_text(s, b, keyword, text);
}

static void fill_bool(Show *s, const ConfigBlock *b, const char *keyword, bool on)
{
	fill_text(s, b, keyword, on ? "on" : "off");
}

static void fill_seconds(Show *s, const ConfigBlock *b, const char *keyword, Span usec)
{
	char text[CONFIG_SECONDS_SIZE];

	fill_text(s, b, keyword, config_seconds((int64_t)usec, text));
}

static int64_t number_or(const ConfigBlock *b, const char *keyword, int64_t standard)
{
	const ConfigEntry *e = b ? config_block_get(b, keyword) : NULL;

	return e ? e->value.number : standard;
}

/* Of global_defs; NULL: there is none in the file. What vrrp_min_garp makes 0 has no way to be
 * written. */
static void fill_global(Show *s, const ConfigBlock *b)
{
	const bool min = number_or(b, "vrrp_min_garp", 0);
	const int64_t delay = number_or(b, "vrrp_garp_master_delay", min ? 0 : 5);
	const int64_t repeat = number_or(b, "vrrp_garp_master_repeat", min ? 1 : 5);
	char group[IP_TEXT_SIZE];

	fill(s, b, "vrrp_version", 2);
	fill_text(s, b, "vrrp_mcast_group4", ip_text(&s->vrrp->mcast_group4, group));
	fill_bool(s, b, "vrrp_min_garp", false);
	fill(s, b, "vrrp_garp_master_delay", delay);
	fill(s, b, "vrrp_garp_master_repeat", repeat);
	fill(s, b, "vrrp_garp_master_refresh", 0);
	if (!min)
		fill(s, b, "vrrp_garp_master_refresh_repeat", 1);
	fill(s, b, "vrrp_garp_lower_prio_delay", delay);
	fill(s, b, "vrrp_garp_lower_prio_repeat", repeat);
	fill_bool(s, b, "vrrp_lower_prio_no_advert", false);
	fill_bool(s, b, "vrrp_higher_prio_send_advert", false);
	fill(s, b, "vrrp_down_timer_adverts", 3);
}

/* `state MASTER` would say more than priority 255 does: it undoes preempt_delay. */
static void fill_instance(Show *s, const ConfigBlock *b, const VrrpInstanceConfig *i)
{
	if (!i->want_master)
		fill_text(s, b, "state", "BACKUP");
	fill(s, b, "priority", i->priority);
	fill_seconds(s, b, "advert_int", i->advert_usec);
	fill(s, b, "version", i->version);
	fill(s, b, "down_timer_adverts", i->down_timer_adverts);
	fill(s, b, "garp_master_delay", (int64_t)(i->garp.delay_usec / USEC_PER_SEC));
	fill(s, b, "garp_master_repeat", i->garp.repeat);
	fill(s, b, "garp_master_refresh", (int64_t)(i->garp.refresh_usec / USEC_PER_SEC));
	if (i->garp.refresh_repeat)
		fill(s, b, "garp_master_refresh_repeat", i->garp.refresh_repeat);
	fill(s, b, "garp_lower_prio_delay",
		(int64_t)(i->garp_lower_prio.delay_usec / USEC_PER_SEC));
	fill(s, b, "garp_lower_prio_repeat", i->garp_lower_prio.repeat);
	fill_bool(s, b, "lower_prio_no_advert", i->lower_prio_no_advert);
	fill_bool(s, b, "higher_prio_send_advert", i->higher_prio_send_advert);
	if (i->n_peers)
		fill(s, b, "unicast_ttl", i->unicast_ttl);
	fill_bool(s, b, "notify_priority_changes", i->notify.priority_changes);
}

static void fill_script(Show *s, const ConfigBlock *b)
{
	const int64_t interval = number_or(b, "interval", USEC_PER_SEC);

	fill_seconds(s, b, "interval", (Span)interval);
	fill_seconds(s, b, "timeout", (Span)interval);
	fill(s, b, "weight", 0);
	fill(s, b, "rise", 1);
	fill(s, b, "fall", 1);
}

static void fill_tracked(Show *s, const ConfigBlock *b)
{
	const bool file = b->scope == SCOPE_TRACK_FILE;

	fill(s, b, "weight", file);
	if (!file && number_or(b, "quorum_max", 1)) /* 0 alone: none may run */
		fill(s, b, "quorum", 1);
}

static void show_block(Show *s, const ConfigBlock *b);

static void show_inner(Show *s, const ConfigEntry *e)
{
	strbuf_add(s->out, " {\n");
	s->depth++;
	show_block(s, e->block);
	if (e->block->scope == SCOPE_GLOBAL)
		fill_global(s, e->block);
	else if (e->block->scope == SCOPE_INSTANCE && s->instance < s->vrrp->n_instances)
		fill_instance(s, e->block, &s->vrrp->instances[s->instance++]);
	else if (e->block->scope == SCOPE_SCRIPT)
		fill_script(s, e->block);
	else if (e->block->scope == SCOPE_TRACK_FILE || e->block->scope == SCOPE_PROCESS)
		fill_tracked(s, e->block);
	s->depth--;
	indent(s);
	strbuf_add(s->out, "}\n");
}

static void show_entry(Show *s, const ConfigEntry *e)
{
	indent(s);
	strbuf_add(s->out, e->keyword->name);
	if (e->keyword->kind == KIND_ITEMS || e->keyword->kind == KIND_BLOCK) {
		if (e->keyword->named) {
			strbuf_add(s->out, " ");
			show_word(s, &e->statement->words[1]);
		}
		if (e->block)
			show_inner(s, e);
		else
			show_items(s, e);
		return;
	}
	show_value(s, e);
	strbuf_add(s->out, "\n");
}

static bool is_empty(const ConfigBlock *b)
{
	for (const ConfigEntry *e = b->first; e; e = e->next)
		if (!e->gone)
			return false;
	return true;
}

/* Calls itself, by show_entry(), once for each level of blocks, which the table bounds. */
static void show_block(Show *s, const ConfigBlock *b)
{
	for (const ConfigEntry *e = b->first; e; e = e->next)
		if (!e->gone && !(e->block && !e->block->name && e->block->scope != SCOPE_GLOBAL &&
					is_empty(e->block)))
			show_entry(s, e);
}

void config_show(const Config *c, StrBuf *out)
{
	Show s = { .vrrp = &c->vrrp, .out = out };

	if (!c->model)
		return;
	if (!config_block_get(c->model, "global_defs")) {
		strbuf_add(out, "global_defs {\n");
		s.depth = 1;
		fill_global(&s, NULL);
		s.depth = 0;
		strbuf_add(out, "}\n");
	}
	show_block(&s, c->model);
}
