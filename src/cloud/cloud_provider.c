/* SPDX-License-Identifier: MIT */
#include "cloud/cloud_provider.h"

#include <jansson.h>
#include <stdio.h>

const CloudProvider *cloud_provider(FloatingProvider provider)
{
	static const CloudProvider *const all[FLOATING_PROVIDERS] = {
		[FLOATING_DIGITALOCEAN] = &cloud_digitalocean,
		[FLOATING_HETZNER] = &cloud_hetzner,
		[FLOATING_HTTP] = &cloud_http,
	};

	return all[provider];
}

void cloud_http_free(CloudHttp *h)
{
	strbuf_free(&h->url);
	strbuf_free(&h->body);
}

static void cut_end(size_t *n, const char *s, const char *end)
{
	const size_t len = strlen(end);

	if (*n >= len && !memcmp(s + *n - len, end, len))
		*n -= len;
}

void cloud_base(StrBuf *out, const char *given, const char *standard, const char *version)
{
	const char *base = given ?: standard;
	size_t n = strlen(base);

	cut_end(&n, base, "/");
	cut_end(&n, base, version);
	cut_end(&n, base, "/");
	strbuf_addn(out, base, n);
}

bool cloud_is_id(const char *s)
{
	if (!*s || strlen(s) >= CLOUD_ID)
		return false;
	for (; *s; s++)
		if (!strchr("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_.:",
			    *s))
			return false;
	return true;
}

void cloud_text(CloudAnswer *out, const char *text)
{
	cloud_copy(out->text, sizeof(out->text), text, strlen(text));
}

bool cloud_json_id(const json_t *value, char to[static CLOUD_ID])
{
	char id[CLOUD_ID];

	if (json_is_integer(value))
		(void)snprintf(id, sizeof(id), "%lld", (long long)json_integer_value(value));
	else if (json_is_string(value) && cloud_is_id(json_string_value(value)))
		cloud_copy(
			id, sizeof(id), json_string_value(value), strlen(json_string_value(value)));
	else
		return false;
	memcpy(to, id, sizeof(id));
	return true;
}

bool cloud_json_action(const json_t *action, const CloudActionWords *words, CloudAnswer *out)
{
	const char *status = json_string_value(json_object_get(action, "status"));

	if (!status || !cloud_json_id(json_object_get(action, "id"), out->id))
		return false;
	if (!strcmp(status, words->done))
		out->action = CLOUD_ACTION_DONE;
	else if (!strcmp(status, words->errored))
		out->action = CLOUD_ACTION_ERRORED;
	else if (!strcmp(status, words->running))
		out->action = CLOUD_ACTION_RUNNING;
	else
		return false;
	return true;
}

static CloudOutcome outcome_of(long status)
{
	switch (status) {
	case 401: return CLOUD_DENIED;
	case 403: return CLOUD_FORBIDDEN;
	case 404: return CLOUD_MISSING;
	case 408: return CLOUD_FAILED;
	case 409:
	case 423: return CLOUD_BUSY;
	case 429: return CLOUD_LIMITED;
	default: return status >= 400 && status < 500 ? CLOUD_REFUSED : CLOUD_FAILED;
	}
}

static void failed(const CloudReply *reply, const char *inner, CloudAnswer *out)
{
	json_t *root = json_loadb(reply->body, reply->len, 0, NULL);
	const json_t *at = inner ? json_object_get(root, inner) : root;
	const char *words = json_string_value(json_object_get(at, "message"));
	char text[CLOUD_TEXT];

	out->outcome = outcome_of(reply->status);
	/* DigitalOcean says 422 for this and for what is wrong with a request. */
	if (reply->status == 422 && words && strcasestr(words, "pending event"))
		out->outcome = CLOUD_BUSY;
	if (reply->status >= 300 && reply->status < 400)
		words = "it wants to redirect, which is not followed";
	(void)snprintf(text, sizeof(text), "HTTP status %ld%s%s", reply->status, words ? ": " : "",
		words ?: "");
	cloud_text(out, text);
	out->retry_after = reply->retry_after;
	json_decref(root);
}

json_t *cloud_reply(const CloudReply *reply, const char *inner, CloudAnswer *out)
{
	json_t *root;

	if (reply->status < 200 || reply->status >= 300) {
		failed(reply, inner, out);
		return NULL;
	}
	root = json_loadb(reply->body, reply->len, 0, NULL);
	if (!json_is_object(root)) {
		json_decref(root);
		*out = (CloudAnswer){ .outcome = CLOUD_FAILED };
		cloud_text(out, "the answer is no JSON");
		return NULL;
	}
	return root;
}

void cloud_read_plain(const CloudRequest *q, const CloudReply *reply, CloudAnswer *out)
{
	char word[CLOUD_ID] = "";

	if (reply->status != 200) {
		failed(reply, NULL, out);
		/* It is another service than that of the API: nothing a person has to mend. */
		if (out->outcome != CLOUD_MISSING)
			out->outcome = CLOUD_FAILED;
		return;
	}
	(void)sscanf(reply->body, "%63s", word);
	if (!cloud_is_id(word)) {
		out->outcome = CLOUD_FAILED;
		cloud_text(out, "the metadata service says no id");
		return;
	}
	out->active = !strcmp(word, "true");
	if (q->ask == CLOUD_SERVER)
		memcpy(out->id, word, sizeof(out->id));
}
