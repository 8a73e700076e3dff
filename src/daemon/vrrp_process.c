/* SPDX-License-Identifier: MIT */
#include "daemon/vrrp_process.h"

#include "core/control.h"
#include "core/version.h"
#include "daemon/dump.h"
#include "daemon/options.h"
#include "daemon/snapshot.h"
#include "io/io_channel.h"
#include "io/io_machine.h"
#include "io/io_program.h"
#include "node/node.h"

#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <unistd.h>

typedef struct Process {
	VrrpProcess *args;
	IoLoop *loop;
	IoMachine *machine;
	IoChannel *channel;
	IoWill *will;
	Node *node;
	Dumps dumps;
	Instant started;
} Process;

static void process_event(void *data, const Event *event)
{
	Process *p = data;

	if (event)
		io_machine_apply(p->machine, node_step(p->node, event));
	else if (node_stopped(p->node))
		io_loop_exit(p->loop, EXIT_OK);
	else
		io_machine_arm(p->machine, node_next_due(p->node));
}

static void process_stop(void *data, int signal _unused_)
{
	Process *p = data;

	io_machine_post(p->machine, EVENT_STOP);
}

static void process_ignore(void *data _unused_, int signal _unused_)
{
}

static void process_status(Process *p, bool json, StrBuf *out)
{
	_cleanup_(arena_free) Arena arena = { 0 };
	Status *s = status_new(&arena);
	const Instant now = io_now();

	status_string(s, "version", REGENT_VERSION);
	status_string(s, "engine", "vrrp");
	status_number(s, "pid", getpid());
	status_milli(s, "uptime", (int64_t)(instant_since(now, p->started) / USEC_PER_MSEC));
	node_status(p->node, now, s);
	status_number(s, "send_failures", (int64_t)io_machine_send_failures(p->machine));
	if (json)
		status_json(s, out);
	else
		status_plain(s, out);
}

static void complete_from_environment(FloatingConfig *f)
{
	const bool hetzner = f->provider == FLOATING_HETZNER;

	if (f->provider != FLOATING_DIGITALOCEAN && !hetzner)
		return;
	if (!f->token_file)
		f->token = getenv(hetzner ? "HCLOUD_TOKEN" : "DO_TOKEN");
	if (!hetzner)
		f->url = f->url ?: getenv("REGENT_DIGITALOCEAN_URL");
	f->metadata_url = f->metadata_url ?: getenv("REGENT_METADATA_URL");
}

/* The environment is that of the daemon: no program that it starts inherits it. */
static void complete_floating(Config *config)
{
	char path[PATH_MAX];
	const char *program;

	io_program_path("regent-cloud", REGENT_LIBEXEC, path);
	program = arena_strdup(&config->arena, path);
	for (size_t i = 0; i < config->vrrp.n_instances; i++) {
		VrrpInstanceConfig *v = &config->vrrp.instances[i];

		for (size_t k = 0; k < v->n_floating; k++) {
			FloatingConfig *f = &v->floating[k];

			f->program = program;
			complete_from_environment(f);
		}
	}
}

/* What a configuration cannot know: which program sends its mail. It stands beside this one, or
 * where it was installed. */
static void process_complete(Config *config)
{
	static const char name[] = "regent-mail";
	char path[PATH_MAX];
	const ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - sizeof(name));
	char *last;

	complete_floating(config);
	config->vrrp.mail.program = REGENT_LIBEXEC "/regent-mail";
	if (n <= 0)
		return;
	path[n] = '\0';
	last = strrchr(path, '/');
	if (!last)
		return;
	memcpy(last + 1, name, sizeof(name));
	if (!access(path, X_OK))
		config->vrrp.mail.program = arena_strdup(&config->arena, path);
}

/* The supervisor has found the very same text good; what makes a difference now can only be the
 * machine (an interface that went away). NULL: not to be used, and was told. */
