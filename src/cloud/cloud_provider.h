/* SPDX-License-Identifier: MIT */
#pragma once

/* What a provider is: it turns a request into HTTP, and the answer to that into ours. The only users
 * of jansson. What comes from the network is held to be anything: a text is cut, an id must be one. */

#include "cloud/cloud.h"

typedef struct CloudHttp {
	const char *method;
	StrBuf url, body; /* no body when empty */
	bool authorized;  /* with the token; never to the metadata service */
} CloudHttp;

typedef struct CloudReply {
	long status;
	const char *body; /* with a NUL behind it */
	size_t len;
	uint32_t retry_after; /* seconds; 0: not said */
} CloudReply;

typedef struct CloudProvider {
	/* False: this cannot be asked of the provider. */
	bool (*build)(const CloudRequest *q, CloudHttp *out);
	void (*read)(const CloudRequest *q, const CloudReply *reply, CloudAnswer *out);
} CloudProvider;

extern const CloudProvider cloud_digitalocean, cloud_hetzner, cloud_http;

/* NULL: has no HTTP. */
const CloudProvider *cloud_provider(FloatingProvider provider);

void cloud_http_free(CloudHttp *h);

/* For the files of providers (cloud_provider.c). */
typedef struct json_t json_t;

/* The base without the slash at its end and without `version`. */
void cloud_base(StrBuf *out, const char *given, const char *standard, const char *version);
/* Only digits, letters, - _ . : and not empty: what may stand in a path. */
bool cloud_is_id(const char *s);
/* What a status other than 2xx comes to, with the provider's words at these keys. NULL: it is 2xx, and
 * here is its JSON, json_decref() it; `out` says otherwise if it has none. */
json_t *cloud_reply(const CloudReply *reply, const char *inner, CloudAnswer *out);
/* A number or a string as an id; false: neither. */
bool cloud_json_id(const json_t *value, char to[static CLOUD_ID]);
/* An action and its status, in the words of the provider; false when it is neither. */
typedef struct CloudActionWords {
	const char *running, *done, *errored;
} CloudActionWords;
bool cloud_json_action(const json_t *action, const CloudActionWords *words, CloudAnswer *out);
void cloud_text(CloudAnswer *out, const char *text);
/* A plain text of the metadata service. */
void cloud_read_plain(const CloudRequest *q, const CloudReply *reply, CloudAnswer *out);
