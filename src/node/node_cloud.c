/* SPDX-License-Identifier: MIT */
#include "node/node_cloud.h"

enum {
	CLOUD_JOB_SEC = 12, /* the program gives up after 10 */
	PROBE_AGAIN_SEC = 30,
	SCRIPT_NOT_OURS = 1,
	SCRIPT_BUSY = 75, /* EX_TEMPFAIL */
};

void node_cloud_init(NodeCloud *c, const VrrpConfig *config)
{
	*c = (NodeCloud){ 0 };
	for (size_t i = 0; i < config->n_instances; i++)
		c->n += (uint32_t)config->instances[i].n_floating;
	c->all = mem_alloc(c->n, sizeof(*c->all));
	c->n = 0;
	for (size_t i = 0; i < config->n_instances; i++)
		for (size_t k = 0; k < config->instances[i].n_floating; k++) {
			const FloatingConfig *f = &config->instances[i].floating[k];
			NodeFloating *to = &c->all[c->n++];

			to->config = f;
			to->again = INSTANT_NEVER;
			cloud_init(&to->controller, f, map_hash(f->address, strlen(f->address)));
		}
}

void node_cloud_free(NodeCloud *c)
{
	free(c->all);
	*c = (NodeCloud){ 0 };
}

static void cloud_trace(
	const NodeFloating *f, TraceReason reason, const char *text, const NodeCloudStep *s)
{
	effects_trace(
		s->effects, (TraceRecord){ .reason = reason,
				    .subject = s->vrrp->config->instances[f->config->owner].name,
				    .object = arena_strdup(&s->effects->scratch, text),
				    .ip = f->config->ip });
}

/* The words behind those of the configuration: what to do, the address, this machine. */
static const JobSpec *cloud_script(const CloudRequest *q, const NodeCloudStep *s)
{
	Arena *arena = &s->effects->scratch;
	JobSpec *spec = arena_copy(arena, q->config->script, 1, sizeof(*spec));
	const char **argv;
	size_t n = 0;

	while (spec->argv[n])
		n++;
	argv = arena_alloc(arena, n + 4, sizeof(*argv));
	memcpy(argv, spec->argv, n * sizeof(*argv));
	argv[n] = cloud_ask_name(q->ask);
	argv[n + 1] = q->config->address;
	argv[n + 2] = q->server;
	spec->argv = argv;
	spec->timeout_usec = CLOUD_JOB_SEC * USEC_PER_SEC;
	return spec;
}

static const JobSpec *cloud_program(const CloudRequest *q, const NodeCloudStep *s)
{
	Arena *arena = &s->effects->scratch;
	_cleanup_(strbuf_free) StrBuf text = { 0 };
	const char **argv = arena_alloc(arena, 2, sizeof(*argv));
	JobSpec *spec = ARENA_NEW(arena, JobSpec);

	cloud_request_write(q, &text);
	argv[0] = q->config->program ?: "regent-cloud";
	/* As root: it reads the token, then becomes nobody. */
	*spec = (JobSpec){ .name = q->config->address,
		.argv = argv,
		.timeout_usec = CLOUD_JOB_SEC * USEC_PER_SEC,
		.input = arena_strndup(arena, text.s, text.n),
		.input_len = text.n };
	return spec;
}

static void cloud_step_one(NodeCloud *c, uint32_t i, bool wanted, const NodeCloudStep *s)
{
	const JobKey key = { JOB_CLOUD, i };
	NodeFloating *f = &c->all[i];
	CloudRequest q;

	if (cloud_want(&f->controller, wanted, s->now)) {
		/* The next one waits in the runner until this has ended. */
		run_cancel(s->run, key, s->now, s->ops);
		cloud_forget(&f->controller, s->now);
	}
	if (cloud_ask(&f->controller, s->now, &q))
		(void)run_submit(s->run, key,
			f->config->script ? cloud_script(&q, s) : cloud_program(&q, s), s->now,
			s->ops);
}

static void cloud_step_probe(NodeFloating *f, bool wanted, const NodeCloudStep *s)
{
	if (wanted == f->probe && s->now < f->again)
		return;
	f->probe = wanted;
	f->again = INSTANT_NEVER;
	if (!wanted)
		f->error = 0;
	ops_add(s->ops,
		(Op){ .kind = OP_PROBE, .probe = { .port = f->config->port, .on = wanted } });
}

static uint8_t cloud_penalty(const NodeCloud *c, uint32_t router)
{
	unsigned sum = 0;

	for (uint32_t i = 0; i < c->n; i++)
		if (c->all[i].config->owner == router &&
			(c->all[i].controller.fault || c->all[i].error))
			sum += c->all[i].config->penalty;
	return (uint8_t)MIN(sum, 253u);
}

