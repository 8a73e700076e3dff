/* SPDX-License-Identifier: MIT */
#include "io/io_probe.h"

#include "base/vec.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { PROBE_VISITORS = 64, PROBE_BACKLOG = 64 };

typedef struct ProbePort {
	IoProbe *probe;
	uint16_t port;
	int fd;
	IoSource *source;
} ProbePort;

typedef struct ProbeVisitor {
	IoProbe *probe;
	uint16_t port;
	int fd;
	IoSource *source;
} ProbeVisitor;

struct IoProbe {
	IoLoop *loop;
	VEC(ProbePort *) ports;
	VEC(ProbeVisitor *) visitors; /* the oldest first */
};

IoProbe *io_probe_new(IoLoop *loop)
{
	IoProbe *p = NEW(IoProbe);

	p->loop = loop;
	return p;
}

static void visitor_end(ProbeVisitor *v)
{
	IoProbe *p = v->probe;

	for (size_t i = 0; i < p->visitors.n; i++)
		if (p->visitors.items[i] == v) {
			memmove(&p->visitors.items[i], &p->visitors.items[i + 1],
				(--p->visitors.n - i) * sizeof(v));
			break;
		}
	io_source_free(v->source);
	(void)close(v->fd);
	free(v);
}

/* Whatever was asked, the answer is the same; what was sent is read so that closing does not reset
 * the connection before the answer has arrived. */
static void visitor_readable(void *data, int fd, uint32_t events _unused_)
{
	static const char answer[] = "HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n"
				     "Content-Length: 7\r\nConnection: close\r\n\r\nMASTER\n";
	char bite[2048];
	const ssize_t n = recv(fd, bite, sizeof(bite), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		(void)send(fd, answer, sizeof(answer) - 1, MSG_DONTWAIT | MSG_NOSIGNAL);
	visitor_end(data);
}

static void port_readable(void *data, int fd, uint32_t events _unused_)
{
	ProbePort *port = data;
	IoProbe *p = port->probe;
	const int visitor = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	ProbeVisitor *v;

	if (visitor < 0)
		return;
	if (p->visitors.n == PROBE_VISITORS)
		visitor_end(p->visitors.items[0]);
	v = NEW(ProbeVisitor);
	*v = (ProbeVisitor){ .probe = p, .port = port->port, .fd = visitor };
	vec_push(&p->visitors, v);
	if (io_loop_fd(p->loop, visitor, EPOLLIN, visitor_readable, v, &v->source) < 0)
		visitor_end(v);
	else
		io_source_background(v->source);
}

static void port_end(ProbePort *port)
{
	for (size_t i = port->probe->visitors.n; i-- > 0;)
		if (port->probe->visitors.items[i]->port == port->port)
			visitor_end(port->probe->visitors.items[i]);
	io_source_free(port->source);
	if (port->fd >= 0)
		(void)close(port->fd);
	free(port);
}

/* Both families when there is IPv6. */
static int port_socket(uint16_t port)
{
	const struct sockaddr_in6 any6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	const struct sockaddr_in any4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	const int kind = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, one = 1, zero = 0;
	int fd = socket(AF_INET6, kind, 0), r = -1;

	if (fd >= 0) {
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero));
		r = bind(fd, (const struct sockaddr *)&any6, sizeof(any6));
		if (r < 0 && errno == EADDRNOTAVAIL) {
			(void)close(fd);
			fd = -1;
		}
	}
	if (fd < 0) {
		fd = socket(AF_INET, kind, 0);
		if (fd < 0)
			return -errno;
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		r = bind(fd, (const struct sockaddr *)&any4, sizeof(any4));
	}
	if (r < 0 || listen(fd, PROBE_BACKLOG) < 0) {
		r = -errno;
		(void)close(fd);
		return r;
	}
	return fd;
}

static int port_begin(IoProbe *p, uint16_t number)
{
	ProbePort *port = NEW(ProbePort);
	int r;

	*port = (ProbePort){ .probe = p, .port = number, .fd = port_socket(number) };
	r = port->fd < 0
		    ? port->fd
		    : io_loop_fd(p->loop, port->fd, EPOLLIN, port_readable, port, &port->source);
	if (r) {
		port_end(port);
		return r;
	}
	vec_push(&p->ports, port);
	return 0;
}

int io_probe_set(IoProbe *p, uint16_t port, bool on)
{
	for (size_t i = 0; i < p->ports.n; i++) {
		if (p->ports.items[i]->port != port)
			continue;
		if (!on) {
			port_end(p->ports.items[i]);
			p->ports.items[i] = p->ports.items[--p->ports.n];
		}
		return 0;
	}
	return on ? port_begin(p, port) : 0;
}

void io_probe_free(IoProbe *p)
{
	if (!p)
		return;
	while (p->ports.n)
		port_end(p->ports.items[--p->ports.n]);
	vec_free(&p->ports);
	vec_free(&p->visitors);
	free(p);
}
