/* SPDX-License-Identifier: MIT */
#include "config/config_check.h"
#include "config/config_command.h"

/* Commands: those of scripts, of notify keywords, and readers of a FIFO. What their words are, whom
 * they run as, and whether they may be run (behaviour 143 to 148). */

typedef struct Command {
	ConfigCommand *of;
	const char *script; /* the name of the vrrp_script; NULL: it is none */
} Command;

static void rule_words(ConfigCheck *c, const Command *cmd)
{
	ConfigCommand *of = cmd->of;
	const SourcePos pos = of->command.pos;

	switch (config_command_split(of->command.text, c->arena, &of->argv, &of->argc)) {
	case COMMAND_OK: return;
	case COMMAND_EMPTY: config_error(c->report, pos, "the command is empty"); break;
	case COMMAND_QUOTE:
		config_error(c->report, pos, "a quote within this command is not closed");
		break;
	case COMMAND_NUL: config_error(c->report, pos, "a command cannot hold a NUL byte"); break;
	case COMMAND_TOO_LONG:
		config_error(c->report, pos, "a command has at most %d words", LIMIT_ARGV);
		break;
	}
}

/* `sh -c TEXT`: the text may hold what it likes. */
static bool is_shell(const ConfigCommand *of)
{
	static const char *const shells[] = { "sh", "bash", "dash", "ash", "ksh", "zsh" };
	const char *slash = strrchr(of->argv[0], '/');

	for (size_t i = 0; i < ARRAY_LEN(shells); i++)
		if (!strcmp(slash ? slash + 1 : of->argv[0], shells[i]))
			return true;
	return false;
}

/* What in this word only a shell would understand; NULL: nothing. */
static const char *shell_syntax(const char *word, bool shell)
{
	static const char *const whole[] = { "|", "||", "&", "&&", ";", "(", ")", "2>&1", ">&2" };
	static const char *const start[] = { ">", "<", "2>", "1>", "&>" };
	const size_t n = strlen(word);

	for (size_t i = 0; i < ARRAY_LEN(whole); i++)
		if (!strcmp(word, whole[i]))
			return word;
	for (size_t i = 0; i < ARRAY_LEN(start); i++)
		if (!strncmp(word, start[i], strlen(start[i])))
			return start[i];
	if (shell)
		return NULL;
	if (n && word[n - 1] == ';')
		return ";";
	return strstr(word, "$(") ? "$(" : strchr(word, '`') ? "`" : NULL;
}

/* No shell is run. keepalived does not warn of it (a mistake in 2.4 % of real files). */
static void rule_shell(ConfigCheck *c, const Command *cmd)
{
	const bool shell = is_shell(cmd->of);

	for (size_t i = 0; i < cmd->of->argc; i++) {
		const char *syntax = shell_syntax(cmd->of->argv[i], shell);

		if (!syntax)
			continue;
		config_warning(c->report, cmd->of->command.pos,
			"`%s` has no meaning here: no shell runs the command", syntax);
		config_hint(c->report, "write sh -c '...' or put the command into a script file");
		config_keepalived(c->report, KEEPALIVED_SILENT);
		return;
	}
}

static void rule_program(ConfigCheck *c, const Command *cmd)
{
	const ConfigWorld *w = c->world;
	const char *program = cmd->of->argv[0];

	if (!w->has_program || w->has_program(w->data, program))
		return;
	config_warning(c->report, cmd->of->command.pos,
		"there is no program `%s` that could be run", SHORT(program));
	if (cmd->script) {
		config_hint(c->report, "as long as it is missing, `%s` counts as failed",
			SHORT(cmd->script));
	} else {
		config_hint(c->report, "as long as it is missing, nobody is told");
		config_keepalived(c->report, KEEPALIVED_SILENT);
	}
}

/* Without a notify script all goes on, so that it alone is left out, as in 2.2.7. */
static bool no_such(ConfigCheck *c, const char *what, const ConfigValue *v, bool notify)
{
	if (!notify) {
		config_error(c->report, v->pos, "there is no %s `%s`", what, SHORT(v->text));
		return false;
	}
	config_warning(
		c->report, v->pos, "this is not run: there is no %s `%s`", what, SHORT(v->text));
	config_keepalived(c->report, KEEPALIVED_SILENT);
	return false;
}

/* False after having reported that there is no such user. */
static bool find_user(ConfigCheck *c, const ConfigValue *user, const ConfigValue *group,
	bool notify, uint32_t *ret_uid, uint32_t *ret_gid)
{
	const ConfigWorld *w = c->world;
	bool good = true;

	if (w->find_user && !w->find_user(w->data, user->text, ret_uid, ret_gid))
		good = no_such(c, "user", user, notify);
	if (config_given(group) && w->find_group && !w->find_group(w->data, group->text, ret_gid))
		good = no_such(c, "group", group, notify);
	return good;
}

static const uint32_t *groups_of(ConfigCheck *c, const char *user, uint32_t gid, size_t *ret_n)
{
	const ConfigValue *wanted = &c->draft->global.supplementary_groups;
	const ConfigWorld *w = c->world;

	*ret_n = 0;
	if (!w->user_groups || (config_given(wanted) && !wanted->number))
		return NULL;
	return w->user_groups(w->data, user, gid, c->arena, ret_n);
}

