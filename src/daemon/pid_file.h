/* SPDX-License-Identifier: MIT */
#pragma once

/* Pid files, where keepalived's users and units expect them. */

#include "base/base.h"

#include <sys/types.h>

/* True when the file names a living regentd or keepalived. */
bool pid_file_alive(const char *path);
/* Writes our pid and holds a lock on the file, so that of two that start together one gives way: the
 * open descriptor, or -errno. */
int pid_file_take(const char *path);
/* -errno on failure. */
int pid_file_write(const char *path, pid_t pid);
