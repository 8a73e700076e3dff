/* SPDX-License-Identifier: MIT */
/* The packet codec against captures of keepalived 2.2.7, RFC 3768 5 and 7.1, RFC 9568 5 and 7.1,
 * and behaviour 68 to 87. */
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

static VrrpInstanceConfig config_v2_pass(void)
{
	VrrpInstanceConfig c = unit_instance();

	c.auth_type = VRRP_AUTH_PASS;
	memcpy(c.auth_data, "secret12", VRRP_AUTH_SIZE);
	return c;
}

static VrrpInstanceConfig config_v3(void)
{
	VrrpInstanceConfig c = unit_instance();

	c.version = 3;
	return c;
}

/* The checksum as the RFCs have it, worked out here and not by the code under test. */
static void seal(uint8_t *p, size_t len)
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

static void set_total(uint8_t *p, size_t total)
{
	p[2] = (uint8_t)(total >> 8);
	p[3] = (uint8_t)total;
}

/* The result of decoding a copy that is exactly as long as it says. */
static VrrpReject decode(const VrrpInstanceConfig *c, const uint8_t *p, size_t len, VrrpAdvert *a,
	VrrpMismatch *why)
{
	_cleanup_free_ uint8_t *exact = unit_copy(p, len);

	return vrrp_packet_decode(c, c->n_advertised, exact, len, a, why);
}

static void expect_reject(const VrrpInstanceConfig *c, const uint8_t *p, size_t len, VrrpReject want)
{
	VrrpAdvert a, before;
	VrrpMismatch why;

	memset(&a, 0xa5, sizeof(a));
	memcpy(&before, &a, sizeof(a));
	assert_int_equal(decode(c, p, len, &a, &why), want);
	/* An out-parameter is untouched on failure. */
	assert_memory_equal(&a, &before, sizeof(a));
}

static void expect_why(const VrrpInstanceConfig *c, const uint8_t *p, size_t len, VrrpReject want,
	VrrpMismatch expected)
{
	VrrpAdvert a;
	VrrpMismatch why;

	expect_reject(c, p, len, want);
	(void)decode(c, p, len, &a, &why);
	assert_int_equal(why.got, expected.got);
	assert_int_equal(why.want, expected.want);
}

static void expect_accept(const VrrpInstanceConfig *c, const uint8_t *p, size_t len, VrrpAdvert *a)
{
	VrrpMismatch why;

	assert_int_equal(decode(c, p, len, a, &why), VRRP_ACCEPT);
}

static void expect_encodes(const VrrpInstanceConfig *c, const char *hex)
{
	const IpAddr src = unit_ip("10.9.0.1");
	uint8_t out[VRRP_PACKET_MAX];
	ByteWriter w = { .start = out, .cap = sizeof(out) };
	size_t len;
	_cleanup_free_ uint8_t *want = unit_hex(hex, &len);

	vrrp_packet_encode(c, c->n_advertised, &src, 255, 1, &w);
	assert_false(w.bad);
	assert_int_equal(w.n, len);
	assert_memory_equal(out, want, len);
}

static void expect_decodes(const VrrpInstanceConfig *c, const char *hex)
{
	const IpAddr src = unit_ip("10.9.0.1");
	size_t len;
	_cleanup_free_ uint8_t *p = unit_hex(hex, &len);
	VrrpAdvert a;

	expect_accept(c, p, len, &a);
	assert_true(ip_equal(&a.src, &src));
	assert_int_equal(a.priority, 255);
	assert_int_equal(a.advert_usec, USEC_PER_SEC);
	assert_int_equal(a.n_addresses, 2);
	assert_true(a.same_addresses);
}

static void encode_v2_as_keepalived(void **state _unused_)
{
	const VrrpInstanceConfig c = unit_instance();

	expect_encodes(&c, v2_none);
}

static void encode_v2_password_as_keepalived(void **state _unused_)
{
	const VrrpInstanceConfig c = config_v2_pass();

	expect_encodes(&c, v2_pass);
}

