/* SPDX-License-Identifier: MIT */
#include "mail/mail_message.h"

enum {
	MAIL_LINE = 900,    /* RFC 5321, 4.5.3.1.6: 1000 with the end of the line */
	MAIL_WORD = 39,	    /* bytes of an encoded word: 52 letters, in lines of 76 */
	MAIL_SUBJECT = 300, /* bytes of it that are sent */
};

/* What would end a line or a command, or is not to be seen. */
static bool mail_clean(const char *s)
{
	for (; *s; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return false;
	return true;
}

/* As it stands between < and >. */
static bool mail_address(const char *s)
{
	return *s && mail_clean(s) && !strpbrk(s, "<> ,");
}

/* In the URL it is a path: letters that mean something there are no part of a name either. */
static bool mail_host(const char *s)
{
	return *s && strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			       ".-_:[]") == strlen(s);
}

static bool mail_url(const char *s)
{
	const char *host = strncmp(s, "smtp://", 7) ? NULL : s + 7;

	return host && mail_host(host);
}

static void mail_set(char **field, const char *value)
{
	free(*field);
	*field = mem_strdup(value);
}

static const char *mail_field(MailMessage *m, const char *name, const char *value)
{
	if (!strcmp(name, "url")) {
		if (!mail_url(value))
			return "url: must be smtp://HOST:PORT";
		mail_set(&m->url, value);
	} else if (!strcmp(name, "helo")) {
		if (!mail_host(value))
			return "helo: no host name";
		mail_set(&m->helo, value);
	} else if (!strcmp(name, "from")) {
		if (!mail_address(value))
			return "from: no address";
		mail_set(&m->from, value);
	} else if (!strcmp(name, "to")) {
		if (!mail_address(value))
			return "to: no address";
		vec_push(&m->to, mem_strdup(value));
	} else if (!strcmp(name, "subject")) {
		if (!mail_clean(value))
			return "subject: letters that cannot be seen";
		mail_set(&m->subject, value);
	} else if (!strcmp(name, "timeout")) {
		char *end;
		const long n = strtol(value, &end, 10);

		if (end == value || *end || n < 1 || n > MAIL_TIMEOUT_MAX)
			return "timeout: must be 1 to 3600 seconds";
		m->timeout = (int)n;
	} else {
		return "a line that is not known";
	}
	return NULL;
}

const char *mail_message_read(char *input, MailMessage *ret_message)
{
	MailMessage *m = ret_message;

	*m = (MailMessage){ .timeout = MAIL_TIMEOUT };
	while (*input != '\n') {
		char *end = strchr(input, '\n'), *colon = strchr(input, ':'), *value;
		const char *wrong;

		if (!end)
			return "no empty line behind the fields";
		if (!colon || colon > end)
			return "a line without a colon";
		*end = *colon = '\0';
		value = colon + 1 + strspn(colon + 1, " ");
		wrong = mail_field(m, input, value);
		if (wrong)
			return wrong;
		input = end + 1;
	}
	m->text = input + 1;
	if (!m->url)
		return "no url";
	if (!m->from)
		return "no from";
	return m->to.n ? NULL : "no to";
}

void mail_message_free(MailMessage *m)
{
	free(m->url);
	free(m->helo);
	free(m->from);
	free(m->subject);
	vec_foreach(to, &m->to)
		free(*to);
	vec_free(&m->to);
}

/* RFC 2047, 4.1. */
static void mail_base64(const unsigned char *s, size_t n, StrBuf *out)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

	for (size_t i = 0; i < n; i += 3) {
		const uint32_t three = (uint32_t)s[i] << 16 |
				       (i + 1 < n ? (uint32_t)s[i + 1] << 8 : 0) |
				       (i + 2 < n ? s[i + 2] : 0);
		const char four[] = { letters[three >> 18], letters[three >> 12 & 63],
			i + 1 < n ? letters[three >> 6 & 63] : '=',
			i + 2 < n ? letters[three & 63] : '=' };

		strbuf_addn(out, four, sizeof(four));
	}
}

static void mail_subject(const char *s, StrBuf *out)
{
	size_t left = strnlen(s, MAIL_SUBJECT);
	bool plain = true;

	for (size_t i = 0; i < left; i++)
		plain &= (unsigned char)s[i] < 0x80;
	strbuf_add(out, "Subject: ");
	if (plain)
		strbuf_addn(out, s, left);
	for (size_t n; !plain && left; s += n, left -= n) {
		/* A letter of several bytes stays whole. */
		for (n = MIN(left, (size_t)MAIL_WORD); n > 1 && n < left && (s[n] & 0xc0) == 0x80;)
			n--;
		strbuf_add(out, "=?UTF-8?B?");
		mail_base64((const unsigned char *)s, n, out);
		strbuf_add(out, n < left ? "?=\r\n " : "?=");
	}
	strbuf_add(out, "\r\n");
}

void mail_message_write(const MailMessage *m, const char *date, StrBuf *out)
{
	strbuf_printf(out, "Date: %s\r\nFrom: <%s>\r\n", date, m->from);
	for (size_t i = 0; i < m->to.n; i++)
		strbuf_printf(out, "%s<%s>%s", i ? "\t" : "To: ", m->to.items[i],
			i + 1 < m->to.n ? ",\r\n" : "\r\n");
	mail_subject(m->subject ?: "", out);
	strbuf_add(out, "X-Mailer: Regent\r\nMIME-Version: 1.0\r\n"
			"Content-Type: text/plain; charset=utf-8\r\n"
			"Content-Transfer-Encoding: 8bit\r\n\r\n");
	for (const char *p = m->text; *p;) {
		const size_t n = strcspn(p, "\r\n"), now = MIN(n, (size_t)MAIL_LINE);

		strbuf_addn(out, p, now);
		strbuf_add(out, "\r\n");
		p += now;
		if (now == n) {
			p += *p == '\r';
			p += *p == '\n';
		}
	}
}
