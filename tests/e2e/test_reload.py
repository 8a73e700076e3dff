# SPDX-License-Identifier: MIT
"""A new configuration for a running daemon: what it changes and what it leaves alone."""
import os
import signal
import time

import pytest

from daemons import KIND, config, instance
from lab import SLACK
from programs import Check, Fifo, Notes, Rhythm

VIP, ADDRESS = "10.0.1.1/16", "10.0.1.1"
FAST = {"version": 3, "advert": 0.1}
COMMAND = pytest.mark.only("regentd", reason="`regent reload` is regentd's")


@pytest.fixture
def hosts(net):
    return net.build(["node1", "node2"])


@pytest.fixture(params=["signal", pytest.param("command", marks=COMMAND)])
def reload(request):
    """reload(daemon, configuration): by either way."""
    return lambda node, text=None: node.reload(text, command=request.param == "command")


def settled(net, host, node):
    """A master whose first announcements are over."""
    net.wait_holder(ADDRESS, host, 5)
    node.wait_state("MASTER", 2)
    net.wait("the first burst", lambda: len(net.garps(host, ADDRESS)) >= 5, 3)
    net.wait("adverts", lambda: len(net.adverts(host)) > 5, 3)


QUIET = "  garp_master_delay 0\n"


def test_equal_file(net, hosts, daemon, reload):
    """Nobody outside can see that there was a reload."""
    host = hosts[0]
    notes, check = Notes(host), Check(hosts[0])
    text = config(check.block("  interval 1\n  weight 10\n"), instance(
        extra=f"  notify {notes.path}\n  track_script {{\n    chk\n  }}\n" + QUIET, **FAST))
    node = daemon(host, text)
    settled(net, host, node)
    net.wait("110", lambda: net.adverts(host)[-1].priority == 110, 3)
    notes.wait("INSTANCE VI_1 MASTER 110")
    told = notes.lines()
    rhythm = Rhythm(net, host, 0.1)
    begin = time.monotonic()
    for _ in range(3):
        reload(node, text)
        since = time.monotonic()
        net.wait("ten adverts", lambda: len(net.adverts(host, since=since)) >= 10, 5)
    rhythm.check()
    net.check({a.priority for a in net.adverts(host, since=begin)} == {110}, "the priority stays")
    net.check(notes.lines() == told, f"nothing was told: {notes.lines()}")
    net.check(not net.address_events(host, "-", ADDRESS, begin), "the address was never away")
    if node.is_regent:      # keepalived announces all addresses anew
        net.check(not net.garps(host, since=begin), "no announcement")


def test_equal_file_of_a_pair(net, hosts, daemon, reload):
    """The backup hears no pause, and the reload of a backup does not make it master."""
    one = daemon(hosts[0], config(instance(priority=200, **FAST)))
    settled(net, hosts[0], one)
    two = daemon(hosts[1], config(instance(priority=100, **FAST)))
    two.wait_state("BACKUP", 3)
    for node in (one, two, one, two):
        reload(node)
        since = time.monotonic()
        net.wait("adverts", lambda: len(net.adverts(hosts[0], since=since)) >= 8, 5)
    net.check(two.states() == ["BACKUP"] and one.states() == ["BACKUP", "MASTER"],
              f"{one.states()} {two.states()}")
    net.check(not net.adverts(hosts[1]), "node2 never said a word")


def test_addresses(net, hosts, daemon, reload):
    """Added ones come, removed ones go, the others are never away."""
    host = hosts[0]
    node = daemon(host, config(instance(vips=(VIP, "10.0.1.2/16"), extra=QUIET, **FAST)))
    settled(net, host, node)
    begin = time.monotonic()
    rhythm = Rhythm(net, host, 0.1)
    reload(node, config(instance(vips=(VIP, "10.0.1.3/16"), extra=QUIET, **FAST)))
    net.wait("the old one goes, the new one comes",
             lambda: host.has("10.0.1.3") and not host.has("10.0.1.2"), 3)
    net.wait("it is announced", lambda: len(net.garps(host, "10.0.1.3", begin)) >= 5, 3)
    net.wait("the adverts name it", lambda: set(net.adverts(host)[-1].addresses)
             == {ADDRESS, "10.0.1.3"}, 2)
    rhythm.check()
    net.check(not net.address_events(host, address=ADDRESS, since=begin), "the other one stayed")
    net.check(node.states() == ["BACKUP", "MASTER"], "no change of state")


