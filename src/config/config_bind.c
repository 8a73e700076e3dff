/* SPDX-License-Identifier: MIT */
#include "config/config_bind.h"

#include "config/config_value.h"

static void bind_unknown(ConfigBind *b, ConfigScope scope, const ConfigStatement *s)
{
	const char *word = s->words[0].text, *near;
	const ConfigKeyword *k = NULL;
	char longer[CONFIG_SHORT_SIZE] = "vrrp_";

	if (scope == SCOPE_TOP)
		config_error(b->report, s->pos, "unknown keyword `%s`", SHORT(word));
	else
		config_error(b->report, s->pos, "unknown keyword `%s` in %s", SHORT(word),
			config_scope_name(scope));
	if (b->report->muted)
		return; /* what follows takes its time */
	if ((scope == SCOPE_GLOBAL || scope == SCOPE_TOP) && strlen(word) < sizeof(longer) - 5) {
		strcat(longer, word);
		k = config_keyword(b->index, scope, longer);
	}
	if (k) {
		config_hint(b->report, "did you mean `%s`?", k->name);
		return;
	}
	for (ConfigScope other = SCOPE_TOP; other < SCOPE_BLOCKS && !k; other++)
		k = config_keyword(b->index, other, word);
	near = config_keyword_near(scope, word);
	if (config_gone(word))
		config_hint(b->report, "%s", config_gone(word));
	else if (k && k->scope == SCOPE_TOP)
		config_hint(b->report, "`%s` stands outside of all blocks", word);
	else if (k)
		config_hint(b->report, "`%s` belongs into a `%s` block", word,
			config_scope_name(k->scope));
	else if (near)
		config_hint(b->report, "did you mean `%s`?", near);
	else if (!strncmp(word, "<<<<<<<", 7) || !strncmp(word, "=======", 7) ||
		 !strncmp(word, ">>>>>>>", 7))
		config_hint(
			b->report, "this is the mark of a merge conflict that was not resolved");
}

/* Words behind the last one that has a meaning. keepalived does not even tell. */
static void bind_surplus(ConfigBind *b, const ConfigKeyword *k, const ConfigStatement *s)
{
	const size_t n = config_value_words(k) + 1;
	const ConfigWord *w = &s->words[n];

	if (s->n_words <= n)
		return;
	if (k->kind == KIND_BLOCK || k->kind == KIND_ITEMS) {
		config_error(b->report, w->pos, "`%s` stands where the block of `%s` should start",
			SHORT(w->text), k->name);
		config_hint(b->report, "write `%s %s`", k->name, k->value);
	} else if (k->kind == KIND_COMMAND || k->kind == KIND_NOTIFY) {
		config_warning(b->report, w->pos, "`%s` is not part of the command and is ignored",
			SHORT(w->text));
		config_hint(b->report,
			"put the command and its arguments into one pair of quotes: "
			"%s \"COMMAND ARGUMENT\"",
			k->name);
		config_keepalived(b->report, KEEPALIVED_SILENT);
	} else if (config_keyword(b->index, k->scope, w->text)) {
		config_error(
			b->report, w->pos, "`%s` follows another keyword in its line", w->text);
		config_hint(b->report, "put it on a line of its own");
		config_keepalived(b->report, KEEPALIVED_SILENT); /* behaviour 191 */
	} else {
		config_warning(b->report, w->pos, "`%s` has no meaning here and is ignored",
			SHORT(w->text));
		config_hint(b->report, "remove it");
		config_keepalived(b->report, KEEPALIVED_SILENT);
	}
}

/* That was meant to be given: nobody shall say that it is missing. */
static void bind_bad(const ConfigKeyword *k, const ConfigStatement *s, void *draft)
{
	if (k && k->stores)
		*(ConfigValue *)(void *)((char *)draft + k->offset) =
			(ConfigValue){ .pos = s->pos, .bad = true };
	else if (k && k->item == config_item_vip)
		((ConfigInstanceDraft *)draft)->bad_vip = true;
}

static void bind_scope(ConfigBind *b, ConfigScope scope, const ConfigStatement *block, void *draft);

/* The block of the model: a block without a name is the same one however often it is opened. */
static ConfigBlock *bind_inner(ConfigBind *b, const ConfigKeyword *k, const ConfigStatement *s)
{
	ConfigEntry *e = k->named || k->repeats ? NULL : config_block_get(b->block, k->name);

	if (!e) {
		e = config_block_add(b->block, k, s, b->arena);
		e->block = config_block_new(b->index, k->opens, b->arena);
		e->block->keyword = k;
		e->block->name = k->named && s->n_words > 1 ? s->words[1].text : NULL;
		e->block->pos = s->pos;
	}
	return e->block;
}

static void bind_block(ConfigBind *b, const ConfigKeyword *k, const ConfigStatement *s, void *draft)
{
	const bool refused = b->refused;
	ConfigBlock *outer = b->block;

	if (!s->has_block)
		return; /* the tree has told */
	if (k->named && (s->n_words < 2 || !*s->words[1].text)) {
		config_error(b->report, s->pos, "`%s` needs a name", k->name);
		config_hint(b->report, "write `%s %s`", k->name, k->value);
		if (k->opens == SCOPE_SCRIPT)
			config_keepalived(b->report, KEEPALIVED_PARAMETER);
	}
	bind_surplus(b, k, s);
	if (k->kind == KIND_BLOCK) {
		b->block = bind_inner(b, k, s);
		b->refused |= k->status == KEYWORD_REFUSED;
		bind_scope(b, k->opens, s, k->begin ? k->begin(b, s) : draft);
		b->refused = refused;
		b->block = outer;
		return;
	}
	config_block_add(b->block, k, s, b->arena);
	for (const ConfigStatement *i = s->first; k->item && i; i = i->next) {
		if (!i->bad && i->has_block) {
			config_error(b->report, i->pos, "a block has no place in `%s`", k->name);
			config_hint(b->report, "is the `}` of `%s` missing above?", k->name);
			bind_bad(k, i, draft);
		} else if (i->bad) {
			bind_bad(k, i, draft);
		} else {
			k->item(b, i, draft);
		}
	}
}

