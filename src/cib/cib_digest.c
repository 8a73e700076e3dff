/* SPDX-License-Identifier: MIT */
#include "cib/cib_digest.h"

#include "base/strbuf.h"

#include <stdio.h>

static const uint8_t shifts[4][4] = { { 7, 12, 17, 22 }, { 5, 9, 14, 20 }, { 4, 11, 16, 23 },
	{ 6, 10, 15, 21 } };

/* floor(2^32 * abs(sin(i + 1))), RFC 1321 section 3.4. */
static const uint32_t sines[64] = {
	0xd76aa478,
	0xe8c7b756,
	0x242070db,
	0xc1bdceee,
	0xf57c0faf,
	0x4787c62a,
	0xa8304613,
	0xfd469501,
	0x698098d8,
	0x8b44f7af,
	0xffff5bb1,
	0x895cd7be,
	0x6b901122,
	0xfd987193,
	0xa679438e,
	0x49b40821,
	0xf61e2562,
	0xc040b340,
	0x265e5a51,
	0xe9b6c7aa,
	0xd62f105d,
	0x02441453,
	0xd8a1e681,
	0xe7d3fbc8,
	0x21e1cde6,
	0xc33707d6,
	0xf4d50d87,
	0x455a14ed,
	0xa9e3e905,
	0xfcefa3f8,
	0x676f02d9,
	0x8d2a4c8a,
	0xfffa3942,
	0x8771f681,
	0x6d9d6122,
	0xfde5380c,
	0xa4beea44,
	0x4bdecfa9,
	0xf6bb4b60,
	0xbebfbc70,
	0x289b7ec6,
	0xeaa127fa,
	0xd4ef3085,
	0x04881d05,
	0xd9d4d039,
	0xe6db99e5,
	0x1fa27cf8,
	0xc4ac5665,
	0xf4292244,
	0x432aff97,
	0xab9423a7,
	0xfc93a039,
	0x655b59c3,
	0x8f0ccc92,
	0xffeff47d,
	0x85845dd1,
	0x6fa87e4f,
	0xfe2ce6e0,
	0xa3014314,
	0x4e0811a1,
	0xf7537e82,
	0xbd3af235,
	0x2ad7d2bb,
	0xeb86d391,
};

static void md5_block(uint32_t state[4], const uint8_t *block)
{
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
	for (uint32_t i = 0; i < 64; i++) {
		uint32_t round = i / 16, f, g, word;
		switch (round) {
		case 0:
			f = (b & c) | (~b & d);
			g = i;
			break;
		case 1:
			f = (d & b) | (~d & c);
			g = (5 * i + 1) % 16;
			break;
		case 2:
			f = b ^ c ^ d;
			g = (3 * i + 5) % 16;
			break;
		default:
			f = c ^ (b | ~d);
			g = 7 * i % 16;
			break;
		}
		memcpy(&word, block + (size_t)g * 4, 4);
		f += a + sines[i] + word;
		a = d;
		d = c;
		c = b;
		uint32_t by = shifts[round][i % 4];
		b += f << by | f >> (32 - by);
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
}

void cib_md5(const void *bytes, size_t n, char ret_hex[static CIB_DIGEST_SIZE])
{
	uint32_t state[4] = { 0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476 };
	const uint8_t *p = bytes;
	uint8_t tail[128] = { 0 };
	size_t left = n;
	for (; left >= 64; left -= 64, p += 64)
		md5_block(state, p);
	if (left)
		memcpy(tail, p, left);
	tail[left] = 0x80;
	size_t size = left < 56 ? 64 : 128;
	uint64_t bits = (uint64_t)n * 8;
	memcpy(tail + size - 8, &bits, 8);
	md5_block(state, tail);
	if (size == 128)
		md5_block(state, tail + 64);
	for (size_t i = 0; i < 16; i++)
		(void)snprintf(ret_hex + i * 2, 3, "%02x", state[i / 4] >> (i % 4 * 8) & 0xff);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const CibPair *)a)->name, ((const CibPair *)b)->name);
}

static void add_escaped(StrBuf *out, const char *s)
{
	for (; *s; s++) {
		switch (*s) {
		case '&': strbuf_add(out, "&amp;"); break;
		case '<': strbuf_add(out, "&lt;"); break;
		case '>': strbuf_add(out, "&gt;"); break;
		case '"': strbuf_add(out, "&quot;"); break;
		default: strbuf_addn(out, s, 1); break;
		}
	}
}

void cib_digest_params(const CibPairs *pairs, char ret_hex[static CIB_DIGEST_SIZE])
{
	StrBuf text = { 0 };
	CibPair *sorted = mem_alloc(pairs->n + 1, sizeof(CibPair));
	if (pairs->n)
		memcpy(sorted, pairs->items, pairs->n * sizeof(CibPair));
	qsort(sorted, pairs->n, sizeof(CibPair), by_name);
	strbuf_add(&text, " <parameters");
	for (uint32_t i = 0; i < pairs->n; i++) {
		strbuf_printf(&text, " %s=\"", sorted[i].name);
		add_escaped(&text, sorted[i].value);
		strbuf_add(&text, "\"");
	}
	strbuf_add(&text, "/>\n");
	cib_md5(text.s, text.n, ret_hex);
	strbuf_free(&text);
	free(sorted);
}