@pytest.mark.only("regentd", reason="a keepalived 2.2.7 whose peer has another list of addresses "
                                    "rejects its adverts and becomes master as well")
def test_addresses_of_a_pair_one_after_the_other(net, hosts, daemon, reload):
    one = daemon(hosts[0], config(instance(priority=200, **FAST)))
    settled(net, hosts[0], one)
    two = daemon(hosts[1], config(instance(priority=100, **FAST)))
    two.wait_state("BACKUP", 3)
    more = (VIP, "10.0.1.2/16")
    reload(one, config(instance(priority=200, vips=more, **FAST)))
    net.wait_holder("10.0.1.2", hosts[0], 3)
    net.never("two masters", lambda: two.state() != "BACKUP", 1)
    reload(two, config(instance(priority=100, vips=more, **FAST)))
    net.never("two masters", lambda: two.state() != "BACKUP", 1)


def test_renamed_instance(net, hosts, daemon, reload):
    """The network knows no names: it stays master."""
    host = hosts[0]
    notes = Notes(host)
    text = config(instance(extra=f"  notify {notes.path}\n", **FAST))
    node = daemon(host, text)
    settled(net, host, node)
    notes.wait("INSTANCE VI_1 MASTER 100")
    begin = time.monotonic()
    rhythm = Rhythm(net, host, 0.1)
    reload(node, text.replace("VI_1", "inside"))
    since = time.monotonic()
    net.wait("adverts", lambda: len(net.adverts(host, since=since)) >= 10, 5)
    rhythm.check()
    net.check(not net.address_events(host, address=ADDRESS, since=begin), "the address stayed")
    net.check(notes.states("inside") == [], f"nothing was told: {notes.lines()}")
    host.cut()
    notes.wait("INSTANCE inside FAULT 100")


def test_changed_vrid(net, hosts, daemon, reload):
    """The old one says goodbye; a new one starts, and gets the address when it is master."""
    host = hosts[0]
    notes = Notes(host)
    extra = f"  notify {notes.path}\n"
    node = daemon(host, config(instance(extra=extra, **FAST)))
    settled(net, host, node)
    begin = time.monotonic()
    reload(node, config(instance(vrid=77, extra=extra, **FAST)))
    net.wait("goodbye", lambda: net.adverts(host, 51, 0, begin), 2)
    net.wait("the new one", lambda: net.adverts(host, 77), 5)
    net.wait_holder(ADDRESS, host, 2)
    last = net.adverts(host, 51)[-1]
    net.check(last.priority == 0, f"the last word of the old one: {last}")
    notes.wait("INSTANCE VI_1 MASTER 100", count=2)
    told, want = notes.states(), ["BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER"]
    # keepalived's scripts may overtake each other.
    net.check(told == want if node.is_regent else sorted(told) == sorted(want), notes.lines())


