/* SPDX-License-Identifier: MIT */
#include "vrrp/vrrp_engine.h"

/* Who hears of a change of state (behaviour 128 to 141): the script of that state, `notify` with four
 * more words, a line in each FIFO, mail; in this order. The texts of mails are keepalived's. */

enum { NOTIFY_MAIL_MORE_USEC = 30000000 }; /* for all after the connection */

/* An instance or a sync group. */
typedef struct NotifySubject {
	const VrrpNotifyConfig *config;
	JobKey key;
	const char *type, *name;
	uint8_t priority;
	VrrpState *mailed;
} NotifySubject;

static NotifySubject notify_instance(VrrpEngine *e, const VrrpRouter *r)
{
	return (NotifySubject){ .config = &r->config->notify,
		.key = { JOB_NOTIFY, r->id },
		.type = "INSTANCE",
		.name = r->config->name,
		.priority = r->priority,
		.mailed = &e->routers[r->id].mailed };
}

static NotifySubject notify_group(VrrpEngine *e, uint32_t group)
{
	VrrpGroup *g = &e->groups[group];

	return (NotifySubject){ .config = &g->config->notify,
		.key = { JOB_NOTIFY_GROUP, group },
		.type = "GROUP",
		.name = g->config->name,
		.mailed = &g->mailed }; /* the priority of a group is always 0 (behaviour 53) */
}

static void notify_run(JobKey key, const JobSpec *spec, Effects *out)
{
	effects_add(out, (Effect){ .kind = EFFECT_JOB, .job = { .key = key, .spec = spec } });
}

static const JobSpec *notify_script(const VrrpNotifyConfig *c, VrrpState state)
{
	switch (state) {
	case VRRP_MASTER: return c->master;
	case VRRP_BACKUP: return c->backup;
	case VRRP_FAULT: return c->fault;
	case VRRP_STOP: return c->stop;
	case VRRP_DELETED: return c->deleted;
	case VRRP_INIT: break;
	}
	return NULL;
}

/* `notify` gets four words more than were configured (behaviour 129). */
static const JobSpec *notify_any(const NotifySubject *s, const char *state, Effects *out)
{
	JobSpec *spec = arena_copy(&out->scratch, s->config->any, 1, sizeof(*spec));
	const char **argv;
	size_t n = 0;

	while (spec->argv[n])
		n++;
	argv = arena_alloc(&out->scratch, n + 5, sizeof(*argv));
	memcpy(argv, spec->argv, n * sizeof(*argv));
	argv[n] = s->type;
	argv[n + 1] = s->name;
	argv[n + 2] = state;
	argv[n + 3] = arena_printf(&out->scratch, "%u", s->priority);
	spec->argv = argv;
	return spec;
}

static void notify_fifo_effect(
	EffectKind kind, const VrrpFifoConfig *fifo, const char *line, Effects *out)
{
	effects_add(out, (Effect){ .kind = kind,
				 .fifo = { .path = fifo->path,
					 .uid = fifo->uid,
					 .gid = fifo->gid,
					 .line = line } });
}

/* Each line reaches both FIFOs (behaviour 137). */
static void notify_line(
	const VrrpEngine *e, const NotifySubject *s, const char *state, Effects *out)
{
	const char *line = NULL;

	for (size_t i = 0; i < VRRP_FIFOS; i++) {
		const VrrpFifoConfig *fifo = &e->config->fifos[i];

		if (!fifo->path)
			continue;
		if (!line)
			line = arena_printf(&out->scratch, "%s \"%s\" %s %u\n", s->type, s->name,
				state, s->priority);
		notify_fifo_effect(EFFECT_FIFO_LINE, fifo, line, out);
	}
}

/* What the mail program reads: what it must know, an empty line, the message. */
static void mail_text(const VrrpEngine *e, const NotifySubject *s, const char *state, StrBuf *text)
{
	const VrrpMailConfig *m = &e->config->mail;
	const bool v6 = strchr(m->host, ':');
	const bool group = s->key.kind == JOB_NOTIFY_GROUP;

	strbuf_printf(
		text, "url: smtp://%s%s%s:%u\n", v6 ? "[" : "", m->host, v6 ? "]" : "", m->port);
	if (m->helo)
		strbuf_printf(text, "helo: %s\n", m->helo);
	if (m->from)
		strbuf_printf(text, "from: %s\n", m->from);
	for (size_t i = 0; i < m->n_to; i++)
		strbuf_printf(text, "to: %s\n", m->to[i]);
	strbuf_printf(text, "timeout: %u\n\n", (unsigned)(m->timeout_usec / USEC_PER_SEC));
	if (m->from)
		strbuf_printf(text, "From: %s\n", m->from);
	strbuf_printf(text, "Subject: [%s] VRRP %s %s - Entering %s state\n",
		e->config->router_id ?: "regent", group ? "Group" : "Instance", s->name, state);
	strbuf_add(text, "To: ");
	for (size_t i = 0; i < m->n_to; i++)
		strbuf_printf(text, "%s%s", i ? ", " : "", m->to[i]);
	if (group)
		strbuf_printf(
			text, "\n\n=> All VRRP group instances are now in %s state <=\n", state);
	else
		strbuf_printf(text, "\n\n=> VRRP Instance is %s owning VRRP VIPs <=\n",
			strcmp(state, "MASTER") ? "no longer" : "now");
}

