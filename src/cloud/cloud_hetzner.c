/* SPDX-License-Identifier: MIT */
#include "cloud/cloud_provider.h"

#include <jansson.h>
#include <stdio.h>

/* Hetzner Cloud, API version 1. The address is found by its id, not by itself. */

static bool build(const CloudRequest *q, CloudHttp *out)
{
	const FloatingConfig *c = q->config;

	out->method = "GET";
	if (q->ask == CLOUD_SERVER) {
		cloud_base(&out->url, c->metadata_url, "http://169.254.169.254",
			"/hetzner/v1/metadata");
		strbuf_add(&out->url, "/hetzner/v1/metadata/instance-id");
		return true;
	}
	out->authorized = true;
	cloud_base(&out->url, c->url, "https://api.hetzner.cloud", "/v1");
	if (q->ask == CLOUD_ACTION && cloud_is_id(q->action)) {
		strbuf_printf(&out->url, "/v1/actions/%s", q->action);
		return true;
	}
	if (!c->id || !cloud_is_id(c->id))
		return false;
	strbuf_printf(&out->url, "/v1/floating_ips/%s", c->id);
	if (q->ask == CLOUD_OWNER)
		return true;
	if (q->ask != CLOUD_ASSIGN || !*q->server || q->server[strspn(q->server, "0123456789")])
		return false;
	out->method = "POST";
	strbuf_add(&out->url, "/actions/assign");
	strbuf_printf(&out->body, "{\"server\":%s}", q->server);
	return true;
}

static bool read_owner(const CloudRequest *q, const json_t *ip, CloudAnswer *out)
{
	const json_t *server = json_object_get(ip, "server");
	const char *address = json_string_value(json_object_get(ip, "ip"));
	char own[IP_TEXT_SIZE];

	/* The wrong id would move somebody else's address. */
	if (q->config->ip.family == IP_V4 && address &&
		strcmp(address, ip_text(&q->config->ip, own)) != 0) {
		char text[CLOUD_TEXT];

		out->outcome = CLOUD_REFUSED;
		(void)snprintf(
			text, sizeof(text), "id %s is that of %.40s", q->config->id, address);
		cloud_text(out, text);
		return true;
	}
	return json_is_object(ip) && (json_is_null(server) || cloud_json_id(server, out->id));
}

static const CloudActionWords words = { "running", "success", "error" };

static void read(const CloudRequest *q, const CloudReply *reply, CloudAnswer *out)
{
	json_t *root;
	bool good;

	if (q->ask == CLOUD_SERVER) {
		cloud_read_plain(q, reply, out);
		return;
	}
	root = cloud_reply(reply, "error", out);
	if (!root)
		return;
	good = q->ask == CLOUD_OWNER
		       ? read_owner(q, json_object_get(root, "floating_ip"), out)
		       : cloud_json_action(json_object_get(root, "action"), &words, out);
	json_decref(root);
	if (good)
		return;
	*out = (CloudAnswer){ .outcome = CLOUD_FAILED };
	cloud_text(out, "the answer has not what the API says it should have");
}

const CloudProvider cloud_hetzner = { build, read };
