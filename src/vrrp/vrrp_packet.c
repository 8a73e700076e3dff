/* SPDX-License-Identifier: MIT */
#include "vrrp/vrrp_packet.h"

enum {
	VRRP_TYPE_ADVERT = 1,
	VRRP_TOS = 0xc0, /* precedence: internetwork control */
	VRRP_INTERVAL_MASK = 0xfff,
	VRRP_AT_SRC = 12,
	VRRP_AT_DST = 16,
};

static size_t vrrp_packet_tail(uint8_t version)
{
	return version == 2 ? VRRP_AUTH_SIZE : 0;
}

/* RFC 9568, 5.2.8: version 3 covers source, destination, protocol and length as well. */
static uint32_t vrrp_packet_pseudo_sum(const uint8_t *ip_header, size_t vrrp_len)
{
	return bytes_sum(ip_header + 12, 8, 0) + VRRP_PROTOCOL + (uint32_t)vrrp_len;
}

static void vrrp_packet_patch(ByteWriter *w, size_t at, uint16_t v)
{
	if (w->bad)
		return;
	w->start[at] = (uint8_t)(v >> 8);
	w->start[at + 1] = (uint8_t)v;
}

static void vrrp_packet_put_ip(const VrrpInstanceConfig *config, size_t total, const IpAddr *src,
	uint16_t ip_id, ByteWriter *out)
{
	const size_t start = out->n;
	const IpAddr *dst = config->n_peers ? &config->peers[0].ip : &config->group;

	bytes_put_u8(out, 0x45);
	bytes_put_u8(out, VRRP_TOS);
	bytes_put_u16(out, (uint16_t)total);
	bytes_put_u16(out, ip_id);
	bytes_put_u16(out, 0);
	bytes_put_u8(out, config->n_peers ? config->unicast_ttl : VRRP_TTL);
	bytes_put_u8(out, VRRP_PROTOCOL);
	bytes_put_u16(out, 0);
	bytes_put(out, src->bytes, 4);
	bytes_put(out, dst->bytes, 4);
	if (!out->bad)
		vrrp_packet_patch(out, start + 10,
			bytes_checksum(bytes_sum(out->start + start, VRRP_IP_HEADER, 0)));
}

void vrrp_packet_encode(const VrrpInstanceConfig *config, size_t n_addresses, const IpAddr *src,
	uint8_t priority, uint16_t ip_id, ByteWriter *out)
{
	const size_t start = out->n, body = start + VRRP_IP_HEADER;
	const size_t len = VRRP_HEADER + 4 * n_addresses + vrrp_packet_tail(config->version);
	uint32_t sum = 0;

	vrrp_packet_put_ip(config, VRRP_IP_HEADER + len, src, ip_id, out);
	bytes_put_u8(out, (uint8_t)(config->version << 4 | VRRP_TYPE_ADVERT));
	bytes_put_u8(out, config->vrid);
	bytes_put_u8(out, priority);
	bytes_put_u8(out, (uint8_t)n_addresses);
	if (config->version == 2) {
		bytes_put_u8(out, (uint8_t)config->auth_type);
		bytes_put_u8(out, (uint8_t)(config->advert_usec / USEC_PER_SEC));
	} else {
		bytes_put_u16(
			out, (uint16_t)(config->advert_usec / USEC_PER_CSEC & VRRP_INTERVAL_MASK));
	}
	bytes_put_u16(out, 0);
	for (size_t i = 0; i < n_addresses; i++)
		bytes_put(out, config->vips[i].ip.bytes, 4);
	if (config->version == 2)
		bytes_put(out, config->auth_data, VRRP_AUTH_SIZE);
	if (out->bad)
		return;
	if (config->version == 3)
		sum = vrrp_packet_pseudo_sum(out->start + start, len);
	vrrp_packet_patch(out, body + 6, bytes_checksum(bytes_sum(out->start + body, len, sum)));
}

void vrrp_packet_readdress(uint8_t *packet, size_t len, const IpAddr *dst)
{
	uint8_t *body = packet + VRRP_IP_HEADER;
	ByteWriter w = { .start = packet, .n = len, .cap = len };
	uint32_t sum;

	assert(len >= VRRP_IP_HEADER + VRRP_HEADER);
	memcpy(packet + VRRP_AT_DST, dst->bytes, 4);
	vrrp_packet_patch(&w, 10, 0);
	vrrp_packet_patch(&w, 10, bytes_checksum(bytes_sum(packet, VRRP_IP_HEADER, 0)));
	/* Version 2 does not cover it. */
	if (body[0] >> 4 != 3)
		return;
	vrrp_packet_patch(&w, VRRP_IP_HEADER + 6, 0);
	sum = vrrp_packet_pseudo_sum(packet, len - VRRP_IP_HEADER);
	vrrp_packet_patch(
		&w, VRRP_IP_HEADER + 6, bytes_checksum(bytes_sum(body, len - VRRP_IP_HEADER, sum)));
}

