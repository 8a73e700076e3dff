/* SPDX-License-Identifier: MIT */
#include "sim/sim_world.h"

#include "sim/sim_watch.h"

#include <signal.h>

enum { SIM_WIRE_USEC = 100 }; /* from one machine to the other */

typedef struct SimAddr {
	uint32_t ifindex;
	IpAddr ip;
	uint8_t prefix_len;
} SimAddr;

typedef struct SimLink {
	Link link;
	bool cut;
} SimLink;

/* What OP_LISTEN asked for. */
typedef struct SimEar {
	uint32_t ifindex;
	IpAddr to; /* a group, or an address of the machine */
} SimEar;

typedef struct SimProgram {
	const char *name;
	int exit_status;
	Span takes_usec;
} SimProgram;

typedef struct SimMachine {
	const char *name;
	const VrrpConfig *config;
	Node *node;    /* NULL: the daemon does not run */
	uint32_t life; /* counts the daemon's lives: what was meant for an earlier one is lost */
	VEC(SimLink) links;
	VEC(SimAddr) addrs;
	VEC(SimEar) ears;
	VEC(SimProgram) programs;
	SimWatch watch;
} SimMachine;

/* Something that reaches a machine at a time. */
typedef struct SimEvent {
	Instant at;
	uint64_t order; /* of two at the same time the earlier made comes first */
	size_t machine;
	uint32_t life;
	Event event;
	uint8_t *bytes; /* owned, for a packet */
} SimEvent;

struct SimWorld {
	SimLog *log;
	void *data;
	Instant now;
	uint64_t order;
	VEC(SimMachine) machines;
	VEC(SimEvent) queue;
	uint32_t last_ifindex;
};

static void sim_step(SimWorld *w, size_t machine, Event event);

SimWorld *sim_new(SimLog *log, void *data)
{
	SimWorld *w = NEW(SimWorld);

	w->log = log;
	w->data = data;
	return w;
}

void sim_free(SimWorld *w)
{
	vec_foreach(m, &w->machines) {
		node_free(m->node);
		vec_free(&m->links);
		vec_free(&m->addrs);
		vec_free(&m->ears);
		vec_free(&m->programs);
		sim_watch_free(&m->watch);
	}
	vec_foreach(e, &w->queue)
		free(e->bytes);
	vec_free(&w->queue);
	vec_free(&w->machines);
	free(w);
}

Instant sim_now(const SimWorld *w)
{
	return w->now;
}

static SimMachine *sim_machine(const SimWorld *w, size_t machine)
{
	assert(machine < w->machines.n);
	return &w->machines.items[machine];
}

static SimLink *sim_link_by_name(SimMachine *m, const char *name)
{
	vec_foreach(l, &m->links)
		if (!strcmp(l->link.name, name))
			return l;
	return NULL;
}

size_t sim_add(SimWorld *w, const char *name, const VrrpConfig *config)
{
	vec_push(&w->machines, ((SimMachine){ .name = name, .config = config }));
	return w->machines.n - 1;
}

static void sim_queue(SimWorld *w, Instant at, size_t machine, Event event, const uint8_t *bytes)
{
	SimEvent e = { .at = at,
		.order = w->order++,
		.machine = machine,
		.life = sim_machine(w, machine)->life,
		.event = event };

	if (bytes)
		e.bytes = memcpy(mem_alloc(event.packet.len, 1), bytes, event.packet.len);
	vec_push(&w->queue, e);
}

void sim_link(SimWorld *w, size_t machine, const char *name, bool up)
{
	SimMachine *m = sim_machine(w, machine);
	SimLink *l = sim_link_by_name(m, name);

	if (!l) {
		l = vec_add(&m->links);
		l->link = (Link){ .ifindex = ++w->last_ifindex,
			.mtu = 1500,
			.hw = { 2, 0, 0, 0, (uint8_t)machine, (uint8_t)w->last_ifindex } };
		memcpy(l->link.name, name, MIN(strlen(name), sizeof(l->link.name) - 1));
	}
	l->link.up = up;
	sim_step(w, machine, (Event){ .kind = EVENT_LINK, .link = l->link });
}

