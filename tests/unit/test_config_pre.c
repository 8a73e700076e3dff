/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "config/config_glob.h"
#include "config/config_pre.h"
#include "core/findings.h"
#include "core/limits.h"

#include <errno.h>

/* The preprocessor: what lines come of files, and what is said of them. The files of a test are one
 * text: `=== NAME` starts the next. The machine is `here.example`, its environment has HOME. */

typedef struct Pre {
	const char *files;
	const char *id; /* -i */
	uint64_t seed;
	Arena arena;
	DiagList diags;
	StrBuf lines, said;
} Pre;

/* The text of a file up to the next mark; NULL: there is none. */
static const char *find_file(const char *files, const char *path, size_t *ret_size)
{
	const char *at = files, *end;

	for (; at; at = strstr(at + 1, "=== ")) {
		const bool named = !strncmp(at, "=== ", 4);
		const size_t n = named ? strcspn(at + 4, "\n") : 0;

		if (named ? strlen(path) != n || strncmp(at + 4, path, n) : strcmp(path, "a.conf"))
			continue;
		at += named ? 4 + n + 1 : 0;
		end = strstr(at, "=== ");
		*ret_size = end ? (size_t)(end - at) : strlen(at);
		return at;
	}
	return NULL;
}

static const char *pre_read(
	void *data, const char *path, Arena *arena, size_t *ret_size, int *ret_errno)
{
	const char *text = find_file(((Pre *)data)->files, path, ret_size);

	*ret_errno = ENOENT;
	return text ? arena_strndup(arena, text, *ret_size) : NULL;
}

static int pre_problem(void *data, const char *path)
{
	size_t size;

	if (!find_file(((Pre *)data)->files, path, &size))
		return ENOENT;
	return strstr(path, "dir") ? EISDIR : strstr(path, "exec") ? ENOEXEC : 0;
}

static const char *const *pre_list(
	void *data _unused_, const char *path, Arena *arena, size_t *ret_n)
{
	static const char *const names[] = { "z.inc", ".hidden.inc", "a.inc", "b.txt" };

	if (strcmp(path, "d/"))
		return NULL;
	*ret_n = ARRAY_LEN(names);
	return arena_copy(arena, names, *ret_n, sizeof(*names));
}

static const char *pre_directory(void *data _unused_, const char *path, Arena *arena)
{
	const char *slash = strrchr(path, '/');

	return slash ? arena_printf(arena, "/etc/%.*s", (int)(slash - path), path) : "/etc";
}

static const char *pre_host(void *data _unused_, Arena *arena _unused_)
{
	return "here.example";
}

static const char *pre_environment(void *data _unused_, const char *name, Arena *arena _unused_)
{
	return !strcmp(name, "HOME") ? "/root" : !strcmp(name, "LINES") ? "a\nb" : NULL;
}

static uint64_t pre_seed(void *data)
{
	return ((Pre *)data)->seed;
}

static void pre_run(Pre *p)
{
	const ConfigWorld world = { .data = p,
		.read_file = pre_read,
		.file_problem = pre_problem,
		.list_directory = pre_list,
		.directory_of = pre_directory,
		.host_name = pre_host,
		.environment = pre_environment,
		.seed = pre_seed,
		.config_id = p->id };
	ConfigReport report = { .list = &p->diags };
	ConfigPre *pre = config_pre_open("a.conf", &world, &p->arena, &report);
	ConfigSource line;

	while (pre && config_pre_line(pre, &line)) {
		size_t at = config_source_skip_blanks(&line, line.start);

		if (at == line.size)
			continue;
		for (; at < line.size; at++) {
			char c = line.text[at];

			if (line.expanded)
				c = c == LITERAL_HASH	? 'H'
				    : c == LITERAL_BANG ? 'B'
				    : c == LITERAL_BAD	? '?'
							: c;
			strbuf_addn(&p->lines, &c, 1);
		}
		strbuf_add(&p->lines, "\n");
	}
	config_pre_close(pre);
	diag_list_text(&p->diags, &p->said);
}

static void pre_done(Pre *p)
{
	arena_free(&p->arena);
	diag_list_free(&p->diags);
	strbuf_free(&p->lines);
	strbuf_free(&p->said);
}

