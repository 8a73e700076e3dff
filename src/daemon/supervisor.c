/* SPDX-License-Identifier: MIT */
#include "daemon/supervisor.h"

#include "core/control.h"
#include "core/version.h"
#include "daemon/dump.h"
#include "daemon/pid_file.h"
#include "daemon/snapshot.h"
#include "daemon/vrrp_process.h"
#include "daemon/withdraw.h"
#include "io/io_control.h"
#include "io/io_packet.h"
#include "io/io_will.h"

#include <errno.h>
#include <linux/close_range.h>
#include <malloc.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

enum {
	ENGINE_SETTLED_USEC = 10000000, /* one that lived so long is started again at once */
	ENGINE_FIRST_DELAY_USEC = 500000,
	ENGINE_LAST_DELAY_USEC = 30000000,
	ENGINE_STOP_USEC = 15000000, /* longer than run_stop() lets anything take: 13 s */
	ENGINE_FIRST_FD = 3,
	RELOAD_USEC = 2000000, /* after which one is slow */
};

typedef struct Supervisor {
	const Options *options;
	const ConfigWorld *world;
	Config **config;
	IoJournal journal;
	IoLoop *loop;
	IoControl *control; /* NULL: the run directory belongs to another daemon */
	char *list_path;    /* of withdraw_write_list() */
	int will_fd;
	int pid_file; /* locked while we live; -1: not ours */
	int channel;  /* to the engine; -1: none */
	IoSource *channel_source;
	pid_t engine; /* 0: none */

	Instant engine_started;
	Span delay_usec; /* before the next start */
	Dumps dumps;
	IoSource *timer; /* of the next start, or of an engine that does not stop */
	bool stopping;

	Config *next; /* the engine is going over to it; NULL: no reload is under way */
	Instant reload_began;
	int reload_fd;	  /* who asked for it and waits; -1: nobody */
	StrBuf next_text; /* the warnings about it, for who asked */
	bool reload_again;
	char last_death[64];
} Supervisor;

#define say(s, ...)  io_journal_line(&(s)->journal, TRACE_LEVEL_INFO, __VA_ARGS__)
#define warn(s, ...) io_journal_line(&(s)->journal, TRACE_LEVEL_WARNING, __VA_ARGS__)

static void supervisor_start_engine(Supervisor *s);

static void supervisor_say_warnings(const Supervisor *s, const DiagList *warnings)
{
	vec_foreach(d, &warnings->all) {
		_cleanup_(strbuf_free) StrBuf text = { 0 };

		if (d->severity == DIAG_NOTE)
			continue;
		diag_text(d, &text);
		while (text.n && text.s[text.n - 1] == '\n')
			text.s[--text.n] = '\0';
		for (char *p = text.s; (p = strchr(p, '\n'));)
			*p = ' ';
		warn(s, "%s", text.s);
	}
}

/* The list of what may have to be withdrawn is never shorter than what an engine may hold. */
static void supervisor_write_list(Supervisor *s)
{
	const int r = s->list_path ? withdraw_write_list(&(*s->config)->vrrp,
					     s->next ? &s->next->vrrp : NULL, s->list_path)
				   : 0;

	if (r < 0)
		warn(s, "%s: %s", s->list_path, strerrordesc_np(-r));
}

static void reload_begin(Supervisor *s, int fd);

/* Answers whoever asked: `why` not, or NULL when the new configuration is in force. */
static void reload_end(Supervisor *s, const char *why)
{
	_cleanup_(strbuf_free) StrBuf answer = { 0 };
	Config *const gone = why ? s->next : *s->config;
	const bool changed = s->next;

	if (why)
		warn(s, "reload refused, the running configuration stays: %s", why);
	else
		*s->config = s->next;
	s->next = NULL;
	if (changed) {
		supervisor_write_list(s);
		config_free(gone);
		free(gone);
	}
	(void)sd_notify(0, "READY=1");
	if (s->reload_fd >= 0) {
		strbuf_printf(&answer, "%s%s", why ? CONTROL_ERROR : CONTROL_OK, why ?: "");
		strbuf_printf(&answer, "%s%s", why ? "\n" : "", strbuf_text(&s->next_text));
		(void)send(s->reload_fd, answer.s, answer.n, MSG_NOSIGNAL | MSG_DONTWAIT);
		(void)close(s->reload_fd);
		s->reload_fd = -1;
	}
	strbuf_free(&s->next_text);
	s->next_text = (StrBuf){ 0 };
	if (s->reload_again) {
		s->reload_again = false;
		reload_begin(s, -1);
	}
}

