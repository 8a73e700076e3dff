/* SPDX-License-Identifier: MIT */
#include "cloud/cloud_provider.h"

#include <jansson.h>

/* DigitalOcean, API version 2: reserved IPs, which were called floating IPs. */

/* The resource, and the key under which an answer has it, is "reserved_ip" or so; the paths add s but
 * for reserved_ipv6. */
static const char *kind(const CloudRequest *q)
{
	if (q->config->ip.family == IP_V6)
		return "reserved_ipv6";
	return q->older ? "floating_ip" : "reserved_ip";
}

static void path(const CloudRequest *q, CloudHttp *out)
{
	const bool v6 = q->config->ip.family == IP_V6;
	char ip[IP_TEXT_SIZE];

	cloud_base(&out->url, q->config->url, "https://api.digitalocean.com", "/v2");
	strbuf_printf(
		&out->url, "/v2/%s%s/%s", kind(q), v6 ? "" : "s", ip_text(&q->config->ip, ip));
}

static void metadata(const CloudRequest *q, CloudHttp *out)
{
	const bool v6 = q->config->ip.family == IP_V6;

	cloud_base(&out->url, q->config->metadata_url, "http://169.254.169.254", "/metadata/v1");
	strbuf_add(&out->url, "/metadata/v1/");
	if (q->ask == CLOUD_SERVER)
		strbuf_add(&out->url, "id");
	else
		strbuf_printf(&out->url, "%s/ipv%c/active",
			q->older ? "floating_ip" : "reserved_ip", v6 ? '6' : '4');
}

static bool build(const CloudRequest *q, CloudHttp *out)
{
	out->method = "GET";
	out->authorized = true;
	switch (q->ask) {
	case CLOUD_SERVER:
	case CLOUD_ACTIVE:
		out->authorized = false;
		metadata(q, out);
		return true;
	case CLOUD_OWNER: path(q, out); return true;
	case CLOUD_ASSIGN:
		/* A droplet's id is a number. */
		if (!*q->server || q->server[strspn(q->server, "0123456789")])
			return false;
		out->method = "POST";
		path(q, out);
		strbuf_add(&out->url, "/actions");
		strbuf_printf(&out->body, "{\"type\":\"assign\",\"droplet_id\":%s}", q->server);
		return true;
	case CLOUD_ACTION:
		if (!cloud_is_id(q->action))
			return false;
		path(q, out);
		strbuf_printf(&out->url, "/actions/%s", q->action);
		return true;
	case CLOUD_NOTHING:
	case CLOUD_ASKS: break;
	}
	return false;
}

static bool read_owner(const json_t *ip, CloudAnswer *out)
{
	const json_t *droplet = json_object_get(ip, "droplet");

	out->locked = json_is_true(json_object_get(ip, "locked"));
	return json_is_object(ip) &&
	       (json_is_null(droplet) || cloud_json_id(json_object_get(droplet, "id"), out->id));
}

static const CloudActionWords words = { "in-progress", "completed", "errored" };

static void read(const CloudRequest *q, const CloudReply *reply, CloudAnswer *out)
{
	json_t *root;
	bool good;

	if (q->ask == CLOUD_SERVER || q->ask == CLOUD_ACTIVE) {
		cloud_read_plain(q, reply, out);
		return;
	}
	if (q->ask == CLOUD_OWNER && reply->status == 404 && !q->older &&
		q->config->ip.family == IP_V4) {
		out->outcome = CLOUD_OLDER;
		return;
	}
	root = cloud_reply(reply, NULL, out);
	if (!root)
		return;
	if (q->ask == CLOUD_OWNER)
		good = read_owner(json_object_get(root, kind(q)), out);
	else
		good = cloud_json_action(json_object_get(root, "action"), &words, out);
	json_decref(root);
	if (good)
		return;
	*out = (CloudAnswer){ .outcome = CLOUD_FAILED };
	cloud_text(out, "the answer has not what the API says it should have");
}

const CloudProvider cloud_digitalocean = { build, read };
