/* SPDX-License-Identifier: MIT */
#include "node/node.h"

#include "node/node_cloud.h"

#include <errno.h>

struct Node {
	const VrrpConfig *config;
	LinkTable links;
	VrrpEngine vrrp;
	AddrManager addrs;
	Announcer announcer;
	Run run;
	NodeCloud cloud;
	Effects effects;
	Ops ops;
	Ops later;   /* for the end of the step: what is said of what was done in it */
	bool resync; /* engines wait until all was told anew */
	bool stopping;
};

static void node_own(AddrManager *addrs, const VrrpConfig *config)
{
	addr_manager_init(addrs, config->n_instances);
	for (uint32_t i = 0; i < config->n_instances; i++)
		addr_manager_own(addrs, i, config->instances[i].vips, config->instances[i].n_vips);
}

Node *node_new(const VrrpConfig *config)
{
	Node *n = NEW(Node);

	n->config = config;
	vrrp_engine_init(&n->vrrp, config, &n->links);
	node_own(&n->addrs, config);
	announcer_init(&n->announcer, &n->addrs, &n->links);
	node_cloud_init(&n->cloud, config);
	return n;
}

void node_set_notify_timeout(Node *n, Span timeout_usec)
{
	n->run.lane_timeout_usec = timeout_usec;
}

void node_free(Node *n)
{
	if (!n)
		return;
	announcer_free(&n->announcer);
	addr_manager_free(&n->addrs);
	vrrp_engine_free(&n->vrrp);
	run_free(&n->run);
	node_cloud_free(&n->cloud);
	effects_free(&n->effects);
	vec_free(&n->ops.list);
	vec_free(&n->later.list);
	link_table_free(&n->links);
	free(n);
}

static void node_send(Node *n, OpKind kind, const EffectSend *s)
{
	ops_add(&n->ops, (Op){ .kind = kind,
				 .send = { .owner = s->owner,
					 .ifindex = s->ifindex,
					 .dst = s->dst,
					 .bytes = s->bytes,
					 .len = s->len,
					 .n = s->n } });
}

static void node_trace(Node *n, TraceRecord t)
{
	ops_add(&n->ops, (Op){ .kind = OP_TRACE, .trace = t });
}

static void node_fifo(Node *n, OpKind kind, const FifoOp *fifo)
{
	ops_add(&n->later, (Op){ .kind = kind, .fifo = *fifo });
}

/* Of whom a notification speaks; NULL: of one that the configuration does not have any more. */
static const char *node_notifier(const Node *n, JobKey key)
{
	if (key.kind == JOB_NOTIFY && key.id < n->config->n_instances)
		return n->config->instances[key.id].name;
	if (key.kind == JOB_NOTIFY_GROUP && key.id < n->config->n_groups)
		return n->config->groups[key.id].name;
	return NULL;
}

static void node_job(Node *n, JobKey key, const JobSpec *spec, Instant now)
{
	const bool later = key.kind == JOB_FIFO_READER;
	const char *awaited = run_submit(&n->run, key, spec, now, later ? &n->later : &n->ops);

	if (awaited)
		node_trace(n, (TraceRecord){ .reason = TRACE_NOTIFY_DROPPED,
				      .subject = node_notifier(n, key),
				      .object = arena_strdup(&n->effects.scratch, awaited) });
}

/* The world hears of a change when it is there: addresses first, then FIFOs, then programs. */
static void node_tell(Node *n, Instant now)
{
	vec_foreach(op, &n->later.list)
		ops_add(&n->ops, *op);
	vec_clear(&n->later.list);
	if (!addr_manager_busy(&n->addrs))
		run_step(&n->run, now, &n->ops);
}