/* The VRRP message behind the IP header: NULL when the header makes no sense. */
static const uint8_t *vrrp_packet_body(const uint8_t *bytes, size_t len, size_t *ret_len)
{
	size_t header;

	if (len < VRRP_IP_HEADER || bytes[0] >> 4 != 4)
		return NULL;
	header = (size_t)(bytes[0] & 0xf) * 4;
	if (header < VRRP_IP_HEADER || len < header)
		return NULL;
	*ret_len = len - header;
	return bytes + header;
}

bool vrrp_packet_peek(const uint8_t *bytes, size_t len, VrrpPeek *ret_peek)
{
	size_t n;
	const uint8_t *body = vrrp_packet_body(bytes, len, &n);

	if (!body || n < 2)
		return false;
	*ret_peek = (VrrpPeek){ .src = ip_from_bytes(IP_V4, bytes + VRRP_AT_SRC),
		.dst = ip_from_bytes(IP_V4, bytes + VRRP_AT_DST),
		.vrid = body[1] };
	return true;
}

static VrrpReject vrrp_packet_no(VrrpReject why, int64_t got, int64_t want, VrrpMismatch *ret_why)
{
	*ret_why = (VrrpMismatch){ got, want };
	return why;
}

/* Version 2's authentication and interval (RFC 2338, 5.3.6 and 7.1). */
static VrrpReject vrrp_packet_check_v2(
	const VrrpInstanceConfig *config, const uint8_t *body, size_t len, VrrpMismatch *ret_why)
{
	const uint8_t auth = body[4], seconds = body[5];
	const Span mine = config->advert_usec / USEC_PER_SEC;

	if (auth > 2)
		return vrrp_packet_no(
			VRRP_REJECT_AUTH_TYPE, auth, (int64_t)config->auth_type, ret_why);
	if (auth != config->auth_type)
		return vrrp_packet_no(
			VRRP_REJECT_AUTH_MISMATCH, auth, (int64_t)config->auth_type, ret_why);
	if (auth == VRRP_AUTH_PASS &&
		memcmp(body + len - VRRP_AUTH_SIZE, config->auth_data, VRRP_AUTH_SIZE))
		return VRRP_REJECT_PASSWORD;
	if (seconds != mine)
		return vrrp_packet_no(VRRP_REJECT_INTERVAL, seconds, (int64_t)mine, ret_why);
	return VRRP_ACCEPT;
}

/* The order does not matter. */
static bool vrrp_packet_same(
	const VrrpInstanceConfig *config, size_t n_addresses, const uint8_t *list, size_t n)
{
	size_t equal = 0;

	if (n != n_addresses)
		return false;
	while (equal < n && !memcmp(list + 4 * equal, config->vips[equal].ip.bytes, 4))
		equal++;
	for (size_t i = equal; i < n; i++) {
		bool listed = false, ours = false;

		for (size_t j = equal; j < n && !(listed && ours); j++) {
			listed |= !memcmp(list + 4 * j, config->vips[i].ip.bytes, 4);
			ours |= !memcmp(list + 4 * i, config->vips[j].ip.bytes, 4);
		}
		if (!listed || !ours)
			return false;
	}
	return true;
}

static const VrrpPeer *vrrp_packet_peer(const VrrpInstanceConfig *config, const uint8_t *bytes)
{
	for (size_t i = 0; i < config->n_peers; i++)
		if (!memcmp(config->peers[i].ip.bytes, bytes + VRRP_AT_SRC, 4))
			return &config->peers[i];
	return NULL;
}

/* Unicast may come over routers (behaviour 84). */
static VrrpReject vrrp_packet_check_ttl(
	const VrrpInstanceConfig *config, const uint8_t *bytes, VrrpMismatch *ret_why)
{
	const uint8_t ttl = bytes[8];
	const VrrpPeer *peer;

	if (!config->n_peers)
		return ttl == VRRP_TTL ? VRRP_ACCEPT
				       : vrrp_packet_no(VRRP_REJECT_TTL, ttl, VRRP_TTL, ret_why);
	peer = vrrp_packet_peer(config, bytes);
	if (peer && (ttl < peer->min_ttl || ttl > peer->max_ttl))
		return vrrp_packet_no(VRRP_REJECT_PEER_TTL, ttl, peer->min_ttl, ret_why);
	return VRRP_ACCEPT;
}

/* Lengths and the header's fixed fields. The version is looked at before the length, since the
 * length depends on it. On acceptance the message is whole: *ret_len bytes. */
