/* SPDX-License-Identifier: MIT */
#include "daemon/dump.h"

#include "io/io_host.h"

#include <errno.h>
#include <sys/wait.h>
#include <unistd.h>

const char *dump_directory(void)
{
	const char *directory = getenv("TMPDIR");

	return directory && *directory == '/' ? directory : "/tmp";
}

void dump_text(const Node *node, VrrpDumpKind kind, StrBuf *out)
{
	struct timespec real;
	VrrpDumpTime time = { .local = localtime_r };

	(void)clock_gettime(CLOCK_REALTIME, &real);
	time.now = io_now();
	time.real_usec = (uint64_t)real.tv_sec * USEC_PER_SEC + (uint64_t)real.tv_nsec / 1000;
	node_dump(node, kind, &time, out);
}

static const char *dump_name(const DumpFile *f)
{
	static const char *const names[] = {
		[VRRP_DUMP_DATA] = "keepalived.data",
		[VRRP_DUMP_STATS] = "keepalived.stats",
		[VRRP_DUMP_JSON] = "keepalived.json",
	};

	return f->dumps->node ? names[f->kind] : "keepalived_parent.data";
}

static void dump_say(const DumpFile *f)
{
	static const char *const words[] = {
		[VRRP_DUMP_DATA] = "Printing VRRP data",
		[VRRP_DUMP_STATS] = "Printing VRRP stats",
		[VRRP_DUMP_JSON] = "Printing VRRP as json",
	};
	const char *what = !f->dumps->node ? "Printing parent data"
			   : f->clear	   ? "Printing and clearing VRRP stats"
					   : words[f->kind];

	io_journal_line(f->dumps->journal, TRACE_LEVEL_INFO, "%s for process(%d) on signal", what,
		getpid());
}

static void dump_failed(const DumpFile *f, const char *why)
{
	io_journal_line(f->dumps->journal, TRACE_LEVEL_WARNING, "cannot write %s/%s: %s",
		f->dumps->directory, dump_name(f), why);
}

/* In the child. An errno fits into an exit status. */
static _Noreturn void dump_write(const DumpFile *f)
{
	const Dumps *d = f->dumps;
	StrBuf text = { 0 }, path = { 0 };

	strbuf_printf(&path, "%s/%s", d->directory, dump_name(f));
	if (d->node)
		dump_text(d->node, f->kind, &text);
	else
		vrrp_dump_global(&(*d->config)->vrrp, &text);
	_exit(-io_host_write_file(path.s, strbuf_text(&text), text.n));
}

static void dump_written(void *data, pid_t pid, const siginfo_t *how);

static void dump_start(DumpFile *f)
{
	int r;

	if (f->writer) {
		f->again = true;
		return;
	}
	dump_say(f);
	f->writer = fork();
	if (!f->writer)
		dump_write(f);
	r = f->writer < 0 ? -errno : io_loop_child(f->dumps->loop, f->writer, dump_written, f);
	if (r) {
		dump_failed(f, strerrordesc_np(-r));
		if (f->writer > 0) { /* nobody would be told of its end */
			(void)kill(f->writer, SIGKILL);
			(void)waitid(P_PID, (id_t)f->writer, &(siginfo_t){ 0 }, WEXITED);
		}
		f->writer = 0;
	}
	if (f->clear)
		node_stats_clear(f->dumps->node);
	f->clear = false;
}

static void dump_written(void *data, pid_t pid _unused_, const siginfo_t *how)
{
	DumpFile *f = data;

	f->writer = 0;
	if (how->si_code != CLD_EXITED)
		dump_failed(f, "the writer was killed");
	else if (how->si_status)
		dump_failed(f, strerrordesc_np(how->si_status));
	if (!f->again)
		return;
	f->again = false;
	dump_start(f);
}

static void dump_signal(void *data, int signal)
{
	Dumps *d = data;
	DumpFile *f = &d->files[signal == SIGUSR1	 ? VRRP_DUMP_DATA
				: signal == SIGRTMIN + 2 ? VRRP_DUMP_JSON
							 : VRRP_DUMP_STATS];

	f->clear |= signal == SIGRTMAX - 1;
	if (d->node || f->kind == VRRP_DUMP_DATA)
		dump_start(f);
	if (!d->node && *d->engine)
		(void)kill(*d->engine, signal);
}

int dump_signals(Dumps *d)
{
	const int signals[] = { SIGUSR1, SIGUSR2, SIGRTMIN + 2, SIGRTMAX - 1 };
	int r = 0;

	for (size_t i = 0; i < ARRAY_LEN(d->files); i++)
		d->files[i] = (DumpFile){ .dumps = d, .kind = (VrrpDumpKind)i };
	for (size_t i = 0; !r && i < ARRAY_LEN(signals); i++)
		r = io_loop_signal(d->loop, signals[i], dump_signal, d);
	return r;
}
