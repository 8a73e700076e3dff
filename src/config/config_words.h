/* SPDX-License-Identifier: MIT */
#pragma once

/* Keywords with several words behind them, each with its own small grammar. */

#include "config/config_keywords.h"

ConfigWordsCheck config_words_smtp_server;
ConfigWordsCheck config_words_garp_extra;
ConfigWordsCheck config_words_rx_policy;
ConfigWordsCheck config_words_umask;
ConfigWordsCheck config_words_include_check;
ConfigWordsCheck config_words_lvs_timeouts;
ConfigWordsCheck config_words_lvs_sync;
ConfigWordsCheck config_words_vmac;
ConfigWordsCheck config_words_ipvlan;
ConfigWordsCheck config_words_hmac_key;
ConfigWordsCheck config_words_init_file;
