/* SPDX-License-Identifier: MIT */
/* The packet codec against captures of keepalived 2.2.7, RFC 3768 5, RFC 9568 5, and behaviour 68
 * to 87: encoding, decoding, and what no damage may bring about. */
#include "unit_packet.h"

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

static void peek_finds_addresses_and_vrid(void **state _unused_)
{
	const IpAddr want = unit_ip("10.9.0.1"), group = unit_ip("224.0.0.18");
	size_t len;
	_cleanup_free_ uint8_t *p = unit_hex(v2_none, &len);
	VrrpPeek peek;

	assert_true(vrrp_packet_peek(p, len, &peek));
	assert_int_equal(peek.vrid, 51);
	assert_true(ip_equal(&peek.src, &want));
	assert_true(ip_equal(&peek.dst, &group));
	for (size_t n = 0; n < 22; n++) {
		_cleanup_free_ uint8_t *exact = unit_copy(p, n);

		assert_false(vrrp_packet_peek(exact, n, &peek));
	}
	p[0] = 0x65;
	assert_false(vrrp_packet_peek(p, len, &peek));
	p[0] = 0x44;
	assert_false(vrrp_packet_peek(p, len, &peek));
	p[0] = 0x4f; /* a header of 60 bytes in a packet of 44 */
	assert_false(vrrp_packet_peek(p, len, &peek));
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
			VrrpPeek peek;

			memcpy(p, plain, VRRP_IP_HEADER);
			memset(p + VRRP_IP_HEADER, 1, 4 * words); /* no operation */
			memcpy(p + VRRP_IP_HEADER + 4 * words, plain + BODY, len - BODY);
			p[0] = (uint8_t)(0x45 + words);
			len += 4 * words;
			set_total(p, len);
			expect_accept(&configs[i], p, len, &a);
			assert_int_equal(a.priority, 255);
			assert_true(vrrp_packet_peek(p, len, &peek));
			assert_int_equal(peek.vrid, 51);
			for (size_t n = 0; n < len; n++) {
				VrrpMismatch why;

				assert_int_not_equal(
					decode(&configs[i], p, n, &a, &why), VRRP_ACCEPT);
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
			assert_true(
				VRRP_IP_HEADER + VRRP_HEADER + 4 * (size_t)a.n_addresses <= len);
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
		{ 0, 0, 0 },
		{ 20, 0, 0 },
		{ 28, 0, 0 },
		{ 31, 0, 0 },
		{ 32, 0, 1 },
		{ 36, 0, 2 },
		{ 39, 0, 2 },
		{ 40, 1, 3 },
		{ 68, 8, 10 },
		{ 576, 135, 137 },
		{ 1044, 252, 254 },
		{ 1048, 253, 255 },
		{ 1055, 254, 255 },
		{ 1056, 255, 255 },
		{ 1500, 255, 255 },
		{ 9000, 255, 255 },
		{ 65536, 255, 255 },
		{ UINT32_MAX, 255, 255 },
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
	T(peek_finds_addresses_and_vrid),
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
