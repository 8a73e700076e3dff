/* SPDX-License-Identifier: MIT */
#include "io/io_channel.h"

#include "base/vec.h"
#include "core/limits.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWERS_MAX = 16 };

typedef struct ChannelAnswer {
	IoChannel *channel;
	int fd;
	IoSource *source;
	char *text;
	size_t n, sent;
} ChannelAnswer;

struct IoChannel {
	IoLoop *loop;
	IoChannelHandler *handler;
	void *data;
	int socket;
	IoSource *source;
	VEC(ChannelAnswer *) answers; /* oldest first */
};

static void channel_readable(void *data, int socket, uint32_t events _unused_)
{
	IoChannel *c = data;
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control;
	char line[LIMIT_CONTROL_LINE];
	struct iovec iov = { line, sizeof(line) };
	struct msghdr m = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	const ssize_t n = recvmsg(socket, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	const struct cmsghdr *h;
	int fd;

	if (n <= 0) {
		/* The supervisor is gone; its death is noticed elsewhere. */
		if (n == 0)
			io_source_free(TAKE(c->source));
		return;
	}
	h = CMSG_FIRSTHDR(&m);
	if (!h || h->cmsg_type != SCM_RIGHTS || h->cmsg_len != CMSG_LEN(sizeof(fd)))
		return;
	memcpy(&fd, CMSG_DATA(h), sizeof(fd));
	line[MIN((size_t)n, sizeof(line)) - 1] = '\0';
	c->handler(c->data, fd, line);
}

int io_channel_open(
	IoLoop *loop, int socket, IoChannelHandler *handler, void *data, IoChannel **ret_channel)
{
	IoChannel *c = NEW(IoChannel);
	int r;

	c->loop = loop;
	c->socket = socket;
	c->handler = handler;
	c->data = data;
	r = io_loop_fd(loop, socket, EPOLLIN, channel_readable, c, &c->source);
	if (r) {
		free(c);
		return r;
	}
	*ret_channel = c;
	return 0;
}

void io_channel_tell(IoChannel *c, const char *line)
{
	/* No more than is read: of too much nothing would go out. */
	(void)send(c->socket, line, strnlen(line, LIMIT_CONTROL_LINE - 1),
		MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void answer_end(ChannelAnswer *a)
{
	IoChannel *c = a->channel;

	for (size_t i = 0; i < c->answers.n; i++)
		if (c->answers.items[i] == a) {
			memmove(&c->answers.items[i], &c->answers.items[i + 1],
				(c->answers.n - i - 1) * sizeof(a));
			c->answers.n--;
			break;
		}
	io_source_free(a->source);
	(void)close(a->fd);
	free(a->text);
	free(a);
}

void io_channel_free(IoChannel *c)
{
	if (!c)
		return;
	while (c->answers.n)
		answer_end(c->answers.items[0]);
	vec_free(&c->answers);
	io_source_free(c->source);
	free(c);
}

static void answer_writable(void *data, int fd, uint32_t events _unused_)
{
	ChannelAnswer *a = data;
	const ssize_t n = send(fd, a->text + a->sent, a->n - a->sent, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		a->sent += (size_t)n;
	if (n <= 0 || a->sent == a->n)
		answer_end(a);
}

void io_channel_answer(IoChannel *c, int fd, const char *text, size_t len)
{
	ChannelAnswer *a = NEW(ChannelAnswer);

	if (c->answers.n == ANSWERS_MAX)
		answer_end(c->answers.items[0]);
	a->channel = c;
	a->fd = fd;
	a->n = len;
	a->text = memcpy(mem_alloc(len, 1), text, len);
	vec_push(&c->answers, a);
	if (io_loop_fd(c->loop, fd, EPOLLOUT, answer_writable, a, &a->source) < 0)
		answer_end(a);
}