void sim_link_gone(SimWorld *w, size_t machine, const char *name)
{
	SimMachine *m = sim_machine(w, machine);
	SimLink *l = sim_link_by_name(m, name);
	const Link gone = l->link;

	for (size_t i = m->addrs.n; i-- > 0;)
		if (m->addrs.items[i].ifindex == gone.ifindex)
			m->addrs.items[i] = m->addrs.items[--m->addrs.n];
	for (size_t i = m->ears.n; i-- > 0;)
		if (m->ears.items[i].ifindex == gone.ifindex)
			m->ears.items[i] = m->ears.items[--m->ears.n];
	*l = m->links.items[--m->links.n];
	sim_step(w, machine, (Event){ .kind = EVENT_LINK_GONE, .link = gone });
}

/* True when that changed something. */
static bool sim_kernel_addr(SimMachine *m, const SimAddr *a, bool present)
{
	for (size_t i = 0; i < m->addrs.n; i++) {
		SimAddr *have = &m->addrs.items[i];

		if (have->ifindex != a->ifindex || !ip_equal(&have->ip, &a->ip) ||
			have->prefix_len != a->prefix_len)
			continue;
		if (!present)
			*have = m->addrs.items[--m->addrs.n];
		return !present;
	}
	if (present)
		vec_push(&m->addrs, *a);
	return present;
}

static Event sim_addr_event(const SimAddr *a, bool present, bool self)
{
	return (Event){ .kind = present ? EVENT_ADDR : EVENT_ADDR_GONE,
		.addr = { .ifindex = a->ifindex,
			.ip = a->ip,
			.prefix_len = a->prefix_len,
			.self = self } };
}

void sim_addr(SimWorld *w, size_t machine, const char *link, const IpAddr *ip, uint8_t prefix_len,
	bool present)
{
	SimMachine *m = sim_machine(w, machine);
	const SimAddr a = { .ifindex = sim_link_by_name(m, link)->link.ifindex,
		.ip = *ip,
		.prefix_len = prefix_len };

	if (sim_kernel_addr(m, &a, present))
		sim_step(w, machine, sim_addr_event(&a, present, false));
}

void sim_cut(SimWorld *w, size_t machine, const char *link, bool cut)
{
	sim_link_by_name(sim_machine(w, machine), link)->cut = cut;
}

void sim_program(SimWorld *w, size_t machine, const char *name, int exit_status, Span takes_usec)
{
	SimMachine *m = sim_machine(w, machine);
	const SimProgram p = { name, exit_status, takes_usec };

	vec_foreach(have, &m->programs)
		if (!strcmp(have->name, name)) {
			*have = p;
			return;
		}
	vec_push(&m->programs, p);
}

void sim_file(SimWorld *w, size_t machine, const char *path, const char *text)
{
	Event event;

	if (sim_watch_set_file(&sim_machine(w, machine)->watch, path, text, &event))
		sim_step(w, machine, event);
}

void sim_process(
	SimWorld *w, size_t machine, int32_t pid, const char *comm, const char *const *argv)
{
	Event event;

	if (sim_watch_set_process(&sim_machine(w, machine)->watch, pid, comm, argv, &event))
		sim_step(w, machine, event);
}

void sim_process_end(SimWorld *w, size_t machine, int32_t pid)
{
	Event event;

	if (sim_watch_end(&sim_machine(w, machine)->watch, pid, &event))
		sim_step(w, machine, event);
}

void sim_packet(SimWorld *w, size_t machine, const char *link, const uint8_t *bytes, size_t len)
{
	const SimLink *l = sim_link_by_name(sim_machine(w, machine), link);

	sim_step(w, machine,
		(Event){ .kind = EVENT_PACKET,
			.packet = { .ifindex = l->link.ifindex, .bytes = bytes, .len = len } });
}