void node_cloud_step(NodeCloud *c, const NodeCloudStep *s)
{
	for (uint32_t i = 0; i < c->n; i++) {
		NodeFloating *f = &c->all[i];
		const uint32_t owner = f->config->owner;
		const bool wanted =
			s->vrrp->running && s->vrrp->routers[owner].state == VRRP_MASTER;

		if (f->config->provider == FLOATING_HEALTH_PORT)
			cloud_step_probe(f, wanted, s);
		else
			cloud_step_one(c, i, wanted, s);
		vrrp_engine_penalty(s->vrrp, owner, cloud_penalty(c, owner), s->now, s->effects);
	}
}

/* By its exit status (docs/cloud.md). */
static void cloud_read_script(const CloudController *c, const JobResult *r, CloudAnswer *a)
{
	_cleanup_free_ char *error = NULL;

	*a = (CloudAnswer){ .outcome = CLOUD_OK, .action = CLOUD_ACTION_DONE };
	if (r->end == JOB_EXITED && !r->code) {
		if (c->flying == CLOUD_OWNER)
			cloud_copy(a->id, sizeof(a->id), c->server, strlen(c->server));
		return;
	}
	if (r->end == JOB_EXITED && r->code == SCRIPT_NOT_OURS && c->flying == CLOUD_OWNER)
		return;
	error = job_error(r);
	a->outcome = r->end == JOB_EXITED && r->code == SCRIPT_BUSY ? CLOUD_BUSY : CLOUD_FAILED;
	cloud_copy(a->text, sizeof(a->text), error, strlen(error));
}

static void cloud_read(const NodeFloating *f, const JobResult *r, CloudAnswer *a)
{
	_cleanup_free_ char *error = NULL;

	if (f->config->script) {
		cloud_read_script(&f->controller, r, a);
	} else if (job_failed(r)) {
		error = job_error(r);
		*a = (CloudAnswer){ .outcome = CLOUD_FAILED };
		cloud_copy(a->text, sizeof(a->text), error, strlen(error));
	} else {
		cloud_answer_read(r->output ?: "", r->output_len, a);
	}
}

void node_cloud_result(NodeCloud *c, const RunResult *r, const NodeCloudStep *s)
{
	NodeFloating *f;
	CloudAnswer a;

	if (r->key.id >= c->n)
		return;
	f = &c->all[r->key.id];
	cloud_read(f, &r->result, &a);
	switch (cloud_answer(&f->controller, &a, s->now)) {
	case CLOUD_NEWS_NONE: break;
	case CLOUD_NEWS_ASSIGNING:
		cloud_trace(f, TRACE_FLOATING_ASSIGN, f->controller.owner, s);
		break;
	case CLOUD_NEWS_OURS: cloud_trace(f, TRACE_FLOATING_OURS, f->controller.server, s); break;
	case CLOUD_NEWS_LOST: cloud_trace(f, TRACE_FLOATING_LOST, f->controller.owner, s); break;
	case CLOUD_NEWS_FAULT: cloud_trace(f, TRACE_FLOATING_FAULT, f->controller.text, s); break;
	case CLOUD_NEWS_FAILED: cloud_trace(f, TRACE_FLOATING_FAILED, f->controller.text, s); break;
	}
}

