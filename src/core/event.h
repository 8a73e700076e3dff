/* SPDX-License-Identifier: MIT */
#pragma once

/* All that can happen. The edge makes events from the kernel, the simulator makes them from a
 * seed; the engines cannot tell which. */

#include "base/instant.h"
#include "core/job.h"
#include "core/net.h"

typedef enum EventKind {
	EVENT_TIMER,	 /* time has passed, nothing else */
	EVENT_LINK,	 /* a link appeared or changed */
	EVENT_LINK_GONE, /* link.ifindex is no more */
	EVENT_ADDR,	 /* an address is on a link */
	EVENT_ADDR_GONE,
	EVENT_READY,  /* all links and addresses were told: engines may begin, or go on */
	EVENT_RESYNC, /* reports were lost: all are told anew, then EVENT_READY */
	EVENT_PACKET, /* an IPv4 packet with its header, protocol 112 */
	EVENT_JOB_DONE,
	EVENT_OP_FAILED, /* the machine refused an op */
	EVENT_STOP,	 /* orderly stop: resign, withdraw, end */
} EventKind;

typedef struct EventAddr {
	uint32_t ifindex;
	IpAddr ip;
	uint8_t prefix_len;
	bool self;   /* the change was made by an op of this node */
	bool marked; /* it carries our owner mark (IFA_PROTO, Linux 5.18) */
} EventAddr;

typedef struct EventPacket {
	uint32_t ifindex;
	const uint8_t *bytes; /* borrowed for the step */
	size_t len;
} EventPacket;

typedef struct EventJobDone {
	uint32_t job; /* as given in OP_SPAWN */
	JobEnd end;   /* never JOB_TIMEOUT: that is the node's to know */
	int code;
} EventJobDone;

typedef enum OpFailed {
	OP_FAILED_ADDR_ADD,
	OP_FAILED_ADDR_DEL,
	OP_FAILED_LISTEN,
	OP_FAILED_SEND, /* told once for a link; error 0: sends go out again */
} OpFailed;

typedef struct EventOpFailed {
	OpFailed what;
	int error; /* errno, positive */
	uint32_t ifindex;
	IpAddr ip; /* of an address */
	uint8_t prefix_len;
} EventOpFailed;

typedef struct Event {
	EventKind kind;
	Instant now;
	union {
		Link link;
		EventAddr addr;
		EventPacket packet;
		EventJobDone job_done;
		EventOpFailed op_failed;
	};
} Event;
