/* SPDX-License-Identifier: MIT */
#pragma once

/* sim: a world in memory that drives the very nodes that the daemon drives: a virtual clock,
 * machines with links and addresses, segments that carry packets, programs that end as told. It
 * draws nothing by chance and makes no system call: the same calls give the same run. */

#include "node/node.h"

typedef struct SimWorld SimWorld;

/* One line for each op that a machine was asked to do, and for each thing done to the world. */
typedef void SimLog(void *data, Instant now, const char *machine, const char *line);

SimWorld *sim_new(SimLog *log, void *data);
void sim_free(SimWorld *w);
Instant sim_now(const SimWorld *w);

/* A machine; name and configuration are borrowed. */
size_t sim_add(SimWorld *w, const char *name, const VrrpConfig *config);
/* Makes or changes a link; links of one name are on one segment. */
void sim_link(SimWorld *w, size_t machine, const char *name, bool up);
void sim_link_gone(SimWorld *w, size_t machine, const char *name);
/* An address put there by somebody else (present), or removed by somebody else. */
void sim_addr(SimWorld *w, size_t machine, const char *link, const IpAddr *ip, uint8_t prefix_len,
	bool present);
/* Packets from and to this link are lost, though it looks up. */
void sim_cut(SimWorld *w, size_t machine, const char *link, bool cut);
/* How the program of this name ends from now on, and how long it takes; never: it hangs. */
void sim_program(SimWorld *w, size_t machine, const char *name, int exit_status, Span takes_usec);

/* What stands in a file from now on; NULL: there is none. */
void sim_file(SimWorld *w, size_t machine, const char *path, const char *text);
/* A process is there from now on, or becomes another program; argv ends in NULL. */
void sim_process(
	SimWorld *w, size_t machine, int32_t pid, const char *comm, const char *const *argv);
void sim_process_end(SimWorld *w, size_t machine, int32_t pid);

/* The daemon of a machine: started, told to stop, killed with all its addresses left behind. */
void sim_start(SimWorld *w, size_t machine);
/* Another configuration for a machine; a running daemon reloads. */
void sim_reload(SimWorld *w, size_t machine, const VrrpConfig *config);
void sim_stop(SimWorld *w, size_t machine);
void sim_kill(SimWorld *w, size_t machine);

/* Lets time pass. */
void sim_run(SimWorld *w, Span span);
/* A packet arrives on a link out of nowhere. */
void sim_packet(SimWorld *w, size_t machine, const char *link, const uint8_t *bytes, size_t len);

/* Is the address on the machine? */
bool sim_holds(const SimWorld *w, size_t machine, const IpAddr *ip);
/* The status of a running daemon as JSON; false when it does not run. */
bool sim_status(SimWorld *w, size_t machine, StrBuf *out);
