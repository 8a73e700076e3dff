# SPDX-License-Identifier: MIT
"""A dead engine leaves no address behind, and the other node hears of it at once."""
import os
import signal
import time

import pytest

from daemons import config, master_down, skew
from lab import SLACK

VIPS = ("10.0.1.1/16", "10.0.1.2/16")
ADDRESSES = ("10.0.1.1", "10.0.1.2")

pytestmark = pytest.mark.regent


@pytest.fixture
def nodes(net):
    return net.build(["node1", "node2"])


# A sanitizer is not to report the signals that these tests send.
ENV = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":handle_segv=0:handle_abort=0"}


def start_pair(net, nodes, start, **more):
    low = start(nodes[1], config(priority=100, vips=VIPS, **more))
    high = start(nodes[0], config(priority=200, state="MASTER", vips=VIPS, **more), env=ENV)
    advert = more.get("advert", 1)
    for address in ADDRESSES:
        net.wait_holder(address, nodes[0], master_down(200, advert, version=3) + 2 + 2 * SLACK)
    net.wait("node2 is BACKUP", lambda: low.state() == "BACKUP", 5)
    return high, low


def wait_gone(net, host, since, timeout=2.0):
    """When the last of the addresses left the host."""
    return max(net.wait(f"{a} gone from {host.name}", lambda a=a: net.address_events(
        host, "-", a, since), timeout)[0].time for a in ADDRESSES)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT],
                         ids=["KILL", "SEGV", "ABRT"])
def test_engine_dies(net, nodes, daemon, number):
    high, low = start_pair(net, nodes, daemon)
    begin = time.monotonic()
    old = high.kill_engine(number)
    gone = wait_gone(net, nodes[0], begin)
    goodbye = net.wait("priority 0 on the wire", lambda: net.adverts(
        nodes[0], 51, priority=0, since=begin), 1)[0]
    # A core dump or a sanitizer's report may take a moment before the process is dead.
    net.check_between(gone - begin, 0, 0.5, "addresses withdrawn")
    net.check_between(goodbye.time - begin, 0, 0.5, "goodbye")
    net.check(goodbye.checksum_ok and goodbye.addresses == list(ADDRESSES) and goodbye.ttl == 255
              and goodbye.src == nodes[0].ips[0], f"goodbye {goodbye}")
    net.wait("node2 takes over", lambda: nodes[1].has(ADDRESSES[0]), skew(100) + 3 * SLACK)
    taken = net.address_events(nodes[1], "+", ADDRESSES[0])[-1].time
    net.check_between(taken - goodbye.time, skew(100) - 0.05, skew(100) + SLACK,
                      "takeover after the skew time")
    net.wait("a new engine", lambda: high.engine_pid() not in (None, old), 5)
    net.wait("the status answers", lambda: high.run_regent("status", check=False).returncode == 0,
             5)
    net.check(high.instance()["state"] in ("BACKUP", "MASTER"), "the new engine plays its part")
    net.check(not low.rejects(), f"node2 takes the goodbye for good: {low.rejects()}")
    # The new engine comes back as anyone with the higher priority would.
    for address in ADDRESSES:
        net.wait_holder(address, nodes[0], master_down(200) + 3 * SLACK)
    net.check(high.instance()["state"] == "MASTER", "MASTER by the status")


def test_engine_of_a_backup_dies(net, nodes, daemon):
    """It had nothing to say goodbye to: the master stays undisturbed."""
    _, low = start_pair(net, nodes, daemon, version=3, advert=0.2)
    begin, moves = time.monotonic(), len(net.address_events())
    old = low.kill_engine()
    net.wait("a new engine", lambda: low.engine_pid() not in (None, old), 5)
    net.wait("the new engine is BACKUP", lambda: low.count("Entering BACKUP STATE") >= 2, 5)
    net.never("an address moves", lambda: len(net.address_events()) > moves, 1)
    net.check(not net.adverts(nodes[1], since=begin), "node2 says nothing")


def test_engine_dies_again_and_again(net, nodes, daemon):
    high, _ = start_pair(net, nodes, daemon, version=3, advert=0.1)
    old = None
    for turn in range(4):
        net.wait(f"an engine for kill {turn}", lambda: high.engine_pid() not in (None, old), 10)
        net.wait_holder(ADDRESSES[0], nodes[0], 10)
        begin = time.monotonic()
        old = high.kill_engine()
        net.check_between(wait_gone(net, nodes[0], begin) - begin, 0, 0.5, f"gone, kill {turn}")
        net.wait("goodbye", lambda: net.adverts(nodes[0], 51, priority=0, since=begin), 1)
    net.wait("node1 is master again", lambda: net.holders(ADDRESSES[0]) == {"node1"}, 15)
    net.check(high.running(), "the supervisor lives")
    net.check(high.stop() == 0, "exit status 0")


def test_orderly_stop_leaves_nothing(net, nodes, daemon):
    high, low = start_pair(net, nodes, daemon, version=3, advert=0.1)
    check_stop(net, nodes[0], high, signal.SIGTERM, goodbye=True)
    net.wait_holder(ADDRESSES[0], nodes[1], 5)
    check_stop(net, nodes[1], low, signal.SIGINT, goodbye=True)
    net.check(not net.holders(ADDRESSES[0]) and not net.holders(ADDRESSES[1]), "no address left")


def test_orderly_stop_of_a_backup_is_silent(net, nodes, daemon):
    _, low = start_pair(net, nodes, daemon, version=3, advert=0.1)
    check_stop(net, nodes[1], low, signal.SIGTERM, goodbye=False)


