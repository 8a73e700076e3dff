/* SPDX-License-Identifier: MIT */
#include "base/timerq.h"

enum { NOT_IN_HEAP = UINT32_MAX };

void timerq_init(TimerQ *q, uint32_t n)
{
	*q = (TimerQ){ .n = n,
		.due = mem_alloc(n, sizeof(Instant)),
		.key = mem_alloc(n, sizeof(Instant)),
		.heap = mem_alloc(n, sizeof(uint32_t)),
		.pos = mem_alloc(n, sizeof(uint32_t)) };
	for (uint32_t i = 0; i < n; i++) {
		q->due[i] = INSTANT_NEVER;
		q->pos[i] = NOT_IN_HEAP;
	}
}

void timerq_free(TimerQ *q)
{
	free(q->due);
	free(q->key);
	free(q->heap);
	free(q->pos);
	*q = (TimerQ){ 0 };
}

static void timerq_place(TimerQ *q, uint32_t at, uint32_t id)
{
	q->heap[at] = id;
	q->pos[id] = at;
}

static void timerq_up(TimerQ *q, uint32_t at)
{
	uint32_t id = q->heap[at];

	while (at && q->key[q->heap[(at - 1) / 2]] > q->key[id]) {
		timerq_place(q, at, q->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	timerq_place(q, at, id);
}

static void timerq_down(TimerQ *q, uint32_t at)
{
	uint32_t id = q->heap[at];

	for (;;) {
		uint32_t child = at * 2 + 1;

		if (child >= q->heap_len)
			break;
		if (child + 1 < q->heap_len && q->key[q->heap[child + 1]] < q->key[q->heap[child]])
			child++;
		if (q->key[q->heap[child]] >= q->key[id])
			break;
		timerq_place(q, at, q->heap[child]);
		at = child;
	}
	timerq_place(q, at, id);
}

void timerq_set(TimerQ *q, uint32_t id, Instant at)
{
	assert(id < q->n);
	q->due[id] = at;
	if (q->pos[id] == NOT_IN_HEAP) {
		if (at == INSTANT_NEVER)
			return;
		q->key[id] = at;
		timerq_place(q, q->heap_len++, id);
		timerq_up(q, q->pos[id]);
	} else if (at < q->key[id]) {
		q->key[id] = at;
		timerq_up(q, q->pos[id]);
	}
}

static void timerq_pop(TimerQ *q)
{
	q->pos[q->heap[0]] = NOT_IN_HEAP;
	if (--q->heap_len) {
		timerq_place(q, 0, q->heap[q->heap_len]);
		timerq_down(q, 0);
	}
}

Instant timerq_next(TimerQ *q, uint32_t *ret_id)
{
	while (q->heap_len) {
		uint32_t id = q->heap[0];

		if (q->due[id] == INSTANT_NEVER) {
			timerq_pop(q);
		} else if (q->due[id] > q->key[id]) {
			q->key[id] = q->due[id];
			timerq_down(q, 0);
		} else {
			if (ret_id)
				*ret_id = id;
			return q->due[id];
		}
	}
	return INSTANT_NEVER;
}