static void sim_listen(SimMachine *m, const Op *op)
{
	for (size_t i = 0; i < m->ears.n; i++) {
		const SimEar *have = &m->ears.items[i];

		if (have->ifindex != op->listen.ifindex || !ip_equal(&have->to, &op->listen.group))
			continue;
		if (op->listen.off)
			m->ears.items[i] = m->ears.items[--m->ears.n];
		return;
	}
	if (!op->listen.off)
		vec_push(&m->ears, ((SimEar){ op->listen.ifindex, op->listen.group }));
}

static void sim_arrive(SimWorld *w, size_t machine, uint32_t ifindex, const OpSend *s)
{
	sim_queue(w, w->now + SIM_WIRE_USEC, machine,
		(Event){ .kind = EVENT_PACKET, .packet = { .ifindex = ifindex, .len = s->len } },
		s->bytes);
}

/* A packet is on the wire of this link. Each socket that waits for it tells it; if none does, the
 * one of a group on the link sees what is to the machine itself. */
static void sim_hear(SimWorld *w, size_t machine, const SimLink *in, const OpSend *s)
{
	const SimMachine *m = sim_machine(w, machine);
	bool told = false;

	vec_foreach(ear, &m->ears)
		if (ip_equal(&ear->to, &s->dst) &&
			(!ip_multicast(&s->dst) || ear->ifindex == in->link.ifindex)) {
			sim_arrive(w, machine, ear->ifindex, s);
			told = true;
		}
	if (told || ip_multicast(&s->dst))
		return;
	vec_foreach(ear, &m->ears)
		if (ip_multicast(&ear->to) && ear->ifindex == in->link.ifindex) {
			sim_arrive(w, machine, ear->ifindex, s);
			return;
		}
}

static bool sim_has_addr(const SimMachine *m, uint32_t ifindex, const IpAddr *ip)
{
	vec_foreach(a, &m->addrs)
		if (a->ifindex == ifindex && ip_equal(&a->ip, ip))
			return true;
	return false;
}

/* Out of a link to all others on its segment. */
static void sim_send_on(SimWorld *w, size_t from, const SimLink *out, const OpSend *s)
{
	if (!out->link.up || out->cut)
		return;
	for (size_t i = 0; i < w->machines.n; i++) {
		const SimLink *in = sim_link_by_name(sim_machine(w, i), out->link.name);

		if (i == from || !in || !in->link.up || in->cut)
			continue;
		if (ip_multicast(&s->dst) ||
			sim_has_addr(sim_machine(w, i), in->link.ifindex, &s->dst))
			sim_hear(w, i, in, s);
	}
}

/* To a group: out of the link that is named. To a machine: out of whatever link leads there. */
static void sim_send(SimWorld *w, size_t from, const OpSend *s)
{
	const SimMachine *m = sim_machine(w, from);

	vec_foreach(l, &m->links)
		if (!ip_multicast(&s->dst) || l->link.ifindex == s->ifindex)
			sim_send_on(w, from, l, s);
}

static void sim_spawn(SimWorld *w, size_t machine, const Op *op)
{
	const SimProgram *p = NULL;
	Event done = { .kind = EVENT_JOB_DONE, .job_done = { .job = op->spawn.job } };

	vec_foreach(have, &sim_machine(w, machine)->programs)
		if (!strcmp(have->name, op->spawn.spec->name))
			p = have;
	if (p) {
		done.job_done.code = p->exit_status;
		if (p->takes_usec != INSTANT_NEVER)
			sim_queue(w, w->now + p->takes_usec, machine, done, NULL);
	} else {
		sim_queue(w, w->now, machine, done, NULL);
	}
}

static void sim_signal(SimWorld *w, size_t machine, const Op *op)
{
	const Event done = { .kind = EVENT_JOB_DONE,
		.job_done = { .job = op->kill.job, .end = JOB_SIGNALED, .code = op->kill.signal } };

	/* Programs here hang through TERM: KILL must be used as well. */
	if (op->kill.signal == SIGKILL)
		sim_queue(w, w->now, machine, done, NULL);
}

