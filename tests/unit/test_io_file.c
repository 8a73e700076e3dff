/* SPDX-License-Identifier: MIT */
/* Watched files: each way in which a file can come, change and go. */
#include "unit_io.h"

#include "core/limits.h"
#include "io/io_file.h"

#include <errno.h>
#include <sys/inotify.h>
#include <sys/wait.h>

typedef struct Seen {
	IoFile *file;
	int wakes, n, failed; /* failed: errno of the last OP_FAILED */
	uint32_t last;	      /* number of the file */
	bool there;
	char text[LIMIT_FILE_TEXT + 1];
	char failed_path[512];
} Seen;

static void take(Seen *s)
{
	Event e;

	while (io_file_news(s->file, &e)) {
		if (e.kind == EVENT_OP_FAILED) {
			assert_int_equal(e.op_failed.what, OP_FAILED_FILE);
			s->failed = e.op_failed.error;
			(void)snprintf(
				s->failed_path, sizeof(s->failed_path), "%s", e.op_failed.path);
			continue;
		}
		assert_int_equal(e.kind, EVENT_FILE);
		assert_true(e.file.len <= LIMIT_FILE_TEXT);
		s->n++;
		s->last = e.file.file;
		s->there = e.file.text;
		memcpy(s->text, e.file.text ? e.file.text : "", e.file.len);
		s->text[e.file.len] = '\0';
	}
}

static void on_news(void *data)
{
	Seen *s = data;

	s->wakes++;
	take(s);
}

static void start(UnitIo *u, Seen *s)
{
	*s = (Seen){ 0 };
	s->file = io_file_new(u->loop, on_news, s);
}

static void watch(Seen *s, uint32_t file, const char *path)
{
	io_file_watch(s->file, &(WatchFile){ .file = file, .path = path, .on = true });
	take(s);
}

static void wait_text(UnitIo *u, Seen *s, const char *text)
{
	if (text)
		wait_for(u, s->there && !strcmp(s->text, text));
	else
		wait_for(u, !s->there);
}

static void test_first_and_changes(void **state)
{
	UnitIo *u = unit_io(state);
	Seen s;
	int n;

	unit_write(u, "a", "1\n");
	start(u, &s);
	watch(&s, 3, unit_path(u, "a"));
	assert_int_equal(s.n, 1);
	assert_int_equal(s.last, 3);
	assert_string_equal(s.text, "1\n");
	unit_write(u, "a", "2\n");
	wait_text(u, &s, "2\n");
	/* The same again is no news, and neither is another file beside it. */
	n = s.n;
	unit_write(u, "a.new", "2\n");
	assert_int_equal(rename(unit_path(u, "a.new"), unit_path(u, "a")), 0);
	unit_write(u, "b", "9\n");
	wait_while(u, s.n == n, 50000);
	unit_write(u, "a", "3\n");
	wait_text(u, &s, "3\n");
	assert_int_equal(s.n, n + 1);
	io_file_free(s.file);
}

static void test_replaced_deleted_made_anew(void **state)
{
	UnitIo *u = unit_io(state);
	Seen s;

	start(u, &s);
	watch(&s, 0, unit_path(u, "a"));
	assert_int_equal(s.n, 1);
	assert_false(s.there);
	unit_write(u, "a", "1\n");
	wait_text(u, &s, "1\n");
	unit_write(u, "a.new", "2\n");
	assert_int_equal(rename(unit_path(u, "a.new"), unit_path(u, "a")), 0);
	wait_text(u, &s, "2\n");
	assert_int_equal(unlink(unit_path(u, "a")), 0);
	wait_text(u, &s, NULL);
	unit_write(u, "a", "3\n");
	wait_text(u, &s, "3\n");
	assert_int_equal(rename(unit_path(u, "a"), unit_path(u, "gone")), 0);
	wait_text(u, &s, NULL);
	io_file_free(s.file);
}

static void test_long_file_and_no_regular_one(void **state)
{
	UnitIo *u = unit_io(state);
	char much[LIMIT_FILE_TEXT * 3];
	Seen s;

	memset(much, '7', sizeof(much) - 1);
	much[sizeof(much) - 1] = '\0';
	unit_write(u, "long", much);
	start(u, &s);
	watch(&s, 0, unit_path(u, "long"));
	assert_int_equal(strlen(s.text), LIMIT_FILE_TEXT);
	/* A FIFO at the place would hang whoever opens it. */
	assert_int_equal(mkfifo(unit_path(u, "fifo"), 0600), 0);
	watch(&s, 1, unit_path(u, "fifo"));
	assert_int_equal(s.n, 2);
	assert_false(s.there);
	watch(&s, 2, u->dir);
	assert_int_equal(s.n, 3);
	assert_false(s.there);
	assert_int_equal(unlink(unit_path(u, "fifo")), 0);
	unit_write(u, "fifo", "5");
	wait_text(u, &s, "5");
	assert_int_equal(s.last, 1);
	io_file_free(s.file);
}