static void node_lower_one(Node *n, const Effect *e, Instant now)
{
	switch (e->kind) {
	case EFFECT_ADVERT: node_send(n, OP_SEND_IP, &e->send); break;
	case EFFECT_WILL: node_send(n, OP_WILL, &e->send); break;
	case EFFECT_LISTEN:
		ops_add(&n->ops, (Op){ .kind = OP_LISTEN,
					 .listen = { .ifindex = e->listen.ifindex,
						 .group = e->listen.group,
						 .off = e->listen.off } });
		break;
	case EFFECT_ADDR_WANT:
		addr_manager_want(&n->addrs, e->addr_want.owner, e->addr_want.on);
		if (!e->addr_want.on)
			announcer_stop(&n->announcer, e->addr_want.owner);
		break;
	case EFFECT_ANNOUNCE:
		announcer_start(&n->announcer, e->announce.owner, &e->announce.plan, now);
		break;
	case EFFECT_JOB: node_job(n, e->job.key, e->job.spec, now); break;
	case EFFECT_JOB_CANCEL: run_cancel(&n->run, e->job.key, now, &n->ops); break;
	case EFFECT_WATCH_FILE:
		ops_add(&n->ops, (Op){ .kind = OP_WATCH_FILE, .watch_file = e->watch_file });
		break;
	case EFFECT_WATCH_PROCESSES:
		ops_add(&n->ops,
			(Op){ .kind = OP_WATCH_PROCESSES, .watch_processes = e->watch_processes });
		break;
	case EFFECT_WATCH_PID:
		ops_add(&n->ops, (Op){ .kind = OP_WATCH_PID, .watch_pid = e->watch_pid });
		break;
	case EFFECT_FIFO_OPEN: node_fifo(n, OP_FIFO_OPEN, &e->fifo); break;
	case EFFECT_FIFO_CLOSE: node_fifo(n, OP_FIFO_CLOSE, &e->fifo); break;
	case EFFECT_FIFO_LINE: node_fifo(n, OP_FIFO_LINE, &e->fifo); break;
	case EFFECT_TRACE: node_trace(n, e->trace); break;
	}
}

static void node_lower(Node *n, Instant now)
{
	vec_foreach(e, &n->effects.list)
		node_lower_one(n, e, now);
	vec_clear(&n->effects.list);
}

/* The engines look at what has changed on a link; not while the picture is incomplete. */
static void node_look(Node *n, const char *link, Instant now)
{
	if (!n->resync)
		vrrp_engine_link(&n->vrrp, link, now, &n->effects);
}

static void node_link_gone(Node *n, uint32_t ifindex, Instant now)
{
	Link *l = link_by_index(&n->links, ifindex);
	char *name;

	if (!l)
		return;
	name = arena_strdup(&n->effects.scratch, l->name); /* the trace outlives the entry */
	link_table_del(&n->links, l);
	addr_manager_link(&n->addrs, name, 0);
	if (vrrp_engine_uses_link(&n->vrrp, name))
		node_trace(n, (TraceRecord){ .reason = TRACE_LINK_GONE, .object = name });
	node_look(n, name, now);
}

static void node_link(Node *n, const Link *seen, Instant now)
{
	const Link *before = link_by_index(&n->links, seen->ifindex);
	bool was_up;
	const Link *l;

	/* To a configuration, which speaks of names, a renamed link is another one; and so is one
	 * that was deleted and made anew while its end was not reported. */
	if (before && strcmp(before->name, seen->name) != 0)
		node_link_gone(n, seen->ifindex, now);
	before = link_by_name(&n->links, seen->name);
	if (before && before->ifindex != seen->ifindex) {
		node_link_gone(n, before->ifindex, now);
		before = NULL;
	}
	was_up = before && before->up;
	l = link_table_set(&n->links, seen);
	if (!l)
		return;
	addr_manager_link(&n->addrs, l->name, l->ifindex);
	if (n->vrrp.running && was_up != l->up && vrrp_engine_uses_link(&n->vrrp, l->name))
		node_trace(n, (TraceRecord){ .reason = l->up ? TRACE_LINK_UP : TRACE_LINK_DOWN,
				      .object = l->name });
	node_look(n, l->name, now);
}

