/* SPDX-License-Identifier: MIT */
#pragma once

/* The parts of the check of a configuration. Only sched_verify*.c include this. */

#include "sched/sched_types.h"
#include "sched/sched_verify.h"

typedef struct Verify {
	SchedRun *run;
	const char *file;
	StrBuf *out;
	SchedVerdict verdict;
	CibIndex ids; /* every id of the configuration: its element */
} Verify;

void verify_error(Verify *v, const CibElement *e, const char *hint, const char *format, ...)
	_printf_(4, 5);
/* crm_verify takes it, but warns and is not content. */
void verify_warning(Verify *v, const CibElement *e, const char *hint, const char *format, ...)
	_printf_(4, 5);
/* crm_verify takes it without a word, though it cannot have been meant. */
void verify_note(Verify *v, const CibElement *e, const char *hint, const char *format, ...)
	_printf_(4, 5);
bool verify_is_score(const char *text);

void verify_options(Verify *v, const CibElement *crm_config);
void verify_resources(Verify *v, const CibElement *resources);
void verify_constraints(Verify *v, const CibElement *constraints);
