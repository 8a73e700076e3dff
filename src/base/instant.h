/* SPDX-License-Identifier: MIT */
#pragma once

/* Time: an Instant is microseconds on the monotonic clock, a Span microseconds between two. Pure
 * code never asks for the time: it comes with the event. */

#include "base/base.h"

typedef uint64_t Instant;
typedef uint64_t Span;

#define INSTANT_NEVER UINT64_MAX
#define USEC_PER_MSEC UINT64_C(1000)
#define USEC_PER_CSEC UINT64_C(10000)
#define USEC_PER_SEC  UINT64_C(1000000)

static inline Instant instant_add(Instant at, Span span)
{
	return span > INSTANT_NEVER - at ? INSTANT_NEVER : at + span;
}

/* How long ago `past` was; 0 if it lies ahead. */
static inline Span instant_since(Instant now, Instant past)
{
	return now > past ? now - past : 0;
}

enum { SPAN_TEXT_SIZE = 32 };
/* For people: "250 ms", "3.41 s", "2 min 5 s", "3 h 20 min", "12 d 4 h". Gives `buffer`. */
const char *span_text(Span span, char buffer[static SPAN_TEXT_SIZE]);
