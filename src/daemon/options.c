/* SPDX-License-Identifier: MIT */
#include "daemon/options.h"

#include "core/control.h"
#include "core/version.h"

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <syslog.h>

enum { /* long options without a letter */
	OPT_RUN_DIR = 256,
	OPT_STATE_DIR,
	OPT_NOTIFY_TIMEOUT,
	OPT_NO_VRRP,
	OPT_SIGNUM,
	OPT_IGNORE_SIGINT,
	OPT_NOT_YET,
	OPT_CLUSTER,
	OPT_NO_CLUSTER,
};

static const char options_letters[] = "f:PCBlDS:Gg:u:XVIRndp:r:c:b:as:i:exA:mM:t::vh";

static const struct option options_long[] = {
	{ "use-file", required_argument, NULL, 'f' },
	{ "vrrp", no_argument, NULL, 'P' },
	{ "check", no_argument, NULL, 'C' },
	{ "no_bfd", no_argument, NULL, 'B' },
	{ "all", no_argument, NULL, OPT_NOT_YET },
	{ "log-console", no_argument, NULL, 'l' },
	{ "log-detail", no_argument, NULL, 'D' },
	{ "log-facility", required_argument, NULL, 'S' },
	{ "no-syslog", no_argument, NULL, 'G' },
	{ "log-file", required_argument, NULL, 'g' },
	{ "flush-log-file", no_argument, NULL, OPT_NOT_YET },
	{ "umask", required_argument, NULL, 'u' },
	{ "release-vips", no_argument, NULL, 'X' },
	{ "dont-release-vrrp", no_argument, NULL, 'V' },
	{ "dont-release-ipvs", no_argument, NULL, 'I' },
	{ "dont-respawn", no_argument, NULL, 'R' },
	{ "dont-fork", no_argument, NULL, 'n' },
	{ "dump-conf", no_argument, NULL, 'd' },
	{ "pid", required_argument, NULL, 'p' },
	{ "vrrp_pid", required_argument, NULL, 'r' },
	{ "checkers_pid", required_argument, NULL, 'c' },
	{ "bfd_pid", required_argument, NULL, 'b' },
	{ "address-monitoring", no_argument, NULL, 'a' },
	{ "namespace", required_argument, NULL, 's' },
	{ "config-id", required_argument, NULL, 'i' },
	{ "all-config", no_argument, NULL, 'e' },
	{ "snmp", no_argument, NULL, 'x' },
	{ "snmp-agent-socket", required_argument, NULL, 'A' },
	{ "core-dump", no_argument, NULL, 'm' },
	{ "core-dump-pattern", required_argument, NULL, 'M' },
	{ "config-test", optional_argument, NULL, 't' },
	{ "signum", required_argument, NULL, OPT_SIGNUM },
	{ "ignore-sigint", no_argument, NULL, OPT_IGNORE_SIGINT },
	{ "version", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "run-dir", required_argument, NULL, OPT_RUN_DIR },
	{ "state-dir", required_argument, NULL, OPT_STATE_DIR },
	{ "notify-timeout", required_argument, NULL, OPT_NOTIFY_TIMEOUT },
	{ "no-vrrp", no_argument, NULL, OPT_NO_VRRP },
	{ "cluster", no_argument, NULL, OPT_CLUSTER },
	{ "no-cluster", no_argument, NULL, OPT_NO_CLUSTER },
	{ 0 },
};

static const char options_help[] =
	"Usage: regentd [OPTION]...\n"
	"Keeps floating IP addresses reachable; reads keepalived.conf.\n"
	"\n"
	"  -f, --use-file=FILE       configuration (/etc/keepalived/keepalived.conf)\n"
	"  -t, --config-test[=FILE]  check the configuration and end\n"
	"  -n, --dont-fork           stay in the foreground\n"
	"  -l, --log-console         log to the console\n"
	"  -G, --no-syslog           do not log to syslog\n"
	"  -D, --log-detail          log more\n"
	"  -S, --log-facility=N      syslog facility: 0-7, local0-local7, user, daemon\n"
	"  -p, --pid=FILE            pid file of the supervisor (/run/keepalived.pid)\n"
	"  -r, --vrrp_pid=FILE       pid file of the VRRP engine (/run/vrrp.pid)\n"
	"  -i, --config-id=ID        what @ID lines are held against (the host name up to its "
	"dot)\n"
	"  -R, --dont-respawn        do not start a dead engine again\n"
	"      --ignore-sigint       an interrupt does not stop the daemon\n"
	"      --signum=NAME         print the number of a signal and end\n"
	"      --run-dir=DIR         control socket and runtime files (/run/regent)\n"
	"      --state-dir=DIR       state that outlives a boot (/var/lib/regent)\n"
	"      --notify-timeout=SECONDS  how long a notify script may keep others waiting (30)\n"
	"      --no-vrrp             do not run the VRRP engine\n"
	"  -v, --version             print the version and end\n"
	"  -h, --help                print this and end\n"
	"\n"
	"The other options of keepalived are taken and named in the log as not yet carried out.\n";

