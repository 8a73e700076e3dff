/* SPDX-License-Identifier: MIT */
#include "io/io_process.h"

#include "base/map.h"
#include "base/vec.h"
#include "core/limits.h"
#include "io/io_process_events.h"
#include "io/io_process_stat.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/pidfd.h>
#include <time.h>
#include <unistd.h>

enum {
	PROCESS_SEARCH_USEC = 250000,
	PROCESS_YOUNG_USEC = 2000000, /* so long a new one is looked at in each search */
	PROCESS_ALL_USEC = 2000000,   /* so often all are */
	PROCESS_SETTLE_USEC = 10000,  /* between a fork and the look: mostly an exec follows */
	PROCESS_BUDGET = 512,	      /* work in one go */
	PROCESS_READ_COST = 16,	      /* of a look; an entry of the directory is 1 */
	PROCESS_LOOKS = 4096,	      /* looks that wait; beyond these all are looked at */
	PROCESS_BITE = 8192,
};

typedef struct Process {
	IoProcess *all;
	size_t index; /* in all->processes */
	int32_t pid;
	uint64_t start, image; /* ProcessStat's */
	Instant since;	       /* it runs */
	uint32_t search;       /* the last that found it */
	uint32_t round;	       /* the last in which it was told; 0: never */
	bool kernel;
	bool watched;
	int pidfd; /* -1: none */
	IoSource *end;
} Process;

typedef struct ProcessLook {
	int32_t pid;
	Instant due;
} ProcessLook;

struct IoProcess {
	IoLoop *loop;
	IoNewsHandler *handler;
	void *data;
	IoSource *timer;
	IoProcessEvents *events;
	int proc; /* -1: off */
	bool live;
	uint32_t round; /* how often all were to be told */
	bool told_due;	/* EVENT_PROCESSES_TOLD is */
	VEC(Process *) processes;
	Map by_pid;
	VEC(int32_t) gone; /* to be told */
	VEC(ProcessLook) looks;
	size_t looks_done; /* of them */

	/* The search that is under way. */
	bool searching, all_in_search, telling;
	uint32_t search;
	Instant search_due, all_due;
	size_t at, filled;
	_Alignas(struct dirent64) char entries[PROCESS_BITE];

	size_t budget;
	char comm[16], cmdline[LIMIT_CMDLINE];
};

static void process_timer(void *data);

IoProcess *io_process_new(IoLoop *loop, IoNewsHandler *handler, void *data)
{
	IoProcess *p = NEW(IoProcess);

	p->loop = loop;
	p->handler = handler;
	p->data = data;
	p->proc = -1;
	p->by_pid = MAP_INIT(sizeof(int32_t));
	return p;
}

static Process *process_find(const IoProcess *p, int32_t pid)
{
	uint32_t i;

	return map_get(&p->by_pid, &pid, &i) ? p->processes.items[i] : NULL;
}

/* From ticks since boot. */
static Instant process_since(uint64_t start)
{
	const uint64_t tick_usec = USEC_PER_SEC / (uint64_t)sysconf(_SC_CLK_TCK);
	struct timespec t;
	Instant boot;

	(void)clock_gettime(CLOCK_BOOTTIME, &t);
	boot = (Instant)t.tv_sec * USEC_PER_SEC + (Instant)t.tv_nsec / 1000;
	return instant_since(io_now(), instant_since(boot, start * tick_usec));
}

static Process *process_add(IoProcess *p, int32_t pid, uint64_t start)
{
	Process *one = NEW(Process);

	*one = (Process){ .all = p,
		.index = p->processes.n,
		.pid = pid,
		.start = start,
		.since = process_since(start),
		.pidfd = -1 };
	vec_push(&p->processes, one);
	map_put(&p->by_pid, &pid, (uint32_t)one->index);
	return one;
}

/* Its end is told if somebody waits for it. */
static void process_unwatch(Process *one)
{
	if (!one->watched)
		return;
	one->watched = false;
	io_source_free(TAKE(one->end));
	if (one->pidfd >= 0)
		(void)close(one->pidfd);
	one->pidfd = -1;
	vec_push(&one->all->gone, one->pid);
}

static void process_remove(Process *one)
{
	IoProcess *p = one->all;
	Process *last = p->processes.items[p->processes.n - 1];

	process_unwatch(one);
	map_del(&p->by_pid, &one->pid);
	p->processes.n--;
	if (last != one) {
		last->index = one->index;
		p->processes.items[last->index] = last;
		map_put(&p->by_pid, &last->pid, (uint32_t)last->index);
	}
	free(one);
}

