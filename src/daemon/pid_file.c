/* SPDX-License-Identifier: MIT */
#include "daemon/pid_file.h"

#include "base/arena.h"
#include "io/io_host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

bool pid_file_alive(const char *path)
{
	_cleanup_(arena_free) Arena arena = { 0 };
	size_t size;
	int error;
	const char *text = io_host_read_file(NULL, path, &arena, &size, &error);
	const long pid = text ? strtol(text, NULL, 10) : 0;
	const char *stat, *name, *end;

	if (pid <= 1 || pid == getpid())
		return false;
	/* "PID (NAME) STATE ...". A stale file may name a pid that is somebody else's by now, or
	 * that of a dead process that nobody has waited for. */
	stat = io_host_read_file(
		NULL, arena_printf(&arena, "/proc/%ld/stat", pid), &arena, &size, &error);
	name = stat ? strchr(stat, '(') : NULL;
	end = name ? strrchr(name, ')') : NULL;
	if (!end || !strncmp(end, ") Z", 3))
		return false;
	return !strncmp(name, "(regentd", 8) || !strncmp(name, "(keepalived", 11);
}

static int pid_file_put(const char *path, pid_t pid, bool lock)
{
	const int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	char text[16];
	const int n = snprintf(text, sizeof(text), "%d\n", pid);
	int r = 0;

	if (fd < 0)
		return -errno;
	if (lock && flock(fd, LOCK_EX | LOCK_NB) < 0)
		r = -errno;
	else if (ftruncate(fd, 0) < 0 || write(fd, text, (size_t)n) != n)
		r = -EIO;
	if (!r)
		return fd;
	(void)close(fd);
	return r;
}

int pid_file_take(const char *path)
{
	return pid_file_put(path, getpid(), true);
}

int pid_file_write(const char *path, pid_t pid)
{
	const int fd = pid_file_put(path, pid, false);

	if (fd < 0)
		return fd;
	(void)close(fd);
	return 0;
}
