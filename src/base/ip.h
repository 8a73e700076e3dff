/* SPDX-License-Identifier: MIT */
#pragma once

/* IP addresses of both families. */

#include "base/base.h"

typedef enum IpFamily { IP_NONE = 0, IP_V4 = 4, IP_V6 = 6 } IpFamily;

typedef struct IpAddr {
	uint8_t family;	   /* IpFamily */
	uint8_t bytes[16]; /* network order; the first 4 for IPv4, the rest zero */
} IpAddr;

enum { IP_TEXT_SIZE = 48 };

static inline size_t ip_size(IpFamily family)
{
	return family == IP_V4 ? 4 : family == IP_V6 ? 16 : 0;
}

static inline uint8_t ip_bits(IpFamily family)
{
	return (uint8_t)(ip_size(family) * 8);
}

/* An address from its bytes in network order. */
IpAddr ip_from_bytes(IpFamily family, const void *bytes);
/* Accepts what inet_pton(3) accepts, nothing else. */
bool ip_parse(const char *text, IpAddr *ret_ip);
const char *ip_text(const IpAddr *ip, char buffer[static IP_TEXT_SIZE]);
/* Of a group, not of a machine (224.0.0.0/4, ff00::/8). */
bool ip_multicast(const IpAddr *ip);
bool ip_equal(const IpAddr *a, const IpAddr *b);
/* As unsigned numbers in network order (RFC 9568, 6.4.3): <0, 0, >0. */
int ip_compare(const IpAddr *a, const IpAddr *b);
