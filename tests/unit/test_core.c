/* SPDX-License-Identifier: MIT */
/* core: the status tree, the lines of traces and ops, the control protocol, the table of links. */
#include "core/control.h"
#include "core/status.h"
#include "unit.h"

#include <errno.h>

/* ---- status ------------------------------------------------------------------------------- */

static Status *small_status(Arena *arena)
{
	Status *s = status_new(arena), *list, *o;

	status_string(s, "host_name", "alpha");
	status_number(s, "n", -7);
	status_milli(s, "since", 12345);
	status_milli(s, "less", -1005);
	status_bool(s, "up", true);
	list = status_list(s, "instances");
	o = status_object(list, NULL);
	status_string(o, "name", "VI_1");
	status_bool(o, "master", false);
	o = status_object(list, NULL);
	status_string(o, "name", "VI_2");
	(void)status_list(o, "faults");
	list = status_list(s, "plain");
	status_string(list, NULL, "a");
	status_number(list, NULL, 2);
	o = status_object(s, "inner");
	status_number(o, "x", INT64_MAX);
	(void)status_object(s, "empty");
	return s;
}

static void status_as_json(void **state _unused_)
{
	_cleanup_(arena_free) Arena arena = { 0 };
	_cleanup_(strbuf_free) StrBuf out = { 0 };

	status_json(small_status(&arena), &out);
	assert_string_equal(strbuf_text(&out), "{\n"
					       "  \"host_name\": \"alpha\",\n"
					       "  \"n\": -7,\n"
					       "  \"since\": 12.345,\n"
					       "  \"less\": -1.005,\n"
					       "  \"up\": true,\n"
					       "  \"instances\": [\n"
					       "    {\n"
					       "      \"name\": \"VI_1\",\n"
					       "      \"master\": false\n"
					       "    },\n"
					       "    {\n"
					       "      \"name\": \"VI_2\",\n"
					       "      \"faults\": []\n"
					       "    }\n"
					       "  ],\n"
					       "  \"plain\": [\n"
					       "    \"a\",\n"
					       "    2\n"
					       "  ],\n"
					       "  \"inner\": {\n"
					       "    \"x\": 9223372036854775807\n"
					       "  },\n"
					       "  \"empty\": {}\n"
					       "}\n");
}

static void status_as_text(void **state _unused_)
{
	_cleanup_(arena_free) Arena arena = { 0 };
	_cleanup_(strbuf_free) StrBuf out = { 0 };

	status_plain(small_status(&arena), &out);
	assert_string_equal(strbuf_text(&out), "host name            alpha\n"
					       "n                    -7\n"
					       "since                12.345\n"
					       "less                 -1.005\n"
					       "up                   true\n"
					       "\n"
					       "VI_1\n"
					       "  master             false\n"
					       "\n"
					       "VI_2\n"
					       "  faults             none\n"
					       "plain                a, 2\n"
					       "inner\n"
					       "  x                  9223372036854775807\n"
					       "empty\n");
}

/* RFC 8259, 7: quotation mark, backslash and U+0000 to U+001F are escaped. */
static void status_json_escapes(void **state _unused_)
{
	_cleanup_(arena_free) Arena arena = { 0 };
	_cleanup_(strbuf_free) StrBuf out = { 0 };
	Status *s = status_new(&arena);

	status_string(s, "a\"b", "q\"b\\s\n\t\r\1\x1f/ä");
	status_json(s, &out);
	assert_string_equal(strbuf_text(&out),
		"{\n  \"a\\\"b\": \"q\\\"b\\\\s\\u000a\\u0009\\u000d\\u0001\\u001f/ä\"\n}\n");
}

static void status_json_escapes_every_control_character(void **state _unused_)
{
	for (char c = 1; c < 127; c++) {
		_cleanup_(arena_free) Arena arena = { 0 };
		_cleanup_(strbuf_free) StrBuf out = { 0 };
		Status *s = status_new(&arena);

		status_string(s, "k", (char[]){ c, '\0' });
		status_json(s, &out);
		for (const char *p = strbuf_text(&out); *p; p++)
			assert_true(*p == '\n' || (unsigned char)*p >= 0x20);
	}
}

