/* SPDX-License-Identifier: MIT */
#include "daemon/withdraw.h"

#include "io/io_host.h"
#include "io/io_netlink.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/utsname.h>
#include <unistd.h>

typedef struct Withdraw {
	IoNetlink *netlink;
	VEC(AddrSpec) wanted_off;
	VEC(EventAddr) seen;
} Withdraw;

static void withdraw_seen(void *data, Event *event)
{
	Withdraw *w = data;

	if (event->kind == EVENT_ADDR)
		vec_push(&w->seen, event->addr);
}

static bool withdraw_matches(const AddrSpec *spec, const EventAddr *seen, bool need_mark)
{
	char name[IF_NAMESIZE];

	return ip_equal(&spec->ip, &seen->ip) && spec->prefix_len == seen->prefix_len &&
	       (seen->marked || !need_mark) && if_indextoname(seen->ifindex, name) &&
	       !strcmp(name, spec->dev);
}

static int withdraw_compare(const void *a, const void *b)
{
	return ip_compare(&((const AddrSpec *)a)->ip, &((const AddrSpec *)b)->ip);
}

static const AddrSpec *withdraw_find(const Withdraw *w, const EventAddr *seen, bool need_mark)
{
	const AddrSpec key = { .ip = seen->ip };
	const AddrSpec *s = w->wanted_off.n ? bsearch(&key, w->wanted_off.items, w->wanted_off.n,
						      sizeof(key), withdraw_compare)
					    : NULL;

	if (!s)
		return NULL;
	while (s > w->wanted_off.items && ip_equal(&s[-1].ip, &seen->ip))
		s--;
	for (; s < w->wanted_off.items + w->wanted_off.n && ip_equal(&s->ip, &seen->ip); s++)
		if (withdraw_matches(s, seen, need_mark))
			return s;
	return NULL;
}

/* Removes what is both in wanted_off and on the machine. Frees w. */
static int withdraw_run(Withdraw *w, bool need_mark)
{
	int r = io_netlink_open(false, withdraw_seen, w, &w->netlink), n = 0;

	if (!r)
		r = io_netlink_dump(w->netlink);
	if (!r && w->wanted_off.n) {
		qsort(w->wanted_off.items, w->wanted_off.n, sizeof(*w->wanted_off.items),
			withdraw_compare);
		vec_foreach(a, &w->seen) {
			const AddrSpec *s = withdraw_find(w, a, need_mark);

			if (!s)
				continue;
			io_netlink_addr(w->netlink, false, a->ifindex, s);
			n++;
		}
		io_netlink_flush(w->netlink);
	}
	io_netlink_free(w->netlink);
	vec_free(&w->wanted_off);
	vec_free(&w->seen);
	return r ? r : n;
}

int withdraw_configured(const VrrpConfig *config)
{
	Withdraw w = { 0 };

	for (size_t i = 0; i < config->n_instances; i++)
		for (size_t j = 0; j < config->instances[i].n_vips; j++)
			vec_push(&w.wanted_off, config->instances[i].vips[j]);
	return withdraw_run(&w, false);
}

static void withdraw_list(const VrrpConfig *config, StrBuf *out)
{
	char addr[ADDR_TEXT_SIZE];

	for (size_t i = 0; i < config->n_instances; i++)
		for (size_t j = 0; j < config->instances[i].n_vips; j++) {
			const AddrSpec *a = &config->instances[i].vips[j];

			strbuf_printf(out, "%s %s\n", a->dev, addr_spec_text(a, addr));
		}
}

int withdraw_write_list(const VrrpConfig *config, const VrrpConfig *next, const char *path)
{
	_cleanup_(strbuf_free) StrBuf text = { 0 };

	withdraw_list(config, &text);
	if (next)
		withdraw_list(next, &text);
	return io_host_write_file(path, strbuf_text(&text), text.n);
}

/* "eth0 192.0.2.1/24" */
static bool withdraw_parse(char *line, AddrSpec *ret_spec)
{
	char *addr = strchr(line, ' '), *slash = addr ? strchr(addr, '/') : NULL, *end;
	unsigned long len;

	if (!slash)
		return false;
	*addr++ = '\0';
	*slash++ = '\0';
	len = strtoul(slash, &end, 10);
	*ret_spec = (AddrSpec){ .dev = line, .prefix_len = (uint8_t)len };
	return end != slash && !*end && len <= 128 && ip_parse(addr, &ret_spec->ip);
}

static bool withdraw_kernel_marks(void)
{
	struct utsname name;
	unsigned major, minor;

	if (uname(&name) < 0 || sscanf(name.release, "%u.%u", &major, &minor) != 2)
		return false;
	return major > 5 || (major == 5 && minor >= 18);
}

int withdraw_listed(const char *path)
{
	_cleanup_(arena_free) Arena arena = { 0 };
	Withdraw w = { 0 };
	size_t size;
	int error, r;
	const char *text = io_host_read_file(NULL, path, &arena, &size, &error);
	char *rest = text ? arena_strndup(&arena, text, size) : NULL;

	if (!text)
		return error == ENOENT ? 0 : -error;
	for (char *line; (line = strsep(&rest, "\n"));) {
		AddrSpec spec;

		if (withdraw_parse(line, &spec))
			vec_push(&w.wanted_off, spec);
	}
	r = withdraw_run(&w, withdraw_kernel_marks());
	if (r >= 0)
		(void)unlink(path);
	return r;
}
