/* SPDX-License-Identifier: MIT */
#include "config/config_check.h"
#include "config/config_command.h"

/* Habits of people, most of them right: notes, and what many files have is said once a file. */

typedef struct First {
	SourcePos pos; /* line 0: none */
	size_t n;
} First;

static void first_add(First *f, SourcePos pos)
{
	if (!f->n++)
		f->pos = pos;
}

/* Virtual addresses as they were written: the draft does not know whether there was a slash. */
static void count_lengths(const ConfigStatement *block, First *without)
{
	IpAddr ip;

	for (const ConfigStatement *s = block ? block->first : NULL; s; s = s->next)
		if (s->n_words && ip_parse(s->words[0].text, &ip) && ip.family == IP_V4)
			first_add(without, s->pos);
}

static void note_instances(ConfigCheck *c)
{
	First length = { 0 }, authentication = { 0 }, interval = { 0 }, state = { 0 };

	vec_foreach(p, &c->draft->instances) {
		const ConfigInstanceDraft *i = *p;

		count_lengths(config_find(i->statement, "virtual_ipaddress"), &length);
		count_lengths(config_find(i->statement, "virtual_ipaddress_excluded"), &length);
		if (config_version(c->draft, i) == 2 &&
			!config_find(i->statement, "authentication"))
			first_add(&authentication, i->pos);
		if (config_missing(&i->advert_int))
			first_add(&interval, i->pos);
		if (config_missing(&i->state))
			first_add(&state, i->pos);
	}
	if (length.n) {
		config_note(c->report, length.pos,
			"a virtual address without a prefix length gets /32 (%zu in this file)",
			length.n);
		config_hint(c->report, "write the length of the network if others need a route to "
				       "it, as in 192.0.2.1/24");
	}
	if (authentication.n) {
		config_note(c->report, authentication.pos,
			"no authentication: another virtual_router_id of the same number would mix "
			"with this one unnoticed");
		config_hint(c->report, "an `authentication` block tells groups apart; it keeps no "
				       "attacker out, the password is readable on the wire");
	}
	if (interval.n) {
		config_note(c->report, interval.pos, "no advert_int: one advert each second");
		config_hint(c->report,
			"`advert_int 1` says so; in version 2 it must be the same on all machines");
	}
	if (state.n) {
		config_note(c->report, state.pos, "no state: BACKUP, unless the priority is 255");
		config_hint(
			c->report, "`state BACKUP` says so; with nopreempt it should be written");
	}
}

/* Priorities that mean something else than many think. */
static void note_priority(ConfigCheck *c, const ConfigInstanceDraft *i)
{
	const bool master = config_given(&i->state) && i->state.number;
	const int64_t priority = config_priority(i);

	if (i->priority.bad)
		return;
	if (priority == VRRP_PRIORITY_OWNER) {
		config_note(c->report, config_given(&i->priority) ? i->priority.pos : i->state.pos,
			"%s says that this machine owns the addresses: it is master at once and "
			"always, no tracker changes that",
			config_given(&i->priority)
				? "priority 255"
				: "state MASTER without a priority means 255, which");
		config_hint(c->report, "give at most 254 unless the addresses are its own as well");
	} else if (master && priority <= 90) {
		config_note(c->report, i->priority.pos,
			"state MASTER does not make a master: the highest priority does, and this "
			"is %d",
			(int)priority);
		config_hint(c->report, "the other machines must have less");
	}
}

/* keepalived before 2.3 takes whole seconds only. */
static void note_whole_seconds(ConfigCheck *c, const char *keyword, const ConfigValue *v)
{
	if (!config_given(v) || !strchr(v->text, '.'))
		return;
	config_note(c->report, v->pos,
		"keepalived 2.2 takes only whole seconds for %s of a script and ignores %s",
		keyword, v->text);
	config_hint(c->report, "write a whole number if it shall read this file too");
	config_keepalived(c->report, KEEPALIVED_CONFIG);
}

/* Commands that are run: those of scripts that are usable, and notify. */
typedef struct Commands {
	First all, no_user;
} Commands;

