/* SPDX-License-Identifier: MIT */
#include "cloud/cloud_provider.h"

#include <jansson.h>

/* Any other API: templates of requests, and a JSON pointer (RFC 6901) to the owner in the answer. An
 * assignment is over when the owner is we: no action is followed. */

/* {address}, {server}, {id}. Of a body, a ' becomes a ": within the quotes of a configuration there
 * can be no others. */
static void fill(const char *template, bool body, const CloudRequest *q, StrBuf *out)
{
	char ip[IP_TEXT_SIZE];
	const struct {
		const char *name, *value;
	} words[] = {
		{ "{address}", ip_text(&q->config->ip, ip) },
		{ "{server}", q->server },
		{ "{id}", q->config->id ?: "" },
	};

	while (*template) {
		size_t i = 0;

		while (i < ARRAY_LEN(words) &&
			strncmp(template, words[i].name, strlen(words[i].name)) != 0)
			i++;
		if (i < ARRAY_LEN(words)) {
			strbuf_add(out, words[i].value);
			template += strlen(words[i].name);
		} else {
			strbuf_addn(out, body && *template == '\'' ? "\"" : template, 1);
			template ++;
		}
	}
}

static bool build(const CloudRequest *q, CloudHttp *out)
{
	const FloatingConfig *c = q->config;

	out->method = "GET";
	out->authorized = q->ask != CLOUD_SERVER;
	switch (q->ask) {
	case CLOUD_SERVER:
		if (c->metadata_url)
			strbuf_add(&out->url, c->metadata_url);
		return c->metadata_url;
	case CLOUD_OWNER:
		if (c->owner_url)
			fill(c->owner_url, false, q, &out->url);
		return c->owner_url;
	case CLOUD_ASSIGN:
		if (!c->assign_url)
			return false;
		out->method = c->assign_method ?: "POST";
		fill(c->assign_url, false, q, &out->url);
		if (c->assign_body)
			fill(c->assign_body, true, q, &out->body);
		return true;
	case CLOUD_NOTHING:
	case CLOUD_ACTION:
	case CLOUD_ACTIVE:
	case CLOUD_ASKS: break;
	}
	return false;
}

/* One step of a pointer; ~1 is a slash and ~0 a tilde. */
static const json_t *step(const json_t *at, const char *word, size_t len)
{
	_cleanup_(strbuf_free) StrBuf key = { 0 };

	strbuf_add(&key, "");
	for (size_t i = 0; i < len; i++)
		if (word[i] == '~' && i + 1 < len && (word[i + 1] == '0' || word[i + 1] == '1'))
			strbuf_add(&key, word[++i] == '1' ? "/" : "~");
		else
			strbuf_addn(&key, word + i, 1);
	if (json_is_array(at))
		return json_array_get(at, strtoul(key.s, NULL, 10));
	return json_object_get(at, key.s);
}

static const json_t *point(const json_t *at, const char *pointer)
{
	while (at && *pointer == '/') {
		const size_t len = strcspn(++pointer, "/");

		at = step(at, pointer, len);
		pointer += len;
	}
	return at;
}

static void read(const CloudRequest *q, const CloudReply *reply, CloudAnswer *out)
{
	const json_t *owner;
	json_t *root;

	if (q->ask == CLOUD_SERVER) {
		cloud_read_plain(q, reply, out);
		return;
	}
	/* What an assignment says is not looked at, only whether it was taken. */
	if (q->ask == CLOUD_ASSIGN && reply->status >= 200 && reply->status < 300) {
		out->action = CLOUD_ACTION_RUNNING;
		return;
	}
	root = cloud_reply(reply, NULL, out);
	if (!root)
		return;
	owner = point(root, q->config->owner_pointer ?: "");
	if (!json_is_null(owner) && !cloud_json_id(owner, out->id)) {
		*out = (CloudAnswer){ .outcome = CLOUD_FAILED };
		cloud_text(out, "no owner where owner_pointer leads");
	}
	json_decref(root);
}

const CloudProvider cloud_http = { build, read };
