# SPDX-License-Identifier: MIT
"""What goes wrong around the daemon: scripts that misbehave, a machine that gives nothing more. The
adverts go on, and the status says what is wrong."""
import os
import time

import pytest

import wire
from daemons import config, instance
from lab import SLACK, PidsLimit
from programs import Check, Notes, Rhythm

ADDRESS = "10.0.1.1"
FAST = {"version": 3, "advert": 0.1}
TRACK = "  track_script {\n    chk\n  }\n"


@pytest.fixture
def hosts(net):
    return net.build(["node1", "node2"])


def settled(net, host, node):
    net.wait_holder(ADDRESS, host, 5)
    node.wait_state("MASTER", 2)
    net.wait("adverts", lambda: len(net.adverts(host)) > 5, 3)


def again(net, host, node):
    """One more change: the daemon still does its work."""
    count = node.states().count("MASTER")
    host.run("ip", "addr", "del", ADDRESS + "/16", "dev", "eth0")
    net.wait("MASTER again", lambda: node.states().count("MASTER") > count, 3)
    net.wait_holder(ADDRESS, host, 2)


def test_check_that_does_not_mind_being_told_to_end(net, hosts, daemon):
    """It ignores TERM, and so do its children: KILL, for all of them."""
    host = hosts[0]
    script = host.write("stubborn", f"""#!/bin/sh
[ -e {host.dir}/hang ] || exit 0
trap '' TERM
echo hang >>{host.dir}/hangs
sleep 1000 & sleep 1000
""", 0o755)
    node = daemon(host, config(f"vrrp_script chk {{\n  script {script}\n  interval 1\n}}\n",
                               instance(extra=TRACK, **FAST)))
    settled(net, host, node)
    rhythm = Rhythm(net, host, 0.1)
    host.write("hang", "")
    net.wait("it hangs", lambda: host.read("hangs"), 3)
    rhythm.check()
    node.wait_state("FAULT", 1 + 2 + SLACK)
    os.unlink(os.path.join(host.dir, "hang"))
    node.wait_state("MASTER", 2 + 2 + 2 * SLACK)
    if node.is_regent:      # keepalived now and then leaves them behind
        net.wait("none of them is left", lambda: not host.pids_named("sleep"), 3)


def test_check_that_hangs_is_in_the_status(net, hosts, daemon):
    host, check = hosts[0], Check(hosts[0])
    node = daemon(host, config(check.block("  interval 1\n  timeout 3\n  weight 10\n"),
                               instance(extra=TRACK, **FAST)))
    settled(net, host, node)
    rhythm = Rhythm(net, host, 0.1)
    runs = check.runs()
    check.set("hang")
    net.wait("it hangs", lambda: check.runs() > runs, 3)
    if node.is_regent:
        net.check(node.status()["scripts"][0]["running"], "it runs")
    net.wait("timed out", lambda: node.said("VRRP_Script(chk) timed_out"), 3 + 1 + SLACK)
    if node.is_regent:
        net.wait("the status tells", lambda: node.status()["scripts"][0].get("last_result")
                 == "timed out", 3)
    rhythm.check()


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_flood_of_output(net, hosts, daemon, stream):
    """100 MB from a check and from a notify script: not kept, not in the way."""
    host = hosts[0]
    redirect = "" if stream == "stdout" else " >&2"
    flood = f"head -c 100000000 /dev/zero | tr '\\0' x{redirect}\n"
    script = host.write("loud", f"#!/bin/sh\n{flood}echo run >>{host.dir}/runs\n", 0o755)
    notes = Notes(host, body=flood + f"echo ended >>{host.dir}/ended\n")
    node = daemon(host, config(
        f"vrrp_script chk {{\n  script {script}\n  interval 1\n  timeout 20\n}}\n",
        instance(extra=TRACK + f"  notify {notes.path}\n", **FAST)))
    net.wait("a first run", lambda: host.read("runs"), 20)
    settled(net, host, node)
    memory = node.memory()
    rhythm = Rhythm(net, host, 0.1)
    net.wait("more runs", lambda: host.read("runs").count("run") >= 4, 30)
    net.wait("notify ended", lambda: host.read("ended").count("ended") >= 2, 30)
    rhythm.check(factor=4)
    net.check(node.memory() < memory + 20000, f"memory: {memory} {node.memory()} KiB")
    net.check(node.state() == "MASTER", "MASTER")
    net.check(os.path.getsize(node.log_path) < 5000000, "the log is no flood")


def test_check_that_leaves_a_child_behind(net, hosts, daemon):
    """A child that goes on in the background with everything open does not make it hang."""
    host = hosts[0]
    script = host.write("fork", f"#!/bin/sh\nsleep 1000 &\necho run >>{host.dir}/runs\nexit 0\n",
                        0o755)
    node = daemon(host, config(f"vrrp_script chk {{\n  script {script}\n  interval 1\n}}\n",
                               instance(extra=TRACK, **FAST)))
    settled(net, host, node)
    net.wait("three runs", lambda: host.read("runs").count("run") >= 3, 6)
    net.check("FAULT" not in node.states(), "each was good")
    for pid in host.pids_named("sleep"):
        os.kill(pid, 9)


