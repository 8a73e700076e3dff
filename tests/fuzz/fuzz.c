/* SPDX-License-Identifier: MIT */
#include "fuzz.h"

#include <errno.h>

static const char mark[] = "\n=== ";

static const char *find_mark(const char *s, const char *end)
{
	return s < end ? memmem(s, (size_t)(end - s), mark, sizeof(mark) - 1) : NULL;
}

/* The file that starts at the mark: its name, and its text up to the next mark. */
static const char *fuzz_file(
	const char *at, const char *end, FuzzInput *ret_name, FuzzInput *ret_text)
{
	const char *name = at + sizeof(mark) - 1, *line = memchr(name, '\n', (size_t)(end - name));
	const char *text = line ? line + 1 : end, *next = find_mark(line ? line : end, end);

	*ret_name = (FuzzInput){ name, (size_t)((line ? line : end) - name) };
	*ret_text = (FuzzInput){ text, (size_t)((next && next >= text ? next : end) - text) };
	return next;
}

static bool fuzz_find(const FuzzInput *input, const char *path, FuzzInput *ret_text)
{
	const char *end = input->text + input->size, *at = find_mark(input->text, end);
	FuzzInput name, text;

	if (!*path) {
		*ret_text =
			(FuzzInput){ input->text, at ? (size_t)(at - input->text) : input->size };
		return true;
	}
	while (at) {
		at = fuzz_file(at, end, &name, &text);
		if (name.size == strlen(path) && !memcmp(name.text, path, name.size)) {
			*ret_text = text;
			return true;
		}
	}
	return false;
}

static const char *fuzz_read(
	void *data, const char *path, Arena *arena, size_t *ret_size, int *ret_errno)
{
	FuzzInput text;

	if (!fuzz_find(data, path, &text)) {
		*ret_errno = ENOENT;
		return NULL;
	}
	*ret_size = text.size;
	return arena_strndup(arena, text.text, text.size);
}

static int fuzz_problem(void *data, const char *path)
{
	FuzzInput text;

	if (!fuzz_find(data, path, &text))
		return ENOENT;
	return text.size && *text.text == 'x' ? ENOEXEC : 0;
}

static const char *const *fuzz_list(
	void *data, const char *path _unused_, Arena *arena, size_t *ret_n)
{
	const FuzzInput *input = data;
	const char *end = input->text + input->size, *at = find_mark(input->text, end);
	const char **names = arena_alloc(arena, 16, sizeof(*names));
	FuzzInput name, text;

	for (*ret_n = 0; at && *ret_n < 16;) {
		at = fuzz_file(at, end, &name, &text);
		names[(*ret_n)++] = arena_strndup(arena, name.text, name.size);
	}
	return names;
}

static bool fuzz_interface(void *data _unused_, const char *name)
{
	return !strncmp(name, "eth", 3);
}

static const char *fuzz_host(void *data _unused_, Arena *arena _unused_)
{
	return "a.example";
}

static const char *fuzz_environment(void *data _unused_, const char *name, Arena *arena)
{
	return *name == 'A' ? arena_strdup(arena, name) : NULL;
}

static bool fuzz_user(void *data _unused_, const char *name, uint32_t *ret_uid, uint32_t *ret_gid)
{
	*ret_uid = *ret_gid = 1;
	return *name != 'n';
}

static const uint32_t *fuzz_groups(
	void *data _unused_, const char *user _unused_, uint32_t gid, Arena *arena, size_t *ret_n)
{
	*ret_n = 1;
	return arena_copy(arena, &gid, 1, sizeof(gid));
}

static const char *fuzz_unsafe(void *data _unused_, const char *program, uint32_t uid,
	Arena *arena _unused_, const char **ret_mend)
{
	if (uid || *program != 'u')
		return NULL;
	*ret_mend = "chmod";
	return "it is unsafe";
}

ConfigWorld fuzz_world(FuzzInput *input)
{
	return (ConfigWorld){ .data = input,
		.read_file = fuzz_read,
		.has_interface = fuzz_interface,
		.find_user = fuzz_user,
		.file_problem = fuzz_problem,
		.list_directory = fuzz_list,
		.host_name = fuzz_host,
		.environment = fuzz_environment,
		.user_groups = fuzz_groups,
		.unsafe_component = fuzz_unsafe,
		.expansions = 4096 };
}
