/* SPDX-License-Identifier: MIT */
#pragma once

/* Versions of a CIB, and patches: what has changed between two documents, as a document itself, in
 * the second format that Pacemaker writes (<diff format="2">: create, modify, move and delete, each
 * at a path of names and ids). Documents that were handed in stay as they are. */

#include "cib/cib_document.h"

typedef struct CibVersion {
	int64_t admin_epoch, epoch, num_updates;
} CibVersion;

/* What is missing or no number counts as 0. */
CibVersion cib_version(const CibElement *cib);
/* Below, equal to or above 0, as a is older than, as old as or newer than b. */
int cib_version_compare(const CibVersion *a, const CibVersion *b);

/* The same names, attributes (in any order) and children (in this order). */
bool cib_equal(const CibElement *a, const CibElement *b);

/* The patch that makes b of a; NULL when their outermost elements are not the same one. Without
 * changes it has no <change>. */
CibElement *cib_patch_make(Arena *arena, const CibElement *a, const CibElement *b);

typedef enum CibPatchOutcome {
	CIB_PATCH_DONE,
	CIB_PATCH_OLD,	  /* the document is newer than what the patch starts from */
	CIB_PATCH_AHEAD,  /* the document is older: patches are missing between */
	CIB_PATCH_MISFIT, /* same version, but a place that the patch names is not there */
	CIB_PATCH_BROKEN, /* no patch, or one of a format that is not known */
} CibPatchOutcome;

/* A new document, or NULL and the reason. */
CibElement *cib_patch_apply(
	Arena *arena, const CibElement *doc, const CibElement *patch, CibPatchOutcome *ret_outcome);
