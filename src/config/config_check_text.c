/* SPDX-License-Identifier: MIT */
#include "config/config_check.h"

/* Rules over the text as it was written: what the draft does not hold any more, or not yet. */

const ConfigStatement *config_find(const ConfigStatement *block, const char *keyword)
{
	const ConfigStatement *found = NULL;

	for (const ConfigStatement *s = block->first; s; s = s->next)
		if (s->n_words && !s->bad && !strcmp(s->words[0].text, keyword))
			found = s;
	return found;
}

ConfigPeers config_peers(const ConfigInstanceDraft *i)
{
	ConfigPeers peers = { .block = config_find(i->statement, "unicast_peer") };

	for (const ConfigStatement *s = peers.block ? peers.block->first : NULL; s; s = s->next)
		peers.n++;
	return peers;
}

bool config_source_addr(const ConfigInstanceDraft *i, ConfigSourceAddr *ret_source)
{
	const ConfigStatement *s = config_find(i->statement, "unicast_src_ip");
	ConfigSourceAddr source;

	if (!s || s->n_words < 2)
		s = config_find(i->statement, "mcast_src_ip");
	if (!s || s->n_words < 2 || !ip_parse(s->words[1].text, &source.ip))
		return false;
	source.pos = s->words[1].pos;
	*ret_source = source;
	return true;
}

static void rule_cut_password(ConfigCheck *c, const ConfigStatement *s)
{
	if (s->n_words < 2 || !s->words[1].cut || strcmp(s->words[0].text, "auth_pass"))
		return;
	config_warning(c->report, s->words[1].pos,
		"the password ends before the `#` or `!`, which starts a comment");
	config_hint(c->report, "put the password into double quotes, on all machines");
	config_keepalived(c->report, KEEPALIVED_SILENT);
}

/* What a heredoc or a template left: \"text\" outside of a command comes as a word that is a
 * backslash; in a command the quote becomes a letter. */
static void rule_escaped_quote(ConfigCheck *c, const ConfigStatement *s)
{
	for (size_t n = 0; n < s->n_words; n++) {
		const ConfigWord *w = &s->words[n];
		const size_t len = strlen(w->text);
		const bool plain =
			n + 1 < s->n_words && len && w->text[len - 1] == '\\' && w[1].quoted;

		if (!plain && !(n == 1 && !w->quoted && *w->text == '"'))
			continue;
		config_warning(c->report, w->pos, "`\\\"` does not begin a quoted text");
		config_hint(c->report, "write the quotes without backslashes");
		config_keepalived(c->report, KEEPALIVED_SILENT);
		return;
	}
}

static const struct {
	const char *name, *text, *hint;
} old_words[] = {
	{ "nb_get_retry", "`nb_get_retry` is the old name of `retry`", "write `retry N`" },
	{ "lvs_method", "`lvs_method` is the old name of `lb_kind`", "write `lb_kind METHOD`" },
	{ "lvs_sched", "`lvs_sched` is the old name of `lb_algo`", "write `lb_algo SCHEDULER`" },
	{ "nat_mask", "keepalived knows no `nat_mask` since version 2", "remove the line" },
};

const char *config_gone(const char *word)
{
	static const struct {
		const char *word, *hint;
	} gone[] = {
		{ "lvs_id", "it was renamed in version 1.1: write `router_id NAME`" },
		{ "nat_mask", "keepalived knows it no more since version 2: remove the line" },
		{ "debug", "it has no meaning any more: remove the line" },
	};

	for (size_t n = 0; n < ARRAY_LEN(gone); n++)
		if (!strcmp(word, gone[n].word))
			return gone[n].hint;
	return NULL;
}

/* Of load balancing nothing is read, but what keepalived would say of these is known. */
static void rule_old_word(ConfigCheck *c, const ConfigStatement *s)
{
	for (size_t n = 0; n < ARRAY_LEN(old_words); n++) {
		if (strcmp(s->words[0].text, old_words[n].name))
			continue;
		config_warning(c->report, s->pos, "%s", old_words[n].text);
		config_hint(c->report, "%s", old_words[n].hint);
		if (!strncmp(old_words[n].name, "lvs_", 4))
			config_keepalived(c->report, KEEPALIVED_SILENT);
	}
}

static void (*const statement_rules[])(ConfigCheck *c, const ConfigStatement *s) = {
	rule_cut_password,
	rule_escaped_quote,
};

/* Calls itself once for each level of blocks: LIMIT_CONFIG_DEPTH bounds them. */
static void check_block(ConfigCheck *c, const ConfigStatement *block, bool balancing)
{
	for (const ConfigStatement *s = block->first; s; s = s->next) {
		if (s->n_words && !s->bad && balancing)
			rule_old_word(c, s);
		else if (s->n_words && !s->bad)
			for (size_t n = 0; n < ARRAY_LEN(statement_rules); n++)
				statement_rules[n](c, s);
		check_block(c, s,
			balancing || (block == c->root && s->n_words &&
					     !strncmp(s->words[0].text, "virtual_server", 14)));
	}
}

