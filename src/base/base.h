/* SPDX-License-Identifier: MIT */
#pragma once

/* base: what every other folder stands on: memory, growing arrays, maps, text, bounded bytes,
 * time, IP addresses, diagnostics. It includes nothing of the project, makes no system call and
 * keeps no state of its own. Running out of memory ends the process: the supervisor then withdraws
 * what the process held and starts it again, which is safer than carrying on with half a state. */

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ARRAY_LEN(a)   (sizeof(a) / sizeof((a)[0]))
#define _cleanup_(f)   __attribute__((cleanup(f)))
#define _printf_(f, a) __attribute__((format(printf, f, a)))
#define _unused_       __attribute__((unused))
#define MIN(a, b)      ((a) < (b) ? (a) : (b))
#define MAX(a, b)      ((a) > (b) ? (a) : (b))

/* Ownership of `p` goes to the caller; `p` is NULL afterwards. */
#define TAKE(p)                                                                                    \
	({                                                                                         \
		__typeof__(p) take_ = (p);                                                         \
		(p) = NULL;                                                                        \
		take_;                                                                             \
	})

/* Zeroed memory; never NULL. free() it. */
void *mem_alloc(size_t n, size_t size);
/* Grows or shrinks; what is new is not zeroed. */
void *mem_resize(void *p, size_t n, size_t size);
char *mem_strdup(const char *s);

#define NEW(T) ((T *)mem_alloc(1, sizeof(T)))

static inline void cleanup_free(void *p)
{
	free(*(void **)p);
}
#define _cleanup_free_ _cleanup_(cleanup_free)
