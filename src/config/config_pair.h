/* SPDX-License-Identifier: MIT */
#pragma once

/* The pair check: reads the files of two nodes and tells what would keep them from working
 * together, virtual router by virtual router. Two instances belong together when they have the same
 * virtual_router_id (and family; of several, those on interfaces of the same name first), else
 * when they have the same name. Each finding stands at the place in the first file, or in that
 * which has something the other lacks; its hint names the place on the other node. */

#include "config/config.h"

/* First what is wrong with each file, then what is with the pair. Of the machine that this runs on
 * nothing is asked but the files: neither need be its own. Texts of findings are in `diags`, what
 * was read is in the arena and must live as long as they. */
void config_pair_read(const char *path_a, const char *path_b, const ConfigWorld *world,
	Arena *arena, DiagList *diags);
