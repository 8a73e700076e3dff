/* SPDX-License-Identifier: MIT */
#pragma once

/* config: reads keepalived.conf into VrrpConfig. Text goes line by line through the preprocessor
 * (config_pre: includes, variables, conditions) and the lexer (config_lex) into a tree of statements with their places (config_tree); the keyword table (config_keywords) says for
 * each block which keywords may stand in it, what each takes and where it is stored; binding
 * (config_bind) walks the tree by that table; the rules (config_check) look at the result as a
 * whole. All errors are collected in one run. Nothing here opens a file, prints, or asks the
 * machine anything: what must be asked goes through ConfigWorld. */

#include "base/diag.h"
#include "vrrp/vrrp_config.h"

/* What the configuration needs to know of the outside. Any function may be NULL: then the matter
 * is taken as right. */
typedef struct ConfigWorld {
	void *data;
	/* The whole file in the arena; NULL and an errno when it cannot be read. */
	const char *(*read_file)(
		void *data, const char *path, Arena *arena, size_t *ret_size, int *ret_errno);
	bool (*has_interface)(void *data, const char *name);
	/* A list for people: "eth0, eth1, lo". */
	const char *(*interface_names)(void *data, Arena *arena);
	bool (*find_user)(void *data, const char *name, uint32_t *ret_uid, uint32_t *ret_gid);
	bool (*find_group)(void *data, const char *name, uint32_t *ret_gid);
	/* The program that a command word stands for: NULL is as good as found. */
	bool (*has_program)(void *data, const char *name);
	/* 0 for a regular file that may not be executed; ENOENT, EISDIR; ENOEXEC when it may be
	 * executed; EINVAL for what is no regular file. */
	int (*file_problem)(void *data, const char *path);
	/* The names in a directory, in any order; NULL when it cannot be read. */
	const char *const *(*list_directory)(
		void *data, const char *path, Arena *arena, size_t *ret_n);
	/* The absolute name of the directory that the file is in. */
	const char *(*directory_of)(void *data, const char *path, Arena *arena);
	const char *(*host_name)(void *data, Arena *arena);
	/* NULL: there is no such variable. */
	const char *(*environment)(void *data, const char *name, Arena *arena);
	/* Where random numbers start from; 0 when NULL. */
	uint64_t (*seed)(void *data);
	/* The supplementary groups, with the primary one; NULL: they cannot be told. */
	const uint32_t *(*user_groups)(
		void *data, const char *user, uint32_t gid, Arena *arena, size_t *ret_n);
	/* Whether somebody but root could change what root is to run: a program that runs as `uid`,
	 * or is set-user-ID root. The first part of its path that is not root's alone, in words,
	 * and the command that mends it; NULL: it is safe, not run as root, or not there. */
	const char *(*unsafe_component)(
		void *data, const char *program, uint32_t uid, Arena *arena, const char **ret_mend);
	/* Why a file that holds a secret cannot be used, in words; NULL: it can. ret_mend: the
	 * command that mends it if it is that others can read it, else NULL. */
	const char *(*secret_problem)(
		void *data, const char *path, Arena *arena, const char **ret_mend);
	const char *config_id; /* NULL: the host name up to its first dot */
	size_t expansions; /* uses of variables and repeated lines; 0: LIMIT_CONFIG_EXPANSIONS */
} ConfigWorld;

struct ConfigBlock;

typedef struct Config {
	Arena arena;
	VrrpConfig vrrp;
	struct ConfigBlock *model; /* all that was given (config_model.h); NULL: nothing was read */
} Config;

/* Always fills ret_config as far as it understood; whether it may be used is diag_may_start(diags).
 * config_free() it either way. `path` must outlive the configuration, and the configuration the
 * diagnostics: it holds the names of the files. */
void config_read(const char *path, const ConfigWorld *world, Config *ret_config, DiagList *diags);
void config_free(Config *c);
/* Lets go of all but `vrrp`: the text, its places and the model, which are most of the memory. No
 * diagnostic may be looked at any more. A field of VrrpConfig that points somewhere must be known
 * here (config_compact.c). */
void config_compact(Config *c);
