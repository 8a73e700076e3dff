/* SPDX-License-Identifier: MIT */
#include "io/io_file.h"

#include "base/vec.h"
#include "core/limits.h"
#include "io/io_host.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

enum {
	FILE_POLL_USEC = 1000000,
	FILE_LOOKS = 16, /* files that are looked at in one go */
	FILE_LINKS = 40, /* symbolic links of one path, as in the kernel */
	FILE_BITE = 4096,
	FILE_MASK = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CREATE |
		    IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR,
};

/* A name in a watched directory on which it depends what the path means. */
typedef struct FilePlace {
	int wd;
	char *name;
} FilePlace;

typedef VEC(FilePlace) FilePlaces;

typedef struct FileWatch {
	uint32_t file;
	char *path;
	FilePlaces places;
	bool polled; /* the places do not suffice */
	bool dirty;  /* to be looked at again */
	bool news;   /* to be told */
	int error;   /* to be told: why it could not be made, errno */
	bool there;
	size_t len;
	char text[LIMIT_FILE_TEXT];
} FileWatch;

struct IoFile {
	IoLoop *loop;
	IoNewsHandler *handler;
	void *data;
	int inotify; /* -1: all are polled */
	IoSource *source, *timer;
	Instant poll_due;
	VEC(FileWatch *) watches;
	size_t n_news; /* watches with news or error */
};

static void file_readable(void *data, int fd, uint32_t events);
static void file_timer(void *data);

IoFile *io_file_new(IoLoop *loop, IoNewsHandler *handler, void *data)
{
	IoFile *f = NEW(IoFile);

	f->loop = loop;
	f->handler = handler;
	f->data = data;
	f->poll_due = INSTANT_NEVER;
	f->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (f->inotify >= 0 && !io_loop_fd(loop, f->inotify, EPOLLIN, file_readable, f, &f->source))
		io_source_background(f->source);
	if (!io_loop_timer(loop, file_timer, f, &f->timer))
		io_source_background(f->timer);
	return f;
}

static bool file_uses(const FilePlaces *places, int wd)
{
	vec_foreach(p, places)
		if (p->wd == wd)
			return true;
	return false;
}

/* Lets go of directories that nobody is interested in any more. */
static void file_leave(IoFile *f, FilePlaces *places)
{
	vec_foreach(p, places) {
		bool used = false;

		for (size_t i = 0; !used && i < f->watches.n; i++)
			used = file_uses(&f->watches.items[i]->places, p->wd);
		if (!used)
			(void)inotify_rm_watch(f->inotify, p->wd);
		free(p->name);
	}
	vec_free(places);
}

static void file_forget(IoFile *f, size_t i)
{
	FileWatch *w = f->watches.items[i];

	f->n_news -= w->news || w->error;
	f->watches.items[i] = f->watches.items[--f->watches.n];
	file_leave(f, &w->places);
	free(w->path);
	free(w);
}

void io_file_free(IoFile *f)
{
	if (!f)
		return;
	while (f->watches.n)
		file_forget(f, f->watches.n - 1);
	vec_free(&f->watches);
	io_source_free(f->source);
	io_source_free(f->timer);
	if (f->inotify >= 0)
		(void)close(f->inotify);
	free(f);
}

/* inotify tells of what this kernel does; here others do it, or nobody does. */
static bool file_system_silent(const char *directory)
{
	static const uint32_t silent[] = {
		NFS_SUPER_MAGIC,
		FUSE_SUPER_MAGIC,
		SMB_SUPER_MAGIC,
		CIFS_SUPER_MAGIC,
		SMB2_SUPER_MAGIC,
		V9FS_MAGIC,
		AFS_SUPER_MAGIC,
		CODA_SUPER_MAGIC,
		CEPH_SUPER_MAGIC,
		PROC_SUPER_MAGIC,
		SYSFS_MAGIC,
		CGROUP_SUPER_MAGIC,
		CGROUP2_SUPER_MAGIC,
	};
	struct statfs fs;

	if (statfs(directory, &fs) < 0)
		return true;
	for (size_t i = 0; i < ARRAY_LEN(silent); i++)
		if ((uint32_t)fs.f_type == silent[i])
			return true;
	return false;
}

/* False when inotify will not tell. */
static bool file_place(IoFile *f, const char *directory, const char *name, FilePlaces *out)
{
	int wd;

	if (f->inotify < 0 || file_system_silent(directory))
		return false;
	wd = inotify_add_watch(f->inotify, directory, FILE_MASK);
	if (wd < 0)
		return false;
	vec_push(out, ((FilePlace){ .wd = wd, .name = mem_strdup(name) }));
	return true;
}

/* Goes where the path leads and watches each place where it could lead elsewhere tomorrow: the
 * symbolic links and the end. True when that suffices to notice any change. */
static bool file_follow(IoFile *f, const char *path, FilePlaces *out)
{
	char here[PATH_MAX], rest[PATH_MAX], next[2 * PATH_MAX], link[PATH_MAX];
	bool all = true;
	int links = 0;

	(void)snprintf(here, sizeof(here), "%s", *path == '/' ? "/" : ".");
	(void)snprintf(rest, sizeof(rest), "%s", path);
	for (;;) {
		char *name = rest + strspn(rest, "/"), *after = name + strcspn(name, "/");
		const bool last = !after[strspn(after, "/")];
		ssize_t n;

		if (!*name)
			return false; /* a directory */
		after += *after == '/' ? (*after = '\0', 1) : 0;
		(void)snprintf(next, sizeof(next), "%s/%s", here, name);
		n = readlink(next, link, sizeof(link) - 1);
		if (n >= 0 || last)
			all &= file_place(f, here, name, out);
		if (n < 0 && last)
			return all;
		if (n < 0 && errno != EINVAL)
			return false; /* the directory is missing */
		if (n >= 0) {
			link[n] = '\0';
			(void)snprintf(next, sizeof(next), "%s/%s", link, after);
			if (++links > FILE_LINKS || strlen(next) >= sizeof(rest))
				return false;
			strcpy(rest, next);
			if (*link == '/')
				strcpy(here, "/");
			continue;
		}
		if (strlen(next) >= sizeof(here))
			return false;
		strcpy(here, next);
		memmove(rest, after, strlen(after) + 1);
	}
}