static void script_command(ConfigCheck *c, const ConfigScriptDraft *s, Commands *commands)
{
	const char *program = s->command.argv ? s->command.argv[0] : NULL;
	const ConfigWorld *w = c->world;

	note_whole_seconds(c, "interval", &s->interval);
	note_whole_seconds(c, "timeout", &s->timeout);
	if (!program || (w->has_program && !w->has_program(w->data, program)))
		return;
	first_add(&commands->all, s->pos);
	if (config_missing(&s->command.user))
		first_add(&commands->no_user, s->pos);
	if (strchr(program, '/'))
		return;
	config_note(c->report, s->command.command.pos,
		"`%s` is looked up in PATH, that of the daemon", SHORT(program));
	config_hint(c->report, "write its whole path");
}

/* notify, notify_master and so on, but not notify_deleted, which takes no command. */
static void notify_commands(ConfigCheck *c, const ConfigStatement *block, Commands *commands)
{
	const ConfigWorld *w = c->world;
	const char *const *argv;
	size_t argc;

	for (const ConfigStatement *s = block->first; s; s = s->next) {
		if (s->n_words < 2 || s->bad || strncmp(s->words[0].text, "notify", 6) ||
			!strcmp(s->words[0].text, "notify_priority_changes") ||
			config_command_split(s->words[1].text, c->arena, &argv, &argc) !=
				COMMAND_OK)
			continue;
		if (w->has_program && !w->has_program(w->data, argv[0]))
			continue; /* keepalived takes it out without a word */
		first_add(&commands->all, s->pos);
		if (s->n_words == 2)
			first_add(&commands->no_user, s->pos);
	}
}

static void fifo_readers(ConfigCheck *c, Commands *commands)
{
	const ConfigWorld *w = c->world;

	for (size_t i = 0; i < VRRP_FIFOS; i++) {
		const ConfigCommand *reader = &c->draft->global.fifos[i].reader;

		if (!reader->argv || (w->has_program && !w->has_program(w->data, reader->argv[0])))
			continue;
		first_add(&commands->all, reader->command.pos);
		if (config_missing(&reader->user))
			first_add(&commands->no_user, reader->command.pos);
	}
}

/* behaviour 143 to 146 */
static void note_security(ConfigCheck *c, const Commands *commands, bool security)
{
	const ConfigWorld *w = c->world;
	uint32_t uid, gid;
	const bool user = !config_missing(&c->draft->global.script_user) ||
			  (w->find_user && w->find_user(w->data, "keepalived_script", &uid, &gid));

	if (commands->all.n && !security) {
		config_note(c->report, commands->all.pos,
			"scripts are run but enable_script_security is not set");
		config_hint(c->report, "write `enable_script_security` into global_defs: then no "
				       "script is run as root that others could change");
		config_keepalived(c->report, KEEPALIVED_SECURITY);
	}
	if (!commands->no_user.n || user || security)
		return;
	config_note(c->report, commands->no_user.pos,
		"scripts are run as root, since there is no script_user");
	config_hint(c->report, "write `script_user USER` into global_defs, or name a user here");
}

/* keepalived ignores a brace too many: what stands behind it counts. */
static bool has_security(const ConfigStatement *global)
{
	if (config_find(global, "enable_script_security"))
		return true;
	for (const ConfigStatement *s = global->first; s; s = s->next)
		if (!s->n_words && config_find(s, "enable_script_security"))
			return true;
	return false;
}

void config_check_notes(ConfigCheck *c)
{
	Commands commands = { 0 };
	bool security = false;

	note_instances(c);
	vec_foreach(i, &c->draft->instances)
		note_priority(c, *i);
	vec_foreach(s, &c->draft->scripts)
		script_command(c, *s, &commands);
	fifo_readers(c, &commands);
	for (const ConfigStatement *s = c->root->first; s; s = s->next) {
		const char *keyword = s->n_words ? s->words[0].text : "";

		if (!strcmp(keyword, "global_defs"))
			security |= has_security(s);
		else if (!strcmp(keyword, "vrrp_instance") || !strcmp(keyword, "vrrp_sync_group"))
			notify_commands(c, s, &commands);
	}
	note_security(c, &commands, security);
}
