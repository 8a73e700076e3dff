/* SPDX-License-Identifier: MIT */
#pragma once

/* All that is ever done to a machine. Carried out in order by io/io_machine.c on the kernel and by
 * the test world in memory. Pointers are good until the node's next step. */

#include "base/strbuf.h"
#include "core/job.h"
#include "core/net.h"
#include "core/trace.h"
#include "core/watch.h"

typedef enum OpKind {
	OP_SEND_IP,    /* a whole IPv4 packet; to a group: out of the link, routing bypassed */
	OP_SEND_FRAME, /* a whole Ethernet frame */
	OP_LISTEN,     /* report VRRP packets to the group on the link, or to our own address */
	OP_ADDR_ADD,
	OP_ADDR_DEL,
	OP_SPAWN,
	OP_KILL, /* a signal to the process group of a job */
	OP_WILL, /* remember (len 0: forget) the last packets of this owner */
	OP_WATCH_FILE,
	OP_WATCH_PROCESSES,
	OP_WATCH_PID,
	OP_FIFO_OPEN,
	OP_FIFO_CLOSE,
	OP_FIFO_LINE,
	OP_PROBE, /* answer health probes on this port, or no longer */
	OP_TRACE,
} OpKind;

typedef struct OpSend {
	uint32_t owner; /* OP_WILL only */
	uint32_t ifindex;
	IpAddr dst; /* OP_SEND_FRAME: none, it stands in the frame */
	const uint8_t *bytes;
	size_t len;
	uint32_t n; /* OP_WILL: packets of equal length; each says where it goes */
} OpSend;

typedef struct Op {
	OpKind kind;
	union {
		OpSend send;
		struct {
			uint32_t ifindex;
			IpAddr group; /* or our own address */
			bool off;     /* no longer */
		} listen;
		struct {
			uint32_t ifindex;
			const AddrSpec *spec;
		} addr;
		struct {
			uint32_t job;
			const JobSpec *spec;
		} spawn;
		struct {
			uint32_t job;
			int signal;
		} kill;
		WatchFile watch_file;
		bool watch_processes;
		int32_t watch_pid;
		FifoOp fifo;
		struct {
			uint16_t port;
			bool on;
		} probe;
		TraceRecord trace;
	};
} Op;

typedef struct Ops {
	VEC(Op) list;
} Ops;

static inline void ops_add(Ops *o, Op op)
{
	vec_push(&o->list, op);
}

/* One line without newline, for transcripts. */
void op_text(const Op *op, StrBuf *out);
