/* SPDX-License-Identifier: MIT */
#pragma once

/* Links and addresses over rtnetlink: the only user of libmnl. Changes of addresses are gathered
 * and go out many in one send; the kernel answers only about those that it refused. */

#include "core/event.h"
#include "core/op.h"

typedef struct IoNetlink IoNetlink;

/* The event has no `now` yet. The handler only takes note of it: it calls nothing of io_netlink. */
typedef void IoNetlinkHandler(void *data, Event *event);

/* With `monitor`, changes are reported from now on by io_netlink_read(). */
int io_netlink_open(bool monitor, IoNetlinkHandler *handler, void *data, IoNetlink **ret_nl);
void io_netlink_free(IoNetlink *nl);
/* Readable when there is something for io_netlink_read(). When the kernel had to drop reports, all is
 * told anew between EVENT_RESYNC and EVENT_READY. */
int io_netlink_fd(const IoNetlink *nl);
int io_netlink_read(IoNetlink *nl);

/* Reports all links, then all addresses, as they are now. */
int io_netlink_dump(IoNetlink *nl);

/* Adds a change to the batch; a full batch is sent. */
void io_netlink_addr(IoNetlink *nl, bool add, uint32_t ifindex, const AddrSpec *spec);
/* Sends what is gathered and reports refusals as EVENT_OP_FAILED. */
void io_netlink_flush(IoNetlink *nl);
