/* SPDX-License-Identifier: MIT */
#include "config/config_model.h"

ConfigBlock *config_block_new(const ConfigIndex *x, ConfigScope scope, Arena *arena)
{
	ConfigBlock *b = ARENA_NEW(arena, ConfigBlock);

	b->scope = scope;
	b->newest = arena_alloc(arena, x->n[scope], sizeof(ConfigEntry *));
	return b;
}

ConfigEntry *config_block_get(const ConfigBlock *b, const char *keyword)
{
	const ConfigKeyword *rows = config_rows(b->scope);

	for (size_t i = 0; rows[i].name; i++)
		if (!strcmp(rows[i].name, keyword))
			return b->newest[i] && !b->newest[i]->gone ? b->newest[i] : NULL;
	return NULL;
}

/* Only the last one counts, but of blocks and of what repeats each one does. */
static bool counts_alone(const ConfigKeyword *k)
{
	return !k->repeats && k->kind != KIND_BLOCK && k->kind != KIND_ITEMS;
}

ConfigEntry *config_block_add(
	ConfigBlock *b, const ConfigKeyword *k, const ConfigStatement *s, Arena *arena)
{
	ConfigEntry *e = ARENA_NEW(arena, ConfigEntry);
	ConfigEntry **newest = &b->newest[k - config_rows(b->scope)];

	assert(k->scope == b->scope);
	e->keyword = k;
	e->statement = s;
	if (*newest && counts_alone(k))
		(*newest)->gone = true;
	*newest = e;
	if (b->last)
		b->last->next = e;
	else
		b->first = e;
	b->last = e;
	return e;
}

/* Calls itself once for each level of blocks, which the table bounds. */
void config_model_settle(ConfigBlock *root)
{
	for (ConfigEntry *e = root->first; e; e = e->next) {
		if (e->block)
			config_model_settle(e->block);
		if (!e->from)
			continue;
		e->value = *e->from;
		e->gone |= !config_given(e->from);
		e->from = NULL;
	}
}
