/* SPDX-License-Identifier: MIT */
#include "io/io_host.h"

#include "base/strbuf.h"
#include "base/vec.h"
#include "core/limits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <net/if.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

static int host_read(int fd, Arena *arena, char **ret_text, size_t *ret_size)
{
	_cleanup_(strbuf_free) StrBuf text = { 0 };
	char chunk[16384];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno;
		if (text.n + (size_t)n > LIMIT_CONFIG_BYTES)
			return EFBIG;
		strbuf_addn(&text, chunk, (size_t)n);
	}
	*ret_text = arena_strndup(arena, strbuf_text(&text), text.n);
	*ret_size = text.n;
	return 0;
}

const char *io_host_read_file(
	void *data _unused_, const char *path, Arena *arena, size_t *ret_size, int *ret_errno)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	char *text = NULL;
	struct stat st;
	int r;

	if (fd < 0) {
		*ret_errno = errno;
		return NULL;
	}
	r = fstat(fd, &st) < 0 ? errno : S_ISDIR(st.st_mode) ? EISDIR : 0;
	if (!r)
		r = host_read(fd, arena, &text, ret_size);
	(void)close(fd);
	*ret_errno = r;
	return text;
}

bool io_host_has_interface(void *data _unused_, const char *name)
{
	return if_nametoindex(name) != 0;
}

const char *io_host_interface_names(void *data _unused_, Arena *arena)
{
	_cleanup_(strbuf_free) StrBuf names = { 0 };
	struct if_nameindex *all = if_nameindex();

	for (struct if_nameindex *i = all; i && i->if_index; i++)
		strbuf_printf(&names, "%s%s", names.n ? ", " : "", i->if_name);
	if_freenameindex(all);
	return arena_strdup(arena, strbuf_text(&names));
}

bool io_host_find_user(void *data _unused_, const char *name, uint32_t *ret_uid, uint32_t *ret_gid)
{
	const struct passwd *p = getpwnam(name);

	if (!p)
		return false;
	*ret_uid = p->pw_uid;
	*ret_gid = p->pw_gid;
	return true;
}

bool io_host_find_group(void *data _unused_, const char *name, uint32_t *ret_gid)
{
	const struct group *g = getgrnam(name);

	if (!g)
		return false;
	*ret_gid = g->gr_gid;
	return true;
}

bool io_host_has_program(void *data _unused_, const char *name)
{
	const char *path =
		getenv("PATH") ?: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

	if (strchr(name, '/'))
		return !access(name, X_OK);
	while (*path) {
		const size_t n = strcspn(path, ":");
		_cleanup_(strbuf_free) StrBuf file = { 0 };

		strbuf_addn(&file, path, n);
		strbuf_printf(&file, "/%s", name);
		if (!access(file.s, X_OK))
			return true;
		path += n + (path[n] == ':');
	}
	return false;
}

int io_host_file_problem(void *data _unused_, const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return errno;
	if (S_ISDIR(st.st_mode))
		return EISDIR;
	if (!S_ISREG(st.st_mode))
		return EINVAL;
	return st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH) ? ENOEXEC : 0;
}

const char *const *io_host_list_directory(
	void *data _unused_, const char *path, Arena *arena, size_t *ret_n)
{
	DIR *directory = opendir(path);
	VEC(const char *) names = { 0 };
	const char *const *all;

	if (!directory)
		return NULL;
	for (struct dirent *e; (e = readdir(directory));)
		if (strcmp(e->d_name, ".") && strcmp(e->d_name, ".."))
			vec_push(&names, arena_strdup(arena, e->d_name));
	(void)closedir(directory);
	all = arena_copy(arena, names.items, names.n, sizeof(*names.items));
	*ret_n = names.n;
	vec_free(&names);
	return all;
}

const char *io_host_directory_of(void *data _unused_, const char *path, Arena *arena)
{
	const char *slash = strrchr(path, '/');
	const char *directory =
		slash ? arena_strndup(arena, path, (size_t)(slash - path) + (slash == path)) : ".";
	_cleanup_free_ char *whole = realpath(directory, NULL);

	return whole ? arena_strdup(arena, whole) : directory;
}

const char *io_host_host_name(void *data _unused_, Arena *arena)
{
	struct utsname name;

	return uname(&name) < 0 ? "" : arena_strdup(arena, name.nodename);
}

const char *io_host_environment(void *data _unused_, const char *name, Arena *arena)
{
	const char *value = getenv(name);

	return value ? arena_strdup(arena, value) : NULL;
}

uint64_t io_host_seed(void *data _unused_)
{
	uint64_t seed = 0;

	(void)getrandom(&seed, sizeof(seed), GRND_NONBLOCK);
	return seed;
}

static int host_write(int fd, const char *text, size_t len)
{
	while (len) {
		const ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		text += n;
		len -= (size_t)n;
	}
	return 0;
}

int io_host_write_file(const char *path, const char *text, size_t len)
{
	_cleanup_(strbuf_free) StrBuf temporary = { 0 };
	int fd, r;

	strbuf_printf(&temporary, "%s.XXXXXX", path);
	fd = mkostemp(temporary.s, O_CLOEXEC);
	if (fd < 0)
		return -errno;
	r = fchmod(fd, 0600) < 0 ? -errno : host_write(fd, text, len); /* the umask has no say */
	if (close(fd) < 0 && !r)
		r = -errno;
	if (!r && rename(temporary.s, path) < 0)
		r = -errno;
	if (r)
		(void)unlink(temporary.s);
	return r;
}
