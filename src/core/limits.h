/* SPDX-License-Identifier: MIT */
#pragma once

/* Every bound of the project. A size from outside is held against these before memory is asked
 * for; a step does no more than these, so that nothing keeps an advert waiting. */

enum {
	LIMIT_IFNAME = 16,	       /* IFNAMSIZ, with the NUL */
	LIMIT_CONFIG_BYTES = 64 << 20, /* one configuration with all it includes and expands to */
	LIMIT_CONFIG_FILES = 4096,     /* files of one configuration */
	LIMIT_CONFIG_NESTING = 64,     /* includes, variables and repetitions within each other */
	LIMIT_CONFIG_EXPANSIONS = 2 << 20, /* uses of variables and repeated lines */
	LIMIT_CONFIG_NAME = 64,		   /* letters of a variable's name, with the NUL */
	LIMIT_CONFIG_ERRORS = 200,	   /* then the rest of the file is not reported */
	LIMIT_CONFIG_DEPTH = 16,	   /* nested blocks */
	LIMIT_PACKET = 2048,		   /* bytes of a received VRRP packet that are looked at */
	LIMIT_ADVERT_ADDRS = 255,	   /* RFC 9568, 5.2.5: the count is one byte */
	LIMIT_STEP_ADDR_OPS = 1024,	   /* address changes in one step */
	LIMIT_STEP_FRAMES = 1024,	   /* announcements in one step */
	LIMIT_STEP_TIMERS = 256,	   /* router timers in one step */
	LIMIT_STEP_CHECKS = 8,		   /* check scripts started in one step */
	LIMIT_STEP_KEEP = 1024,	   /* effects and ops whose memory is kept for the next step */
	LIMIT_CONTROL_LINE = 1024, /* a request on the control socket */
	LIMIT_LINKS = 4096,	   /* network interfaces */
	LIMIT_LINK_ADDRS = 4096,   /* addresses of one interface that are not ours */
	LIMIT_ARGV = 256,	   /* words of a command */
	LIMIT_JOB_OUTPUT = 1024,   /* bytes kept of what a program writes */
	LIMIT_JOB_WAITING = 16,	   /* notifications of one instance that wait for their turn */
	LIMIT_MAIL_WAITING = 256,  /* mails that wait for their turn */
	LIMIT_STEP_JOBS = 16,	   /* notifications started in one step */
	LIMIT_FILE_TEXT = 128,	   /* bytes of a tracked file that are looked at */
	LIMIT_CMDLINE = 4096,	   /* bytes of a command line that are looked at */
	LIMIT_FIFO_WAITING = 1024, /* lines kept for a FIFO that nobody reads */
};