static Instant process_next_due(const IoProcess *p)
{
	Instant due = p->live ? p->all_due : MIN(p->search_due, p->all_due);

	if (p->searching)
		return 0;
	if (p->looks_done < p->looks.n)
		due = MIN(due, p->looks.items[p->looks_done].due);
	return due;
}

static void process_arm(IoProcess *p)
{
	io_timer_arm(p->timer, process_next_due(p));
}

static void process_search(IoProcess *p, bool all)
{
	const Instant now = io_now();

	(void)lseek(p->proc, 0, SEEK_SET);
	p->searching = true;
	p->all_in_search = all;
	p->search++;
	p->at = p->filled = 0;
	p->search_due = instant_add(now, PROCESS_SEARCH_USEC);
	if (all)
		p->all_due = p->live ? INSTANT_NEVER : instant_add(now, PROCESS_ALL_USEC);
}

static void process_search_end(IoProcess *p, bool complete)
{
	p->searching = false;
	for (size_t i = p->processes.n; complete && i-- > 0;)
		if (p->processes.items[i]->search != p->search)
			process_remove(p->processes.items[i]);
	p->told_due |= p->telling;
	p->telling = false;
}

static void process_look_later(IoProcess *p, int32_t pid, Span after)
{
	if (p->looks.n - p->looks_done >= PROCESS_LOOKS) {
		vec_clear(&p->looks);
		p->looks_done = 0;
		p->all_due = 0;
	}
	vec_push(&p->looks, ((ProcessLook){ .pid = pid, .due = instant_add(io_now(), after) }));
}

/* Of an entry of /proc: 0 when it is no process. */
static int32_t process_number(const char *name)
{
	char *end;
	const long pid = *name >= '1' && *name <= '9' ? strtol(name, &end, 10) : 0;

	return pid > 0 && pid <= INT32_MAX && !*end ? (int32_t)pid : 0;
}

/* The next process that the search has to look at; 0: none in this go. */
static int32_t process_found(IoProcess *p)
{
	while (p->searching && p->budget) {
		const struct dirent64 *entry = (const struct dirent64 *)(p->entries + p->at);
		Process *one;
		int32_t pid;

		if (p->at == p->filled) {
			const ssize_t n = getdents64(p->proc, p->entries, sizeof(p->entries));

			p->at = 0;
			p->filled = n > 0 ? (size_t)n : 0;
			if (n <= 0)
				process_search_end(p, n == 0);
			continue;
		}
		p->at += entry->d_reclen;
		p->budget--;
		pid = process_number(entry->d_name);
		one = pid ? process_find(p, pid) : NULL;
		if (one)
			one->search = p->search;
		if (pid && (!one || (p->all_in_search && !one->kernel) ||
				   instant_since(io_now(), one->since) < PROCESS_YOUNG_USEC))
			return pid;
	}
	return 0;
}

/* Due looks come first: they are news, the search mostly is not. */
static int32_t process_next(IoProcess *p)
{
	if (!p->budget)
		return 0;
	if (p->looks_done < p->looks.n && p->looks.items[p->looks_done].due <= io_now()) {
		const int32_t pid = p->looks.items[p->looks_done++].pid;

		if (p->looks_done == p->looks.n) {
			vec_clear(&p->looks);
			p->looks_done = 0;
		}
		return pid;
	}
	return process_found(p);
}

/* True when there is something to tell of it. */
static bool process_look(IoProcess *p, int32_t pid, Event *ret_event)
{
	Process *one = process_find(p, pid);
	ProcessStat s;

	p->budget -= MIN(p->budget, (size_t)PROCESS_READ_COST);
	if (!io_process_stat(p->proc, pid, &s)) {
		if (one)
			process_remove(one);
		return false;
	}
	if (one && one->start != s.start) {
		/* The number has gone to another: the end of the one is told first. */
		process_remove(one);
		process_look_later(p, pid, 0);
		return false;
	}
	if (!one)
		one = process_add(p, pid, s.start);
	one->search = p->search;
	one->kernel = s.kernel;
	if (s.ended)
		process_unwatch(one); /* and stays known, or each search would look at it again */
	if (s.ended && p->live)
		process_remove(one);
	if (s.ended || s.partial || s.kernel || (one->image == s.image && one->round == p->round))
		return false;
	one->image = s.image;
	one->round = p->round;
	memcpy(p->comm, s.comm, sizeof(p->comm));
	*ret_event = (Event){ .kind = EVENT_PROCESS,
		.process = { .pid = pid,
			.comm = p->comm,
			.cmdline = p->cmdline,
			.cmdline_len = io_process_cmdline(
				p->proc, pid, p->cmdline, sizeof(p->cmdline)) } };
	return true;
}