@pytest.fixture
def limit(net):
    made = []

    def make(node):
        if not PidsLimit.possible():
            pytest.skip("no cgroup to limit processes with: fork cannot be made to fail")
        made.append(PidsLimit(net, [node.pid, *node.processes()]))
        return made[-1]
    yield make
    for one in made:
        one.open_the_door()
        one.close()


def test_fork_fails(net, hosts, daemon, limit):
    """No more processes: checks and notify scripts cannot run, adverts do, and addresses move."""
    host, check = hosts[0], Check(hosts[0])
    notes = Notes(host)
    node = daemon(host, config(check.block("  interval 1\n  weight 10\n"), instance(
        extra=TRACK + f"  notify {notes.path}\n", **FAST)))
    settled(net, host, node)
    notes.wait("INSTANCE VI_1 MASTER 110")
    door = limit(node)
    rhythm = Rhythm(net, host, 0.1)
    net.wait("no script runs", lambda: door.now() <= len(node.processes()), 3)
    door.close_the_door()
    runs = check.runs()
    mark = node.mark()
    again(net, host, node)
    since = time.monotonic()
    net.wait("adverts for three seconds",
             lambda: len(net.adverts(host, since=since)) >= 30, 6)
    rhythm.check(factor=6)
    net.check(check.runs() <= runs + 1, "no check has run")
    if node.is_regent:
        net.check(len(node.messages()) > mark, "the log tells")
        net.check("could not be run" in node.status()["scripts"][0]["last_result"],
                  node.status()["scripts"])
    door.open_the_door()
    net.wait("checks run again", lambda: check.runs() >= runs + 2, 5)
    net.wait("110 again", lambda: net.adverts(host)[-1].priority == 110, 5)
    told = len(notes.lines())
    again(net, host, node)
    net.wait("notify scripts run again", lambda: len(notes.lines()) > told, 3)


@pytest.mark.parametrize("how", ["read-only", "full"])
def test_run_directory_that_cannot_be_written(net, hosts, daemon, how):
    """After the start: everything goes on, the status answers, and the daemon ends in order."""
    host = hosts[0]
    notes = Notes(host)
    node = daemon(host, config(instance(extra=f"  notify {notes.path}\n", **FAST)))
    settled(net, host, node)
    if how == "read-only":
        # The daemon has files open there, so that the mount itself cannot be made read-only.
        host.run("mount", "--bind", "/run", "/run")
        host.run("mount", "-o", "remount,bind,ro", "/run")
    else:
        host.run("mount", "-o", "remount,size=256k", "/run")
        host.run("dd", "if=/dev/zero", "of=/run/filler", "bs=4k", check=False)
    rhythm = Rhythm(net, host, 0.1)
    again(net, host, node)
    node.host.cut()
    node.wait_state("FAULT", 2 + SLACK)
    node.host.plug()
    settled(net, host, node)
    notes.wait("INSTANCE VI_1 MASTER 100", count=3)
    if node.is_regent:
        net.check(node.instance()["state"] == "MASTER", "the status answers")
    rhythm = Rhythm(net, host, 0.1)
    since = time.monotonic()
    net.wait("adverts", lambda: len(net.adverts(host, since=since)) >= 10, 5)
    rhythm.check()
    net.check(node.stop() == 0, "an orderly end")
    net.check(net.adverts(host)[-1].priority == 0 and not host.has(ADDRESS), "in good order")


@pytest.mark.only("regentd", reason="keepalived has no status to ask")
def test_notify_script_that_hangs_is_in_the_status(net, hosts, daemon):
    """Somebody who looks finds the name of the script that is at work, or has been ended."""
    host = hosts[0]
    notes = Notes(host, body="sleep 1000")
    node = daemon(host, config(instance(extra=f"  notify {notes.path}\n", **FAST)),
                  options=["--notify-timeout", "2"])
    settled(net, host, node)
    net.wait("the status names it", lambda: notes.path in node.run_regent("status", "--json").stdout
             or "notify" in node.run_regent("status", "--json").stdout, 5)
    net.wait("the log names it", lambda: node.said(notes.path), 5)


def test_a_storm_of_packets(net, hosts, daemon):
    """Twenty thousand adverts at once, half of them nonsense: no advert of our own is late."""
    host, other = hosts
    node = daemon(host, config(instance(priority=200, **FAST)))
    settled(net, host, node)
    good = wire.advert(other.mac(), other.ips[0], 51, 50, [ADDRESS], version=3, interval=0.1)
    bad = wire.advert(other.mac(), other.ips[0], 99, 250, [ADDRESS], version=2)
    rhythm = Rhythm(net, host, 0.1)
    other.send_frames([good, bad] * 10000)
    since = time.monotonic()
    net.wait("adverts", lambda: len(net.adverts(host, since=since)) >= 10, 5)
    rhythm.check(factor=4)
    net.check(node.states() == ["BACKUP", "MASTER"], "it stays master")