static void rule_unicast_source(ConfigCheck *c, ConfigInstanceDraft *i, const ConfigPeers *peers)
{
	const ConfigStatement *src = config_find(i->statement, "unicast_src_ip");
	const ConfigStatement *mcast = config_find(i->statement, "mcast_src_ip");

	if (src && !peers->n && config_given(&i->unicast_fault_no_peer)) {
		config_warning(c->report, src->pos,
			"without a line in `unicast_peer`, `%s` stays in FAULT, by "
			"unicast_fault_no_peer",
			SHORT(i->name));
		config_hint(c->report, "add `unicast_peer { ADDRESS }`");
		config_keepalived(c->report, KEEPALIVED_SILENT);
	} else if (src && !peers->n) {
		config_warning(c->report, src->pos,
			"without a line in `unicast_peer`, adverts go by multicast");
		config_hint(c->report, "add `unicast_peer { ADDRESS }` or write `mcast_src_ip`");
	} else if (mcast && peers->n && !src) {
		config_warning(c->report, mcast->pos,
			"adverts go to the peers: `mcast_src_ip` stands for `unicast_src_ip`");
		config_hint(c->report, "write `unicast_src_ip`");
		config_keepalived(c->report, KEEPALIVED_SILENT);
	} else if (mcast && src) {
		config_warning(c->report, mcast->pos,
			"`mcast_src_ip` and `unicast_src_ip` are the same setting: the last "
			"counts");
		config_hint(c->report, "remove one of the two");
		config_keepalived(c->report, KEEPALIVED_SILENT);
	} else if (peers->n && !src) {
		config_note(c->report, peers->block->pos,
			"without unicast_src_ip, adverts come from the first address of the "
			"interface");
		config_hint(
			c->report, "`unicast_src_ip ADDRESS` says which the other node expects");
	}
}

static void rule_unicast_peers(ConfigCheck *c, ConfigInstanceDraft *i, const ConfigPeers *peers)
{
	_cleanup_(map_free) Map vips = MAP_INIT(sizeof(IpAddr));
	ConfigSourceAddr source = { 0 };
	IpAddr ip;

	if (!peers->n)
		return;
	(void)config_source_addr(i, &source);
	vec_foreach(a, &i->vips)
		map_put(&vips, &a->spec.ip, 0);
	for (const ConfigStatement *s = peers->block->first; s; s = s->next) {
		if (!s->n_words || !ip_parse(s->words[0].text, &ip))
			continue;
		if (ip_equal(&ip, &source.ip)) {
			config_warning(c->report, s->pos,
				"%s is the address of this machine: it is no peer",
				s->words[0].text);
			config_hint(c->report, "name the other machines only");
		} else if (map_get(&vips, &ip, NULL)) {
			config_warning(c->report, s->pos,
				"%s is a virtual address of `%s`: it is no peer, it moves",
				s->words[0].text, SHORT(i->name));
			config_hint(c->report, "name the own addresses of the other machines");
		} else {
			continue;
		}
		config_keepalived(c->report, KEEPALIVED_SILENT);
	}
}

/* A flag with an optional on or off. */
static bool is_on(const ConfigStatement *s)
{
	static const char *const off[] = { "off", "false", "no" };

	for (size_t n = 0; s && s->n_words > 1 && n < ARRAY_LEN(off); n++)
		if (!strcmp(s->words[1].text, off[n]))
			return false;
	return s;
}

/* behaviour 94 to 97 */
static void rule_strict(ConfigCheck *c, ConfigInstanceDraft *i, const ConfigPeers *peers,
	const ConfigStatement *global)
{
	const ConfigStatement *own = config_find(i->statement, "strict_mode"), *auth;
	const bool owner = config_priority(i) == VRRP_PRIORITY_OWNER;

	if (!is_on(own ? own : global))
		return;
	auth = config_find(i->statement, "authentication");
	if (auth) {
		config_warning(c->report, auth->pos,
			"vrrp_strict does not go with authentication: keepalived leaves it out");
		config_hint(c->report, "remove vrrp_strict, or authentication on all machines");
	}
	if (peers->n) {
		config_warning(
			c->report, peers->block->pos, "vrrp_strict does not go with unicast");
		config_hint(c->report, "remove vrrp_strict");
		config_keepalived(c->report, KEEPALIVED_SILENT);
	}
	if (config_wants_master(i) != owner) {
		config_warning(c->report, config_given(&i->state) ? i->state.pos : i->pos,
			"vrrp_strict wants state MASTER with priority 255 and no other: keepalived "
			"takes state %s",
			owner ? "MASTER" : "BACKUP");
		config_hint(c->report, "remove vrrp_strict, or write `state %s`",
			owner ? "MASTER" : "BACKUP");
	}
}

void config_check_text(ConfigCheck *c)
{
	const ConfigStatement *strict = NULL;

	for (const ConfigStatement *s = c->root->first; s; s = s->next) {
		const ConfigStatement *found = NULL;

		if (s->n_words && !strcmp(s->words[0].text, "global_defs"))
			found = config_find(s, "vrrp_strict");
		strict = found ? found : strict;
	}
	check_block(c, c->root, false);
	vec_foreach(p, &c->draft->instances) {
		const ConfigPeers peers = config_peers(*p);

		rule_unicast_source(c, *p, &peers);
		rule_unicast_peers(c, *p, &peers);
		rule_strict(c, *p, &peers, strict);
	}
}