/* Not twice of the same state, even if one came between of which none was sent (behaviour 141). */
static void notify_mail(const VrrpEngine *e, const NotifySubject *s, VrrpState state, Effects *out)
{
	const VrrpMailConfig *m = &e->config->mail;
	_cleanup_(strbuf_free) StrBuf text = { 0 };
	const char **argv;
	JobSpec *spec;

	if (!s->config->mail || !m->host || !m->n_to || !m->program || *s->mailed == state ||
		(state == VRRP_FAULT && m->no_faults) || state == VRRP_STOP ||
		state == VRRP_DELETED)
		return;
	*s->mailed = state;
	mail_text(e, s, vrrp_state_name(state), &text);
	argv = arena_alloc(&out->scratch, 2, sizeof(*argv));
	argv[0] = m->program;
	spec = ARENA_NEW(&out->scratch, JobSpec);
	*spec = (JobSpec){ .name = m->host,
		.argv = argv,
		.timeout_usec = m->timeout_usec + NOTIFY_MAIL_MORE_USEC,
		.input = arena_strndup(&out->scratch, text.s, text.n),
		.input_len = text.n };
	notify_run((JobKey){ JOB_MAIL, 0 }, spec, out);
}

static void notify_tell(const VrrpEngine *e, const NotifySubject *s, VrrpState state, Effects *out)
{
	const JobSpec *script = notify_script(s->config, state);
	const char *name = vrrp_state_name(state);

	if (script)
		notify_run(s->key, script, out);
	if (s->config->any)
		notify_run(s->key, notify_any(s, name, out), out);
	notify_line(e, s, name, out);
	notify_mail(e, s, state, out);
}

/* Waiting for the first report of a tracker is no failure that anyone need hear of (behaviour 113),
 * unless we were told to be MASTER. */
static bool notify_silent(const VrrpRouter *r)
{
	return r->state == VRRP_FAULT && vrrp_fault_pending(r->cause.reason) &&
	       r->notified != VRRP_MASTER;
}

void vrrp_notify_state(VrrpEngine *e, const VrrpRouter *r, Effects *out)
{
	const NotifySubject s = notify_instance(e, r);

	/* STOP is told by vrrp_notify_stop(). */
	if (!e->running || r->state == r->notified || notify_silent(r))
		return;
	e->routers[r->id].notified = r->state;
	notify_tell(e, &s, r->state, out);
}

void vrrp_notify_group(VrrpEngine *e, uint32_t group, VrrpState state, Effects *out)
{
	const NotifySubject s = notify_group(e, group);

	e->groups[group].state = state;
	if (e->running)
		notify_tell(e, &s, state, out);
}

/* Only the FIFOs hear of it, as in keepalived 2.2.7. */
void vrrp_notify_priority(VrrpEngine *e, const VrrpRouter *r, Effects *out)
{
	const NotifySubject s = notify_instance(e, r);

	if (!e->running || !s.config->priority_changes)
		return;
	if (r->state == VRRP_MASTER)
		notify_line(e, &s, "MASTER_PRIORITY", out);
	else if (r->state == VRRP_BACKUP)
		notify_line(e, &s, "BACKUP_PRIORITY", out);
}

void vrrp_notify_lower_priority(VrrpEngine *e, const VrrpRouter *r, Effects *out)
{
	const NotifySubject s = notify_instance(e, r);

	if (s.config->master_rx_lower_pri)
		notify_run(s.key, s.config->master_rx_lower_pri, out);
	notify_line(e, &s, "MASTER_RX_LOWER_PRI", out);
}

void vrrp_notify_deleted(VrrpEngine *e, const VrrpRouter *r, Effects *out)
{
	const NotifySubject s = notify_instance(e, r);

	notify_tell(e, &s, s.config->has_deleted ? VRRP_DELETED : VRRP_FAULT, out);
}

static bool notify_is_state(VrrpState state)
{
	return state == VRRP_MASTER || state == VRRP_BACKUP || state == VRRP_FAULT;
}

