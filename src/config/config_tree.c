/* SPDX-License-Identifier: MIT */
#include "config/config_tree.h"

#include "core/limits.h"

typedef struct Tree {
	ConfigLexer lexer;
	ConfigClassify classify;
	Arena *arena;
	ConfigReport *report;
	ConfigStatement *root, *block; /* the block that is open */
	ConfigStatement *waiting;      /* takes a block, and its `{` did not come yet */
	ConfigStatement *last;	       /* the newest of this block, may be given a `{` */
	ConfigStatement *suspect;      /* by its indentation, its `}` was forgotten */
	unsigned depth, skipped;
	size_t n_words;
	bool line_start, bad; /* of the statement that is being read */
	unsigned class;
	VEC(ConfigWord) words;
} Tree;

const char *config_statement_name(const ConfigStatement *s, Arena *arena)
{
	if (s->n_words > 1)
		return arena_printf(
			arena, "`%s %s`", SHORT(s->words[0].text), SHORT(s->words[1].text));
	return arena_printf(arena, "`%s`", s->n_words ? SHORT(s->words[0].text) : "{");
}

static ConfigStatement *tree_add(Tree *t, SourcePos pos)
{
	ConfigStatement *s = ARENA_NEW(t->arena, ConfigStatement);

	s->parent = t->block;
	s->pos = pos;
	if (t->block->last)
		t->block->last->next = s;
	else
		t->block->first = s;
	t->block->last = s;
	return s;
}

static void tree_open(Tree *t, ConfigStatement *s)
{
	t->waiting = NULL;
	t->last = NULL;
	if (t->depth == LIMIT_CONFIG_DEPTH) {
		config_error(t->report, s->pos, "blocks are nested more than %d deep",
			LIMIT_CONFIG_DEPTH);
		s->bad = true;
		t->skipped = 1;
		return;
	}
	s->has_block = true;
	t->block = s;
	t->depth++;
}

/* Ends the statement that is being read, if any. */
static ConfigStatement *tree_finish(Tree *t)
{
	ConfigStatement *s;

	if (!t->words.n)
		return NULL;
	s = tree_add(t, t->words.items[0].pos);
	s->words = arena_copy(t->arena, t->words.items, t->words.n, sizeof(*s->words));
	s->n_words = t->words.n;
	s->bad = t->bad;
	t->words.n = 0;
	t->bad = false;
	t->lexer.command = false;
	t->last = s;
	if (t->class & WORD_BLOCK)
		t->waiting = s;
	return s;
}

/* The `{` of t->waiting never came. If what follows must be its content, go on as if it had. */
static void tree_no_open(Tree *t, bool content)
{
	ConfigStatement *s = t->waiting;

	t->waiting = NULL;
	if (!s->bad) {
		config_error(
			t->report, s->pos, "%s has no block", config_statement_name(s, t->arena));
		config_hint(t->report, "add a `{` at the end of the line");
	}
	if (content)
		tree_open(t, s);
	else
		s->bad = true;
}

static void tree_never_closed(Tree *t, const ConfigStatement *s)
{
	config_error(t->report, s->pos, "the block of %s opened here is never closed",
		config_statement_name(s, t->arena));
	config_hint(t->report, "add a `}`");
}

/* Something that stands in no block, but a block is open: its `}` was forgotten. */
static void tree_unwind(Tree *t)
{
	ConfigStatement *outer = t->block;

	while (outer->parent != t->root)
		outer = outer->parent;
	tree_never_closed(t, t->suspect ? t->suspect : outer);
	t->block = t->root;
	t->depth = 0;
	t->suspect = t->last = NULL;
}

static void tree_word(Tree *t, const ConfigToken *token)
{
	if (!t->words.n) {
		t->class = t->classify.classify(t->classify.data, token->text);
		if (t->waiting && !(t->class & WORD_TOP))
			tree_no_open(
				t, t->waiting->parent == t->root ||
					   (t->waiting->n_words == 1 && !(t->class & WORD_KNOWN)));
		else if (t->waiting)
			tree_no_open(t, false);
		if ((t->class & WORD_TOP) && t->block != t->root)
			tree_unwind(t);
		t->lexer.command = t->class & WORD_COMMAND;
	}
	t->bad |= token->bad;
	vec_push(&t->words, ((ConfigWord){ token->text, token->pos, token->quoted, token->cut }));
	if (++t->n_words > CONFIG_WORDS_MAX) {
		config_error(t->report, token->pos, "the configuration is too long");
		config_hint(t->report, "it may have %d words", CONFIG_WORDS_MAX);
		t->lexer.failed = true;
	}
}

static void tree_open_token(Tree *t, const ConfigToken *token)
{
	ConfigStatement *s = tree_finish(t);

	if (!s)
		s = t->last;
	if (s) {
		tree_open(t, s);
		return;
	}
	if (t->waiting)
		tree_no_open(t, false);
	config_error(t->report, token->pos, "a `{` that belongs to nothing");
	config_hint(t->report, "a block starts with a keyword, as in `vrrp_instance NAME {`");
	s = tree_add(t, token->pos);
	s->bad = true;
	tree_open(t, s);
}

static void tree_close_token(Tree *t, const ConfigToken *token)
{
	const bool alone = t->line_start;
	ConfigStatement *s = t->block;

	tree_finish(t);
	if (t->waiting)
		tree_no_open(t, false);
	t->last = NULL;
	if (s == t->root) {
		config_error(t->report, token->pos, "a `}` that closes no block");
		config_hint(t->report, "remove it, or look for a `{` that is missing above");
		return;
	}
	/* A brace below the keyword of the outer block tells whose was meant. */
	if (alone && !t->suspect && s->pos.column != token->pos.column &&
		s->parent->pos.column == token->pos.column)
		t->suspect = s;
	t->block = s->parent;
	if (!--t->depth)
		t->suspect = NULL;
}

static void tree_skip(Tree *t, const ConfigToken *token)
{
	if (token->kind == TOKEN_OPEN)
		t->skipped++;
	else if (token->kind == TOKEN_CLOSE)
		t->skipped--;
}

static void tree_end(Tree *t)
{
	tree_finish(t);
	if (t->lexer.failed)
		return;
	if (t->waiting)
		tree_no_open(t, false);
	if (t->block != t->root)
		tree_unwind(t);
}

ConfigStatement *config_tree(
	ConfigPre *pre, ConfigClassify classify, Arena *arena, ConfigReport *report)
{
	Tree t = { .lexer = config_lexer(pre, arena, report),
		.classify = classify,
		.arena = arena,
		.report = report,
		.line_start = true };
	ConfigToken token;

	t.root = t.block = ARENA_NEW(arena, ConfigStatement);
	t.root->has_block = true;
	do {
		token = config_lex(&t.lexer);
		if (t.skipped && token.kind != TOKEN_END)
			tree_skip(&t, &token);
		else if (token.kind == TOKEN_WORD)
			tree_word(&t, &token);
		else if (token.kind == TOKEN_OPEN)
			tree_open_token(&t, &token);
		else if (token.kind == TOKEN_CLOSE)
			tree_close_token(&t, &token);
		else if (token.kind == TOKEN_NEWLINE)
			tree_finish(&t);
		else
			tree_end(&t);
		t.line_start = token.kind == TOKEN_NEWLINE;
	} while (token.kind != TOKEN_END && !t.lexer.failed);
	vec_free(&t.words);
	return t.lexer.failed ? NULL : t.root;
}
