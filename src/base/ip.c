/* SPDX-License-Identifier: MIT */
#include "base/ip.h"

#include <arpa/inet.h>

IpAddr ip_from_bytes(IpFamily family, const void *bytes)
{
	IpAddr ip = { .family = (uint8_t)family };

	memcpy(ip.bytes, bytes, ip_size(family));
	return ip;
}

bool ip_parse(const char *text, IpAddr *ret_ip)
{
	uint8_t bytes[16];

	if (inet_pton(AF_INET, text, bytes) == 1)
		*ret_ip = ip_from_bytes(IP_V4, bytes);
	else if (inet_pton(AF_INET6, text, bytes) == 1)
		*ret_ip = ip_from_bytes(IP_V6, bytes);
	else
		return false;
	return true;
}

const char *ip_text(const IpAddr *ip, char buffer[static IP_TEXT_SIZE])
{
	const int af = ip->family == IP_V6 ? AF_INET6 : AF_INET;

	if (ip->family == IP_NONE || !inet_ntop(af, ip->bytes, buffer, IP_TEXT_SIZE))
		return strcpy(buffer, "none");
	return buffer;
}

bool ip_multicast(const IpAddr *ip)
{
	return ip->family == IP_V4 ? ip->bytes[0] >> 4 == 0xe
				   : ip->family == IP_V6 && ip->bytes[0] == 0xff;
}

bool ip_equal(const IpAddr *a, const IpAddr *b)
{
	return a->family == b->family && !memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

int ip_compare(const IpAddr *a, const IpAddr *b)
{
	if (a->family != b->family)
		return (int)a->family - (int)b->family;
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}
