/* SPDX-License-Identifier: MIT */
#include "config/config.h"

#include "config/config_build.h"

void config_read(const char *path, const ConfigWorld *world, Config *ret_config, DiagList *diags)
{
	ConfigReport report = { .list = diags };
	ConfigDraft draft = config_draft();
	ConfigIndex index = config_index();
	Config *c = ret_config;
	const ConfigStatement *root;
	ConfigPre *pre;

	*c = (Config){ 0 };
	pre = config_pre_open(path, world, &c->arena, &report);
	if (pre) {
		ConfigBind bind = { .report = &report,
			.arena = &c->arena,
			.index = &index,
			.world = world,
			.draft = &draft };
		ConfigCheck check = {
			.draft = &draft, .report = &report, .world = world, .arena = &c->arena
		};

		root = config_tree(
			pre, (ConfigClassify){ config_classify, &index }, &c->arena, &report);
		if (root) {
			c->model = config_bind(&bind, root);
			config_check(&check);
			config_model_settle(c->model);
		}
	}
	config_build(&draft, &c->arena, &c->vrrp);
	config_pre_close(pre);
	diag_sort(diags);
	config_index_free(&index);
	config_draft_free(&draft);
}

void config_free(Config *c)
{
	arena_free(&c->arena);
	c->vrrp = (VrrpConfig){ 0 };
}