/* What the file said and where is told by now. */
static void supervisor_keep(Config *config)
{
	config_compact(config);
	(void)malloc_trim(0);
}

/* Reads and checks; what was found goes to the log and into next_text. */
static bool reload_read(Supervisor *s, Snapshot *snapshot)
{
	_cleanup_(diag_list_free) DiagList diags = { 0 };
	const ConfigWorld world = snapshot_record(snapshot, s->world);
	Config *config = NEW(Config);
	bool good;

	config_read(s->options->config, &world, config, &diags);
	supervisor_say_warnings(s, &diags);
	vec_foreach(d, &diags.all)
		if (d->severity != DIAG_NOTE)
			diag_text(d, &s->next_text);
	good = diag_may_start(&diags);
	/* A file that is being written is empty for a moment. */
	if (good && !config->vrrp.n_instances && (*s->config)->vrrp.n_instances) {
		strbuf_printf(&s->next_text,
			"%s has no vrrp_instance at all; to end the service, "
			"stop the daemon\n",
			s->options->config);
		warn(s, "%s has no vrrp_instance at all; to end the service, stop the daemon",
			s->options->config);
		good = false;
	}
	if (good) {
		s->next = config;
		supervisor_keep(config);
	} else {
		config_free(config);
		free(config);
	}
	return good;
}

static void reload_begin(Supervisor *s, int fd)
{
	_cleanup_(snapshot_free) Snapshot snapshot = { 0 };
	int memory;

	if (s->stopping || s->next) {
		s->reload_again |= s->next && fd < 0;
		if (fd >= 0)
			io_control_refuse(
				fd, s->stopping ? "the daemon is being stopped"
				    : instant_since(io_now(), s->reload_began) < RELOAD_USEC
					    ? "a reload is under way"
					    : "a reload is under way and the VRRP engine does not "
					      "answer: "
					      "it hangs or is stopped");
		return;
	}
	s->reload_fd = fd;
	s->reload_began = io_now();
	say(s, "Reloading");
	(void)sd_notifyf(0, "RELOADING=1\nMONOTONIC_USEC=%llu", (unsigned long long)io_now());
	if (!reload_read(s, &snapshot)) {
		reload_end(s, "the new configuration has errors");
		return;
	}
	supervisor_write_list(s);
	if (!s->engine) {
		say(s, "Reload complete: the VRRP engine will start with it");
		reload_end(s, NULL);
		return;
	}
	memory = snapshot_to_fd(&snapshot);
	if (memory < 0 || io_control_pass(s->channel, memory, control_line(CONTROL_RELOAD)) < 0)
		reload_end(s, "the engine does not take requests: it hangs or is stopped");
	if (memory >= 0)
		(void)close(memory);
}

/* The engine says how a reload went. */
static void supervisor_told(void *data, int fd, uint32_t events _unused_)
{
	Supervisor *s = data;
	char line[LIMIT_CONTROL_LINE];
	const ssize_t n = recv(fd, line, sizeof(line) - 1, MSG_DONTWAIT);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		io_source_free(TAKE(s->channel_source)); /* it is dying, as will be noticed */
		return;
	}
	if (n < 0 || !s->next)
		return;
	line[n] = '\0';
	if (!strcmp(line, CONTROL_RELOADED))
		reload_end(s, NULL);
	else if (!strncmp(line, CONTROL_REFUSED, sizeof(CONTROL_REFUSED) - 1))
		reload_end(s, line + sizeof(CONTROL_REFUSED) - 1);
}

