/* SPDX-License-Identifier: MIT */
#include "sim/sim_watch.h"

void sim_watch_free(SimWatch *w)
{
	vec_foreach(f, &w->files) {
		free(f->path);
		free(f->text);
	}
	vec_foreach(p, &w->processes)
		free(p->cmdline);
	vec_free(&w->files);
	vec_free(&w->processes);
}

void sim_watch_forget(SimWatch *w)
{
	w->all_processes = false;
	vec_foreach(f, &w->files)
		f->watched = false;
	vec_foreach(p, &w->processes)
		p->watched = false;
}

/* ---- files -------------------------------------------------------------------------------- */

static SimFile *watch_file(SimWatch *w, const char *path)
{
	SimFile *f;

	vec_foreach(have, &w->files)
		if (!strcmp(have->path, path))
			return have;
	f = vec_add(&w->files);
	f->path = mem_strdup(path);
	return f;
}

static Event watch_file_event(const SimFile *f)
{
	return (Event){ .kind = EVENT_FILE,
		.file = { .file = f->id,
			.text = f->text,
			.len = f->text ? MIN(strlen(f->text), (size_t)LIMIT_FILE_TEXT) : 0 } };
}

static void watch_write(SimFile *f, const char *text)
{
	char *copy = text ? mem_strdup(text) : NULL;

	free(f->text);
	f->text = copy;
}

bool sim_watch_set_file(SimWatch *w, const char *path, const char *text, Event *ret_event)
{
	SimFile *f = watch_file(w, path);

	watch_write(f, text);
	*ret_event = watch_file_event(f);
	return f->watched;
}

void sim_watch_file(SimWatch *w, const WatchFile *watch)
{
	SimFile *f;

	/* A number stands for one file. */
	vec_foreach(have, &w->files)
		if (have->watched && have->id == watch->file)
			have->watched = false;
	if (!watch->on)
		return;
	f = watch_file(w, watch->path);
	f->watched = true;
	f->id = watch->file;
	if (watch->init && (watch->overwrite || !f->text))
		watch_write(f, watch->init);
}

bool sim_watch_file_event(const SimWatch *w, uint32_t id, Event *ret_event)
{
	vec_foreach(f, &w->files)
		if (f->watched && f->id == id) {
			*ret_event = watch_file_event(f);
			return true;
		}
	return false;
}

/* ---- processes ---------------------------------------------------------------------------- */

SimProcess *sim_watch_find(SimWatch *w, int32_t pid)
{
	vec_foreach(p, &w->processes)
		if (p->pid == pid)
			return p;
	return NULL;
}

Event sim_watch_process_event(const SimProcess *p)
{
	return (Event){ .kind = EVENT_PROCESS,
		.process = { .pid = p->pid,
			.comm = p->comm,
			.cmdline = p->cmdline,
			.cmdline_len = p->cmdline_len } };
}

bool sim_watch_set_process(
	SimWatch *w, int32_t pid, const char *comm, const char *const *argv, Event *ret_event)
{
	SimProcess *p = sim_watch_find(w, pid);
	StrBuf line = { 0 };

	if (!p) {
		p = vec_add(&w->processes);
		p->pid = pid;
	}
	memset(p->comm, 0, sizeof(p->comm));
	memcpy(p->comm, comm, strnlen(comm, sizeof(p->comm) - 1));
	for (; argv && *argv; argv++)
		strbuf_addn(&line, *argv, strlen(*argv) + 1);
	free(p->cmdline);
	p->cmdline = line.s;
	p->cmdline_len = line.n;
	*ret_event = sim_watch_process_event(p);
	return w->all_processes;
}

bool sim_watch_end(SimWatch *w, int32_t pid, Event *ret_event)
{
	SimProcess *p = sim_watch_find(w, pid);
	bool watched;

	if (!p)
		return false;
	watched = p->watched;
	free(p->cmdline);
	*p = w->processes.items[--w->processes.n];
	*ret_event = (Event){ .kind = EVENT_PROCESS_GONE, .process.pid = pid };
	return watched;
}

bool sim_watch_pid(SimWatch *w, int32_t pid)
{
	SimProcess *p = sim_watch_find(w, pid);

	if (p)
		p->watched = true;
	return p;
}
