/* SPDX-License-Identifier: MIT */
#include "daemon/pid_file.h"

#include "base/arena.h"
#include "io/io_host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

bool pid_file_alive(const char *path)
{
	_cleanup_(arena_free) Arena arena = { 0 };
	size_t size;
	int error;
	const char *text = io_host_read_file(NULL, path, &arena, &size, &error);
	const long pid = text ? strtol(text, NULL, 10) : 0;
	const char *comm;

	if (pid <= 1 || pid == getpid())
		return false;
	/* A stale file may name a pid that is somebody else's by now. */
	comm = io_host_read_file(NULL, arena_printf(&arena, "/proc/%ld/comm", pid), &arena, &size,
		&error);
	return comm && (!strncmp(comm, "regentd", 7) || !strncmp(comm, "keepalived", 10));
}

int pid_file_write(const char *path, pid_t pid)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	char text[16];
	const int n = snprintf(text, sizeof(text), "%d\n", pid);
	int r = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, (size_t)n) != n)
		r = -EIO;
	(void)close(fd);
	return r;
}
