/* SPDX-License-Identifier: MIT */
#pragma once

/* Which of n timers is due next. Moving a timer later costs nothing at the time it is moved (a
 * backup does this for every advert that it hears); the queue finds out when the old time comes
 * up. */

#include "base/instant.h"

typedef struct TimerQ {
	uint32_t n;	/* timers 0..n-1 */
	Instant *due;	/* when each is truly due */
	Instant *key;	/* what the heap believes, never later than due */
	uint32_t *heap; /* ids by key */
	uint32_t *pos;	/* where an id is in the heap, UINT32_MAX when it is not */
	uint32_t heap_len;
} TimerQ;

void timerq_init(TimerQ *q, uint32_t n);
void timerq_free(TimerQ *q);
/* INSTANT_NEVER takes the timer out. */
void timerq_set(TimerQ *q, uint32_t id, Instant at);
/* The next due timer, INSTANT_NEVER when none; ret_id may be NULL. */
Instant timerq_next(TimerQ *q, uint32_t *ret_id);
