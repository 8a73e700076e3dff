/* SPDX-License-Identifier: MIT */
#pragma once

/* One value from its words. Each returns false after having reported what is wrong. */

#include "config/config_draft.h"
#include "config/config_keywords.h"

/* Digits with at most one sign in front and nothing else; false also when it does not fit. */
bool config_parse_number(const char *text, int64_t *ret_number);
/* Seconds with up to six decimals, in microseconds. */
bool config_parse_decimal(const char *text, int64_t *ret_usec);

enum { CONFIG_SECONDS_SIZE = 40 };
/* Microseconds as seconds: "0.01", "255". */
const char *config_seconds(int64_t usec, char buffer[static CONFIG_SECONDS_SIZE]);

/* The words of the statement behind its keyword, by the keyword's kind. */
bool config_value(const ConfigKeyword *k, const ConfigStatement *s, ConfigReport *report,
	ConfigValue *ret_value);
/* As many words as the kind takes at most. */
size_t config_value_words(const ConfigKeyword *k);
/* An IPv4 address; says what it should be. */
bool config_value_ip4(const ConfigWord *w, ConfigReport *report, IpAddr *ret_ip);
/* A name that the kernel takes for an interface. */
bool config_value_ifname(const ConfigWord *w, ConfigReport *report);
