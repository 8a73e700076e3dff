/* SPDX-License-Identifier: MIT */
/* Each reason for which a packet is not accepted (RFC 3768, 7.1; RFC 9568, 7.1; behaviour 83 to
 * 86), and what is no reason. */
#include "unit_packet.h"

static void reject_short(void **state _unused_)
{
	const VrrpInstanceConfig c = unit_instance();
	size_t len;
	_cleanup_free_ uint8_t *p = unit_hex(v2_none, &len);

	/* The count says three, there is room for two. */
	p[AT_COUNT] = 3;
	seal(p, len);
	expect_why(&c, p, len, VRRP_REJECT_SHORT, (VrrpMismatch){ 24, 28 });
	/* No room for the fixed part. */
	expect_reject(&c, p, BODY + 7, VRRP_REJECT_SHORT);
	expect_reject(&c, p, 0, VRRP_REJECT_SHORT);
}

static void reject_short_v2_without_authentication_data(void **state _unused_)
{
	const VrrpInstanceConfig c = unit_instance();
	size_t len;
	_cleanup_free_ uint8_t *p = unit_hex(v2_none, &len);

	set_total(p, len - 8);
	seal(p, len - 8);
	expect_why(&c, p, len - 8, VRRP_REJECT_SHORT, (VrrpMismatch){ 16, 24 });
}

static void reject_long(void **state _unused_)
{
	const VrrpInstanceConfig c = config_v3();
	size_t len;
	_cleanup_free_ uint8_t *p = unit_hex(v3, &len);

	p[AT_COUNT] = 1;
	seal(p, len);
	expect_why(&c, p, len, VRRP_REJECT_LONG, (VrrpMismatch){ 16, 12 });
}

static void reject_ip_length(void **state _unused_)
{
	const VrrpInstanceConfig c = unit_instance();
	size_t len;
	_cleanup_free_ uint8_t *p = unit_hex(v2_none, &len);

	set_total(p, len + 1);
	expect_why(&c, p, len, VRRP_REJECT_IP_LENGTH,
		(VrrpMismatch){ (int64_t)len + 1, (int64_t)len });
	set_total(p, VRRP_IP_HEADER - 1);
	expect_reject(&c, p, len, VRRP_REJECT_IP_LENGTH);
	set_total(p, 0);
	expect_reject(&c, p, len, VRRP_REJECT_IP_LENGTH);
}

/* RFC 9568, 7.1: the TTL must be 255. */
static void reject_ttl(void **state _unused_)
{
	const VrrpInstanceConfig configs[] = { unit_instance(), config_v3() };
	const char *const packets[] = { v2_none, v3 };

	for (size_t i = 0; i < 2; i++)
		for (int64_t ttl = 0; ttl < 255; ttl++) {
			size_t len;
			_cleanup_free_ uint8_t *p = unit_hex(packets[i], &len);

			p[AT_TTL] = (uint8_t)ttl;
			expect_why(
				&configs[i], p, len, VRRP_REJECT_TTL, (VrrpMismatch){ ttl, 255 });
		}
}

static void reject_version(void **state _unused_)
{
	const VrrpInstanceConfig two = unit_instance(), three = config_v3();
	size_t len2, len3;
	_cleanup_free_ uint8_t *p2 = unit_hex(v2_none, &len2);
	_cleanup_free_ uint8_t *p3 = unit_hex(v3, &len3);

	expect_why(&three, p2, len2, VRRP_REJECT_VERSION, (VrrpMismatch){ 2, 3 });
	expect_why(&two, p3, len3, VRRP_REJECT_VERSION, (VrrpMismatch){ 3, 2 });
	p3[AT_TYPE] = 0x41;
	seal(p3, len3);
	expect_why(&three, p3, len3, VRRP_REJECT_VERSION, (VrrpMismatch){ 4, 3 });
}

static void reject_auth_type_that_is_none(void **state _unused_)
{
	const VrrpInstanceConfig c = unit_instance();
	size_t len;
	_cleanup_free_ uint8_t *p = unit_hex(v2_none, &len);

	p[AT_AUTH] = 3;
	seal(p, len);
	expect_reject(&c, p, len, VRRP_REJECT_AUTH_TYPE);
	p[AT_AUTH] = 255;
	seal(p, len);
	expect_reject(&c, p, len, VRRP_REJECT_AUTH_TYPE);
}