/* The engine's process keeps its two descriptors and nothing else of ours. */
static _Noreturn void supervisor_become_engine(Supervisor *s, int channel, pid_t supervisor)
{
	VrrpProcess engine = {
		.config = *s->config,
		.config_path = s->options->config,
		.world = s->world,
		.journal = s->journal,
		.will_fd = ENGINE_FIRST_FD,
		.channel_fd = ENGINE_FIRST_FD + 1,
		.ignore_sigint = s->options->ignore_sigint,
		.dump_directory = s->dumps.directory,
		.notify_timeout_usec = s->options->notify_timeout_usec,
	};
	/* Out of the way of each other first. */
	const int will = dup(s->will_fd), socket = dup(channel);

	engine.journal.ident = "Regent_vrrp";
	(void)prctl(PR_SET_NAME, "regentd_vrrp");
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != supervisor) /* it died before the line above */
		_exit(EXIT_FATAL);
	if (will < 0 || socket < 0 || dup2(will, engine.will_fd) < 0 ||
		dup2(socket, engine.channel_fd) < 0)
		_exit(EXIT_FATAL);
	(void)close_range(ENGINE_FIRST_FD + 2, ~0U, 0);
	exit(vrrp_process_run(&engine));
}

static void supervisor_will_packet(void *data, const OpSend *packet)
{
	io_packet_send(data, OP_SEND_IP, packet);
	io_packet_flush(data); /* the bytes are gone after this call */
}

/* What the dead engine can no longer do: resign, and let go of its addresses. */
static void supervisor_bury(Supervisor *s)
{
	IoPacket *packet;
	int n = io_packet_open(NULL, NULL, NULL, &packet);

	if (!n) {
		io_will_read(s->will_fd, supervisor_will_packet, packet);
		io_packet_free(packet);
	}
	io_will_clear(s->will_fd);
	n = withdraw_configured(&(*s->config)->vrrp);
	if (s->next && n >= 0) {
		const int m = withdraw_configured(&s->next->vrrp);

		n = m < 0 ? m : n + m;
	}
	if (n < 0)
		warn(s, "cannot withdraw the addresses of the dead engine: %s",
			strerrordesc_np(-n));
	else if (n)
		say(s, "withdrew %d address%s of the dead engine", n, n == 1 ? "" : "es");
}

static void supervisor_timer(void *data)
{
	Supervisor *s = data;

	if (!s->stopping) {
		supervisor_start_engine(s);
	} else if (s->engine) {
		warn(s, "the VRRP engine (pid %d) does not stop: killing it", s->engine);
		(void)kill(s->engine, SIGKILL);
	}
}

static void supervisor_schedule(Supervisor *s)
{
	const Instant now = io_now();

	if (instant_since(now, s->engine_started) > ENGINE_SETTLED_USEC)
		s->delay_usec = 0;
	io_timer_arm(s->timer, instant_add(now, s->delay_usec));
	s->delay_usec = s->delay_usec ? MIN(s->delay_usec * 2, (Span)ENGINE_LAST_DELAY_USEC)
				      : ENGINE_FIRST_DELAY_USEC;
}

static void supervisor_engine_ended(void *data, pid_t pid, const siginfo_t *how)
{
	Supervisor *s = data;
	const bool exited = how->si_code == CLD_EXITED;

	io_source_free(TAKE(s->channel_source));
	(void)close(s->channel);
	s->channel = -1;
	s->engine = 0;
	(void)unlink(s->options->vrrp_pid_file);
	(void)snprintf(s->last_death, sizeof(s->last_death),
		exited ? "exited with status %d" : "killed by signal %d", how->si_status);
	if (!exited || how->si_status != EXIT_OK || !s->stopping) {
		warn(s, "the VRRP engine (pid %d) %s", pid, s->last_death);
		supervisor_bury(s);
	}
	if (s->next)
		reload_end(s, s->stopping ? "the daemon is being stopped"
					  : "the engine died while it reloaded; it starts with the "
					    "old configuration: reload again");
	if (s->stopping)
		io_loop_exit(s->loop, EXIT_OK);
	else if (s->options->no_respawn)
		io_loop_exit(s->loop, EXIT_FATAL);
	else
		supervisor_schedule(s);
}

