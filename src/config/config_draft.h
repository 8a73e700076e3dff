/* SPDX-License-Identifier: MIT */
#pragma once

/* The configuration as it was written: each value with its place, nothing inherited yet. The
 * keyword table says where a keyword's value goes in here; the rules look at it and take out what
 * does not fit together; config_build makes the engine's configuration from it. */

#include "base/map.h"
#include "config/config_tree.h"
#include "vrrp/vrrp_config.h"

typedef struct ConfigValue {
	SourcePos pos;	  /* of the value, or of a keyword without one; line 0: not given */
	const char *text; /* as written */
	int64_t number;	  /* also microseconds, the index of a choice, true or false */
	const ConfigStatement *statement; /* all its words; NULL: of no statement of its own */
	bool reverse;			  /* after a weight */
	bool bad;			  /* was reported */
	IpAddr ip;
} ConfigValue;

static inline bool config_given(const ConfigValue *v)
{
	return v->pos.line && !v->bad;
}

/* Not even tried. */
static inline bool config_missing(const ConfigValue *v)
{
	return !v->pos.line;
}

typedef struct ConfigAddress {
	AddrSpec spec;
	SourcePos pos, dev_pos, label_pos;
	const ConfigWord *track_group; /* NULL: none */
} ConfigAddress;

typedef struct ConfigTrack {
	const char *name;
	SourcePos pos;
	ConfigValue weight;
	bool reverse, noreverse;
	uint32_t index; /* into `scripts` of the draft, or into `named` */
} ConfigTrack;

typedef VEC(ConfigTrack) ConfigTrackList;

/* What an instance or a group tracks. */
typedef struct ConfigTrackers {
	ConfigTrackList interfaces, scripts, files, processes;
} ConfigTrackers;

/* A command and whom it runs as: first the values, as KIND_NOTIFY stores them, then what the rules
 * make of them. */
typedef struct ConfigCommand {
	ConfigValue command, user, group;
	const char *const *argv; /* NULL: no usable command */
	size_t argc;
	uint32_t uid, gid;
	const uint32_t *groups;
	size_t n_groups;
	bool disabled; /* enable_script_security forbids to run it */
} ConfigCommand;

typedef struct ConfigNotify {
	ConfigCommand master, backup, fault, stop, deleted, any, master_rx_lower_pri;
	ConfigValue mail, priority_changes;
} ConfigNotify;

typedef struct ConfigFifo {
	ConfigValue path, user, group; /* as KIND_FIFO stores them */
	uint32_t uid, gid;
	ConfigCommand reader;
} ConfigFifo;

typedef struct ConfigMail {
	VEC(const char *) to;
	ConfigValue from, server, helo, timeout, no_faults;
	ConfigValue alert, alert_vrrp; /* smtp_alert of who does not say */
} ConfigMail;

typedef struct ConfigGlobalDraft {
	ConfigValue router_id, version, mcast_group4;
	ConfigValue garp_delay, garp_repeat, garp_refresh, garp_refresh_repeat;
	ConfigValue garp_lower_delay, garp_lower_repeat, garp_interval, min_garp;
	ConfigValue lower_prio_no_advert, higher_prio_send_advert, down_timer_adverts;
	ConfigValue startup_delay, script_user, script_group;
	ConfigValue dynamic_interfaces, log_unknown_vrids;
	ConfigValue script_security, supplementary_groups;
	ConfigValue check_unicast_src, priority_changes, fifo_states_on_reload;
	ConfigFifo fifos[VRRP_FIFOS];
	ConfigMail mail;
	VEC(TrackLinkConfig) link_delays;
	/* Of script_user, or of keepalived_script if there is such a user. */
	bool has_script_user;
	uint32_t script_uid, script_gid;
	const uint32_t *script_groups;
	size_t n_script_groups;
} ConfigGlobalDraft;

typedef struct ConfigScriptDraft {
	const char *name;
	SourcePos pos;
	ConfigCommand command;
	ConfigValue interval, timeout, weight, rise, fall, init_fail;
	bool used;	/* somebody names it */
	bool needed;	/* somebody tracks it, after all rules */
	uint32_t index; /* among the needed ones */
} ConfigScriptDraft;

/* A thing that is found by its name. */
typedef enum ConfigNamedKind {
	NAMED_SYNC_GROUP,
	NAMED_TRACK_GROUP,
	NAMED_FILE,
	NAMED_PROCESS,
	NAMED_BFD,
	NAMED_SCRIPT,	/* only in a ConfigReference: scripts and instances have drafts of */
	NAMED_INSTANCE, /* their own */
	NAMED_KINDS,
} ConfigNamedKind;

