/* SPDX-License-Identifier: MIT */
#include "config/config_check.h"

const ConfigStatement *config_find(const ConfigStatement *block, const char *keyword)
{
	const ConfigStatement *found = NULL;

	for (const ConfigStatement *s = block->first; s; s = s->next)
		if (s->n_words && !s->bad && !strcmp(s->words[0].text, keyword))
			found = s;
	return found;
}

ConfigPeers config_peers(const ConfigInstanceDraft *i)
{
	ConfigPeers peers = { .block = config_find(i->statement, "unicast_peer") };

	for (const ConfigStatement *s = peers.block ? peers.block->first : NULL; s; s = s->next)
		peers.n++;
	return peers;
}

bool config_source(const ConfigInstanceDraft *i, ConfigSource *ret_source)
{
	const ConfigStatement *s = config_find(i->statement, "unicast_src_ip");
	ConfigSource source;

	if (!s || s->n_words < 2)
		s = config_find(i->statement, "mcast_src_ip");
	if (!s || s->n_words < 2 || !ip_parse(s->words[1].text, &source.ip))
		return false;
	source.pos = s->words[1].pos;
	*ret_source = source;
	return true;
}
