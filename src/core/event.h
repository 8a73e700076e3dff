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
	EVENT_FILE,	      /* what stands in a watched file now */
	EVENT_PROCESS,	      /* a process is there, or has become another program */
	EVENT_PROCESS_GONE,   /* process.pid has ended */
	EVENT_PROCESSES_TOLD, /* all that run were reported since OP_WATCH_PROCESSES */
	EVENT_OP_FAILED,      /* the machine refused an op */
	EVENT_STOP,	      /* orderly stop: resign, withdraw, end */
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
	const char *output; /* as in JobResult */
	size_t output_len;
} EventJobDone;

typedef struct EventFile {
	uint32_t file;	  /* as given in OP_WATCH_FILE */
	const char *text; /* its first LIMIT_FILE_TEXT bytes; NULL: missing, unreadable or not to be
			   * watched: the first word always comes */
	size_t len;
} EventFile;

typedef struct EventProcess {
	int32_t pid;
	const char *comm;    /* the kernel's short name, 15 bytes at most */
	const char *cmdline; /* the words, each with its NUL (/proc/PID/cmdline) */
	size_t cmdline_len;
} EventProcess;

typedef enum OpFailed {
	OP_FAILED_ADDR_ADD,
	OP_FAILED_ADDR_DEL,
	OP_FAILED_LISTEN,
	OP_FAILED_SEND,	 /* told once for a link; error 0: sends go out again */
	OP_FAILED_FIFO,	 /* lines are lost: path; told once, error 0: they go out again */
	OP_FAILED_FILE,	 /* cannot be watched or made: path */
	OP_FAILED_PROBE, /* told of each port that is switched on; error 0: it answers. ifindex: the
			  * port */
} OpFailed;

typedef struct EventOpFailed {
	OpFailed what;
	int error; /* errno, positive */
	uint32_t ifindex;
	IpAddr ip; /* of an address; to what was to be listened, to which peer was to be sent */
	uint8_t prefix_len;
	const char *path; /* as given in the op */
} EventOpFailed;

typedef struct Event {
	EventKind kind;
	Instant now;
	union {
		Link link;
		EventAddr addr;
		EventPacket packet;
		EventJobDone job_done;
		EventFile file;
		EventProcess process;
		EventOpFailed op_failed;
	};
} Event;
