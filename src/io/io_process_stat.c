/* SPDX-License-Identifier: MIT */
#include "io/io_process_stat.h"

#include "base/map.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

/* proc(5), /proc/pid/stat; the numbers of its fields. */
enum {
	STAT_STATE = 3,
	STAT_FLAGS = 9,
	STAT_THREADS = 20,
	STAT_STARTTIME = 22,
	STAT_STARTCODE = 26,
	STAT_STARTSTACK = 28,
	STAT_ARG_START = 48,
	STAT_ARG_END,
	STAT_ENV_START,
	STAT_FIELDS,
};

enum { STAT_KERNEL_THREAD = 0x00200000 }; /* PF_KTHREAD */

/* What lies elsewhere in the memory of another program, at the latest by chance. */
typedef struct StatImage {
	uint64_t code, stack, arg_start, arg_end, env_start, more;
	char comm[16];
} StatImage;

static size_t stat_read(int proc, int32_t pid, const char *what, char *buffer, size_t size)
{
	char path[32];
	size_t n = 0;
	ssize_t r;
	int fd;

	(void)snprintf(path, sizeof(path), "%d/%s", pid, what);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	do {
		r = read(fd, buffer + n, size - n);
		n += r > 0 ? (size_t)r : 0;
	} while (r > 0 && n < size);
	(void)close(fd);
	return n;
}

static bool stat_fields(const char *p, uint64_t fields[static STAT_FIELDS])
{
	for (int i = STAT_STATE + 1; i < STAT_FIELDS; i++) {
		p = strchr(p, ' ');
		if (!p)
			return false;
		fields[i] = strtoull(++p, NULL, 10);
	}
	return true;
}

bool io_process_stat(int proc, int32_t pid, ProcessStat *ret_stat)
{
	char text[1024], cmdline[512];
	uint64_t fields[STAT_FIELDS];
	StatImage image;
	char *name, *end;
	ProcessStat s = { 0 };

	text[stat_read(proc, pid, "stat", text, sizeof(text) - 1)] = '\0';
	name = strchr(text, '(');
	end = strrchr(text, ')'); /* the name may have some of its own */
	if (!name || !end || end < name || end[1] != ' ' || !stat_fields(end + 2, fields))
		return false;
	memcpy(s.comm, name + 1, MIN((size_t)(end - name - 1), sizeof(s.comm) - 1));
	s.partial = (end[2] == 'Z' || end[2] == 'X') && fields[STAT_THREADS] > 1;
	s.ended = (end[2] == 'Z' || end[2] == 'X') && !s.partial;
	s.kernel = fields[STAT_FLAGS] & STAT_KERNEL_THREAD;
	s.start = fields[STAT_STARTTIME];
	image = (StatImage){ .code = fields[STAT_STARTCODE],
		.stack = fields[STAT_STARTSTACK],
		.arg_start = fields[STAT_ARG_START],
		.arg_end = fields[STAT_ARG_END],
		.env_start = fields[STAT_ENV_START] };
	memcpy(image.comm, s.comm, sizeof(image.comm));
	/* Not everybody is shown the addresses. */
	if (!image.stack && !s.ended && !s.partial && !s.kernel)
		image.more =
			map_hash(cmdline, io_process_cmdline(proc, pid, cmdline, sizeof(cmdline)));
	s.image = map_hash(&image, sizeof(image));
	*ret_stat = s;
	return true;
}

size_t io_process_cmdline(int proc, int32_t pid, char *buffer, size_t size)
{
	return stat_read(proc, pid, "cmdline", buffer, size);
}