static void node_addr_lost(Node *n, uint32_t entry, Instant now)
{
	const AddrSpec *spec = n->addrs.entries.items[entry].spec;

	node_trace(n,
		(TraceRecord){ .reason = TRACE_ADDR_REMOVED, .ip = spec->ip, .object = spec->dev });
	for (uint32_t i = 0; i < n->addrs.n_owners; i++)
		if (addr_manager_owner_wants(&n->addrs, i, entry))
			vrrp_engine_addr_lost(&n->vrrp, i, spec, now, &n->effects);
}

static void node_addr(Node *n, const EventAddr *a, bool present, Instant now)
{
	Link *l = link_by_index(&n->links, a->ifindex);
	uint32_t entry;

	if (!l)
		return;
	switch (addr_manager_seen(&n->addrs, a, present, &entry)) {
	case ADDR_MANAGED: break;
	case ADDR_FOREIGN:
		if (present)
			link_add_addr(l, &a->ip, a->prefix_len);
		else
			link_del_addr(l, &a->ip, a->prefix_len);
		node_look(n, l->name, now);
		break;
	case ADDR_LOST: node_addr_lost(n, entry, now); break;
	}
}

static void node_resync(Node *n)
{
	n->resync = true;
	vec_foreach(l, &n->links.links) {
		l->stale = true;
		vec_clear(&l->addrs);
	}
	addr_manager_resync(&n->addrs);
}

/* Everything was told: what was not is gone. */
static void node_ready(Node *n, Instant now)
{
	if (!n->resync) {
		vrrp_engine_start(&n->vrrp, now, &n->effects);
		return;
	}
	n->resync = false;
	for (size_t i = n->links.links.n; i-- > 0;)
		if (n->links.links.items[i].stale)
			node_link_gone(n, n->links.links.items[i].ifindex, now);
	for (uint32_t entry = 0; addr_manager_next_stale(&n->addrs, &entry); entry++)
		node_addr_lost(n, entry, now);
	vec_foreach(l, &n->links.links)
		node_look(n, l->name, now);
}

/* A notification that fails changes nothing else. */
static void node_notify_failed(Node *n, const RunResult *r)
{
	static const TraceReason reasons[] = {
		[JOB_EXITED] = TRACE_NOTIFY_EXIT,
		[JOB_SIGNALED] = TRACE_NOTIFY_SIGNAL,
		[JOB_TIMEOUT] = TRACE_NOTIFY_TIMEOUT,
		[JOB_NOT_RUN] = TRACE_NOTIFY_NOT_RUN,
	};

	if (job_failed(&r->result))
		node_trace(n, (TraceRecord){ .reason = reasons[r->result.end],
				      .subject = node_notifier(n, r->key),
				      .object = arena_strdup(&n->effects.scratch, r->name),
				      .a = r->result.code });
}

static void node_mail_failed(Node *n, const RunResult *r)
{
	_cleanup_free_ char *error = NULL;

	if (!job_failed(&r->result))
		return;
	error = job_error(&r->result);
	node_trace(n, (TraceRecord){ .reason = TRACE_MAIL_FAILED,
			      .subject = arena_strdup(&n->effects.scratch, r->name),
			      .object = arena_strdup(&n->effects.scratch, error) });
}

static void node_reader_ended(Node *n, const RunResult *r)
{
	node_trace(n, (TraceRecord){ .reason = TRACE_READER_ENDED,
			      .subject = arena_strdup(&n->effects.scratch, r->name),
			      .object = n->config->fifos[r->key.id].path,
			      .a = r->result.code });
}

static NodeCloudStep node_cloud(Node *n, Instant now)
{
	return (NodeCloudStep){ &n->vrrp, &n->run, &n->effects, &n->ops, now };
}

