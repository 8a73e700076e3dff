/* SPDX-License-Identifier: MIT */
#pragma once

/* Bounded reading and writing of network-order bytes. Running past the end sets `bad`, yields
 * zeros and never touches memory outside. */

#include "base/base.h"

typedef struct ByteReader {
	const uint8_t *at;
	size_t left;
	bool bad;
} ByteReader;

typedef struct ByteWriter {
	uint8_t *start;
	size_t n, cap;
	bool bad;
} ByteWriter;

static inline const uint8_t *bytes_take(ByteReader *r, size_t n)
{
	const uint8_t *p = r->at;

	if (r->bad || r->left < n) {
		r->bad = true;
		return NULL;
	}
	r->at += n;
	r->left -= n;
	return p;
}

static inline uint8_t bytes_u8(ByteReader *r)
{
	const uint8_t *p = bytes_take(r, 1);

	return p ? p[0] : 0;
}

static inline uint16_t bytes_u16(ByteReader *r)
{
	const uint8_t *p = bytes_take(r, 2);

	return p ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

static inline void bytes_put(ByteWriter *w, const void *bytes, size_t n)
{
	if (w->bad || w->cap - w->n < n) {
		w->bad = true;
		return;
	}
	if (n)
		memcpy(w->start + w->n, bytes, n);
	w->n += n;
}

static inline void bytes_put_u8(ByteWriter *w, uint8_t v)
{
	bytes_put(w, &v, 1);
}

static inline void bytes_put_u16(ByteWriter *w, uint16_t v)
{
	const uint8_t b[2] = { (uint8_t)(v >> 8), (uint8_t)v };

	bytes_put(w, b, 2);
}

/* The Internet checksum (RFC 1071): the sum over n bytes, added to an earlier sum of whole 16-bit
 * words. Fold with bytes_checksum(). */
uint32_t bytes_sum(const uint8_t *p, size_t n, uint32_t sum);
uint16_t bytes_checksum(uint32_t sum);
