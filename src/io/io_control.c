/* SPDX-License-Identifier: MIT */
#include "io/io_control.h"

#include "base/strbuf.h"
#include "base/vec.h"
#include "core/control.h"
#include "core/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { CONTROL_PEERS_MAX = 16, CONTROL_GROUPS_MAX = 256 };

typedef struct ControlPeer {
	IoControl *control;
	IoSource *source;
	int fd;
	size_t n;
	char line[LIMIT_CONTROL_LINE];
} ControlPeer;

struct IoControl {
	IoLoop *loop;
	IoControlHandler *handler;
	void *data;
	int fd;
	IoSource *source;
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	gid_t group; /* of the socket: its members may ask */
	VEC(ControlPeer *) peers;
};

static void control_drop(ControlPeer *peer, bool close_fd)
{
	IoControl *c = peer->control;

	for (size_t i = 0; i < c->peers.n; i++)
		if (c->peers.items[i] == peer) {
			memmove(&c->peers.items[i], &c->peers.items[i + 1],
				(c->peers.n - i - 1) * sizeof(peer));
			c->peers.n--;
			break;
		}
	io_source_free(peer->source);
	if (close_fd)
		(void)close(peer->fd);
	free(peer);
}

static void control_readable(void *data, int fd, uint32_t events _unused_)
{
	ControlPeer *peer = data;
	IoControl *c = peer->control;
	const ssize_t n = read(fd, peer->line + peer->n, sizeof(peer->line) - 1 - peer->n);
	char *end;

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		peer->n += (size_t)n;
	peer->line[peer->n] = '\0';
	end = strchr(peer->line, '\n');
	if (end) {
		char line[LIMIT_CONTROL_LINE];

		*end = '\0';
		memcpy(line, peer->line, sizeof(line));
		control_drop(peer, false);
		c->handler(c->data, fd, line);
	} else if (n <= 0 || peer->n == sizeof(peer->line) - 1) {
		control_drop(peer, true);
	}
}

static bool control_allowed(const IoControl *c, int fd)
{
	gid_t groups[CONTROL_GROUPS_MAX];
	struct ucred peer;
	socklen_t len = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) < 0 || len != sizeof(peer))
		return false;
	if (peer.uid == 0 || peer.uid == geteuid() || peer.gid == c->group)
		return true;
	len = sizeof(groups);
	if (getsockopt(fd, SOL_SOCKET, SO_PEERGROUPS, groups, &len) < 0)
		return false;
	for (size_t i = 0; i < len / sizeof(*groups); i++)
		if (groups[i] == c->group)
			return true;
	return false;
}

static void control_connect(void *data, int listener, uint32_t events _unused_)
{
	IoControl *c = data;
	const int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	ControlPeer *peer;

	if (fd < 0)
		return;
	if (!control_allowed(c, fd)) {
		io_control_refuse(fd, "permission denied");
		return;
	}
	/* The one that has waited longest has not even sent its line. */
	if (c->peers.n == CONTROL_PEERS_MAX)
		control_drop(c->peers.items[0], true);
	peer = NEW(ControlPeer);
	peer->control = c;
	peer->fd = fd;
	if (io_loop_fd(c->loop, fd, EPOLLIN, control_readable, peer, &peer->source) < 0) {
		(void)close(fd);
		free(peer);
		return;
	}
	vec_push(&c->peers, peer);
}

/* A socket that nobody answers on was left behind by a killed daemon. */
static int control_bind(int fd, const struct sockaddr_un *address)
{
	const struct sockaddr *a = (const struct sockaddr *)address;
	int probe;

	if (!bind(fd, a, sizeof(*address)))
		return 0;
	if (errno != EADDRINUSE)
		return -errno;
	probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (probe < 0)
		return -errno;
	if (!connect(probe, a, sizeof(*address)) || errno == EAGAIN) {
		(void)close(probe);
		return -EADDRINUSE;
	}
	(void)close(probe);
	if (unlink(address->sun_path) < 0 || bind(fd, a, sizeof(*address)) < 0)
		return -errno;
	return 0;
}

static int control_open(IoControl *c, const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const mode_t mask = umask(0117);
	struct stat st;
	int r;

	if (strlen(path) >= sizeof(address.sun_path)) {
		(void)umask(mask);
		return -ENAMETOOLONG;
	}
	strcpy(address.sun_path, path);
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	r = c->fd < 0 ? -errno : control_bind(c->fd, &address);
	(void)umask(mask);
	if (r)
		return r;
	strcpy(c->path, path);
	if (listen(c->fd, CONTROL_PEERS_MAX) < 0 || stat(path, &st) < 0)
		return -errno;
	c->group = st.st_gid;
	return io_loop_fd(c->loop, c->fd, EPOLLIN, control_connect, c, &c->source);
}

int io_control_listen(IoLoop *loop, const char *path, IoControlHandler *handler, void *data,
	IoControl **ret_control)
{
	IoControl *c = NEW(IoControl);
	int r;

	*c = (IoControl){ .loop = loop, .handler = handler, .data = data, .fd = -1 };
	r = control_open(c, path);
	if (r) {
		io_control_free(c);
		return r;
	}
	*ret_control = c;
	return 0;
}

void io_control_free(IoControl *c)
{
	if (!c)
		return;
	while (c->peers.n)
		control_drop(c->peers.items[0], true);
	vec_free(&c->peers);
	io_source_free(c->source);
	if (c->fd >= 0)
		(void)close(c->fd);
	if (c->path[0])
		(void)unlink(c->path);
	free(c);
}

int io_control_pass(int channel, int fd, const char *line)
{
	union {
		struct cmsghdr header;
		char room[CMSG_SPACE(sizeof(int))];
	} control = { 0 };
	struct iovec iov = { (void *)line, strlen(line) + 1 };
	struct msghdr m = { .msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(fd));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	if (sendmsg(channel, &m, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return -errno;
	return 0;
}

void io_control_refuse(int fd, const char *text)
{
	_cleanup_(strbuf_free) StrBuf line = { 0 };

	strbuf_printf(&line, CONTROL_ERROR "%s\n", text);
	(void)send(fd, line.s, line.n, MSG_NOSIGNAL | MSG_DONTWAIT);
	(void)close(fd);
}