static void node_result(Node *n, const RunResult *r, Instant now)
{
	NodeCloudStep cloud;

	switch ((JobKind)r->key.kind) {
	case JOB_CHECK:
		vrrp_engine_check_done(&n->vrrp, r->key.id, &r->result, now, &n->effects);
		break;
	case JOB_NOTIFY:
	case JOB_NOTIFY_GROUP: node_notify_failed(n, r); break;
	case JOB_FIFO_READER: node_reader_ended(n, r); break;
	case JOB_MAIL: node_mail_failed(n, r); break;
	case JOB_CLOUD:
		cloud = node_cloud(n, now);
		node_cloud_result(&n->cloud, r, &cloud);
		break;
	}
}

static void node_op_failed(Node *n, const EventOpFailed *f, Instant now)
{
	static const TraceReason reasons[] = {
		[OP_FAILED_ADDR_ADD] = TRACE_ADDR_ADD_FAILED,
		[OP_FAILED_ADDR_DEL] = TRACE_ADDR_DEL_FAILED,
		[OP_FAILED_LISTEN] = TRACE_LISTEN_FAILED,
		[OP_FAILED_SEND] = TRACE_SEND_FAILED,
		[OP_FAILED_FIFO] = TRACE_FIFO_FAILED,
		[OP_FAILED_FILE] = TRACE_FILE_FAILED,
		[OP_FAILED_PROBE] = TRACE_PROBE_FAILED,
	};
	const Link *l = link_by_index(&n->links, f->ifindex);
	TraceReason reason;

	if (f->what == OP_FAILED_PROBE) {
		node_cloud_probe(&n->cloud, f, now);
		if (f->error)
			node_trace(n, (TraceRecord){ .reason = reasons[f->what],
					      .a = f->ifindex,
					      .object = strerrordesc_np(f->error) });
		return;
	}
	if (f->what == OP_FAILED_FIFO || f->what == OP_FAILED_FILE) {
		reason = f->error ? reasons[f->what] : TRACE_FIFO_AGAIN;
		if (f->what == OP_FAILED_FIFO && f->error == EEXIST)
			reason = TRACE_FIFO_OTHER;
		node_trace(n, (TraceRecord){ .reason = reason, .subject = f->path, .a = f->error });
		return;
	}
	if (f->what == OP_FAILED_LISTEN)
		vrrp_engine_deaf(&n->vrrp, f->ifindex, &f->ip, now, &n->effects);
	else if (f->what != OP_FAILED_SEND && addr_manager_failed(&n->addrs, f))
		return;
	if (f->what == OP_FAILED_SEND && f->ip.family != IP_NONE)
		reason = f->error ? TRACE_SEND_PEER_FAILED : TRACE_SEND_PEER_AGAIN;
	else
		reason = f->error ? reasons[f->what] : TRACE_SEND_AGAIN;
	node_trace(n, (TraceRecord){ .reason = reason,
			      .object = l ? l->name : NULL,
			      .ip = f->ip,
			      .a = f->error });
}

static void node_timer(Node *n, Instant now)
{
	RunResult result;

	while (run_timer(&n->run, now, &n->ops, &result))
		node_result(n, &result, now);
	vrrp_engine_timer(&n->vrrp, now, &n->effects);
}

/* Told again, it goes on stopping: what waits now are last words. */
static void node_stop(Node *n, Instant now)
{
	if (n->stopping)
		return;
	n->stopping = true;
	run_stop(&n->run, now);
	vrrp_engine_stop(&n->vrrp, now, &n->effects);
}

