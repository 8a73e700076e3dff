# SPDX-License-Identifier: MIT
"""Gratuitous ARPs: how many, in which order, when, and their bytes."""
from daemons import config, instance
from wire import BROADCAST

A, B = "10.0.1.1", "10.0.1.2"
VIPS = (f"{A}/16", f"{B}/16")


def start_master(net, start, extra="", top=""):
    """One node, owner of two addresses; the time of its first advert as master."""
    host = net.build(["node1", "watcher"])[0]
    start(host, config(instance(priority=255, state="MASTER", vips=VIPS, extra=extra), top=top))
    net.wait_holder(B, host, 10)
    return host, net.adverts(host)[0].time


def wait_garps(net, host, count, timeout=3):
    return net.wait(f"{count} gratuitous ARPs", lambda: (
        net.garps(host) if len(net.garps(host)) >= count else None), timeout)


def test_burst_then_a_second_one(net, daemon):
    """Five rounds back to back, each one frame per address in order; once more after
    garp_master_delay; then no more (behaviour 58, 59)."""
    host, begin = start_master(net, daemon, extra="  garp_master_delay 2\n")
    first = wait_garps(net, host, 10)
    net.check([g.sender_ip for g in first[:10]] == [A, B] * 5, "five rounds, A B A B")
    net.check_between(first[9].time - begin, 0, 0.3, "the burst is over")
    both = wait_garps(net, host, 20, timeout=4)
    net.check([g.sender_ip for g in both] == [A, B] * 10, "the second burst is as the first")
    net.check_between(both[10].time - begin, 1.9, 2.6, "second burst after garp_master_delay")
    net.never("a third burst", lambda: len(net.garps(host)) > 20, 2.5)


def test_advert_first_then_address_then_announcement(net, daemon):
    """Behaviour 35."""
    host, begin = start_master(net, daemon)
    garps = wait_garps(net, host, 1)
    added = net.address_events(host, "+", A)[0].time
    net.check(begin <= garps[0].time, "the advert precedes the first gratuitous ARP")
    net.check_between(garps[0].time - begin, 0, 0.3, "all within a moment")
    net.check_between(added - begin, -0.05, 0.3, "the address comes after the advert")


def test_bytes(net, daemon):
    """Behaviour 61."""
    host, _ = start_master(net, daemon)
    for g in wait_garps(net, host, 10)[:10]:
        seen = (g.eth_dst, g.eth_src, g.operation, g.sender_mac, g.target_mac, g.target_ip)
        want = (BROADCAST, host.mac(), 1, host.mac(), BROADCAST, g.sender_ip)
        net.check(seen == want, f"frame {seen}, expected {want}")


def test_no_second_burst_with_delay_zero(net, daemon):
    host, _ = start_master(net, daemon, extra="  garp_master_delay 0\n  garp_master_repeat 2\n")
    wait_garps(net, host, 4)
    net.never("more than two rounds", lambda: len(net.garps(host)) > 4, 2.5)


def test_repeat_and_refresh(net, daemon):
    """garp_master_repeat rounds, then garp_master_refresh_repeat frames per address each
    garp_master_refresh seconds (behaviour 60)."""
    host, begin = start_master(net, daemon, extra=(
        "  garp_master_delay 0\n  garp_master_repeat 3\n"
        "  garp_master_refresh 2\n  garp_master_refresh_repeat 2\n"))
    garps = wait_garps(net, host, 14, timeout=8)
    net.check([g.sender_ip for g in garps[:6]] == [A, B] * 3, "three rounds at first")
    net.check_between(garps[5].time - begin, 0, 0.3, "first burst")
    for number, start in ((1, 6), (2, 10)):
        part = garps[start:start + 4]
        net.check(sorted(g.sender_ip for g in part) == [A, A, B, B], f"refresh {number}")
        # Looked at when an advert is due, so up to one second late.
        net.check_between(part[0].time - begin, 2 * number - 0.1, 2 * number + 1.3,
                          f"time of refresh {number}")


def test_min_garp(net, daemon):
    """vrrp_min_garp: one frame an address, nothing more (behaviour 65)."""
    host, _ = start_master(net, daemon, top="  vrrp_min_garp\n")
    garps = wait_garps(net, host, 2)
    net.check([g.sender_ip for g in garps] == [A, B], "one round")
    net.never("another frame", lambda: len(net.garps(host)) > 2, 5.6)
