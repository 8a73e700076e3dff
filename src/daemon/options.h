/* SPDX-License-Identifier: MIT */
#pragma once

/* The command line of regentd: keepalived's (keepalived(8)) and our own long options. */

#include "base/base.h"

/* Exit statuses, as keepalived has them. */
enum {
	EXIT_OK = 0,
	EXIT_FATAL = 1,
	EXIT_CONFIG = 2, /* a configuration that is not good enough to run */
	EXIT_MISSING_PERMISSION = 4,
	EXIT_TEST_FAILED = 5, /* -t found errors */
	EXIT_NO_CONFIG = 6,
};

typedef struct Options {
	const char *config;
	const char *config_id; /* NULL: the host name decides conditions */
	const char *pid_file, *vrrp_pid_file;
	const char *run_dir, *state_dir;
	bool no_fork;
	bool log_console, no_syslog, log_detail;
	int log_facility;
	bool no_respawn;
	uint64_t notify_timeout_usec; /* 0: the default */
	bool ignore_sigint;
	bool no_vrrp;
	bool config_test;
	const char *test_log; /* NULL: stderr */
	int started_fd;	      /* a byte is written to it when the start is complete; -1: none */
	const char *not_yet;  /* an option that is taken but not carried out, for one line */
} Options;

/* False: end with *ret_status (help, version, a wrong option). */
bool options_parse(int argc, char **argv, Options *ret_options, int *ret_status);
