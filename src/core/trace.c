/* SPDX-License-Identifier: MIT */
#include "core/trace.h"

#include <inttypes.h>
#include <string.h>

/* In a line: %s subject, %o object, %i and %j addresses, %a and %b numbers, %t a as a time span,
 * %u a microseconds as seconds with six decimals, %e a as the text of an errno. */
typedef struct TraceLine {
	TraceLevel level;
	const char *text;
} TraceLine;

#define DETAIL	TRACE_LEVEL_DETAIL
#define INFO	TRACE_LEVEL_INFO
#define WARNING TRACE_LEVEL_WARNING

static const TraceLine trace_lines[TRACE_REASONS] = {
	[TRACE_NONE] = { DETAIL, "" },

	[TRACE_ENTER_BACKUP_INIT] = { INFO, "(%s) Entering BACKUP STATE (init)" },
	[TRACE_ENTER_BACKUP] = { INFO, "(%s) Entering BACKUP STATE" },
	[TRACE_ENTER_MASTER] = { INFO, "(%s) Entering MASTER STATE" },
	[TRACE_ENTER_FAULT] = { INFO, "(%s) Entering FAULT STATE" },
	[TRACE_ENTER_FAULT_INIT] = { INFO, "(%s) Entering FAULT STATE (init)" },
	[TRACE_ENTER_STOP] = { INFO, "(%s) Entering STOP STATE" },

	[TRACE_STARTED] = { DETAIL, "(%s) started" },
	[TRACE_STOPPING] = { DETAIL, "(%s) the daemon was told to stop" },
	[TRACE_OWNER] = { INFO, "(%s) priority 255: address owner, MASTER at once" },
	[TRACE_MASTER_SILENT] = { INFO, "(%s) nothing heard from master %i for %t" },
	[TRACE_NOBODY_HEARD] = { INFO, "(%s) no master heard for %t" },
	[TRACE_MASTER_RESIGNED] = { INFO, "(%s) master %i resigned (priority 0)" },
	[TRACE_PREEMPTING] = { INFO, "(%s) master %i has lower priority %a, ours is %b" },
	[TRACE_HIGHER_PRIORITY] = { INFO, "(%s) Master received advert from %i with higher "
					  "priority %a, ours %b" },
	[TRACE_HIGHER_ADDRESS] = { INFO, "(%s) Master received advert from %i with same priority "
					 "%a but higher IP address than ours" },
	[TRACE_VIP_LOST] = { WARNING, "(%s) address %i was removed from %o by another program" },
	[TRACE_FAULTS_CLEARED] = { INFO, "(%s) all faults cleared" },
	[TRACE_FAULT_INTERFACE] = { INFO, "(%s): entering FAULT state (interface %o down)" },
	[TRACE_FAULT_INTERFACE_UP] = { INFO,
		"(%s): entering FAULT state (interface %o up, tracked in "
		"reverse)" },
	[TRACE_FAULT_NO_INTERFACE] = { INFO, "(%s): entering FAULT state (interface %o does not "
					     "exist)" },
	[TRACE_FAULT_NO_ADDRESS] = { INFO, "(%s) entering FAULT state (no IPv4 address for "
					   "interface)" },
	[TRACE_FAULT_DEAF] = { INFO, "(%s) entering FAULT state (cannot receive adverts on %o)" },
	[TRACE_FAULT_SCRIPT] = { INFO, "(%s): entering FAULT state due to script %o" },
	[TRACE_FAULT_SCRIPT_PENDING] = { DETAIL, "(%s) waiting for the first result of script %o" },
	[TRACE_FAULT_FILE] = { INFO, "(%s): entering FAULT state (tracked file %o has status %a)" },
	[TRACE_FAULT_FILE_PENDING] = { DETAIL, "(%s) waiting for the content of file %o" },
	[TRACE_FAULT_FILE_SUM] = { INFO, "(%s): entering FAULT state (tracked file %o: %a times "
					 "weight is -254 or less)" },
	[TRACE_FAULT_PROCESS] = { INFO, "(%s) entering FAULT state (tracked process %o quorum not "
					"achieved)" },
	[TRACE_FAULT_PROCESS_UP] = { INFO, "(%s) entering FAULT state (tracked process %o quorum "
					   "achieved, tracked in reverse)" },
	[TRACE_FAULT_PROCESS_PENDING] = { DETAIL, "(%s) waiting for what runs of process %o" },
	[TRACE_FAULT_SOURCE] = { INFO, "(%s): entering FAULT state (src address not configured)" },
	[TRACE_FAULT_NO_PEER] = { INFO, "(%s) entering FAULT state (no unicast peers)" },
	[TRACE_FAULT_GROUP] = { INFO,
		"(%s): entering FAULT state (%o, of the same sync group, is)" },
	[TRACE_GROUP_MEMBER] = { INFO, "(%s) follows the other members of sync group %o" },

	[TRACE_ADVERT_TIMEOUT] = { DETAIL, "(%s) Receive advertisement timeout" },
	[TRACE_LOWER_DISCARDED] = { INFO, "(%s) received lower priority (%a) advert from %i - "
					  "discarding" },
	[TRACE_LOWER_NEW_ELECTION] = { INFO, "(%s) Received advert from %i with lower priority %a, "
					     "ours %b, forcing new election" },
	[TRACE_LOWER_IGNORED] = { INFO, "(%s) Received advert from %i with lower priority %a, "
					"ours %b" },
	[TRACE_ZERO_AS_BACKUP] = { DETAIL, "(%s) Backup received priority 0 advertisement" },
	[TRACE_ZERO_AS_MASTER] = { DETAIL, "(%s) Master received priority 0 message" },
	[TRACE_ZERO_SENT] = { DETAIL, "(%s) sent 0 priority" },
	[TRACE_OWN_ADDRESS_HEARD] = { WARNING, "(%s) WARNING - equal priority advert received from "
					       "remote host with our IP address." },
	[TRACE_TWO_OWNERS] = { WARNING, "(%s) CONFIGURATION ERROR: %i is address owner (priority "
					"255) too: give one of the two a lower priority" },
	[TRACE_PREEMPT_DELAY_START] = { DETAIL, "(%s) start preempt delay (%u)" },
	[TRACE_PREEMPT_DELAY_STOP] = { DETAIL, "(%s) stop preempt delay" },
	[TRACE_INTERVAL_LEARNED] = { INFO, "(%s) advertisement interval changed: mine=%a0 "
					   "milli-sec, rcv'd=%b0 milli-sec" },
	[TRACE_PRIORITY_CHANGED] = { INFO, "(%s) Changing effective priority from %a to %b" },
	[TRACE_MASTER_SET] = { DETAIL, "(%s) master set to %i" },
	[TRACE_MASTER_CHANGED] = { DETAIL, "(%s) master changed from %j to %i" },

	[TRACE_REJECT_SHORT] = { WARNING, "(%s) vrrp packet from %i too short, length %a and "
					  "expect %b" },
	[TRACE_REJECT_LONG] = { WARNING, "(%s) vrrp packet from %i too long, length %a and expect "
					 "%b" },
	[TRACE_REJECT_IP_LENGTH] = { WARNING, "(%s) ip_tot_len mismatch against received length "
					      "from %i. %a and received %b" },
	[TRACE_REJECT_TTL] = { WARNING, "(%s) invalid TTL/HL from %i. Received %a and expect 255" },
	[TRACE_REJECT_VERSION] = { WARNING, "(%s) wrong version from %i. Received %a and expect "
					    "%b" },
	[TRACE_REJECT_AUTH_TYPE] = { WARNING, "(%s) Invalid auth type from %i: %a" },
	[TRACE_REJECT_AUTH_MISMATCH] = { WARNING, "(%s) received a %a auth from %i, expecting "
						  "%b!" },
	[TRACE_REJECT_PASSWORD] = { WARNING, "(%s) received an invalid passwd from %i!" },
	[TRACE_REJECT_INTERVAL] = { WARNING, "(%s) advertisement interval mismatch with %i mine=%b "
					     "sec rcv'd=%a sec" },
	[TRACE_REJECT_TYPE] = { WARNING, "(%s) Invalid packet type from %i. %a and expect 1" },
	[TRACE_REJECT_CHECKSUM] = { WARNING, "(%s) Invalid VRRPv%a checksum from %i" },
	[TRACE_REJECT_UNICAST] = { WARNING, "(%s) Expected multicast packet but received unicast "
					    "packet from %i" },
	[TRACE_REJECT_MULTICAST] = { WARNING,
		"(%s) Expected unicast packet but received multicast packet from %i" },
	[TRACE_REJECT_DESTINATION] = { WARNING,
		"(%s) unicast packet from %i is to %j, which is not our source address" },
	[TRACE_REJECT_PEER] = { WARNING, "(%s) unicast source address %i not a unicast peer" },
	[TRACE_REJECT_PEER_TTL] = { WARNING, "(%s) TTL/HL %a from %i is not what the peer is "
					     "allowed" },
	[TRACE_GROUP_MASTER] = { INFO, "VRRP_Group(%s) Syncing instances to MASTER state" },
	[TRACE_GROUP_BACKUP] = { INFO, "VRRP_Group(%s) Syncing instances to BACKUP state" },
	[TRACE_GROUP_FAULT] = { INFO, "VRRP_Group(%s) Syncing instances to FAULT state" },
	[TRACE_GROUP_WAITS] = { DETAIL, "VRRP_Group(%s): %o waits for the other members before it "
					"becomes MASTER" },
	[TRACE_ADDRESS_LIST] = { WARNING, "(%s) the address list of %i differs from ours (%a "
					  "addresses, ours %b); its adverts are accepted" },
	[TRACE_INTERVAL_DIFFERS] = { WARNING, "(%s) advertisement interval of %i differs: mine=%b0 "
					      "milli-sec, rcv'd=%a0 milli-sec" },
	[TRACE_UNKNOWN_VRID] = { DETAIL, "Unknown VRID(%a) received on interface(%o). "
					 "ignoring..." },

	[TRACE_VIPS_SET] = { DETAIL, "(%s) setting VIPs." },
	[TRACE_VIPS_REMOVED] = { DETAIL, "(%s) removing VIPs." },
	[TRACE_GARP_QUEUED] = { DETAIL, "(%s) Sending/queueing gratuitous ARPs for %a addresses" },
	[TRACE_VIP_EXTRA] = { WARNING, "(%s) only %a addresses fit into an advert: %b more are "
				       "treated as virtual_ipaddress_excluded" },

	[TRACE_LINK_UP] = { INFO, "Netlink reports %o up" },
	[TRACE_LINK_DOWN] = { INFO, "Netlink reports %o down" },
	[TRACE_LINK_GONE] = { INFO, "Netlink reports %o removed" },
	[TRACE_ADDR_REMOVED] = { INFO, "Netlink reflector reports IP %i removed from %o" },
	[TRACE_SCRIPT_OK] = { INFO, "VRRP_Script(%s) succeeded" },
	[TRACE_SCRIPT_EXIT] = { INFO, "VRRP_Script(%s) failed (exited with status %a)" },
	[TRACE_SCRIPT_SIGNAL] = { INFO, "VRRP_Script(%s) failed (due to signal %a)" },
	[TRACE_SCRIPT_TIMEOUT] = { INFO, "VRRP_Script(%s) timed_out" },
	[TRACE_SCRIPT_NOT_RUN] = { WARNING, "VRRP_Script(%s) failed (could not be run: %e)" },
	[TRACE_SCRIPT_NOW] = { INFO, "Script `%s` now returning %a" },
	[TRACE_FILE_NOW] = { DETAIL, "track file %s is now %a" },
	[TRACE_FILE_IGNORED] = { WARNING, "Invalid number %a read from %s - ignoring" },
	[TRACE_QUORUM_GAINED] = { INFO, "Quorum gained for tracked process %s" },
	[TRACE_QUORUM_LOST] = { INFO, "Quorum lost for tracked process %s" },
	[TRACE_NOTIFY_EXIT] = { WARNING, "(%s) notify script %o exited with status %a" },
	[TRACE_NOTIFY_SIGNAL] = { WARNING, "(%s) notify script %o was ended by signal %a" },
	[TRACE_NOTIFY_TIMEOUT] = { WARNING, "(%s) notify script %o did not end in time: stopped" },
	[TRACE_NOTIFY_NOT_RUN] = { WARNING, "(%s) notify script %o could not be run: %e" },
	[TRACE_NOTIFY_DROPPED] = { WARNING, "(%s) too many notifications wait for %o: the oldest "
					    "that wait are dropped" },
	[TRACE_READER_ENDED] = { WARNING, "the reader %s of FIFO %o has ended (%a); it is started "
					  "again" },
	[TRACE_MAIL_FAILED] = { WARNING, "mail to %s could not be sent: %o" },
	[TRACE_FIFO_FAILED] = { WARNING, "FIFO %s: lines are lost: %e" },
	[TRACE_FIFO_OTHER] = { WARNING, "FIFO %s: lines are lost: what has that name is no FIFO; "
					"remove it, or name another" },
	[TRACE_FIFO_AGAIN] = { WARNING, "FIFO %s: lines go out again" },
	[TRACE_FILE_FAILED] = { WARNING, "file %s cannot be made or watched: %e" },
	[TRACE_FLOATING_ASSIGN] = { INFO, "(%s) floating IP %i: assigning it to this machine" },
	[TRACE_FLOATING_OURS] = { INFO, "(%s) floating IP %i is assigned to this machine (%o)" },
	[TRACE_FLOATING_LOST] = { WARNING,
		"(%s) floating IP %i was taken away from this machine by "
		"%o" },
	[TRACE_FLOATING_FAULT] = { WARNING, "(%s) floating IP %i: FAULT: %o" },
	[TRACE_FLOATING_FAILED] = { INFO, "(%s) floating IP %i: %o; trying again" },
	[TRACE_PROBE_FAILED] = { WARNING, "health port %a cannot be opened: %o" },
	[TRACE_RELOADED] = { INFO, "Reload complete" },
	[TRACE_ROUTER_DELETED] = { INFO, "(%s) is no longer configured" },
	[TRACE_ROUTER_RENAMED] = { INFO, "(%s) was called %o before the reload" },
	[TRACE_VIP_NO_LONGER] = { INFO, "(%s) ip address %i dev %o, no longer exist" },
	[TRACE_ADDR_ADD_FAILED] = { WARNING, "cannot add address %i to %o: %e" },
	[TRACE_ADDR_DEL_FAILED] = { WARNING, "cannot remove address %i from %o: %e" },
	[TRACE_SEND_FAILED] = { WARNING, "packets cannot be sent on %o: %e" },
	[TRACE_SEND_AGAIN] = { WARNING, "packets are sent on %o again" },
	[TRACE_SEND_PEER_FAILED] = { WARNING, "packets cannot be sent from %o to %i: %e" },
	[TRACE_SEND_PEER_AGAIN] = { WARNING, "packets are sent from %o to %i again" },
	[TRACE_LISTEN_FAILED] = { WARNING, "cannot receive adverts on %o: %e" },
};