static void encode_v3_as_keepalived(void **state _unused_)
{
	const VrrpInstanceConfig c = config_v3();

	expect_encodes(&c, v3);
}

static void decode_v2_of_keepalived(void **state _unused_)
{
	const VrrpInstanceConfig c = unit_instance();

	expect_decodes(&c, v2_none);
}

static void decode_v2_password_of_keepalived(void **state _unused_)
{
	const VrrpInstanceConfig c = config_v2_pass();

	expect_decodes(&c, v2_pass);
}

static void decode_v3_of_keepalived(void **state _unused_)
{
	const VrrpInstanceConfig c = config_v3();

	expect_decodes(&c, v3);
}

/* Behaviour 71: bytes 4 and 5 are a reserved nibble, zero when sent, and 12 bits of 10 ms. */
static void encode_v3_interval_in_centiseconds(void **state _unused_)
{
	static const struct {
		Span usec;
		uint16_t csec;
	} cases[] = { { 10000, 1 }, { 200000, 0x14 }, { 1000000, 0x64 }, { 40950000, 0xfff } };
	const IpAddr src = unit_ip("10.9.0.1");
	VrrpInstanceConfig c = config_v3();

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		uint8_t out[VRRP_PACKET_MAX];
		ByteWriter w = { .start = out, .cap = sizeof(out) };
		VrrpAdvert a;

		c.advert_usec = cases[i].usec;
		vrrp_packet_encode(&c, 2, &src, 100, 1, &w);
		assert_int_equal(out[AT_AUTH] << 8 | out[AT_INTERVAL], cases[i].csec);
		expect_accept(&c, out, w.n, &a);
		assert_int_equal(a.advert_usec, cases[i].usec);
	}
}

static void encode_appends_behind_what_is_there(void **state _unused_)
{
	const VrrpInstanceConfig c = config_v3();
	const IpAddr src = unit_ip("10.9.0.1");
	uint8_t out[VRRP_PACKET_MAX + 5] = { 1, 2, 3, 4, 5 };
	ByteWriter w = { .start = out, .n = 5, .cap = sizeof(out) };
	size_t len;
	_cleanup_free_ uint8_t *want = unit_hex(v3, &len);

	vrrp_packet_encode(&c, 2, &src, 255, 1, &w);
	assert_int_equal(w.n, 5 + len);
	assert_memory_equal(out, "\1\2\3\4\5", 5);
	assert_memory_equal(out + 5, want, len);
}

static void encode_without_room_writes_nothing_outside(void **state _unused_)
{
	const VrrpInstanceConfig c = config_v2_pass();
	const IpAddr src = unit_ip("10.9.0.1");

	for (size_t cap = 0; cap < 44; cap++) {
		_cleanup_free_ uint8_t *out = mem_alloc(cap, 1);
		ByteWriter w = { .start = out, .cap = cap };

		vrrp_packet_encode(&c, 2, &src, 255, 1, &w);
		assert_true(w.bad);
		assert_true(w.n <= cap);
	}
}

static void all_priorities_come_back(void **state _unused_)
{
	const IpAddr src = unit_ip("192.0.2.7");
	const VrrpInstanceConfig configs[] = { unit_instance(), config_v2_pass(), config_v3() };

	for (size_t i = 0; i < ARRAY_LEN(configs); i++)
		for (unsigned priority = 0; priority < 256; priority++) {
			uint8_t out[VRRP_PACKET_MAX];
			ByteWriter w = { .start = out, .cap = sizeof(out) };
			VrrpAdvert a;

			vrrp_packet_encode(&configs[i], 2, &src, (uint8_t)priority,
				(uint16_t)(priority * 257), &w);
			assert_false(w.bad);
			expect_accept(&configs[i], out, w.n, &a);
			assert_int_equal(a.priority, priority);
			assert_true(ip_equal(&a.src, &src));
			/* The IP header sums up to zero (RFC 1071). */
			assert_int_equal(bytes_checksum(bytes_sum(out, VRRP_IP_HEADER, 0)), 0);
		}
}

