/* SPDX-License-Identifier: MIT */
#pragma once

/* The last will of an engine process: packets that its supervisor sends should it die. It lies in
 * memory that both share and that outlives the engine, and is valid at every moment, since a
 * process can die at any. */

#include "core/op.h"

typedef struct IoWill IoWill;

/* The memory, to be made by the supervisor and handed on over fork(). -errno on failure. */
int io_will_create(void);

/* The engine's side. */
int io_will_open(int fd, IoWill **ret_will);
void io_will_free(IoWill *w);
/* The owner's packets, all of them or none; len 0 forgets them. */
void io_will_set(IoWill *w, const OpSend *s);

/* The supervisor's side: every packet, for io_packet_send(). The bytes are good for the call. */
typedef void IoWillHandler(void *data, const OpSend *s);
void io_will_read(int fd, IoWillHandler *handler, void *data);
/* Forgets all, for the next engine. */
void io_will_clear(int fd);
