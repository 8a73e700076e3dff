/* SPDX-License-Identifier: MIT */
#pragma once

/* Raw sockets: VRRP packets in and out, Ethernet frames out. One receiving socket for each link and
 * group or own address; each packet is told once. Sends are gathered and go out many in one system
 * call: to a group out of the link that is named, past the routing table; to a peer as routes say. */

#include "core/op.h"
#include "io/io_loop.h"

typedef struct IoPacket IoPacket;

/* For each received IPv4 packet; NULL bytes: no more for now. */
typedef void IoPacketHandler(void *data, uint32_t ifindex, const uint8_t *bytes, size_t len);

/* `loop` may be NULL for a sender only. */
int io_packet_open(IoLoop *loop, IoPacketHandler *handler, void *data, IoPacket **ret_packet);
void io_packet_free(IoPacket *p);
/* Joins the group on the link; nothing to do when that was done before. An address of ours instead of
 * a group: what is sent to it, from whatever link, is told as if it came from this one; the address
 * may come later. */
int io_packet_listen(IoPacket *p, uint32_t ifindex, const IpAddr *group);
void io_packet_unlisten(IoPacket *p, uint32_t ifindex, const IpAddr *group);
/* The link is gone, and its memberships with it, even if its index comes back. */
void io_packet_forget(IoPacket *p, uint32_t ifindex);
/* Reads what has arrived, bounded. Called before time is acted on, so that a late process does not
 * take a master for dead whose adverts wait in the socket. */
void io_packet_drain(IoPacket *p);
/* The bytes must stay until the flush. */
void io_packet_send(IoPacket *p, OpKind kind, const OpSend *s);
void io_packet_flush(IoPacket *p);
/* What is new about sending on a link, or to a peer, since the last call. */
typedef struct IoPacketNews {
	uint32_t ifindex;
	IpAddr peer; /* family IP_NONE: frames and packets to groups, on the link */
	int error;   /* 0: they go out again */
} IoPacketNews;

/* False when there is nothing new. */
bool io_packet_news(IoPacket *p, IoPacketNews *ret_news);
/* Packets that the kernel refused to send. */
uint64_t io_packet_failures(const IoPacket *p);
