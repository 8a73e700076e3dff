# SPDX-License-Identifier: MIT
"""Unicast peers: regentd and Debian's keepalived, both ways round; what is on the wire; and the last
words of an engine that died."""
import time

import pytest

import wire
from daemons import KIND, config, instance, master_down, skew
from lab import SLACK

VIP = "10.0.1.1"
PASS = "  authentication {\n    auth_type PASS\n    auth_pass secret12\n  }\n"
VARIANTS = {
    "v2": {"version": 2, "advert": 1},
    "v2-pass": {"version": 2, "advert": 1, "pass": PASS},
    "v3": {"version": 3, "advert": 1},
    "v3-100ms": {"version": 3, "advert": 0.1},
}
DIRECTIONS = [("regentd", "keepalived"), ("keepalived", "regentd"), ("regentd", "regentd")]


def peers(*addresses, source=None, ttl=None):
    lines = f"  unicast_src_ip {source}\n" if source else ""
    lines += f"  unicast_ttl {ttl}\n" if ttl else ""
    return lines + "  unicast_peer {\n" + "".join(f"    {a}\n" for a in addresses) + "  }\n"


@pytest.mark.parametrize("variant", VARIANTS.values(), ids=VARIANTS)
@pytest.mark.parametrize("kinds", DIRECTIONS, ids=lambda k: "-".join(k))
def test_pair(net, daemon, kinds, variant):
    """Election, an orderly stop, the return."""
    one, two = net.build(["node1", "node2"])
    kinds = [KIND if kind == "regentd" else kind for kind in kinds]

    def start(host, kind, priority, source, peer):
        return daemon(host, config(version=variant["version"], advert=variant["advert"],
                                   priority=priority,
                                   extra=variant.get("pass", "") + peers(peer, source=source)), kind)

    down = master_down(200, variant["advert"], version=variant["version"])
    low = start(two, kinds[1], 100, "10.0.0.2", "10.0.0.1")
    high = start(one, kinds[0], 200, "10.0.0.1", "10.0.0.2")
    net.wait_holder(VIP, one, down + 2 + 2 * SLACK)
    net.wait("the lower one is BACKUP", lambda: low.state() == "BACKUP", 5)
    net.never("the lower one takes the address", lambda: two.has(VIP),
              min(down + 1, 2))
    begin = time.monotonic()
    high.stop()
    net.wait_holder(VIP, two, skew(100, variant["advert"], variant["version"]) + 3 * SLACK)
    net.check(net.adverts(one, priority=0, since=begin), "priority 0 on the wire")
    high = start(one, kinds[0], 200, "10.0.0.1", "10.0.0.2")
    net.wait_holder(VIP, one, down + 2 + 2 * SLACK)
    for advert in net.adverts():
        net.check(advert.dst != wire.VRRP_GROUP, "nothing goes to the group")
        net.check(advert.checksum_ok, "every checksum is right")
    for each in (low, high):
        net.check(not each.rejects(), f"{each.kind} turned packets away: {each.rejects()[:3]}")


def test_over_a_router(net, daemon):
    """The peers do not share a link: adverts are routed, and come in from whatever interface."""
    one, two = net.build(["node1", "node2"], nets=("10.0.0.{}/24", "10.7.0.{}/24"))
    for host, own, other in ((one, "192.168.9.1", "10.7.0.2"), (two, "192.168.9.2", "10.7.0.1")):
        host.run("ip", "addr", "add", own + "/32", "dev", "eth0")
        host.run("ip", "route", "add", "192.168.9.0/24", "via", other, "dev", "eth1")
    daemons = [daemon(host, config(priority=200 - 100 * i, vips=("10.0.0.99/24",),
                                   extra=peers(f"192.168.9.{2 - i}", source=f"192.168.9.{1 + i}")))
               for i, host in enumerate((one, two))]
    net.wait_holder("10.0.0.99", one, 6 + 2 * SLACK)
    net.never("both hold it", lambda: two.has("10.0.0.99"), 4.5)
    net.check(not any(d.rejects() for d in daemons), "no packet was turned away")
    if daemons[0].is_regent:        # keepalived's go out of the instance's interface
        net.check({a.nic for a in net.adverts(one)} == {"eth1"}, "adverts go where routes lead")


