/* SPDX-License-Identifier: MIT */
#pragma once

/* Where the parts of config/ leave what they find: a DiagList with a cap, so that a file of a
 * million mistakes neither fills the memory nor the screen. */

#include "base/diag.h"

typedef struct ConfigReport {
	DiagList *list; /* borrowed */
	size_t errors, warnings, notes;
	bool muted; /* the newest one was not kept: its hint has no place to go */
} ConfigReport;

void config_error(ConfigReport *r, SourcePos pos, const char *format, ...) _printf_(3, 4);
void config_warning(ConfigReport *r, SourcePos pos, const char *format, ...) _printf_(3, 4);
/* Not a mistake, but the daemon cannot do it yet and does not start without it. */
void config_unsupported(ConfigReport *r, SourcePos pos, const char *format, ...) _printf_(3, 4);
/* What is right but may be meant otherwise: `regent check` shows it, the daemon does not. */
void config_note(ConfigReport *r, SourcePos pos, const char *format, ...) _printf_(3, 4);
/* For the newest one. */
void config_hint(ConfigReport *r, const char *format, ...) _printf_(2, 3);

/* What `keepalived -t` (2.2.7) ends with when it meets the same. An error and a warning stand for
 * KEEPALIVED_CONFIG, a note for KEEPALIVED_SILENT, unless config_keepalived() says otherwise. */
typedef enum KeepalivedStatus {
	KEEPALIVED_SILENT = 0,	  /* it finds nothing */
	KEEPALIVED_PARAMETER = 2, /* a keyword without its value: it stops reading there */
	KEEPALIVED_FATAL = 4,
	KEEPALIVED_CONFIG = 5,
	KEEPALIVED_SECURITY = 6,
} KeepalivedStatus;

/* For the newest one. */
void config_keepalived(ConfigReport *r, KeepalivedStatus status);
/* What it would end with for all of them. */
KeepalivedStatus config_keepalived_status(const DiagList *l);

enum { CONFIG_SHORT_SIZE = 80 };
/* A word as it can be shown to people: cut when it is very long. Gives the word or `buffer`. */
const char *config_short(const char *word, char buffer[static CONFIG_SHORT_SIZE]);

#define SHORT(word) config_short((word), (char[CONFIG_SHORT_SIZE]){ 0 })
