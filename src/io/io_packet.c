/* SPDX-License-Identifier: MIT */
#include "io/io_packet.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	VRRP_PROTO = 112,
	IP_HEADER = 20,
	IP_AT_DST = 16,
	RECEIVE_BATCH = 64,
	DRAIN_ROUNDS = 64, /* batches of a drain */
	SEND_BATCH = 256,
	RECEIVE_QUEUE = 4 << 20, /* a limit: adverts of 4,000 routers in one burst */
	SEND_QUEUE = 8 << 20,
};

typedef struct PacketListener {
	IoPacket *owner;
	uint32_t ifindex;
	IpAddr group;
	int fd;
	IoSource *source;
} PacketListener;

/* What fails, or did until just now. */
typedef struct PacketTrouble {
	IoPacketNews news;
	bool told;
} PacketTrouble;

typedef union PacketControl {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(struct in_pktinfo))];
} PacketControl;

typedef enum PacketWay { PACKET_GROUP, PACKET_PEER, PACKET_FRAME } PacketWay;

struct IoPacket {
	IoLoop *loop;
	IoPacketHandler *handler;
	void *data;
	VEC(PacketListener *) listeners;
	int ip_fd, frame_fd;
	uint64_t failures;
	VEC(PacketTrouble) troubles;
	/* gathered sends, all of one way */
	PacketWay way;
	unsigned n;
	struct mmsghdr sends[SEND_BATCH];
	struct iovec send_iov[SEND_BATCH];
	uint32_t send_ifindex[SEND_BATCH];
	IpAddr send_peer[SEND_BATCH];
	PacketControl control[SEND_BATCH];
	union {
		struct sockaddr_in in;
		struct sockaddr_ll ll;
	} to[SEND_BATCH];
	/* received */
	struct mmsghdr received[RECEIVE_BATCH];
	struct iovec received_iov[RECEIVE_BATCH];
	uint8_t bytes[RECEIVE_BATCH][LIMIT_PACKET];
};

static int packet_socket(int family, int protocol)
{
	const int fd = socket(family, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, protocol);

	return fd < 0 ? -errno : fd;
}

static void packet_queue(int fd, int option, int bytes)
{
	(void)setsockopt(fd, SOL_SOCKET, option, &bytes, sizeof(bytes));
}

/* For whole IPv4 packets. */
static int packet_open_ip(IoPacket *p)
{
	const int zero = 0, one = 1;

	p->ip_fd = packet_socket(AF_INET, IPPROTO_RAW);
	if (p->ip_fd < 0)
		return p->ip_fd;
	packet_queue(p->ip_fd, SO_SNDBUFFORCE, SEND_QUEUE);
	packet_queue(p->ip_fd, SO_PRIORITY, 6); /* TC_PRIO_INTERACTIVE: before bulk traffic */
	if (setsockopt(p->ip_fd, IPPROTO_IP, IP_HDRINCL, &one, sizeof(one)) < 0 ||
		setsockopt(p->ip_fd, IPPROTO_IP, IP_MULTICAST_LOOP, &zero, sizeof(zero)) < 0)
		return -errno;
	return 0;
}

int io_packet_open(IoLoop *loop, IoPacketHandler *handler, void *data, IoPacket **ret_packet)
{
	IoPacket *p = NEW(IoPacket);
	int r;

	p->loop = loop;
	p->handler = handler;
	p->data = data;
	p->frame_fd = -1;
	r = packet_open_ip(p);
	if (!r) {
		/* Protocol 0: sends only, receives nothing. */
		p->frame_fd = packet_socket(AF_PACKET, 0);
		r = p->frame_fd < 0 ? p->frame_fd : 0;
	}
	if (r) {
		io_packet_free(p);
		return r;
	}
	packet_queue(p->frame_fd, SO_SNDBUFFORCE, SEND_QUEUE);
	for (size_t i = 0; i < RECEIVE_BATCH; i++) {
		p->received_iov[i] = (struct iovec){ p->bytes[i], LIMIT_PACKET };
		p->received[i].msg_hdr.msg_iov = &p->received_iov[i];
		p->received[i].msg_hdr.msg_iovlen = 1;
	}
	*ret_packet = p;
	return 0;
}

static void packet_close_listener(PacketListener *l)
{
	io_source_free(l->source);
	(void)close(l->fd);
	free(l);
}

void io_packet_free(IoPacket *p)
{
	if (!p)
		return;
	vec_foreach(l, &p->listeners)
		packet_close_listener(*l);
	vec_free(&p->listeners);
	vec_free(&p->troubles);
	if (p->ip_fd >= 0)
		(void)close(p->ip_fd);
	if (p->frame_fd >= 0)
		(void)close(p->frame_fd);
	free(p);
}

/* Is it this listener's to tell? A packet to an address of ours is seen by its own socket and by
 * those of the groups on the link that it came from; one that nobody waits for is told by the first
 * of these. */