@pytest.mark.parametrize("word", ["FAULT", "DELETED"])
def test_removed_and_added_instance(net, hosts, daemon, reload, word):
    host = hosts[0]
    fifo = Fifo(host)
    top = f"  vrrp_notify_fifo {fifo.path}\n"
    deleted = "  notify_deleted /bin/true\n" if word == "DELETED" else ""
    notes = Notes(host)
    first = instance(**FAST)
    second = instance("VI_2", 52, vips=("10.0.1.2/16",),
                      extra=deleted + f"  notify {notes.path}\n", **FAST)
    node = daemon(host, config(first, second, top=top))
    settled(net, host, node)
    net.wait_holder("10.0.1.2", host, 3)
    begin = time.monotonic()
    rhythm = Rhythm(net, host, 0.1)
    reload(node, config(first, top=top))
    net.wait("goodbye", lambda: net.adverts(host, 52, 0, begin), 2)
    net.wait("its address is gone", lambda: not host.has("10.0.1.2"), 2)
    notes.wait(f"INSTANCE VI_2 {word} 100")
    reload(node, config(first, second, top=top))
    net.wait_holder("10.0.1.2", host, 3)
    rhythm.check()
    net.check(node.states() == ["BACKUP", "MASTER"], f"VI_1 stays: {node.states()}")


def test_priority_and_interval(net, hosts, daemon, reload):
    host = hosts[0]
    node = daemon(host, config(instance(**FAST)))
    settled(net, host, node)
    reload(node, config(instance(priority=150, version=3, advert=0.3)))
    net.wait("the new values", lambda: (a := net.adverts(host)[-1]).priority == 150
             and a.interval == 0.3, 2)
    net.check(node.states() == ["BACKUP", "MASTER"], "no change of state")


def test_results_of_checks_are_kept(net, hosts, daemon, reload):
    """A check that runs once an hour: its last result still counts after a reload."""
    host = hosts[0]
    good, bad = Check(host, "good"), Check(host, "bad")
    bad.set("fail")
    text = config(good.block("  interval 3600\n  weight 20\n", "good"),
                  bad.block("  interval 3600\n  weight 30\n", "bad"),
                  instance(extra="  track_script {\n    good\n    bad\n  }\n", **FAST))
    node = daemon(host, text)
    settled(net, host, node)
    net.wait("120", lambda: net.adverts(host)[-1].priority == 120, 3)
    begin = time.monotonic()
    reload(node, text)
    since = time.monotonic()
    net.wait("adverts", lambda: len(net.adverts(host, since=since)) >= 10, 5)
    net.check({a.priority for a in net.adverts(host, since=begin)} == {120}, "120 all the time")


def test_fault_stays(net, hosts, daemon, reload):
    """A node whose check fails does not become master by a reload."""
    host, check = hosts[0], Check(hosts[0])
    text = config(check.block("  interval 1\n"),
                  instance(extra="  track_script {\n    chk\n  }\n", **FAST))
    node = daemon(host, text)
    settled(net, host, node)
    check.set("fail")
    node.wait_state("FAULT", 3)
    net.wait("the address is gone", lambda: not host.has(ADDRESS), 2)
    begin = time.monotonic()
    for _ in range(3):
        reload(node, text)
    net.never("it takes the address", lambda: host.has(ADDRESS), 1)
    said = [a for a in net.adverts(host, since=begin) if a.priority]
    net.check(not said, f"not a word on the wire: {said}")
    check.set("fail", False)
    net.wait_holder(ADDRESS, host, 3 + SLACK)


BAD = {
    "no-value": lambda text: text.replace("priority 120", "priority"),
    "bad-value": lambda text: text.replace("priority 120", "priority 1200"),
    "unknown-word": lambda text: text.replace("priority 120", "pirority 100"),
    "missing-brace": lambda text: text.rstrip().removesuffix("}"),
    "other-interface": lambda text: text.replace("interface eth0", "interface eth7"),
    "binary": lambda text: "\0\1\2" * 1000,
}


@pytest.mark.only("regentd", reason="keepalived 2.2.7 takes what it understands of a wrong file, "
                                    "or ends without a goodbye when a value is missing")
