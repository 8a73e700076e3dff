/* SPDX-License-Identifier: MIT */
#pragma once

/* mail: regent-mail, a program of its own that hands one message to a mail server, so that the
 * engine neither waits for one nor holds a library that speaks to it.
 *
 * What it reads: lines `url: smtp://HOST:PORT`, `helo: NAME`, `from: ADDRESS`, `to: ADDRESS` (once
 * for each), `subject: TEXT`, `timeout: SECONDS` (of each step), an empty line, the text. The
 * header of the mail is written here from these: nothing in the text can become a part of it. */

#include "base/strbuf.h"
#include "base/vec.h"

enum {
	MAIL_INPUT_MAX = 1 << 20,
	MAIL_TIMEOUT = 30,
	MAIL_TIMEOUT_MAX = 3600,
};

typedef struct MailMessage {
	char *url, *helo, *from, *subject;
	VEC(char *) to;
	int timeout;
	const char *text; /* in the input */
} MailMessage;

/* Reads `input`, and writes into it. NULL, or what is wrong with it. */
const char *mail_message_read(char *input, MailMessage *ret_message);
void mail_message_free(MailMessage *m);
/* The mail as it goes over the wire, without the dots; `date` as RFC 5322 has it. */
void mail_message_write(const MailMessage *m, const char *date, StrBuf *out);