typedef struct ConfigNamedDraft {
	ConfigNamedKind kind;
	const char *name;
	SourcePos pos;
	ConfigValue required; /* the one keyword it cannot be without */
	/* A group: names as they stand, then the instances, each in its first group only. */
	VEC(const char *) names;
	VEC(uint32_t) members;
	ConfigTrackers trackers;
	ConfigNotify notify;
	ConfigValue tracking_weight;
	/* What can be tracked; as of a script. */
	ConfigValue weight, init_file, source, quorum, quorum_max;
	ConfigValue full_command, param_match, delay, fork_delay, terminate_delay;
	bool used, needed;
	uint32_t index; /* of a group: among the groups */
} ConfigNamedDraft;

/* A name in a list, to be looked up when all blocks were read. */
typedef struct ConfigReference {
	ConfigNamedKind kind;
	const char *name;
	SourcePos pos;
	SourcePos owner; /* of the block: what it tracks should stand above it */
	bool alone;	 /* one such reference is all that a file may have */
} ConfigReference;

typedef struct ConfigFloatingDraft ConfigFloatingDraft;
struct ConfigFloatingDraft {
	SourcePos pos;
	const ConfigWord *address; /* NULL: not given */
	IpAddr ip;		   /* after the rules; family IP_NONE: none */
	ConfigValue provider, token_file, server, id, url, metadata_url, ca_file;
	ConfigValue owner_url, owner_pointer, assign_url, assign_method, assign_body;
	ConfigCommand script;
	ConfigValue port, penalty;
	ConfigFloatingDraft *next;
};

typedef struct ConfigInstanceDraft {
	const char *name;
	SourcePos pos;
	const ConfigStatement *statement; /* what it was made from */
	ConfigValue state, interface, vrid, priority, advert_int, version;
	ConfigValue nopreempt, preempt_delay, auth_type, auth_pass;
	ConfigValue mcast_src_ip, mcast_dst_ip, dont_track_primary;
	ConfigValue garp_delay, garp_repeat, garp_refresh, garp_refresh_repeat;
	ConfigValue garp_lower_delay, garp_lower_repeat;
	ConfigValue lower_prio_no_advert, higher_prio_send_advert, down_timer_adverts;
	ConfigTrackers trackers; /* after the rules with those of the group */
	VEC(ConfigAddress) vips, excluded;
	bool bad_vip; /* some line of virtual_ipaddress was reported */
	ConfigValue unicast_src_ip, native_ipv6, no_vips;
	ConfigValue unicast_ttl, unicast_fault_no_peer, check_unicast_src, track_src_ip;
	VEC(VrrpPeer) peers;
	bool peer_ttl; /* some peer has a range of TTLs */
	ConfigNotify notify;
	ConfigNamedDraft *sync_group; /* NULL: none */
	ConfigValue use_vmac, vmac_xmit_base, vrf;
	size_t n_peers;	 /* lines of unicast_peer, right or wrong */
	IpFamily family; /* of the first address; IP_NONE: none was given */
	bool told_ipv6;
	ConfigFloatingDraft *floating; /* a list, as they stand */
} ConfigInstanceDraft;

/* Names to indices: linear time however many there are. */
typedef struct ConfigNames {
	Map map; /* from the hash of a name, plus the number of the try */
	VEC(const char *) names;
} ConfigNames;

typedef struct ConfigDraft {
	ConfigGlobalDraft global;
	VEC(ConfigScriptDraft *) scripts; /* in the arena, as the instances */
	VEC(ConfigInstanceDraft *) instances;
	VEC(ConfigInstanceDraft *) all; /* with those whose name is missing or taken */
	ConfigNames script_names, instance_names;
	VEC(ConfigNamedDraft *) named;	   /* in the arena */
	VEC(ConfigNamedDraft *) all_named; /* with those whose name is missing or taken */
	ConfigNames named_names[NAMED_KINDS];
	VEC(uint32_t) named_index[NAMED_KINDS]; /* from the index of a name into `named` */
	VEC(ConfigReference) references;
} ConfigDraft;

ConfigDraft config_draft(void);
void config_draft_free(ConfigDraft *d);

/* Adds the name with the next index; false when it is there already. ret_index in both cases. */
bool config_names_add(ConfigNames *n, const char *name, uint32_t *ret_index);
bool config_names_get(const ConfigNames *n, const char *name, uint32_t *ret_index);