static void supervisor_start_engine(Supervisor *s)
{
	const pid_t self = getpid();
	int channel[2], r;

	s->engine_started = io_now();
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, channel) < 0) {
		warn(s, "cannot start the VRRP engine: %s", strerrordesc_np(errno));
		supervisor_schedule(s);
		return;
	}
	s->engine = fork();
	if (s->engine == 0)
		supervisor_become_engine(s, channel[1], self);
	(void)close(channel[1]);
	if (s->engine < 0) {
		warn(s, "cannot start the VRRP engine: %s", strerrordesc_np(errno));
		s->engine = 0;
		(void)close(channel[0]);
		supervisor_schedule(s);
		return;
	}
	s->channel = channel[0];
	(void)io_loop_fd(s->loop, s->channel, EPOLLIN, supervisor_told, s, &s->channel_source);
	say(s, "Starting VRRP child process, pid=%d", s->engine);
	(void)pid_file_write(s->options->vrrp_pid_file, s->engine);
	r = io_loop_child(s->loop, s->engine, supervisor_engine_ended, s);
	if (r) {
		/* One whose death would not be noticed must not live. */
		siginfo_t how = { 0 };

		warn(s, "cannot watch the VRRP engine: %s", strerrordesc_np(-r));
		(void)kill(s->engine, SIGKILL);
		(void)waitid(P_PID, (id_t)s->engine, &how, WEXITED);
		supervisor_engine_ended(s, s->engine, &how);
	}
}

static void supervisor_stop(void *data, int signal _unused_)
{
	Supervisor *s = data;

	if (s->stopping)
		return;
	say(s, "Stopping");
	(void)sd_notify(0, "STOPPING=1");
	s->stopping = true;
	if (!s->engine) {
		io_loop_exit(s->loop, EXIT_OK);
		return;
	}
	(void)kill(s->engine, SIGTERM);
	io_timer_arm(s->timer, instant_add(io_now(), ENGINE_STOP_USEC));
}

static void supervisor_ignore(void *data _unused_, int signal _unused_)
{
}

static void supervisor_reload(void *data, int signal _unused_)
{
	reload_begin(data, -1);
}

static void supervisor_request(void *data, int fd, const char *line)
{
	Supervisor *s = data;
	char text[128];

	if (control_parse(line) == CONTROL_RELOAD) {
		reload_begin(s, fd);
		return;
	}
	if (s->channel >= 0 && !io_control_pass(s->channel, fd, line)) {
		(void)close(fd);
		return;
	}
	if (s->engine) {
		io_control_refuse(
			fd, "the VRRP engine does not take requests: it hangs or is stopped");
		return;
	}
	(void)snprintf(text, sizeof(text), "the VRRP engine is not running: %s; %s",
		s->last_death[0] ? s->last_death : "it was not started",
		s->stopping ? "stopping" : "it is being started again");
	io_control_refuse(fd, text);
}

