/* SPDX-License-Identifier: MIT */
#pragma once

/* Inside of the pair check: config_pair reads, config_pair_match finds what belongs together,
 * config_pair_rules and config_pair_priority look at two instances of one virtual router. */

#include "config/config_check.h"

typedef struct Pair {
	const ConfigDraft *a, *b;
	const char *path_a, *path_b;
	ConfigReport *report;
} Pair;

/* An instance and the file that it is from. */
typedef struct PairNode {
	const ConfigDraft *draft;
	const ConfigInstanceDraft *i;
} PairNode;

void config_pair_match(Pair *p);
void config_pair_rules(Pair *p, const PairNode *a, const PairNode *b);
/* Who becomes master, and whether that can change. */
void config_pair_priority(Pair *p, const PairNode *a, const PairNode *b);

/* The hint of the newest finding: "the other node: b.conf:12:3; ADVICE", which may be NULL. */
void config_pair_hint(Pair *p, SourcePos other, const char *advice);
/* The place of a value, that of the instance when it is not given. */
SourcePos config_pair_pos(const ConfigInstanceDraft *i, const ConfigValue *v);
