/* SPDX-License-Identifier: MIT */
#include "config/config_pair_rules.h"

static const char same_on_both[] = "write the same on both";

static void rule_vrid(Pair *p, const PairNode *a, const PairNode *b)
{
	const ConfigValue *va = &a->i->vrid, *vb = &b->i->vrid;

	if (!config_given(va) || !config_given(vb) || va->number == vb->number)
		return;
	config_error(p->report, va->pos,
		"`%s` has virtual_router_id %d here and %d on the other node: these are two "
		"virtual routers, and both will be master",
		SHORT(a->i->name), (int)va->number, (int)vb->number);
	config_pair_hint(p, vb->pos, same_on_both);
}

static SourcePos version_pos(const PairNode *n)
{
	const ConfigValue *global = &n->draft->global.version;

	return config_missing(&n->i->version) && !config_missing(global)
		       ? global->pos
		       : config_pair_pos(n->i, &n->i->version);
}

static void rule_version(Pair *p, const PairNode *a, const PairNode *b)
{
	const int va = (int)config_version(a->draft, a->i),
		  vb = (int)config_version(b->draft, b->i);

	if (va == vb)
		return;
	config_error(p->report, version_pos(a),
		"`%s` has version %d here and %d on the other node: each drops what the other "
		"sends",
		SHORT(a->i->name), va, vb);
	config_pair_hint(p, version_pos(b), "write the same `version` on both");
}

static int64_t advert_usec(const ConfigInstanceDraft *i)
{
	return config_given(&i->advert_int) ? i->advert_int.number : 1000000;
}

/* "0.5", "1" */
static const char *seconds(int64_t usec, char buffer[static 24])
{
	StrBuf text = { 0 };

	strbuf_printf(&text, "%d.%02d", (int)(usec / 1000000), (int)(usec / 10000 % 100));
	while (text.s[text.n - 1] == '0')
		text.s[--text.n] = 0;
	if (text.s[text.n - 1] == '.')
		text.s[--text.n] = 0;
	strncpy(buffer, text.s, 23);
	buffer[23] = 0;
	strbuf_free(&text);
	return buffer;
}

/* behaviour 85 */
static void rule_advert_int(Pair *p, const PairNode *a, const PairNode *b)
{
	const int64_t ta = advert_usec(a->i), tb = advert_usec(b->i);
	const int64_t version = config_version(a->draft, a->i);
	char here[24], there[24];

	if (ta == tb || a->i->advert_int.bad || b->i->advert_int.bad ||
		version != config_version(b->draft, b->i))
		return;
	if (version == 2)
		config_error(p->report, config_pair_pos(a->i, &a->i->advert_int),
			"`%s` has advert_int %s here and %s on the other node: in version 2 each "
			"drops what the other sends",
			SHORT(a->i->name), seconds(ta, here), seconds(tb, there));
	else
		config_warning(p->report, config_pair_pos(a->i, &a->i->advert_int),
			"`%s` has advert_int %s here and %s on the other node: whoever is backup "
			"waits as the master's adverts say",
			SHORT(a->i->name), seconds(ta, here), seconds(tb, there));
	config_pair_hint(p, config_pair_pos(b->i, &b->i->advert_int), same_on_both);
}

static SourcePos auth_pos(const PairNode *n)
{
	return config_pair_pos(n->i, &n->i->auth_type);
}

static void rule_authentication(Pair *p, const PairNode *a, const PairNode *b)
{
	const ConfigValue *ta = &a->i->auth_type, *tb = &b->i->auth_type;
	const ConfigValue *pa = &a->i->auth_pass, *pb = &b->i->auth_pass;

	if (ta->bad || tb->bad || pa->bad || pb->bad ||
		config_version(a->draft, a->i) != config_version(b->draft, b->i))
		return;
	if (config_given(ta) != config_given(tb)) {
		config_error(p->report, auth_pos(config_given(ta) ? a : b),
			"`%s` has authentication on this node only: each drops what the other "
			"sends",
			SHORT((config_given(ta) ? a : b)->i->name));
		config_pair_hint(p, auth_pos(config_given(ta) ? b : a), same_on_both);
	} else if (config_given(ta) && ta->number != tb->number) {
		config_error(p->report, ta->pos,
			"auth_type is %s here and %s on the other node: each drops what the other "
			"sends",
			ta->text, tb->text);
		config_pair_hint(p, tb->pos, same_on_both);
	} else if (config_given(pa) && config_given(pb) &&
		   strncmp(pa->text, pb->text, VRRP_AUTH_SIZE)) {
		config_error(p->report, pa->pos,
			"`%s` has another auth_pass on the other node: each drops what the other "
			"sends",
			SHORT(a->i->name));
		config_pair_hint(p, pb->pos, "only the first 8 characters are compared");
	}
}

static SourcePos group_pos(const PairNode *n)
{
	const ConfigValue *global = &n->draft->global.mcast_group4;

	return config_missing(&n->i->mcast_dst_ip) && !config_missing(global)
		       ? global->pos
		       : config_pair_pos(n->i, &n->i->mcast_dst_ip);
}

static void rule_group(Pair *p, const PairNode *a, const PairNode *b)
{
	const IpAddr ga = config_group(a->draft, a->i), gb = config_group(b->draft, b->i);
	char here[IP_TEXT_SIZE], there[IP_TEXT_SIZE];

	if (ip_equal(&ga, &gb) || config_peers(a->i).n || config_peers(b->i).n)
		return;
	config_error(p->report, group_pos(a),
		"`%s` sends to %s here and to %s on the other node: neither hears the other",
		SHORT(a->i->name), ip_text(&ga, here), ip_text(&gb, there));
	config_pair_hint(p, group_pos(b), same_on_both);
}