static void expect_lines(const char *text, size_t len, const char *json)
{
	_cleanup_(arena_free) Arena arena = { 0 };
	_cleanup_(strbuf_free) StrBuf out = { 0 };
	_cleanup_free_ char *copy = unit_copy(text, len);
	Status *s = status_new(&arena);

	status_lines(s, "o", copy, len);
	status_json(s, &out);
	assert_string_equal(strbuf_text(&out), json);
}

static void status_of_a_text_that_may_hold_anything(void **state _unused_)
{
#define LINES(text, json) expect_lines(text, sizeof(text) - 1, json)
	LINES("", "{\n  \"o\": []\n}\n");
	LINES("\n\n", "{\n  \"o\": []\n}\n");
	LINES("one\r\n\ntwo\tx", "{\n  \"o\": [\n    \"one\",\n    \"two x\"\n  ]\n}\n");
	LINES("a\0b\033[2J\x7f", "{\n  \"o\": [\n    \"a?b?[2J?\"\n  ]\n}\n");
	/* Half a character at either end, a control character of two bytes, a good one. */
	LINES("\xa4gr\xc3\xbc\xc3\x9f\xc2\x9b\xff\xc3",
		"{\n  \"o\": [\n    \"?gr\xc3\xbc\xc3\x9f???\"\n  ]\n}\n");
#undef LINES
}

/* ---- traces ------------------------------------------------------------------------------- */

static TraceRecord any_record(TraceReason reason)
{
	return (TraceRecord){ .reason = reason,
		.subject = "VI%s%n",
		.object = "eth0%d",
		.ip = unit_ip("10.9.0.1"),
		.ip2 = unit_ip("10.9.0.2"),
		.a = 5,
		.b = 7 };
}

/* Every reason has a line, and nothing of the format is left in it. */
static void trace_of_every_reason(void **state _unused_)
{
	for (TraceReason reason = TRACE_NONE; reason < TRACE_REASONS; reason++) {
		_cleanup_(strbuf_free) StrBuf full = { 0 }, empty = { 0 };
		const TraceRecord t = any_record(reason), nothing = { .reason = reason };
		const TraceLevel level = trace_level(reason);

		trace_text(&t, &full);
		trace_text(&nothing, &empty);
		assert_true(level == TRACE_LEVEL_DETAIL || level == TRACE_LEVEL_INFO ||
			    level == TRACE_LEVEL_WARNING);
		assert_null(strchr(strbuf_text(&empty), '%'));
		assert_null(strchr(strbuf_text(&empty), '\n'));
		if (reason == TRACE_NONE)
			continue;
		assert_true(full.n > 0);
		if (reason == TRACE_RELOADED) /* speaks of the whole */
			continue;
		/* It says of whom it speaks. */
		assert_true(strstr(strbuf_text(&full), "VI%s%n") ||
			    strstr(strbuf_text(&full), "eth0%d"));
	}
}

/* No two reasons read the same. */
static void trace_lines_differ(void **state _unused_)
{
	for (TraceReason a = TRACE_NONE; a < TRACE_REASONS; a++)
		for (TraceReason b = TRACE_NONE; b < a; b++) {
			_cleanup_(strbuf_free) StrBuf x = { 0 }, y = { 0 };
			const TraceRecord first = any_record(a), second = any_record(b);

			trace_text(&first, &x);
			trace_text(&second, &y);
			assert_string_not_equal(strbuf_text(&x), strbuf_text(&y));
		}
}

