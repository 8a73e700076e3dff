# SPDX-License-Identifier: MIT
"""Sync groups: instances that are always in the same state."""
import time

import pytest

import wire
from daemons import config, instance, master_down
from lab import SLACK
from programs import Check, Fifo, Notes

FAST = {"version": 3, "advert": 0.1}
NETS = ["10.0.0.{}/16", "10.1.0.{}/16"]
NAMES = ("VI_1", "VI_2")
INSIDE, OUTSIDE = "10.0.1.1", "10.1.1.1"


@pytest.fixture
def hosts(net):
    """Routers: eth0 inside, eth1 outside."""
    return net.build(["node1", "node2"], NETS)


def group(extra=""):
    return f"vrrp_sync_group G1 {{\n  group {{\n    VI_1\n    VI_2\n  }}\n{extra}}}\n"


def members(priority=100, extra=("", ""), **more):
    more = {**FAST, **more}
    return (instance("VI_1", 51, priority, vips=(INSIDE + "/16",), extra=extra[0], **more)
            + instance("VI_2", 52, priority, nic="eth1", vips=(OUTSIDE + "/16",), extra=extra[1],
                       **more))


def wait_both(net, node, state, timeout=5):
    net.wait(f"both members are {state}",
             lambda: [node.state(n) for n in NAMES] == [state] * 2, timeout)


def both_on(net, host, timeout=5):
    net.wait(f"both addresses on {host.name}", lambda: net.holders(INSIDE) == {host.name}
             and net.holders(OUTSIDE) == {host.name}, timeout)


def rival(host, nic, vrid, priority, address):
    source = host.ips[0 if nic == "eth0" else 1]
    host.send_frames([wire.advert(host.mac(nic), source, vrid, priority, [address], version=3,
                                  interval=0.1)], nic)


def test_fault_and_back(net, hosts, daemon):
    """One link goes: both addresses go to the other machine, and come back."""
    one = daemon(hosts[0], config(group(), members(200)))
    two = daemon(hosts[1], config(group(), members(100)))
    both_on(net, hosts[0])
    wait_both(net, two, "BACKUP")
    cut = hosts[0].cut("eth1")
    wait_both(net, one, "FAULT", 1 + SLACK)
    both_on(net, hosts[1], 1 + SLACK)
    goodbye = net.adverts(hosts[0], 51, 0, cut - 0.05)
    net.check(goodbye, "the healthy member says goodbye as well")
    net.check(one.said("VRRP_Group(G1) Syncing instances to FAULT state"), "the log says why")
    wait_both(net, two, "MASTER", 2)
    hosts[0].plug("eth1")
    both_on(net, hosts[0], 3 + SLACK)
    wait_both(net, one, "MASTER", 2)
    wait_both(net, two, "BACKUP", 2)


def test_backup_together(net, hosts, daemon):
    """A greater master for one of them makes both give way."""
    node = daemon(hosts[0], config(group(), members(100)))
    both_on(net, hosts[0])
    wait_both(net, node, "MASTER")
    rival(hosts[1], "eth0", 51, 200, INSIDE)
    net.wait("VI_2 gives way too", lambda: node.states("VI_2").count("BACKUP") == 2, 1 + SLACK)
    net.check(node.said("VRRP_Group(G1) Syncing instances to BACKUP state"), "the log says why")
    wait_both(net, node, "MASTER")
    both_on(net, hosts[0])
    net.check(node.states("VI_1") == node.states("VI_2"), "the same history")


def test_early_member_waits(net, hosts, daemon):
    """VI_1 could be master at once, but VI_2 still hears one: both wait. When that falls silent,
    both become master."""
    node = daemon(hosts[0], config(group(), members(100)))
    end = time.monotonic() + master_down(100, 0.1, version=3) + 1
    while time.monotonic() < end:
        rival(hosts[1], "eth1", 52, 200, OUTSIDE)
        net.check("MASTER" not in node.states("VI_1") + node.states("VI_2"), "none is MASTER")
        time.sleep(0.05)
    net.check(not net.adverts(hosts[0]), "not a word on the wire")
    wait_both(net, node, "MASTER")
    both_on(net, hosts[0])
    first = [net.adverts(hosts[0], v)[0].time for v in (51, 52)]
    net.check(abs(first[0] - first[1]) < 0.1, "in the same moment")