/* Control socket and address list. A daemon without them still does its service. */
static void supervisor_open_run_dir(Supervisor *s)
{
	_cleanup_free_ char *socket = NULL;
	int r;

	if (mkdir(s->options->run_dir, 0755) < 0 && errno != EEXIST)
		warn(s, "cannot make %s: %s", s->options->run_dir, strerrordesc_np(errno));
	if (asprintf(&socket, "%s/" CONTROL_SOCKET, s->options->run_dir) < 0)
		abort();
	r = io_control_listen(s->loop, socket, supervisor_request, s, &s->control);
	if (r)
		warn(s, "no status on %s: %s%s", socket, strerrordesc_np(-r),
			r == -EADDRINUSE ? " by another regentd; give this one its own --run-dir"
					 : "");
	if (r == -EADDRINUSE)
		return; /* its list is none of ours */
	if (asprintf(&s->list_path, "%s/vrrp.addresses", s->options->run_dir) < 0)
		abort();
	r = withdraw_listed(s->list_path);
	if (r > 0)
		say(s, "withdrew %d address%s that a killed daemon left", r, r == 1 ? "" : "es");
	if (r >= 0)
		supervisor_write_list(s);
	else
		warn(s, "%s: %s", s->list_path, strerrordesc_np(-r));
}

static int supervisor_setup(Supervisor *s)
{
	int r = io_loop_new(&s->loop);

	if (!r) {
		s->will_fd = io_will_create();
		r = MIN(s->will_fd, 0);
	}
	if (!r)
		r = io_loop_signal(s->loop, SIGTERM, supervisor_stop, s);
	if (!r)
		r = io_loop_signal(s->loop, SIGINT,
			s->options->ignore_sigint ? supervisor_ignore : supervisor_stop, s);
	if (!r)
		r = io_loop_signal(s->loop, SIGHUP, supervisor_reload, s);
	if (!r)
		r = io_loop_orphans(s->loop);
	s->dumps = (Dumps){ .loop = s->loop,
		.journal = &s->journal,
		.directory = dump_directory(),
		.config = s->config,
		.engine = &s->engine };
	if (!r)
		r = dump_signals(&s->dumps);
	if (!r)
		r = io_loop_timer(s->loop, supervisor_timer, s, &s->timer);
	return r;
}

static void supervisor_close(Supervisor *s)
{
	io_control_free(s->control);
	io_loop_free(s->loop);
	if (s->will_fd >= 0)
		(void)close(s->will_fd);
	if (s->list_path)
		(void)unlink(s->list_path);
	free(s->list_path);
	if (s->pid_file >= 0) {
		(void)unlink(s->options->pid_file);
		(void)close(s->pid_file);
	}
}

int supervisor_run(
	const Options *options, const ConfigWorld *world, Config **config, const DiagList *warnings)
{
	Supervisor s = {
		.options = options,
		.world = world,
		.config = config,
		.reload_fd = -1,
		.journal = { .ident = "Regent",
			.console = options->log_console,
			.syslog = !options->no_syslog,
			.facility = options->log_facility,
			.detail = options->log_detail },
		.will_fd = -1,
		.pid_file = -1,
		.channel = -1,
	};
	bool pid_file = false;
	int r;

	say(&s, "Starting Regent v" REGENT_VERSION);
	say(&s, "Configuration file %s", options->config);
	if (options->not_yet)
		warn(&s, "option %s: understood, not yet carried out", options->not_yet);
	supervisor_say_warnings(&s, warnings);
	supervisor_keep(*config);
	r = supervisor_setup(&s);
	if (!r) {
		s.pid_file = pid_file_take(options->pid_file);
		r = MIN(s.pid_file, 0);
		pid_file = r < 0;
	}
	if (r) {
		warn(&s, "cannot start: %s%s%s%s", pid_file ? options->pid_file : "",
			pid_file ? ": " : "",
			r == -EWOULDBLOCK ? "another regentd has it locked" : strerrordesc_np(-r),
			pid_file ? "; --pid=FILE names another pid file" : "");
		supervisor_close(&s);
		return EXIT_FATAL;
	}
	supervisor_open_run_dir(&s);
	supervisor_start_engine(&s);
	(void)sd_notify(0, "READY=1");
	say(&s, "Startup complete");
	if (options->started_fd >= 0)
		(void)!write(options->started_fd, "", 1);
	r = io_loop_run(s.loop);
	say(&s, "Stopped Regent v" REGENT_VERSION);
	supervisor_close(&s);
	return r < 0 ? EXIT_FATAL : r;
}
