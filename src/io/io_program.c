/* SPDX-License-Identifier: MIT */
#include "io/io_program.h"

#include "io/io_host.h"

#include <errno.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void io_program_path(const char *name, const char *libexec, char ret_path[static PATH_MAX])
{
	const ssize_t n = readlink("/proc/self/exe", ret_path, PATH_MAX - 1);
	char *last = NULL;

	if (n > 0) {
		ret_path[n] = '\0';
		last = strrchr(ret_path, '/');
	}
	if (last && (size_t)(last + 1 - ret_path) + strlen(name) < PATH_MAX) {
		strcpy(last + 1, name);
		if (!access(ret_path, X_OK))
			return;
	}
	(void)snprintf(ret_path, PATH_MAX, "%s/%s", libexec, name);
}

const char *io_host_secret_problem(
	void *data _unused_, const char *path, Arena *arena, const char **ret_mend)
{
	struct stat st;

	*ret_mend = NULL;
	if (stat(path, &st) < 0)
		return strerrordesc_np(errno) ?: "unknown error";
	if (!S_ISREG(st.st_mode))
		return "it is no regular file";
	if (!(st.st_mode & (S_IRWXG | S_IRWXO)))
		return NULL;
	*ret_mend = arena_printf(arena, "chmod 600 %s", path);
	return "can be read by others than its owner";
}
