/* SPDX-License-Identifier: MIT */
#include "io/io_loop.h"

#include <errno.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>
#include <time.h>

enum { TIMER_ACCURACY_USEC = 1 }; /* 0 would mean 250 ms */

struct IoLoop {
	sd_event *event;
	IoSource *sources; /* to be freed with the loop */
	bool orphans;	   /* are ours to wait for */
};

struct IoSource {
	IoLoop *loop;
	IoSource *next, **link;
	sd_event_source *source;
	void *data;
	Instant armed;
	pid_t child; /* 0: of something else */
	union {
		IoFdHandler *on_fd;
		IoSignalHandler *on_signal;
		IoChildHandler *on_child;
		IoTimerHandler *on_timer;
	};
};

Instant io_now(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (Instant)t.tv_sec * USEC_PER_SEC + (Instant)t.tv_nsec / 1000;
}

int io_loop_new(IoLoop **ret_loop)
{
	IoLoop *l = NEW(IoLoop);
	int r = sd_event_new(&l->event);

	if (r < 0) {
		free(l);
		return r;
	}
	*ret_loop = l;
	return 0;
}

void io_source_free(IoSource *s)
{
	if (!s)
		return;
	sd_event_source_disable_unref(s->source);
	*s->link = s->next;
	if (s->next)
		s->next->link = s->link;
	free(s);
}

void io_loop_free(IoLoop *l)
{
	if (!l)
		return;
	while (l->sources)
		io_source_free(l->sources);
	sd_event_unref(l->event);
	free(l);
}

int io_loop_run(IoLoop *l)
{
	return sd_event_loop(l->event);
}

void io_loop_exit(IoLoop *l, int code)
{
	(void)sd_event_exit(l->event, code);
}

void io_loop_turn(IoLoop *l, Span at_most_usec)
{
	(void)sd_event_run(l->event, at_most_usec);
}

static IoSource *source_new(IoLoop *l, void *data)
{
	IoSource *s = NEW(IoSource);

	s->loop = l;
	s->data = data;
	s->next = l->sources;
	s->link = &l->sources;
	if (s->next)
		s->next->link = &s->next;
	l->sources = s;
	return s;
}

static int source_made(IoSource *s, int r, IoSource **ret_source)
{
	if (r < 0) {
		s->source = NULL;
		io_source_free(s);
		return r;
	}
	if (ret_source)
		*ret_source = s;
	return 0;
}

static int on_fd(sd_event_source *source _unused_, int fd, uint32_t events, void *data)
{
	IoSource *s = data;

	s->on_fd(s->data, fd, events);
	return 0;
}

int io_loop_fd(IoLoop *l, int fd, uint32_t epoll_events, IoFdHandler *handler, void *data,
	IoSource **ret_source)
{
	IoSource *s = source_new(l, data);

	s->on_fd = handler;
	return source_made(
		s, sd_event_add_io(l->event, &s->source, fd, epoll_events, on_fd, s), ret_source);
}

void io_source_background(IoSource *s)
{
	(void)sd_event_source_set_priority(s->source, SD_EVENT_PRIORITY_IDLE);
}

static int on_signal(
	sd_event_source *source _unused_, const struct signalfd_siginfo *si, void *data)
{
	IoSource *s = data;

	s->on_signal(s->data, (int)si->ssi_signo);
	return 0;
}

int io_loop_signal(IoLoop *l, int signal, IoSignalHandler *handler, void *data)
{
	IoSource *s = source_new(l, data);
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, signal);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	s->on_signal = handler;
	return source_made(
		s, sd_event_add_signal(l->event, &s->source, signal, on_signal, s), NULL);
}

static bool loop_watches(const IoLoop *l, pid_t pid)
{
	for (const IoSource *s = l->sources; s; s = s->next)
		if (s->child == pid)
			return true;
	return false;
}

/* The kernel names the ended ones in its order: one that is watched is first told of, then we are
 * here again. */
static void loop_reap(IoLoop *l)
{
	siginfo_t how = { 0 };

	while (l->orphans && !waitid(P_ALL, 0, &how, WEXITED | WNOHANG | WNOWAIT) && how.si_pid &&
		!loop_watches(l, how.si_pid)) {
		(void)waitid(P_PID, (id_t)how.si_pid, &how, WEXITED | WNOHANG);
		how.si_pid = 0;
	}
}

static void on_orphan(void *data, int signal _unused_)
{
	loop_reap(data);
}

int io_loop_orphans(IoLoop *l)
{
	l->orphans = true;
	return io_loop_signal(l, SIGCHLD, on_orphan, l);
}

static int on_child(sd_event_source *source _unused_, const siginfo_t *si, void *data)
{
	IoSource *s = data;
	IoLoop *l = s->loop;
	const siginfo_t how = *si;
	IoChildHandler *handler = s->on_child;
	void *handler_data = s->data;

	io_source_free(s);
	handler(handler_data, how.si_pid, &how);
	loop_reap(l);
	return 0;
}

int io_loop_child(IoLoop *l, pid_t pid, IoChildHandler *handler, void *data)
{
	IoSource *s = source_new(l, data);
	sigset_t set;

	/* sd-event wants it blocked, though it watches by pidfd. */
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	s->on_child = handler;
	s->child = pid;
	return source_made(
		s, sd_event_add_child(l->event, &s->source, pid, WEXITED, on_child, s), NULL);
}

static int on_timer(sd_event_source *source _unused_, uint64_t usec _unused_, void *data)
{
	IoSource *s = data;

	s->armed = INSTANT_NEVER;
	s->on_timer(s->data);
	return 0;
}

int io_loop_timer(IoLoop *l, IoTimerHandler *handler, void *data, IoSource **ret_source)
{
	IoSource *s = source_new(l, data);
	int r;

	s->on_timer = handler;
	s->armed = INSTANT_NEVER;
	r = sd_event_add_time(
		l->event, &s->source, CLOCK_MONOTONIC, 0, TIMER_ACCURACY_USEC, on_timer, s);
	if (r >= 0)
		r = sd_event_source_set_enabled(s->source, SD_EVENT_OFF);
	return source_made(s, r, ret_source);
}

void io_timer_arm(IoSource *timer, Instant at)
{
	if (timer->armed == at)
		return;
	timer->armed = at;
	if (at == INSTANT_NEVER) {
		(void)sd_event_source_set_enabled(timer->source, SD_EVENT_OFF);
		return;
	}
	(void)sd_event_source_set_time(timer->source, at);
	(void)sd_event_source_set_enabled(timer->source, SD_EVENT_ONESHOT);
}
