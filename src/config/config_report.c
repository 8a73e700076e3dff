/* SPDX-License-Identifier: MIT */
#include "config/config_report.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/limits.h"

static void config_add(
	ConfigReport *r, DiagSeverity severity, SourcePos pos, const char *format, va_list ap)
{
	const bool error = severity == DIAG_ERROR;
	size_t *n = error ? &r->errors : &r->warnings;
	char *text;

	r->muted = *n >= LIMIT_CONFIG_ERRORS;
	/* One is enough, but that one must not be lost among warnings. */
	if (r->muted && severity == DIAG_UNSUPPORTED && !r->list->unsupported)
		r->muted = false;
	if (r->muted) {
		if ((*n)++ == LIMIT_CONFIG_ERRORS)
			diag_warning(r->list, pos, "from here on %s are not shown any more",
				error ? "errors" : "warnings");
		return;
	}
	(*n)++;
	if (vasprintf(&text, format, ap) < 0)
		abort();
	diag_add(r->list, severity, pos, "%s", text);
	free(text);
}

void config_error(ConfigReport *r, SourcePos pos, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	config_add(r, DIAG_ERROR, pos, format, ap);
	va_end(ap);
}

void config_warning(ConfigReport *r, SourcePos pos, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	config_add(r, DIAG_WARNING, pos, format, ap);
	va_end(ap);
}

void config_unsupported(ConfigReport *r, SourcePos pos, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	config_add(r, DIAG_UNSUPPORTED, pos, format, ap);
	va_end(ap);
}

void config_hint(ConfigReport *r, const char *format, ...)
{
	char *text;
	va_list ap;

	if (r->muted)
		return;
	va_start(ap, format);
	if (vasprintf(&text, format, ap) < 0)
		abort();
	va_end(ap);
	diag_hint(r->list, "%s", text);
	free(text);
}

const char *config_short(const char *word, char buffer[static CONFIG_SHORT_SIZE])
{
	size_t n = strnlen(word, CONFIG_SHORT_SIZE);

	if (n < CONFIG_SHORT_SIZE)
		return word;
	n = CONFIG_SHORT_SIZE - sizeof("...");
	while (n && ((unsigned char)word[n] & 0xc0) == 0x80) /* not inside a UTF-8 character */
		n--;
	memcpy(buffer, word, n);
	memcpy(buffer + n, "...", sizeof("..."));
	return buffer;
}