/* Answers come later, as from a real machine. */
static void sim_watch(SimWorld *w, size_t machine, const Op *op)
{
	SimWatch *watch = &sim_machine(w, machine)->watch;
	Event event = { .kind = EVENT_PROCESSES_TOLD };

	if (op->kind == OP_WATCH_FILE) {
		sim_watch_file(watch, &op->watch_file);
		event = (Event){ .kind = EVENT_FILE, .file.file = op->watch_file.file };
		if (op->watch_file.on)
			sim_queue(w, w->now, machine, event, NULL);
	} else if (op->kind == OP_WATCH_PID) {
		event = (Event){ .kind = EVENT_PROCESS_GONE, .process.pid = op->watch_pid };
		if (!sim_watch_pid(watch, op->watch_pid))
			sim_queue(w, w->now, machine, event, NULL);
	} else {
		watch->all_processes = op->watch_processes;
		vec_foreach(p, &watch->processes)
			if (watch->all_processes)
				sim_queue(w, w->now, machine,
					(Event){ .kind = EVENT_PROCESS, .process.pid = p->pid },
					NULL);
		if (watch->all_processes)
			sim_queue(w, w->now, machine, event, NULL);
	}
}

/* What is reported of a file or a process is how it stands now; false: nothing to report. */
static bool sim_look(SimMachine *m, Event *event)
{
	const SimProcess *p;

	if (event->kind == EVENT_FILE)
		return sim_watch_file_event(&m->watch, event->file.file, event);
	if (event->kind != EVENT_PROCESS)
		return true;
	p = sim_watch_find(&m->watch, event->process.pid);
	if (p)
		*event = sim_watch_process_event(p);
	return p;
}

static void sim_apply(SimWorld *w, size_t machine, const Op *op)
{
	SimMachine *m = sim_machine(w, machine);
	const bool add = op->kind == OP_ADDR_ADD;

	switch (op->kind) {
	case OP_SEND_IP: sim_send(w, machine, &op->send); break;
	case OP_LISTEN: sim_listen(m, op); break;
	case OP_ADDR_ADD:
	case OP_ADDR_DEL: {
		const SimAddr a = { .ifindex = op->addr.ifindex,
			.ip = op->addr.spec->ip,
			.prefix_len = op->addr.spec->prefix_len };

		if (sim_kernel_addr(m, &a, add))
			sim_queue(w, w->now, machine, sim_addr_event(&a, add, true), NULL);
		break;
	}
	case OP_SPAWN: sim_spawn(w, machine, op); break;
	case OP_KILL: sim_signal(w, machine, op); break;
	case OP_WATCH_FILE:
	case OP_WATCH_PROCESSES:
	case OP_WATCH_PID: sim_watch(w, machine, op); break;
	case OP_SEND_FRAME:
	case OP_WILL:
	case OP_FIFO_OPEN:
	case OP_FIFO_CLOSE:
	case OP_FIFO_LINE:
	case OP_PROBE:
	case OP_TRACE: break;
	}
}

static void sim_say(SimWorld *w, const SimMachine *m, const Op *op)
{
	_cleanup_(strbuf_free) StrBuf line = { 0 };

	if (!w->log)
		return;
	op_text(op, &line);
	w->log(w->data, w->now, m->name, strbuf_text(&line));
}

static void sim_carry_out(SimWorld *w, size_t machine, const Ops *ops)
{
	vec_foreach(op, &ops->list) {
		sim_say(w, sim_machine(w, machine), op);
		sim_apply(w, machine, op);
	}
}

static void sim_step(SimWorld *w, size_t machine, Event event)
{
	SimMachine *m = sim_machine(w, machine);

	if (!m->node)
		return;
	event.now = w->now;
	sim_carry_out(w, machine, node_step(m->node, &event));
	if (node_stopped(m->node)) {
		node_free(m->node);
		m->node = NULL;
		m->life++;
		vec_clear(&m->ears);
	}
}