static VrrpReject vrrp_packet_check_header(const VrrpInstanceConfig *config, const uint8_t *bytes,
	size_t len, size_t *ret_len, VrrpMismatch *ret_why)
{
	size_t n = 0, want;
	const uint8_t *body = vrrp_packet_body(bytes, len, &n);
	VrrpReject no;
	const size_t total = len >= 4 ? (size_t)(bytes[2] << 8 | bytes[3]) : 0;

	if (!body || n < VRRP_HEADER)
		return vrrp_packet_no(VRRP_REJECT_SHORT, (int64_t)n, VRRP_HEADER, ret_why);
	no = vrrp_packet_check_ttl(config, bytes, ret_why);
	if (no)
		return no;
	if (body[0] >> 4 != config->version)
		return vrrp_packet_no(VRRP_REJECT_VERSION, body[0] >> 4, config->version, ret_why);
	if (total > len || total < len - n)
		return vrrp_packet_no(VRRP_REJECT_IP_LENGTH, (int64_t)total, (int64_t)len, ret_why);
	n -= len - total; /* padding of a short frame */
	want = VRRP_HEADER + 4 * (size_t)body[3] + vrrp_packet_tail(config->version);
	if (n < want)
		return vrrp_packet_no(VRRP_REJECT_SHORT, (int64_t)n, (int64_t)want, ret_why);
	if (n > want)
		return vrrp_packet_no(VRRP_REJECT_LONG, (int64_t)n, (int64_t)want, ret_why);
	*ret_len = n;
	return VRRP_ACCEPT;
}

/* Which way it came: to the group, or from a peer. */
static VrrpReject vrrp_packet_check_way(const VrrpInstanceConfig *config, const uint8_t *bytes)
{
	if (!config->n_peers)
		return memcmp(bytes + VRRP_AT_DST, config->group.bytes, 4) ? VRRP_REJECT_UNICAST
									   : VRRP_ACCEPT;
	if (bytes[VRRP_AT_DST] >> 4 == 0xe) /* 224.0.0.0/4 */
		return VRRP_REJECT_UNICAST;
	return config->check_unicast_src && !vrrp_packet_peer(config, bytes) ? VRRP_REJECT_PEER
									     : VRRP_ACCEPT;
}

VrrpReject vrrp_packet_decode(const VrrpInstanceConfig *config, size_t n_addresses,
	const uint8_t *bytes, size_t len, VrrpAdvert *ret_advert, VrrpMismatch *ret_why)
{
	VrrpReject no;
	size_t n = 0, unused;
	const uint8_t *body;
	uint32_t sum = 0;
	Span interval;

	*ret_why = (VrrpMismatch){ 0 };
	no = vrrp_packet_check_header(config, bytes, len, &n, ret_why);
	if (no)
		return no;
	body = vrrp_packet_body(bytes, len, &unused);
	if (config->version == 2) {
		no = vrrp_packet_check_v2(config, body, n, ret_why);
		if (no)
			return no;
		interval = config->advert_usec;
	} else {
		interval = (Span)((body[4] << 8 | body[5]) & VRRP_INTERVAL_MASK) * USEC_PER_CSEC;
		/* RFC 9568, 5.2.7 leaves zero undefined; it would make everybody master. */
		if (!interval)
			return vrrp_packet_no(VRRP_REJECT_INTERVAL, 0,
				(int64_t)(config->advert_usec / USEC_PER_SEC), ret_why);
		sum = vrrp_packet_pseudo_sum(bytes, n);
	}
	if ((body[0] & 0xf) != VRRP_TYPE_ADVERT)
		return vrrp_packet_no(VRRP_REJECT_TYPE, body[0] & 0xf, VRRP_TYPE_ADVERT, ret_why);
	if (bytes_checksum(bytes_sum(body, n, sum)))
		return vrrp_packet_no(VRRP_REJECT_CHECKSUM, config->version, 0, ret_why);
	no = vrrp_packet_check_way(config, bytes);
	if (no)
		return no;
	*ret_advert = (VrrpAdvert){
		.src = ip_from_bytes(IP_V4, bytes + 12),
		.priority = body[2],
		.advert_usec = interval,
		.n_addresses = body[3],
		.same_addresses =
			vrrp_packet_same(config, n_addresses, body + VRRP_HEADER, body[3]),
	};
	return VRRP_ACCEPT;
}

size_t vrrp_packet_room(const VrrpInstanceConfig *config, uint32_t mtu)
{
	const size_t fixed = VRRP_IP_HEADER + VRRP_HEADER + vrrp_packet_tail(config->version);

	if (mtu <= fixed)
		return 0;
	return MIN((mtu - fixed) / 4, (size_t)LIMIT_ADVERT_ADDRS);
}