void node_cloud_probe(NodeCloud *c, const EventOpFailed *failed, Instant now)
{
	for (uint32_t i = 0; i < c->n; i++) {
		NodeFloating *f = &c->all[i];

		if (f->config->provider != FLOATING_HEALTH_PORT ||
			f->config->port != failed->ifindex || !f->probe)
			continue;
		f->error = failed->error;
		f->again = failed->error ? instant_add(now, PROBE_AGAIN_SEC * USEC_PER_SEC)
					 : INSTANT_NEVER;
	}
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

static bool same_floating(const FloatingConfig *a, const FloatingConfig *b)
{
	return a->provider == b->provider && same_text(a->token_file, b->token_file) &&
	       same_text(a->url, b->url) && same_text(a->metadata_url, b->metadata_url) &&
	       same_text(a->ca_file, b->ca_file) && same_text(a->server, b->server) &&
	       same_text(a->id, b->id) && same_text(a->owner_url, b->owner_url) &&
	       same_text(a->owner_pointer, b->owner_pointer) &&
	       same_text(a->assign_url, b->assign_url) &&
	       same_text(a->assign_method, b->assign_method) &&
	       same_text(a->assign_body, b->assign_body) && a->port == b->port &&
	       (a->script ? b->script && job_same(a->script, b->script) : !b->script);
}

/* The calls count on: the provider has not forgotten them. */
static void adopt_one(NodeCloud *c, uint32_t i, const NodeFloating *old, const NodeCloudStep *s)
{
	NodeFloating *to = &c->all[i];
	CloudController fresh = to->controller;

	if (same_floating(to->config, old->config)) {
		to->controller = old->controller;
		to->controller.config = to->config;
		to->probe = old->probe;
		to->error = old->error;
		to->again = old->again;
		return;
	}
	memcpy(fresh.calls, old->controller.calls, sizeof(fresh.calls));
	fresh.call = old->controller.call;
	fresh.n_calls = old->controller.n_calls;
	fresh.n_assigns = old->controller.n_assigns;
	to->controller = fresh;
	run_cancel(s->run, (JobKey){ JOB_CLOUD, i }, s->now, s->ops);
}

static bool is_among(const NodeCloud *c, uint16_t port)
{
	for (uint32_t i = 0; i < c->n; i++)
		if (c->all[i].config->provider == FLOATING_HEALTH_PORT &&
			c->all[i].config->port == port && c->all[i].probe)
			return true;
	return false;
}

void node_cloud_adopt(
	NodeCloud *c, const NodeCloud *old, const VrrpReload *reload, const NodeCloudStep *s)
{
	_cleanup_free_ uint32_t *from = mem_alloc(c->n, sizeof(*from));

	for (uint32_t i = 0; i < c->n; i++) {
		const FloatingConfig *to = c->all[i].config;

		from[i] = RUN_ORPHAN;
		for (uint32_t k = 0; k < old->n; k++)
			if (reload->instances[to->owner] == old->all[k].config->owner &&
				ip_equal(&to->ip, &old->all[k].config->ip))
				from[i] = k;
	}
	run_adopt(s->run, JOB_CLOUD, from, c->n, s->now, s->ops);
	for (uint32_t i = 0; i < c->n; i++)
		if (from[i] != RUN_ORPHAN)
			adopt_one(c, i, &old->all[from[i]], s);
	for (uint32_t k = 0; k < old->n; k++)
		if (old->all[k].probe && !is_among(c, old->all[k].config->port))
			ops_add(s->ops, (Op){ .kind = OP_PROBE,
						.probe = { .port = old->all[k].config->port } });
}

Instant node_cloud_next_due(const NodeCloud *c)
{
	Instant due = INSTANT_NEVER;

	for (uint32_t i = 0; i < c->n; i++)
		due = MIN(due, MIN(c->all[i].again, cloud_due(&c->all[i].controller)));
	return due;
}

static void status_probe(const NodeFloating *f, Status *out)
{
	status_string(out, "state", f->error ? "fault" : f->probe ? "answering" : "closed");
	status_number(out, "port", f->config->port);
	if (!f->error)
		return;
	status_string(out, "error", strerrordesc_np(f->error) ?: "unknown error");
	status_string(out, "hint", "does another program listen on this port?");
}

static void status_controller(const CloudController *c, Instant now, Status *out)
{
	status_string(out, "state", cloud_state(c));
	status_string(out, "server", c->server);
	if (c->owner_known) {
		status_string(out, "owner", *c->owner ? c->owner : "nobody");
		status_bool(out, "ours", cloud_ours(c));
		status_milli(out, "checked", (int64_t)(instant_since(now, c->owner_at) / 1000));
	}
	if (c->active_known)
		status_bool(out, "active", c->active);
	status_number(out, "requests", (int64_t)c->n_calls);
	status_number(out, "assignments", (int64_t)c->n_assigns);
	if (*c->text)
		status_string(out, c->fault ? "error" : "last_error", c->text);
	if (cloud_hint(c))
		status_string(out, "hint", cloud_hint(c));
}

void node_cloud_status(const NodeCloud *c, const VrrpConfig *config, Instant now, Status *out)
{
	Status *list = c->n ? status_list(out, "floating_ips") : NULL;

	for (uint32_t i = 0; i < c->n; i++) {
		const NodeFloating *f = &c->all[i];
		Status *one = status_object(list, NULL);

		status_string(one, "address", f->config->address);
		status_string(one, "instance", config->instances[f->config->owner].name);
		status_string(one, "provider", floating_provider_name(f->config->provider));
		if (f->config->provider == FLOATING_HEALTH_PORT)
			status_probe(f, one);
		else
			status_controller(&f->controller, now, one);
	}
}
