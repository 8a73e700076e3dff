/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "io/io_host.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Which programs root may run under enable_script_security. A directory of root's own: what stands
 * above it is sticky (/tmp) or nobody else's. */

typedef struct Place {
	Arena arena;
	char path[64];
} Place;

static const char *in(Place *p, const char *name)
{
	_cleanup_(strbuf_free) StrBuf text = { 0 };

	strbuf_printf(&text, "%s/%s", p->path, name);
	return arena_strdup(&p->arena, strbuf_text(&text));
}

static void make(Place *p, const char *name, mode_t mode)
{
	const int fd = open(in(p, name), O_CREAT | O_WRONLY | O_CLOEXEC, 0700);

	assert_true(fd >= 0);
	(void)close(fd);
	assert_return_code(chmod(in(p, name), mode), 0);
}

static int setup(void **state)
{
	Place *p = calloc(1, sizeof(*p));

	snprintf(p->path, sizeof(p->path), "/tmp/regent.host.XXXXXX");
	*state = p;
	if (!mkdtemp(p->path))
		return -1;
	make(p, "good", 0755);
	make(p, "all", 0777);
	make(p, "group", 0775);
	make(p, "foreign", 0755);
	make(p, "set-uid", 04755);
	(void)mkdir(in(p, "open"), 0755);
	make(p, "open/good", 0755);
	(void)chmod(in(p, "open"), 0777);
	(void)mkdir(in(p, "sticky"), 0755);
	make(p, "sticky/good", 0755);
	(void)chmod(in(p, "sticky"), 01777);
	(void)symlink("good", in(p, "link"));
	(void)symlink(in(p, "open/good"), in(p, "to-open"));
	(void)symlink("../good", in(p, "open/back"));
	(void)symlink("round", in(p, "round"));
	return 0;
}

static int teardown(void **state)
{
	static const char *const names[] = { "good", "all", "group", "foreign", "set-uid",
		"open/good", "open/back", "open", "sticky/good", "sticky/link", "sticky", "link",
		"to-open", "round" };
	Place *p = *state;

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		(void)remove(in(p, names[i]));
	(void)rmdir(p->path);
	arena_free(&p->arena);
	free(p);
	return 0;
}

/* NULL: it is safe. Both begin with the words and end with the name within the place. */
static void expect(Place *p, const char *name, uint32_t uid, const char *why, const char *mend)
{
	const char *path = in(p, name), *ret_mend = "";
	const char *got = io_host_unsafe_component(NULL, path, uid, &p->arena, &ret_mend);

	if (!why) {
		if (got)
			fail_msg("%s: %s", name, got);
		return;
	}
	assert_non_null(got);
	assert_non_null(strstr(got, why));
	assert_string_equal(ret_mend, mend);
}

static const char *command(Place *p, const char *words, const char *name)
{
	_cleanup_(strbuf_free) StrBuf text = { 0 };

	strbuf_printf(&text, "%s %s", words, in(p, name));
	return arena_strdup(&p->arena, strbuf_text(&text));
}

static void what_is_roots_alone_is_safe(void **state)
{
	Place *p = *state;

	if (geteuid())
		skip();
	expect(p, "good", 0, NULL, NULL);
	expect(p, "link", 0, NULL, NULL);
	expect(p, "sticky/good", 0, NULL, NULL);
	expect(p, "group", 0, NULL, NULL); /* the group is root's */
	expect(p, "missing", 0, NULL, NULL);
	expect(p, "round", 0, NULL, NULL);
	assert_null(io_host_unsafe_component(NULL, "sh", 0, &p->arena, NULL));
}

static void what_others_may_change_is_named_with_the_remedy(void **state)
{
	Place *p = *state;

	if (geteuid())
		skip();
	expect(p, "all", 0, "anybody may write to", command(p, "chmod go-w", "all"));
	expect(p, "open/good", 0, "anybody may write to", command(p, "chmod go-w", "open"));
	expect(p, "open/../good", 0, "anybody may write to", command(p, "chmod go-w", "open"));
	expect(p, "to-open", 0, "anybody may write to", command(p, "chmod go-w", "open"));
	/* The link, not what it names, is what can be changed. */
	expect(p, "open/back", 0, "anybody may write to", command(p, "chmod go-w", "open"));
	assert_return_code(chown(in(p, "foreign"), 1, 0), 0);
	expect(p, "foreign", 0, "belongs to daemon", command(p, "chown root:root", "foreign"));
	assert_return_code(chown(in(p, "group"), 0, 1), 0);
	expect(p, "group", 0, "a group other than root's may write to",
		command(p, "chmod go-w", "group"));
	assert_return_code(lchown(in(p, "link"), 1, 0), 0);
	expect(p, "link", 0, "belongs to daemon", command(p, "chown -h root:root", "link"));
}

