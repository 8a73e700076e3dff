/* SPDX-License-Identifier: MIT */
#include "config/config_report.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/limits.h"

static void config_add(
	ConfigReport *r, DiagSeverity severity, SourcePos pos, const char *format, va_list ap)
{
	size_t *n = severity == DIAG_ERROR  ? &r->errors
		    : severity == DIAG_NOTE ? &r->notes
					    : &r->warnings;
	char *text;

	r->muted = *n >= LIMIT_CONFIG_ERRORS;
	/* One is enough, but that one must not be lost among warnings. */
	if (r->muted && severity == DIAG_UNSUPPORTED && !r->list->unsupported)
		r->muted = false;
	if (r->muted) {
		if ((*n)++ == LIMIT_CONFIG_ERRORS)
			diag_warning(r->list, pos, "from here on %ss are not shown any more",
				diag_severity(severity));
		return;
	}
	(*n)++;
	if (vasprintf(&text, format, ap) < 0)
		abort();
	diag_add(r->list, severity, pos, "%s", text);
	free(text);
	/* What we cannot do, it can. */
	config_keepalived(r, severity == DIAG_NOTE || severity == DIAG_UNSUPPORTED
				     ? KEEPALIVED_SILENT
				     : KEEPALIVED_CONFIG);
}

void config_keepalived(ConfigReport *r, KeepalivedStatus status)
{
	if (!r->muted)
		r->list->all.items[r->list->all.n - 1].foreign = (uint8_t)status;
}

/* Seen in 2.2.7: a missing parameter ends the reading whatever was found before; of the others the
 * higher status wins. */
KeepalivedStatus config_keepalived_status(const DiagList *l)
{
	uint8_t status = KEEPALIVED_SILENT;

	vec_foreach(d, &l->all) {
		if (d->foreign == KEEPALIVED_PARAMETER)
			return KEEPALIVED_PARAMETER;
		status = MAX(status, d->foreign);
	}
	return (KeepalivedStatus)status;
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

void config_note(ConfigReport *r, SourcePos pos, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	config_add(r, DIAG_NOTE, pos, format, ap);
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