static void node_event(Node *n, const Event *event)
{
	const Instant now = event->now;
	RunResult result;

	switch (event->kind) {
	case EVENT_TIMER: node_timer(n, now); break;
	case EVENT_LINK: node_link(n, &event->link, now); break;
	case EVENT_LINK_GONE: node_link_gone(n, event->link.ifindex, now); break;
	case EVENT_ADDR: node_addr(n, &event->addr, true, now); break;
	case EVENT_ADDR_GONE: node_addr(n, &event->addr, false, now); break;
	case EVENT_READY: node_ready(n, now); break;
	case EVENT_RESYNC: node_resync(n); break;
	case EVENT_PACKET: vrrp_engine_packet(&n->vrrp, &event->packet, now, &n->effects); break;
	case EVENT_JOB_DONE:
		if (run_done(&n->run, &event->job_done, now, &n->ops, &result))
			node_result(n, &result, now);
		break;
	case EVENT_FILE: vrrp_engine_file(&n->vrrp, &event->file, now, &n->effects); break;
	case EVENT_PROCESS: vrrp_engine_process(&n->vrrp, &event->process, now, &n->effects); break;
	case EVENT_PROCESS_GONE:
		vrrp_engine_process_gone(&n->vrrp, event->process.pid, now, &n->effects);
		break;
	case EVENT_PROCESSES_TOLD: vrrp_engine_processes_told(&n->vrrp, now, &n->effects); break;
	case EVENT_OP_FAILED: node_op_failed(n, &event->op_failed, now); break;
	case EVENT_STOP: node_stop(n, now); break;
	}
}

/* A step that repeats does not allocate; an outsized one (the start, a link with a thousand
 * routers) does not keep its memory for ever. */
static void node_reset(Node *n)
{
	if (n->ops.list.cap > LIMIT_STEP_KEEP)
		vec_free(&n->ops.list);
	if (n->effects.list.cap > LIMIT_STEP_KEEP)
		vec_free(&n->effects.list);
	if (n->later.list.cap > LIMIT_STEP_KEEP)
		vec_free(&n->later.list);
	vec_clear(&n->ops.list);
	arena_reset(&n->effects.scratch);
}

/* After the engines, since it looks at their states; its own effects are lowered at once. */
static void node_cloud_now(Node *n, Instant now)
{
	const NodeCloudStep s = node_cloud(n, now);

	if (!n->cloud.n)
		return;
	node_cloud_step(&n->cloud, &s);
	node_lower(n, now);
}

const Ops *node_step(Node *n, const Event *event)
{
	node_reset(n);
	node_event(n, event);
	node_lower(n, event->now);
	node_cloud_now(n, event->now);
	addr_manager_step(&n->addrs, &n->ops);
	/* Neighbours are told of an address when it is there. */
	if (!addr_manager_busy(&n->addrs))
		announcer_step(&n->announcer, event->now, &n->ops, &n->effects.scratch);
	node_tell(n, event->now);
	return &n->ops;
}

/* The manager of a new configuration learns which links there are, and that an address on one of
 * them is no stranger any more. */
static void node_know_links(AddrManager *addrs, LinkTable *links)
{
	vec_foreach(l, &links->links) {
		addr_manager_link(addrs, l->name, l->ifindex);
		for (size_t i = l->addrs.n; i-- > 0;) {
			const LinkAddr a = l->addrs.items[i];
			const EventAddr seen = {
				.ifindex = l->ifindex, .ip = a.ip, .prefix_len = a.prefix_len
			};
			uint32_t entry;

			if (addr_manager_seen(addrs, &seen, true, &entry) == ADDR_MANAGED)
				link_del_addr(l, &a.ip, a.prefix_len);
		}
	}
}

static void node_reload_addrs(Node *n, const VrrpReload *reload, Instant now)
{
	const VrrpConfig *c = reload->to;
	AddrManager old = n->addrs;
	Announcer announcer = n->announcer;

	node_own(&n->addrs, c);
	node_know_links(&n->addrs, &n->links);
	addr_manager_adopt(&n->addrs, &old, &n->ops);
	announcer_init(&n->announcer, &n->addrs, &n->links);
	for (uint32_t i = 0; i < c->n_instances; i++)
		if (reload->instances[i] != VRRP_NEW)
			announcer_adopt(&n->announcer, i, &announcer, reload->instances[i],
				&c->instances[i].garp, now);
	announcer_free(&announcer);
	addr_manager_free(&old);
}