@pytest.mark.parametrize("how", ["signal", "command"])
@pytest.mark.parametrize("what", [*BAD, "no-file"])
def test_bad_file_changes_nothing(net, hosts, daemon, what, how):
    host = hosts[0]
    notes = Notes(host)
    # Not 100, which a wrong priority would become.
    text = config(instance(priority=120, extra=f"  notify {notes.path}\n" + QUIET, **FAST))
    node = daemon(host, text)
    settled(net, host, node)
    notes.wait("INSTANCE VI_1 MASTER 120")
    if what == "no-file":
        os.unlink(node.config)
    else:
        node.write(BAD[what](text))
    begin, mark = time.monotonic(), node.mark()
    rhythm = Rhythm(net, host, 0.1)
    if how == "signal":
        node.send(signal.SIGHUP)
    else:
        done = node.run_regent("reload", check=False)
        net.check(done.returncode not in (0, 127), f"exit status {done.returncode}: {done.stdout}")
        net.check(node.config in done.stdout + done.stderr, f"the file is named: {done}")
    net.wait("the log names the file", lambda: node.said(node.config, mark), 5)
    since = time.monotonic()
    net.wait("adverts", lambda: len(net.adverts(host, since=since)) >= 10, 5)
    rhythm.check()
    net.check({(a.vrid, a.priority) for a in net.adverts(host, since=begin)} == {(51, 120)},
              "as before")
    net.check(node.running() and node.states() == ["BACKUP", "MASTER"], "as before")
    net.check(notes.states() == ["BACKUP", "MASTER"], notes.lines())
    net.check(not net.garps(host, since=begin), "no announcement")
    node.reload(text.replace("priority 120", "priority 121"), command=how == "command")
    net.wait("a good file is taken", lambda: net.adverts(host)[-1].priority == 121, 3)


@pytest.mark.only("keepalived", reason="what regentd does not do")
def test_keepalived_dies_of_a_missing_value(net, hosts, daemon):
    """The behaviour that test_bad_file_changes_nothing is the answer to."""
    host = hosts[0]
    text = config(instance(priority=120, **FAST))
    node = daemon(host, text)
    settled(net, host, node)
    begin = time.monotonic()
    node.write(BAD["no-value"](text))
    node.send(signal.SIGHUP)
    net.check(node.wait_exit(10) == 2, "exit status")
    net.check(not net.adverts(host, priority=0, since=begin), "no goodbye")
    net.check(host.has(ADDRESS), "the address stays")


def test_many_in_a_row(net, hosts, daemon):
    """Reloads that come faster than they can be carried out: the last file is in force."""
    host = hosts[0]
    node = daemon(host, config(instance(**FAST)))
    settled(net, host, node)
    rhythm = Rhythm(net, host, 0.1)
    for number in range(20):
        node.write(config(instance(priority=101 + number, **FAST)))
        node.send(signal.SIGHUP)
    net.wait("the last one", lambda: net.adverts(host)[-1].priority == 120, 10)
    if KIND == "regentd":       # keepalived may lose a few
        rhythm.check()
    net.check(node.running() and node.states() == ["BACKUP", "MASTER"], "no change of state")
    net.check(host.has(ADDRESS), "the address is there")


def test_in_the_middle_of_a_check(net, hosts, daemon, reload):
    """A check that is running does not keep a reload waiting, and is not left behind."""
    host, check = hosts[0], Check(hosts[0])
    text = config(check.block("  interval 1\n  timeout 30\n  weight 10\n"),
                  instance(extra="  track_script {\n    chk\n  }\n", **FAST))
    node = daemon(host, text)
    settled(net, host, node)
    runs = check.runs()
    check.set("hang")
    net.wait("a run that hangs", lambda: check.runs() > runs, 3)
    rhythm = Rhythm(net, host, 0.1)
    reload(node, text)
    check.set("hang", False)
    rhythm.check()
    net.check(len(host.pids_named("sleep")) <= 1, "not more than one is left")
    reload(node, config(instance(**FAST)))
    net.wait("none is left", lambda: not host.pids_named("sleep"), 5)
    begin = time.monotonic()
    node.stop()
    net.check(time.monotonic() - begin < 3, "and nothing keeps it from ending")
