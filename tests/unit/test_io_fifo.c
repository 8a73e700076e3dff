/* SPDX-License-Identifier: MIT */
/* FIFOs: lines whole and in order, whoever reads or does not. */
#include "unit_io.h"

#include "core/limits.h"
#include "io/io_fifo.h"

#include <errno.h>
#include <limits.h>

typedef struct Seen {
	IoFifo *fifo;
	int n, error;
	char path[512];
} Seen;

static void take(Seen *s)
{
	Event e;

	while (io_fifo_news(s->fifo, &e)) {
		assert_int_equal(e.kind, EVENT_OP_FAILED);
		assert_int_equal(e.op_failed.what, OP_FAILED_FIFO);
		s->n++;
		s->error = e.op_failed.error;
		(void)snprintf(s->path, sizeof(s->path), "%s", e.op_failed.path);
	}
}

static void on_news(void *data)
{
	take(data);
}

static void start(UnitIo *u, Seen *s, const char *path)
{
	*s = (Seen){ .error = -1 };
	s->fifo = io_fifo_new(u->loop, on_news, s);
	io_fifo_open(s->fifo, &(FifoOp){ .path = path, .uid = geteuid(), .gid = getegid() });
	take(s);
}

static void line(Seen *s, const char *path, const char *text)
{
	io_fifo_line(s->fifo, &(FifoOp){ .path = path, .line = text });
	take(s);
}

static int reader(const char *path)
{
	const int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

static void expect_read(int fd, const char *text)
{
	char got[4096];
	const ssize_t n = read(fd, got, sizeof(got) - 1);

	assert_true(n >= 0);
	got[n] = '\0';
	assert_string_equal(got, text);
}

static void test_made_written_removed(void **state)
{
	UnitIo *u = unit_io(state);
	const char *path = unit_path(u, "fifo");
	struct stat st;
	Seen s;
	int fd;

	start(u, &s, path);
	assert_int_equal(lstat(path, &st), 0);
	assert_int_equal(st.st_mode, S_IFIFO | 0600);
	/* Nobody reads yet: the lines wait in the pipe. */
	line(&s, path, "one\n");
	fd = reader(path);
	line(&s, path, "two\n");
	expect_read(fd, "one\ntwo\n");
	(void)close(fd);
	/* A reader that went away is no error either. */
	line(&s, path, "three\n");
	fd = reader(path);
	expect_read(fd, "three\n");
	(void)close(fd);
	/* Opened again, as after a reload: what is in it stays. */
	line(&s, path, "four\n");
	io_fifo_open(s.fifo, &(FifoOp){ .path = path });
	fd = reader(path);
	expect_read(fd, "four\n");
	(void)close(fd);
	assert_int_equal(s.n, 0);
	line(&s, unit_path(u, "unknown"), "x\n");
	assert_int_equal(s.n, 0);
	io_fifo_close(s.fifo, path);
	assert_int_equal(access(path, F_OK), -1);
	io_fifo_free(s.fifo);
}

static void test_owner(void **state)
{
	UnitIo *u = unit_io(state);
	const char *path = unit_path(u, "fifo");
	struct stat st;
	Seen s;

	if (geteuid() != 0)
		skip();
	s = (Seen){ 0 };
	s.fifo = io_fifo_new(u->loop, on_news, &s);
	io_fifo_open(s.fifo, &(FifoOp){ .path = path, .uid = 65534, .gid = 7 });
	assert_int_equal(lstat(path, &st), 0);
	assert_int_equal(st.st_uid, 65534);
	assert_int_equal(st.st_gid, 7);
	io_fifo_free(s.fifo);
	assert_int_equal(access(path, F_OK), -1);
}

static void test_found_is_left(void **state)
{
	UnitIo *u = unit_io(state);
	const char *path = unit_path(u, "fifo");
	struct stat st;
	Seen s;

	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(chmod(path, 0640), 0);
	start(u, &s, path);
	line(&s, path, "one\n");
	io_fifo_free(s.fifo);
	assert_int_equal(lstat(path, &st), 0);
	assert_int_equal(st.st_mode, S_IFIFO | 0640);
}

static void test_no_fifo_is_refused(void **state)
{
	UnitIo *u = unit_io(state);
	const char *path = unit_path(u, "file"), *link = unit_path(u, "link");
	Seen s;

	unit_write(u, "file", "mine");
	start(u, &s, path);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.error, EEXIST);
	assert_string_equal(s.path, path);
	line(&s, path, "one\n");
	line(&s, path, "two\n");
	assert_int_equal(s.n, 1);
	assert_int_equal(io_fifo_lost(s.fifo), 2);
	/* It has become one: lines go out again. */
	assert_int_equal(unlink(path), 0);
	line(&s, path, "three\n");
	assert_int_equal(s.n, 2);
	assert_int_equal(s.error, 0);
	io_fifo_free(s.fifo);
	/* A link is not followed. */
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(symlink(path, link), 0);
	start(u, &s, link);
	assert_int_equal(s.error, EEXIST);
	io_fifo_free(s.fifo);
	start(u, &s, unit_path(u, "none/fifo"));
	assert_int_equal(s.error, ENOENT);
	io_fifo_free(s.fifo);
}