static void node_reload_jobs(Node *n, const VrrpReload *reload, Instant now)
{
	const VrrpConfig *c = reload->to;

	run_adopt(&n->run, JOB_CHECK, reload->scripts, c->n_scripts, now, &n->ops);
	run_adopt(&n->run, JOB_NOTIFY, reload->told, c->n_instances, now, &n->ops);
	run_adopt(&n->run, JOB_NOTIFY_GROUP, reload->groups, c->n_groups, now, &n->ops);
}

static void node_reload_cloud(Node *n, const VrrpReload *reload, Instant now)
{
	const NodeCloudStep s = node_cloud(n, now);
	NodeCloud old = n->cloud;

	node_cloud_init(&n->cloud, reload->to);
	node_cloud_adopt(&n->cloud, &old, reload, &s);
	node_cloud_free(&old);
}

const Ops *node_reload(Node *n, const VrrpConfig *config, Instant now)
{
	_cleanup_(arena_free) Arena arena = { 0 };
	const VrrpReload reload = vrrp_reload_match(n->config, config, &arena);
	VrrpEngine old = n->vrrp;

	node_reset(n);
	vrrp_engine_retire(&old, &reload, now, &n->effects);
	node_lower(n, now); /* still with the old indexes */
	n->config = config;
	node_reload_jobs(n, &reload, now);
	node_reload_addrs(n, &reload, now);
	node_reload_cloud(n, &reload, now);
	vrrp_engine_init(&n->vrrp, config, &n->links);
	vrrp_engine_adopt(&n->vrrp, &old, &reload, now, &n->effects);
	node_lower(n, now);
	node_cloud_now(n, now);
	node_trace(n, (TraceRecord){ .reason = TRACE_RELOADED });
	addr_manager_settle(&n->addrs);
	addr_manager_step(&n->addrs, &n->ops);
	node_tell(n, now);
	vrrp_engine_free(&old);
	return &n->ops;
}

Instant node_next_due(Node *n)
{
	Instant due = vrrp_engine_next_due(&n->vrrp);

	if (addr_manager_busy(&n->addrs))
		return 0;
	due = MIN(due, announcer_next_due(&n->announcer));
	due = MIN(due, node_cloud_next_due(&n->cloud));
	return MIN(due, run_next_due(&n->run));
}

bool node_stopped(const Node *n)
{
	return n->stopping && run_idle(&n->run) && !addr_manager_busy(&n->addrs);
}

static bool node_has_addr(const void *data, uint32_t owner, size_t i)
{
	const Node *n = data;

	return addr_manager_present(&n->addrs, owner, i);
}

static void node_job_status(const void *data, JobKey key, Instant now, Status *out)
{
	const Node *n = data;

	run_status(&n->run, key, now, out);
}

void node_status(Node *n, Instant now, Status *out)
{
	vrrp_engine_status(&n->vrrp, now, node_has_addr, node_job_status, n, out);
	node_cloud_status(&n->cloud, n->config, now, out);
}

void node_dump(const Node *n, VrrpDumpKind kind, const VrrpDumpTime *time, StrBuf *out)
{
	const VrrpDump dump = {
		.engine = &n->vrrp, .time = *time, .has_addr = node_has_addr, .data = n
	};

	switch (kind) {
	case VRRP_DUMP_DATA: vrrp_dump_data(&dump, out); break;
	case VRRP_DUMP_STATS: vrrp_dump_stats(&n->vrrp, out); break;
	case VRRP_DUMP_JSON: vrrp_dump_json(&dump, out); break;
	}
}

void node_stats_clear(Node *n)
{
	vrrp_stats_clear(&n->vrrp);
}
