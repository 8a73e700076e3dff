# SPDX-License-Identifier: MIT
"""What a node watches: check scripts, links, its own addresses."""
import time

import pytest

from daemons import config, instance, master_down, skew
from lab import SLACK
from programs import Check

VIP, ADDRESS = "10.0.1.1/16", "10.0.1.1"

# From a good check (each second) to the address: keepalived's owner waits its master-down time.
BACK = 1 + master_down(255) + 3 * SLACK


TRACK = "  track_script {\n    chk\n  }\n"


@pytest.fixture
def hosts(net):
    return net.build(["node1", "node2"])


def owner(check, options, **more):
    """A file for a node that is master as soon as its check lets it."""
    more = {"priority": 255, "state": "MASTER", "vips": (VIP,), "extra": TRACK, **more}
    return config(check.block(options), instance(**more))


def test_hanging_check_does_not_delay_adverts(net, hosts, daemon):
    """The script blocks for its whole timeout; the adverts keep their rhythm, then FAULT."""
    check = Check(hosts[0])
    node = daemon(hosts[0], owner(check, "  interval 1\n  timeout 3\n"))
    net.wait_holder(ADDRESS, hosts[0], 10)
    runs = check.runs()
    check.set("hang")
    net.wait("a run that hangs", lambda: check.runs() > runs, 3)
    hung = time.monotonic()
    net.wait("FAULT", lambda: node.state() == "FAULT", 3 + 2 + 2 * SLACK)
    goodbye = net.wait("goodbye", lambda: net.adverts(hosts[0], priority=0), 2)[0]
    net.check_between(goodbye.time - hung, 3 - 1.2, 3 + SLACK, "FAULT after the timeout")
    net.check(node.said("VRRP_Script(chk) timed_out"), "the log says why")
    times = [a.time for a in net.adverts(hosts[0]) if a.priority]
    net.check(len(times) >= 3, "adverts while the script hangs")
    for one, two in zip(times, times[1:]):
        net.check_between(two - one, 0.95, 1.25, "advert interval")
    net.wait("the address is gone", lambda: not hosts[0].has(ADDRESS), 1)
    check.set("hang", False)
    net.wait_holder(ADDRESS, hosts[0], 8)
    if node.is_regent:      # keepalived now and then leaves it behind
        net.wait("no hung script is left", lambda: not _sleeping(hosts[0]), 5)


def _sleeping(host):
    names = []
    for pid in host.pids():
        try:
            with open(f"/proc/{pid}/comm") as f:
                names.append(f.read().strip())
        except OSError:
            pass
    return "sleep" in names


def test_check_fails_and_recovers(net, hosts, daemon):
    check = Check(hosts[0])
    low = daemon(hosts[1], config(priority=100, vips=(VIP,)))
    node = daemon(hosts[0], owner(check, "  interval 1\n"))
    net.wait_holder(ADDRESS, hosts[0], 10)
    net.wait("node2 is BACKUP", lambda: low.state() == "BACKUP", 5)
    begin = time.monotonic()
    check.set("fail")
    net.wait_holder(ADDRESS, hosts[1], 1 + skew(100) + 3 * SLACK)
    goodbye = net.adverts(hosts[0], priority=0, since=begin)
    net.check(goodbye, "priority 0 on the wire")
    taken = net.address_events(hosts[1], "+", ADDRESS)[-1].time
    net.check_between(taken - goodbye[0].time, skew(100) - 0.05, skew(100) + SLACK, "takeover")
    net.check(node.said("VRRP_Script(chk) failed (exited with status 1)"), "the log says why")
    check.set("fail", False)
    net.wait_holder(ADDRESS, hosts[0], BACK)
    net.check(node.said("VRRP_Script(chk) succeeded"), "the log says why")


def test_rise_and_fall(net, hosts, daemon):
    """Three bad results make it bad, two good ones good again."""
    check = Check(hosts[0])
    node = daemon(hosts[0], owner(check, "  interval 1\n  fall 3\n  rise 2\n"))
    net.wait_holder(ADDRESS, hosts[0], 10)
    before = check.runs()
    check.set("fail")
    net.wait("FAULT", lambda: node.state() == "FAULT", 3 + 2 + 2 * SLACK)
    net.check_between(check.runs() - before, 3, 4, "bad runs until FAULT")
    before = check.runs()
    check.set("fail", False)
    net.wait("no FAULT", lambda: node.state() != "FAULT", 2 + 2 + 2 * SLACK)
    net.check_between(check.runs() - before, 2, 3, "good runs until it takes part again")
    net.wait_holder(ADDRESS, hosts[0], BACK)


