/* SPDX-License-Identifier: MIT */
#include "config/config.h"

#include <errno.h>

#include "config/config_build.h"

static const char *read_file(const char *path, const ConfigWorld *world, Arena *arena,
	ConfigReport *report, size_t *ret_size)
{
	const SourcePos pos = { .file = path };
	const char *text = NULL;
	int error = ENOSYS;

	if (world->read_file)
		text = world->read_file(world->data, path, arena, ret_size, &error);
	if (!text) {
		config_error(report, pos, "cannot be read: %s", strerrordesc_np(error));
		config_keepalived(report, KEEPALIVED_SILENT); /* behaviour 179 */
		return NULL;
	}
	if (*ret_size <= LIMIT_CONFIG_BYTES)
		return text;
	config_error(report, pos, "a configuration file may have %d bytes, this one has %zu",
		LIMIT_CONFIG_BYTES, *ret_size);
	return NULL;
}

void config_load(const char *path, const ConfigWorld *world, Arena *arena, ConfigReport *report,
	ConfigDraft *draft)
{
	ConfigIndex index = config_index();
	ConfigBind bind = { report, arena, &index, world, draft };
	ConfigCheck check = { draft, report, world, arena, .index = &index };
	const char *text;
	size_t size;

	text = read_file(path, world, arena, report, &size);
	if (text)
		check.root = config_tree(path, text, size,
			(ConfigClassify){ config_classify, &index }, arena, report);
	if (check.root) {
		config_bind(&bind, check.root);
		config_check(&check);
	}
	config_index_free(&index);
}

void config_read(const char *path, const ConfigWorld *world, Config *ret_config, DiagList *diags)
{
	ConfigReport report = { .list = diags };
	ConfigDraft draft = config_draft();
	Config *c = ret_config;

	*c = (Config){ 0 };
	config_load(path, world, &c->arena, &report, &draft);
	config_build(&draft, &c->arena, &c->vrrp);
	diag_sort(diags);
	config_draft_free(&draft);
}

void config_free(Config *c)
{
	arena_free(&c->arena);
	c->vrrp = (VrrpConfig){ 0 };
}
