/* SPDX-License-Identifier: MIT */
#pragma once

/* What happened and why, as records. The journal, the status and the golden tests print the same
 * words for the same record. Lines that report a change of state keep the wording of keepalived
 * 2.x, since people grep for it. */

#include "base/instant.h"
#include "base/ip.h"
#include "base/strbuf.h"

typedef enum TraceReason {
	TRACE_NONE,
	/* states */
	TRACE_ENTER_BACKUP_INIT,
	TRACE_ENTER_BACKUP,
	TRACE_ENTER_MASTER,
	TRACE_ENTER_FAULT,
	TRACE_ENTER_FAULT_INIT,
	TRACE_ENTER_STOP,
	/* why: kept with the last change and shown by the status */
	TRACE_STARTED,
	TRACE_STOPPING,
	TRACE_OWNER,
	TRACE_MASTER_SILENT,
	TRACE_NOBODY_HEARD,
	TRACE_MASTER_RESIGNED,
	TRACE_PREEMPTING,
	TRACE_HIGHER_PRIORITY,
	TRACE_HIGHER_ADDRESS,
	TRACE_VIP_LOST,
	TRACE_FAULTS_CLEARED,
	TRACE_FAULT_INTERFACE,
	TRACE_FAULT_INTERFACE_UP,
	TRACE_FAULT_NO_INTERFACE,
	TRACE_FAULT_NO_ADDRESS,
	TRACE_FAULT_DEAF,
	TRACE_FAULT_SCRIPT,
	TRACE_FAULT_SCRIPT_PENDING,
	/* elections */
	TRACE_ADVERT_TIMEOUT,
	TRACE_LOWER_DISCARDED,
	TRACE_LOWER_NEW_ELECTION,
	TRACE_LOWER_IGNORED,
	TRACE_ZERO_AS_BACKUP,
	TRACE_ZERO_AS_MASTER,
	TRACE_ZERO_SENT,
	TRACE_OWN_ADDRESS_HEARD,
	TRACE_TWO_OWNERS,
	TRACE_PREEMPT_DELAY_START,
	TRACE_PREEMPT_DELAY_STOP,
	TRACE_INTERVAL_LEARNED,
	TRACE_PRIORITY_CHANGED,
	TRACE_MASTER_SET,
	TRACE_MASTER_CHANGED,
	/* packets not accepted */
	TRACE_REJECT_SHORT,
	TRACE_REJECT_LONG,
	TRACE_REJECT_IP_LENGTH,
	TRACE_REJECT_TTL,
	TRACE_REJECT_VERSION,
	TRACE_REJECT_AUTH_TYPE,
	TRACE_REJECT_AUTH_MISMATCH,
	TRACE_REJECT_PASSWORD,
	TRACE_REJECT_INTERVAL,
	TRACE_REJECT_TYPE,
	TRACE_REJECT_CHECKSUM,
	TRACE_REJECT_UNICAST,
	TRACE_ADDRESS_LIST,
	TRACE_INTERVAL_DIFFERS,
	TRACE_UNKNOWN_VRID,
	/* effects */
	TRACE_VIPS_SET,
	TRACE_VIPS_REMOVED,
	TRACE_GARP_QUEUED,
	TRACE_VIP_EXTRA,
	/* the world */
	TRACE_LINK_UP,
	TRACE_LINK_DOWN,
	TRACE_LINK_GONE,
	TRACE_ADDR_REMOVED,
	TRACE_SCRIPT_OK,
	TRACE_SCRIPT_EXIT,
	TRACE_SCRIPT_SIGNAL,
	TRACE_SCRIPT_TIMEOUT,
	TRACE_SCRIPT_NOT_RUN,
	TRACE_SCRIPT_NOW,
	TRACE_ADDR_ADD_FAILED,
	TRACE_ADDR_DEL_FAILED,
	TRACE_LISTEN_FAILED,
	TRACE_SEND_FAILED,
	TRACE_SEND_AGAIN,
	TRACE_REASONS,
} TraceReason;

typedef enum TraceLevel {
	TRACE_LEVEL_DETAIL, /* only under -D */
	TRACE_LEVEL_INFO,
	TRACE_LEVEL_WARNING,
} TraceLevel;

/* The strings are borrowed from the configuration or from the step that made the record. */
typedef struct TraceRecord {
	TraceReason reason;
	const char *subject; /* instance or script name; NULL: none */
	const char *object;  /* interface, script */
	IpAddr ip, ip2;
	int64_t a, b;
} TraceRecord;

TraceLevel trace_level(TraceReason reason);
/* Appends the record's line, without newline. */
void trace_text(const TraceRecord *t, StrBuf *out);