static void expect(const char *files, const char *lines, const char *said)
{
	_cleanup_(pre_done) Pre p = { .files = files };

	pre_run(&p);
	assert_string_equal(strbuf_text(&p.lines), lines);
	assert_string_equal(strbuf_text(&p.said), said);
}

/* --- lines ---------------------------------------------------------------------------------- */

static void a_line_without_anything_passes_as_it_is(void **state _unused_)
{
	expect("a # b\n! c\n\n d{ } \\\n\"e", "a # b\n! c\nd{ } \\\n\"e\n", "");
	expect("\xef\xbb\xbfx\n", "x\n", "");
	expect("a~SEQ(i,1,2) b @c\ninclud x\nincludez x\nincluded\n~FOO(i) x\n",
		"a~SEQ(i,1,2) b @c\ninclud x\nincludez x\nincluded\n~FOO(i) x\n", "");
	expect("$A=5\na\1b $A\n", "a\1b $A\n", ""); /* no text: for the lexer to tell */
}

/* --- variables ------------------------------------------------------------------------------ */

static void a_variable_is_replaced_where_it_is_used(void **state _unused_)
{
	expect("$A=5\nx$A y\n$A\n$A\tz\nx${A}y${A}\n", "x5 y\n5\n5\tz\nx5y5\n", "");
	expect("  $A=5\n  ${A} b\n", "5 b\n", "");
	expect("$A=1  2 # c\n${A}.\n$A=\n${A}.\n", "1  2.\n.\n", "");
	expect("$A=\"b # c\" # d\n$A\n'$A '\n", "\"b # c\"\n'\"b # c\" '\n", "");
	expect("$A=5\n\"$A x\" \"$A\" f($A,$A) $A,\n", "\"5 x\" \"$A\" f(5,5) 5,\n", "");
}

static void what_is_no_variable_stays(void **state _unused_)
{
	expect("$A=5\na$A{ $A.1 $A/24 $A$A ${B} $B ${A ${} $ $$A\n",
		"a$A{ $A.1 $A/24 $A5 ${B} $B ${A ${} $ $5\n", "");
	expect("$1A=5\n$1A\n$B =5\n$B\n", "$1A=5\n$1A\n$B =5\n$B\n", "");
	expect("# $A ${A}\nx # $A\n$A=5\nx # $A ${A}\n", "# $A ${A}\nx # $A\nx # $A ${A}\n", "");
	expect("$i=1\n$P${i}=${i}0\nx$P1\n", "x10\n", "");
	expect("x $A=5\n$A\n", "x $A=5\n$A\n", "");
}

static void replacing_is_done_at_use_and_again(void **state _unused_)
{
	expect("$A=10.${B}\n$B=1\n${A}.0\n$B=2\n${A}.0\n", "10.1.0\n10.2.0\n", "");
	expect("$A=$B\n$B=$C x\n$C=1\n$A\ny$A\n", "1 x\ny1 x\n", "");
}

static void a_variable_that_contains_itself_is_an_error(void **state _unused_)
{
	expect("$A=x$A\n$A\n", "x?\n",
		"a.conf:1:5: error: the value of `$A` contains itself\n"
		"    in `$A`, used at a.conf:2:1\n");
	expect("$A=${B}\n$B=${A}\nx${A}y\n", "x?y\n",
		"a.conf:2:4: error: the value of `$A` contains itself\n"
		"    in `$B`, used at a.conf:1:4\n"
		"    in `$A`, used at a.conf:3:2\n");
	expect("$A= \\\n x \\\n $A\n$A\nz\n", "x\n?\nz\n",
		"a.conf:3:2: error: the value of `$A` contains itself\n"
		"    in `$A`, used at a.conf:4:1\n");
}

static void a_value_may_have_several_lines(void **state _unused_)
{
	expect("$M= \\\n a{ \\\n b ${N} \\\n # c \\\n } \\\n\n$N=5\n$M\nz\n", "a{\nb 5\n}\nz\n",
		"");
	expect("$M=a \\\nb\\\nc\\ \nd\ny$M # e\n${M}\n", "ya # e\nb\nc\nd\na\nb\nc\nd\n", "");
	expect("$M= \\\n$X=5 \\\na$X \\\n$X=6 \\\nb$X\n$M\nc$X\n", "a5\nb6\nc6\n", "");
	expect("$M= \\\nm1 \\\nm2\n$N= \\\nn1 \\\n$M \\\nn2\n$N\n", "n1\nm1\nm2\nn2\n", "");
	expect("$M=a \\\nb\n$N=x $M\n$N\n", "x a\nb\n", "");
	expect("$M=a \\\n", "", "");
}

