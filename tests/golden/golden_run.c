/* SPDX-License-Identifier: MIT */
/* golden_run SCENARIO: plays a scenario in the simulated world and prints what each machine was
 * asked to do, with the time. test_golden.py compares that with the recorded transcript.
 *
 *   config MACHINE        the lines up to "end" are its keepalived.conf; the machine exists
 *   reload MACHINE        likewise, its new one
 *   link MACHINE DEV up|down|gone
 *   addr MACHINE DEV add|del ADDRESS/LENGTH     by somebody else
 *   cut MACHINE DEV on|off                      packets are lost
 *   program MACHINE NAME STATUS MILLISECONDS  how a check (by its name) or a notify script (by its
 *                         path) ends; -1 milliseconds: it hangs
 *   file MACHINE PATH [WORD...]                 what stands in it; no word: it is removed
 *   process MACHINE PID COMM [WORD...]          starts, or becomes this program
 *   exit MACHINE PID
 *   start|stop|kill MACHINE
 *   packet MACHINE DEV HEX...
 *   run SECONDS
 *   holds ADDRESS         prints who has it
 *   say TEXT
 */
#include "config/config.h"
#include "sim/sim_world.h"

#include <stdio.h>

enum { MACHINES_MAX = 8, WORDS_MAX = 16 };

typedef struct Machine {
	char name[16];
	Config *config;
	StrBuf text;
} Machine;

typedef struct Golden {
	SimWorld *world;
	Machine machines[MACHINES_MAX];
	size_t n;
	Arena names; /* of programs */
	FILE *in;
} Golden;

static void golden_log(void *data _unused_, Instant now, const char *machine, const char *line)
{
	(void)printf("%5llu.%06llu %s: %s\n", (unsigned long long)(now / USEC_PER_SEC),
		(unsigned long long)(now % USEC_PER_SEC), machine, line);
}

static const char *golden_read(
	void *data, const char *path _unused_, Arena *arena, size_t *ret_size, int *ret_errno)
{
	const StrBuf *text = data;

	*ret_errno = 0;
	*ret_size = text->n;
	return arena_strndup(arena, strbuf_text(text), text->n);
}

static _Noreturn void golden_fail(const char *what, const char *word)
{
	(void)fprintf(stderr, "golden_run: %s: %s\n", what, word);
	exit(2);
}

static size_t golden_machine(const Golden *g, const char *name)
{
	for (size_t i = 0; i < g->n; i++)
		if (!strcmp(g->machines[i].name, name))
			return i;
	golden_fail("no such machine", name);
}

/* False when the machine could not start with it. */
static bool golden_read_config(Golden *g, Machine *m, Config *ret_config)
{
	_cleanup_(diag_list_free) DiagList diags = { 0 };
	_cleanup_(strbuf_free) StrBuf errors = { 0 };
	const ConfigWorld world = { .data = &m->text, .read_file = golden_read };
	char line[512];

	strbuf_free(&m->text);
	m->text = (StrBuf){ 0 };
	while (fgets(line, sizeof(line), g->in) && strcmp(line, "end\n") != 0)
		strbuf_add(&m->text, line);
	config_read(m->name, &world, ret_config, &diags);
	vec_foreach(d, &diags.all)
		if (d->severity != DIAG_NOTE)
			diag_text(d, &errors);
	(void)fputs(strbuf_text(&errors), stdout);
	return diag_may_start(&diags);
}

static void golden_config(Golden *g, const char *name)
{
	Machine *m = &g->machines[g->n++];

	if (g->n > MACHINES_MAX)
		golden_fail("too many machines", name);
	(void)snprintf(m->name, sizeof(m->name), "%s", name);
	m->config = NEW(Config);
	if (!golden_read_config(g, m, m->config))
		exit(1);
	(void)sim_add(g->world, m->name, &m->config->vrrp);
}

static void golden_reload(Golden *g, const char *name)
{
	const size_t machine = golden_machine(g, name);
	Machine *m = &g->machines[machine];
	Config *const old = m->config;

	m->config = NEW(Config);
	if (!golden_read_config(g, m, m->config))
		golden_fail("reload: this configuration does not start", name);
	sim_reload(g->world, machine, &m->config->vrrp);
	config_free(old);
	free(old);
}

static void golden_addr(Golden *g, size_t machine, char **words)
{
	char *slash = strchr(words[4], '/');
	IpAddr ip;

	if (!slash)
		golden_fail("no prefix length", words[4]);
	*slash = '\0';
	if (!ip_parse(words[4], &ip))
		golden_fail("no address", words[4]);
	sim_addr(g->world, machine, words[2], &ip, (uint8_t)strtoul(slash + 1, NULL, 10),
		!strcmp(words[3], "add"));
}