static bool options_facility(const char *text, int *ret_facility)
{
	static const int local[] = { LOG_LOCAL0, LOG_LOCAL1, LOG_LOCAL2, LOG_LOCAL3, LOG_LOCAL4,
		LOG_LOCAL5, LOG_LOCAL6, LOG_LOCAL7 };

	if (!strcmp(text, "user")) {
		*ret_facility = LOG_USER;
		return true;
	}
	if (!strcmp(text, "daemon")) {
		*ret_facility = LOG_DAEMON;
		return true;
	}
	if (!strncmp(text, "local", 5))
		text += 5;
	if (text[0] < '0' || text[0] > '7' || text[1])
		return false;
	*ret_facility = local[text[0] - '0'];
	return true;
}

enum { OPTIONS_SECONDS_MAX = 86400 };

static bool options_seconds(const char *text, uint64_t *ret_usec)
{
	char *end;
	const unsigned long n = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || !n || n > OPTIONS_SECONDS_MAX)
		return false;
	*ret_usec = n * 1000000;
	return true;
}

/* keepalived's names for what its signals do (behaviour 160). */
static int options_signum(const char *name)
{
	const struct {
		const char *name;
		int number;
	} signals[] = {
		{ "STOP", SIGTERM },
		{ "RELOAD", SIGHUP },
		{ "DATA", SIGUSR1 },
		{ "STATS", SIGUSR2 },
		{ "STATS_CLEAR", SIGRTMAX - 1 },
		{ "JSON", SIGRTMIN + 2 },
	};

	for (size_t i = 0; i < ARRAY_LEN(signals); i++)
		if (!strcmp(signals[i].name, name)) {
			(void)printf("%d\n", signals[i].number);
			return EXIT_OK;
		}
	(void)fprintf(stderr, "regentd: unknown signal name %s\n", name);
	return EXIT_FATAL;
}

/* One option. False: end with *ret_status. */
static bool options_one(int option, const char *name, Options *o, int *ret_status)
{
	switch (option) {
	case 'f': o->config = optarg; break;
	case 'l': o->log_console = true; break;
	case 'D': o->log_detail = true; break;
	case 'G': o->no_syslog = true; break;
	case 'R': o->no_respawn = true; break;
	case 'n': o->no_fork = true; break;
	case 'i': o->config_id = optarg; break;
	case 'p': o->pid_file = optarg; break;
	case 'r': o->vrrp_pid_file = optarg; break;
	case 't':
		o->config_test = true;
		o->test_log = optarg;
		break;
	case OPT_RUN_DIR: o->run_dir = optarg; break;
	case OPT_STATE_DIR: o->state_dir = optarg; break;
	case OPT_NO_VRRP: o->no_vrrp = true; break;
	case OPT_IGNORE_SIGINT: o->ignore_sigint = true; break;
	case 'P': /* VRRP is all there is, no BFD, no checkers */
	case 'B':
	case 'c':
	case 'b':
	case OPT_NO_CLUSTER: break;
	case 'S':
		if (options_facility(optarg, &o->log_facility))
			break;
		(void)fprintf(stderr, "regentd: unknown log facility %s\n", optarg);
		*ret_status = EXIT_FATAL;
		return false;
	case OPT_NOTIFY_TIMEOUT:
		if (options_seconds(optarg, &o->notify_timeout_usec))
			break;
		(void)fprintf(stderr, "regentd: --notify-timeout: %s is not 1 to %d seconds\n",
			optarg, OPTIONS_SECONDS_MAX);
		*ret_status = EXIT_FATAL;
		return false;
	case OPT_SIGNUM: *ret_status = options_signum(optarg); return false;
	case 'v':
		(void)fprintf(stderr, "Regent v" REGENT_VERSION "\n");
		*ret_status = EXIT_OK;
		return false;
	case 'h':
		(void)fputs(options_help, stdout);
		*ret_status = EXIT_OK;
		return false;
	case '?':
		(void)fputs("regentd: see regentd --help\n", stderr);
		*ret_status = EXIT_FATAL;
		return false;
	default: o->not_yet = name; break;
	}
	return true;
}

bool options_parse(int argc, char **argv, Options *ret_options, int *ret_status)
{
	Options o = {
		.config = "/etc/keepalived/keepalived.conf",
		.pid_file = "/run/keepalived.pid",
		.vrrp_pid_file = "/run/vrrp.pid",
		.run_dir = CONTROL_RUN_DIR,
		.state_dir = "/var/lib/regent",
		.log_facility = LOG_DAEMON,
		.started_fd = -1,
	};
	int option;

	for (;;) {
		const int at = optind;

		option = getopt_long(argc, argv, options_letters, options_long, NULL);
		if (option < 0)
			break;
		if (!options_one(option, argv[at], &o, ret_status))
			return false;
	}
	if (optind < argc) {
		(void)fprintf(stderr, "regentd: unexpected argument %s\n", argv[optind]);
		*ret_status = EXIT_FATAL;
		return false;
	}
	*ret_options = o;
	return true;
}
