/* SPDX-License-Identifier: MIT */
#include "config/config_check.h"
#include "config/config_command.h"

static void rule_command(ConfigCheck *c, ConfigScriptDraft *s)
{
	const ConfigValue *v = &s->command;

	if (v->bad)
		return;
	if (config_missing(v)) {
		config_error(c->report, s->pos, "`%s` has no script", SHORT(s->name));
		config_hint(c->report, "add `script \"COMMAND\"`");
		return;
	}
	switch (config_command_split(v->text, c->arena, &s->argv, &s->argc)) {
	case COMMAND_OK: return;
	case COMMAND_EMPTY: config_error(c->report, v->pos, "the command is empty"); break;
	case COMMAND_QUOTE:
		config_error(c->report, v->pos, "a quote within this command is not closed");
		break;
	case COMMAND_NUL:
		config_error(c->report, v->pos, "a command cannot hold a NUL byte");
		break;
	case COMMAND_TOO_LONG:
		config_error(c->report, v->pos, "a command has at most %d words", LIMIT_ARGV);
		break;
	}
}

/* `sh -c TEXT`: the text may hold what it likes. */
static bool is_shell(const ConfigScriptDraft *s)
{
	static const char *const shells[] = { "sh", "bash", "dash", "ash", "ksh", "zsh" };
	const char *slash = strrchr(s->argv[0], '/');

	for (size_t i = 0; i < ARRAY_LEN(shells); i++)
		if (!strcmp(slash ? slash + 1 : s->argv[0], shells[i]))
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
static void rule_shell(ConfigCheck *c, ConfigScriptDraft *s)
{
	const bool shell = s->argv && is_shell(s);

	for (size_t i = 0; i < s->argc; i++) {
		const char *syntax = shell_syntax(s->argv[i], shell);

		if (!syntax)
			continue;
		config_warning(c->report, s->command.pos,
			"`%s` has no meaning here: no shell runs the command", syntax);
		config_hint(c->report, "write sh -c '...' or put the command into a script file");
		config_keepalived(c->report, KEEPALIVED_SILENT);
		return;
	}
}

static void rule_program(ConfigCheck *c, ConfigScriptDraft *s)
{
	const ConfigWorld *w = c->world;

	if (!s->argv || !w->has_program || w->has_program(w->data, s->argv[0]))
		return;
	config_warning(c->report, s->command.pos, "there is no program `%s` that could be run",
		SHORT(s->argv[0]));
	config_hint(c->report, "as long as it is missing, `%s` counts as failed", SHORT(s->name));
}

static void find_user(ConfigCheck *c, const ConfigValue *user, const ConfigValue *group,
	uint32_t *ret_uid, uint32_t *ret_gid)
{
	const ConfigWorld *w = c->world;

	if (w->find_user && !w->find_user(w->data, user->text, ret_uid, ret_gid))
		config_error(c->report, user->pos, "there is no user `%s`", SHORT(user->text));
	if (config_given(group) && w->find_group && !w->find_group(w->data, group->text, ret_gid))
		config_error(c->report, group->pos, "there is no group `%s`", SHORT(group->text));
}

/* behaviour 143 */
static void rule_global_user(ConfigCheck *c)
{
	ConfigGlobalDraft *g = &c->draft->global;
	const ConfigWorld *w = c->world;
	uint32_t uid, gid;

	if (config_given(&g->script_user)) {
		find_user(c, &g->script_user, &g->script_group, &g->script_uid, &g->script_gid);
	} else if (w->find_user && w->find_user(w->data, "keepalived_script", &uid, &gid)) {
		g->script_uid = uid;
		g->script_gid = gid;
	}
}

static void rule_user(ConfigCheck *c, ConfigScriptDraft *s)
{
	s->uid = c->draft->global.script_uid;
	s->gid = c->draft->global.script_gid;
	if (config_given(&s->user))
		find_user(c, &s->user, &s->group, &s->uid, &s->gid);
}

static void (*const script_rules[])(ConfigCheck *c, ConfigScriptDraft *s) = {
	rule_command,
	rule_shell,
	rule_program,
	rule_user,
};

void config_check_scripts(ConfigCheck *c)
{
	rule_global_user(c);
	vec_foreach(s, &c->draft->scripts)
		for (size_t n = 0; n < ARRAY_LEN(script_rules); n++)
			script_rules[n](c, *s);
}

static void no_such_script(ConfigCheck *c, const ConfigTrack *t)
{
	unsigned best = config_near_enough(t->name) + 1, distance;
	const char *near = NULL;

	config_error(c->report, t->pos, "there is no vrrp_script `%s`", SHORT(t->name));
	vec_foreach(s, &c->draft->scripts) {
		distance = config_distance(t->name, (*s)->name, best);
		if (distance < best) {
			best = distance;
			near = (*s)->name;
		}
	}
	if (near)
		config_hint(c->report, "did you mean `%s`?", SHORT(near));
	else
		config_hint(c->report, "define it above: `vrrp_script %s { script \"COMMAND\" }`",
			SHORT(t->name));
}

/* behaviour 119: keepalived does not find a script that is defined further down. */
void config_check_tracked(ConfigCheck *c, ConfigInstanceDraft *i)
{
	_cleanup_(map_free) Map seen = MAP_INIT(sizeof(uint32_t));
	size_t kept = 0;

	for (size_t n = 0; n < i->scripts.n; n++) {
		ConfigTrack *t = &i->scripts.items[n];
		ConfigScriptDraft *s;

		if (!config_names_get(&c->draft->script_names, t->name, &t->script)) {
			no_such_script(c, t);
			continue;
		}
		s = c->draft->scripts.items[t->script];
		s->used = true;
		if (map_get(&seen, &t->script, NULL)) {
			config_warning(c->report, t->pos,
				"`%s` is tracked already: this is left out", SHORT(t->name));
			continue;
		}
		map_put(&seen, &t->script, 0);
		if (s->pos.line > i->pos.line) {
			config_warning(c->report, t->pos,
				"`%s` is defined at line %u, below its use; keepalived would not "
				"track it",
				SHORT(t->name), s->pos.line);
			config_hint(c->report, "move the vrrp_script block above the instance");
		}
		i->scripts.items[kept++] = *t;
	}
	i->scripts.n = kept;
}

void config_check_unused(ConfigCheck *c)
{
	vec_foreach(p, &c->draft->scripts) {
		if ((*p)->used)
			continue;
		config_warning(c->report, (*p)->pos, "no instance tracks `%s`: it is not run",
			SHORT((*p)->name));
		config_hint(c->report, "name it in the `track_script` block of an instance");
		config_keepalived(c->report, KEEPALIVED_SILENT);
	}
}
