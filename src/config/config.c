/* SPDX-License-Identifier: MIT */
#include "config/config.h"

#include "config/config_build.h"

ConfigBlock *config_load(const char *path, const ConfigWorld *world, Arena *arena,
	ConfigReport *report, ConfigDraft *draft)
{
	ConfigIndex index = config_index();
	ConfigPre *pre = config_pre_open(path, world, arena, report);
	ConfigBind bind = {
		.report = report, .arena = arena, .index = &index, .world = world, .draft = draft
	};
	ConfigCheck check = { draft, report, world, arena, .index = &index };
	ConfigBlock *model = NULL;

	if (pre)
		check.root = config_tree(
			pre, (ConfigClassify){ config_classify, &index }, arena, report);
	if (check.root) {
		model = config_bind(&bind, check.root);
		config_check(&check);
		config_model_settle(model);
	}
	config_pre_close(pre);
	config_index_free(&index);
	return model;
}

void config_read(const char *path, const ConfigWorld *world, Config *ret_config, DiagList *diags)
{
	ConfigReport report = { .list = diags };
	ConfigDraft draft = config_draft();
	Config *c = ret_config;

	*c = (Config){ 0 };
	c->model = config_load(path, world, &c->arena, &report, &draft);
	config_build(&draft, world, &c->arena, &c->vrrp);
	diag_sort(diags);
	config_draft_free(&draft);
}

void config_free(Config *c)
{
	arena_free(&c->arena);
	c->vrrp = (VrrpConfig){ 0 };
}
