/* SPDX-License-Identifier: MIT */
#pragma once

/* unit_io: the edge is tested on the real kernel, in a directory of the test's own, with a real
 * loop. A test waits for a condition; a deadline is there to fail. */

#include "base/strbuf.h"
#include "base/vec.h"
#include "io/io_loop.h"

#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define T(f) cmocka_unit_test_setup_teardown(f, unit_io_setup, unit_io_teardown)

#define unit_main(tests)                                                                           \
	int main(void)                                                                             \
	{                                                                                          \
		return cmocka_run_group_tests(tests, NULL, NULL);                                  \
	}

enum { UNIT_IO_DEADLINE_USEC = 20000000 };

typedef struct UnitIo {
	IoLoop *loop;
	int fds; /* that were open before the test */
	char dir[64];
} UnitIo;

#define unit_io(state) ((UnitIo *)*(state))

/* Turns the loop until the condition holds. */
#define wait_for(u, condition)                                                                     \
	do {                                                                                       \
		const Instant end_ = io_now() + UNIT_IO_DEADLINE_USEC;                             \
                                                                                                   \
		while (!(condition)) {                                                             \
			if (io_now() > end_)                                                       \
				fail_msg(                                                          \
					"%s:%d: not in time: %s", __FILE__, __LINE__, #condition); \
			io_loop_turn((u)->loop, 20000);                                            \
		}                                                                                  \
	} while (0)

/* For what shall not happen: all that is under way has come. */
#define wait_while(u, condition, usec)                                                             \
	do {                                                                                       \
		const Instant end_ = io_now() + (usec);                                            \
                                                                                                   \
		while (io_now() < end_) {                                                          \
			if (!(condition))                                                          \
				fail_msg("%s:%d: no longer: %s", __FILE__, __LINE__, #condition);  \
			io_loop_turn((u)->loop, 5000);                                             \
		}                                                                                  \
	} while (0)

static inline int unit_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	(void)closedir(d);
	return n;
}

static inline int unit_io_setup(void **state)
{
	UnitIo *u = NEW(UnitIo);

	(void)snprintf(u->dir, sizeof(u->dir), "/tmp/regent-io.XXXXXX");
	assert_non_null(mkdtemp(u->dir));
	assert_int_equal(chmod(u->dir, 0755), 0);
	u->fds = unit_fds();
	assert_int_equal(io_loop_new(&u->loop), 0);
	*state = u;
	return 0;
}

static inline int unit_remove(
	const char *path, const struct stat *st _unused_, int type _unused_, struct FTW *w _unused_)
{
	return remove(path);
}

/* A test frees what it made; then no descriptor may be left. */
static inline int unit_io_teardown(void **state)
{
	UnitIo *u = *state;
	int fds;

	io_loop_free(u->loop);
	fds = unit_fds();
	(void)nftw(u->dir, unit_remove, 16, FTW_DEPTH | FTW_PHYS);
	if (fds != u->fds) {
		print_error("%d descriptors before, %d after\n", u->fds, fds);
		return -1;
	}
	free(u);
	return 0;
}

/* dir/name, until the next but seven. */
static inline const char *unit_path(const UnitIo *u, const char *name)
{
	static char paths[8][512];
	static unsigned next;
	char *path = paths[next++ % 8];

	(void)snprintf(path, sizeof(paths[0]), "%s/%s", u->dir, name);
	return path;
}

static inline void unit_write(const UnitIo *u, const char *name, const char *text)
{
	const int fd = open(unit_path(u, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	(void)close(fd);
}

/* The text of a file; free() it. */
static inline char *unit_read(const char *path)
{
	StrBuf b = { 0 };
	char chunk[4096];
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t n;

	assert_true(fd >= 0);
	strbuf_add(&b, "");
	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		strbuf_addn(&b, chunk, (size_t)n);
	(void)close(fd);
	return b.s;
}
