/* SPDX-License-Identifier: MIT */
#pragma once

/* node: everything that decides, as one function of events and time. It keeps what was seen of the
 * world (links), hands events to the engines, and lowers their effects to ops through the address
 * manager, the announcer and the runner. The daemon and the simulator drive the very same node. */

#include "addr/addr_announce.h"
#include "core/event.h"
#include "core/status.h"
#include "run/run.h"
#include "vrrp/vrrp_dump.h"

typedef struct Node Node;

/* The configuration must outlive the node. */
Node *node_new(const VrrpConfig *config);
/* How long a notification script may keep others of its instance waiting; 0: 30 s. */
void node_set_notify_timeout(Node *n, Span timeout_usec);
void node_free(Node *n);
static inline void cleanup_node(Node **n)
{
	node_free(*n);
}

/* What is to be done because of this event. The ops are good until the next step. */
const Ops *node_step(Node *n, const Event *event);
/* Goes on with another configuration, by difference: what is the same in both is not touched. The
 * old configuration may go when the ops have been carried out; they are good until the next step. */
const Ops *node_reload(Node *n, const VrrpConfig *config, Instant now);
/* When the next EVENT_TIMER is due: at once (<= now) while a step left work over. */
Instant node_next_due(Node *n);
/* After EVENT_STOP: nothing is left to do. */
bool node_stopped(const Node *n);
void node_status(Node *n, Instant now, Status *out);
void node_dump(const Node *n, VrrpDumpKind kind, const VrrpDumpTime *time, StrBuf *out);
void node_stats_clear(Node *n);