static void what_is_missing_must_not_be_made_by_others(void **state)
{
	Place *p = *state;

	if (geteuid())
		skip();
	expect(p, "missing/too", 0, NULL, NULL);
	expect(p, "open/missing", 0, "anybody may write to", command(p, "chmod go-w", "open"));
	expect(p, "sticky/missing", 0, "others than root may make",
		command(p, "touch", "sticky/missing"));
	expect(p, "sticky/missing", 1, NULL, NULL);
	assert_return_code(symlink("missing", in(p, "sticky/link")), 0);
	expect(p, "sticky/link", 0, "others than root may make",
		command(p, "touch", "sticky/missing"));
	/* Neither may be one that cannot be run yet. */
	assert_return_code(chmod(in(p, "foreign"), 0644), 0);
	assert_return_code(chown(in(p, "foreign"), 1, 0), 0);
	expect(p, "foreign", 0, "belongs to daemon", command(p, "chown root:root", "foreign"));
}

/* What is looked at is what execvp() would run. */
static void the_search_is_that_of_the_kernel(void **state)
{
	Place *p = *state;
	_cleanup_(strbuf_free) StrBuf path = { 0 };
	_cleanup_free_ char *before = strdup(getenv("PATH") ?: "/bin"), *here = getcwd(NULL, 0);
	const char *mend;

	if (geteuid())
		skip();
	(void)mkdir(in(p, "all.d"), 0755);
	(void)mkdir(in(p, "all.d/all"), 0755);
	strbuf_printf(&path, "%s:%s:", in(p, "all.d"), p->path);
	(void)setenv("PATH", path.s, 1);
	assert_non_null(io_host_unsafe_component(NULL, "all", 0, &p->arena, &mend));
	assert_string_equal(mend, command(p, "chmod go-w", "all"));
	(void)setenv("PATH", ":/bin", 1);
	assert_return_code(chdir(p->path), 0);
	assert_true(io_host_has_program(NULL, "all"));
	assert_return_code(chdir(here), 0);
	/* Named without a directory and nowhere yet: it may come into any of them. */
	path.n = 0;
	strbuf_printf(&path, "/bin:%s", in(p, "open"));
	(void)setenv("PATH", path.s, 1);
	assert_non_null(io_host_unsafe_component(NULL, "missing", 0, &p->arena, &mend));
	(void)setenv("PATH", before, 1);
	(void)remove(in(p, "all.d/all"));
	(void)remove(in(p, "all.d"));
}

static void only_what_root_runs_is_looked_at(void **state)
{
	Place *p = *state;

	if (geteuid())
		skip();
	expect(p, "all", 1, NULL, NULL);
	assert_return_code(chmod(in(p, "set-uid"), 04777), 0);
	expect(p, "set-uid", 1, "anybody may write to", command(p, "chmod go-w", "set-uid"));
}

static void a_user_has_the_primary_group_too(void **state _unused_)
{
	_cleanup_(arena_free) Arena arena = { 0 };
	size_t n = 0;
	const uint32_t *groups = io_host_user_groups(NULL, "root", 7, &arena, &n);

	assert_non_null(groups);
	assert_true(n >= 1);
	assert_int_equal(groups[0], 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_roots_alone_is_safe, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_others_may_change_is_named_with_the_remedy, setup, teardown),
		cmocka_unit_test_setup_teardown(
			what_is_missing_must_not_be_made_by_others, setup, teardown),
		cmocka_unit_test_setup_teardown(the_search_is_that_of_the_kernel, setup, teardown),
		cmocka_unit_test_setup_teardown(only_what_root_runs_is_looked_at, setup, teardown),
		cmocka_unit_test(a_user_has_the_primary_group_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