static void peek_finds_source_and_vrid(void **state _unused_)
{
	const IpAddr want = unit_ip("10.9.0.1");
	size_t len;
	_cleanup_free_ uint8_t *p = unit_hex(v2_none, &len);
	IpAddr src;
	uint8_t vrid;

	assert_true(vrrp_packet_peek(p, len, &src, &vrid));
	assert_int_equal(vrid, 51);
	assert_true(ip_equal(&src, &want));
	for (size_t n = 0; n < 22; n++) {
		_cleanup_free_ uint8_t *exact = unit_copy(p, n);

		assert_false(vrrp_packet_peek(exact, n, &src, &vrid));
	}
	p[0] = 0x65;
	assert_false(vrrp_packet_peek(p, len, &src, &vrid));
	p[0] = 0x44;
	assert_false(vrrp_packet_peek(p, len, &src, &vrid));
	p[0] = 0x4f; /* a header of 60 bytes in a packet of 44 */
	assert_false(vrrp_packet_peek(p, len, &src, &vrid));
}

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
			expect_why(&configs[i], p, len, VRRP_REJECT_TTL, (VrrpMismatch){ ttl, 255 });
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

/* Ethernet fills short frames up to 46 bytes; what is behind the IP packet does not count. */
static void padding_of_the_frame_is_no_part_of_the_packet(void **state _unused_)
{
	const VrrpInstanceConfig configs[] = { unit_instance(), config_v3() };
	const char *const packets[] = { v2_none, v3 };

	for (size_t i = 0; i < 2; i++) {
		size_t len;
		_cleanup_free_ uint8_t *p = unit_hex(packets[i], &len);

		p = mem_resize(p, len + 20, 1);
		memset(p + len, 0xee, 20);
		for (size_t more = 0; more <= 20; more++) {
			VrrpAdvert a;

			expect_accept(&configs[i], p, len + more, &a);
			assert_int_equal(a.n_addresses, 2);
		}
	}
}

static void ip_options_are_skipped(void **state _unused_)
{
	const VrrpInstanceConfig configs[] = { unit_instance(), config_v2_pass(), config_v3() };
	const char *const packets[] = { v2_none, v2_pass, v3 };

	for (size_t i = 0; i < 3; i++)
		for (size_t words = 1; words <= 10; words++) {
			size_t len;
			_cleanup_free_ uint8_t *plain = unit_hex(packets[i], &len);
			_cleanup_free_ uint8_t *p = mem_alloc(len + 4 * words, 1);
			VrrpAdvert a;
			IpAddr src;
			uint8_t vrid;

			memcpy(p, plain, VRRP_IP_HEADER);
			memset(p + VRRP_IP_HEADER, 1, 4 * words); /* no operation */
			memcpy(p + VRRP_IP_HEADER + 4 * words, plain + BODY, len - BODY);
			p[0] = (uint8_t)(0x45 + words);
			len += 4 * words;
			set_total(p, len);
			expect_accept(&configs[i], p, len, &a);
			assert_int_equal(a.priority, 255);
			assert_true(vrrp_packet_peek(p, len, &src, &vrid));
			assert_int_equal(vrid, 51);
			for (size_t n = 0; n < len; n++) {
				VrrpMismatch why;

				assert_int_not_equal(decode(&configs[i], p, n, &a, &why),
					VRRP_ACCEPT);
			}
		}
}

/* Cut off anywhere, whether or not the IP header knows of it: never accepted, and nothing is read
 * behind the end (the copies are of the exact size). */
static void truncated_is_never_accepted(void **state _unused_)
{
	const VrrpInstanceConfig configs[] = { unit_instance(), config_v2_pass(), config_v3() };
	const char *const packets[] = { v2_none, v2_pass, v3 };

	for (size_t i = 0; i < 3; i++) {
		size_t len;
		_cleanup_free_ uint8_t *p = unit_hex(packets[i], &len);

		for (size_t n = 0; n < len; n++) {
			VrrpAdvert a;
			VrrpMismatch why;

			set_total(p, len);
			assert_int_not_equal(decode(&configs[i], p, n, &a, &why), VRRP_ACCEPT);
			set_total(p, n);
			assert_int_not_equal(decode(&configs[i], p, n, &a, &why), VRRP_ACCEPT);
			/* And a count that fits whatever is left. */
			p[AT_COUNT] = (uint8_t)(n > 36 ? (n - 36) / 4 : 0);
			assert_int_not_equal(decode(&configs[i], p, n, &a, &why), VRRP_ACCEPT);
			p[AT_COUNT] = 2;
		}
	}
}

