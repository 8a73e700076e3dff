/* SPDX-License-Identifier: MIT */
#include "io/io_process_events.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	EVENTS_QUEUE = 4 << 20, /* a limit, not an allocation */
	EVENTS_BITE = 64,
	EVENTS_BODY = NLMSG_HDRLEN + sizeof(struct cn_msg), /* where struct proc_event begins */
};

struct IoProcessEvents {
	IoLoop *loop;
	IoProcessEventsHandler *handler;
	void *data;
	int fd;
	IoSource *source;
	uint32_t request; /* its number; the answer has the next */
	bool live, lost;
};

#define EVENTS_AT(member) (uint32_t)(EVENTS_BODY + offsetof(struct proc_event, member))

/* Threads come and go by the thousand on some machines: they, and what else is of no interest, are
 * not even received. The filter loads words in network order. */
static int events_filter(int fd)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, EVENTS_AT(what)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(PROC_EVENT_NONE), 13, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(PROC_EVENT_FORK), 4, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(PROC_EVENT_EXEC), 7, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(PROC_EVENT_COMM), 6, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(PROC_EVENT_EXIT), 5, 0),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, EVENTS_AT(event_data.fork.child_pid)),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, EVENTS_AT(event_data.fork.child_tgid)),
		BPF_JUMP(BPF_JMP | BPF_JA, 3, 0, 0),
		/* Of exec, comm and exit alike. */
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, EVENTS_AT(event_data.exec.process_pid)),
		BPF_STMT(BPF_MISC | BPF_TAX, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, EVENTS_AT(event_data.exec.process_tgid)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = { .len = ARRAY_LEN(code), .filter = code };

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0 ? -errno
											   : 0;
}

static int events_ask(const IoProcessEvents *e, enum proc_cn_mcast_op what)
{
	struct {
		_Alignas(NLMSG_ALIGNTO) struct nlmsghdr header;
		uint8_t body[sizeof(struct cn_msg) + sizeof(what)];
	} request = { .header = { .nlmsg_type = NLMSG_DONE } };
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	const struct cn_msg message = { .id = { .idx = CN_IDX_PROC, .val = CN_VAL_PROC },
		.ack = e->request,
		.len = sizeof(what) };

	request.header.nlmsg_len = NLMSG_LENGTH(sizeof(request.body));
	memcpy(request.body, &message, sizeof(message));
	memcpy(request.body + sizeof(message), &what, sizeof(what));
	return sendto(e->fd, &request, request.header.nlmsg_len, MSG_NOSIGNAL,
		       (const struct sockaddr *)&kernel, sizeof(kernel)) < 0
		       ? -errno
		       : 0;
}

/* All that listen hear all answers. In a process namespace of its own one gets no answer, but may
 * hear of the processes of others, with numbers that mean nothing there: until our own request was
 * answered nothing is believed. */
static void events_tell(
	IoProcessEvents *e, const struct cn_msg *message, const struct proc_event *event)
{
	/* An enum in some headers, a bare number in others. */
	const uint32_t what = (uint32_t)event->what;

	if (!e->live && what != PROC_EVENT_NONE)
		return;
	switch (what) {
	case PROC_EVENT_NONE:
		if (message->ack != e->request + 1 || event->event_data.ack.err || e->live)
			break;
		e->live = true;
		e->handler(e->data, PROCESS_LIVE, 0);
		break;
	case PROC_EVENT_FORK:
		e->handler(e->data, PROCESS_BORN, event->event_data.fork.child_tgid);
		break;
	case PROC_EVENT_EXEC:
	case PROC_EVENT_COMM:
		e->handler(e->data, PROCESS_CHANGED, event->event_data.exec.process_tgid);
		break;
	case (uint32_t)PROC_EVENT_EXIT:
		e->handler(e->data, PROCESS_ENDED, event->event_data.exit.process_tgid);
		break;
	default: break;
	}
}

static void events_readable(void *data, int fd, uint32_t events _unused_)
{
	IoProcessEvents *e = data;

	for (int i = 0; i < EVENTS_BITE; i++) {
		_Alignas(struct nlmsghdr) uint8_t message[1024];
		struct sockaddr_nl from = { 0 };
		socklen_t from_len = sizeof(from);
		struct cn_msg header;
		struct proc_event event = { 0 };
		const ssize_t n = recvfrom(
			fd, message, sizeof(message), 0, (struct sockaddr *)&from, &from_len);

		/* From the first loss on nothing is queued until the queue has been empty. */
		if (n < 0 && errno == ENOBUFS)
			e->lost = true;
		else if (n < 0 && e->lost)
			e->lost = false;
		else if (n < 0)
			return;
		if (n < 0)
			e->handler(e->data, PROCESS_LOST, 0);
		/* Any process may send to us: only the kernel is believed. */
		if (n <= EVENTS_BODY || from.nl_pid)
			continue;
		memcpy(&header, message + NLMSG_HDRLEN, sizeof(header));
		memcpy(&event, message + EVENTS_BODY, MIN((size_t)n - EVENTS_BODY, sizeof(event)));
		events_tell(e, &header, &event);
	}
}

int io_process_events_open(
	IoLoop *loop, IoProcessEventsHandler *handler, void *data, IoProcessEvents **ret_events)
{
	const struct sockaddr_nl us = { .nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC };
	const int size = EVENTS_QUEUE;
	IoProcessEvents *e = NEW(IoProcessEvents);
	int r;

	e->loop = loop;
	e->handler = handler;
	e->data = data;
	(void)getrandom(&e->request, sizeof(e->request), GRND_NONBLOCK);
	e->fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR);
	r = e->fd < 0 ? -errno : events_filter(e->fd);
	if (!r)
		(void)setsockopt(e->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	if (!r && bind(e->fd, (const struct sockaddr *)&us, sizeof(us)) < 0)
		r = -errno;
	if (!r)
		r = io_loop_fd(loop, e->fd, EPOLLIN, events_readable, e, &e->source);
	if (!r) {
		io_source_background(e->source);
		r = events_ask(e, PROC_CN_MCAST_LISTEN);
	}
	if (r) {
		io_source_free(TAKE(e->source));
		io_process_events_free(e);
		return r;
	}
	*ret_events = e;
	return 0;
}

void io_process_events_free(IoProcessEvents *e)
{
	if (!e)
		return;
	/* Kernels before 6.6 count listeners and do not notice when one goes. */
	if (e->source)
		(void)events_ask(e, PROC_CN_MCAST_IGNORE);
	io_source_free(e->source);
	if (e->fd >= 0)
		(void)close(e->fd);
	free(e);
}
