/* SPDX-License-Identifier: MIT */
#include "io/io_host.h"

#include "base/strbuf.h"
#include "base/vec.h"
#include "core/limits.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
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

static const char *search_path(void)
{
	return getenv("PATH") ?: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
}

/* The file of that name in the first directory of a search path; gives the rest of it. An empty
 * directory is the one we stand in, as execvp() has it. */
static const char *search_next(const char *path, const char *name, StrBuf *out)
{
	const size_t n = strcspn(path, ":");

	out->n = 0;
	strbuf_addn(out, n ? path : ".", n ?: 1);
	strbuf_printf(out, "/%s", name);
	return path + n + (path[n] == ':');
}

/* As execvp() would: it passes over a directory of that name. */
static bool runs(const char *file)
{
	struct stat st;

	return !access(file, X_OK) && !stat(file, &st) && S_ISREG(st.st_mode);
}

/* The file that is run for a command word; false: there is none. */
static bool find_program(const char *name, StrBuf *out)
{
	if (strchr(name, '/')) {
		strbuf_add(out, name);
		return runs(name);
	}
	for (const char *path = search_path(); *path;) {
		path = search_next(path, name, out);
		if (runs(out->s))
			return true;
	}
	return false;
}

bool io_host_has_program(void *data _unused_, const char *name)
{
	_cleanup_(strbuf_free) StrBuf file = { 0 };

	return find_program(name, &file);
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

const uint32_t *io_host_user_groups(
	void *data _unused_, const char *user, uint32_t gid, Arena *arena, size_t *ret_n)
{
	uint32_t *groups;
	int n = 0;

	_Static_assert(sizeof(gid_t) == sizeof(*groups), "they are handed on as they are");
	(void)getgrouplist(user, gid, NULL, &n);
	if (n <= 0)
		return NULL;
	groups = arena_alloc(arena, (size_t)n, sizeof(*groups));
	if (getgrouplist(user, gid, groups, &n) < 0)
		return NULL; /* one more has come in between */
	*ret_n = (size_t)n;
	return groups;
}

static const char *owner_name(uint32_t uid, Arena *arena)
{
	_cleanup_(strbuf_free) StrBuf text = { 0 };
	const struct passwd *p = getpwuid(uid);

	if (p)
		return arena_strdup(arena, p->pw_name);
	strbuf_printf(&text, "%u", uid);
	return arena_strdup(arena, strbuf_text(&text));
}

static const char *format(Arena *arena, const char *text, const char *a, const char *b)
{
	_cleanup_(strbuf_free) StrBuf out = { 0 };

	for (; *text; text++)
		if (*text == '%')
			strbuf_add(&out, *++text == '1' ? a : b);
		else
			strbuf_addn(&out, text, 1);
	return arena_strdup(arena, strbuf_text(&out));
}

/* What is wrong with one part of a path; NULL: nothing. */
static const char *unsafe(
	const char *path, const struct stat *st, Arena *arena, const char **ret_mend)
{
	const bool link = S_ISLNK(st->st_mode);
	const bool sticky = S_ISDIR(st->st_mode) && st->st_mode & S_ISVTX;
	const char *why = NULL;

	if (st->st_uid) {
		*ret_mend = format(
			arena, link ? "chown -h root:root %1" : "chown root:root %1", path, "");
		return format(arena, "%1 belongs to %2", path, owner_name(st->st_uid, arena));
	}
	if (st->st_mode & S_IWOTH)
		why = "anybody may write to %1";
	else if (st->st_mode & S_IWGRP && st->st_gid)
		why = "a group other than root's may write to %1";
	if (link || sticky || !why)
		return NULL;
	*ret_mend = format(arena, "chmod go-w %1", path, "");
	return format(arena, why, path, "");
}

enum { LINKS_MAX = 40 }; /* as the kernel */

/* Puts what a link names in front of what is left of the path. False: there is nothing. */
static bool follow(StrBuf *done, size_t parent, StrBuf *rest, const char *left)
{
	_cleanup_(strbuf_free) StrBuf next = { 0 };
	char target[PATH_MAX];
	const ssize_t n = readlink(done->s, target, sizeof(target));

	if (n <= 0 || n == sizeof(target))
		return false;
	strbuf_addn(&next, target, (size_t)n);
	strbuf_printf(&next, "/%s", left);
	done->n = *target == '/' ? 0 : parent;
	strbuf_addn(done, "", 0);
	strbuf_free(rest);
	*rest = next;
	next = (StrBuf){ 0 };
	return true;
}

/* A name that is not there: the sticky bit of its directory only protects what is. */
static const char *unsafe_absent(const char *path, Arena *arena, const char **ret_mend)
{
	const size_t n = (size_t)(strrchr(path, '/') - path);
	struct stat st;

	if (errno != ENOENT || lstat(arena_strndup(arena, path, n ?: 1), &st) < 0 ||
		!(st.st_mode & S_IWOTH || (st.st_mode & S_IWGRP && st.st_gid)))
		return NULL;
	*ret_mend = format(arena, "touch %1", path, "");
	return format(arena, "others than root may make %1, which is missing", path, "");
}

/* Part by part; `rest` is absolute. */
static const char *walk(StrBuf *rest, Arena *arena, const char **ret_mend)
{
	_cleanup_(strbuf_free) StrBuf done = { 0 };
	const char *at = rest->s, *why;
	struct stat st;

	if (lstat("/", &st) < 0)
		return NULL;
	why = unsafe("/", &st, arena, ret_mend);
	for (unsigned links = 0; !why && links < LINKS_MAX;) {
		const size_t parent = done.n;
		size_t n;

		at += strspn(at, "/");
		n = strcspn(at, "/");
		if (!n)
			return NULL;
		if (n == 2 && !strncmp(at, "..", 2)) {
			while (done.n && done.s[--done.n] != '/')
				;
		} else if (n != 1 || *at != '.') {
			strbuf_add(&done, "/");
			strbuf_addn(&done, at, n);
			if (lstat(done.s, &st) < 0)
				return unsafe_absent(done.s, arena, ret_mend);
			why = unsafe(done.s, &st, arena, ret_mend);
		}
		at += n;
		if (why || done.n <= parent || !S_ISLNK(st.st_mode))
			continue;
		if (!follow(&done, parent, rest, at))
			return NULL;
		at = rest->s;
		links++;
	}
	return why;
}

static const char *unsafe_path(const char *file, Arena *arena, const char **ret_mend)
{
	_cleanup_(strbuf_free) StrBuf path = { 0 };
	_cleanup_free_ char *directory = NULL;

	if (*file != '/') {
		directory = getcwd(NULL, 0);
		strbuf_printf(&path, "%s/", directory ?: "");
	}
	strbuf_add(&path, file);
	return walk(&path, arena, ret_mend);
}

/* One that is missing may come later: wherever it would be found then. */
static const char *unsafe_missing(const char *name, Arena *arena, const char **ret_mend)
{
	_cleanup_(strbuf_free) StrBuf file = { 0 };
	const char *why = NULL;

	if (strchr(name, '/'))
		return unsafe_path(name, arena, ret_mend);
	for (const char *path = search_path(); !why && *path;) {
		path = search_next(path, name, &file);
		why = unsafe_path(file.s, arena, ret_mend);
	}
	return why;
}

const char *io_host_unsafe_component(
	void *data _unused_, const char *program, uint32_t uid, Arena *arena, const char **ret_mend)
{
	_cleanup_(strbuf_free) StrBuf found = { 0 };
	struct stat st;

	if (!find_program(program, &found) || stat(found.s, &st) < 0)
		return uid ? NULL : unsafe_missing(program, arena, ret_mend);
	if (uid && (st.st_uid || !(st.st_mode & S_ISUID)))
		return NULL;
	return unsafe_path(found.s, arena, ret_mend);
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
