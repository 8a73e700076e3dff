# SPDX-License-Identifier: MIT
"""regentd and keepalived as the tests start, stop, kill and question them.

REGENT_BUILD says where the programs of the build are (./build of the checkout).
`--daemon=keepalived` (or REGENT_E2E_DAEMON=keepalived) runs keepalived wherever a test does not ask
for one by name.
"""
import json
import os
import re
import signal
import subprocess

import lab

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.abspath(os.environ.get("REGENT_BUILD", os.path.join(ROOT, "build")))
KIND = os.environ.get("REGENT_E2E_DAEMON", "regentd")      # conftest.py sets it from --daemon
REGENT = os.path.join(BUILD, "regent")

# What the log says when a new configuration is in force.
RELOADED = "Reload complete"

_PREFIX = re.compile(r"^(?:\S+ \S+\[\d+\]: |\w{3} \w{3} +\d+ [\d:]+ \d{4}: )")

# What either daemon says when it turns a packet away.
_REJECTS = re.compile("|".join([
    r"vrrp packet .*too (short|long)", r"invalid TTL/HL", r"wrong version", r"Invalid auth type",
    r"received a \S+ auth", r"received an invalid passwd", r"interval mismatch",
    r"interval of \S+ differs", r"Invalid packet type", r"unexpected ip number count",
    r"ip_tot_len mismatch", r"Invalid VRRPv[23] checksum", r"Expected (uni|multi)cast packet",
    r"expected \d+ VIPs but received", r"not present in MASTER advert", r"address list .*differs",
    r"IPSEC-AH", r"Unknown VRID"]))

_COMPLAINTS = re.compile(r"ERROR: AddressSanitizer|runtime error:|LeakSanitizer|"
                         r"UndefinedBehaviorSanitizer|Unknown keyword")