static void nothing_stands_behind_several_lines(void **state _unused_)
{
	expect("$M=a \\\nb\n$M x\nx ${M}y\n", "? x\nx ?y\n",
		"a.conf:3:1: error: `$M` has several lines: nothing may stand behind it in its "
		"line\n"
		"a.conf:4:3: error: `$M` has several lines: nothing may stand behind it in its "
		"line\n");
}

static void what_is_defined_beforehand(void **state _unused_)
{
	expect("${_PWD} ${_INSTANCE} a${_HASH}b${_BANG} ${_ENV HOME}.\n$_PWD\n",
		"/etc here aHbB /root.\n$_PWD\n", "");
	expect("x${_ENV FOO}y\n", "xy\n",
		"a.conf:1:2: warning: the environment has no variable `FOO`: its value is taken as "
		"empty\n");
	expect("x${_ENV LINES}y\n", "x?y\n",
		"a.conf:1:2: error: the value of `${_ENV LINES}` is no line of text\n");
	expect("a${_RANDOM 7 7}b ${_RANDOM 0 0} c\n", "a7b 0 c\n", "");
	expect("a${_RANDOM 9 7}b\n${_RANDOM x}\n", "a0b\n0\n",
		"a.conf:1:2: error: `${_RANDOM 9 7}` is no range of numbers\n"
		"    write `${_RANDOM MIN MAX}`, from 0 to 2147483647\n"
		"a.conf:2:1: error: `${_RANDOM x}` is no range of numbers\n"
		"    write `${_RANDOM MIN MAX}`, from 0 to 2147483647\n");
}

static void random_numbers_come_from_the_seed(void **state _unused_)
{
	const char *text = "${_RANDOM} ${_RANDOM}\n";
	Pre a = { .files = text }, b = { .files = text }, c = { .files = text, .seed = 1 };
	Pre d = { .files = "random_seed 1\n${_RANDOM} ${_RANDOM}\n", .seed = 7 };

	pre_run(&a);
	pre_run(&b);
	pre_run(&c);
	pre_run(&d);
	assert_string_equal(strbuf_text(&a.lines), strbuf_text(&b.lines));
	assert_string_not_equal(strbuf_text(&a.lines), strbuf_text(&c.lines));
	assert_string_equal(
		strbuf_text(&d.lines) + strlen("random_seed 1\n"), strbuf_text(&c.lines));
	pre_done(&a);
	pre_done(&b);
	pre_done(&c);
	pre_done(&d);
}

/* --- conditions ----------------------------------------------------------------------------- */

static void a_condition_keeps_or_drops_its_line(void **state _unused_)
{
	const char *text = "@here a\n @x b\n@^here c\n@^x d\n@here\te\n@here\n@\n@^ f\n@ g\n"
			   "@here $A=5\n@x $A=6\nh$A\n$I=@here\n$I i\n$J=@x\n$J j\nk @x l\n";
	Pre p = { .files = text, .id = "x" };

	expect(text, "a\nd\ne\nf\nh5\ni\nk @x l\n", "");
	pre_run(&p);
	assert_string_equal(strbuf_text(&p.lines), "b\nc\nf\nh6\nj\nk @x l\n");
	pre_done(&p);
	expect("@here @x a\n", "", "a.conf:1:7: error: a line can have one condition\n");
}

/* --- repetitions ---------------------------------------------------------------------------- */

