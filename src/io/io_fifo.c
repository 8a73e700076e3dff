/* SPDX-License-Identifier: MIT */
#include "io/io_fifo.h"

#include "base/vec.h"
#include "core/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIFO_BITE = 64 }; /* lines that are written in one go */

typedef struct Fifo {
	IoFifo *all;
	char *path;
	uint32_t uid, gid;
	int fd;		  /* for reading too: without a reader there is no error; -1: none */
	bool made;	  /* by us: to be removed */
	IoSource *source; /* while lines wait: there is room again */
	VEC(char *) waiting;
	int failing; /* errno; 0: lines go out */
	bool news;   /* failing has changed */
} Fifo;

struct IoFifo {
	IoLoop *loop;
	IoNewsHandler *handler;
	void *data;
	uint64_t lost;
	VEC(Fifo *) fifos;
};

IoFifo *io_fifo_new(IoLoop *loop, IoNewsHandler *handler, void *data)
{
	IoFifo *f = NEW(IoFifo);

	f->loop = loop;
	f->handler = handler;
	f->data = data;
	return f;
}

static void fifo_state(Fifo *o, int error)
{
	/* One cause is told until lines go out again. */
	if (!o->failing == !error)
		return;
	o->failing = error;
	o->news = !o->news; /* untold: it never was */
}

static int fifo_open_file(Fifo *o)
{
	const bool made = !mkfifo(o->path, 0600);
	struct stat st;
	int r;

	if (!made && errno != EEXIST)
		return -errno;
	/* Looked at before it is opened: opening a device can do something. */
	if (lstat(o->path, &st) < 0)
		return -errno;
	if (!S_ISFIFO(st.st_mode))
		return -EEXIST;
	o->fd = open(o->path, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	if (o->fd < 0)
		return -errno;
	r = fstat(o->fd, &st) < 0 ? -errno : S_ISFIFO(st.st_mode) ? 0 : -EEXIST;
	if (!r && made)
		r = fchmod(o->fd, 0600) < 0 || fchown(o->fd, o->uid, o->gid) < 0 ? -errno : 0;
	if (r) {
		(void)close(o->fd);
		o->fd = -1;
		if (made)
			(void)unlink(o->path);
		return r;
	}
	o->made |= made;
	return 0;
}

static void fifo_close_file(Fifo *o)
{
	io_source_free(TAKE(o->source));
	if (o->fd >= 0)
		(void)close(o->fd);
	o->fd = -1;
}

/* One whose file was removed is made anew: nobody could find the old one. */
static int fifo_ready(Fifo *o)
{
	struct stat st;

	if (o->fd >= 0 && !fstat(o->fd, &st) && !st.st_nlink)
		fifo_close_file(o);
	return o->fd >= 0 ? 0 : fifo_open_file(o);
}

/* 0, or -errno: -EAGAIN when there is no room. Up to PIPE_BUF bytes go out whole or not at all. */
static int fifo_write(Fifo *o, const char *line)
{
	const size_t n = strlen(line);
	ssize_t written;

	if (n > PIPE_BUF)
		return -EMSGSIZE;
	do
		written = write(o->fd, line, n);
	while (written < 0 && errno == EINTR);
	if (written < 0)
		return -errno;
	fifo_state(o, 0);
	return 0;
}

static void fifo_drop(Fifo *o, size_t n)
{
	if (!n)
		return;
	for (size_t i = 0; i < n; i++)
		free(o->waiting.items[i]);
	memmove(o->waiting.items, o->waiting.items + n, (o->waiting.n - n) * sizeof(char *));
	o->waiting.n -= n;
}

static void fifo_lost(Fifo *o, int error)
{
	o->all->lost++;
	fifo_state(o, error);
}

static void fifo_drain(Fifo *o)
{
	size_t n = 0;

	for (; n < MIN(o->waiting.n, (size_t)FIFO_BITE); n++)
		if (fifo_write(o, o->waiting.items[n]))
			break;
	fifo_drop(o, n);
	if (!o->waiting.n)
		io_source_free(TAKE(o->source));
}

static void fifo_writable(void *data, int fd _unused_, uint32_t events _unused_)
{
	Fifo *o = data;
	IoFifo *all = o->all;

	fifo_drain(o);
	if (o->news)
		all->handler(all->data);
}

static void fifo_wait(Fifo *o, const char *line)
{
	if (o->waiting.n == LIMIT_FIFO_WAITING) {
		fifo_drop(o, 1);
		fifo_lost(o, EAGAIN);
	}
	vec_push(&o->waiting, mem_strdup(line));
	if (!o->source && !io_loop_fd(o->all->loop, o->fd, EPOLLOUT, fifo_writable, o, &o->source))
		io_source_background(o->source);
}

static Fifo *fifo_find(IoFifo *f, const char *path)
{
	vec_foreach(o, &f->fifos)
		if (!strcmp((*o)->path, path))
			return *o;
	return NULL;
}

void io_fifo_open(IoFifo *f, const FifoOp *op)
{
	Fifo *o = fifo_find(f, op->path);
	int r;

	if (o)
		return;
	o = NEW(Fifo);
	*o = (Fifo){
		.all = f, .path = mem_strdup(op->path), .uid = op->uid, .gid = op->gid, .fd = -1
	};
	vec_push(&f->fifos, o);
	r = fifo_open_file(o);
	if (r)
		fifo_state(o, -r);
}

void io_fifo_line(IoFifo *f, const FifoOp *op)
{
	Fifo *o = fifo_find(f, op->path);
	int r;

	if (!o)
		return;
	r = fifo_ready(o);
	if (!r)
		r = o->waiting.n ? -EAGAIN : fifo_write(o, op->line);
	if (r == -EAGAIN && strlen(op->line) <= PIPE_BUF)
		fifo_wait(o, op->line);
	else if (r)
		fifo_lost(o, -r);
}

static bool fifo_is_ours(const Fifo *o)
{
	struct stat ours, there;

	return o->made && o->fd >= 0 && !fstat(o->fd, &ours) && !lstat(o->path, &there) &&
	       ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}

static void fifo_free(Fifo *o)
{
	if (o->fd >= 0)
		for (size_t before = SIZE_MAX; o->waiting.n && o->waiting.n < before;) {
			before = o->waiting.n;
			fifo_drain(o);
		}
	o->all->lost += o->waiting.n;
	if (fifo_is_ours(o))
		(void)unlink(o->path);
	fifo_close_file(o);
	fifo_drop(o, o->waiting.n);
	vec_free(&o->waiting);
	free(o->path);
	free(o);
}

void io_fifo_close(IoFifo *f, const char *path)
{
	for (size_t i = 0; i < f->fifos.n; i++)
		if (!strcmp(f->fifos.items[i]->path, path)) {
			Fifo *o = f->fifos.items[i];

			f->fifos.items[i] = f->fifos.items[--f->fifos.n];
			fifo_free(o);
			return;
		}
}

void io_fifo_free(IoFifo *f)
{
	if (!f)
		return;
	vec_foreach(o, &f->fifos)
		fifo_free(*o);
	vec_free(&f->fifos);
	free(f);
}

bool io_fifo_news(IoFifo *f, Event *ret_event)
{
	vec_foreach(o, &f->fifos)
		if ((*o)->news) {
			(*o)->news = false;
			*ret_event = (Event){ .kind = EVENT_OP_FAILED,
				.op_failed = { .what = OP_FAILED_FIFO,
					.error = (*o)->failing,
					.path = (*o)->path } };
			return true;
		}
	return false;
}

uint64_t io_fifo_lost(const IoFifo *f)
{
	return f->lost;
}