/* Nothing tells of a directory that is not there: it is polled, and no longer once it is. */
static void test_missing_directory(void **state)
{
	UnitIo *u = unit_io(state);
	Seen s;

	start(u, &s);
	watch(&s, 0, unit_path(u, "d/a"));
	assert_int_equal(s.n, 1);
	assert_int_equal(s.failed, 0);
	assert_int_equal(mkdir(unit_path(u, "d"), 0755), 0);
	unit_write(u, "d/a", "1");
	wait_text(u, &s, "1");
	assert_int_equal(unlink(unit_path(u, "d/a")), 0);
	wait_text(u, &s, NULL);
	assert_int_equal(rmdir(unit_path(u, "d")), 0);
	assert_int_equal(mkdir(unit_path(u, "d"), 0755), 0);
	unit_write(u, "d/a", "2");
	wait_text(u, &s, "2");
	/* The directory is replaced as a whole. */
	assert_int_equal(mkdir(unit_path(u, "e"), 0755), 0);
	unit_write(u, "e/a", "3");
	assert_int_equal(rename(unit_path(u, "d"), unit_path(u, "old")), 0);
	assert_int_equal(rename(unit_path(u, "e"), unit_path(u, "d")), 0);
	wait_text(u, &s, "3");
	io_file_free(s.file);
}

static void test_symbolic_links(void **state)
{
	UnitIo *u = unit_io(state);
	Seen s;

	/* As orchestrators lay out what they mount: file -> data/file, data -> v1. */
	assert_int_equal(mkdir(unit_path(u, "v1"), 0755), 0);
	assert_int_equal(mkdir(unit_path(u, "v2"), 0755), 0);
	unit_write(u, "v1/file", "1");
	unit_write(u, "v2/file", "2");
	assert_int_equal(symlink("v1", unit_path(u, "data")), 0);
	assert_int_equal(mkdir(unit_path(u, "in"), 0755), 0);
	assert_int_equal(symlink("../data/file", unit_path(u, "in/file")), 0);
	start(u, &s);
	watch(&s, 0, unit_path(u, "in/file"));
	assert_string_equal(s.text, "1");
	/* Written through the target's own name. */
	unit_write(u, "v1/file", "11");
	wait_text(u, &s, "11");
	/* A link in the middle is replaced. */
	assert_int_equal(symlink("v2", unit_path(u, "data.new")), 0);
	assert_int_equal(rename(unit_path(u, "data.new"), unit_path(u, "data")), 0);
	wait_text(u, &s, "2");
	/* And the link itself, by an absolute one. */
	unit_write(u, "other", "4");
	assert_int_equal(symlink(unit_path(u, "other"), unit_path(u, "in/new")), 0);
	assert_int_equal(rename(unit_path(u, "in/new"), unit_path(u, "in/file")), 0);
	wait_text(u, &s, "4");
	/* What it does not lead to any more is of no interest. */
	{
		const int n = s.n;

		unit_write(u, "v2/file", "22");
		unit_write(u, "other", "5");
		wait_text(u, &s, "5");
		assert_int_equal(s.n, n + 1);
	}
	/* A link to itself. */
	assert_int_equal(symlink("loop", unit_path(u, "loop")), 0);
	watch(&s, 1, unit_path(u, "loop"));
	assert_false(s.there);
	io_file_free(s.file);
}

/* On /proc inotify tells nothing: the timer looks. */
static void test_silent_file_system(void **state)
{
	UnitIo *u = unit_io(state);
	Seen s;
	pid_t pid = fork();
	char path[64];

	if (!pid) {
		for (;;)
			(void)pause();
	}
	assert_true(pid > 0);
	(void)snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	start(u, &s);
	watch(&s, 0, path);
	assert_int_equal(s.n, 1);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	wait_text(u, &s, NULL);
	io_file_free(s.file);
}