static void a_sequence_repeats_its_line(void **state _unused_)
{
	expect("~SEQ(i, 1, 3) a$i\nb$i\n", "a1\na2\na3\nb3\n", "");
	expect("~SEQ(i,2)a${i}\n ~SEQ(i,-2) b$i\n~SEQ (i,0,2,5) c$i\n~SEQ(i,3,1) d$i\n"
	       "~SEQ(i,5,-2,2) e$i\n",
		"a1\na2\nb-1\nb-2\nc0\nc2\nc4\nd3\nd2\nd1\ne5\ne3\n", "");
	expect("~SEQx(i,9,11) a$i\n~SEQ(i,0x10,010) b$i\n~SEQx(i,0x90,0x10,0xb0) c$i\n",
		"a9\naa\nab\nb16\nb15\nb14\nb13\nb12\nb11\nb10\nb9\nb8\nc90\nca0\ncb0\n", "");
	expect("$A=2\n~SEQ(i,1,$A) ~SEQ(j,${i},2) @here a${i}$j\n", "a11\na12\na22\n", "");
	expect("$M=a$i \\\nb\n~SEQ(i,1,2) $M\n~SEQ(i,1,2) $A=$i\n$A\n", "a1\nb\na2\nb\n2\n", "");
}

static void a_list_repeats_its_line(void **state _unused_)
{
	expect("~LST(a,x,y) b$a\n", "bx\nby\n", "");
	expect("~LST({a, b}, {1,2}, { 3,4}) c${a}$b\n", "c12\nc34\n", "");
	expect("~LST(a, x , y) ~SEQ(i,1,2) $a $i\n", "x 1\nx 2\ny 1\ny 2\n", "");
	expect("~LST(a,) b${a}c\n~LST(a,x,,y) d$a\n", "bc\ndx\nd\ndy\n", "");
}

#define SEQ_WRONG(pos)                                                                             \
	pos ": error: this ~SEQ has no meaning\n"                                                  \
	    "    write `~SEQ(NAME, START, STEP, END) line with ${NAME}`, the numbers such that "   \
	    "END is reached\n"
#define LST_WRONG(pos)                                                                             \
	pos ": error: this ~LST has no meaning\n"                                                  \
	    "    write `~LST(NAME, VALUE, VALUE) line with ${NAME}`\n"

static void a_repetition_without_meaning_is_an_error(void **state _unused_)
{
	expect("~SEQ(i) a\n~SEQ(i,1,2,3,4) a\n~SEQ(i,a,2) a\n~SEQ(i,1,0,2) a\n~SEQ(i,1,-1,2) a\n"
	       " ~SEQ(i,1\n~SEQ i\n",
		"",
		SEQ_WRONG("a.conf:1:1") SEQ_WRONG("a.conf:2:1") SEQ_WRONG("a.conf:3:1")
			SEQ_WRONG("a.conf:4:1") SEQ_WRONG("a.conf:5:1") SEQ_WRONG("a.conf:6:2")
				SEQ_WRONG("a.conf:7:1"));
	expect("~LST(a) b\n~LST\n~LST(a,b\n", "",
		LST_WRONG("a.conf:1:1") LST_WRONG("a.conf:2:1") LST_WRONG("a.conf:3:1"));
	expect("~LST(1a,b) c\n", "",
		"a.conf:1:1: error: `1a` is no name for a variable\n"
		"    a name has letters, digits and `_`, up to 63, no digit first\n");
	expect("~LST(a,b c) d\n", "",
		"a.conf:1:1: error: a value of ~LST has a blank in it: `b c`\n");
	expect("~LST({a,b},{1,2,3}) d\n", "",
		"a.conf:1:1: error: `{1,2,3}` is not a value for each of the 2 variables\n");
	expect("~LST({a,b},{1}) d${a}$b\n", "d1\n",
		"a.conf:1:1: warning: `{1}` is not a value for each of the 2 variables\n"
		"    those without one are empty\n");
}

/* --- includes ------------------------------------------------------------------------------- */

static void an_include_is_put_in_place(void **state _unused_)
{
	expect("1\ninclude b\n2\n=== b\nb1\nb2", "1\nb1\nb2\n2\n", "");
	expect("x {\n include d/b # c\n}\n=== d/b\n${_PWD}\ninclude c\n=== d/c\n$A=5\n"
	       "include ../d/e\n=== d/../d/e\ne$A\n",
		"x {\n/etc/d\ne5\n}\n", "");
	expect("include /abs\n=== /abs\na\n", "a\n", "");
	expect("include\tb \ninclude b\n=== b\nx\n", "x\nx\n", "");
	expect("$M=a \\\ninclude b \\\nc\n$M\n~SEQ(i,1,2) include b\n=== b\nx\n", "a\nx\nc\nx\nx\n",
		"");
	expect("@here include b\n@x include c\n=== b\nx\n", "x\n", "");
}

