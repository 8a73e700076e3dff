/* SPDX-License-Identifier: MIT */
#include "io/io_journal.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

static void journal_console(const IoJournal *j, const char *text)
{
	_cleanup_(strbuf_free) StrBuf line = { 0 };
	struct timeval tv;
	struct tm tm;
	char when[32];

	(void)gettimeofday(&tv, NULL);
	(void)localtime_r(&tv.tv_sec, &tm);
	(void)strftime(when, sizeof(when), "%FT%T", &tm);
	strbuf_printf(
		&line, "%s.%06ld %s[%d]: %s\n", when, (long)tv.tv_usec, j->ident, getpid(), text);
	/* One write, so that lines of two processes do not mix; nobody waits for a reader: where
	 * there is no room the line is lost. */
	if (poll(&(struct pollfd){ .fd = STDERR_FILENO, .events = POLLOUT }, 1, 0) == 1)
		(void)!write(STDERR_FILENO, line.s, line.n);
}

/* RFC 3164, 4.1, as syslog(3) writes it. Not by syslog(3) itself: that waits for a log daemon that
 * does not read, and it keeps a descriptor that a fork would have to know of. */
static void journal_syslog(const IoJournal *j, int priority, const char *text)
{
	static const struct sockaddr_un log = { .sun_family = AF_UNIX, .sun_path = "/dev/log" };
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	_cleanup_(strbuf_free) StrBuf line = { 0 };
	const time_t now = time(NULL);
	struct tm tm;
	char when[32];

	if (fd < 0)
		return;
	(void)localtime_r(&now, &tm);
	(void)strftime(when, sizeof(when), "%b %e %T", &tm);
	strbuf_printf(
		&line, "<%d>%s %s[%d]: %s", j->facility | priority, when, j->ident, getpid(), text);
	(void)sendto(fd, line.s, line.n, MSG_NOSIGNAL, (const struct sockaddr *)&log, sizeof(log));
	(void)close(fd);
}

static void journal_text(const IoJournal *j, TraceLevel level, const char *text)
{
	static const int priorities[] = {
		[TRACE_LEVEL_DETAIL] = LOG_INFO,
		[TRACE_LEVEL_INFO] = LOG_INFO,
		[TRACE_LEVEL_WARNING] = LOG_WARNING,
	};

	if (level == TRACE_LEVEL_DETAIL && !j->detail)
		return;
	if (j->syslog)
		journal_syslog(j, priorities[level], text);
	if (j->console)
		journal_console(j, text);
}

void io_journal_trace(const IoJournal *j, const TraceRecord *t)
{
	_cleanup_(strbuf_free) StrBuf text = { 0 };

	if (trace_level(t->reason) == TRACE_LEVEL_DETAIL && !j->detail)
		return;
	trace_text(t, &text);
	journal_text(j, trace_level(t->reason), strbuf_text(&text));
}

void io_journal_line(const IoJournal *j, TraceLevel level, const char *format, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&text, format, ap) < 0)
		text = NULL;
	va_end(ap);
	if (text)
		journal_text(j, level, text);
}