static void rule_source(Pair *p, const PairNode *a, const PairNode *b)
{
	ConfigSourceAddr sa, sb;

	if (!config_source_addr(a->i, &sa) || !config_source_addr(b->i, &sb) ||
		!ip_equal(&sa.ip, &sb.ip))
		return;
	config_error(p->report, sa.pos, "`%s` sends from the same address on both nodes",
		SHORT(a->i->name));
	config_pair_hint(p, sb.pos, "each node has an address of its own");
}

/* That the peers of `n` have the other's address. */
static void peers_name(Pair *p, const PairNode *n, const PairNode *other)
{
	const ConfigPeers peers = config_peers(n->i);
	char text[IP_TEXT_SIZE];
	ConfigSourceAddr source;
	IpAddr ip;

	if (!config_source_addr(other->i, &source))
		return; /* the first one of its interface */
	for (const ConfigStatement *s = peers.block->first; s; s = s->next)
		if (s->n_words && ip_parse(s->words[0].text, &ip) && ip_equal(&ip, &source.ip))
			return;
	config_error(p->report, peers.block->pos,
		"unicast_peer of `%s` does not name %s, from which the other node sends",
		SHORT(n->i->name), ip_text(&source.ip, text));
	config_pair_hint(p, source.pos, NULL);
}

static void rule_unicast(Pair *p, const PairNode *a, const PairNode *b)
{
	const ConfigPeers pa = config_peers(a->i), pb = config_peers(b->i);

	if (!pa.n != !pb.n) {
		const PairNode *with = pa.n ? a : b, *without = pa.n ? b : a;

		config_error(p->report, (pa.n ? pa : pb).block->pos,
			"`%s` sends to peers here and by multicast on the other node: neither "
			"hears the other",
			SHORT(with->i->name));
		config_pair_hint(p, without->i->pos, "write `unicast_peer` on both, or on none");
	} else if (pa.n) {
		peers_name(p, a, b);
		peers_name(p, b, a);
	}
}

typedef struct AddressList {
	const ConfigAddress *items;
	size_t n;
	bool excluded;
} AddressList;

/* What of `l` is not in `other`, and what is there with another prefix. */
static void addresses_only(Pair *p, const PairNode *n, const AddressList *l, const PairNode *on,
	const AddressList *other)
{
	_cleanup_(map_free) Map there = MAP_INIT(sizeof(IpAddr));
	char text[IP_TEXT_SIZE];
	uint32_t index;

	for (uint32_t k = 0; k < other->n; k++)
		map_put(&there, &other->items[k].spec.ip, k);
	for (size_t k = 0; k < l->n; k++) {
		const ConfigAddress *a = &l->items[k];

		if (map_get(&there, &a->spec.ip, &index))
			continue;
		ip_text(&a->spec.ip, text);
		if (l->excluded)
			config_warning(p->report, a->pos,
				"%s of `%s` is not in virtual_ipaddress_excluded of the other "
				"node: "
				"it is lost when that one is master",
				text, SHORT(n->i->name));
		else
			config_error(p->report, a->pos,
				"%s of `%s` is not in virtual_ipaddress of the other node: "
				"keepalived "
				"before 2.3.3 drops adverts whose addresses differ, and both "
				"become "
				"master",
				text, SHORT(n->i->name));
		config_pair_hint(p, other->n ? other->items[0].pos : on->i->pos, same_on_both);
	}
}

static void address_lengths(
	Pair *p, const PairNode *a, const AddressList *la, const AddressList *lb)
{
	_cleanup_(map_free) Map there = MAP_INIT(sizeof(IpAddr));
	char text[IP_TEXT_SIZE];
	uint32_t index;

	for (uint32_t k = 0; k < lb->n; k++)
		map_put(&there, &lb->items[k].spec.ip, k);
	for (size_t k = 0; k < la->n; k++) {
		const AddrSpec *here = &la->items[k].spec;

		if (!map_get(&there, &here->ip, &index) ||
			lb->items[index].spec.prefix_len == here->prefix_len)
			continue;
		config_warning(p->report, la->items[k].pos,
			"%s of `%s` has the prefix length %u here and %u on the other node",
			ip_text(&here->ip, text), SHORT(a->i->name), here->prefix_len,
			lb->items[index].spec.prefix_len);
		config_pair_hint(p, lb->items[index].pos, same_on_both);
	}
}

static void rule_addresses(Pair *p, const PairNode *a, const PairNode *b)
{
	for (int excluded = 0; excluded < 2; excluded++) {
		const AddressList la = { excluded ? a->i->excluded.items : a->i->vips.items,
			excluded ? a->i->excluded.n : a->i->vips.n, excluded };
		const AddressList lb = { excluded ? b->i->excluded.items : b->i->vips.items,
			excluded ? b->i->excluded.n : b->i->vips.n, excluded };

		if (!excluded && (a->i->bad_vip || b->i->bad_vip))
			continue; /* not all were understood */
		addresses_only(p, a, &la, b, &lb);
		addresses_only(p, b, &lb, a, &la);
		address_lengths(p, a, &la, &lb);
	}
}

static void (*const rules[])(Pair *p, const PairNode *a, const PairNode *b) = {
	rule_vrid,
	rule_version,
	rule_advert_int,
	rule_authentication,
	rule_group,
	rule_source,
	rule_unicast,
	rule_addresses,
	config_pair_priority,
};

void config_pair_rules(Pair *p, const PairNode *a, const PairNode *b)
{
	for (size_t n = 0; n < ARRAY_LEN(rules); n++)
		rules[n](p, a, b);
}
