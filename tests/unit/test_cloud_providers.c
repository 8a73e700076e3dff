/* SPDX-License-Identifier: MIT */
/* What is asked of each provider, word for word, and what its answers come to. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "cloud/cloud_provider.h"

typedef struct Case {
	CloudAsk ask;
	bool older;
	const char *method, *url, *body; /* NULL: cannot be asked */
} Case;

static CloudRequest request(const FloatingConfig *c, CloudAsk ask)
{
	return (CloudRequest){ .ask = ask, .config = c, .server = "111", .action = "77" };
}

static void expect_built(const FloatingConfig *c, const Case *all, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		CloudRequest q = request(c, all[i].ask);
		CloudHttp h = { 0 };

		q.older = all[i].older;
		assert_int_equal(cloud_provider(c->provider)->build(&q, &h), all[i].url != NULL);
		if (all[i].url) {
			assert_string_equal(h.method, all[i].method);
			assert_string_equal(strbuf_text(&h.url), all[i].url);
			assert_string_equal(strbuf_text(&h.body), all[i].body);
			/* Never to the metadata service. */
			assert_int_equal(h.authorized, !strstr(all[i].url, "meta"));
		}
		cloud_http_free(&h);
	}
}

static FloatingConfig config(FloatingProvider provider, const char *address)
{
	FloatingConfig c = { .provider = provider, .address = address };

	assert_true(ip_parse(address, &c.ip));
	return c;
}

static CloudAnswer answer(const FloatingConfig *c, CloudAsk ask, long status, const char *body)
{
	const CloudRequest q = request(c, ask);
	const CloudReply reply = { .status = status, .body = body, .len = strlen(body) };
	CloudAnswer a = { 0 };

	cloud_provider(c->provider)->read(&q, &reply, &a);
	return a;
}

#define DO   "https://api.digitalocean.com/v2/"
#define META "http://169.254.169.254/metadata/v1/"

static void digitalocean_is_asked(void **state _unused_)
{
	static const Case v4[] = {
		{ CLOUD_SERVER, false, "GET", META "id", "" },
		{ CLOUD_OWNER, false, "GET", DO "reserved_ips/203.0.113.7", "" },
		{ CLOUD_OWNER, true, "GET", DO "floating_ips/203.0.113.7", "" },
		{ CLOUD_ASSIGN, false, "POST", DO "reserved_ips/203.0.113.7/actions",
			"{\"type\":\"assign\",\"droplet_id\":111}" },
		{ CLOUD_ASSIGN, true, "POST", DO "floating_ips/203.0.113.7/actions",
			"{\"type\":\"assign\",\"droplet_id\":111}" },
		{ CLOUD_ACTION, false, "GET", DO "reserved_ips/203.0.113.7/actions/77", "" },
		{ CLOUD_ACTIVE, false, "GET", META "reserved_ip/ipv4/active", "" },
		{ CLOUD_ACTIVE, true, "GET", META "floating_ip/ipv4/active", "" },
	};
	static const Case v6[] = {
		{ CLOUD_OWNER, false, "GET", DO "reserved_ipv6/2001:db8::7", "" },
		{ CLOUD_ASSIGN, false, "POST", DO "reserved_ipv6/2001:db8::7/actions",
			"{\"type\":\"assign\",\"droplet_id\":111}" },
	};
	static const Case based[] = {
		{ CLOUD_OWNER, false, "GET", "http://proxy:81/v2/reserved_ips/203.0.113.7", "" },
	};
	const FloatingConfig four = config(FLOATING_DIGITALOCEAN, "203.0.113.7");
	const FloatingConfig six = config(FLOATING_DIGITALOCEAN, "2001:DB8::7");
	FloatingConfig base = four;

	expect_built(&four, v4, ARRAY_LEN(v4));
	expect_built(&six, v6, ARRAY_LEN(v6));
	base.url = "http://proxy:81/v2/";
	expect_built(&base, based, ARRAY_LEN(based));
	base.url = "http://proxy:81";
	expect_built(&base, based, ARRAY_LEN(based));
}

/* What came from the metadata service or the provider does not get into a path or a body as it is. */
static void ids_are_looked_at(void **state _unused_)
{
	const FloatingConfig c = config(FLOATING_DIGITALOCEAN, "203.0.113.7");
	static const char *const bad[] = { "", "1}", "../x", "1 2", "a/b", "\"" };
	CloudHttp h = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		CloudRequest q = { CLOUD_ASSIGN, &c, bad[i], "77", false };

		assert_false(cloud_digitalocean.build(&q, &h));
		q = (CloudRequest){ CLOUD_ACTION, &c, "111", bad[i], false };
		assert_false(cloud_digitalocean.build(&q, &h));
		assert_int_equal(answer(&c, CLOUD_SERVER, 200, bad[i]).outcome,
			strcmp(bad[i], "1 2") ? CLOUD_FAILED : CLOUD_OK);
	}
	cloud_http_free(&h);
}

