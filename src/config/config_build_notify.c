/* SPDX-License-Identifier: MIT */
#include "config/config_build.h"
#include "config/config_value.h"

/* Who is told of a change of state. */

const JobSpec *config_build_job(const ConfigCommand *from, const char *last, Arena *arena)
{
	JobSpec *job;

	if (!from->argv || from->disabled)
		return NULL;
	job = ARENA_NEW(arena, JobSpec);
	*job = (JobSpec){
		.name = from->argv[0],
		.argv = from->argv,
		.uid = from->uid,
		.gid = from->gid,
		.groups = from->groups,
		.n_groups = from->n_groups,
		.outlived = true,
	};
	if (last) {
		const char **argv = arena_alloc(arena, from->argc + 2, sizeof(*argv));

		memcpy(argv, from->argv, from->argc * sizeof(*argv));
		argv[from->argc] = last;
		job->argv = argv;
	}
	return job;
}

void config_build_notify(const ConfigDraft *d, const ConfigNotify *from, const VrrpMailConfig *mail,
	Arena *arena, VrrpNotifyConfig *to)
{
	const ConfigGlobalDraft *g = &d->global;

	*to = (VrrpNotifyConfig){
		.master = config_build_job(&from->master, NULL, arena),
		.backup = config_build_job(&from->backup, NULL, arena),
		.fault = config_build_job(&from->fault, NULL, arena),
		.stop = config_build_job(&from->stop, NULL, arena),
		.deleted = config_build_job(&from->deleted, NULL, arena),
		.any = config_build_job(&from->any, NULL, arena),
		.master_rx_lower_pri = config_build_job(&from->master_rx_lower_pri, NULL, arena),
		.has_deleted = config_given(&from->deleted.command),
		.priority_changes =
			config_build_number(&from->priority_changes, &g->priority_changes, false),
	};
	to->mail = mail->host && mail->n_to &&
		   config_build_number(&from->mail, &g->mail.alert_vrrp,
			   config_build_number(&g->mail.alert, NULL, false));
}

void config_build_fifos(const ConfigDraft *d, Arena *arena, VrrpConfig *to)
{
	for (size_t i = 0; i < VRRP_FIFOS; i++) {
		const ConfigFifo *from = &d->global.fifos[i];

		if (!config_given(&from->path))
			continue;
		to->fifos[i] = (VrrpFifoConfig){
			.path = from->path.text,
			.uid = from->uid,
			.gid = from->gid,
			.reader = config_build_job(&from->reader, from->path.text, arena),
		};
	}
	to->fifo_states_on_reload = config_given(&d->global.fifo_states_on_reload);
}

enum { SMTP_PORT = 25, SMTP_TIMEOUT = 30 };

/* As 2.2.7 sends it: without a server nothing, from root at this machine. */
void config_build_mail(
	const ConfigDraft *d, const ConfigWorld *world, Arena *arena, VrrpMailConfig *to)
{
	const ConfigMail *from = &d->global.mail;
	const ConfigStatement *s = from->server.statement;
	const char *host = world->host_name ? world->host_name(world->data, arena) : "";
	_cleanup_(strbuf_free) StrBuf sender = { 0 };
	int64_t port = SMTP_PORT;

	if (!*host)
		host = "localhost";
	strbuf_printf(&sender, "root@%s", host);
	if (config_given(&from->server) && s->n_words > 2)
		(void)config_parse_number(s->words[2].text, &port);
	*to = (VrrpMailConfig){
		.host = config_given(&from->server) ? from->server.text : NULL,
		.port = (uint16_t)port,
		.helo = config_given(&from->helo) ? from->helo.text : host,
		.from = config_given(&from->from) ? from->from.text
						  : arena_strdup(arena, strbuf_text(&sender)),
		.to = arena_copy(arena, from->to.items, from->to.n, sizeof(*from->to.items)),
		.n_to = from->to.n,
		.timeout_usec = (Span)config_build_number(&from->timeout, NULL, SMTP_TIMEOUT) *
				USEC_PER_SEC,
		.no_faults = config_given(&from->no_faults),
	};
}
