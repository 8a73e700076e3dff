/* SPDX-License-Identifier: MIT */
#include "vrrp/vrrp_dump.h"

#include <inttypes.h>

typedef enum DumpTracked { TRACKED_SCRIPT, TRACKED_FILE, TRACKED_PROCESS } DumpTracked;

/* Who looks at it, and with which weight. */
static void dump_tracking(const VrrpConfig *c, DumpTracked what, uint32_t index, StrBuf *out)
{
	strbuf_add(out, "   Tracking instances :\n");
	for (size_t i = 0; i < c->n_instances; i++) {
		const VrrpInstanceConfig *in = &c->instances[i];
		const struct {
			const VrrpTrack *list;
			size_t n;
		} tracks[] = {
			[TRACKED_SCRIPT] = { in->scripts, in->n_scripts },
			[TRACKED_FILE] = { in->files, in->n_files },
			[TRACKED_PROCESS] = { in->processes, in->n_processes },
		};

		for (size_t j = 0; j < tracks[what].n; j++) {
			const VrrpTrack *t = &tracks[what].list[j];

			if (t->index == index)
				strbuf_printf(out, "     %s, weight %d%s\n", in->name, t->weight,
					t->reverse ? " reverse" : "");
		}
	}
}

static void dump_weight(int weight, bool reverse, StrBuf *out)
{
	strbuf_printf(out, "   Weight = %d%s\n", weight, reverse ? " reverse" : "");
}

/* keepalived counts results from 0 to rise + fall - 1; from `rise` on the script is well. */
static uint32_t dump_script_result(const TrackScript *t)
{
	const TrackScriptConfig *c = t->config;

	switch (t->health) {
	case TRACK_UNKNOWN: return 0;
	case TRACK_GOOD: return c->rise + c->fall - 1 - MIN(t->in_row, c->fall - 1);
	case TRACK_BAD: return MIN(t->in_row, c->rise - 1);
	}
	assert(false);
}

static void dump_script(const VrrpConfig *all, const TrackScript *t, uint32_t i, StrBuf *out)
{
	const TrackScriptConfig *c = t->config;

	strbuf_printf(out, " VRRP Script = %s\n   Command = ", c->name);
	vrrp_dump_command(c->job.argv, out);
	strbuf_add(out, "\n   Interval = ");
	vrrp_dump_seconds(c->interval_usec, out);
	strbuf_add(out, " sec\n   Timeout = ");
	vrrp_dump_seconds(c->job.timeout_usec, out);
	strbuf_add(out, " sec\n");
	dump_weight(c->weight, c->reverse, out);
	strbuf_printf(out, "   Rise = %u\n   Fall = %u\n", c->rise, c->fall);
	strbuf_printf(out, "   Result = %u\n", dump_script_result(t));
	strbuf_printf(out, "   Init state = %s\n", t->health == TRACK_UNKNOWN ? "INIT" : "unknown");
	strbuf_printf(out, "   Status = %s\n", t->health == TRACK_GOOD ? "GOOD" : "BAD");
	strbuf_printf(out, "   Script uid:gid = %u:%u\n", c->job.uid, c->job.gid);
	dump_tracking(all, TRACKED_SCRIPT, i, out);
	strbuf_printf(out, "   State = %s\n", t->running ? "running" : "idle");
}

static void dump_file(const VrrpConfig *all, const TrackFile *t, uint32_t i, StrBuf *out)
{
	const TrackFileConfig *c = t->config;

	strbuf_printf(out, " Track file = %s\n   File = %s\n   Status = %" PRId64 "\n", c->name,
		c->watch.path, t->value);
	dump_weight(c->weight, c->reverse, out);
	dump_tracking(all, TRACKED_FILE, i, out);
}

static void dump_process(const VrrpConfig *all, const TrackProcess *t, uint32_t i, StrBuf *out)
{
	static const char *const matches[] = {
		[TRACK_PARAM_EXACT] = "exact",
		[TRACK_PARAM_INITIAL] = "initial",
		[TRACK_PARAM_PARTIAL] = "partial",
	};
	const TrackProcessConfig *c = t->config;

	strbuf_printf(out, " VRRP Track process = %s\n   Process = %s\n", c->name, c->argv[0]);
	if (c->argv[0] && c->argv[1]) {
		strbuf_add(out, "   Parameters =");
		for (size_t j = 1; c->argv[j]; j++)
			strbuf_printf(out, " %s", c->argv[j]);
		strbuf_add(out, "\n");
	}
	if (c->param_match)
		strbuf_printf(out, "   Param match = %s\n", matches[c->param_match]);
	strbuf_printf(out, "   Min processes = %u\n", c->quorum);
	if (c->has_quorum_max)
		strbuf_printf(out, "   Max processes = %u\n", c->quorum_max);
	strbuf_printf(out, "   Current processes = %zu\n", t->pids.n);
	strbuf_printf(out, "   Have quorum = %s\n", t->health == TRACK_GOOD ? "true" : "false");
	dump_weight(c->weight, c->reverse, out);
	strbuf_printf(out, "   Terminate delay = %" PRIu64 ".%06" PRIu64 "s\n",
		c->terminate_delay_usec / USEC_PER_SEC, c->terminate_delay_usec % USEC_PER_SEC);
	strbuf_printf(out, "   Fork delay = %" PRIu64 ".%06" PRIu64 "s\n",
		c->fork_delay_usec / USEC_PER_SEC, c->fork_delay_usec % USEC_PER_SEC);
	strbuf_printf(out, "   Full command = %s\n", c->full_command ? "true" : "false");
	dump_tracking(all, TRACKED_PROCESS, i, out);
}

void vrrp_dump_trackers(const VrrpEngine *e, StrBuf *out)
{
	const VrrpConfig *c = e->config;

	if (c->n_scripts)
		strbuf_add(out, "------< VRRP Scripts >------\n");
	for (uint32_t i = 0; i < c->n_scripts; i++)
		dump_script(c, &e->scripts[i], i, out);
	if (c->n_files)
		strbuf_add(out, "------< VRRP Track files >------\n");
	for (uint32_t i = 0; i < c->n_files; i++)
		dump_file(c, &e->files[i], i, out);
	if (c->n_processes)
		strbuf_add(out, "------< VRRP Track processes >------\n");
	for (uint32_t i = 0; i < c->n_processes; i++)
		dump_process(c, &e->processes[i], i, out);
}