static void any_flipped_bit_is_noticed(void **state _unused_)
{
	const VrrpInstanceConfig configs[] = { unit_instance(), config_v2_pass(), config_v3() };
	const char *const packets[] = { v2_none, v2_pass, v3 };

	for (size_t i = 0; i < 3; i++) {
		size_t len;
		_cleanup_free_ uint8_t *p = unit_hex(packets[i], &len);

		for (size_t bit = BODY * 8; bit < len * 8; bit++) {
			VrrpAdvert a;
			VrrpMismatch why;

			p[bit / 8] ^= (uint8_t)(1u << bit % 8);
			assert_int_not_equal(decode(&configs[i], p, len, &a, &why), VRRP_ACCEPT);
			p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
		expect_accept(&configs[i], p, len, &(VrrpAdvert){ 0 });
	}
}

static void noise_never_crashes(void **state _unused_)
{
	const VrrpInstanceConfig configs[] = { unit_instance(), config_v2_pass(), config_v3() };
	uint64_t seed = 1;

	for (size_t round = 0; round < 30000; round++) {
		const VrrpInstanceConfig *c = &configs[round % 3];
		const size_t len = unit_below(&seed, 80);
		_cleanup_free_ uint8_t *p = mem_alloc(len, 1);
		VrrpAdvert a = { 0 };
		VrrpMismatch why;

		for (size_t i = 0; i < len; i++)
			p[i] = (uint8_t)unit_random(&seed);
		/* Most noise would end at the first byte. */
		if (len > BODY) {
			p[0] = (uint8_t)(0x45 + unit_below(&seed, 3));
			p[AT_TTL] = 255;
			p[AT_TYPE] = (uint8_t)(c->version << 4 | 1);
			if (unit_below(&seed, 2))
				set_total(p, len);
			memcpy(p + AT_DST, c->group.bytes, 4);
		}
		if (decode(c, p, len, &a, &why) == VRRP_ACCEPT)
			assert_true(VRRP_IP_HEADER + VRRP_HEADER + 4 * (size_t)a.n_addresses <= len);
	}
}

/* Encodes n addresses 10.1.0.0, 10.1.0.1, ... */
static void many(VrrpInstanceConfig *c, AddrSpec *vips, size_t n, uint8_t *out, ByteWriter *w)
{
	const IpAddr src = unit_ip("10.9.0.1");

	for (size_t i = 0; i < n; i++) {
		vips[i] = (AddrSpec){ .ip = unit_ip("10.1.0.0"), .prefix_len = 32, .dev = "eth0" };
		vips[i].ip.bytes[2] = (uint8_t)(i >> 8);
		vips[i].ip.bytes[3] = (uint8_t)i;
	}
	c->vips = vips;
	c->n_vips = c->n_advertised = n;
	*w = (ByteWriter){ .start = out, .cap = VRRP_PACKET_MAX };
	vrrp_packet_encode(c, n, &src, 100, 1, w);
}

static void address_list_of_every_length(void **state _unused_)
{
	static AddrSpec vips[LIMIT_ADVERT_ADDRS];
	VrrpInstanceConfig configs[] = { unit_instance(), config_v2_pass(), config_v3() };

	for (size_t i = 0; i < 3; i++)
		for (size_t n = 0; n <= LIMIT_ADVERT_ADDRS; n++) {
			uint8_t out[VRRP_PACKET_MAX];
			ByteWriter w;
			VrrpAdvert a;

			many(&configs[i], vips, n, out, &w);
			assert_false(w.bad);
			assert_int_equal(w.n, 28 + 4 * n + (configs[i].version == 2 ? 8 : 0));
			expect_accept(&configs[i], out, w.n, &a);
			assert_int_equal(a.n_addresses, n);
			assert_true(a.same_addresses);
		}
}

/* Behaviour 87 (2.3.3 and later): another list is noticed, the advert counts. */
static void address_list_that_differs_is_noticed(void **state _unused_)
{
	VrrpInstanceConfig c = unit_instance();
	size_t len;
	_cleanup_free_ uint8_t *p = unit_hex(v2_none, &len);
	VrrpAdvert a;

	p[AT_LIST + 3] = 99;
	seal(p, len);
	expect_accept(&c, p, len, &a);
	assert_false(a.same_addresses);
	assert_int_equal(a.n_addresses, 2);
	p[AT_LIST + 3] = 100;
	p[AT_LIST + 7] = 99;
	seal(p, len);
	expect_accept(&c, p, len, &a);
	assert_false(a.same_addresses);
	/* We advertise but one of two. */
	p[AT_LIST + 7] = 101;
	seal(p, len);
	c.n_advertised = 1;
	expect_accept(&c, p, len, &a);
	assert_false(a.same_addresses);
}

static void address_list_in_another_order_is_the_same(void **state _unused_)
{
	static AddrSpec vips[40];
	VrrpInstanceConfig c = config_v3();
	uint8_t out[VRRP_PACKET_MAX];
	ByteWriter w;
	VrrpAdvert a;
	uint64_t seed = 7;

	many(&c, vips, 40, out, &w);
	for (size_t round = 0; round < 50; round++) {
		const size_t i = unit_below(&seed, 40), j = unit_below(&seed, 40);
		uint8_t x[4];

		memcpy(x, out + AT_LIST + 4 * i, 4);
		memmove(out + AT_LIST + 4 * i, out + AT_LIST + 4 * j, 4);
		memcpy(out + AT_LIST + 4 * j, x, 4);
		seal(out, w.n);
		expect_accept(&c, out, w.n, &a);
		assert_true(a.same_addresses);
	}
}

/* Behaviour 77: min(255, (MTU - headers) / address size). */
static void room_for_addresses_by_mtu(void **state _unused_)
{
	static const struct {
		uint32_t mtu;
		size_t v2, v3;
	} cases[] = {
		{ 0, 0, 0 },        { 20, 0, 0 },       { 28, 0, 0 },         { 31, 0, 0 },
		{ 32, 0, 1 },       { 36, 0, 2 },       { 39, 0, 2 },         { 40, 1, 3 },
		{ 68, 8, 10 },      { 576, 135, 137 },  { 1044, 252, 254 },   { 1048, 253, 255 },
		{ 1055, 254, 255 }, { 1056, 255, 255 }, { 1500, 255, 255 },   { 9000, 255, 255 },
		{ 65536, 255, 255 }, { UINT32_MAX, 255, 255 },
	};
	const VrrpInstanceConfig two = unit_instance(), three = config_v3();

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(vrrp_packet_room(&two, cases[i].mtu), cases[i].v2);
		assert_int_equal(vrrp_packet_room(&three, cases[i].mtu), cases[i].v3);
	}
}

static const struct CMUnitTest tests[] = {
	T(encode_v2_as_keepalived),
	T(encode_v2_password_as_keepalived),
	T(encode_v3_as_keepalived),
	T(decode_v2_of_keepalived),
	T(decode_v2_password_of_keepalived),
	T(decode_v3_of_keepalived),
	T(encode_v3_interval_in_centiseconds),
	T(encode_appends_behind_what_is_there),
	T(encode_without_room_writes_nothing_outside),
	T(all_priorities_come_back),
	T(peek_finds_source_and_vrid),
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
	T(padding_of_the_frame_is_no_part_of_the_packet),
	T(ip_options_are_skipped),
	T(truncated_is_never_accepted),
	T(any_flipped_bit_is_noticed),
	T(noise_never_crashes),
	T(address_list_of_every_length),
	T(address_list_that_differs_is_noticed),
	T(address_list_in_another_order_is_the_same),
	T(room_for_addresses_by_mtu),
};

unit_main(tests)
