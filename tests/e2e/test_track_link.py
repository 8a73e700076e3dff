# SPDX-License-Identifier: MIT
"""Links that are watched with a weight or with patience, and the source address."""
import time

import pytest

from daemons import config, instance
from lab import SLACK

ADDRESS = "10.0.1.1"
NETS = ["10.0.0.{}/16", "10.1.0.{}/16"]
TRACK = "  track_interface {\n    eth1\n  }\n"
FAST = {"version": 3, "advert": 0.1}


def wait_priority(net, host, priority, timeout=1 + SLACK):
    net.wait(f"{host.name} advertises {priority}",
             lambda: (a := net.adverts(host)) and a[-1].priority == priority, timeout)


@pytest.mark.parametrize("words, up, down", [
    ("weight 10", 110, 100), ("weight -10", 100, 90), ("weight 10 reverse", 90, 100)],
    ids=["up", "down", "reverse"])
def test_weight(net, daemon, words, up, down):
    host = net.build(["node1"], NETS)[0]
    node = daemon(host, config(instance(extra=TRACK.replace("eth1", f"eth1 {words}"), **FAST)))
    wait_priority(net, host, up, 5)
    host.cut("eth1")
    wait_priority(net, host, down)
    host.plug("eth1")
    wait_priority(net, host, up)
    net.check("FAULT" not in node.states(), "a weight makes no fault")


def test_weight_when_down_from_the_start(net, daemon):
    host = net.build(["node1"], NETS)[0]
    host.cut("eth1")
    daemon(host, config(instance(extra=TRACK.replace("eth1", "eth1 weight 10"), **FAST)))
    wait_priority(net, host, 100, 5)
    host.plug("eth1")
    wait_priority(net, host, 110)


def test_delays(net, daemon):
    """A link that is away for less than its delay was never away; after it has come back it is
    believed in only after the other delay."""
    host = net.build(["node1"], NETS)[0]
    top = "interface_up_down_delays {\n  eth1 1 2\n}\n"
    node = daemon(host, config(top, instance(extra=TRACK, advert=1)))
    net.wait_holder(ADDRESS, host, 8)
    host.cut("eth1")
    host.plug("eth1")
    net.never("FAULT", lambda: node.state() == "FAULT", 1.5)
    begin = time.monotonic()
    host.cut("eth1")
    node.wait_state("FAULT", 1 + SLACK)
    net.check_between(time.monotonic() - begin, 0.9, 1 + SLACK, "down delay")
    begin = time.monotonic()
    host.plug("eth1")
    node.wait_state("BACKUP", 2 + SLACK)
    net.check_between(time.monotonic() - begin, 1.9, 2 + SLACK, "up delay")
    net.wait_holder(ADDRESS, host, 5)


UNICAST = "  unicast_src_ip {}\n  track_src_ip\n  unicast_peer {{\n    10.0.0.2\n  }}\n"
MULTICAST = "  mcast_src_ip {}\n  track_src_ip\n"
BROKEN = pytest.mark.only("regentd", reason="keepalived 2.2.7 does not notice that the source "
                                            "comes or goes while it runs")
SOURCES = pytest.mark.parametrize("extra", [UNICAST, MULTICAST], ids=["unicast", "multicast"])


@BROKEN
@SOURCES
def test_track_src_ip(net, daemon, extra):
    """The address to send from goes: FAULT; it comes again: no fault."""
    host = net.build(["node1"], ["10.0.0.{}/16"])[0]
    host.run("ip", "addr", "add", "10.7.5.5/16", "dev", "eth0")
    node = daemon(host, config(instance(extra=extra.format("10.7.5.5"), **FAST)))
    net.wait_holder(ADDRESS, host, 5)
    host.run("ip", "addr", "del", "10.7.5.5/16", "dev", "eth0")
    node.wait_state("FAULT", 1 + SLACK)
    net.wait("the address is gone", lambda: not host.has(ADDRESS), 1)
    host.run("ip", "addr", "add", "10.7.5.5/16", "dev", "eth0")
    net.wait_holder(ADDRESS, host, 2 + SLACK)


@BROKEN
@SOURCES
def test_track_src_ip_missing_from_the_start(net, daemon, extra):
    host = net.build(["node1"], ["10.0.0.{}/16"])[0]
    node = daemon(host, config(instance(extra=extra.format("10.7.5.5"), **FAST)))
    net.wait("the log says why", lambda: node.said(
        "(VI_1): entering FAULT state (src address not configured)"), 5)
    net.check(not net.adverts(host), "not a word on the wire")
    host.run("ip", "addr", "add", "10.7.5.5/16", "dev", "eth0")
    net.wait_holder(ADDRESS, host, 2 + SLACK)