void vrrp_notify_all_states(VrrpEngine *e, Effects *out)
{
	for (uint32_t i = 0; i < e->config->n_instances; i++) {
		const NotifySubject s = notify_instance(e, &e->routers[i]);

		if (notify_is_state(e->routers[i].state))
			notify_line(e, &s, vrrp_state_name(e->routers[i].state), out);
	}
	for (uint32_t i = 0; i < e->config->n_groups; i++) {
		const NotifySubject s = notify_group(e, i);

		if (notify_is_state(e->groups[i].state))
			notify_line(e, &s, vrrp_state_name(e->groups[i].state), out);
	}
}

static void notify_open(const VrrpFifoConfig *fifo, Effects *out)
{
	notify_fifo_effect(EFFECT_FIFO_OPEN, fifo, NULL, out);
}

static void notify_read(uint32_t i, const VrrpFifoConfig *fifo, Effects *out)
{
	if (fifo->reader)
		notify_run((JobKey){ JOB_FIFO_READER, i }, fifo->reader, out);
}

static void notify_read_no_more(uint32_t i, const VrrpFifoConfig *fifo, Effects *out)
{
	if (fifo->reader)
		effects_add(out, (Effect){ .kind = EFFECT_JOB_CANCEL,
					 .job = { .key = { JOB_FIFO_READER, i } } });
}

static bool notify_has_fifo(const VrrpConfig *c, const char *path)
{
	for (size_t i = 0; i < VRRP_FIFOS; i++)
		if (c->fifos[i].path && !strcmp(c->fifos[i].path, path))
			return true;
	return false;
}

static bool notify_same_reader(const VrrpFifoConfig *a, const VrrpFifoConfig *b)
{
	if (!a->path || !b->path || strcmp(a->path, b->path) != 0)
		return false;
	return a->reader && b->reader ? job_same(a->reader, b->reader) : a->reader == b->reader;
}

void vrrp_notify_reload(const VrrpEngine *e, const VrrpConfig *from, Effects *out)
{
	for (size_t i = 0; i < VRRP_FIFOS; i++) {
		const VrrpFifoConfig *was = &from->fifos[i], *is = &e->config->fifos[i];

		if (was->path && !notify_has_fifo(e->config, was->path))
			notify_fifo_effect(EFFECT_FIFO_CLOSE, was, NULL, out);
		if (is->path && !notify_has_fifo(from, is->path))
			notify_open(is, out);
	}
	for (uint32_t i = 0; i < VRRP_FIFOS; i++) {
		const VrrpFifoConfig *was = &from->fifos[i], *is = &e->config->fifos[i];

		if (notify_same_reader(was, is))
			continue;
		if (was->path)
			notify_read_no_more(i, was, out);
		if (is->path)
			notify_read(i, is, out);
	}
}

void vrrp_notify_start(VrrpEngine *e, Effects *out)
{
	for (uint32_t i = 0; i < VRRP_FIFOS; i++) {
		const VrrpFifoConfig *fifo = &e->config->fifos[i];

		if (!fifo->path)
			continue;
		notify_open(fifo, out);
		notify_read(i, fifo, out);
	}
}

/* Every instance, whatever its state, then the groups (behaviour 133). */
void vrrp_notify_stop(VrrpEngine *e, Effects *out)
{
	for (uint32_t i = 0; i < e->config->n_instances; i++) {
		const NotifySubject s = notify_instance(e, &e->routers[i]);

		notify_tell(e, &s, VRRP_STOP, out);
	}
	for (uint32_t i = 0; i < e->config->n_groups; i++) {
		const NotifySubject s = notify_group(e, i);

		notify_tell(e, &s, VRRP_STOP, out);
	}
	for (uint32_t i = 0; i < VRRP_FIFOS; i++) {
		const VrrpFifoConfig *fifo = &e->config->fifos[i];

		if (!fifo->path)
			continue;
		notify_fifo_effect(EFFECT_FIFO_CLOSE, fifo, NULL, out);
		notify_read_no_more(i, fifo, out);
	}
}

bool vrrp_notify_configured(const VrrpNotifyConfig *c)
{
	return c->master || c->backup || c->fault || c->stop || c->deleted || c->any ||
	       c->master_rx_lower_pri;
}

void vrrp_notify_status(
	const VrrpEngine *e, Instant now, VrrpJobStatus *jobs, const void *data, Status *out)
{
	Status *list = status_list(out, "fifos");

	for (uint32_t i = 0; i < VRRP_FIFOS; i++) {
		const VrrpFifoConfig *fifo = &e->config->fifos[i];
		Status *one;

		if (!fifo->path)
			continue;
		one = status_object(list, NULL);
		status_string(one, "path", fifo->path);
		if (fifo->reader)
			jobs(data, (JobKey){ JOB_FIFO_READER, i }, now,
				status_object(one, "reader"));
	}
	if (e->config->mail.host && e->config->mail.n_to)
		jobs(data, (JobKey){ JOB_MAIL, 0 }, now, status_object(out, "mail"));
}
