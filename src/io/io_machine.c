/* SPDX-License-Identifier: MIT */
#include "io/io_machine.h"

#include "io/io_fifo.h"
#include "io/io_file.h"
#include "io/io_netlink.h"
#include "io/io_packet.h"
#include "io/io_probe.h"
#include "io/io_process.h"
#include "io/io_spawn.h"

#include <sys/epoll.h>

struct IoMachine {
	IoLoop *loop;
	const IoJournal *journal;
	IoWill *will;
	IoMachineHandler *handler;
	void *data;
	IoNetlink *netlink;
	IoPacket *packet;
	IoSpawn *spawn;
	IoFile *file;
	IoProcess *process;
	IoFifo *fifo;
	IoProbe *probe;
	IoSource *netlink_source, *timer;
	Instant now;	    /* of the events that are being delivered */
	VEC(Event) pending; /* netlink's, and what applying ops brought about */
};

static void machine_event(IoMachine *m, Event *event)
{
	event->now = m->now;
	m->handler(m->data, event);
}

static void machine_pending(IoMachine *m)
{
	for (size_t i = 0; i < m->pending.n; i++) {
		Event event = m->pending.items[i];

		machine_event(m, &event);
	}
	if (m->pending.cap > LIMIT_STEP_KEEP)
		vec_free(&m->pending);
	vec_clear(&m->pending);
}

/* Everything that is pending is told before time goes on. */
static void machine_settle(IoMachine *m)
{
	Event event;

	machine_pending(m);
	/* Asked one by one: a step may end what the next piece of news would have been of. */
	while (io_file_news(m->file, &event) || io_process_news(m->process, &event) ||
		io_fifo_news(m->fifo, &event)) {
		machine_event(m, &event);
		machine_pending(m);
	}
	m->handler(m->data, NULL);
}

static void machine_on_netlink(void *data, Event *event)
{
	IoMachine *m = data;

	/* Not told at once: telling it applies ops, and these use the same sockets. */
	vec_push(&m->pending, *event);
	if (event->kind == EVENT_LINK_GONE)
		io_packet_forget(m->packet, event->link.ifindex);
}

static void machine_netlink_readable(void *data, int fd _unused_, uint32_t events _unused_)
{
	IoMachine *m = data;
	int r;

	m->now = io_now();
	r = io_netlink_read(m->netlink);
	machine_settle(m);
	if (r) {
		/* Blind: a new process sees again, and the supervisor puts things right. */
		io_journal_line(m->journal, TRACE_LEVEL_WARNING,
			"cannot read links and addresses: %s", strerrordesc_np(-r));
		io_loop_exit(m->loop, EXIT_FAILURE);
	}
}

static void machine_on_packet(void *data, uint32_t ifindex, const uint8_t *bytes, size_t len)
{
	IoMachine *m = data;

	if (!bytes) {
		machine_settle(m);
		return;
	}
	m->now = io_now();
	machine_event(m, &(Event){ .kind = EVENT_PACKET,
				 .packet = { .ifindex = ifindex, .bytes = bytes, .len = len } });
}

static void machine_on_timer(void *data)
{
	IoMachine *m = data;

	io_packet_drain(m->packet);
	m->now = io_now();
	machine_event(m, &(Event){ .kind = EVENT_TIMER });
	machine_settle(m);
}

static void machine_on_job(void *data, const EventJobDone *done)
{
	IoMachine *m = data;

	m->now = io_now();
	machine_event(m, &(Event){ .kind = EVENT_JOB_DONE, .job_done = *done });
	machine_settle(m);
}

static void machine_on_news(void *data)
{
	IoMachine *m = data;

	m->now = io_now();
	machine_settle(m);
}

int io_machine_new(IoLoop *loop, const IoJournal *journal, IoWill *will, IoMachineHandler *handler,
	void *data, IoMachine **ret_machine)
{
	IoMachine *m = NEW(IoMachine);
	int r;

	m->loop = loop;
	m->journal = journal;
	m->will = will;
	m->handler = handler;
	m->data = data;
	r = io_netlink_open(true, machine_on_netlink, m, &m->netlink);
	if (!r)
		r = io_loop_fd(loop, io_netlink_fd(m->netlink), EPOLLIN, machine_netlink_readable,
			m, &m->netlink_source);
	if (!r)
		r = io_packet_open(loop, machine_on_packet, m, &m->packet);
	if (!r)
		r = io_loop_timer(loop, machine_on_timer, m, &m->timer);
	if (r) {
		io_machine_free(m);
		return r;
	}
	m->spawn = io_spawn_new(loop, machine_on_job, m);
	m->file = io_file_new(loop, machine_on_news, m);
	m->process = io_process_new(loop, machine_on_news, m);
	m->fifo = io_fifo_new(loop, machine_on_news, m);
	m->probe = io_probe_new(loop);
	*ret_machine = m;
	return 0;
}

void io_machine_free(IoMachine *m)
{
	if (!m)
		return;
	io_probe_free(m->probe);
	io_fifo_free(m->fifo);
	io_process_free(m->process);
	io_file_free(m->file);
	io_spawn_free(m->spawn);
	io_source_free(m->timer);
	io_source_free(m->netlink_source);
	io_packet_free(m->packet);
	io_netlink_free(m->netlink);
	vec_free(&m->pending);
	free(m);
}

