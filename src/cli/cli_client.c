/* SPDX-License-Identifier: MIT */
#include "cli/cli.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define CLIENT_SILENT "regent: the daemon does not answer: it hangs or is stopped\n"

/* A connection to the daemon with the request sent; -errno. */
static int client_ask(const char *run_dir, ControlCommand command)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	const struct timeval patience = { .tv_sec = 5 };
	char line[64];
	const int n = snprintf(line, sizeof(line), "%s\n", control_line(command));
	int fd;

	if ((size_t)snprintf(address.sun_path, sizeof(address.sun_path), "%s/" CONTROL_SOCKET,
		    run_dir) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	/* This one is for connect() as well: it waits while others queue before a stopped daemon. */
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	/* A daemon that refuses closes before it has read: its answer is there all the same. */
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
		(send(fd, line, (size_t)n, MSG_NOSIGNAL) != n && errno != EPIPE)) {
		const int r = -errno;

		(void)close(fd);
		return r;
	}
	return fd;
}

/* The first line says how it went; the rest is the answer. */
static int client_print(FILE *from)
{
	_cleanup_free_ char *line = NULL;
	FILE *to = stdout;
	size_t size = 0;
	char chunk[4096];

	errno = 0;
	if (getline(&line, &size, from) < 0) {
		(void)fputs(errno == EAGAIN ? CLIENT_SILENT
					    : "regent: the daemon closed the connection\n",
			stderr);
		return CLI_FAILED;
	}
	if (strcmp(line, CONTROL_OK)) {
		(void)fprintf(stderr, "regent: %s",
			strncmp(line, CONTROL_ERROR, sizeof(CONTROL_ERROR) - 1)
				? line
				: line + sizeof(CONTROL_ERROR) - 1);
		to = stderr;
	}
	while ((size = fread(chunk, 1, sizeof(chunk), from)) > 0)
		(void)fwrite(chunk, 1, size, to);
	return to == stdout ? CLI_OK : CLI_FAILED;
}

int cli_ask(const CliArgs *args, ControlCommand command)
{
	FILE *from;
	int fd = client_ask(args->run_dir, command), r;

	if (fd == -EAGAIN) {
		(void)fputs(CLIENT_SILENT, stderr);
		return CLI_FAILED;
	}
	if (fd < 0) {
		(void)fprintf(stderr, "regent: no answer on %s/" CONTROL_SOCKET ": %s%s\n",
			args->run_dir, strerrordesc_np(-fd),
			fd == -ENOENT || fd == -ECONNREFUSED ? "; is regentd running?"
			: fd == -EACCES ? "; root and the socket's group may ask"
					: "");
		return CLI_FAILED;
	}
	from = fdopen(fd, "r");
	if (!from)
		return CLI_FAILED;
	r = client_print(from);
	(void)fclose(from);
	return r;
}
