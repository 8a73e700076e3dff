/* SPDX-License-Identifier: MIT */
#include "daemon/snapshot.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

typedef enum SnapshotKind { SNAPSHOT_FILE, SNAPSHOT_DIRECTORY, SNAPSHOT_SEED } SnapshotKind;

/* Followed by the path and the answer. */
typedef struct SnapshotRecord {
	uint64_t kind, path_size, size; /* the path with its NUL */
	int64_t result;			/* errno of a file, names of a directory, the seed */
} SnapshotRecord;

void snapshot_free(Snapshot *s)
{
	strbuf_free(&s->bytes);
	*s = (Snapshot){ 0 };
}

static void snapshot_add(Snapshot *s, SnapshotKind kind, const char *path, const void *answer,
	size_t size, int64_t result)
{
	const SnapshotRecord r = { kind, strlen(path) + 1, size, result };

	strbuf_addn(&s->bytes, (const char *)&r, sizeof(r));
	strbuf_addn(&s->bytes, path, r.path_size);
	strbuf_addn(&s->bytes, answer, size);
}

static const char *record_file(
	void *data, const char *path, Arena *arena, size_t *ret_size, int *ret_errno)
{
	Snapshot *s = data;
	const char *text = s->host->read_file(s->host->data, path, arena, ret_size, ret_errno);

	snapshot_add(s, SNAPSHOT_FILE, path, text ?: "", text ? *ret_size : 0, *ret_errno);
	return text;
}

static const char *const *record_directory(
	void *data, const char *path, Arena *arena, size_t *ret_n)
{
	Snapshot *s = data;
	const char *const *names = s->host->list_directory(s->host->data, path, arena, ret_n);
	_cleanup_(strbuf_free) StrBuf all = { 0 };

	for (size_t i = 0; names && i < *ret_n; i++)
		strbuf_addn(&all, names[i], strlen(names[i]) + 1);
	snapshot_add(s, SNAPSHOT_DIRECTORY, path, strbuf_text(&all), all.n,
		names ? (int64_t)*ret_n : -1);
	return names;
}

static uint64_t record_seed(void *data)
{
	Snapshot *s = data;
	const uint64_t seed = s->host->seed(s->host->data);

	snapshot_add(s, SNAPSHOT_SEED, "", "", 0, (int64_t)seed);
	return seed;
}

ConfigWorld snapshot_record(Snapshot *s, const ConfigWorld *host)
{
	ConfigWorld w = *host;

	assert(!host->data); /* the other questions are asked with our data */
	s->host = host;
	w.data = s;
	w.read_file = record_file;
	w.list_directory = record_directory;
	w.seed = record_seed;
	return w;
}

/* The next record, if it answers this; its answer, of ret_r->size bytes. NULL: it does not. */
static const char *snapshot_next(
	Snapshot *s, SnapshotKind kind, const char *path, SnapshotRecord *ret_r)
{
	const char *from = s->bytes.s + s->at;
	size_t left = s->bytes.n - s->at;

	if (left < sizeof(*ret_r))
		return NULL;
	memcpy(ret_r, from, sizeof(*ret_r));
	from += sizeof(*ret_r);
	left -= sizeof(*ret_r);
	if (ret_r->kind != kind || ret_r->path_size != strlen(path) + 1 ||
		ret_r->path_size > left || memcmp(from, path, ret_r->path_size) != 0 ||
		ret_r->size > left - ret_r->path_size)
		return NULL;
	s->at += sizeof(*ret_r) + ret_r->path_size + ret_r->size;
	return from + ret_r->path_size;
}

static const char *replay_file(
	void *data, const char *path, Arena *arena, size_t *ret_size, int *ret_errno)
{
	SnapshotRecord r;
	const char *text = snapshot_next(data, SNAPSHOT_FILE, path, &r);

	*ret_errno = text ? (int)r.result : ESTALE;
	if (*ret_errno)
		return NULL;
	*ret_size = r.size;
	return arena_strndup(arena, text, r.size);
}

static const char *const *replay_directory(
	void *data, const char *path, Arena *arena, size_t *ret_n)
{
	SnapshotRecord r;
	const char *name = snapshot_next(data, SNAPSHOT_DIRECTORY, path, &r);
	const char **names;

	if (!name || r.result < 0)
		return NULL;
	*ret_n = (size_t)r.result;
	names = arena_alloc(arena, *ret_n + 1, sizeof(*names));
	name = arena_copy(arena, name, r.size, 1);
	for (size_t i = 0; i < *ret_n; i++, name += strlen(name) + 1)
		names[i] = name;
	return names;
}

static uint64_t replay_seed(void *data)
{
	SnapshotRecord r = { 0 };

	(void)snapshot_next(data, SNAPSHOT_SEED, "", &r);
	return (uint64_t)r.result;
}

ConfigWorld snapshot_replay(Snapshot *s, const ConfigWorld *host)
{
	ConfigWorld w = *host;

	s->host = host;
	s->at = 0;
	w.data = s;
	w.read_file = replay_file;
	w.list_directory = replay_directory;
	w.seed = replay_seed;
	return w;
}

int snapshot_to_fd(const Snapshot *s)
{
	const int fd = memfd_create("regent-config", MFD_CLOEXEC);

	if (fd < 0)
		return -errno;
	for (size_t done = 0; done < s->bytes.n;) {
		const ssize_t n = write(fd, s->bytes.s + done, s->bytes.n - done);

		if (n < 0) {
			const int r = -errno;

			(void)close(fd);
			return r;
		}
		done += (size_t)n;
	}
	return fd;
}

int snapshot_from_fd(Snapshot *s, int fd)
{
	struct stat st;
	void *map;

	if (fstat(fd, &st) < 0)
		return -errno;
	if (!st.st_size)
		return 0;
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	strbuf_addn(&s->bytes, map, (size_t)st.st_size);
	(void)munmap(map, (size_t)st.st_size);
	return 0;
}
