/* SPDX-License-Identifier: MIT */
/* The machine: ops of files, processes and FIFOs go in, their events come out. */
#include "unit_io.h"

#include "io/io_machine.h"

#include <errno.h>
#include <sys/wait.h>

typedef struct Seen {
	IoMachine *machine;
	int kinds[EVENT_STOP + 1];
	int batches;
	pid_t child;
	bool seen_child, gone;
	char text[64], output[64];
	int fifo_error;
} Seen;

static void apply(Seen *s, Op op)
{
	Ops ops = { 0 };

	ops_add(&ops, op);
	io_machine_apply(s->machine, &ops);
	vec_free(&ops.list);
}

static void on_event(void *data, const Event *e)
{
	Seen *s = data;

	if (!e) {
		s->batches++;
		return;
	}
	assert_true(e->now);
	s->kinds[e->kind]++;
	if (e->kind == EVENT_PROCESS && e->process.pid == s->child && !s->seen_child) {
		s->seen_child = true;
		/* As the engine answers: in the middle of the telling. */
		apply(s, (Op){ .kind = OP_WATCH_PID, .watch_pid = s->child });
	} else if (e->kind == EVENT_PROCESS_GONE && e->process.pid == s->child) {
		s->gone = true;
	} else if (e->kind == EVENT_FILE) {
		(void)snprintf(s->text, sizeof(s->text), "%.*s", (int)e->file.len,
			e->file.text ? e->file.text : "");
		/* What is told need not live on. */
		apply(s, (Op){ .kind = OP_WATCH_FILE, .watch_file = { .file = e->file.file } });
	} else if (e->kind == EVENT_JOB_DONE) {
		(void)snprintf(s->output, sizeof(s->output), "%.*s", (int)e->job_done.output_len,
			e->job_done.output ? e->job_done.output : "");
	} else if (e->kind == EVENT_OP_FAILED && e->op_failed.what == OP_FAILED_FIFO) {
		s->fifo_error = e->op_failed.error;
	}
}

static void test_ops_and_events(void **state)
{
	UnitIo *u = unit_io(state);
	const IoJournal journal = { .ident = "test" };
	const char *words[] = { "sh", "-c", "cat; echo done", NULL };
	const JobSpec spec = {
		.name = "job", .argv = words, .input = "in\n", .input_len = strlen("in\n")
	};
	const FifoOp fifo = { .path = unit_path(u, "none/fifo"), .line = "x\n" };
	Seen s = { 0 };

	if (geteuid() != 0)
		skip();
	s.child = fork();
	if (!s.child) {
		(void)pause();
		_exit(0);
	}
	assert_int_equal(io_machine_new(u->loop, &journal, NULL, on_event, &s, &s.machine), 0);
	assert_int_equal(io_machine_start(s.machine), 0);
	assert_int_equal(s.kinds[EVENT_READY], 1);
	unit_write(u, "a", "17");
	apply(&s, (Op){ .kind = OP_WATCH_FILE,
			  .watch_file = { .file = 1, .path = unit_path(u, "a"), .on = true } });
	apply(&s, (Op){ .kind = OP_FIFO_OPEN, .fifo = fifo });
	apply(&s, (Op){ .kind = OP_FIFO_LINE, .fifo = fifo });
	apply(&s, (Op){ .kind = OP_WATCH_PROCESSES, .watch_processes = true });
	apply(&s, (Op){ .kind = OP_SPAWN, .spawn = { .job = 1, .spec = &spec } });
	io_machine_post(s.machine, EVENT_TIMER);
	assert_string_equal(s.text, "17");
	assert_int_equal(s.kinds[EVENT_FILE], 1);
	assert_int_equal(s.fifo_error, ENOENT);
	assert_int_equal(s.kinds[EVENT_OP_FAILED], 1);
	assert_int_equal(io_machine_fifo_lost(s.machine), 1);
	wait_for(u, s.kinds[EVENT_PROCESSES_TOLD] == 1);
	assert_true(s.seen_child);
	assert_int_equal(kill(s.child, SIGKILL), 0);
	wait_for(u, s.gone);
	assert_int_equal(waitpid(s.child, NULL, 0), s.child);
	wait_for(u, s.kinds[EVENT_JOB_DONE] == 1);
	assert_string_equal(s.output, "in\ndone\n");
	apply(&s, (Op){ .kind = OP_WATCH_PROCESSES });
	assert_int_equal(s.kinds[EVENT_FILE], 1);
	io_machine_free(s.machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = { T(test_ops_and_events) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