static void test_off(void **state)
{
	UnitIo *u = unit_io(state);
	Seen s;

	unit_write(u, "a", "1");
	unit_write(u, "b", "1");
	start(u, &s);
	watch(&s, 0, unit_path(u, "a"));
	watch(&s, 1, unit_path(u, "b"));
	io_file_watch(s.file, &(WatchFile){ .file = 0 });
	unit_write(u, "a", "2");
	unit_write(u, "b", "2");
	wait_text(u, &s, "2");
	assert_int_equal(s.n, 3);
	assert_int_equal(s.last, 1);
	/* The number again with another path: told at once. */
	watch(&s, 1, unit_path(u, "a"));
	assert_int_equal(s.n, 4);
	unit_write(u, "b", "3");
	unit_write(u, "a", "4");
	wait_text(u, &s, "4");
	assert_int_equal(s.n, 5);
	io_file_free(s.file);
}

static void init(Seen *s, const char *path, const char *text, bool overwrite)
{
	s->failed = 0;
	io_file_watch(s->file,
		&(WatchFile){ .path = path, .on = true, .init = text, .overwrite = overwrite });
	take(s);
}

static void test_init(void **state)
{
	UnitIo *u = unit_io(state);
	struct stat st;
	Seen s;

	start(u, &s);
	init(&s, unit_path(u, "a"), "5\n", false);
	assert_string_equal(s.text, "5\n");
	assert_int_equal(s.failed, 0);
	assert_int_equal(stat(unit_path(u, "a"), &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600); /* keepalived's */
	init(&s, unit_path(u, "a"), "6\n", false);
	assert_string_equal(s.text, "5\n");
	init(&s, unit_path(u, "a"), "6\n", true);
	assert_string_equal(s.text, "6\n");
	/* A link is replaced, what it leads to is left alone. */
	assert_int_equal(symlink("a", unit_path(u, "link")), 0);
	init(&s, unit_path(u, "link"), "7\n", true);
	assert_string_equal(s.text, "7\n");
	{
		_cleanup_free_ char *a = unit_read(unit_path(u, "a"));

		assert_string_equal(a, "6\n");
	}
	init(&s, unit_path(u, "none/a"), "1\n", false);
	assert_int_equal(s.failed, ENOENT);
	assert_string_equal(s.failed_path, unit_path(u, "none/a"));
	assert_int_equal(mkfifo(unit_path(u, "fifo"), 0600), 0);
	init(&s, unit_path(u, "fifo"), "1\n", true);
	assert_int_equal(s.failed, EINVAL);
	assert_int_equal(lstat(unit_path(u, "fifo"), &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
	io_file_free(s.file);
}

/* More changes than the kernel keeps word of: all are looked at anew. */
static void test_queue_overflow(void **state)
{
	UnitIo *u = unit_io(state);
	Seen s;
	_cleanup_free_ char *limit = unit_read("/proc/sys/fs/inotify/max_queued_events");
	const int n = atoi(limit) + 100;

	unit_write(u, "a", "1");
	start(u, &s);
	watch(&s, 0, unit_path(u, "a"));
	for (int i = 0; i < n / 2 + 1; i++) {
		unit_write(u, "x", "");
		assert_int_equal(unlink(unit_path(u, "x")), 0);
	}
	unit_write(u, "a", "2");
	wait_text(u, &s, "2");
	io_file_free(s.file);
}

/* Many at once are looked at a few at a time, none is forgotten. */
static void test_many(void **state)
{
	UnitIo *u = unit_io(state);
	char name[16];
	Seen s;

	start(u, &s);
	for (uint32_t i = 0; i < 100; i++) {
		(void)snprintf(name, sizeof(name), "f%u", i);
		watch(&s, i, unit_path(u, name));
	}
	assert_int_equal(s.n, 100);
	for (uint32_t i = 0; i < 100; i++) {
		(void)snprintf(name, sizeof(name), "f%u.new", i);
		unit_write(u, name, "1");
	}
	for (uint32_t i = 0; i < 100; i++) {
		char from[512];

		(void)snprintf(name, sizeof(name), "f%u.new", i);
		(void)snprintf(from, sizeof(from), "%s", unit_path(u, name));
		(void)snprintf(name, sizeof(name), "f%u", i);
		assert_int_equal(rename(from, unit_path(u, name)), 0);
	}
	wait_for(u, s.n == 200);
	io_file_free(s.file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_first_and_changes),
		T(test_replaced_deleted_made_anew),
		T(test_long_file_and_no_regular_one),
		T(test_missing_directory),
		T(test_symbolic_links),
		T(test_silent_file_system),
		T(test_off),
		T(test_init),
		T(test_queue_overflow),
		T(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