static void digitalocean_answers(void **state _unused_)
{
	const FloatingConfig c = config(FLOATING_DIGITALOCEAN, "203.0.113.7");
	CloudAnswer a = answer(&c, CLOUD_OWNER, 200,
		"{\"reserved_ip\":{\"ip\":\"203.0.113.7\",\"locked\":true,\"droplet\":{\"id\":222}}"
		"}");

	assert_int_equal(a.outcome, CLOUD_OK);
	assert_string_equal(a.id, "222");
	assert_true(a.locked);
	a = answer(&c, CLOUD_OWNER, 200, "{\"reserved_ip\":{\"locked\":false,\"droplet\":null}}");
	assert_int_equal(a.outcome, CLOUD_OK);
	assert_string_equal(a.id, "");
	a = answer(&c, CLOUD_ASSIGN, 201, "{\"action\":{\"id\":9,\"status\":\"in-progress\"}}");
	assert_int_equal(a.action, CLOUD_ACTION_RUNNING);
	assert_string_equal(a.id, "9");
	a = answer(&c, CLOUD_ACTION, 200, "{\"action\":{\"id\":9,\"status\":\"completed\"}}");
	assert_int_equal(a.action, CLOUD_ACTION_DONE);
	a = answer(&c, CLOUD_ACTION, 200, "{\"action\":{\"id\":9,\"status\":\"errored\"}}");
	assert_int_equal(a.action, CLOUD_ACTION_ERRORED);
	assert_int_equal(answer(&c, CLOUD_OWNER, 404, "{}").outcome, CLOUD_OLDER);
	assert_true(answer(&c, CLOUD_ACTIVE, 200, "true").active);
	assert_false(answer(&c, CLOUD_ACTIVE, 200, "false").active);
	assert_string_equal(answer(&c, CLOUD_SERVER, 200, "111\n").id, "111");
}

static void a_status_has_its_meaning(void **state _unused_)
{
	static const struct {
		long status;
		CloudOutcome outcome;
	} all[] = {
		{ 302, CLOUD_FAILED },
		{ 400, CLOUD_REFUSED },
		{ 401, CLOUD_DENIED },
		{ 403, CLOUD_FORBIDDEN },
		{ 404, CLOUD_MISSING },
		{ 408, CLOUD_FAILED },
		{ 409, CLOUD_BUSY },
		{ 422, CLOUD_REFUSED },
		{ 423, CLOUD_BUSY },
		{ 429, CLOUD_LIMITED },
		{ 500, CLOUD_FAILED },
		{ 503, CLOUD_FAILED },
	};
	const FloatingConfig c = config(FLOATING_DIGITALOCEAN, "203.0.113.7");
	CloudAnswer a;

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		assert_int_equal(
			answer(&c, CLOUD_ASSIGN, all[i].status, "<html>").outcome, all[i].outcome);
	a = answer(&c, CLOUD_ASSIGN, 422,
		"{\"message\":\"The floating IP already has a pending event.\"}");
	assert_int_equal(a.outcome, CLOUD_BUSY);
	a = answer(&c, CLOUD_ASSIGN, 401, "{\"message\":\"no\\n\\u0007way\"}");
	assert_string_equal(a.text, "HTTP status 401: no??way");
}

/* An answer that is not what it should be is no answer. */
static void nonsense_is_a_failure(void **state _unused_)
{
	static const char *const bodies[] = { "", "{", "[]", "7", "null", "{}",
		"{\"reserved_ip\":7}", "{\"reserved_ip\":{\"droplet\":7}}",
		"{\"reserved_ip\":{\"droplet\":{\"id\":[]}}}",
		"{\"reserved_ip\":{\"droplet\":{\"id\":\"../..\"}}}", "{\"action\":{}}",
		"{\"action\":{\"id\":1,\"status\":\"sure\"}}",
		"{\"floating_ip\":{\"server\":\"\"}}" };
	const FloatingConfig all[] = { config(FLOATING_DIGITALOCEAN, "203.0.113.7"),
		config(FLOATING_HETZNER, "203.0.113.7") };

	for (size_t p = 0; p < ARRAY_LEN(all); p++)
		for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
			assert_int_equal(
				answer(&all[p], CLOUD_OWNER, 200, bodies[i]).outcome, CLOUD_FAILED);
			assert_int_equal(answer(&all[p], CLOUD_ASSIGN, 201, bodies[i]).outcome,
				CLOUD_FAILED);
		}
}

