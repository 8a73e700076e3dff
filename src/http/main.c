/* SPDX-License-Identifier: MIT */
/* regent-cloud: carries out one request to a cloud provider. Reads it from its standard input, as
 * cloud_request_write() writes it, and writes the answer to its standard output. It is started as root
 * only to read the token; then it gives up all privileges, before the network is touched. The token
 * goes into one header and nowhere else: not followed to another place, and cut out of what the
 * provider says. */
#include "cloud/cloud_provider.h"
#include "core/version.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
	HTTP_INPUT = 64 << 10,
	HTTP_TOKEN = 4096,
	HTTP_BODY = 1 << 20, /* of an answer */
	HTTP_CONNECT_SEC = 5,
	HTTP_TOTAL_SEC = 10,
	HTTP_NOBODY = 65534,
};

typedef struct Body {
	StrBuf bytes;
	bool too_long;
} Body;

static size_t body_take(char *from, size_t size, size_t n, void *data)
{
	Body *b = data;

	if (b->bytes.n + size * n > HTTP_BODY) {
		b->too_long = true;
		return 0;
	}
	strbuf_addn(&b->bytes, from, size * n);
	return size * n;
}

static void answer_fail(CloudAnswer *a, CloudOutcome outcome, const char *text)
{
	*a = (CloudAnswer){ .outcome = outcome };
	cloud_text(a, text);
}

static bool read_input(StrBuf *out)
{
	char chunk[4096];
	ssize_t n;

	strbuf_add(out, "");
	while ((n = read(STDIN_FILENO, chunk, sizeof(chunk))) > 0) {
		if (out->n + (size_t)n > HTTP_INPUT || memchr(chunk, '\0', (size_t)n))
			return false;
		strbuf_addn(out, chunk, (size_t)n);
	}
	return !n;
}

/* Spaces around it do not count, and no other may be in it: it becomes a header. */
static bool token_clean(char *token)
{
	size_t n = strlen(token);

	while (n && strchr(" \t\r\n", token[n - 1]))
		token[--n] = '\0';
	memmove(token, token + strspn(token, " \t\r\n"), n + 1 - strspn(token, " \t\r\n"));
	for (const char *p = token; *p; p++)
		if (*p <= ' ' || *p > '~')
			return false;
	return *token;
}

static bool token_file(const char *path, char token[static HTTP_TOKEN], CloudAnswer *a)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	char text[CLOUD_TEXT];
	struct stat st;
	ssize_t n;

	if (fd < 0) {
		(void)snprintf(text, sizeof(text), "%s: %s", path, strerrordesc_np(errno));
		answer_fail(a, CLOUD_TOKEN, text);
		return false;
	}
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		(void)snprintf(text, sizeof(text), "%s is no regular file", path);
		answer_fail(a, CLOUD_TOKEN, text);
		(void)close(fd);
		return false;
	}
	if (st.st_mode & (S_IRWXG | S_IRWXO)) {
		(void)snprintf(text, sizeof(text),
			"%s can be read by others than its owner: run `chmod 600 %s`", path, path);
		answer_fail(a, CLOUD_TOKEN, text);
		(void)close(fd);
		return false;
	}
	n = read(fd, token, HTTP_TOKEN - 1);
	(void)close(fd);
	token[n > 0 ? n : 0] = '\0';
	if (n > 0 && n < HTTP_TOKEN - 1 && token_clean(token))
		return true;
	(void)snprintf(text, sizeof(text), "%s does not hold one token and nothing else", path);
	answer_fail(a, CLOUD_TOKEN, text);
	return false;
}

/* False: `a` says why. */
static bool token_get(const FloatingConfig *c, char token[static HTTP_TOKEN], CloudAnswer *a)
{
	if (c->token_file)
		return token_file(c->token_file, token, a);
	if (!c->token) {
		/* Some services of one's own need none. */
		*token = '\0';
		if (c->provider == FLOATING_HTTP)
			return true;
		answer_fail(a, CLOUD_TOKEN, "no token_file is given, and DO_TOKEN is not set");
		return false;
	}
	(void)snprintf(token, HTTP_TOKEN, "%s", c->token);
	if (token_clean(token))
		return true;
	answer_fail(a, CLOUD_TOKEN, "DO_TOKEN does not hold one token and nothing else");
	return false;
}

/* Nobody, who can write no file, gain nothing, and whom nobody can look into. */
static bool give_up_privileges(pid_t parent)
{
	const struct rlimit none = { 0 };
	const gid_t gid = HTTP_NOBODY;

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)setrlimit(RLIMIT_FSIZE, &none);
	if (geteuid() == 0 && (setgroups(1, &gid) < 0 || setresgid(gid, gid, gid) < 0 ||
				      setresuid(HTTP_NOBODY, HTTP_NOBODY, HTTP_NOBODY) < 0))
		return false;
	/* A change of user has cleared it. */
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	(void)prctl(PR_SET_DUMPABLE, 0);
	return !prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) && getppid() == parent;
}

