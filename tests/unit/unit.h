/* SPDX-License-Identifier: MIT */
#pragma once

/* unit: what the unit tests share: cmocka with what it wants included before it, addresses and
 * bytes from text, a virtual router as the captures of keepalived 2.2.7 have it, effects and ops as
 * lines of text so that a test compares a whole step at once, and random numbers that are the same
 * at every run. */

#include "base/strbuf.h"
#include "core/op.h"
#include "vrrp/vrrp_engine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define T(f) cmocka_unit_test(f)

#define unit_main(tests)                                                                           \
	int main(void)                                                                             \
	{                                                                                          \
		return cmocka_run_group_tests(tests, NULL, NULL);                                  \
	}

static inline IpAddr unit_ip(const char *text)
{
	IpAddr ip = { 0 };

	if (!ip_parse(text, &ip))
		fail_msg("%s is no address", text);
	return ip;
}

/* Bytes from hex digits, spaces between them are skipped. As long as malloc() was asked for and no
 * longer: a read past the end is found by the sanitizer. free() it. */
static inline uint8_t *unit_hex(const char *hex, size_t *ret_len)
{
	size_t n = 0;
	uint8_t *bytes;

	for (const char *p = hex; *p; p++)
		n += *p != ' ';
	bytes = mem_alloc(n / 2, 1);
	n = 0;
	for (const char *p = hex; *p; p++) {
		unsigned digit;

		if (*p == ' ')
			continue;
		digit = (unsigned)*p - (*p >= 'a' ? 'a' - 10u : '0');
		bytes[n / 2] = (uint8_t)(bytes[n / 2] * 16u + digit);
		n++;
	}
	*ret_len = n / 2;
	return bytes;
}

static inline void *unit_copy(const void *bytes, size_t n)
{
	void *copy = malloc(n ? n : 1);

	assert_non_null(copy);
	if (n)
		memcpy(copy, bytes, n);
	return copy;
}

/* splitmix64 */
static inline uint64_t unit_random(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static inline uint32_t unit_below(uint64_t *state, uint32_t n)
{
	return (uint32_t)(unit_random(state) % n);
}

/* Two addresses, as the captures of keepalived have them. */
static inline const AddrSpec *unit_vips(void)
{
	static AddrSpec vips[2];

	for (uint8_t i = 0; i < 2; i++)
		vips[i] =
			(AddrSpec){ .ip = unit_ip("10.9.0.100"), .prefix_len = 24, .dev = "eth0" };
	vips[1].ip.bytes[3] = 101;
	return vips;
}

/* Version 2, no authentication, one advert a second, priority 150. */
static inline VrrpInstanceConfig unit_instance(void)
{
	const AnnouncePlan garp = {
		.repeat = 5, .delay_usec = 5 * USEC_PER_SEC, .refresh_repeat = 1
	};

	return (VrrpInstanceConfig){
		.name = "VI",
		.interface = "eth0",
		.vrid = 51,
		.priority = 150,
		.version = 2,
		.family = IP_V4,
		.advert_usec = USEC_PER_SEC,
		.down_timer_adverts = 3,
		.group = unit_ip("224.0.0.18"),
		.garp = garp,
		.garp_lower_prio = { .repeat = 2 },
		.vips = (AddrSpec *)(uintptr_t)unit_vips(),
		.n_vips = 2,
		.n_advertised = 2,
	};
}

static inline void unit_effect_text(const Effect *e, StrBuf *out)
{
	char ip[IP_TEXT_SIZE];

	switch (e->kind) {
	case EFFECT_ADVERT:
		strbuf_printf(out, "advert %u", e->send.bytes[VRRP_IP_HEADER + 2]);
		break;
	case EFFECT_LISTEN:
		strbuf_printf(out, "%slisten %u %s", e->listen.off ? "un" : "", e->listen.ifindex,
			ip_text(&e->listen.group, ip));
		break;
	case EFFECT_ADDR_WANT:
		strbuf_printf(
			out, "want %u %s", e->addr_want.owner, e->addr_want.on ? "on" : "off");
		break;
	case EFFECT_ANNOUNCE:
		strbuf_printf(
			out, "announce %u repeat %u", e->announce.owner, e->announce.plan.repeat);
		break;
	case EFFECT_JOB: strbuf_printf(out, "job %u %s", e->job.key.id, e->job.spec->name); break;
	case EFFECT_JOB_CANCEL: strbuf_printf(out, "cancel %u", e->job.key.id); break;
	case EFFECT_WATCH_FILE:
		strbuf_printf(out, "watch-file %u %s", e->watch_file.file,
			e->watch_file.on ? e->watch_file.path : "off");
		break;
	case EFFECT_WATCH_PROCESSES:
		strbuf_printf(out, "watch-processes %s", e->watch_processes ? "on" : "off");
		break;
	case EFFECT_WATCH_PID: strbuf_printf(out, "watch-pid %d", e->watch_pid); break;
	case EFFECT_FIFO_OPEN: strbuf_printf(out, "fifo-open %s", e->fifo.path); break;
	case EFFECT_FIFO_CLOSE: strbuf_printf(out, "fifo-close %s", e->fifo.path); break;
	case EFFECT_FIFO_LINE: strbuf_printf(out, "fifo %s %s", e->fifo.path, e->fifo.line); break;
	case EFFECT_WILL:
		if (e->send.len)
			strbuf_printf(out, "will %u priority %u", e->send.owner,
				e->send.bytes[VRRP_IP_HEADER + 2]);
		else
			strbuf_printf(out, "will %u none", e->send.owner);
		break;
	case EFFECT_TRACE:
		strbuf_add(out, "trace ");
		trace_text(&e->trace, out);
		break;
	}
	strbuf_add(out, "\n");
}

/* All effects since the last look, a line each, in their order; then they are forgotten. */
#define expect_effects(effects, text) unit_expect_effects((effects), (text), __FILE__, __LINE__)

static inline void unit_expect_effects(
	Effects *effects, const char *text, const char *file, int line)
{
	StrBuf got = { 0 };

	vec_foreach(e, &effects->list)
		unit_effect_text(e, &got);
	_assert_string_equal(strbuf_text(&got), text, file, line);
	strbuf_free(&got);
	vec_clear(&effects->list);
	arena_reset(&effects->scratch);
}

static inline void unit_forget(Effects *effects)
{
	vec_clear(&effects->list);
	arena_reset(&effects->scratch);
}

/* All ops since the last look, as op_text() has them. */
#define expect_ops(ops, text) unit_expect_ops((ops), (text), __FILE__, __LINE__)

static inline void unit_expect_ops(Ops *ops, const char *text, const char *file, int line)
{
	StrBuf got = { 0 };

	vec_foreach(o, &ops->list) {
		op_text(o, &got);
		strbuf_add(&got, "\n");
	}
	_assert_string_equal(strbuf_text(&got), text, file, line);
	strbuf_free(&got);
	vec_clear(&ops->list);
}

static inline Link unit_link(uint32_t ifindex, const char *name, bool up)
{
	Link l = { .ifindex = ifindex, .up = up, .mtu = 1500, .hw = { 2, 0, 0, 0, 0, 1 } };

	memcpy(l.name, name, MIN(strlen(name), sizeof(l.name) - 1));
	return l;
}