static bool packet_is_for(
	const IoPacket *p, const PacketListener *l, const uint8_t *bytes, size_t len)
{
	const IpAddr dst = len < IP_HEADER ? l->group : ip_from_bytes(IP_V4, bytes + IP_AT_DST);

	if (ip_equal(&dst, &l->group))
		return true;
	if (!ip_multicast(&l->group))
		return false;
	vec_foreach(other, &p->listeners)
		if (ip_equal(&(*other)->group, &dst))
			return false;
	vec_foreach(other, &p->listeners)
		if ((*other)->ifindex == l->ifindex && ip_multicast(&(*other)->group))
			return *other == l;
	return true;
}

/* One batch. True when there may be more. */
static bool packet_receive(IoPacket *p, const PacketListener *l)
{
	const int n = recvmmsg(l->fd, p->received, RECEIVE_BATCH, MSG_DONTWAIT, NULL);

	for (int i = 0; i < n; i++) {
		const size_t len = MIN(p->received[i].msg_len, (unsigned)LIMIT_PACKET);

		if (packet_is_for(p, l, p->bytes[i], len))
			p->handler(p->data, l->ifindex, p->bytes[i], len);
	}
	return n == RECEIVE_BATCH;
}

static void packet_readable(void *data, int fd _unused_, uint32_t events _unused_)
{
	PacketListener *l = data;
	IoPacket *p = l->owner;

	(void)packet_receive(p, l);
	p->handler(p->data, 0, NULL, 0);
}

void io_packet_drain(IoPacket *p)
{
	for (size_t i = 0; i < p->listeners.n; i++)
		for (size_t n = 0; n < DRAIN_ROUNDS; n++)
			if (!packet_receive(p, p->listeners.items[i]))
				break;
}

static int packet_join(int fd, uint32_t ifindex, const IpAddr *group)
{
	struct ip_mreqn join = { .imr_ifindex = (int)ifindex };
	char name[IF_NAMESIZE];
	const int zero = 0;

	memcpy(&join.imr_multiaddr, group->bytes, 4);
	packet_queue(fd, SO_RCVBUFFORCE, RECEIVE_QUEUE);
	if (!if_indextoname(ifindex, name))
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, name, (socklen_t)strlen(name) + 1) < 0 ||
		setsockopt(fd, IPPROTO_IP, IP_MULTICAST_ALL, &zero, sizeof(zero)) < 0 ||
		setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &join, sizeof(join)) < 0)
		return -errno;
	return 0;
}

/* Bound to an address that is not there yet, where the kernel lets us; else packet_is_for() alone
 * sorts out what is to it. */
static int packet_bind(int fd, const IpAddr *own)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	const int zero = 0, one = 1;

	memcpy(&address.sin_addr, own->bytes, 4);
	packet_queue(fd, SO_RCVBUFFORCE, RECEIVE_QUEUE);
	if (setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &one, sizeof(one)) < 0 ||
		setsockopt(fd, IPPROTO_IP, IP_MULTICAST_ALL, &zero, sizeof(zero)) < 0)
		return -errno;
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 &&
		errno != EADDRNOTAVAIL)
		return -errno;
	return 0;
}

int io_packet_listen(IoPacket *p, uint32_t ifindex, const IpAddr *group)
{
	PacketListener *l;
	int r;

	vec_foreach(have, &p->listeners)
		if ((*have)->ifindex == ifindex && ip_equal(&(*have)->group, group))
			return 0;
	l = NEW(PacketListener);
	*l = (PacketListener){ .owner = p, .ifindex = ifindex, .group = *group };
	l->fd = packet_socket(AF_INET, VRRP_PROTO);
	r = MIN(l->fd, 0);
	if (!r)
		r = ip_multicast(group) ? packet_join(l->fd, ifindex, group)
					: packet_bind(l->fd, group);
	if (!r)
		r = io_loop_fd(p->loop, l->fd, EPOLLIN, packet_readable, l, &l->source);
	if (r) {
		if (l->fd >= 0)
			(void)close(l->fd);
		free(l);
		return r;
	}
	vec_push(&p->listeners, l);
	return 0;
}

static void packet_drop_listener(IoPacket *p, size_t i)
{
	packet_close_listener(p->listeners.items[i]);
	p->listeners.items[i] = p->listeners.items[--p->listeners.n];
}

void io_packet_unlisten(IoPacket *p, uint32_t ifindex, const IpAddr *group)
{
	for (size_t i = p->listeners.n; i-- > 0;)
		if (p->listeners.items[i]->ifindex == ifindex &&
			ip_equal(&p->listeners.items[i]->group, group))
			packet_drop_listener(p, i);
}

void io_packet_forget(IoPacket *p, uint32_t ifindex)
{
	for (size_t i = p->listeners.n; i-- > 0;)
		if (p->listeners.items[i]->ifindex == ifindex)
			packet_drop_listener(p, i);
}