static uint32_t retry_after(CURL *curl)
{
	curl_off_t seconds = 0;
	struct curl_header *h;
	long long reset;

	(void)curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &seconds);
	if (seconds <= 0 &&
		curl_easy_header(curl, "RateLimit-Reset", 0, CURLH_HEADER, -1, &h) == CURLHE_OK) {
		reset = strtoll(h->value, NULL, 10);
		seconds = reset - (long long)time(NULL);
	}
	return seconds <= 0 ? 0 : seconds > UINT32_MAX ? UINT32_MAX : (uint32_t)seconds;
}

static void set_options(CURL *curl, const CloudHttp *h, const FloatingConfig *c)
{
	(void)curl_easy_setopt(curl, CURLOPT_URL, h->url.s);
	(void)curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, h->method);
	(void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	(void)curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
	(void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
	if (c->ca_file)
		(void)curl_easy_setopt(curl, CURLOPT_CAINFO, c->ca_file);
	(void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(curl, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)HTTP_CONNECT_SEC);
	(void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)HTTP_TOTAL_SEC);
	(void)curl_easy_setopt(curl, CURLOPT_USERAGENT, "regent/" REGENT_VERSION);
	if (h->body.n) {
		(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, h->body.s);
		(void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)h->body.n);
	}
}

static void perform(
	const CloudRequest *q, const CloudHttp *h, const struct curl_slist *headers, CloudAnswer *a)
{
	char error[CURL_ERROR_SIZE] = "";
	CURL *curl = curl_easy_init();
	CloudReply reply = { 0 };
	Body body = { 0 };
	CURLcode r;

	if (!curl)
		abort();
	set_options(curl, h, q->config);
	(void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, body_take);
	(void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
	(void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
	strbuf_add(&body.bytes, "");
	r = curl_easy_perform(curl);
	if (body.too_long) {
		answer_fail(a, CLOUD_FAILED, "the answer is longer than a mebibyte");
	} else if (r != CURLE_OK) {
		answer_fail(a, CLOUD_FAILED, *error ? error : curl_easy_strerror(r));
	} else {
		(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply.status);
		reply.body = body.bytes.s;
		reply.len = body.bytes.n;
		reply.retry_after = retry_after(curl);
		cloud_provider(q->config->provider)->read(q, &reply, a);
	}
	curl_easy_cleanup(curl);
	strbuf_free(&body.bytes);
}

static void http(const CloudRequest *q, const CloudHttp *h, const char *token, CloudAnswer *a)
{
	_cleanup_(strbuf_free) StrBuf authorization = { 0 };
	struct curl_slist *headers = curl_slist_append(NULL, "Accept: application/json");

	if (h->authorized && *token) {
		strbuf_printf(&authorization, "Authorization: Bearer %s", token);
		headers = curl_slist_append(headers, authorization.s);
	}
	if (h->body.n)
		headers = curl_slist_append(headers, "Content-Type: application/json");
	perform(q, h, headers, a);
	curl_slist_free_all(headers);
}

/* A provider, or whoever answers in its place, may say the token back. */
static void cut_out(char *text, const char *token)
{
	const size_t n = strlen(token);

	for (char *p = text; n && (p = strstr(p, token));)
		memset(p, '*', n);
}

/* What was cut at the end of the room may be its beginning. */
static void cut_out_end(char *text, size_t size, const char *token)
{
	const size_t len = strlen(text), n = strlen(token);

	cut_out(text, token);
	if (len + 1 < size)
		return;
	for (size_t i = len > n ? len - n : 0; i < len; i++)
		if (!strncmp(text + i, token, len - i)) {
			memset(text + i, '*', len - i);
			return;
		}
}

int main(void)
{
	const pid_t parent = getppid();
	_cleanup_(strbuf_free) StrBuf input = { 0 }, output = { 0 };
	char token[HTTP_TOKEN] = "";
	CloudAnswer a = { 0 };
	CloudHttp h = { 0 };
	FloatingConfig c;
	CloudRequest q;
	bool good;

	if (!read_input(&input) || !cloud_request_read(input.s, &c, &q)) {
		(void)fputs("regent-cloud: its standard input holds no request\n", stderr);
		return EXIT_FAILURE;
	}
	good = cloud_provider(c.provider) && cloud_provider(c.provider)->build(&q, &h);
	if (!good)
		answer_fail(&a, CLOUD_REFUSED, "this cannot be asked: is an id missing or wrong?");
	else if (h.authorized)
		good = token_get(&c, token, &a);
	if (!give_up_privileges(parent)) {
		(void)fputs("regent-cloud: cannot give up its privileges\n", stderr);
		return EXIT_FAILURE;
	}
	if (good && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		http(&q, &h, token, &a);
	else if (good)
		answer_fail(&a, CLOUD_FAILED, "libcurl does not start");
	cut_out_end(a.text, sizeof(a.text), token);
	cut_out_end(a.id, sizeof(a.id), token);
	cloud_answer_write(&a, &output);
	cloud_http_free(&h);
	explicit_bzero(token, sizeof(token));
	return fwrite(output.s, 1, output.n, stdout) == output.n && !fflush(stdout) ? EXIT_SUCCESS
										    : EXIT_FAILURE;
}
