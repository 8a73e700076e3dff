/* SPDX-License-Identifier: MIT */
#pragma once

/* Taking back what a dead engine or a killed daemon left on the machine. Which addresses those may
 * be is known from the configuration and, for a configuration that was changed meanwhile, from a
 * list that a running daemon keeps in its run directory. */

#include "vrrp/vrrp_config.h"

/* Removes every configured floating address that is there. Gives their number, or -errno. */
int withdraw_configured(const VrrpConfig *config);

/* Keeps the list of all addresses that this daemon may hold: those of both while a reload is under
 * way (`next`, else NULL). */
int withdraw_write_list(const VrrpConfig *config, const VrrpConfig *next, const char *path);
/* The list of a daemon that did not end in order: removes those that carry our mark (on kernels
 * without marks: all). Gives their number, 0 when there is no list, or -errno. */
int withdraw_listed(const char *path);