static void hetzner_is_asked_and_answers(void **state _unused_)
{
	static const Case cases[] = {
		{ CLOUD_SERVER, false, "GET",
			"http://169.254.169.254/hetzner/v1/metadata/instance-id", "" },
		{ CLOUD_OWNER, false, "GET", "https://api.hetzner.cloud/v1/floating_ips/4711", "" },
		{ CLOUD_ASSIGN, false, "POST",
			"https://api.hetzner.cloud/v1/floating_ips/4711/actions/assign",
			"{\"server\":111}" },
		{ CLOUD_ACTION, false, "GET", "https://api.hetzner.cloud/v1/actions/77", "" },
		{ CLOUD_ACTIVE, false, NULL, NULL, NULL },
	};
	FloatingConfig c = config(FLOATING_HETZNER, "203.0.113.7");
	CloudAnswer a;

	c.id = "4711";
	expect_built(&c, cases, ARRAY_LEN(cases));
	a = answer(&c, CLOUD_OWNER, 200,
		"{\"floating_ip\":{\"id\":4711,\"ip\":\"203.0.113.7\",\"server\":42}}");
	assert_int_equal(a.outcome, CLOUD_OK);
	assert_string_equal(a.id, "42");
	a = answer(&c, CLOUD_OWNER, 200,
		"{\"floating_ip\":{\"id\":4711,\"ip\":\"203.0.113.8\",\"server\":42}}");
	assert_int_equal(a.outcome, CLOUD_REFUSED);
	assert_string_equal(a.text, "id 4711 is that of 203.0.113.8");
	a = answer(&c, CLOUD_ACTION, 200, "{\"action\":{\"id\":1,\"status\":\"running\"}}");
	assert_int_equal(a.action, CLOUD_ACTION_RUNNING);
	a = answer(&c, CLOUD_ACTION, 200, "{\"action\":{\"id\":1,\"status\":\"success\"}}");
	assert_int_equal(a.action, CLOUD_ACTION_DONE);
	a = answer(&c, CLOUD_ACTION, 200, "{\"action\":{\"id\":1,\"status\":\"error\"}}");
	assert_int_equal(a.action, CLOUD_ACTION_ERRORED);
	a = answer(&c, CLOUD_ASSIGN, 423, "{\"error\":{\"message\":\"locked\"}}");
	assert_int_equal(a.outcome, CLOUD_BUSY);
	assert_string_equal(a.text, "HTTP status 423: locked");
}

static void any_other_is_asked_by_templates(void **state _unused_)
{
	static const Case cases[] = {
		{ CLOUD_SERVER, false, "GET", "http://meta/", "" },
		{ CLOUD_OWNER, false, "GET", "https://x/203.0.113.7?k={k}", "" },
		{ CLOUD_ASSIGN, false, "PUT", "https://x/5", "{\"to\":\"111\"}" },
		{ CLOUD_ACTION, false, NULL, NULL, NULL },
	};
	FloatingConfig c = config(FLOATING_HTTP, "203.0.113.7");

	c.metadata_url = "http://meta/";
	c.owner_url = "https://x/{address}?k={k}";
	c.assign_url = "https://x/{id}";
	c.assign_method = "PUT";
	c.assign_body = "{'to':'{server}'}";
	c.id = "5";
	c.owner_pointer = "/a~1b/1/c~0d";
	expect_built(&c, cases, ARRAY_LEN(cases));
	assert_string_equal(
		answer(&c, CLOUD_OWNER, 200, "{\"a/b\":[0,{\"c~d\":\"i-7\"}]}").id, "i-7");
	assert_int_equal(
		answer(&c, CLOUD_OWNER, 200, "{\"a/b\":[0,{\"c~d\":null}]}").outcome, CLOUD_OK);
	assert_int_equal(answer(&c, CLOUD_OWNER, 200, "{\"a/b\":[]}").outcome, CLOUD_FAILED);
	assert_int_equal(answer(&c, CLOUD_ASSIGN, 204, "").outcome, CLOUD_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(digitalocean_is_asked),
		cmocka_unit_test(ids_are_looked_at),
		cmocka_unit_test(digitalocean_answers),
		cmocka_unit_test(a_status_has_its_meaning),
		cmocka_unit_test(nonsense_is_a_failure),
		cmocka_unit_test(hetzner_is_asked_and_answers),
		cmocka_unit_test(any_other_is_asked_by_templates),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