static void reject_auth_mismatch_both_ways(void **state _unused_)
{
	const VrrpInstanceConfig none = unit_instance(), pass = config_v2_pass();
	size_t len;
	_cleanup_free_ uint8_t *without = unit_hex(v2_none, &len);
	_cleanup_free_ uint8_t *with = unit_hex(v2_pass, &len);

	expect_why(&pass, without, len, VRRP_REJECT_AUTH_MISMATCH, (VrrpMismatch){ 0, 1 });
	expect_why(&none, with, len, VRRP_REJECT_AUTH_MISMATCH, (VrrpMismatch){ 1, 0 });
	/* The header's authentication (2) comes with protocol 51 and is never right here. */
	with[AT_AUTH] = 2;
	seal(with, len);
	expect_reject(&pass, with, len, VRRP_REJECT_AUTH_MISMATCH);
}

/* Behaviour 86: all eight bytes count. */
static void reject_password(void **state _unused_)
{
	const VrrpInstanceConfig c = config_v2_pass();

	for (size_t i = 0; i < VRRP_AUTH_SIZE; i++) {
		size_t len;
		_cleanup_free_ uint8_t *p = unit_hex(v2_pass, &len);

		p[len - VRRP_AUTH_SIZE + i] ^= 1;
		seal(p, len);
		expect_reject(&c, p, len, VRRP_REJECT_PASSWORD);
	}
}

/* Behaviour 72: a short password is filled up with zeros. */
static void short_password_is_padded(void **state _unused_)
{
	const IpAddr src = unit_ip("10.9.0.1");
	VrrpInstanceConfig c = config_v2_pass();
	uint8_t out[VRRP_PACKET_MAX];
	ByteWriter w = { .start = out, .cap = sizeof(out) };
	VrrpAdvert a;

	memset(c.auth_data, 0, sizeof(c.auth_data));
	memcpy(c.auth_data, "abc", 3);
	vrrp_packet_encode(&c, 2, &src, 1, 1, &w);
	assert_memory_equal(out + w.n - 8, "abc\0\0\0\0\0", 8);
	expect_accept(&c, out, w.n, &a);
	out[w.n - 1] = 'x';
	seal(out, w.n);
	expect_reject(&c, out, w.n, VRRP_REJECT_PASSWORD);
}

/* Behaviour 85 and RFC 3768, 7.1: version 2 drops an advert of another interval. */
static void reject_v2_interval(void **state _unused_)
{
	VrrpInstanceConfig c = unit_instance();
	size_t len;
	_cleanup_free_ uint8_t *p = unit_hex(v2_none, &len);

	p[AT_INTERVAL] = 2;
	seal(p, len);
	expect_why(&c, p, len, VRRP_REJECT_INTERVAL, (VrrpMismatch){ 2, 1 });
	p[AT_INTERVAL] = 255;
	seal(p, len);
	c.advert_usec = 255 * USEC_PER_SEC;
	expect_accept(&c, p, len, &(VrrpAdvert){ 0 });
}

/* Behaviour 85: version 3 takes the master's interval. */
static void accept_v3_other_interval(void **state _unused_)
{
	const VrrpInstanceConfig c = config_v3();
	size_t len;
	_cleanup_free_ uint8_t *p = unit_hex(v3, &len);
	VrrpAdvert a;

	p[AT_AUTH] = 0x01;
	p[AT_INTERVAL] = 0x2c;
	seal(p, len);
	expect_accept(&c, p, len, &a);
	assert_int_equal(a.advert_usec, 3 * USEC_PER_SEC);
}

/* An interval of zero would make the down time shorter than the skew of a higher priority. */
static void reject_v3_interval_zero(void **state _unused_)
{
	const VrrpInstanceConfig c = config_v3();
	size_t len;
	_cleanup_free_ uint8_t *p = unit_hex(v3, &len);

	p[AT_AUTH] = p[AT_INTERVAL] = 0;
	seal(p, len);
	expect_reject(&c, p, len, VRRP_REJECT_INTERVAL);
}

/* RFC 9568, 5.2.6: the reserved bits are ignored on reception. */
static void v3_reserved_bits_are_ignored(void **state _unused_)
{
	const VrrpInstanceConfig c = config_v3();
	size_t len;
	_cleanup_free_ uint8_t *p = unit_hex(v3, &len);
	VrrpAdvert a;

	p[AT_AUTH] |= 0xf0;
	seal(p, len);
	expect_accept(&c, p, len, &a);
	assert_int_equal(a.advert_usec, USEC_PER_SEC);
}

