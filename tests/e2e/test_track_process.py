# SPDX-License-Identifier: MIT
"""Tracked processes, on a machine and in what looks like a container."""
import os
import shutil
import time

import pytest

import lab
from daemons import config, instance
from lab import SLACK

pytestmark = pytest.mark.only(
    "regentd", reason="keepalived hears of processes only in the first network namespace of a "
                      "machine, and the tests have others")

ADDRESS = "10.0.1.1"
FAST = {"version": 3, "advert": 0.1}


@pytest.fixture(params=[False, True], ids=["machine", "container"])
def host(request, net):
    """A host that sees the processes of the whole machine, or only its own."""
    return net.build(["node1", "node2"], pidns=request.param)[0]


class Workers:
    """Processes of a name that nobody else on the machine has. It has 15 characters: no more are
    kept in the kernel's name of a process."""

    def __init__(self, host):
        self.host = host
        self.name = f"work-{os.getpid()}"[:15].ljust(15, "x")
        self.path = os.path.join(host.dir, self.name)
        shutil.copy("/bin/sleep", self.path)
        self.all = []

    def start(self, *words):
        """One more; it lives until stop()."""
        self.all.append(self.host.popen(self.path, *(words or ("1000",))))
        self.host.network.wait("it runs", lambda: len(self.host.pids_named(self.name))
                               >= len(self.all), 5)

    def stop(self):
        """Ends the last one, and buries it."""
        process = self.all.pop()
        os.kill(lab.children(process.pid)[0] if self.host.pidns else process.pid, 9)
        process.wait(10)

    def stop_all(self):
        while self.all:
            self.stop()

    def block(self, options="", words=""):
        return f"vrrp_track_process tp {{\n  process {self.name}{words}\n{options}}}\n"


def tracking(line="tp", **more):
    return instance(extra=f"  track_process {{\n    {line}\n  }}\n", **{**FAST, **more})


def wait_priority(net, host, priority, timeout=2 + SLACK):
    net.wait(f"{host.name} advertises {priority}",
             lambda: (a := net.adverts(host)) and a[-1].priority == priority, timeout)


def test_weight(net, host, daemon):
    workers = Workers(host)
    node = daemon(host, config(workers.block("  weight 10\n"), tracking()))
    wait_priority(net, host, 100, 5)
    workers.start()
    wait_priority(net, host, 110)
    workers.start()
    workers.stop()
    net.never("one is enough", lambda: net.adverts(host)[-1].priority != 110, 1)
    workers.stop()
    wait_priority(net, host, 100)
    net.check("FAULT" not in node.states(), "a weight makes no fault")


def test_without_weight_it_is_a_fault(net, host, daemon):
    workers = Workers(host)
    node = daemon(host, config(workers.block(), tracking()))
    net.wait("FAULT", lambda: node.said(
        "(VI_1) entering FAULT state (tracked process tp quorum not achieved)"), 5)
    net.check(not net.adverts(host), "not a word on the wire")
    workers.start()
    net.wait_holder(ADDRESS, host, 3)
    net.check(node.said("Quorum gained for tracked process tp"), "the log says so")
    workers.stop()
    node.wait_state("FAULT", 2 + SLACK)
    net.check(node.said("Quorum lost for tracked process tp"), "the log says why")
    net.wait("goodbye", lambda: net.adverts(host, priority=0), 1)


def test_negative_weight(net, host, daemon):
    workers = Workers(host)
    daemon(host, config(workers.block("  weight -10\n"), tracking()))
    wait_priority(net, host, 90, 5)
    workers.start()
    wait_priority(net, host, 100)


@pytest.mark.parametrize("options, good", [
    ("  quorum 2\n", (2, 3, 4)), ("  quorum 1\n  quorum_max 2\n", (1, 2)),
    ("  quorum_max 0\n", (0,))], ids=["at-least", "between", "none"])
def test_quorum(net, host, daemon, options, good):
    workers = Workers(host)
    daemon(host, config(workers.block(options + "  weight 10\n"), tracking()))
    for number in range(5):
        wait_priority(net, host, 110 if number in good else 100, 5)
        workers.start()
    workers.stop_all()
    wait_priority(net, host, 110 if 0 in good else 100)