def test_order_of_notifications(net, hosts, daemon):
    """Who caused it, the other members, the group last; at the start the group comes first. The
    group's priority is 0."""
    host = hosts[0]
    fifo = Fifo(host).start()
    node = daemon(host, config(group(), members(100), top=f"  vrrp_notify_fifo {fifo.path}\n"))
    fifo.wait('GROUP "G1" MASTER 0')
    host.cut("eth1")
    fifo.wait('GROUP "G1" FAULT 0')
    host.plug("eth1")
    fifo.wait('GROUP "G1" MASTER 0', count=2)
    node.stop()
    fifo.wait('GROUP "G1" STOP 0')
    said = [line.split()[:3] for line in fifo.lines()]
    rounds = [said[n:n + 3] for n in range(0, len(said), 3)]
    want = ["BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER", "STOP"]
    net.check([r[0][2] for r in rounds] == want, fifo.lines())
    for number, one in enumerate(rounds):
        net.check(len({words[2] for words in one}) == 1, f"one state at a time: {fifo.lines()}")
        where = [words[1] for words in one].index('"G1"')
        net.check(where == (0 if number == 0 else 2), f"the group's place: {fifo.lines()}")
    net.check(rounds[2][0][1] == '"VI_2"', f"who caused it comes first: {fifo.lines()}")


def test_scripts(net, hosts, daemon):
    """Of the group and of the members."""
    host = hosts[0]
    notes, plain, member = Notes(host), Notes(host, "plain"), Notes(host, "member")
    extra = (f"  notify {notes.path}\n" + "".join(
        f"  notify_{w} \"{plain.path} {w}\"\n" for w in ("master", "backup", "fault", "stop")))
    node = daemon(host, config(group(extra), members(extra=(f"  notify {member.path}\n", ""))))
    notes.wait("GROUP G1 MASTER 0")
    host.cut("eth1")
    notes.wait("GROUP G1 FAULT 0")
    member.wait("INSTANCE VI_1 FAULT 100")
    node.stop()
    notes.wait("GROUP G1 STOP 0")
    net.check(notes.states("G1") == ["BACKUP", "MASTER", "FAULT", "STOP"], notes.lines())
    net.check(sorted(plain.lines()) == ["backup", "fault", "master", "stop"], plain.lines())
    net.check(member.states() == ["BACKUP", "MASTER", "FAULT", "STOP"], member.lines())


def test_group_tracks_an_interface(net, hosts, daemon):
    host = hosts[0]
    host.add_nic("ens9")
    node = daemon(host, config(group("  track_interface {\n    ens9\n  }\n"), members()))
    both_on(net, host)
    host.cut("ens9")
    wait_both(net, node, "FAULT", 1 + SLACK)
    host.plug("ens9")
    both_on(net, host)


def test_group_tracks_a_script(net, hosts, daemon):
    host, check = hosts[0], Check(hosts[0])
    node = daemon(host, config(check.block("  interval 1\n"),
                               group("  track_script {\n    chk\n  }\n"), members()))
    both_on(net, host)
    check.set("fail")
    wait_both(net, node, "FAULT", 2 + SLACK)
    check.set("fail", False)
    both_on(net, host)


def test_group_weight(net, hosts, daemon):
    """A weight of the group moves the priority of every member."""
    host, check = hosts[0], Check(hosts[0])
    daemon(host, config(check.block("  interval 1\n"), group(
        "  track_script {\n    chk weight 20\n  }\n  sync_group_tracking_weight\n"), members()))
    for vrid in (51, 52):
        net.wait("120", lambda: (a := net.adverts(host, vrid)) and a[-1].priority == 120, 5)
    check.set("fail")
    for vrid in (51, 52):
        net.wait("100", lambda: net.adverts(host, vrid)[-1].priority == 100, 3)


def test_member_script_is_a_fault_for_all(net, hosts, daemon):
    host, check = hosts[0], Check(hosts[0])
    check.set("fail")
    node = daemon(host, config(check.block("  interval 1\n"), group(),
                               members(extra=("", "  track_script {\n    chk\n  }\n"))))
    net.wait("two runs", lambda: check.runs() >= 2, 5)
    net.check(not net.adverts(), "not a word on the wire")
    check.set("fail", False)
    both_on(net, host)
    net.check(node.state("VI_1") == "MASTER", "MASTER")


def test_both_links_flap(net, hosts, daemon):
    """Whatever happens in whatever order: at the end both are together."""
    one = daemon(hosts[0], config(group(), members(200)))
    two = daemon(hosts[1], config(group(), members(100)))
    both_on(net, hosts[0])
    wait_both(net, two, "BACKUP")
    for number in range(6):
        hosts[number % 2].cut(f"eth{number % 2}")
        hosts[(number + 1) % 2].cut("eth1")
        hosts[number % 2].plug(f"eth{number % 2}")
        hosts[(number + 1) % 2].plug("eth1")
    both_on(net, hosts[0], 10)
    wait_both(net, one, "MASTER", 3)
    wait_both(net, two, "BACKUP", 3)


@pytest.mark.parametrize("priority", [100, 200])
def test_a_pair_of_groups_starts(net, hosts, daemon, priority):
    """One group starts beside the other: at any time, both addresses are on one machine."""
    daemon(hosts[0], config(group(), members(150)))
    both_on(net, hosts[0])
    two = daemon(hosts[1], config(group(), members(priority)))
    if priority > 150:
        both_on(net, hosts[1])
        wait_both(net, two, "MASTER", 2)
    else:
        wait_both(net, two, "BACKUP")
        both_on(net, hosts[0])