static void patterns_stand_for_files(void **state _unused_)
{
	expect("include d/*.inc\n=== d/z.inc\nz\n=== d/a.inc\na\n=== d/.hidden.inc\nh\n", "a\nz\n",
		"");
	expect("include {c,b}\n=== b\nb\n=== c\nc\n", "c\nb\n", "");
	expect("includea {b,{c,d}x}\n=== b\nb\n=== cx\nc\n=== dx\nd\n", "b\nc\nd\n", "");
	expect("include q*\ninclude [q]\nincluder q*\nincludem q*\n", "", "");
}

static void names_match_patterns(void **state _unused_)
{
	assert_true(config_glob_match("*", "a"));
	assert_true(config_glob_match("", ""));
	assert_true(config_glob_match("a*b*c", "axxbxbc"));
	assert_true(config_glob_match("a?[b-d]", "axc"));
	assert_true(config_glob_match("[!a]", "b"));
	assert_true(config_glob_match("[]a]", "]"));
	assert_true(config_glob_match("[a", "[a"));
	assert_true(config_glob_match("\\*", "*"));
	assert_true(config_glob_match(".*", ".a"));
	assert_false(config_glob_match("*", ".a"));
	assert_false(config_glob_match("a*b", "axbx"));
	assert_false(config_glob_match("[!a]", "a"));
	assert_false(config_glob_match("a", "ab"));
	assert_false(config_glob_match("a?", "a"));
	assert_false(config_glob_match("\\*", "x"));
}

static void a_missing_file_is_as_bad_as_was_asked(void **state _unused_)
{
	const char *hint = "    `includea` would make that an error\n";
	StrBuf said = { 0 };

	strbuf_printf(&said,
		"a.conf:1:1: warning: there is no file `x`\n%s"
		"a.conf:2:1: warning: there is no file `x`\n%s",
		hint, hint);
	expect("include x\nincluder x\n", "", said.s);
	strbuf_free(&said);
	expect("includem x\nincludew x*\nincludeb {a,a.conf2}\nincludea x*\n=== a\nz\n", "z\n",
		"a.conf:1:1: error: there is no file `x`\n"
		"a.conf:2:1: error: there is no file `x*`\n"
		"a.conf:3:1: error: some of the files `{a,a.conf2}` are missing\n"
		"a.conf:4:1: error: there is no file `x*`\n");
	expect("include_check\ninclude x*\ninclude b\n=== b\ninclude_check -wildcard_match\n"
	       "include y*\ninclude y\n",
		"include_check\ninclude_check -wildcard_match\n",
		"a.conf:2:1: error: there is no file `x*`\n"
		"b:3:1: error: there is no file `y`\n"
		"    included from a.conf:3\n");
}

static void a_file_that_is_none_is_not_read(void **state _unused_)
{
	expect("include dir\nincluder dir\nincludea exec\n=== dir\n=== exec\nx\n", "",
		"a.conf:1:1: warning: `dir` is a directory and is not read\n"
		"a.conf:2:1: error: `dir` is a directory and is not read\n"
		"a.conf:3:1: error: `exec` may be executed and is not read\n"
		"    take the permission away: chmod a-x exec\n");
}

static void an_include_that_keepalived_takes_otherwise_is_told(void **state _unused_)
{
	expect("$X=b\ninclude ${X}\ninclude \"b\"\ninclude\n=== b\nx\n", "x\nx\n",
		"a.conf:2:1: warning: keepalived puts no variables into an include: it looks for "
		"`${X}`\n"
		"a.conf:3:1: warning: keepalived takes the quotes for letters of the file's name\n"
		"    write it without them\n"
		"a.conf:4:1: error: `include` without a file\n"
		"    write `include FILE`; FILE may have wildcards\n");
}

static void files_that_include_each_other_are_an_error(void **state _unused_)
{
	expect("include b\nz\n=== b\nb\ninclude c\n=== c\ninclude b\n", "b\nz\n",
		"c:1:1: error: `b` includes itself\n"
		"    included from b:2\n"
		"    included from a.conf:1\n"
		"    remove this include, or the one that leads here\n");
}

