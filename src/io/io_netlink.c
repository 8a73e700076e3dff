/* SPDX-License-Identifier: MIT */
#include "io/io_netlink.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	/* IFA_PROTO of the addresses that we add: whose they are when we are dead. */
	OWNER_MARK = 0x52,
	BATCH_BYTES = 128 << 10,
	DUMP_TRIES = 20,
	REQUEST_ROOM = 256, /* no single request is larger */
	RECEIVE_BYTES = 256 << 10,
	MONITOR_QUEUE = 64 << 20, /* a limit, not an allocation */
};

/* mnl_attr_for_each() without its narrowing conversions. */
#define netlink_for_each_attr(a, h, header)                                                        \
	for ((a) = mnl_nlmsg_get_payload_offset((h), (header)); mnl_attr_ok(                       \
		     (a), (int)((const char *)mnl_nlmsg_get_payload_tail(h) - (const char *)(a))); \
		(a) = mnl_attr_next(a))

struct IoNetlink {
	struct mnl_socket *request, *monitor;
	IoNetlinkHandler *handler;
	void *data;
	uint32_t portid; /* of request: changes that carry it are ours */
	uint32_t seq;
	uint8_t *batch; /* BATCH_BYTES */
	size_t batch_len;
	uint8_t *buffer;   /* RECEIVE_BYTES */
	uint32_t dump_seq; /* of the dump that is being read */
	int dump_error;	   /* its failure, -errno; -EINTR: it is not consistent */
};