TraceLevel trace_level(TraceReason reason)
{
	return trace_lines[reason].level;
}

static void trace_field(const TraceRecord *t, char field, StrBuf *out)
{
	char ip[IP_TEXT_SIZE], span[SPAN_TEXT_SIZE];

	switch (field) {
	case 's': strbuf_add(out, t->subject ? t->subject : "-"); break;
	case 'o': strbuf_add(out, t->object ? t->object : "-"); break;
	case 'i': strbuf_add(out, ip_text(&t->ip, ip)); break;
	case 'j': strbuf_add(out, ip_text(&t->ip2, ip)); break;
	case 'a': strbuf_printf(out, "%" PRId64, t->a); break;
	case 'b': strbuf_printf(out, "%" PRId64, t->b); break;
	case 't': strbuf_add(out, span_text((Span)t->a, span)); break;
	case 'u':
		strbuf_printf(out, "%" PRId64 ".%06" PRId64, t->a / (int64_t)USEC_PER_SEC,
			t->a % (int64_t)USEC_PER_SEC);
		break;
	case 'e': strbuf_add(out, strerrordesc_np((int)t->a) ?: "unknown error"); break;
	default: assert(false);
	}
}

void trace_text(const TraceRecord *t, StrBuf *out)
{
	for (const char *p = trace_lines[t->reason].text; *p; p++)
		if (*p == '%')
			trace_field(t, *++p, out);
		else
			strbuf_addn(out, p, 1);
}
