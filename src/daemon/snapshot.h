/* SPDX-License-Identifier: MIT */
#pragma once

/* The files of a configuration as they were read. The supervisor reads and checks a new
 * configuration and hands what it read to the engine, which reads the very same: a file that is
 * being written meanwhile cannot make them differ. */

#include "base/strbuf.h"
#include "config/config.h"

typedef struct Snapshot {
	const ConfigWorld *host; /* borrowed */
	StrBuf bytes;		 /* one record after the other, in the order in which was asked */
	size_t at;		 /* replay: the next record */
} Snapshot;

void snapshot_free(Snapshot *s);
/* The machine `host`, of which is remembered what it answers. */
ConfigWorld snapshot_record(Snapshot *s, const ConfigWorld *host);
/* The same answers once more; what is not remembered (interfaces, users) is asked of `host`. */
ConfigWorld snapshot_replay(Snapshot *s, const ConfigWorld *host);
/* Memory to be handed to another process; -errno. */
int snapshot_to_fd(const Snapshot *s);
int snapshot_from_fd(Snapshot *s, int fd);