/* behaviour 143 */
static void global_user(ConfigCheck *c)
{
	ConfigGlobalDraft *g = &c->draft->global;
	const ConfigWorld *w = c->world;
	const char *name = "keepalived_script";
	uint32_t uid = 0, gid = 0;

	if (!config_missing(&g->script_user)) {
		g->has_script_user = true;
		name = g->script_user.text;
		if (g->script_user.bad ||
			!find_user(c, &g->script_user, &g->script_group, false, &uid, &gid))
			return;
	} else if (!w->find_user || !w->find_user(w->data, name, &uid, &gid)) {
		return;
	}
	g->has_script_user = true;
	g->script_uid = uid;
	g->script_gid = gid;
	g->script_groups = groups_of(c, name, gid, &g->n_script_groups);
}

static void rule_user(ConfigCheck *c, const Command *cmd)
{
	const ConfigGlobalDraft *g = &c->draft->global;
	ConfigCommand *of = cmd->of;

	of->uid = g->script_uid;
	of->gid = g->script_gid;
	of->groups = g->script_groups;
	of->n_groups = g->n_script_groups;
	if (config_missing(&of->user))
		return;
	if (find_user(c, &of->user, &of->group, cmd->script == NULL, &of->uid, &of->gid))
		of->groups = groups_of(c, of->user.text, of->gid, &of->n_groups);
	else
		of->disabled = true;
}

static const char *who(const Command *cmd)
{
	return cmd->script ?: cmd->of->argv[0];
}

static const char *consequence(const Command *cmd)
{
	return cmd->script ? "is not run and counts as failed" : "is not run";
}

/* behaviour 144, 145 */
static void rule_security(ConfigCheck *c, const Command *cmd)
{
	const ConfigGlobalDraft *g = &c->draft->global;
	const ConfigWorld *w = c->world;
	ConfigCommand *of = cmd->of;
	const char *why, *mend = "";

	if (!config_given(&g->script_security) || of->disabled)
		return;
	if (config_missing(&of->user) && !g->has_script_user) {
		of->disabled = true;
		config_warning(c->report, of->command.pos,
			"`%s` %s: with enable_script_security a user must be named, even root",
			SHORT(who(cmd)), consequence(cmd));
		config_hint(c->report,
			"write `script_user USER` into global_defs, or name a user for this one");
		return;
	}
	why = w->unsafe_component
		      ? w->unsafe_component(w->data, of->argv[0], of->uid, c->arena, &mend)
		      : NULL;
	if (!why)
		return;
	of->disabled = true;
	config_warning(c->report, of->command.pos, "`%s` %s: it would run as root, but %s",
		SHORT(who(cmd)), consequence(cmd), why);
	config_hint(c->report, "run `%s`, or let it run as another user", mend);
}

static void (*const rules[])(ConfigCheck *c, const Command *cmd) = {
	rule_shell,
	rule_program,
	rule_user,
	rule_security,
};

static void check_command(ConfigCheck *c, ConfigCommand *of, const char *script)
{
	const Command cmd = { of, script };

	if (!config_given(&of->command) || !of->command.text)
		return;
	rule_words(c, &cmd);
	for (size_t n = 0; of->argv && n < ARRAY_LEN(rules); n++)
		rules[n](c, &cmd);
}

static void check_notify(ConfigCheck *c, ConfigNotify *n)
{
	ConfigCommand *const all[] = { &n->master, &n->backup, &n->fault, &n->stop, &n->deleted,
		&n->any, &n->master_rx_lower_pri };

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		check_command(c, all[i], NULL);
}

/* behaviour 139; the FIFO belongs to whom scripts run as unless it says. */
static void check_fifo(ConfigCheck *c, ConfigFifo *f)
{
	f->uid = c->draft->global.script_uid;
	f->gid = c->draft->global.script_gid;
	if (config_given(&f->user))
		(void)find_user(c, &f->user, &f->group, false, &f->uid, &f->gid);
	check_command(c, &f->reader, NULL);
	if (!config_given(&f->reader.command) || !config_missing(&f->path))
		return;
	config_warning(c->report, f->reader.command.pos, "there is no FIFO that this could read");
	config_hint(c->report, "name one in global_defs: `%s PATH`",
		f == c->draft->global.fifos ? "notify_fifo" : "vrrp_notify_fifo");
	config_keepalived(c->report, KEEPALIVED_SILENT);
}

void config_check_commands(ConfigCheck *c)
{
	ConfigDraft *d = c->draft;

	global_user(c);
	vec_foreach(p, &d->scripts) {
		if (config_missing(&(*p)->command.command)) {
			config_error(c->report, (*p)->pos, "`%s` has no script", SHORT((*p)->name));
			config_hint(c->report, "add `script \"COMMAND\"`");
		}
		check_command(c, &(*p)->command, (*p)->name);
	}
	for (size_t i = 0; i < VRRP_FIFOS; i++)
		check_fifo(c, &d->global.fifos[i]);
	vec_foreach(p, &d->instances) {
		check_notify(c, &(*p)->notify);
		for (ConfigFloatingDraft *f = (*p)->floating; f; f = f->next)
			check_command(c, &f->script, NULL);
	}
	vec_foreach(p, &d->named)
		check_notify(c, &(*p)->notify);
}
