/* SPDX-License-Identifier: MIT */
#include "base/instant.h"

#include <inttypes.h>
#include <stdio.h>

const char *span_text(Span span, char buffer[static SPAN_TEXT_SIZE])
{
	uint64_t s = span / USEC_PER_SEC;

	if (span < USEC_PER_SEC)
		(void)snprintf(buffer, SPAN_TEXT_SIZE, "%" PRIu64 " ms", span / USEC_PER_MSEC);
	else if (s < 10)
		(void)snprintf(buffer, SPAN_TEXT_SIZE, "%" PRIu64 ".%02" PRIu64 " s", s,
			span % USEC_PER_SEC / USEC_PER_CSEC);
	else if (s < 60)
		(void)snprintf(buffer, SPAN_TEXT_SIZE, "%" PRIu64 " s", s);
	else if (s < 3600)
		(void)snprintf(
			buffer, SPAN_TEXT_SIZE, "%" PRIu64 " min %" PRIu64 " s", s / 60, s % 60);
	else if (s < 86400)
		(void)snprintf(buffer, SPAN_TEXT_SIZE, "%" PRIu64 " h %" PRIu64 " min", s / 3600,
			s % 3600 / 60);
	else
		(void)snprintf(buffer, SPAN_TEXT_SIZE, "%" PRIu64 " d %" PRIu64 " h", s / 86400,
			s % 86400 / 3600);
	return buffer;
}
