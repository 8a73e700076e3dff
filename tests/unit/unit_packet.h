/* SPDX-License-Identifier: MIT */
#pragma once

/* unit_packet: captures of keepalived 2.2.7 (IP header onwards: VRID 51, priority 255, 10.9.0.100
 * and 10.9.0.101, from 10.9.0.1, identification 1), where the fields are in them, and decoding of
 * copies that are exactly as long as they say. */

#include "unit.h"

#define HEAD "45c0002c 00010000 ff70d084 0a090001 e0000012 "

static const char v2_none[] = HEAD "2133ff02 0001caed 0a090064 0a090065 00000000 00000000";
static const char v2_pass[] = HEAD "2133ff02 01015c6f 0a090064 0a090065 73656372 65743132";
static const char v3[] = "45c00024 00010000 ff70d08c 0a090001 e0000012 "
			 "3133ff02 0064cfed 0a090064 0a090065";

enum {
	BODY = VRRP_IP_HEADER,
	AT_TYPE = BODY,
	AT_PRIORITY = BODY + 2,
	AT_COUNT = BODY + 3,
	AT_AUTH = BODY + 4,
	AT_INTERVAL = BODY + 5,
	AT_CHECKSUM = BODY + 6,
	AT_LIST = BODY + 8,
	AT_TTL = 8,
	AT_DST = 16,
};

static inline VrrpInstanceConfig config_v2_pass(void)
{
	VrrpInstanceConfig c = unit_instance();

	c.auth_type = VRRP_AUTH_PASS;
	memcpy(c.auth_data, "secret12", VRRP_AUTH_SIZE);
	return c;
}

static inline VrrpInstanceConfig config_v3(void)
{
	VrrpInstanceConfig c = unit_instance();

	c.version = 3;
	return c;
}

/* The checksum as the RFCs have it, worked out here and not by the code under test. */
static inline void seal(uint8_t *p, size_t len)
{
	const size_t head = (size_t)(p[0] & 0xf) * 4;
	uint8_t *body = p + head;
	uint32_t sum = 0;

	body[6] = body[7] = 0;
	if (body[0] >> 4 == 3) {
		for (size_t i = 12; i < 20; i += 2)
			sum += (uint32_t)(p[i] << 8 | p[i + 1]);
		sum += 112 + (uint32_t)(len - head);
	}
	for (size_t i = 0; i < len - head; i++)
		sum += i % 2 ? body[i] : (uint32_t)body[i] << 8;
	while (sum > 0xffff)
		sum = (sum >> 16) + (sum & 0xffff);
	body[6] = (uint8_t)(~sum >> 8);
	body[7] = (uint8_t)~sum;
}

static inline void set_total(uint8_t *p, size_t total)
{
	p[2] = (uint8_t)(total >> 8);
	p[3] = (uint8_t)total;
}

/* The result of decoding a copy that is exactly as long as it says. */
static inline VrrpReject decode(
	const VrrpInstanceConfig *c, const uint8_t *p, size_t len, VrrpAdvert *a, VrrpMismatch *why)
{
	_cleanup_free_ uint8_t *exact = unit_copy(p, len);

	return vrrp_packet_decode(c, c->n_advertised, exact, len, a, why);
}

static inline void expect_reject(
	const VrrpInstanceConfig *c, const uint8_t *p, size_t len, VrrpReject want)
{
	VrrpAdvert a, before;
	VrrpMismatch why;

	memset(&a, 0xa5, sizeof(a));
	memcpy(&before, &a, sizeof(a));
	assert_int_equal(decode(c, p, len, &a, &why), want);
	/* An out-parameter is untouched on failure. */
	assert_memory_equal(&a, &before, sizeof(a));
}

static inline void expect_why(const VrrpInstanceConfig *c, const uint8_t *p, size_t len,
	VrrpReject want, VrrpMismatch expected)
{
	VrrpAdvert a;
	VrrpMismatch why;

	expect_reject(c, p, len, want);
	(void)decode(c, p, len, &a, &why);
	assert_int_equal(why.got, expected.got);
	assert_int_equal(why.want, expected.want);
}

static inline void expect_accept(
	const VrrpInstanceConfig *c, const uint8_t *p, size_t len, VrrpAdvert *a)
{
	VrrpMismatch why;

	assert_int_equal(decode(c, p, len, a, &why), VRRP_ACCEPT);
}
