/* SPDX-License-Identifier: MIT */
/* cib: versions are compared number by number; a patch makes of the older document the newer one,
 * says so in Pacemaker's words, and is refused where it does not belong. */
#include "cib/cib_patch.h"
#include "unit.h"

static CibElement *doc(Arena *arena, const char *text)
{
	const char *error = NULL;
	CibElement *e = cib_parse(arena, text, strlen(text), &error);
	if (!e)
		fail_msg("%s", error);
	return e;
}

static void versions_compare_number_by_number(void **state _unused_)
{
	_cleanup_(arena_free) Arena arena = { 0 };
	CibVersion a = cib_version(doc(&arena, "<cib admin_epoch='1' epoch='9' num_updates='9'/>"));
	CibVersion b =
		cib_version(doc(&arena, "<cib admin_epoch='1' epoch='10' num_updates='0'/>"));
	CibVersion c = cib_version(doc(&arena, "<cib admin_epoch='2'/>"));
	CibVersion d = cib_version(doc(&arena, "<cib admin_epoch='2' num_updates='1'/>"));
	assert_true(cib_version_compare(&a, &b) < 0);
	assert_true(cib_version_compare(&c, &b) > 0);
	assert_true(cib_version_compare(&c, &d) < 0);
	assert_int_equal(cib_version_compare(&d, &d), 0);
}

static void patch_in_pacemakers_words(void **state _unused_)
{
	_cleanup_(arena_free) Arena arena = { 0 };
	_cleanup_(strbuf_free) StrBuf out = { 0 };
	CibElement *a =
		doc(&arena, "<cib epoch='1'><nodes><node id='1'/><node id='2' uname='b'/></nodes>"
			    "<status/></cib>");
	CibElement *b =
		doc(&arena, "<cib epoch='2'><nodes><node id='3'/><node id='2' type='m'/></nodes>"
			    "<status/></cib>");
	cib_print(cib_patch_make(&arena, a, b), &out);
	assert_string_equal(strbuf_text(&out),
		"<diff format=\"2\">\n"
		"  <version>\n"
		"    <source admin_epoch=\"0\" epoch=\"1\" num_updates=\"0\"/>\n"
		"    <target admin_epoch=\"0\" epoch=\"2\" num_updates=\"0\"/>\n"
		"  </version>\n"
		"  <change operation=\"modify\" path=\"/cib\">\n"
		"    <change-list>\n"
		"      <change-attr name=\"epoch\" operation=\"set\" value=\"2\"/>\n"
		"    </change-list>\n"
		"    <change-result>\n"
		"      <cib epoch=\"2\"/>\n"
		"    </change-result>\n"
		"  </change>\n"
		"  <change operation=\"delete\" path=\"/cib/nodes/node[@id='1']\"/>\n"
		"  <change operation=\"create\" path=\"/cib/nodes\" position=\"0\">\n"
		"    <node id=\"3\"/>\n"
		"  </change>\n"
		"  <change operation=\"modify\" path=\"/cib/nodes/node[@id='2']\">\n"
		"    <change-list>\n"
		"      <change-attr name=\"uname\" operation=\"unset\"/>\n"
		"      <change-attr name=\"type\" operation=\"set\" value=\"m\"/>\n"
		"    </change-list>\n"
		"    <change-result>\n"
		"      <node id=\"2\" type=\"m\"/>\n"
		"    </change-result>\n"
		"  </change>\n"
		"</diff>\n");
}

static uint32_t changes(const CibElement *patch)
{
	uint32_t n = 0;
	cib_foreach_named(c, patch, "change") n++;
	return n;
}

static void one_that_goes_to_the_end_is_one_move(void **state _unused_)
{
	_cleanup_(arena_free) Arena arena = { 0 };
	CibElement *a = doc(&arena, "<cib><n id='1'/><n id='2'/><n id='3'/><n id='4'/></cib>");
	CibElement *b = doc(&arena, "<cib><n id='2'/><n id='3'/><n id='4'/><n id='1'/></cib>");
	assert_int_equal(changes(cib_patch_make(&arena, a, b)), 1);
	assert_int_equal(changes(cib_patch_make(&arena, b, a)), 1);
	assert_int_equal(changes(cib_patch_make(&arena, a, a)), 0);
}