static int netlink_socket(uint32_t groups, struct mnl_socket **ret_socket)
{
	struct mnl_socket *s = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	const int size = MONITOR_QUEUE, one = 1;

	if (!s)
		return -errno;
	(void)setsockopt(mnl_socket_get_fd(s), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	(void)setsockopt(mnl_socket_get_fd(s), SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	(void)mnl_socket_setsockopt(s, NETLINK_EXT_ACK, (void *)&one, sizeof(one));
	if (mnl_socket_bind(s, groups, MNL_SOCKET_AUTOPID) < 0) {
		const int r = -errno;

		(void)mnl_socket_close(s);
		return r;
	}
	*ret_socket = s;
	return 0;
}

int io_netlink_open(bool monitor, IoNetlinkHandler *handler, void *data, IoNetlink **ret_nl)
{
	IoNetlink *nl = NEW(IoNetlink);
	int r;

	nl->handler = handler;
	nl->data = data;
	r = netlink_socket(0, &nl->request);
	if (!r && monitor)
		r = netlink_socket(RTMGRP_LINK | RTMGRP_IPV4_IFADDR, &nl->monitor);
	if (r) {
		io_netlink_free(nl);
		return r;
	}
	nl->portid = mnl_socket_get_portid(nl->request);
	nl->batch = mem_resize(NULL, BATCH_BYTES, 1);
	nl->buffer = mem_resize(NULL, RECEIVE_BYTES, 1);
	*ret_nl = nl;
	return 0;
}

void io_netlink_free(IoNetlink *nl)
{
	if (!nl)
		return;
	if (nl->request)
		(void)mnl_socket_close(nl->request);
	if (nl->monitor)
		(void)mnl_socket_close(nl->monitor);
	free(nl->batch);
	free(nl->buffer);
	free(nl);
}

int io_netlink_fd(const IoNetlink *nl)
{
	return mnl_socket_get_fd(nl->monitor);
}

static void netlink_link(IoNetlink *nl, const struct nlmsghdr *h)
{
	const struct ifinfomsg *i = mnl_nlmsg_get_payload(h);
	Event e = { .kind = h->nlmsg_type == RTM_NEWLINK ? EVENT_LINK : EVENT_LINK_GONE };
	const struct nlattr *a;

	/* Bridge ports are reported a second time under their own family. */
	if (i->ifi_family != AF_UNSPEC)
		return;
	e.link.ifindex = (uint32_t)i->ifi_index;
	e.link.up = (i->ifi_flags & IFF_UP) && (i->ifi_flags & IFF_RUNNING);
	e.link.noarp = i->ifi_flags & IFF_NOARP;
	netlink_for_each_attr(a, h, sizeof(*i))
	{
		const uint16_t len = mnl_attr_get_payload_len(a);

		if (mnl_attr_get_type(a) == IFLA_IFNAME)
			memcpy(e.link.name, mnl_attr_get_payload(a),
				MIN(len, sizeof(e.link.name) - 1));
		else if (mnl_attr_get_type(a) == IFLA_MTU && len >= sizeof(uint32_t))
			e.link.mtu = mnl_attr_get_u32(a);
		else if (mnl_attr_get_type(a) == IFLA_ADDRESS && len == sizeof(e.link.hw))
			memcpy(e.link.hw, mnl_attr_get_payload(a), sizeof(e.link.hw));
	}
	nl->handler(nl->data, &e);
}

/* The address in a request or a report. */
static bool netlink_parse_addr(const struct nlmsghdr *h, EventAddr *ret_addr)
{
	const struct ifaddrmsg *i = mnl_nlmsg_get_payload(h);
	const struct nlattr *a;

	if (mnl_nlmsg_get_payload_len(h) < sizeof(*i) || i->ifa_family != AF_INET)
		return false;
	*ret_addr = (EventAddr){ .ifindex = i->ifa_index, .prefix_len = i->ifa_prefixlen };
	netlink_for_each_attr(a, h, sizeof(*i))
	{
		if (mnl_attr_get_type(a) == IFA_LOCAL && mnl_attr_get_payload_len(a) == 4)
			ret_addr->ip = ip_from_bytes(IP_V4, mnl_attr_get_payload(a));
		else if (mnl_attr_get_type(a) == IFA_PROTO && mnl_attr_get_payload_len(a) == 1)
			ret_addr->marked = mnl_attr_get_u8(a) == OWNER_MARK;
	}
	return ret_addr->ip.family == IP_V4;
}

static void netlink_addr(IoNetlink *nl, const struct nlmsghdr *h)
{
	Event e = { .kind = h->nlmsg_type == RTM_NEWADDR ? EVENT_ADDR : EVENT_ADDR_GONE };

	if (!netlink_parse_addr(h, &e.addr))
		return;
	e.addr.self = h->nlmsg_pid == nl->portid && !(h->nlmsg_flags & NLM_F_MULTI);
	nl->handler(nl->data, &e);
}

static void netlink_failed(
	IoNetlink *nl, const struct nlmsghdr *request, const EventAddr *addr, int error)
{
	Event e = { .kind = EVENT_OP_FAILED };

	e.op_failed = (EventOpFailed){
		.what = request->nlmsg_type == RTM_NEWADDR ? OP_FAILED_ADDR_ADD
							   : OP_FAILED_ADDR_DEL,
		.error = error,
		.ifindex = addr->ifindex,
		.ip = addr->ip,
		.prefix_len = addr->prefix_len,
	};
	nl->handler(nl->data, &e);
}

/* The kernel sends the refused request back behind the error. True when it was a dump's. */
static bool netlink_refused(IoNetlink *nl, const struct nlmsghdr *h)
{
	const struct nlmsgerr *err = mnl_nlmsg_get_payload(h);
	EventAddr addr;

	if (mnl_nlmsg_get_payload_len(h) < sizeof(*err) || !err->error)
		return false;
	if (h->nlmsg_seq == nl->dump_seq) {
		nl->dump_error = err->error;
		return true;
	}
	if (err->msg.nlmsg_len > mnl_nlmsg_get_payload_len(h) - sizeof(err->error) ||
		!netlink_parse_addr(&err->msg, &addr))
		return false;
	netlink_failed(nl, &err->msg, &addr, -err->error);
	return false;
}

/* One message. True at the end of a dump. */
static bool netlink_message(IoNetlink *nl, const struct nlmsghdr *h)
{
	if ((h->nlmsg_flags & NLM_F_DUMP_INTR) && h->nlmsg_seq == nl->dump_seq)
		nl->dump_error = -EINTR;
	switch (h->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		if (mnl_nlmsg_get_payload_len(h) >= sizeof(struct ifinfomsg))
			netlink_link(nl, h);
		return false;
	case RTM_NEWADDR:
	case RTM_DELADDR: netlink_addr(nl, h); return false;
	case NLMSG_ERROR: return netlink_refused(nl, h);
	case NLMSG_DONE: return true;
	default: return false;
	}
}

/* Reads what is there. Gives 1 at the end of a dump, 0 when nothing is left, -errno. */
static int netlink_receive(IoNetlink *nl, struct mnl_socket *s)
{
	for (;;) {
		const ssize_t n = mnl_socket_recvfrom(s, nl->buffer, RECEIVE_BYTES);
		const struct nlmsghdr *h = (const struct nlmsghdr *)nl->buffer;
		int left = (int)n;

		if (n < 0 && (errno == EINTR || errno == ENOSPC))
			continue;
		if (n <= 0)
			return n == 0 || errno == EAGAIN ? 0 : -errno;
		for (; mnl_nlmsg_ok(h, left); h = mnl_nlmsg_next(h, &left))
			if (netlink_message(nl, h))
				return 1;
	}
}

static int netlink_dump_one(IoNetlink *nl, uint16_t type, size_t header)
{
	char request[REQUEST_ROOM] = { 0 };
	struct nlmsghdr *h = mnl_nlmsg_put_header(request);
	int r;

	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	h->nlmsg_seq = ++nl->seq;
	(void)mnl_nlmsg_put_extra_header(h, header);
	nl->dump_seq = nl->seq;
	nl->dump_error = 0;
	if (mnl_socket_sendto(nl->request, h, h->nlmsg_len) < 0)
		return -errno;
	/* The kernel fills the dump as it is read: an empty queue would be an end too early. */
	do
		r = netlink_receive(nl, nl->request);
	while (r == -ENOBUFS);
	if (r == 1)
		return nl->dump_error;
	return r ? r : -EIO;
}

/* A dump that changes cut short is made again. */
static int netlink_dump(IoNetlink *nl, uint16_t type, size_t header)
{
	int r = -EINTR;

	for (int i = 0; i < DUMP_TRIES && r == -EINTR; i++)
		r = netlink_dump_one(nl, type, header);
	return r;
}

int io_netlink_dump(IoNetlink *nl)
{
	int r = netlink_dump(nl, RTM_GETLINK, sizeof(struct ifinfomsg));

	return r ? r : netlink_dump(nl, RTM_GETADDR, sizeof(struct ifaddrmsg));
}

int io_netlink_read(IoNetlink *nl)
{
	Event again = { .kind = EVENT_RESYNC }, ready = { .kind = EVENT_READY };
	int r = netlink_receive(nl, nl->monitor);

	if (r != -ENOBUFS)
		return MIN(r, 0);
	/* Reports were lost. Those that are still queued are older than what is told anew. */
	while (mnl_socket_recvfrom(nl->monitor, nl->buffer, RECEIVE_BYTES) > 0 ||
		errno == ENOBUFS || errno == EINTR)
		;
	nl->handler(nl->data, &again);
	r = io_netlink_dump(nl);
	if (!r)
		nl->handler(nl->data, &ready);
	return r;
}

void io_netlink_addr(IoNetlink *nl, bool add, uint32_t ifindex, const AddrSpec *spec)
{
	struct nlmsghdr *h;
	struct ifaddrmsg *i;

	if (nl->batch_len + REQUEST_ROOM > BATCH_BYTES)
		io_netlink_flush(nl);
	h = mnl_nlmsg_put_header(nl->batch + nl->batch_len);
	h->nlmsg_type = add ? RTM_NEWADDR : RTM_DELADDR;
	h->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | (add ? NLM_F_CREATE | NLM_F_EXCL : 0));
	h->nlmsg_seq = ++nl->seq;
	i = mnl_nlmsg_put_extra_header(h, sizeof(*i));
	i->ifa_family = AF_INET;
	i->ifa_prefixlen = spec->prefix_len;
	i->ifa_scope = spec->scope;
	i->ifa_index = ifindex;
	mnl_attr_put(h, IFA_LOCAL, 4, spec->ip.bytes);
	mnl_attr_put(h, IFA_ADDRESS, 4, spec->ip.bytes);
	if (add) {
		mnl_attr_put_u8(h, IFA_PROTO, OWNER_MARK);
		if (spec->has_broadcast)
			mnl_attr_put(h, IFA_BROADCAST, 4, spec->broadcast.bytes);
		if (spec->label)
			mnl_attr_put_strz(h, IFA_LABEL, spec->label);
	}
	nl->batch_len += (h->nlmsg_len + 3u) & ~3u; /* NLMSG_ALIGN */
}

/* Nothing of the batch went out: every request has failed. */
static void netlink_batch_failed(IoNetlink *nl, size_t len, int error)
{
	const struct nlmsghdr *h = (const struct nlmsghdr *)nl->batch;
	EventAddr addr;

	for (int left = (int)len; mnl_nlmsg_ok(h, left); h = mnl_nlmsg_next(h, &left))
		if (netlink_parse_addr(h, &addr))
			netlink_failed(nl, h, &addr, error);
}

void io_netlink_flush(IoNetlink *nl)
{
	const size_t len = nl->batch_len;

	if (!len)
		return;
	nl->batch_len = 0;
	if (mnl_socket_sendto(nl->request, nl->batch, len) < 0) {
		netlink_batch_failed(nl, len, errno);
		return;
	}
	/* The kernel has worked it off within the send. */
	(void)netlink_receive(nl, nl->request);
}