/* --- bounds --------------------------------------------------------------------------------- */

static void what_expands_without_end_is_cut(void **state _unused_)
{
	StrBuf b = { 0 };

	expect("~SEQ(i,1,9999999) ~SEQ(j,1,9999999)\n", "",
		"a.conf:1:19: error: the configuration expands to too much\n"
		"    repeated with i=1 at a.conf:1:1\n"
		"    with its includes, variables and repetitions it may have 67108864 bytes and "
		"2097152 of them\n");
	strbuf_add(&b, "$A=\n");
	for (int i = 'B'; i <= 'Z'; i++)
		strbuf_printf(&b, "$%c=${%c}${%c}\n", i, i - 1, i - 1);
	strbuf_add(&b, "x$Z\n");
	_cleanup_(pre_done) Pre p = { .files = b.s };
	pre_run(&p);
	assert_int_equal(p.diags.errors, 1);
	assert_non_null(strstr(p.said.s, "the configuration expands to too much"));
	strbuf_free(&b);
}

static void nesting_has_a_limit(void **state _unused_)
{
	StrBuf b = { 0 };

	for (int i = 0; i < 100; i++)
		strbuf_printf(&b, "include f%d\n=== f%d\n", i, i);
	_cleanup_(pre_done) Pre p = { .files = b.s };
	pre_run(&p);
	assert_int_equal(p.diags.errors, 1);
	assert_non_null(strstr(p.said.s, "nested more than 64 deep"));
	strbuf_free(&b);
}

static void a_long_name_is_an_error(void **state _unused_)
{
	StrBuf b = { 0 };

	strbuf_add(&b, "$");
	strbuf_pad(&b, 'A', LIMIT_CONFIG_NAME);
	strbuf_add(&b, "=5\n");
	expect(b.s, "", "a.conf:1:1: error: the name of a variable may have 63 letters\n");
	strbuf_free(&b);
}

/* For programs, innermost first. */
static void json_tells_the_chain_of_includes(void **state _unused_)
{
	Pre p = { .files = "include b\n=== b\nx\ninclude c\n=== c\n$A=$A\n$A\n" };
	_cleanup_(strbuf_free) StrBuf json = { 0 };
	const char *b, *a;

	pre_run(&p);
	findings_json(&p.diags, &json);
	b = strstr(strbuf_text(&json), "\"included_from\": [\n      {\n        \"file\": \"b\",\n"
				       "        \"line\": 2\n");
	assert_non_null(b);
	a = strstr(b, "\"file\": \"a.conf\",\n        \"line\": 1\n");
	assert_non_null(a);
	pre_done(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_without_anything_passes_as_it_is),
		cmocka_unit_test(a_variable_is_replaced_where_it_is_used),
		cmocka_unit_test(what_is_no_variable_stays),
		cmocka_unit_test(replacing_is_done_at_use_and_again),
		cmocka_unit_test(a_variable_that_contains_itself_is_an_error),
		cmocka_unit_test(a_value_may_have_several_lines),
		cmocka_unit_test(nothing_stands_behind_several_lines),
		cmocka_unit_test(what_is_defined_beforehand),
		cmocka_unit_test(random_numbers_come_from_the_seed),
		cmocka_unit_test(a_condition_keeps_or_drops_its_line),
		cmocka_unit_test(a_sequence_repeats_its_line),
		cmocka_unit_test(a_list_repeats_its_line),
		cmocka_unit_test(a_repetition_without_meaning_is_an_error),
		cmocka_unit_test(an_include_is_put_in_place),
		cmocka_unit_test(json_tells_the_chain_of_includes),
		cmocka_unit_test(patterns_stand_for_files),
		cmocka_unit_test(names_match_patterns),
		cmocka_unit_test(a_missing_file_is_as_bad_as_was_asked),
		cmocka_unit_test(a_file_that_is_none_is_not_read),
		cmocka_unit_test(an_include_that_keepalived_takes_otherwise_is_told),
		cmocka_unit_test(files_that_include_each_other_are_an_error),
		cmocka_unit_test(what_expands_without_end_is_cut),
		cmocka_unit_test(nesting_has_a_limit),
		cmocka_unit_test(a_long_name_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