static void refused_where_it_does_not_belong(void **state _unused_)
{
	static const struct {
		const char *document, *patch;
		CibPatchOutcome outcome;
	} rows[] = {
		{ "<cib epoch='3'/>",
			"<diff format='2'><version><source epoch='2'/></version></diff>",
			CIB_PATCH_OLD },
		{ "<cib epoch='1'/>",
			"<diff format='2'><version><source epoch='2'/></version></diff>",
			CIB_PATCH_AHEAD },
		{ "<cib/>", "<diff format='1'/>", CIB_PATCH_BROKEN },
		{ "<cib/>", "<cib/>", CIB_PATCH_BROKEN },
#define CHANGE(c) "<diff format='2'><version><source/></version>" c "</diff>"
		{ "<cib/>", CHANGE("<change operation='delete' path='/cib/a'/>"),
			CIB_PATCH_MISFIT },
		{ "<cib/>", CHANGE("<change operation='delete' path='/cib'/>"), CIB_PATCH_MISFIT },
		{ "<cib/>", CHANGE("<change operation='delete' path='/cib/'/>"), CIB_PATCH_MISFIT },
		{ "<cib/>", CHANGE("<change operation='delete'/>"), CIB_PATCH_MISFIT },
		{ "<cib><a/></cib>", CHANGE("<change operation='delete' path='/cib/a[0]'/>"),
			CIB_PATCH_MISFIT },
		{ "<cib><a/></cib>", CHANGE("<change operation='delete' path='/cib/a[2]'/>"),
			CIB_PATCH_MISFIT },
		{ "<cib><a/></cib>", CHANGE("<change operation='delete' path='/cib/a[@id='/>"),
			CIB_PATCH_MISFIT },
		{ "<cib><a/></cib>", CHANGE("<change operation='move' path='/cib/a'/>"),
			CIB_PATCH_MISFIT },
		{ "<cib><a/></cib>",
			CHANGE("<change operation='create' path='/cib' "
			       "position='-1'><b/></change>"),
			CIB_PATCH_MISFIT },
		{ "<cib><a/></cib>", CHANGE("<change operation='modify' path='/cib/a'/>"),
			CIB_PATCH_MISFIT },
	};
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		_cleanup_(arena_free) Arena arena = { 0 };
		CibPatchOutcome outcome = CIB_PATCH_DONE;
		CibElement *d = doc(&arena, rows[i].document);
		assert_null(cib_patch_apply(&arena, d, doc(&arena, rows[i].patch), &outcome));
		assert_int_equal(outcome, rows[i].outcome);
	}
}

/* ---- random documents ---- */

typedef struct Growing {
	uint64_t seed;
	bool comments_only; /* printing sets space around other text */
} Growing;

static uint32_t roll(uint64_t *seed, uint32_t n)
{
	*seed = *seed * 6364136223846793005U + 1442695040888963407U;
	return (uint32_t)(*seed >> 33) % n;
}

/* Few names and ids, so that much is alike; some ids twice, some with quotes. */
static void grow(Arena *arena, CibElement *parent, Growing *g, uint32_t depth)
{
	static const char *const names[] = { "a", "b", "c" };
	static const char *const ids[] = { "1", "2", "it's", "a/b]", "both'\"", "six" };
	for (uint32_t n = roll(&g->seed, 6); n > 0; n--) {
		if (roll(&g->seed, 8) == 0) {
			CibElement *text = cib_add(arena, parent, "x");
			text->name = NULL;
			text->text = roll(&g->seed, 2) ? "one" : "two";
			text->comment = g->comments_only || roll(&g->seed, 2) == 0;
			continue;
		}
		CibElement *e = cib_add(arena, parent, names[roll(&g->seed, ARRAY_LEN(names))]);
		if (roll(&g->seed, 3))
			cib_set(arena, e, "id", ids[roll(&g->seed, ARRAY_LEN(ids))]);
		for (uint32_t k = roll(&g->seed, 3); k > 0; k--)
			cib_set(arena, e, roll(&g->seed, 2) ? "x" : "y",
				roll(&g->seed, 2) ? "<\"&'>" : "2");
		if (depth < 4 && roll(&g->seed, 2))
			grow(arena, e, g, depth + 1);
	}
}

static void patch_makes_the_newer_of_the_older(void **state _unused_)
{
	Growing g = { .seed = 5 };
	for (int round = 0; round < 20000; round++) {
		_cleanup_(arena_free) Arena arena = { 0 };
		_cleanup_(strbuf_free) StrBuf out = { 0 };
		CibElement *a = cib_add(&arena, NULL, "cib"), *b = cib_add(&arena, NULL, "cib");
		CibPatchOutcome outcome = CIB_PATCH_BROKEN;
		g.comments_only = round % 2 == 0;
		grow(&arena, a, &g, 0);
		grow(&arena, b, &g, 0);
		CibElement *patch = cib_patch_make(&arena, a, b);
		cib_print(patch, &out);
		if (g.comments_only) /* through text, as it travels */
			patch = doc(&arena, strbuf_text(&out));
		CibElement *got = cib_patch_apply(&arena, a, patch, &outcome);
		if (!got || !cib_equal(got, b))
			fail_msg("round %d, outcome %d: %s", round, outcome, strbuf_text(&out));
		assert_int_equal(changes(cib_patch_make(&arena, got, b)), 0);
	}
}

static const struct CMUnitTest tests[] = {
	T(versions_compare_number_by_number),
	T(patch_in_pacemakers_words),
	T(one_that_goes_to_the_end_is_one_move),
	T(refused_where_it_does_not_belong),
	T(patch_makes_the_newer_of_the_older),
};

unit_main(tests)