/* Not even opened is what could hang or has a side: a FIFO, a device. */
static bool file_read(const char *path, char text[static LIMIT_FILE_TEXT], size_t *ret_len)
{
	struct stat st;
	size_t len = 0;
	ssize_t n;
	int fd;

	if (stat(path, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		(void)close(fd);
		return false;
	}
	do {
		n = read(fd, text + len, LIMIT_FILE_TEXT - len);
		len += n > 0 ? (size_t)n : 0;
	} while (n > 0 && len < LIMIT_FILE_TEXT);
	(void)close(fd);
	*ret_len = len;
	return n >= 0;
}

static void file_tell(IoFile *f, FileWatch *w)
{
	f->n_news += !w->news && !w->error;
	w->news = true;
}

static void file_look(IoFile *f, FileWatch *w)
{
	FilePlaces before = w->places;
	char text[LIMIT_FILE_TEXT];
	size_t len = 0;
	bool there;

	/* Watched first, then read: no change falls in between. */
	w->dirty = false;
	w->places = (FilePlaces){ 0 };
	w->polled = !file_follow(f, w->path, &w->places);
	file_leave(f, &before);
	there = file_read(w->path, text, &len);
	if (there == w->there && (!there || (len == w->len && !memcmp(text, w->text, len))))
		return;
	w->there = there;
	w->len = there ? len : 0;
	memcpy(w->text, text, w->len);
	file_tell(f, w);
}

static int file_make(const WatchFile *watch)
{
	struct stat st;

	if (!watch->init)
		return 0;
	if (lstat(watch->path, &st) < 0) {
		if (errno != ENOENT)
			return -errno;
	} else if (!watch->overwrite) {
		return 0;
	} else if (!S_ISREG(st.st_mode) && !S_ISLNK(st.st_mode)) {
		return S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	}
	/* Beside it and renamed, as keepalived does: a link is replaced, not written through. */
	return io_host_write_file(watch->path, watch->init, strlen(watch->init));
}

static void file_arm(IoFile *f)
{
	bool dirty = false, polled = false;

	vec_foreach(w, &f->watches) {
		dirty |= (*w)->dirty;
		polled |= (*w)->polled;
	}
	if (!polled)
		f->poll_due = INSTANT_NEVER;
	else if (f->poll_due == INSTANT_NEVER)
		f->poll_due = instant_add(io_now(), FILE_POLL_USEC);
	if (f->timer)
		io_timer_arm(f->timer, dirty ? 0 : f->poll_due);
}

void io_file_watch(IoFile *f, const WatchFile *watch)
{
	FileWatch *w;

	for (size_t i = 0; i < f->watches.n; i++)
		if (f->watches.items[i]->file == watch->file) {
			file_forget(f, i);
			break;
		}
	if (watch->on) {
		w = NEW(FileWatch);
		w->file = watch->file;
		w->path = mem_strdup(watch->path);
		w->error = -file_make(watch);
		f->n_news += w->error != 0;
		vec_push(&f->watches, w);
		file_look(f, w);
		file_tell(f, w);
	}
	file_arm(f);
}

static void file_work(IoFile *f)
{
	size_t left = FILE_LOOKS;

	vec_foreach(w, &f->watches)
		if ((*w)->dirty && left) {
			file_look(f, *w);
			left--;
		}
	file_arm(f);
	if (f->n_news)
		f->handler(f->data);
}

static void file_timer(void *data)
{
	IoFile *f = data;

	if (io_now() >= f->poll_due) {
		f->poll_due = INSTANT_NEVER;
		vec_foreach(w, &f->watches)
			(*w)->dirty |= (*w)->polled;
	}
	file_work(f);
}

static void file_event(IoFile *f, const struct inotify_event *e)
{
	vec_foreach(w, &f->watches)
		vec_foreach(p, &(*w)->places)
			if ((e->mask & IN_Q_OVERFLOW) ||
				(p->wd == e->wd && (!e->len || !strcmp(e->name, p->name))))
				(*w)->dirty = true;
}

static void file_readable(void *data, int fd, uint32_t events _unused_)
{
	IoFile *f = data;
	_Alignas(struct inotify_event) char bite[FILE_BITE];
	const ssize_t n = read(fd, bite, sizeof(bite));

	for (ssize_t at = 0; at < n;) {
		const struct inotify_event *e = (const struct inotify_event *)(bite + at);

		file_event(f, e);
		at += (ssize_t)(sizeof(*e) + e->len);
	}
	file_work(f);
}

bool io_file_news(IoFile *f, Event *ret_event)
{
	if (!f->n_news)
		return false;
	vec_foreach(at, &f->watches) {
		FileWatch *w = *at;

		if (w->error) {
			*ret_event = (Event){ .kind = EVENT_OP_FAILED,
				.op_failed = { .what = OP_FAILED_FILE,
					.error = w->error,
					.path = w->path } };
			w->error = 0;
		} else if (w->news) {
			*ret_event = (Event){ .kind = EVENT_FILE,
				.file = { .file = w->file,
					.text = w->there ? w->text : NULL,
					.len = w->len } };
			w->news = false;
		} else {
			continue;
		}
		f->n_news -= !w->news && !w->error;
		return true;
	}
	return false;
}
