/* SPDX-License-Identifier: MIT */
#pragma once

/* config: reads keepalived.conf into VrrpConfig. Text goes through the lexer (config_lex) into a
 * tree of statements with their places (config_tree); the keyword table (config_keywords) says for
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
} ConfigWorld;

struct ConfigBlock;

typedef struct Config {
	Arena arena;
	VrrpConfig vrrp;
	struct ConfigBlock *model; /* all that was given (config_model.h); NULL: nothing was read */
} Config;

/* Always fills ret_config as far as it understood; whether it may be used is diag_may_start(diags).
 * config_free() it either way. `path` must outlive the configuration. */
void config_read(const char *path, const ConfigWorld *world, Config *ret_config, DiagList *diags);
void config_free(Config *c);