def check_stop(net, host, daemon, number, goodbye):
    begin = time.monotonic()
    group = daemon.group()
    net.check(len(group) >= 2, f"a supervisor and an engine: {group}")
    daemon.send(number)
    net.check(daemon.wait_exit(5) == 0, "exit status 0")
    net.check(not any(host.has(a) for a in ADDRESSES), "no address")
    net.wait("no process", lambda: not host.pids(), 2)
    for path in ("/run/daemon.pid", "/run/engine.pid", "/run/regent/control"):
        net.check(not os.path.lexists(host.path(path)), f"{path} is gone")
    zero = net.adverts(host, 51, priority=0, since=begin)
    net.check(bool(zero) == goodbye, f"goodbyes: {len(zero)}")


def test_stop_while_the_engine_is_dead(net, nodes, daemon):
    """Killed and told to stop in the same moment: still nothing is left."""
    high, _ = start_pair(net, nodes, daemon, version=3, advert=0.1)
    high.kill_engine()
    high.send(signal.SIGTERM)
    net.check(high.wait_exit(5) == 0, "exit status 0")
    net.wait("no process", lambda: not nodes[0].pids(), 2)
    net.wait_holder(ADDRESSES[0], nodes[1], 5)


def test_hung_engine_ends_too(net, nodes, daemon):
    """An engine that is stopped (SIGSTOP) cannot clear up: told to end, the supervisor does it."""
    high, _ = start_pair(net, nodes, daemon, version=3, advert=0.1)
    high.kill_engine(signal.SIGSTOP)
    high.send(signal.SIGTERM)
    high.wait_exit(20)
    net.wait("no process", lambda: not nodes[0].pids(), 2)
    net.wait_holder(ADDRESSES[0], nodes[1], 5)


def test_supervisor_dies_alone(net, nodes, daemon):
    """The engine does not go on without anyone to look after it: it ends in good order."""
    high, _ = start_pair(net, nodes, daemon, version=3, advert=0.1)
    os.kill(high.pid, signal.SIGKILL)
    high.process.wait(5)
    net.wait_holder(ADDRESSES[0], nodes[1], 5)
    net.wait("no process", lambda: not nodes[0].pids(), 5)
    again = daemon(nodes[0], config(priority=200, state="MASTER", vips=VIPS, version=3, advert=0.1))
    net.wait_holder(ADDRESSES[0], nodes[0], 10)
    net.check(again.running(), "a new daemon starts over what was left")


def test_without_respawn(net, nodes, daemon):
    """-R: the supervisor ends with its engine, and clears up before."""
    node = daemon(nodes[0], config(priority=255, state="MASTER", vips=VIPS), options=["-R"])
    net.wait_holder(ADDRESSES[1], nodes[0], 5)
    begin = time.monotonic()
    node.kill_engine()
    net.check_between(wait_gone(net, nodes[0], begin) - begin, 0, 0.5, "addresses withdrawn")
    net.check(node.wait_exit(5) != 0, "an exit status that says so")
    net.check(net.adverts(nodes[0], 51, priority=0, since=begin), "goodbye")
    net.wait("no process", lambda: not nodes[0].pids(), 2)


def test_left_over_of_an_older_file(net, nodes, daemon):
    """The file was changed while the daemon lay dead: what the old one took goes all the same, and
    an address that a person has put there stays."""
    nodes[0].run("ip", "addr", "add", "10.0.7.7/16", "dev", "eth0")
    node = daemon(nodes[0], config(priority=255, state="MASTER", vips=VIPS))
    net.wait_holder(ADDRESSES[1], nodes[0], 5)
    node.kill_all()
    net.check(nodes[0].has(ADDRESSES[0]) and nodes[0].has(ADDRESSES[1]), "both are left over")
    node = daemon(nodes[0], config(priority=255, state="MASTER", vips=(VIPS[1], "10.0.1.3/16")))
    net.wait_holder("10.0.1.3", nodes[0], 5)
    net.wait(f"{ADDRESSES[0]} goes", lambda: not nodes[0].has(ADDRESSES[0]), 2)
    net.check(nodes[0].has(ADDRESSES[1]), f"{ADDRESSES[1]} is there")
    node.kill_engine()
    net.wait("a second election", lambda: node.count("Entering MASTER STATE") >= 2, 5)
    net.check(node.stop() == 0, "exit status 0")
    left = {a.address for a in nodes[0].addresses()}
    net.check(left == {"127.0.0.1", "10.0.0.1", "10.0.7.7"}, f"addresses in the end: {left}")
    gone = net.address_events(nodes[0], "-", "10.0.7.7")
    net.check(not gone, "the person's address was never touched")


def test_second_start_does_nothing(net, nodes, daemon):
    """The daemon is running already: the second one says so and ends (behaviour 164)."""
    text = config(priority=255, state="MASTER", vips=VIPS)
    first = daemon(nodes[0], text)
    net.wait_holder(ADDRESSES[1], nodes[0], 5)
    moves = len(net.address_events())
    second = daemon(nodes[0], text)
    net.check(second.wait_exit(5) == 0 and second.said("daemon is already running"),
              f"exit status {second.process.returncode}")
    net.never("an address moves", lambda: len(net.address_events()) > moves, 0.5)
    net.check(first.engine_pid() and first.instance()["state"] == "MASTER", "the first goes on")
