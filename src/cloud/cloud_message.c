/* SPDX-License-Identifier: MIT */
#include "cloud/cloud.h"

static const char *const asks[CLOUD_ASKS] = {
	[CLOUD_NOTHING] = "nothing",
	[CLOUD_SERVER] = "server",
	[CLOUD_OWNER] = "owner",
	[CLOUD_ASSIGN] = "assign",
	[CLOUD_ACTION] = "action",
	[CLOUD_ACTIVE] = "active",
};

const char *cloud_ask_name(CloudAsk ask)
{
	return asks[ask];
}

void cloud_copy(char *to, size_t size, const char *from, size_t len)
{
	size_t n = MIN(len, size - 1);

	for (size_t i = 0; i < n; i++)
		to[i] = from[i] >= ' ' && from[i] <= '~' ? from[i] : '?';
	memset(to + n, 0, size - n);
}

/* A value of more than one line has no place here: what is written is the configuration's, which the
 * check has looked at. */
static void add(StrBuf *out, const char *key, const char *value)
{
	if (value && *value && !strchr(value, '\n'))
		strbuf_printf(out, "%s: %s\n", key, value);
}

typedef struct Field {
	const char *key;
	size_t offset;
} Field;

static const Field fields[] = {
	{ "address", offsetof(FloatingConfig, address) },
	{ "token-file", offsetof(FloatingConfig, token_file) },
	{ "token", offsetof(FloatingConfig, token) },
	{ "url", offsetof(FloatingConfig, url) },
	{ "metadata-url", offsetof(FloatingConfig, metadata_url) },
	{ "ca-file", offsetof(FloatingConfig, ca_file) },
	{ "id", offsetof(FloatingConfig, id) },
	{ "owner-url", offsetof(FloatingConfig, owner_url) },
	{ "owner-pointer", offsetof(FloatingConfig, owner_pointer) },
	{ "assign-url", offsetof(FloatingConfig, assign_url) },
	{ "assign-method", offsetof(FloatingConfig, assign_method) },
	{ "assign-body", offsetof(FloatingConfig, assign_body) },
};

void cloud_request_write(const CloudRequest *q, StrBuf *out)
{
	const FloatingConfig *c = q->config;

	add(out, "ask", asks[q->ask]);
	add(out, "provider", floating_provider_name(c->provider));
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		add(out, fields[i].key,
			*(const char *const *)(const void *)((const char *)c + fields[i].offset));
	add(out, "server", q->server);
	add(out, "action", q->action);
	if (q->older)
		add(out, "older", "1");
}

/* One line: cuts it off `*text`. False at the end. */
static bool next_line(char **text, char **ret_key, char **ret_value)
{
	char *line, *colon;

	do {
		line = strsep(text, "\n");
		if (!line)
			return false;
		colon = strstr(line, ": ");
	} while (!colon);
	*colon = '\0';
	*ret_key = line;
	*ret_value = colon + 2;
	return true;
}

static void request_field(const char *key, const char *value, FloatingConfig *c, CloudRequest *q)
{
	for (CloudAsk i = CLOUD_SERVER; i < CLOUD_ASKS && !strcmp(key, "ask"); i++)
		if (!strcmp(value, asks[i]))
			q->ask = i;
	for (FloatingProvider i = 0; i < FLOATING_PROVIDERS && !strcmp(key, "provider"); i++)
		if (!strcmp(value, floating_provider_name(i)))
			c->provider = i;
	for (size_t i = 0; i < ARRAY_LEN(fields); i++)
		if (!strcmp(key, fields[i].key))
			*(const char **)(void *)((char *)c + fields[i].offset) = value;
	if (!strcmp(key, "server"))
		q->server = value;
	else if (!strcmp(key, "action"))
		q->action = value;
	else if (!strcmp(key, "older"))
		q->older = true;
}

bool cloud_request_read(char *text, FloatingConfig *ret_config, CloudRequest *ret_request)
{
	FloatingConfig c = { .provider = FLOATING_PROVIDERS };
	CloudRequest q = { .server = "", .action = "" };
	char *key, *value;

	while (next_line(&text, &key, &value))
		request_field(key, value, &c, &q);
	if (q.ask == CLOUD_NOTHING || c.provider == FLOATING_PROVIDERS || !c.address ||
		!ip_parse(c.address, &c.ip))
		return false;
	*ret_config = c;
	*ret_request = q;
	ret_request->config = ret_config;
	return true;
}

void cloud_answer_write(const CloudAnswer *a, StrBuf *out)
{
	strbuf_printf(out, "outcome: %u\n", a->outcome);
	if (*a->id)
		strbuf_printf(out, "id: %s\n", a->id);
	strbuf_printf(out, "locked: %u\nactive: %u\nstate: %u\nretry-after: %u\n", a->locked,
		a->active, a->action, a->retry_after);
	if (*a->text)
		strbuf_printf(out, "text: %s\n", a->text);
	strbuf_add(out, "end: 1\n");
}

static unsigned number(const char *value, unsigned most)
{
	const unsigned long n = strtoul(value, NULL, 10);

	return n > most ? most : (unsigned)n;
}

void cloud_answer_read(const char *text, size_t len, CloudAnswer *ret_answer)
{
	_cleanup_(strbuf_free) StrBuf copy = { 0 };
	CloudAnswer a = { .outcome = CLOUD_OUTCOMES };
	char *at, *key, *value;
	bool whole = false;

	strbuf_addn(&copy, text, len);
	at = copy.s;
	while (at && next_line(&at, &key, &value)) {
		if (!strcmp(key, "outcome"))
			a.outcome = number(value, CLOUD_OUTCOMES);
		else if (!strcmp(key, "id"))
			cloud_copy(a.id, sizeof(a.id), value, strlen(value));
		else if (!strcmp(key, "locked"))
			a.locked = number(value, 1);
		else if (!strcmp(key, "active"))
			a.active = number(value, 1);
		else if (!strcmp(key, "state"))
			a.action = number(value, CLOUD_ACTION_ERRORED);
		else if (!strcmp(key, "retry-after"))
			a.retry_after = number(value, UINT32_MAX);
		else if (!strcmp(key, "text"))
			cloud_copy(a.text, sizeof(a.text), value, strlen(value));
		else if (!strcmp(key, "end"))
			whole = true;
	}
	if (!whole || a.outcome == CLOUD_OUTCOMES) {
		a = (CloudAnswer){ .outcome = CLOUD_FAILED };
		cloud_copy(a.text, sizeof(a.text), "no answer from the program that asks", 36);
	}
	*ret_answer = a;
}
