/* SPDX-License-Identifier: MIT */
#include "daemon/supervisor.h"

#include "core/control.h"
#include "core/version.h"
#include "daemon/pid_file.h"
#include "daemon/vrrp_process.h"
#include "daemon/withdraw.h"
#include "io/io_control.h"
#include "io/io_packet.h"
#include "io/io_will.h"

#include <errno.h>
#include <linux/close_range.h>
#include <stdio.h>
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
	ENGINE_STOP_USEC = 8000000, /* longer than a check's TERM and KILL take */
	ENGINE_FIRST_FD = 3,
};

typedef struct Supervisor {
	const Options *options;
	const VrrpConfig *config;
	IoJournal journal;
	IoLoop *loop;
	IoControl *control; /* NULL: the run directory belongs to another daemon */
	char *list_path;    /* of withdraw_write_list() */
	int will_fd;
	int pid_file; /* locked while we live; -1: not ours */
	int channel;  /* to the engine; -1: none */
	pid_t engine; /* 0: none */

	Instant engine_started;
	Span delay_usec; /* before the next start */
	IoSource *timer; /* of the next start, or of an engine that does not stop */
	bool stopping;
	char last_death[64];
} Supervisor;

#define say(s, ...)  io_journal_line(&(s)->journal, TRACE_LEVEL_INFO, __VA_ARGS__)
#define warn(s, ...) io_journal_line(&(s)->journal, TRACE_LEVEL_WARNING, __VA_ARGS__)

static void supervisor_start_engine(Supervisor *s);

/* The engine's process keeps its two descriptors and nothing else of ours. */
static _Noreturn void supervisor_become_engine(Supervisor *s, int channel, pid_t supervisor)
{
	VrrpProcess engine = {
		.config = s->config,
		.journal = s->journal,
		.will_fd = ENGINE_FIRST_FD,
		.channel_fd = ENGINE_FIRST_FD + 1,
		.ignore_sigint = s->options->ignore_sigint,
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
	n = withdraw_configured(s->config);
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
	Supervisor *s = data;

	warn(s, "reload is not carried out yet: the running configuration stays; restart to change "
		"it");
}

/* keepalived's signals for dumps (behaviour 160): scripts send them. */
static void supervisor_dump(void *data, int signal)
{
	const Supervisor *s = data;

	warn(s, "signal %d: dumps are not carried out yet; ask `regent status`", signal);
}

static void supervisor_request(void *data, int fd, const char *line)
{
	Supervisor *s = data;
	char text[128];

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
		r = withdraw_write_list(s->config, s->list_path);
	if (r < 0)
		warn(s, "%s: %s", s->list_path, strerrordesc_np(-r));
}

static int supervisor_setup(Supervisor *s)
{
	const int dumps[] = { SIGUSR1, SIGUSR2, SIGRTMIN + 2, SIGRTMAX - 1 };
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
	for (size_t i = 0; !r && i < ARRAY_LEN(dumps); i++)
		r = io_loop_signal(s->loop, dumps[i], supervisor_dump, s);
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

int supervisor_run(const Options *options, const VrrpConfig *config, const DiagList *warnings)
{
	Supervisor s = {
		.options = options,
		.config = config,
		.journal = { .ident = "Regent",
			.console = options->log_console,
			.syslog = !options->no_syslog,
			.facility = options->log_facility,
			.detail = options->log_detail },
		.will_fd = -1,
		.pid_file = -1,
		.channel = -1,
	};
	int r;

	say(&s, "Starting Regent v" REGENT_VERSION);
	say(&s, "Configuration file %s", options->config);
	if (options->not_yet)
		warn(&s, "option %s: understood, not yet carried out", options->not_yet);
	supervisor_say_warnings(&s, warnings);
	r = supervisor_setup(&s);
	if (!r) {
		s.pid_file = pid_file_take(options->pid_file);
		r = MIN(s.pid_file, 0);
	}
	if (r) {
		warn(&s, "cannot start: %s", strerrordesc_np(-r));
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
