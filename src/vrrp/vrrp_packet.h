/* SPDX-License-Identifier: MIT */
#pragma once

/* The VRRP packet on IPv4, with its IP header: version 2 (RFC 3768, with the authentication data of
 * RFC 2338 that keepalived still sends) and version 3 (RFC 9568). Nothing in a received packet is
 * believed before its length was checked. */

#include "base/bytes.h"
#include "vrrp/vrrp_config.h"

enum {
	VRRP_IP_HEADER = 20,
	VRRP_HEADER = 8,
	VRRP_PROTOCOL = 112, /* IP protocol number */
	VRRP_TTL = 255,	     /* RFC 9568, 5.1.1.3 */
	VRRP_PACKET_MAX = VRRP_IP_HEADER + VRRP_HEADER + 4 * LIMIT_ADVERT_ADDRS + VRRP_AUTH_SIZE,
};

/* What an advert says. */
typedef struct VrrpAdvert {
	IpAddr src;
	uint8_t priority;
	Span advert_usec;    /* the sender's interval */
	bool same_addresses; /* its address list equals ours */
	uint8_t n_addresses;
} VrrpAdvert;

/* Why a packet was not accepted; each has its counter. */
typedef enum VrrpReject {
	VRRP_ACCEPT,
	VRRP_REJECT_SHORT,
	VRRP_REJECT_LONG,
	VRRP_REJECT_IP_LENGTH,
	VRRP_REJECT_TTL,
	VRRP_REJECT_VERSION,
	VRRP_REJECT_AUTH_TYPE,
	VRRP_REJECT_AUTH_MISMATCH,
	VRRP_REJECT_PASSWORD,
	VRRP_REJECT_INTERVAL,
	VRRP_REJECT_TYPE,
	VRRP_REJECT_CHECKSUM,
	VRRP_REJECT_UNICAST, /* unicast where multicast is expected, or the other way round */
	VRRP_REJECT_PEER,    /* from somebody who is no peer */
	VRRP_REJECT_PEER_TTL,
	VRRP_REJECTS,
} VrrpReject;

/* For the message: what was received and what was expected. */
typedef struct VrrpMismatch {
	int64_t got, want;
} VrrpMismatch;

/* Appends the packet that says `priority` for this instance, to the group or to the first peer. */
void vrrp_packet_encode(const VrrpInstanceConfig *config, size_t n_addresses, const IpAddr *src,
	uint8_t priority, uint16_t ip_id, ByteWriter *out);

/* The same to somebody else: `packet` is one that was encoded here. */
void vrrp_packet_readdress(uint8_t *packet, size_t len, const IpAddr *dst);

/* What finds the instance. */
typedef struct VrrpPeek {
	IpAddr src, dst;
	uint8_t vrid;
} VrrpPeek;

/* False when there is no room for it. */
bool vrrp_packet_peek(const uint8_t *bytes, size_t len, VrrpPeek *ret_peek);

/* Holds the packet against the instance, in the order of RFC 9568, 7.1. `n_addresses` of the
 * configured ones are advertised. ret_why is set when the packet is not accepted. That a packet to
 * one address is to ours is for the caller to see. */
VrrpReject vrrp_packet_decode(const VrrpInstanceConfig *config, size_t n_addresses,
	const uint8_t *bytes, size_t len, VrrpAdvert *ret_advert, VrrpMismatch *ret_why);

/* How many addresses fit into an advert on a link of this MTU (behaviour 77). */
size_t vrrp_packet_room(const VrrpInstanceConfig *config, uint32_t mtu);
