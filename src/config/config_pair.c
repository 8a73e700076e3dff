/* SPDX-License-Identifier: MIT */
#include "config/config_pair.h"

#include "config/config_pair_rules.h"

void config_pair_hint(Pair *p, SourcePos other, const char *advice)
{
	config_hint(p->report, "the other node: %s:%u:%u%s%s", other.file, other.line, other.column,
		advice ? "; " : "", advice ? advice : "");
}

SourcePos config_pair_pos(const ConfigInstanceDraft *i, const ConfigValue *v)
{
	return config_missing(v) ? i->pos : v->pos;
}

void config_pair_read(const char *path_a, const char *path_b, const ConfigWorld *world,
	Arena *arena, DiagList *diags)
{
	const ConfigWorld files = { .data = world->data, .read_file = world->read_file };
	ConfigReport report_a = { .list = diags }, report_b = { .list = diags },
		     report = { .list = diags };
	ConfigDraft a = config_draft(), b = config_draft();
	Pair pair = { &a, &b, path_a, path_b, &report };

	config_load(path_a, &files, arena, &report_a, &a);
	config_load(path_b, &files, arena, &report_b, &b);
	diag_sort(diags);
	config_pair_match(&pair);
	config_draft_free(&a);
	config_draft_free(&b);
}