/* Section P of the behaviour: the lines people grep for. */
static void trace_lines_of_keepalived(void **state _unused_)
{
	static const struct {
		TraceReason reason;
		const char *text;
	} cases[] = {
		{ TRACE_ENTER_BACKUP_INIT, "(X) Entering BACKUP STATE (init)" },
		{ TRACE_ENTER_BACKUP, "(X) Entering BACKUP STATE" },
		{ TRACE_ENTER_MASTER, "(X) Entering MASTER STATE" },
		{ TRACE_ENTER_FAULT, "(X) Entering FAULT STATE" },
		{ TRACE_ENTER_FAULT_INIT, "(X) Entering FAULT STATE (init)" },
		{ TRACE_FAULT_SCRIPT, "(X): entering FAULT state due to script S" },
		{ TRACE_FAULT_INTERFACE, "(X): entering FAULT state (interface S down)" },
		{ TRACE_FAULT_NO_ADDRESS,
			"(X) entering FAULT state (no IPv4 address for interface)" },
		{ TRACE_ADVERT_TIMEOUT, "(X) Receive advertisement timeout" },
		{ TRACE_LOWER_DISCARDED,
			"(X) received lower priority (5) advert from 10.9.0.1 - discarding" },
		{ TRACE_LOWER_NEW_ELECTION, "(X) Received advert from 10.9.0.1 with lower priority "
					    "5, ours 7, forcing new election" },
		{ TRACE_LOWER_IGNORED,
			"(X) Received advert from 10.9.0.1 with lower priority 5, ours 7" },
		{ TRACE_HIGHER_PRIORITY, "(X) Master received advert from 10.9.0.1 with higher "
					 "priority 5, ours 7" },
		{ TRACE_HIGHER_ADDRESS,
			"(X) Master received advert from 10.9.0.1 with same priority "
			"5 but higher IP address than ours" },
		{ TRACE_OWN_ADDRESS_HEARD,
			"(X) WARNING - equal priority advert received from remote "
			"host with our IP address." },
		{ TRACE_ZERO_AS_BACKUP, "(X) Backup received priority 0 advertisement" },
		{ TRACE_ZERO_AS_MASTER, "(X) Master received priority 0 message" },
		{ TRACE_ZERO_SENT, "(X) sent 0 priority" },
		{ TRACE_PREEMPT_DELAY_STOP, "(X) stop preempt delay" },
		{ TRACE_PRIORITY_CHANGED, "(X) Changing effective priority from 5 to 7" },
		{ TRACE_MASTER_SET, "(X) master set to 10.9.0.1" },
		{ TRACE_MASTER_CHANGED, "(X) master changed from 10.9.0.2 to 10.9.0.1" },
		{ TRACE_VIPS_SET, "(X) setting VIPs." },
		{ TRACE_VIPS_REMOVED, "(X) removing VIPs." },
		{ TRACE_UNKNOWN_VRID, "Unknown VRID(5) received on interface(S). ignoring..." },
		{ TRACE_LINK_UP, "Netlink reports S up" },
		{ TRACE_LINK_DOWN, "Netlink reports S down" },
		{ TRACE_ADDR_REMOVED, "Netlink reflector reports IP 10.9.0.1 removed from S" },
		{ TRACE_SCRIPT_OK, "VRRP_Script(X) succeeded" },
		{ TRACE_SCRIPT_EXIT, "VRRP_Script(X) failed (exited with status 5)" },
		{ TRACE_SCRIPT_SIGNAL, "VRRP_Script(X) failed (due to signal 5)" },
		{ TRACE_SCRIPT_TIMEOUT, "VRRP_Script(X) timed_out" },
		{ TRACE_SCRIPT_NOW, "Script `X` now returning 5" },
		{ TRACE_FAULT_FILE, "(X): entering FAULT state (tracked file S has status 5)" },
		{ TRACE_FAULT_PROCESS,
			"(X) entering FAULT state (tracked process S quorum not achieved)" },
		{ TRACE_FAULT_SOURCE, "(X): entering FAULT state (src address not configured)" },
		{ TRACE_FILE_IGNORED, "Invalid number 5 read from X - ignoring" },
		{ TRACE_QUORUM_GAINED, "Quorum gained for tracked process X" },
		{ TRACE_QUORUM_LOST, "Quorum lost for tracked process X" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		_cleanup_(strbuf_free) StrBuf out = { 0 };
		TraceRecord t = any_record(cases[i].reason);

		t.subject = "X";
		t.object = "S";
		trace_text(&t, &out);
		assert_string_equal(strbuf_text(&out), cases[i].text);
	}
}

/* Behaviour 195 and 200: a normal takeover shows without -D but the changes of state. */
static void trace_levels(void **state _unused_)
{
	static const TraceReason always[] = { TRACE_ENTER_BACKUP_INIT, TRACE_ENTER_BACKUP,
		TRACE_ENTER_MASTER, TRACE_ENTER_FAULT, TRACE_ENTER_FAULT_INIT,
		TRACE_LOWER_DISCARDED, TRACE_LOWER_NEW_ELECTION, TRACE_HIGHER_PRIORITY,
		TRACE_HIGHER_ADDRESS, TRACE_OWN_ADDRESS_HEARD };
	static const TraceReason detail[] = { TRACE_ADVERT_TIMEOUT, TRACE_ZERO_AS_BACKUP,
		TRACE_ZERO_AS_MASTER, TRACE_ZERO_SENT, TRACE_PREEMPT_DELAY_START,
		TRACE_PREEMPT_DELAY_STOP, TRACE_MASTER_SET, TRACE_MASTER_CHANGED, TRACE_VIPS_SET,
		TRACE_VIPS_REMOVED, TRACE_GARP_QUEUED };

	for (size_t i = 0; i < ARRAY_LEN(always); i++)
		assert_int_not_equal(trace_level(always[i]), TRACE_LEVEL_DETAIL);
	for (size_t i = 0; i < ARRAY_LEN(detail); i++)
		assert_int_equal(trace_level(detail[i]), TRACE_LEVEL_DETAIL);
}

static void trace_numbers(void **state _unused_)
{
	_cleanup_(strbuf_free) StrBuf out = { 0 };
	TraceRecord t = { .reason = TRACE_PREEMPT_DELAY_START, .subject = "X", .a = 3000001 };

	trace_text(&t, &out);
	strbuf_add(&out, "\n");
	t = (TraceRecord){ .reason = TRACE_ADDR_ADD_FAILED,
		.object = "eth0",
		.ip = unit_ip("10.9.0.1"),
		.a = EPERM };
	trace_text(&t, &out);
	strbuf_add(&out, "\n");
	t.a = 99999;
	trace_text(&t, &out);
	assert_string_equal(strbuf_text(&out),
		"(X) start preempt delay (3.000001)\n"
		"cannot add address 10.9.0.1 to eth0: Operation not permitted\n"
		"cannot add address 10.9.0.1 to eth0: unknown error");
}

/* ---- ops ---------------------------------------------------------------------------------- */

static void ops_as_text(void **state _unused_)
{
	static const char *const argv[] = { "/bin/x", "-v", NULL };
	const JobSpec job = { .name = "x", .argv = argv };
	const AddrSpec plain = { .ip = unit_ip("10.9.0.100"), .prefix_len = 24, .dev = "eth0" };
	const AddrSpec rich = { .ip = unit_ip("10.9.0.101"),
		.prefix_len = 32,
		.dev = "eth0",
		.label = "eth0:1",
		.has_broadcast = true,
		.broadcast = unit_ip("10.9.0.255"),
		.scope = 253 };
	const uint8_t bytes[] = { 0x45, 0, 0xff, 1, 2 };
	Ops ops = { 0 };

	ops_add(&ops, (Op){ .kind = OP_SEND_IP,
			      .send = { .ifindex = 2,
				      .dst = unit_ip("224.0.0.18"),
				      .bytes = bytes,
				      .len = 5 } });
	ops_add(&ops,
		(Op){ .kind = OP_SEND_FRAME, .send = { .ifindex = 2, .bytes = bytes, .len = 4 } });
	ops_add(&ops, (Op){ .kind = OP_LISTEN,
			      .listen = { .ifindex = 2, .group = unit_ip("224.0.0.18") } });
	ops_add(&ops, (Op){ .kind = OP_ADDR_ADD, .addr = { .ifindex = 2, .spec = &plain } });
	ops_add(&ops, (Op){ .kind = OP_ADDR_DEL, .addr = { .ifindex = 3, .spec = &rich } });
	ops_add(&ops, (Op){ .kind = OP_SPAWN, .spawn = { .job = 4, .spec = &job } });
	ops_add(&ops, (Op){ .kind = OP_KILL, .kill = { .job = 4, .signal = 9 } });
	ops_add(&ops, (Op){ .kind = OP_WILL, .send = { .owner = 1, .bytes = bytes, .len = 1 } });
	ops_add(&ops, (Op){ .kind = OP_WILL, .send = { .owner = 1 } });
	ops_add(&ops,
		(Op){ .kind = OP_TRACE, .trace = { .reason = TRACE_LINK_UP, .object = "eth0" } });
	expect_ops(&ops, "send-ip dev 2 to 224.0.0.18: 4500ff01 02\n"
			 "send-frame dev 2: 4500ff01\n"
			 "listen dev 2 group 224.0.0.18\n"
			 "addr-add 10.9.0.100/24 dev 2\n"
			 "addr-del 10.9.0.101/32 dev 3 label eth0:1 brd 10.9.0.255 scope 253\n"
			 "spawn 4: /bin/x -v\n"
			 "kill 4 signal 9\n"
			 "will 1: 45\n"
			 "will 1: nothing\n"
			 "trace Netlink reports eth0 up\n");
	vec_free(&ops.list);
}

/* ---- control ------------------------------------------------------------------------------ */

static void control_lines_come_back(void **state _unused_)
{
	assert_int_equal(control_parse("status"), CONTROL_STATUS);
	assert_int_equal(control_parse("status json"), CONTROL_STATUS_JSON);
	assert_string_equal(control_line(CONTROL_STATUS), "status");
	assert_string_equal(control_line(CONTROL_STATUS_JSON), "status json");
}

static void control_refuses_all_else(void **state _unused_)
{
	static const char *const bad[] = { "", " ", "status ", " status", "status json ", "STATUS",
		"statusjson", "status\tjson", "status xml", "stop", "status\n" };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(control_parse(bad[i]), CONTROL_BAD);
}

/* ---- links -------------------------------------------------------------------------------- */

static void links_are_found_by_index_and_name(void **state _unused_)
{
	_cleanup_(link_table_free) LinkTable t = { 0 };

	assert_null(link_by_name(&t, "eth0"));
	assert_null(link_by_index(&t, 1));
	for (uint32_t i = 1; i <= 20; i++) {
		char name[LIMIT_IFNAME];
		Link l;

		(void)snprintf(name, sizeof(name), "eth%u", i);
		l = unit_link(i, name, i % 2);
		assert_non_null(link_table_set(&t, &l));
	}
	assert_int_equal(t.links.n, 20);
	assert_string_equal(link_by_index(&t, 7)->name, "eth7");
	assert_int_equal(link_by_name(&t, "eth18")->ifindex, 18);
	assert_false(link_by_name(&t, "eth18")->up);
	assert_null(link_by_name(&t, "eth"));
	assert_null(link_by_name(&t, "eth188"));
	assert_null(link_by_index(&t, 21));
}

static void link_changes_keep_its_addresses(void **state _unused_)
{
	_cleanup_(link_table_free) LinkTable t = { 0 };
	const IpAddr ip = unit_ip("10.9.0.1");
	Link l = unit_link(2, "eth0", true);

	link_add_addr(link_table_set(&t, &l), &ip, 24);
	l.up = false;
	l.mtu = 9000;
	l.noarp = true;
	l.hw[5] = 9;
	(void)link_table_set(&t, &l);
	assert_int_equal(t.links.n, 1);
	assert_false(t.links.items[0].up);
	assert_true(t.links.items[0].noarp);
	assert_int_equal(t.links.items[0].mtu, 9000);
	assert_int_equal(t.links.items[0].hw[5], 9);
	assert_non_null(link_source(&t.links.items[0], IP_V4));
}

static void link_source_is_the_first_of_the_family(void **state _unused_)
{
	_cleanup_(link_table_free) LinkTable t = { 0 };
	const IpAddr six = unit_ip("fe80::1"), a = unit_ip("10.9.0.9"), b = unit_ip("10.9.0.1");
	const Link seen = unit_link(2, "eth0", true);
	Link *l = link_table_set(&t, &seen);

	assert_null(link_source(l, IP_V4));
	link_add_addr(l, &six, 24);
	assert_null(link_source(l, IP_V4));
	link_add_addr(l, &a, 24);
	link_add_addr(l, &b, 24);
	link_add_addr(l, &a, 24); /* told a second time */
	assert_int_equal(l->addrs.n, 3);
	assert_true(ip_equal(link_source(l, IP_V4), &a));
	assert_true(ip_equal(link_source(l, IP_V6), &six));
	link_del_addr(l, &a, 24);
	assert_true(ip_equal(link_source(l, IP_V4), &b));
	link_del_addr(l, &a, 24); /* not there */
	link_del_addr(l, &b, 24);
	assert_null(link_source(l, IP_V4));
}

static void links_and_addresses_are_bounded(void **state _unused_)
{
	_cleanup_(link_table_free) LinkTable t = { 0 };
	Link *l;

	for (uint32_t i = 1; i <= LIMIT_LINKS + 1; i++) {
		char name[LIMIT_IFNAME];
		Link seen;

		(void)snprintf(name, sizeof(name), "v%u", i);
		seen = unit_link(i, name, true);
		l = link_table_set(&t, &seen);
		assert_int_equal(l == NULL, i > LIMIT_LINKS);
	}
	/* One goes, the next has room: those that are gone do not count. */
	link_table_del(&t, link_by_name(&t, "v7"));
	assert_null(link_by_name(&t, "v7"));
	assert_non_null(link_by_name(&t, "v4096"));
	l = link_table_set(&t, &(Link){ .ifindex = 9999, .name = "new" });
	assert_non_null(l);
	for (uint32_t i = 0; i < LIMIT_LINK_ADDRS + 10; i++) {
		const uint8_t bytes[4] = { 10, 0, (uint8_t)(i >> 8), (uint8_t)i };
		const IpAddr ip = ip_from_bytes(IP_V4, bytes);

		link_add_addr(l, &ip, 24);
	}
	assert_int_equal(l->addrs.n, LIMIT_LINK_ADDRS);
}

static void address_with_length_as_text(void **state _unused_)
{
	char text[ADDR_TEXT_SIZE];
	const AddrSpec longest = { .ip = unit_ip("1111:2222:3333:4444:5555:6666:7777:8888"),
		.prefix_len = 128 };

	assert_string_equal(addr_spec_text(unit_vips(), text), "10.9.0.100/24");
	assert_string_equal(
		addr_spec_text(&longest, text), "1111:2222:3333:4444:5555:6666:7777:8888/128");
}

static const struct CMUnitTest tests[] = {
	T(status_as_json),
	T(status_as_text),
	T(status_json_escapes),
	T(status_json_escapes_every_control_character),
	T(status_of_a_text_that_may_hold_anything),
	T(trace_of_every_reason),
	T(trace_lines_differ),
	T(trace_lines_of_keepalived),
	T(trace_levels),
	T(trace_numbers),
	T(ops_as_text),
	T(control_lines_come_back),
	T(control_refuses_all_else),
	T(links_are_found_by_index_and_name),
	T(link_changes_keep_its_addresses),
	T(link_source_is_the_first_of_the_family),
	T(links_and_addresses_are_bounded),
	T(address_with_length_as_text),
};

unit_main(tests)
