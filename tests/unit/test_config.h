/* SPDX-License-Identifier: MIT */
#pragma once

/* What the tests of config/ share: a machine with eth0 and eth1, the users daemon (1:1) and backup
 * (34:34; also in group 46), every program but /missing, of which /unsafe is everybody's, secrets but /absent, of
 * which /open is everybody's to read; and a
 * way to say what is expected of a file. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "config/config.h"
#include "config/config_show.h"
#include "test_config_dump.h"

typedef struct TestWorld {
	const char *text;
	size_t size;
	bool script_user; /* there is a user keepalived_script, 100:101 */
} TestWorld;

typedef struct TestRead {
	Config config;
	DiagList diags;
	StrBuf text; /* of the diagnostics but notes, without the name of the file */
} TestRead;

static const char *test_read_file(void *data, const char *path _unused_, Arena *arena,
	size_t *ret_size, int *ret_errno _unused_)
{
	const TestWorld *w = data;

	*ret_size = w->size;
	return arena_strndup(arena, w->text, w->size);
}

static bool test_has_interface(void *data _unused_, const char *name)
{
	return !strcmp(name, "eth0") || !strcmp(name, "eth1") || !strcmp(name, "lo");
}

static const char *test_interface_names(void *data _unused_, Arena *arena _unused_)
{
	return "eth0, eth1, lo";
}

static bool test_find_user(void *data, const char *name, uint32_t *ret_uid, uint32_t *ret_gid)
{
	const TestWorld *w = data;

	if (!strcmp(name, "root"))
		*ret_uid = *ret_gid = 0;
	else if (!strcmp(name, "daemon"))
		*ret_uid = *ret_gid = 1;
	else if (!strcmp(name, "backup"))
		*ret_uid = *ret_gid = 34;
	else if (!strcmp(name, "keepalived_script") && w->script_user) {
		*ret_uid = 100;
		*ret_gid = 101;
	} else
		return false;
	return true;
}

static bool test_find_group(void *data _unused_, const char *name, uint32_t *ret_gid)
{
	if (strcmp(name, "adm"))
		return false;
	*ret_gid = 4;
	return true;
}

static bool test_has_program(void *data _unused_, const char *name)
{
	return strcmp(name, "/missing") != 0;
}

static const uint32_t *test_user_groups(
	void *data _unused_, const char *user, uint32_t gid, Arena *arena, size_t *ret_n)
{
	const uint32_t groups[] = { gid, 46 };

	*ret_n = strcmp(user, "backup") ? 1 : 2;
	return arena_copy(arena, groups, *ret_n, sizeof(*groups));
}

static const char *test_unsafe_component(void *data _unused_, const char *program, uint32_t uid,
	Arena *arena _unused_, const char **ret_mend)
{
	if (uid || strcmp(program, "/unsafe") != 0)
		return NULL;
	*ret_mend = "chmod go-w /unsafe";
	return "anybody may write to /unsafe";
}

static const char *test_secret_problem(
	void *data _unused_, const char *path, Arena *arena _unused_, const char **ret_mend)
{
	*ret_mend = strcmp(path, "/open") ? NULL : "chmod 600 /open";
	return *ret_mend		      ? "can be read by others than its owner"
	       : strcmp(path, "/absent") == 0 ? "No such file or directory"
					      : NULL;
}

static const char *test_host_name(void *data _unused_, Arena *arena _unused_)
{
	return "node1";
}

static inline void read_done(TestRead *r)
{
	config_free(&r->config);
	diag_list_free(&r->diags);
	strbuf_free(&r->text);
}

#define _cleanup_read_ _cleanup_(read_done)

static inline void read_once(const char *text, size_t size, bool script_user, TestRead *ret_read)
{
	TestWorld data = { text, size, script_user };
	const ConfigWorld world = { .data = &data,
		.read_file = test_read_file,
		.has_interface = test_has_interface,
		.interface_names = test_interface_names,
		.find_user = test_find_user,
		.find_group = test_find_group,
		.user_groups = test_user_groups,
		.unsafe_component = test_unsafe_component,
		.secret_problem = test_secret_problem,
		.has_program = test_has_program,
		.host_name = test_host_name };

	*ret_read = (TestRead){ 0 };
	config_read("", &world, &ret_read->config, &ret_read->diags);
	vec_foreach(d, &ret_read->diags.all)
		if (d->severity != DIAG_NOTE)
			diag_text(d, &ret_read->text);
}

/* What is printed of a configuration is read as the same one, and printed as the same text. */
static inline void expect_round_trip(const Config *config, bool script_user)
{
	_cleanup_(strbuf_free) StrBuf first = { 0 }, second = { 0 }, before = { 0 }, after = { 0 };
	_cleanup_read_ TestRead again;

	config_show(config, &first);
	read_once(strbuf_text(&first), first.n, script_user, &again);
	if (again.diags.errors)
		fail_msg("%s\nis printed, but: %s", strbuf_text(&first), strbuf_text(&again.text));
	config_show(&again.config, &second);
	assert_string_equal(strbuf_text(&first), strbuf_text(&second));
	dump_config(&before, &config->vrrp);
	dump_config(&after, &again.config.vrrp);
	assert_string_equal(strbuf_text(&before), strbuf_text(&after));
}

/* Every good text of every test is a sample for the printing. */
static inline void read_bytes(const char *text, size_t size, bool script_user, TestRead *ret_read)
{
	read_once(text, size, script_user, ret_read);
	if (!ret_read->diags.errors)
		expect_round_trip(&ret_read->config, script_user);
}

static inline void read_text(const char *text, TestRead *ret_read)
{
	read_bytes(text, strlen(text), false, ret_read);
}

/* What is said of the file, word by word: ":LINE:COLUMN: error: TEXT\n    HINT\n" each. */
static inline void expect_diags(const char *text, const char *diags)
{
	_cleanup_read_ TestRead r;

	read_text(text, &r);
	assert_string_equal(strbuf_text(&r.text), diags);
}

/* A good file. */
static inline const VrrpConfig *expect_good(const char *text, TestRead *ret_read)
{
	read_text(text, ret_read);
	assert_string_equal(strbuf_text(&ret_read->text), "");
	return &ret_read->config.vrrp;
}

/* The lines in an instance that is fine otherwise; they start at line 3. */
#define INSTANCE(lines)                                                                            \
	"vrrp_instance x {\n virtual_router_id 1\n" lines "\n interface eth0\n"                    \
	" virtual_ipaddress {\n  10.0.0.1/24\n }\n}\n"
/* The only line of virtual_ipaddress, line 5. */
#define VIP(line)                                                                                  \
	"vrrp_instance x {\n virtual_router_id 1\n interface eth0\n virtual_ipaddress {\n  " line  \
	"\n }\n}\n"
/* Lines in global_defs, from line 2. */
#define GLOBAL(lines) "global_defs {\n" lines "\n}\n" INSTANCE("")
/* Lines in a vrrp_script that is tracked, from line 2. */
#define SCRIPT(lines) "vrrp_script s {\n" lines "\n}\n" INSTANCE(" track_script {\n  s\n }")
