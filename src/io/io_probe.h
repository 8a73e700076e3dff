/* SPDX-License-Identifier: MIT */
#pragma once

/* Answers the health probes of a load balancer on a TCP port: who connects is told 200 OK of HTTP,
 * and whoever looks at the connection alone has it. While a port is off nobody is let in. A probe
 * cannot keep others waiting: there is room for 64, the oldest gives way. */

#include "io/io_loop.h"

typedef struct IoProbe IoProbe;

IoProbe *io_probe_new(IoLoop *loop);
void io_probe_free(IoProbe *p);
/* Asked twice is asked once. -errno. */
int io_probe_set(IoProbe *p, uint16_t port, bool on);
