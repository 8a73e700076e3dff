/* SPDX-License-Identifier: MIT */
#pragma once

/* The control protocol. The client sends one line, "status json\n"; the daemon answers "ok\n" and
 * the body, or "error TEXT\n", and closes. */

#include "base/base.h"

#define CONTROL_SOCKET	"control" /* in the run directory */
#define CONTROL_RUN_DIR "/run/regent"
#define CONTROL_OK	"ok\n"
#define CONTROL_ERROR	"error "

/* Between supervisor and engine: the request comes with a snapshot of the configuration. */
#define CONTROL_RELOADED "reloaded"
#define CONTROL_REFUSED	 "refused "

typedef enum ControlCommand {
	CONTROL_BAD,
	CONTROL_STATUS, /* as text */
	CONTROL_STATUS_JSON,
	CONTROL_RELOAD,	   /* the supervisor answers: with warnings, or an error with the reasons */
	CONTROL_DUMP_DATA, /* as keepalived prints them */
	CONTROL_DUMP_STATS,
	CONTROL_DUMP_JSON,
} ControlCommand;

/* The line without its newline. */
ControlCommand control_parse(const char *line);
const char *control_line(ControlCommand command);