static void packet_to_peer(IoPacket *p, unsigned i, const OpSend *s)
{
	p->to[i].in = (struct sockaddr_in){ .sin_family = AF_INET };
	memcpy(&p->to[i].in.sin_addr, s->dst.bytes, 4);
	p->sends[i].msg_hdr.msg_namelen = sizeof(p->to[i].in);
	p->send_peer[i] = s->dst;
}

/* Out of the link that is named (behaviour 78). */
static void packet_to_group(IoPacket *p, unsigned i, const OpSend *s)
{
	struct msghdr *h = &p->sends[i].msg_hdr;
	struct in_pktinfo info = { .ipi_ifindex = (int)s->ifindex };
	struct cmsghdr *c;

	p->to[i].in = (struct sockaddr_in){ .sin_family = AF_INET };
	memcpy(&p->to[i].in.sin_addr, s->dst.bytes, 4);
	h->msg_namelen = sizeof(p->to[i].in);
	h->msg_control = &p->control[i];
	h->msg_controllen = sizeof(p->control[i]);
	c = CMSG_FIRSTHDR(h);
	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memcpy(CMSG_DATA(c), &info, sizeof(info));
}

static void packet_to_frame(IoPacket *p, unsigned i, const OpSend *s)
{
	struct msghdr *h = &p->sends[i].msg_hdr;

	p->to[i].ll = (struct sockaddr_ll){ .sll_family = AF_PACKET,
		.sll_ifindex = (int)s->ifindex,
		.sll_protocol = htons(ETH_P_ARP),
		.sll_halen = ETH_ALEN };
	memcpy(p->to[i].ll.sll_addr, s->bytes, ETH_ALEN);
	h->msg_namelen = sizeof(p->to[i].ll);
	h->msg_control = NULL;
	h->msg_controllen = 0;
}

void io_packet_send(IoPacket *p, OpKind kind, const OpSend *s)
{
	const PacketWay way = kind == OP_SEND_FRAME   ? PACKET_FRAME
			      : ip_multicast(&s->dst) ? PACKET_GROUP
						      : PACKET_PEER;
	unsigned i;

	if (p->n == SEND_BATCH || (p->n && p->way != way))
		io_packet_flush(p);
	i = p->n++;
	p->way = way;
	p->send_ifindex[i] = s->ifindex;
	p->send_peer[i] = (IpAddr){ 0 };
	p->send_iov[i] = (struct iovec){ (void *)s->bytes, s->len };
	p->sends[i].msg_hdr = (struct msghdr){
		.msg_name = &p->to[i], .msg_iov = &p->send_iov[i], .msg_iovlen = 1
	};
	switch (way) {
	case PACKET_GROUP: packet_to_group(p, i, s); break;
	case PACKET_PEER: packet_to_peer(p, i, s); break;
	case PACKET_FRAME: packet_to_frame(p, i, s); break;
	}
}

static bool packet_same(const PacketTrouble *t, const IoPacket *p, unsigned i)
{
	return t->news.ifindex == p->send_ifindex[i] && ip_equal(&t->news.peer, &p->send_peer[i]);
}

static void packet_failed(IoPacket *p, unsigned i, int error)
{
	p->failures++;
	vec_foreach(t, &p->troubles)
		if (packet_same(t, p, i)) {
			t->told &= t->news.error != 0; /* a relapse is news */
			t->news.error = error;
			return;
		}
	vec_push(&p->troubles,
		((PacketTrouble){ .news = { p->send_ifindex[i], p->send_peer[i], error } }));
}

static void packet_sent(IoPacket *p, unsigned from, unsigned n)
{
	vec_foreach(t, &p->troubles)
		for (unsigned i = from; i < from + n && t->news.error; i++)
			if (packet_same(t, p, i)) {
				t->news.error = 0;
				t->told = !t->told; /* what was never told need not be taken back */
			}
}

bool io_packet_news(IoPacket *p, IoPacketNews *ret_news)
{
	for (size_t i = p->troubles.n; i-- > 0;) {
		PacketTrouble *t = &p->troubles.items[i];
		const bool news = !t->told;

		*ret_news = t->news;
		t->told = true;
		if (!t->news.error)
			*t = p->troubles.items[--p->troubles.n];
		if (news)
			return true;
	}
	return false;
}

void io_packet_flush(IoPacket *p)
{
	const int fd = p->way == PACKET_FRAME ? p->frame_fd : p->ip_fd;
	const int flags = p->way == PACKET_GROUP ? MSG_DONTROUTE : 0;

	for (unsigned i = 0; i < p->n;) {
		const int sent = sendmmsg(fd, p->sends + i, p->n - i, flags | MSG_DONTWAIT);

		/* The one that was refused (link down, queue full) is lost, the rest goes on. */
		if (sent <= 0) {
			packet_failed(p, i, errno);
			i++;
		} else {
			packet_sent(p, i, (unsigned)sent);
			i += (unsigned)sent;
		}
	}
	p->n = 0;
}

uint64_t io_packet_failures(const IoPacket *p)
{
	return p->failures;
}