static Config *process_read_config(Process *p, int fd)
{
	_cleanup_(diag_list_free) DiagList diags = { 0 };
	_cleanup_(snapshot_free) Snapshot snapshot = { 0 };
	_cleanup_(strbuf_free) StrBuf refused = { 0 };
	const int r = snapshot_from_fd(&snapshot, fd);
	const ConfigWorld world = snapshot_replay(&snapshot, p->args->world);
	Config *config = NEW(Config);

	if (!r) {
		config_read(p->args->config_path, &world, config, &diags);
		if (diag_may_start(&diags)) {
			config_compact(config);
			process_complete(config);
			(void)malloc_trim(0);
			return config;
		}
	}
	strbuf_add(&refused, CONTROL_REFUSED);
	vec_foreach(d, &diags.all)
		if (d->severity == DIAG_ERROR || d->severity == DIAG_UNSUPPORTED)
			diag_text(d, &refused);
	if (r)
		strbuf_add(&refused, strerrordesc_np(-r));
	io_channel_tell(p->channel, refused.s);
	config_free(config);
	free(config);
	return NULL;
}

static void process_reload(Process *p, int fd)
{
	Config *const old = p->args->config, *next = process_read_config(p, fd);

	(void)close(fd);
	if (!next)
		return;
	p->args->config = next;
	io_machine_act(p->machine, node_reload(p->node, &next->vrrp, io_now()));
	config_free(old);
	free(old);
	io_channel_tell(p->channel, CONTROL_RELOADED);
}

static void process_dump(const Process *p, VrrpDumpKind kind, StrBuf *out)
{
	strbuf_add(out, CONTROL_OK);
	dump_text(p->node, kind, out);
}

static void process_request(void *data, int fd, const char *line)
{
	Process *p = data;
	_cleanup_(strbuf_free) StrBuf answer = { 0 };
	const ControlCommand command = control_parse(line);

	switch (command) {
	case CONTROL_RELOAD: process_reload(p, fd); return;
	case CONTROL_STATUS:
	case CONTROL_STATUS_JSON:
		strbuf_add(&answer, CONTROL_OK);
		process_status(p, command == CONTROL_STATUS_JSON, &answer);
		break;
	case CONTROL_DUMP_DATA: process_dump(p, VRRP_DUMP_DATA, &answer); break;
	case CONTROL_DUMP_STATS: process_dump(p, VRRP_DUMP_STATS, &answer); break;
	case CONTROL_DUMP_JSON: process_dump(p, VRRP_DUMP_JSON, &answer); break;
	case CONTROL_BAD: strbuf_add(&answer, CONTROL_ERROR "unknown request\n"); break;
	}
	io_channel_answer(p->channel, fd, answer.s, answer.n);
}

static int process_setup(Process *p, const VrrpProcess *args)
{
	int r = io_loop_new(&p->loop);

	if (!r)
		r = io_will_open(args->will_fd, &p->will);
	if (!r)
		r = io_machine_new(p->loop, &args->journal, p->will, process_event, p, &p->machine);
	if (!r)
		r = io_channel_open(p->loop, args->channel_fd, process_request, p, &p->channel);
	if (!r)
		r = io_loop_signal(p->loop, SIGTERM, process_stop, p);
	if (!r)
		r = io_loop_signal(
			p->loop, SIGINT, args->ignore_sigint ? process_ignore : process_stop, p);
	if (!r)
		r = io_loop_signal(
			p->loop, SIGHUP, process_ignore, p); /* it is for the supervisor */
	p->dumps = (Dumps){ .loop = p->loop,
		.journal = &args->journal,
		.directory = args->dump_directory,
		.node = p->node };
	return r ? r : dump_signals(&p->dumps);
}

int vrrp_process_run(VrrpProcess *args)
{
	Process p = { .args = args, .node = node_new(&args->config->vrrp), .started = io_now() };
	int r;

	process_complete(args->config);
	node_set_notify_timeout(p.node, args->notify_timeout_usec);
	r = process_setup(&p, args);
	if (!r)
		r = io_machine_start(p.machine);
	if (r)
		io_journal_line(&args->journal, TRACE_LEVEL_WARNING, "cannot start: %s%s",
			strerrordesc_np(-r),
			r == -EPERM || r == -EACCES
				? "; in a container, give it CAP_NET_ADMIN and CAP_NET_RAW"
				: "");
	r = r ? EXIT_FATAL : io_loop_run(p.loop);
	io_channel_free(p.channel);
	io_machine_free(p.machine);
	io_loop_free(p.loop);
	io_will_free(p.will);
	node_free(p.node);
	config_free(args->config);
	free(args->config);
	return r < 0 ? EXIT_FATAL : r;
}
