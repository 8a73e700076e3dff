/* SPDX-License-Identifier: MIT */
#pragma once

/* What a configuration asks of the machine it is read on. The signatures are those of ConfigWorld;
 * `data` is not used. */

#include "base/arena.h"

const char *io_host_read_file(
	void *data, const char *path, Arena *arena, size_t *ret_size, int *ret_errno);
bool io_host_has_interface(void *data, const char *name);
const char *io_host_interface_names(void *data, Arena *arena);
bool io_host_find_user(void *data, const char *name, uint32_t *ret_uid, uint32_t *ret_gid);
bool io_host_find_group(void *data, const char *name, uint32_t *ret_gid);
/* A path that may be executed, or a word found in PATH. */
bool io_host_has_program(void *data, const char *name);
int io_host_file_problem(void *data, const char *path);
const char *const *io_host_list_directory(
	void *data, const char *path, Arena *arena, size_t *ret_n);
const char *io_host_directory_of(void *data, const char *path, Arena *arena);
const char *io_host_host_name(void *data, Arena *arena);
const char *io_host_environment(void *data, const char *name, Arena *arena);
uint64_t io_host_seed(void *data);
const uint32_t *io_host_user_groups(
	void *data, const char *user, uint32_t gid, Arena *arena, size_t *ret_n);
/* Follows the path as the kernel does, link by link: each directory on the way, each link and the
 * program itself must be root's, and but for sticky directories nobody else's to write. */
const char *io_host_unsafe_component(
	void *data, const char *program, uint32_t uid, Arena *arena, const char **ret_mend);

const char *io_host_secret_problem(
	void *data, const char *path, Arena *arena, const char **ret_mend);

/* Writes a file whole or not at all, mode 0600. What stands there is replaced, not followed when it
 * is a symbolic link; until then the text is in a new file beside it of a name nobody can guess. */
int io_host_write_file(const char *path, const char *text, size_t len);

/* All of the above as the members of a ConfigWorld, for its initializer: every program that reads a
 * configuration asks the machine the same questions. */
#define IO_HOST_WORLD                                                                              \
	.read_file = io_host_read_file, .has_interface = io_host_has_interface,                    \
	.interface_names = io_host_interface_names, .find_user = io_host_find_user,                \
	.find_group = io_host_find_group, .has_program = io_host_has_program,                      \
	.file_problem = io_host_file_problem, .list_directory = io_host_list_directory,            \
	.directory_of = io_host_directory_of, .host_name = io_host_host_name,                      \
	.environment = io_host_environment, .seed = io_host_seed,                                  \
	.user_groups = io_host_user_groups, .unsafe_component = io_host_unsafe_component,          \
	.secret_problem = io_host_secret_problem
