/* SPDX-License-Identifier: MIT */
#pragma once

/* Pid files, where keepalived's users and units expect them. */

#include "base/base.h"

#include <sys/types.h>

/* True when the file names a living regentd or keepalived. */
bool pid_file_alive(const char *path);
/* -errno on failure. */
int pid_file_write(const char *path, pid_t pid);
