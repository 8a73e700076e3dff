/* SPDX-License-Identifier: MIT */
#include "io/io_output.h"

#include "base/vec.h"
#include "core/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
	OUTPUT_BITE = 16384,
	OUTPUT_DRAINS =
		64, /* pipes of programs that have ended; beyond these the oldest is closed */
	OUTPUT_OUTLIVED = 1 << 20,	    /* what a pipe takes that nobody may read any more */
	OUTPUT_KEPT = LIMIT_JOB_OUTPUT + 1, /* with the byte before: was it the end of a line? */
};

struct IoOutput {
	IoOutputs *all;
	IoSource *source;
	int fd;
	bool draining;
	size_t n; /* of kept */
	char kept[OUTPUT_KEPT];
};

struct IoOutputs {
	IoLoop *loop;
	VEC(IoOutput *) drains; /* the oldest first */
	char bite[OUTPUT_BITE];
};

IoOutputs *io_outputs_new(IoLoop *loop)
{
	IoOutputs *all = NEW(IoOutputs);

	all->loop = loop;
	return all;
}

void io_outputs_free(IoOutputs *all)
{
	while (all->drains.n)
		io_output_free(all->drains.items[0]);
	vec_free(&all->drains);
	free(all);
}

void io_output_free(IoOutput *o)
{
	if (!o)
		return;
	for (size_t i = 0; o->draining && i < o->all->drains.n; i++)
		if (o->all->drains.items[i] == o) {
			memmove(&o->all->drains.items[i], &o->all->drains.items[i + 1],
				(o->all->drains.n - i - 1) * sizeof(o));
			o->all->drains.n--;
			break;
		}
	io_source_free(o->source);
	if (o->fd >= 0)
		(void)close(o->fd);
	free(o);
}

static void output_keep(IoOutput *o, const char *bytes, size_t n)
{
	const size_t over = o->n + n > OUTPUT_KEPT ? o->n + n - OUTPUT_KEPT : 0;

	if (n >= OUTPUT_KEPT) {
		memcpy(o->kept, bytes + n - OUTPUT_KEPT, OUTPUT_KEPT);
		o->n = OUTPUT_KEPT;
		return;
	}
	memmove(o->kept, o->kept + over, o->n - over);
	memcpy(o->kept + o->n - over, bytes, n);
	o->n += n - over;
}

/* One bite. Gives how much it was; 0 when there is nothing now. At the end the pipe is closed. */
static size_t output_read(IoOutput *o)
{
	const ssize_t n = read(o->fd, o->all->bite, OUTPUT_BITE);

	if (n > 0) {
		output_keep(o, o->all->bite, (size_t)n);
		return (size_t)n;
	}
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	io_source_free(TAKE(o->source));
	(void)close(o->fd);
	o->fd = -1;
	return 0;
}

static void output_readable(void *data, int fd _unused_, uint32_t events _unused_)
{
	IoOutput *o = data;

	(void)output_read(o);
	if (o->fd < 0 && o->draining)
		io_output_free(o);
}

int io_output_fd(const IoOutput *o)
{
	return o->fd;
}

int io_output_open(IoOutputs *all, bool outlived, IoOutput **ret_output, int *ret_fd)
{
	IoOutput *o;
	int pipe[2], r;

	if (pipe2(pipe, O_CLOEXEC) < 0)
		return -errno;
	o = NEW(IoOutput);
	o->all = all;
	o->fd = pipe[0];
	/* The other end blocks, since programs do not expect to be told to try again; unless that
	 * could be for ever. Then there is so much room that it seldom happens. */
	r = fcntl(pipe[0], F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
	if (!r && outlived) {
		(void)fcntl(pipe[1], F_SETPIPE_SZ, OUTPUT_OUTLIVED);
		r = fcntl(pipe[1], F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
	}
	if (!r)
		r = io_loop_fd(all->loop, o->fd, EPOLLIN, output_readable, o, &o->source);
	if (r) {
		io_output_free(o);
		(void)close(pipe[1]);
		return r;
	}
	io_source_background(o->source);
	*ret_output = o;
	*ret_fd = pipe[1];
	return 0;
}

const char *io_output_last(IoOutput *o, size_t *ret_len)
{
	const char *start = o->kept, *line;
	int left = 0;

	/* What is there now, and not what others go on writing. */
	if (o->fd >= 0 && !ioctl(o->fd, FIONREAD, &left))
		while (left > 0) {
			const size_t n = output_read(o);

			left = n ? left - (int)n : 0;
		}
	*ret_len = o->n;
	if (!o->n)
		return NULL;
	if (o->n == OUTPUT_KEPT) {
		line = memchr(start, '\n', o->n - 1);
		start = line ? line + 1 : start + 1;
		*ret_len = (size_t)(o->kept + o->n - start);
	}
	return start;
}

void io_output_drain(IoOutput *o)
{
	IoOutputs *all = o->all;

	if (o->fd < 0) {
		io_output_free(o);
		return;
	}
	o->draining = true;
	vec_push(&all->drains, o);
	if (all->drains.n > OUTPUT_DRAINS)
		io_output_free(all->drains.items[0]);
}