/* Whom a command runs as: the words behind the first one have values of their own. */
static void bind_owner(const ConfigKeyword *k, const ConfigStatement *s, ConfigValue *to)
{
	const size_t n = config_value_words(k);

	for (size_t i = 1; i < n; i++) {
		const ConfigWord *w = &s->words[i + 1];
		const bool group = i + 1 == n; /* keepalived allows `:GROUP` from 2.3 on */

		to[i] = (ConfigValue){ 0 };
		if (s->n_words > i + 1)
			to[i] = (ConfigValue){ .pos = w->pos,
				.text = w->text + (group && *w->text == ':') };
	}
	if (s->n_words == 1)
		to->text = NULL;
}

static void bind_store(ConfigBind *b, const ConfigKeyword *k, const ConfigStatement *s, void *draft)
{
	/* A block of which nothing is stored has no draft. */
	ConfigValue v, *to = k->stores ? (ConfigValue *)(void *)((char *)draft + k->offset) : NULL;
	ConfigEntry *e;

	if (!config_value(k, s, b->report, &v)) {
		bind_bad(k, s, draft);
		return;
	}
	bind_surplus(b, k, s);
	e = k->repeats ? NULL : config_block_get(b->block, k->name);
	if (k->stores ? config_given(to) : e && k->kind != KIND_FLAG) {
		config_warning(b->report, s->pos,
			"`%s` was given in line %u already; this one counts", k->name,
			k->stores ? to->pos.line : e->statement->pos.line);
		config_hint(b->report, "remove one of the two");
		config_keepalived(b->report, KEEPALIVED_SILENT);
	}
	e = config_block_add(b->block, k, s, b->arena);
	v.statement = s;
	e->value = v;
	if (!k->stores)
		return;
	*to = v;
	e->from = to;
	if (k->kind == KIND_USER || k->kind == KIND_FIFO || k->kind == KIND_NOTIFY)
		bind_owner(k, s, to);
}

void config_bind_status(ConfigBind *b, const ConfigKeyword *k, SourcePos pos)
{
	if (b->refused)
		return;
	if (k->status == KEYWORD_UNDERSTOOD) {
		config_warning(b->report, pos, "`%s`: understood, not yet carried out", k->name);
		config_keepalived(b->report, KEEPALIVED_SILENT);
	} else if (k->status == KEYWORD_REFUSED) {
		config_unsupported(
			b->report, pos, "`%s`: understood, not yet carried out", k->name);
	}
}

/* Not to do what cannot be done is easily carried out. */
static bool is_off(const char *word)
{
	return !strcmp(word, "off") || !strcmp(word, "no") || !strcmp(word, "false");
}

/* What the row says of how much comes of it; false when not even a look is. */
static bool bind_status(ConfigBind *b, const ConfigKeyword *k, const ConfigStatement *s)
{
	const char *word = s->words[0].text;

	if (k->old_name && !strcmp(word, k->old_name))
		config_warning(b->report, s->pos, "`%s` is the old name of `%s`", word, k->name);
	if (k->kind == KIND_BOOL && s->n_words > 1 && is_off(s->words[1].text))
		return true;
	switch (k->status) {
	case KEYWORD_WORKS: break;
	case KEYWORD_UNDERSTOOD:
	case KEYWORD_REFUSED: config_bind_status(b, k, s->pos); break;
	case KEYWORD_SKIPPED:
		if (!b->skipped) {
			config_warning(b->report, s->pos,
				"`%s` is skipped, as is all that is for load balancing", word);
			config_keepalived(b->report, KEEPALIVED_SILENT);
		}
		b->skipped = true;
		return false;
	}
	return true;
}

static void bind_statement(ConfigBind *b, ConfigScope scope, const ConfigStatement *s, void *draft)
{
	const ConfigKeyword *k;

	if (!s->n_words)
		return;
	k = config_keyword(b->index, scope, s->words[0].text);
	if (s->bad) {
		bind_bad(k, s, draft);
		return;
	}
	if (!k) {
		bind_unknown(b, scope, s);
		return;
	}
	if (!bind_status(b, k, s))
		return;
	if (k->kind == KIND_BLOCK || k->kind == KIND_ITEMS) {
		bind_block(b, k, s, draft);
		return;
	}
	if (s->has_block) {
		config_error(b->report, s->pos, "`%s` takes no block", k->name);
		return;
	}
	if (k->bind) {
		bind_surplus(b, k, s);
		config_block_add(b->block, k, s, b->arena);
		k->bind(b, s, draft);
	} else {
		bind_store(b, k, s, draft);
	}
}

/* Calls itself once for each level of blocks, which the table bounds: the top level, an instance,
 * its authentication. */
static void bind_scope(ConfigBind *b, ConfigScope scope, const ConfigStatement *block, void *draft)
{
	for (const ConfigStatement *s = block->first; s; s = s->next)
		bind_statement(b, scope, s, draft);
}

ConfigBlock *config_bind(ConfigBind *b, const ConfigStatement *root)
{
	ConfigBlock *model = config_block_new(b->index, SCOPE_TOP, b->arena);

	b->block = model;
	bind_scope(b, SCOPE_TOP, root, NULL);
	config_bind_references(b);
	return model;
}
