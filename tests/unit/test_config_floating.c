/* SPDX-License-Identifier: MIT */
#include "test_config.h"

/* floating_ip: what it comes to, and what is wrong with it. */

#define FLOAT(lines) INSTANCE("floating_ip 203.0.113.7 {\n" lines "\n}")

static const FloatingConfig *good(const char *text, TestRead *ret_read)
{
	read_text(text, ret_read);
	assert_string_equal(strbuf_text(&ret_read->text), "");
	assert_int_equal(ret_read->config.vrrp.instances[0].n_floating, 1);
	return ret_read->config.vrrp.instances[0].floating;
}

/* One finding that says this and hints that. */
static void bad(const char *text, DiagSeverity severity, const char *says, const char *hints)
{
	_cleanup_read_ TestRead r;
	const Diag *found = NULL;

	read_text(text, &r);
	vec_foreach(d, &r.diags.all)
		if (d->severity == severity && strstr(d->text, says))
			found = d;
	if (!found)
		fail_msg("nothing says `%s`, but: %s", says, strbuf_text(&r.text));
	assert_non_null(found->hint);
	if (!strstr(found->hint, hints))
		fail_msg("no `%s` in the hint `%s`", hints, found->hint);
	assert_true(found->pos.line > 1);
	assert_true(found->pos.column > 0);
}

static void all_keywords_are_kept(void **state _unused_)
{
	_cleanup_read_ TestRead r;
	const FloatingConfig *f = good(FLOAT("provider digitalocean\ntoken_file /t\nserver 111\n"
					     "url https://x\nmetadata_url http://y\nca_file /c\n"
					     "penalty 20"),
		&r);

	assert_int_equal(f->provider, FLOATING_DIGITALOCEAN);
	assert_string_equal(f->address, "203.0.113.7");
	assert_int_equal(f->ip.bytes[3], 7);
	assert_string_equal(f->token_file, "/t");
	assert_string_equal(f->server, "111");
	assert_string_equal(f->url, "https://x");
	assert_string_equal(f->metadata_url, "http://y");
	assert_string_equal(f->ca_file, "/c");
	assert_int_equal(f->penalty, 20);
	assert_int_equal(f->owner, 0);
}

static void each_provider_has_its_own(void **state _unused_)
{
	_cleanup_read_ TestRead hetzner, http, exec, port;
	const FloatingConfig *f = good(FLOAT("provider hetzner\nid 5\ntoken_file /t"), &hetzner);

	assert_string_equal(f->id, "5");
	f = good(FLOAT("provider http\nserver a\nowner_url \"https://x/{address}\"\n"
		       "owner_pointer /a/b\nassign_url https://y\nassign_method PUT\n"
		       "assign_body \"{'to':'{server}'}\""),
		&http);
	assert_string_equal(f->owner_url, "https://x/{address}");
	assert_string_equal(f->assign_method, "PUT");
	assert_string_equal(f->assign_body, "{'to':'{server}'}");
	f = good(FLOAT("provider exec\nscript \"/m 1\" daemon"), &exec);
	assert_string_equal(f->script->argv[1], "1");
	assert_int_equal(f->script->uid, 1);
	f = good(FLOAT("provider health_port\nport 8080"), &port);
	assert_int_equal(f->port, 8080);
}

static void it_is_enough_without_addresses(void **state _unused_)
{
	_cleanup_read_ TestRead r;

	(void)good("vrrp_instance v {\n interface eth0\n virtual_router_id 1\n"
		   " floating_ip 2001:db8::7 {\n  provider digitalocean\n }\n}\n",
		&r);
	assert_int_equal(r.config.vrrp.instances[0].n_vips, 0);
}

static void what_is_wrong_is_told(void **state _unused_)
{
	const DiagSeverity e = DIAG_ERROR, w = DIAG_WARNING;

	bad(FLOAT("provider digitalocean\ntoken_file /open"), e,
		"`/open` can be read by others than its owner", "run `chmod 600 /open`");
	bad(FLOAT("provider digitalocean\ntoken_file /absent"), w, "cannot be read",
		"stays where it is");
	bad(FLOAT(""), e, "has no provider", "add `provider digitalocean`");
	bad(FLOAT("provider hetzner"), e, "needs `id`", "regent.conf(5)");
	bad(FLOAT("provider http"), e, "needs `owner_pointer`", "regent.conf(5)");
	bad(FLOAT("provider exec"), e, "needs `script`", "regent.conf(5)");
	bad(FLOAT("provider health_port"), e, "needs `port`", "regent.conf(5)");
	bad(FLOAT("provider digitalocean\nserver web1"), e, "`web1` is no number", "control panel");
	bad(FLOAT("provider digitalocean\nurl ftp://x"), e, "`ftp://x` is no URL", "url https://");
	bad(FLOAT("provider digitalocean\nurl http://x"), w, "unencrypted", "url https://");
	bad(INSTANCE("floating_ip 203.0.113.7/32 {\nprovider digitalocean\n}"), e,
		"is no IP address", "without a prefix length");
	bad(INSTANCE("floating_ip 1.2.3.4 {\nprovider digitalocean\n}\nfloating_ip 1.2.3.4 "
		     "{\nprovider digitalocean\n}"),
		e, "is a floating_ip of", "remove one");
	bad(INSTANCE("floating_ip 1.2.3.4 {\nprovider health_port\nport 5\n}\nfloating_ip 1.2.3.5 "
		     "{\nprovider health_port\nport 5\n}"),
		e, "port 5 is that of another", "give each its own");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_keywords_are_kept),
		cmocka_unit_test(each_provider_has_its_own),
		cmocka_unit_test(it_is_enough_without_addresses),
		cmocka_unit_test(what_is_wrong_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