void sim_start(SimWorld *w, size_t machine)
{
	SimMachine *m = sim_machine(w, machine);

	assert(!m->node);
	sim_watch_forget(&m->watch);
	m->node = node_new(m->config);
	vec_foreach(l, &m->links)
		sim_step(w, machine, (Event){ .kind = EVENT_LINK, .link = l->link });
	vec_foreach(a, &m->addrs)
		sim_step(w, machine, sim_addr_event(a, true, false));
	sim_step(w, machine, (Event){ .kind = EVENT_READY });
}

void sim_reload(SimWorld *w, size_t machine, const VrrpConfig *config)
{
	SimMachine *m = sim_machine(w, machine);

	m->config = config;
	if (m->node)
		sim_carry_out(w, machine, node_reload(m->node, config, w->now));
}

void sim_stop(SimWorld *w, size_t machine)
{
	sim_step(w, machine, (Event){ .kind = EVENT_STOP });
}

void sim_kill(SimWorld *w, size_t machine)
{
	SimMachine *m = sim_machine(w, machine);

	node_free(m->node);
	m->node = NULL;
	m->life++;
	vec_clear(&m->ears);
}

/* The next queued event, or w->queue.n. */
static size_t sim_next_queued(const SimWorld *w)
{
	size_t next = w->queue.n;

	for (size_t i = 0; i < w->queue.n; i++) {
		const SimEvent *e = &w->queue.items[i], *best = &w->queue.items[next];

		if (next == w->queue.n || e->at < best->at ||
			(e->at == best->at && e->order < best->order))
			next = i;
	}
	return next;
}

/* The machine whose timer is due next, or w->machines.n. */
static size_t sim_next_timer(const SimWorld *w, Instant *ret_due)
{
	size_t next = w->machines.n;

	*ret_due = INSTANT_NEVER;
	for (size_t i = 0; i < w->machines.n; i++) {
		const SimMachine *m = &w->machines.items[i];
		const Instant due = m->node ? node_next_due(m->node) : INSTANT_NEVER;

		if (due < *ret_due) {
			*ret_due = due;
			next = i;
		}
	}
	return next;
}

static void sim_deliver(SimWorld *w, size_t queued)
{
	SimEvent e = w->queue.items[queued];

	w->queue.items[queued] = w->queue.items[--w->queue.n];
	w->now = MAX(w->now, e.at);
	e.event.packet.bytes = e.bytes ? e.bytes : e.event.packet.bytes;
	if (e.life == sim_machine(w, e.machine)->life &&
		sim_look(sim_machine(w, e.machine), &e.event))
		sim_step(w, e.machine, e.event);
	free(e.bytes);
}

void sim_run(SimWorld *w, Span span)
{
	const Instant until = instant_add(w->now, span);

	for (;;) {
		const size_t queued = sim_next_queued(w);
		const Instant at = queued < w->queue.n ? w->queue.items[queued].at : INSTANT_NEVER;
		Instant due;
		const size_t machine = sim_next_timer(w, &due);

		if (MIN(at, due) > until)
			break;
		if (at <= due) {
			sim_deliver(w, queued);
		} else {
			w->now = MAX(w->now, due);
			sim_step(w, machine, (Event){ .kind = EVENT_TIMER });
		}
	}
	w->now = until;
}

bool sim_holds(const SimWorld *w, size_t machine, const IpAddr *ip)
{
	vec_foreach(a, &sim_machine(w, machine)->addrs)
		if (ip_equal(&a->ip, ip))
			return true;
	return false;
}

bool sim_status(SimWorld *w, size_t machine, StrBuf *out)
{
	SimMachine *m = sim_machine(w, machine);
	_cleanup_(arena_free) Arena arena = { 0 };
	Status *s;

	if (!m->node)
		return false;
	s = status_new(&arena);
	node_status(m->node, w->now, s);
	status_json(s, out);
	return true;
}
