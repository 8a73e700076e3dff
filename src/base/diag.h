/* SPDX-License-Identifier: MIT */
#pragma once

/* What a person got wrong, where, and what to do about it. A parser collects diagnostics and goes
 * on; whoever called it decides what to print. */

#include "base/arena.h"
#include "base/strbuf.h"
#include "base/vec.h"

typedef struct SourceOrigin SourceOrigin;

typedef struct SourcePos {
	const char *file;	    /* borrowed; NULL when the matter has no place in a file */
	uint32_t line;		    /* from 1; 0 when the whole file is meant */
	uint32_t column;	    /* from 1, in bytes; 0 when the whole line is meant */
	const SourceOrigin *origin; /* borrowed; NULL: the file that was asked for, as it stands */
} SourcePos;

typedef enum SourceOriginKind {
	ORIGIN_INCLUDE,	 /* the file is included at */
	ORIGIN_VARIABLE, /* the value of the variable `name`, used at */
	ORIGIN_REPEAT,	 /* repeated with `name`, "i=3", by what stands at */
} SourceOriginKind;

/* Through what a text came to be read; `at` has an origin of its own, up to the first file. */
struct SourceOrigin {
	SourceOriginKind kind;
	SourcePos at;
	const char *name;
};

typedef enum DiagSeverity {
	DIAG_ERROR,   /* refuses to start */
	DIAG_WARNING, /* tells what will really happen */
	/* The file is right, but what it asks for cannot be carried out yet, and to run without it
	 * would be something else than was meant: refuses to start, is no mistake. */
	DIAG_UNSUPPORTED,
	DIAG_NOTE, /* a habit that is seldom wrong: for who asks, not for the log */
} DiagSeverity;

typedef struct Diag {
	DiagSeverity severity;
	SourcePos pos;
	const char *text;
	const char *hint; /* what to do; NULL when the text says it */
	uint8_t foreign;  /* the exit status that another program's test of the same file gives
			     for this; 0: it finds nothing. base sets nothing here */
} Diag;

typedef struct DiagList {
	Arena arena; /* holds the texts */
	VEC(Diag) all;
	size_t errors;
	size_t unsupported;
} DiagList;

void diag_list_free(DiagList *l);
/* Adds one; a hint for the newest one is given by diag_hint(). */
void diag_add(DiagList *l, DiagSeverity severity, SourcePos pos, const char *format, ...)
	_printf_(4, 5);
void diag_hint(DiagList *l, const char *format, ...) _printf_(2, 3);
/* "error", "warning", "unsupported", "note" */
const char *diag_severity(DiagSeverity severity);
/* By the order in which the text was read, stable. */
void diag_sort(DiagList *l);
/* "file:line:column: error: text\n    included from file:line\n    hint\n" */
void diag_text(const Diag *d, StrBuf *out);
/* All of them. */
void diag_list_text(const DiagList *l, StrBuf *out);

/* Whether a daemon may start with what was read. */
static inline bool diag_may_start(const DiagList *l)
{
	return !l->errors && !l->unsupported;
}

#define diag_error(l, pos, ...)	  diag_add((l), DIAG_ERROR, (pos), __VA_ARGS__)
#define diag_warning(l, pos, ...) diag_add((l), DIAG_WARNING, (pos), __VA_ARGS__)