/* RFC 9568, 5.2.2: a packet of an unknown type is discarded. */
static void reject_type(void **state _unused_)
{
	const VrrpInstanceConfig c = unit_instance();
	size_t len;
	_cleanup_free_ uint8_t *p = unit_hex(v2_none, &len);

	for (int64_t type = 0; type < 16; type++) {
		p[AT_TYPE] = (uint8_t)(0x20 | type);
		seal(p, len);
		if (type != 1)
			expect_why(&c, p, len, VRRP_REJECT_TYPE, (VrrpMismatch){ type, 1 });
	}
}

static void reject_checksum(void **state _unused_)
{
	const VrrpInstanceConfig configs[] = { unit_instance(), config_v2_pass(), config_v3() };
	const char *const packets[] = { v2_none, v2_pass, v3 };

	for (size_t i = 0; i < 3; i++) {
		size_t len;
		_cleanup_free_ uint8_t *p = unit_hex(packets[i], &len);

		p[AT_CHECKSUM + 1]++;
		expect_reject(&configs[i], p, len, VRRP_REJECT_CHECKSUM);
	}
}

/* Behaviour 74 and 75: only version 3 covers source and destination. */
static void v3_checksum_covers_the_addresses_of_the_ip_header(void **state _unused_)
{
	const VrrpInstanceConfig two = unit_instance(), three = config_v3();
	size_t len2, len3;
	_cleanup_free_ uint8_t *p2 = unit_hex(v2_none, &len2);
	_cleanup_free_ uint8_t *p3 = unit_hex(v3, &len3);

	p2[15] = p3[15] = 9;
	expect_accept(&two, p2, len2, &(VrrpAdvert){ 0 });
	expect_reject(&three, p3, len3, VRRP_REJECT_CHECKSUM);
	p3[15] = 1;
	p3[AT_DST + 3] = 19;
	expect_reject(&three, p3, len3, VRRP_REJECT_CHECKSUM);
}

static void reject_unicast_destination(void **state _unused_)
{
	const VrrpInstanceConfig configs[] = { unit_instance(), config_v3() };
	const char *const packets[] = { v2_none, v3 };

	for (size_t i = 0; i < 2; i++) {
		size_t len;
		_cleanup_free_ uint8_t *p = unit_hex(packets[i], &len);

		memcpy(p + AT_DST, unit_ip("10.9.0.2").bytes, 4);
		seal(p, len);
		expect_reject(&configs[i], p, len, VRRP_REJECT_UNICAST);
	}
}

/* Behaviour 83: of several faults the first in the order of the checks is told. */
static void checks_come_in_order(void **state _unused_)
{
	const VrrpInstanceConfig c = config_v2_pass();
	size_t len;
	_cleanup_free_ uint8_t *p = unit_hex(v2_none, &len);

	p[AT_DST] = 10;
	expect_reject(&c, p, len, VRRP_REJECT_AUTH_MISMATCH);
	p[AT_AUTH] = 1;
	expect_reject(&c, p, len, VRRP_REJECT_PASSWORD);
	memcpy(p + len - 8, "secret12", 8);
	p[AT_INTERVAL] = 7;
	p[AT_TYPE] = 0x22;
	expect_reject(&c, p, len, VRRP_REJECT_INTERVAL);
	p[AT_INTERVAL] = 1;
	expect_reject(&c, p, len, VRRP_REJECT_TYPE);
	p[AT_TYPE] = 0x21;
	p[AT_CHECKSUM] ^= 0xff;
	expect_reject(&c, p, len, VRRP_REJECT_CHECKSUM);
	p[AT_CHECKSUM] = p[AT_CHECKSUM + 1] = 0;
	seal(p, len);
	expect_reject(&c, p, len, VRRP_REJECT_UNICAST);
	p[AT_TTL] = 1;
	p[AT_TYPE] = 0x31;
	expect_reject(&c, p, len, VRRP_REJECT_TTL);
	p[AT_TTL] = 255;
	expect_reject(&c, p, len, VRRP_REJECT_VERSION);
}

static const struct CMUnitTest tests[] = {
	T(reject_short),
	T(reject_short_v2_without_authentication_data),
	T(reject_long),
	T(reject_ip_length),
	T(reject_ttl),
	T(reject_version),
	T(reject_auth_type_that_is_none),
	T(reject_auth_mismatch_both_ways),
	T(reject_password),
	T(short_password_is_padded),
	T(reject_v2_interval),
	T(accept_v3_other_interval),
	T(reject_v3_interval_zero),
	T(v3_reserved_bits_are_ignored),
	T(reject_type),
	T(reject_checksum),
	T(v3_checksum_covers_the_addresses_of_the_ip_header),
	T(reject_unicast_destination),
	T(checks_come_in_order),
};

unit_main(tests)