/* The next line of a reader, without its newline; "" when there is none now. */
static const char *next_line(int fd, char *buffer, size_t size)
{
	size_t n = 0;

	while (n < size - 1 && read(fd, buffer + n, 1) == 1 && buffer[n] != '\n')
		n++;
	buffer[n] = '\0';
	return buffer;
}

static void test_full_pipe(void **state)
{
	UnitIo *u = unit_io(state);
	const char *path = unit_path(u, "fifo");
	char text[64], got[64];
	unsigned sent = 0, expected = 0, gap = 0;
	Seen s;
	int fd;

	start(u, &s, path);
	/* 64 KB and the waiting ones fit; then the oldest of the waiting ones are lost. */
	while (io_fifo_lost(s.fifo) < 10) {
		(void)snprintf(text, sizeof(text), "%u has some more letters behind it\n", sent++);
		line(&s, path, text);
		assert_true(sent < 100000);
	}
	assert_int_equal(s.n, 1);
	assert_int_equal(s.error, EAGAIN);
	assert_string_equal(s.path, path);
	fd = reader(path);
	while (expected < sent) {
		next_line(fd, got, sizeof(got));
		if (!*got) {
			io_loop_turn(u->loop, 20000);
			continue;
		}
		if ((unsigned)atoi(got) != expected) {
			assert_int_equal(gap, 0);
			gap = (unsigned)atoi(got) - expected;
			expected += gap;
		}
		(void)snprintf(
			text, sizeof(text), "%u has some more letters behind it", expected++);
		assert_string_equal(got, text);
	}
	assert_int_equal(gap, 10);
	take(&s);
	assert_int_equal(s.n, 2);
	assert_int_equal(s.error, 0);
	line(&s, path, "after\n");
	assert_string_equal(next_line(fd, got, sizeof(got)), "after");
	assert_int_equal(s.n, 2);
	(void)close(fd);
	io_fifo_free(s.fifo);
}

static void test_end_flushes(void **state)
{
	UnitIo *u = unit_io(state);
	const char *path = unit_path(u, "fifo");
	char text[64], got[64];
	char much[70000];
	Seen s;
	int fd;

	start(u, &s, path);
	fd = reader(path);
	for (unsigned i = 0; i < 4400; i++) {
		(void)snprintf(text, sizeof(text), "%u some letters\n", i);
		line(&s, path, text);
		if (i == 4200)
			assert_true(read(fd, much, sizeof(much)) > 60000);
	}
	/* Room was made, but the loop had no turn: the end writes them. */
	io_fifo_free(s.fifo);
	*got = '\0';
	for (char last[64] = "x"; *next_line(fd, last, sizeof(last));)
		(void)snprintf(got, sizeof(got), "%s", last);
	assert_string_equal(got, "4399 some letters");
	(void)close(fd);
}

static void test_removed_by_another(void **state)
{
	UnitIo *u = unit_io(state);
	const char *path = unit_path(u, "fifo");
	Seen s;
	int fd;

	start(u, &s, path);
	line(&s, path, "one\n");
	assert_int_equal(unlink(path), 0);
	line(&s, path, "two\n");
	fd = reader(path);
	expect_read(fd, "two\n");
	/* Another's file at the place is not removed. */
	assert_int_equal(unlink(path), 0);
	unit_write(u, "fifo", "mine");
	io_fifo_free(s.fifo);
	assert_int_equal(access(path, F_OK), 0);
	(void)close(fd);
}

static void test_too_long(void **state)
{
	UnitIo *u = unit_io(state);
	const char *path = unit_path(u, "fifo");
	char much[PIPE_BUF + 2];
	Seen s;

	memset(much, 'x', sizeof(much) - 1);
	much[sizeof(much) - 1] = '\0';
	start(u, &s, path);
	line(&s, path, much);
	assert_int_equal(s.error, EMSGSIZE);
	assert_int_equal(io_fifo_lost(s.fifo), 1);
	io_fifo_free(s.fifo);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_made_written_removed),
		T(test_owner),
		T(test_found_is_left),
		T(test_no_fifo_is_refused),
		T(test_full_pipe),
		T(test_end_flushes),
		T(test_removed_by_another),
		T(test_too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