class Daemon:
    """One daemon on one host. Its pid files, control socket and state are in the host's /run."""

    def __init__(self, host, config, kind=None, env=None, options=()):
        self.host, self.kind = host, kind or KIND
        self.env, self.options = {**os.environ, **(env or {})}, options
        self.kills = 0
        number = len(host.network.daemons)
        self.config = host.write(f"daemon{number}.conf", config)
        self.log_path = os.path.join(host.dir, f"daemon{number}.log")
        self.process, self._child = None, None
        open(self.log_path, "w").close()
        host.network.daemons.append(self)

    @property
    def is_regent(self):
        return self.kind == "regentd"

    def command(self):
        common = ["-f", self.config, "-n", "-l", "-D", "-p", "/run/daemon.pid", "-r",
                  "/run/engine.pid"]
        if self.is_regent:
            return [os.path.join(BUILD, "regentd"), *common, "--run-dir", "/run/regent",
                    "--state-dir", "/run/regent-state", *self.options]
        return ["keepalived", *common, "-G", "-c", "/run/checkers.pid", *self.options]

    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = self.host.popen(*self.command(), stdout=log, stderr=log, env=self.env)
        self._child = None
        return self

    # Processes.

    @property
    def pid(self):
        """Of the daemon; where the host has its own processes, a child of what entered there."""
        if not self.host.pidns:
            return self.process.pid
        if self._child is None:
            self._child = self.host.network.wait(
                "the daemon's process", lambda: lab.children(self.process.pid), 5)[0]
        return self._child

    def running(self):
        return self.process is not None and self.process.poll() is None

    def engine_pid(self):
        """Of the live engine, or None."""
        try:
            with open(self.host.path("/run/engine.pid")) as f:
                pid = int(f.read())
            if self.host.pidns:
                pid = next(p for p in lab.children(self.pid) if lab.inner_pid(p) == pid)
            with open(f"/proc/{pid}/stat") as f:
                fields = f.read().rsplit(")", 1)[1].split()
        except (OSError, ValueError, IndexError, StopIteration):
            return None
        return pid if fields[0] != "Z" and int(fields[1]) == self.pid else None

    def group(self):
        """Every process of the daemon, children before their parents."""
        found = []
        for pid in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{pid}/stat") as f:
                    fields = f.read().rsplit(")", 1)[1].split()
            except (OSError, IndexError):
                continue
            found.append((int(pid), int(fields[1]), int(fields[3])))
        mine, grown = {self.pid: 0}, True
        while grown:
            grown = False
            for pid, parent, session in found:
                if pid not in mine and (parent in mine or session == self.pid):
                    mine[pid] = mine.get(parent, 0) + 1
                    grown = True
        return sorted(mine, key=lambda pid: -mine[pid])

    def processes(self):
        """The daemon itself and its engine, with the number of descriptors each has open."""
        pids = [self.pid] + [p for p in lab.children(self.pid) if lab.state_of(p) != "Z"
                             and self._is_own(p)]
        return {pid: len(os.listdir(f"/proc/{pid}/fd")) for pid in pids}

    def _is_own(self, pid):
        try:
            return os.readlink(f"/proc/{pid}/exe") == os.readlink(f"/proc/{self.pid}/exe")
        except OSError:
            return False

    def zombies(self):
        """Children that nobody has asked how they ended."""
        return [p for own in [self.pid, *lab.children(self.pid)] for p in lab.children(own)
                if lab.state_of(p) == "Z"]

    def memory(self):
        """Of the largest process of the daemon, in KiB."""
        sizes = []
        for pid in self.processes():
            with open(f"/proc/{pid}/status") as f:
                sizes.append(int(re.search(r"VmRSS:\s+(\d+)", f.read())[1]))
        return max(sizes)

    def send(self, number):
        os.kill(self.pid, number)

    def wait_exit(self, timeout=10):
        self.host.network.wait(f"{self.kind} on {self.host.name} has ended",
                               lambda: not self.running(), timeout)
        return self.process.returncode

    def stop(self, timeout=10):
        """An orderly stop; the exit status."""
        self.send(signal.SIGTERM)
        return self.wait_exit(timeout)

    def kill_all(self):
        """Ends all of it at once, frozen before so that none of it can say goodbye."""
        group = self.group()
        for number in (signal.SIGSTOP, signal.SIGKILL):
            for pid in group:
                try:
                    os.kill(pid, number)
                except ProcessLookupError:
                    pass
        self.host.network.wait("what started the daemon has ended", self._ended, 10)
        self.host.network.wait("all of the daemon is gone", lambda: not any(
            os.path.exists(f"/proc/{pid}") for pid in group), 5)

    def _ended(self):
        # nsenter stops when what it runs is stopped, and would not see its end.
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
        return self.process.poll() is not None

    def kill_engine(self, number=signal.SIGKILL):
        """Signals the engine only; its pid."""
        pid = self.host.network.wait(f"an engine on {self.host.name}", self.engine_pid, 10)
        self.kills += 1
        os.kill(pid, number)
        return pid

    def write(self, config):
        """A new configuration, not yet read."""
        with open(self.config + ".new", "w") as f:
            f.write(config)
        os.rename(self.config + ".new", self.config)

    def reload(self, config=None, command=False, timeout=10):
        """Reads the (new) configuration: by signal, or by `regent reload`. Returns when it is in
        force."""
        if config is not None:
            self.write(config)
        mark = self.mark()
        if command:
            self.run_regent("reload")
        else:
            self.send(signal.SIGHUP)
        self.host.network.wait(f"{self.kind} has reloaded",
                               lambda: self.said(RELOADED, mark), timeout)
        return mark

    # What it says.

    def log(self):
        with open(self.log_path, errors="replace") as f:
            return f.read()

    def messages(self):
        return [_PREFIX.sub("", line) for line in self.log().splitlines()]

    def count(self, text):
        """How often that message is in the log."""
        return sum(text in line for line in self.messages())

    def mark(self):
        """Where the log ends now, for `since`."""
        return len(self.messages())

    def said(self, text, since=0):
        return any(text in line for line in self.messages()[since:])

    def rejects(self):
        return [line for line in self.messages() if _REJECTS.search(line)]

    def complaints(self):
        """What no test may leave in a log: a report of a sanitizer, a word of a configuration that
        the daemon does not know, an engine that died without being killed."""
        text = self.log()
        match = _COMPLAINTS.search(text)
        if match:
            return f"{self.kind} on {self.host.name}: {text[match.start():]}"
        deaths = len(re.findall(r"the VRRP engine \(pid \d+\) (?!does not)", text))
        if deaths > self.kills:
            return f"{self.kind} on {self.host.name}: its engine died {deaths} times:\n{text}"
        return ""

    def status(self):
        """The status as a dictionary; fails when it is not answered."""
        done = self.run_regent("status", "--json")
        return json.loads(done.stdout)

    def run_regent(self, *words, check=True):
        return self.host.run(REGENT, "--run-dir", "/run/regent", *words, check=check,
                             stderr=subprocess.PIPE)

    def instance(self, name="VI_1"):
        return next(i for i in self.status()["instances"] if i["name"] == name)

    # State by the log, so that it works for either daemon.

    def states(self, name="VI_1", since=0):
        """Every state that was entered, in order."""
        pattern = re.compile(rf"\({re.escape(name)}\) Entering (\w+) STATE")
        return [m[1] for m in map(pattern.search, self.messages()[since:]) if m]

    def state(self, name="VI_1"):
        """MASTER, BACKUP, FAULT or None: the last transition in the log."""
        return (self.states(name) or [None])[-1]

    def wait_state(self, state, timeout, name="VI_1"):
        self.host.network.wait(f"{name} of {self.host.name} is {state}",
                               lambda: self.state(name) == state, timeout)


def global_defs(extra=""):
    return f"global_defs {{\n  script_user root\n{extra}}}\n"


def instance(name="VI_1", vrid=51, priority=100, state="BACKUP", nic="eth0", version=2, advert=1,
             vips=("10.0.1.1/16",), extra=""):
    """One vrrp_instance block; without vips there is no block of addresses in it."""
    listed = "\n".join(f"    {vip}" for vip in vips)
    addresses = f"  virtual_ipaddress {{\n{listed}\n  }}\n" if vips else ""
    return f"""vrrp_instance {name} {{
  state {state}
  interface {nic}
  version {version}
  virtual_router_id {vrid}
  priority {priority}
  advert_int {advert}
{extra}{addresses}}}
"""


def config(*blocks, top="", **of_instance):
    """A file with more lines in global_defs and the given blocks; or, without blocks, with one
    instance."""
    return global_defs(top) + "".join(blocks or (instance(**of_instance),))


def master_down(priority, advert=1.0, adverts=3, version=2):
    """Seconds after which a silent master is replaced."""
    return adverts * advert + skew(priority, advert, version)


def skew(priority, advert=1.0, version=2):
    return (256 - priority) / 256 * (1.0 if version == 2 else advert)
