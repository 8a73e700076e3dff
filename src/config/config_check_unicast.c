/* SPDX-License-Identifier: MIT */
#include "config/config_check.h"

/* Where adverts go and come from, and where mail goes. */

bool config_means_unicast(const ConfigInstanceDraft *i)
{
	return config_given(&i->unicast_src_ip) || config_given(&i->unicast_ttl) ||
	       config_given(&i->check_unicast_src) || config_find(i->statement, "unicast_peer");
}

static void rule_no_peers(ConfigCheck *c, const ConfigInstanceDraft *i)
{
	const ConfigStatement *block = config_find(i->statement, "unicast_peer");
	const ConfigValue *const useless[] = { &i->unicast_ttl, &i->check_unicast_src };
	static const char *const keywords[] = { "unicast_ttl", "check_unicast_src" };

	for (size_t n = 0; n < ARRAY_LEN(useless); n++) {
		if (!config_given(useless[n]))
			continue;
		config_warning(c->report, useless[n]->pos,
			"`%s` has no meaning without a line in `unicast_peer`", keywords[n]);
		config_hint(c->report, "add `unicast_peer { ADDRESS }` or remove it");
	}
	if (!block || config_given(&i->unicast_src_ip))
		return; /* the source is told of in config_check_text.c */
	config_warning(c->report, block->pos, "`unicast_peer` names nobody: %s",
		config_given(&i->unicast_fault_no_peer) ? "FAULT, by unicast_fault_no_peer"
							: "adverts go by multicast");
	config_hint(c->report, "list the other machines: `unicast_peer { ADDRESS }`");
}

void config_check_unicast(ConfigCheck *c, ConfigInstanceDraft *i)
{
	if (!i->n_peers)
		rule_no_peers(c, i);
	if (!config_given(&i->track_src_ip) || !config_missing(&i->unicast_src_ip) ||
		!config_missing(&i->mcast_src_ip))
		return;
	config_warning(c->report, i->track_src_ip.pos,
		"`track_src_ip` has no meaning: no source address is given");
	config_hint(c->report, "add `%s ADDRESS`", i->n_peers ? "unicast_src_ip" : "mcast_src_ip");
	config_keepalived(c->report, KEEPALIVED_SILENT);
}

/* The first that wants mail; line 0: nobody. */
static SourcePos mail_wanted(const ConfigDraft *d)
{
	const ConfigMail *m = &d->global.mail;

	if (config_given(&m->alert_vrrp) && m->alert_vrrp.number)
		return m->alert_vrrp.pos;
	if (config_given(&m->alert) && m->alert.number)
		return m->alert.pos;
	vec_foreach(p, &d->instances)
		if (config_given(&(*p)->notify.mail) && (*p)->notify.mail.number)
			return (*p)->notify.mail.pos;
	vec_foreach(p, &d->named)
		if (config_given(&(*p)->notify.mail) && (*p)->notify.mail.number)
			return (*p)->notify.mail.pos;
	return (SourcePos){ 0 };
}

/* behaviour 141 */
void config_check_mail(ConfigCheck *c)
{
	const ConfigMail *m = &c->draft->global.mail;
	const SourcePos wanted = mail_wanted(c->draft);

	if (!wanted.line || m->server.bad || (m->to.n && config_given(&m->server)))
		return;
	config_warning(c->report, wanted, "no mail is sent: there is no %s in global_defs",
		m->to.n ? "smtp_server" : "notification_email");
	config_hint(c->report, "add `%s`",
		m->to.n ? "smtp_server HOST" : "notification_email { ADDRESS }");
	config_keepalived(c->report, KEEPALIVED_SILENT);
}