static void golden_packet(Golden *g, size_t machine, char **words, size_t n)
{
	uint8_t bytes[LIMIT_PACKET];
	size_t len = 0;

	for (size_t i = 3; i < n; i++)
		for (const char *p = words[i]; p[0] && p[1] && len < sizeof(bytes); p += 2) {
			const char pair[3] = { p[0], p[1] };

			bytes[len++] = (uint8_t)strtoul(pair, NULL, 16);
		}
	sim_packet(g->world, machine, words[2], bytes, len);
}

static void golden_holds(const Golden *g, const char *text)
{
	IpAddr ip;

	if (!ip_parse(text, &ip))
		golden_fail("no address", text);
	(void)printf("%s is on:", text);
	for (size_t i = 0; i < g->n; i++)
		if (sim_holds(g->world, i, &ip))
			(void)printf(" %s", g->machines[i].name);
	(void)printf("\n");
}

static void golden_file(Golden *g, size_t machine, char **words, size_t n)
{
	_cleanup_(strbuf_free) StrBuf text = { 0 };

	for (size_t i = 3; i < n; i++)
		strbuf_printf(&text, "%s%s", words[i], i + 1 < n ? " " : "\n");
	sim_file(g->world, machine, words[2], text.s);
}

static bool golden_watched_command(Golden *g, size_t m, char **words, size_t n)
{
	const int32_t pid = n > 2 ? (int32_t)strtol(words[2], NULL, 10) : 0;

	if (!strcmp(words[0], "file") && n >= 3)
		golden_file(g, m, words, n);
	else if (!strcmp(words[0], "process") && n >= 4)
		sim_process(g->world, m, pid, words[3], (const char *const *)words + 4);
	else if (!strcmp(words[0], "exit") && n == 3)
		sim_process_end(g->world, m, pid);
	else
		return false;
	return true;
}

/* Commands about one machine. */
static void golden_machine_command(Golden *g, char **words, size_t n)
{
	const size_t m = golden_machine(g, words[1]);

	if (!strcmp(words[0], "start"))
		sim_start(g->world, m);
	else if (!strcmp(words[0], "stop"))
		sim_stop(g->world, m);
	else if (!strcmp(words[0], "kill"))
		sim_kill(g->world, m);
	else if (!strcmp(words[0], "link") && n == 4 && !strcmp(words[3], "gone"))
		sim_link_gone(g->world, m, words[2]);
	else if (!strcmp(words[0], "link") && n == 4)
		sim_link(g->world, m, words[2], !strcmp(words[3], "up"));
	else if (!strcmp(words[0], "addr") && n == 5)
		golden_addr(g, m, words);
	else if (!strcmp(words[0], "cut") && n == 4)
		sim_cut(g->world, m, words[2], !strcmp(words[3], "on"));
	else if (!strcmp(words[0], "program") && n == 5) {
		const double msec = strtod(words[4], NULL);

		sim_program(g->world, m, arena_strdup(&g->names, words[2]),
			(int)strtol(words[3], NULL, 10),
			msec < 0 ? INSTANT_NEVER : (Span)(msec * 1000));
	} else if (!strcmp(words[0], "packet") && n >= 4)
		golden_packet(g, m, words, n);
	else if (!golden_watched_command(g, m, words, n))
		golden_fail("bad command", words[0]);
}

static void golden_command(Golden *g, char *line)
{
	char *words[WORDS_MAX + 1] = { 0 };
	size_t n = 0;

	if (!strncmp(line, "say ", 4)) {
		(void)printf("-- %s", line + 4);
		return;
	}
	for (char *w; n < WORDS_MAX && (w = strsep(&line, " \n"));)
		if (*w)
			words[n++] = w;
	if (!n || words[0][0] == '#')
		return;
	if (n < 2)
		golden_fail("too few words", words[0]);
	if (!strcmp(words[0], "config"))
		golden_config(g, words[1]);
	else if (!strcmp(words[0], "reload"))
		golden_reload(g, words[1]);
	else if (!strcmp(words[0], "run"))
		sim_run(g->world, (Span)(strtod(words[1], NULL) * 1e6 + 0.5));
	else if (!strcmp(words[0], "holds"))
		golden_holds(g, words[1]);
	else
		golden_machine_command(g, words, n);
}

int main(int argc, char **argv)
{
	static Golden g;
	char line[4096];

	if (argc != 2 || !(g.in = fopen(argv[1], "re"))) {
		(void)fputs("usage: golden_run SCENARIO\n", stderr);
		return 2;
	}
	g.world = sim_new(golden_log, NULL);
	while (fgets(line, sizeof(line), g.in))
		golden_command(&g, line);
	(void)fclose(g.in);
	sim_free(g.world);
	arena_free(&g.names);
	for (size_t i = 0; i < g.n; i++) {
		config_free(g.machines[i].config);
		free(g.machines[i].config);
		strbuf_free(&g.machines[i].text);
	}
	return 0;
}