int io_machine_start(IoMachine *m)
{
	int r;

	m->now = io_now();
	r = io_netlink_dump(m->netlink);
	if (r)
		return r;
	vec_push(&m->pending, ((Event){ .kind = EVENT_READY }));
	machine_settle(m);
	return 0;
}

void io_machine_post(IoMachine *m, EventKind kind)
{
	m->now = io_now();
	machine_event(m, &(Event){ .kind = kind });
	machine_settle(m);
}

static void machine_listen(IoMachine *m, const Op *op)
{
	int r;

	if (op->listen.off) {
		io_packet_unlisten(m->packet, op->listen.ifindex, &op->listen.group);
		return;
	}
	r = io_packet_listen(m->packet, op->listen.ifindex, &op->listen.group);
	if (r)
		vec_push(&m->pending, ((Event){ .kind = EVENT_OP_FAILED,
					      .op_failed = { .what = OP_FAILED_LISTEN,
						      .error = -r,
						      .ifindex = op->listen.ifindex,
						      .ip = op->listen.group } }));
}

static void machine_spawn(IoMachine *m, const Op *op)
{
	const int r = io_spawn_start(m->spawn, op->spawn.job, op->spawn.spec);

	if (r)
		vec_push(&m->pending,
			((Event){ .kind = EVENT_JOB_DONE,
				.job_done = {
					.job = op->spawn.job, .end = JOB_NOT_RUN, .code = -r } }));
}

static void machine_probe(IoMachine *m, const Op *op)
{
	const int r = io_probe_set(m->probe, op->probe.port, op->probe.on);

	if (r || op->probe.on)
		vec_push(&m->pending, ((Event){ .kind = EVENT_OP_FAILED,
					      .op_failed = { .what = OP_FAILED_PROBE,
						      .error = -r,
						      .ifindex = op->probe.port } }));
}

/* Sends of one kind and changes of addresses are gathered; whatever is of another kind flushes
 * what was gathered before, so that the order holds where it can be seen. */
static void machine_gathered(IoMachine *m, OpKind next)
{
	if (next != OP_SEND_IP && next != OP_SEND_FRAME)
		io_packet_flush(m->packet);
	if (next != OP_ADDR_ADD && next != OP_ADDR_DEL)
		io_netlink_flush(m->netlink);
}

static void machine_apply_one(IoMachine *m, const Op *op)
{
	switch (op->kind) {
	case OP_SEND_IP:
	case OP_SEND_FRAME: io_packet_send(m->packet, op->kind, &op->send); break;
	case OP_LISTEN: machine_listen(m, op); break;
	case OP_ADDR_ADD:
	case OP_ADDR_DEL:
		io_netlink_addr(
			m->netlink, op->kind == OP_ADDR_ADD, op->addr.ifindex, op->addr.spec);
		break;
	case OP_SPAWN: machine_spawn(m, op); break;
	case OP_KILL: io_spawn_kill(m->spawn, op->kill.job, op->kill.signal); break;
	case OP_WILL: io_will_set(m->will, &op->send); break;
	case OP_WATCH_FILE: io_file_watch(m->file, &op->watch_file); break;
	case OP_WATCH_PROCESSES: io_process_watch_all(m->process, op->watch_processes); break;
	case OP_WATCH_PID: io_process_watch(m->process, op->watch_pid); break;
	case OP_FIFO_OPEN: io_fifo_open(m->fifo, &op->fifo); break;
	case OP_FIFO_CLOSE: io_fifo_close(m->fifo, op->fifo.path); break;
	case OP_FIFO_LINE: io_fifo_line(m->fifo, &op->fifo); break;
	case OP_PROBE: machine_probe(m, op); break;
	case OP_TRACE: io_journal_trace(m->journal, &op->trace); break;
	}
}

void io_machine_apply(IoMachine *m, const Ops *ops)
{
	EventOpFailed failed;
	IoPacketNews news;

	vec_foreach(op, &ops->list) {
		/* Neither a log line nor the will is seen by the network. */
		if (op->kind != OP_TRACE && op->kind != OP_WILL)
			machine_gathered(m, op->kind);
		machine_apply_one(m, op);
	}
	io_packet_flush(m->packet);
	io_netlink_flush(m->netlink);
	failed = (EventOpFailed){ .what = OP_FAILED_SEND };
	while (io_packet_news(m->packet, &news)) {
		failed.ifindex = news.ifindex;
		failed.ip = news.peer;
		failed.error = news.error;
		vec_push(&m->pending, ((Event){ .kind = EVENT_OP_FAILED, .op_failed = failed }));
	}
}

void io_machine_act(IoMachine *m, const Ops *ops)
{
	m->now = io_now();
	io_machine_apply(m, ops);
	machine_settle(m);
}

void io_machine_arm(IoMachine *m, Instant at)
{
	io_timer_arm(m->timer, at);
}

uint64_t io_machine_fifo_lost(const IoMachine *m)
{
	return io_fifo_lost(m->fifo);
}

uint64_t io_machine_send_failures(const IoMachine *m)
{
	return io_packet_failures(m->packet);
}