@pytest.mark.parametrize("match, words, counts", [
    ("", "1000 77", True),
    ("", "1000", False),
    ("  full_command\n", "1000 77", True),
    ("  full_command\n", "1000", False),
    ("  param_match\n", "1000 77", True),
    ("  param_match\n", "1000", False),
    ("  param_match\n", "", False),     # no arguments at all
    ("  param_match initial\n", "1000 7", True),
    ("  param_match initial\n", "100 77", False),
    ("  param_match partial\n", "1000", True),
    ("  param_match partial\n", "77", False),
], ids=["default", "default-other", "full", "full-other", "exact", "exact-other", "none",
        "initial", "initial-other", "partial", "partial-other"])
def test_arguments(net, host, daemon, match, words, counts):
    """The process runs with the words 1000 and 77; the configuration names others, or the same.
    partial: the first ones are equal. initial: the last one begins so."""
    workers = Workers(host)
    workers.start("1000", "77")
    # With arguments or full_command, what it was started as is compared, not its short name.
    block = workers.block(match + "  weight 10\n", " " + words).replace(
        f"process {workers.name}", f"process {workers.path}")
    daemon(host, config(block, tracking()))
    wait_priority(net, host, 110 if counts else 100, 5)
    if not counts and words:        # but this one does
        workers.start(*words.split())
        wait_priority(net, host, 110)


def test_reverse(net, host, daemon):
    """`weight 0 reverse`: a process that must not run."""
    workers = Workers(host)
    node = daemon(host, config(workers.block("  weight 0 reverse\n"), tracking()))
    net.wait_holder(ADDRESS, host, 5)
    workers.start()
    node.wait_state("FAULT", 2 + SLACK)
    workers.stop()
    net.wait_holder(ADDRESS, host, 3 + SLACK)


def test_dead_but_not_buried(net, host, daemon):
    """A process that has ended, and whose parent has not asked for its end, does not run."""
    workers = Workers(host)
    parent = host.write("parent", f"""#!/bin/sh
{workers.path} 1000 &
exec sleep 1001
""", 0o755)
    host.popen(parent)
    net.wait("it runs", lambda: host.pids_named(workers.name), 5)
    daemon(host, config(workers.block("  weight 10\n"), tracking()))
    wait_priority(net, host, 110, 5)
    pid = host.pids_named(workers.name)[0]
    os.kill(pid, 9)
    wait_priority(net, host, 100)
    net.check(lab.state_of(pid) == "Z", "it is still in the list of processes")


def test_delays(net, host, daemon):
    """A process that is away for less than terminate_delay was never away; one that has run for
    less than fork_delay does not count yet."""
    workers = Workers(host)
    workers.start()
    daemon(host, config(workers.block("  weight 10\n  terminate_delay 2\n  fork_delay 1\n"),
                        tracking()))
    wait_priority(net, host, 110, 5)
    workers.stop()
    workers.start()
    net.never("lost", lambda: net.adverts(host)[-1].priority != 110, 1.5)
    workers.stop()
    begin = time.monotonic()
    wait_priority(net, host, 100, 2 + 2 + SLACK)
    net.check_between(time.monotonic() - begin, 1.9, 4 + SLACK, "terminate_delay")
    workers.start()
    begin = time.monotonic()
    wait_priority(net, host, 110, 1 + 2 + SLACK)
    net.check_between(time.monotonic() - begin, 0.9, 3 + SLACK, "fork_delay")


def test_a_process_of_another_host_does_not_count(net, daemon):
    """Two containers on one machine: each sees its own."""
    one, two = net.build(["node1", "node2"], pidns=True)
    workers = Workers(two)
    daemon(one, config(workers.block("  weight 10\n"), tracking()))
    workers.start()
    wait_priority(net, one, 100, 5)
    net.never("seen", lambda: net.adverts(one)[-1].priority != 100, 2)
    Workers(one).start()
    wait_priority(net, one, 110)


def test_many_short_processes(net, host, daemon):
    """Thousands of processes that come and go do not hide the one that counts."""
    workers = Workers(host)
    daemon(host, config(workers.block("  weight 10\n"), tracking()))
    wait_priority(net, host, 100, 5)
    host.popen("sh", "-c", "n=0; while [ $n -lt 2000 ]; do /bin/true; n=$((n + 1)); done")
    workers.start()
    wait_priority(net, host, 110)
    workers.stop()
    wait_priority(net, host, 100)