def test_failing_from_the_start(net, hosts, daemon):
    """A node whose check has never succeeded does not become master, owner or not."""
    check = Check(hosts[0])
    check.set("fail")
    daemon(hosts[0], owner(check, "  interval 1\n"))
    net.wait("three runs", lambda: check.runs() >= 3, 6)
    net.check(not net.address_events(hosts[0], "+", ADDRESS), "the address was never taken")
    net.check(not net.adverts(hosts[0]), "not a word on the wire")
    check.set("fail", False)
    net.wait_holder(ADDRESS, hosts[0], BACK)


@pytest.mark.parametrize("nic", ["eth0", "eth1"])
def test_link_loss_is_seen_at_once(net, daemon, nic):
    """The instance's own interface, and one that is only tracked."""
    hosts = net.build(["node1", "node2"], ["10.0.0.{}/16", "10.1.0.{}/16"])
    node = daemon(hosts[0], config(priority=255, state="MASTER", vips=(VIP,),
                                   extra="  track_interface {\n    eth1\n  }\n"))
    net.wait_holder(ADDRESS, hosts[0], 10)
    net.wait("an advert", lambda: net.adverts(hosts[0]), 3)
    noticed = hosts[0].cut(nic)
    gone = net.wait("the address goes", lambda: net.address_events(hosts[0], "-", ADDRESS), 3)
    net.check_between(gone[0].time - noticed, -0.1, 0.5, "from the link event to the removal")
    net.wait("FAULT", lambda: node.state() == "FAULT", 2)
    net.check(node.said(f"Netlink reports {nic} down"), "the log says why")
    if nic == "eth1":
        net.wait("goodbye", lambda: net.adverts(hosts[0], priority=0), 1)
    hosts[0].plug(nic)
    net.wait_holder(ADDRESS, hosts[0], 5)
    net.check(node.said(f"Netlink reports {nic} up"), "the log says so")


def test_address_removed_by_hand(net, hosts, daemon):
    """Somebody deletes the floating address of a live master: it gives up, and is master again
    after the skew time, with the address (behaviour 39)."""
    node = daemon(hosts[0], config(priority=200, vips=(VIP, "10.0.1.2/16"), state="MASTER"))
    net.wait_holder(ADDRESS, hosts[0], 10)
    net.wait("the first burst", lambda: len(net.garps(hosts[0])) >= 10, 2)
    begin = time.monotonic()
    hosts[0].run("ip", "addr", "del", VIP, "dev", "eth0")
    deleted = net.wait("deleted", lambda: net.address_events(
        hosts[0], "-", ADDRESS, begin), 2)[0].time
    back = net.wait("it comes back", lambda: net.address_events(
        hosts[0], "+", ADDRESS, deleted), 1 + 2 * SLACK)[0].time
    net.check_between(back - deleted, 0, 1, "back again")
    for text in (f"Netlink reflector reports IP {ADDRESS} removed from eth0",):
        net.check(node.said(text), text)
    net.check(net.adverts(hosts[0], priority=0, since=begin), "goodbye on the wire")
    net.check(node.count("Entering MASTER STATE") == 2, "a new election")
    net.wait("announced anew", lambda: len(net.garps(hosts[0], ADDRESS, back - 0.1)) >= 5, 2)
    net.wait("both are there", lambda: hosts[0].has("10.0.1.2") and hosts[0].has(ADDRESS), 2)


def test_interface_without_address(net, hosts, daemon):
    """No address to send from: FAULT; as soon as there is one, it takes part."""
    own = "10.0.0.1/16"
    hosts[0].run("ip", "addr", "del", own, "dev", "eth0")
    net.wait("it is gone", lambda: not hosts[0].has("10.0.0.1"), 2)
    node = daemon(hosts[0], config(priority=255, state="MASTER", vips=(VIP,)))
    net.wait("FAULT", lambda: node.said(
        "(VI_1) entering FAULT state (no IPv4 address for interface)"), 5)
    net.never("it takes the address", lambda: hosts[0].has(ADDRESS), 1)
    net.check(not net.adverts(hosts[0]), "not a word on the wire")
    hosts[0].run("ip", "addr", "add", own, "dev", "eth0")
    net.wait_holder(ADDRESS, hosts[0], 5)
    net.check(net.adverts(hosts[0])[0].src == "10.0.0.1", "the new address is the source")