@pytest.mark.regent
def test_each_packet_once(net, daemon):
    """A multicast and a unicast router with one VRID on one interface: each hears its own, once."""
    one, two = net.build(["node1", "node2"])
    two.run("ip", "addr", "add", "10.0.0.22/16", "dev", "eth0")
    listener = daemon(two, config(
        instance(name="GROUP", priority=10),
        instance(name="PEER", priority=10, vips=("10.0.1.2/16",),
                 extra=peers("10.0.0.1", source="10.0.0.22"))))
    daemon(one, config(instance(name="GROUP", priority=200),
                       instance(name="PEER", vrid=52, priority=200, vips=("10.0.1.2/16",),
                                extra=peers("10.0.0.22", source="10.0.0.1"))))
    net.wait_holder(VIP, one, 6 + 2 * SLACK)

    def heard(name):
        return next(i for i in listener.status()["instances"] if i["name"] == name)["counters"]

    net.wait("adverts were heard", lambda: heard("GROUP")["adverts_received"] > 3, 8)
    sent = len([a for a in net.adverts(one, vrid=51) if a.dst == wire.VRRP_GROUP])
    net.check(abs(heard("GROUP")["adverts_received"] - sent) <= 1, "each was heard once")
    net.check(heard("PEER")["adverts_received"] == 0, "none was heard by the other")
    # VRID 52 is nobody's there: each is told once, though two sockets saw it.
    unicast = len(net.adverts(one, vrid=52))
    net.check(abs(listener.status()["unknown_vrid_packets"] - unicast) <= 1,
              f"{listener.status()['unknown_vrid_packets']} of {unicast} unknown")


@pytest.mark.regent
def test_dead_engine_says_goodbye_to_each_peer(net, daemon):
    one, two, three = net.build(["node1", "node2", "node3"])
    master = daemon(one, config(version=3, priority=200,
                                extra=peers("10.0.0.2", "10.0.0.3", source="10.0.0.1")))
    net.wait_holder(VIP, one, 6 + 2 * SLACK)
    begin, dead = time.monotonic(), master.engine_pid()
    master.kill_engine()
    net.wait("priority 0 for each peer",
             lambda: {a.dst for a in net.adverts(one, priority=0, since=begin)} ==
             {"10.0.0.2", "10.0.0.3"}, 3)
    net.check(all(a.checksum_ok for a in net.adverts(one)), "every checksum is right")
    net.wait("a new engine runs", lambda: master.engine_pid() not in (None, dead), 5)


@pytest.mark.regent
def test_listener_follows_the_address(net, daemon):
    """Without unicast_src_ip the source is the interface's first address, whichever that is."""
    one, two = net.build(["node1", "node2"])
    low = daemon(two, config(priority=100, extra=peers("10.0.0.1")))
    net.wait_holder(VIP, two, 6 + 2 * SLACK)
    two.run("ip", "addr", "add", "10.0.0.12/16", "dev", "eth0")
    two.run("sh", "-c", "sysctl -qw net.ipv4.conf.eth0.promote_secondaries=1; "
                        "ip addr del 10.0.0.2/16 dev eth0")
    daemon(one, config(priority=200, extra=peers("10.0.0.12")))
    net.wait_holder(VIP, one, 8 + 2 * SLACK)
    net.wait("the other gave way", lambda: not two.has(VIP), 3)
    net.check(low.running(), "it runs")


@pytest.mark.regent
def test_unreachable_peer_is_told_once(net, daemon):
    """Of two peers one cannot be sent to: one line, and the other hears us."""
    one, two = net.build(["node1", "node2"])
    one.run("ip", "route", "add", "unreachable", "10.77.0.0/16")
    master = daemon(one, config(priority=200, extra=peers("10.77.0.1", "10.0.0.2")))
    low = daemon(two, config(priority=100, extra=peers("10.0.0.1")))
    net.wait_holder(VIP, one, 6 + 2 * SLACK)
    net.never("the lower one takes the address", lambda: two.has(VIP), 4.5)
    lines = [line for line in master.log().splitlines() if "cannot be sent" in line]
    net.check(len(lines) == 1 and "10.77.0.1" in lines[0], f"one line: {lines}")
    one.run("ip", "route", "del", "unreachable", "10.77.0.0/16")
    one.run("ip", "route", "add", "10.77.0.0/16", "dev", "eth0")
    net.wait("they go out again", lambda: "are sent from eth0 to 10.77.0.1 again" in master.log(), 4)
    net.check(not low.rejects(), "no packet was turned away")