bool io_process_news(IoProcess *p, Event *ret_event)
{
	int32_t pid;

	do {
		if (p->gone.n) {
			*ret_event = (Event){ .kind = EVENT_PROCESS_GONE,
				.process = { .pid = p->gone.items[0] } };
			memmove(p->gone.items, p->gone.items + 1, --p->gone.n * sizeof(int32_t));
			return true;
		}
		pid = process_next(p);
		if (pid && process_look(p, pid, ret_event))
			return true;
	} while (pid || p->gone.n);
	if (!p->told_due)
		return false;
	p->told_due = false;
	*ret_event = (Event){ .kind = EVENT_PROCESSES_TOLD };
	return true;
}

static void process_timer(void *data)
{
	IoProcess *p = data;
	const Instant now = io_now();

	if (!p->searching && now >= p->all_due)
		process_search(p, true);
	else if (!p->searching && !p->live && now >= p->search_due)
		process_search(p, false);
	p->budget = PROCESS_BUDGET;
	p->handler(p->data);
	p->budget = 0;
	if (p->proc >= 0)
		process_arm(p);
}

static void process_word(void *data, ProcessWord word, int32_t pid)
{
	IoProcess *p = data;
	Process *one;

	switch (word) {
	case PROCESS_LIVE:
		p->live = true;
		p->all_due = p->searching ? INSTANT_NEVER : p->all_due;
		break;
	case PROCESS_BORN: process_look_later(p, pid, PROCESS_SETTLE_USEC); break;
	case PROCESS_CHANGED: process_look_later(p, pid, 0); break;
	case PROCESS_ENDED:
		one = process_find(p, pid);
		/* The first thread may end before the others: the pidfd knows better. */
		if (one && one->watched)
			process_look_later(p, pid, 0);
		else if (one)
			process_remove(one);
		break;
	case PROCESS_LOST: p->all_due = 0; break;
	}
	process_arm(p);
}

static void process_off(IoProcess *p)
{
	io_process_events_free(TAKE(p->events));
	while (p->processes.n)
		process_remove(p->processes.items[p->processes.n - 1]);
	vec_free(&p->processes);
	vec_free(&p->gone);
	vec_free(&p->looks);
	map_free(&p->by_pid);
	io_source_free(TAKE(p->timer));
	if (p->proc >= 0)
		(void)close(p->proc);
	p->proc = -1;
	p->looks_done = 0;
	p->live = p->searching = p->telling = p->told_due = false;
}

void io_process_free(IoProcess *p)
{
	if (!p)
		return;
	process_off(p);
	free(p);
}

void io_process_watch_all(IoProcess *p, bool on)
{
	if (!on) {
		process_off(p);
		return;
	}
	if (p->proc < 0) {
		p->proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (p->proc < 0 || io_loop_timer(p->loop, process_timer, p, &p->timer)) {
			/* Nothing runs, as far as can be seen. */
			process_off(p);
			p->told_due = true;
			return;
		}
		io_source_background(p->timer);
		/* Before the search, so that nobody slips in between. */
		if (io_process_events_open(p->loop, process_word, p, &p->events))
			p->events = NULL;
	}
	p->round++;
	p->telling = true;
	process_search(p, true);
	process_arm(p);
}

static void process_ended(void *data, int fd _unused_, uint32_t events _unused_)
{
	Process *one = data;
	IoProcess *p = one->all;

	/* It stays known: as a zombie it may be there for long. */
	process_unwatch(one);
	p->handler(p->data);
}

void io_process_watch(IoProcess *p, int32_t pid)
{
	Process *one = process_find(p, pid);
	ProcessStat s;

	if (!one) {
		vec_push(&p->gone, pid);
		return;
	}
	if (one->watched)
		return;
	one->watched = true;
	one->pidfd = pidfd_open(pid, 0);
	if (one->pidfd < 0 && errno == ESRCH) {
		process_unwatch(one);
		return;
	}
	/* Is it still the one that was told? */
	if (!io_process_stat(p->proc, pid, &s) || s.start != one->start || s.ended) {
		process_unwatch(one);
		return;
	}
	/* Without: the search, or the kernel's word, will tell. */
	if (one->pidfd >= 0)
		(void)io_loop_fd(p->loop, one->pidfd, EPOLLIN, process_ended, one, &one->end);
}

bool io_process_live(const IoProcess *p)
{
	return p->live;
}
