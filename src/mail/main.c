/* SPDX-License-Identifier: MIT */
/* regent-mail: hands the message on its standard input to a mail server. Exit status 0: the server
 * has it, for all recipients; 1: one line on standard error says why not. */
#include "mail/mail_message.h"

#include <curl/curl.h>
#include <stdio.h>
#include <time.h>

enum {
	MAIL_STEPS = 6, /* connecting, greeting, who, from, to, the text: a timeout each */
	MAIL_ANSWER = 400,
};

/* The conversation, as far as it is needed to say what went wrong. */
typedef struct Talk {
	const char *bytes; /* to be sent */
	size_t left;
	bool over;
	char command[MAIL_ANSWER], answer[MAIL_ANSWER]; /* the last of each */
	char refused[2 * MAIL_ANSWER + 2];		/* a recipient that was not taken */
} Talk;

static size_t talk_read(char *to, size_t size, size_t n, void *data)
{
	Talk *t = data;
	const size_t now = MIN(t->left, size * n);

	memcpy(to, t->bytes, now);
	t->bytes += now;
	t->left -= now;
	return now;
}

/* One line, and nothing in it that a log should not hold. */
static void talk_line(char out[static MAIL_ANSWER], const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n && i < MAIL_ANSWER - 1 && s[i] != '\r' && s[i] != '\n'; i++)
		out[i] = (unsigned char)s[i] < ' ' || s[i] == 0x7f ? '?' : s[i];
	out[i] = '\0';
}

static int talk_heard(CURL *curl, curl_infotype type, char *s, size_t n, void *data)
{
	Talk *t = data;

	(void)curl;
	/* The goodbye is not what went wrong. */
	t->over |= type == CURLINFO_HEADER_OUT && n >= 4 && !memcmp(s, "QUIT", 4);
	if (t->over)
		return 0;
	if (type == CURLINFO_HEADER_OUT) {
		talk_line(t->command, s, n);
		*t->answer = '\0';
	} else if (type == CURLINFO_HEADER_IN) {
		talk_line(t->answer, s, n);
		if (!strncmp(t->command, "RCPT", 4) && *t->answer >= '4')
			(void)snprintf(
				t->refused, sizeof(t->refused), "%s: %s", t->command, t->answer);
	}
	return 0;
}

static char *mail_input(void)
{
	StrBuf b = { 0 };
	char chunk[4096];
	size_t n;

	strbuf_add(&b, "");
	while ((n = fread(chunk, 1, sizeof(chunk), stdin)) > 0) {
		if (b.n + n > MAIL_INPUT_MAX || memchr(chunk, '\0', n)) {
			strbuf_free(&b);
			return NULL;
		}
		strbuf_addn(&b, chunk, n);
	}
	return b.s;
}

/* Brackets around it: the command is ours, whatever the address says. */
static char *mail_bracket(const char *address)
{
	StrBuf b = { 0 };

	strbuf_printf(&b, "<%s>", address);
	return b.s;
}

static CURLcode mail_perform(CURL *curl, const MailMessage *m, Talk *t, char *error)
{
	_cleanup_(strbuf_free) StrBuf url = { 0 };
	_cleanup_free_ char *from = mail_bracket(m->from);
	struct curl_slist *to = NULL;
	CURLcode r;

	vec_foreach(one, &m->to) {
		_cleanup_free_ char *address = mail_bracket(*one);

		to = curl_slist_append(to, address);
	}
	/* The path of such a URL is the name to say hello with. */
	strbuf_printf(&url, "%s/%s", m->url, m->helo ?: "");
	(void)curl_easy_setopt(curl, CURLOPT_URL, url.s);
	(void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp");
	(void)curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "");
	(void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)m->timeout);
	(void)curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, (long)m->timeout);
	(void)curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)m->timeout * MAIL_STEPS);
	(void)curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from);
	(void)curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
	(void)curl_easy_setopt(curl, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_READFUNCTION, talk_read);
	(void)curl_easy_setopt(curl, CURLOPT_READDATA, t);
	(void)curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, talk_heard);
	(void)curl_easy_setopt(curl, CURLOPT_DEBUGDATA, t);
	(void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
	r = curl_easy_perform(curl);
	curl_slist_free_all(to);
	return r;
}

static bool mail_send(const MailMessage *m)
{
	_cleanup_(strbuf_free) StrBuf mail = { 0 };
	char error[CURL_ERROR_SIZE] = "", date[64];
	const time_t now = time(NULL);
	CURL *curl = curl_easy_init();
	Talk t = { 0 };
	struct tm tm;
	CURLcode r;

	if (!curl)
		abort();
	(void)strftime(date, sizeof(date), "%a, %d %b %Y %T %z", localtime_r(&now, &tm));
	mail_message_write(m, date, &mail);
	t.bytes = mail.s;
	t.left = mail.n;
	r = mail_perform(curl, m, &t, error);
	curl_easy_cleanup(curl);
	if (r == CURLE_OK && !*t.refused)
		return true;
	(void)fprintf(stderr, "regent-mail: %s: ", m->url);
	if (*t.refused)
		(void)fprintf(
			stderr, "%s%s\n", t.refused, r == CURLE_OK ? "; the others have it" : "");
	else if (*t.answer >= '4')
		(void)fprintf(stderr, "%s: %s\n", *t.command ? t.command : "greeting", t.answer);
	else
		(void)fprintf(stderr, "%s%s%s\n", *error ? error : curl_easy_strerror(r),
			*t.command ? ", after " : "", t.command);
	return false;
}

int main(void)
{
	_cleanup_free_ char *input = mail_input();
	MailMessage m = { 0 };
	const char *wrong = input ? mail_message_read(input, &m) : "too long, or not text";
	bool sent = false;

	if (wrong)
		(void)fprintf(stderr, "regent-mail: standard input: %s\n", wrong);
	else if (curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK)
		sent = mail_send(&m);
	curl_global_cleanup();
	mail_message_free(&m);
	return sent ? EXIT_SUCCESS : EXIT_FAILURE;
}
