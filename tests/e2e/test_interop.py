# SPDX-License-Identifier: MIT
"""One machine under regentd and one under Debian's keepalived, both ways round: the same elections
and takeovers, and neither turns a packet of the other away."""
import time

import pytest

from daemons import KIND, config, master_down, skew
from lab import SLACK

VIPS = ("10.0.1.1/16", "10.0.1.2/16")
FIRST_VIP = "10.0.1.1"
PASS = "  authentication {\n    auth_type PASS\n    auth_pass secret12\n  }\n"

VARIANTS = {
    "v2": {"version": 2, "advert": 1},
    "v2-pass": {"version": 2, "advert": 1, "extra": PASS},
    "v3": {"version": 3, "advert": 1},
    "v3-100ms": {"version": 3, "advert": 0.1},
}
DIRECTIONS = [("regentd", "keepalived"), ("keepalived", "regentd")]


def variants(*names):
    return pytest.mark.parametrize("variant", [VARIANTS[n] for n in names], ids=names)


def directions(what):
    """Which daemon plays the first part; the other plays the second."""
    return pytest.mark.parametrize("kinds", DIRECTIONS, ids=[f"{what}-{k[0]}" for k in DIRECTIONS])


class Mixed:
    def __init__(self, net, start, kinds, variant):
        self.net, self._start, self.variant = net, start, variant
        self.kinds = [KIND if kind == "regentd" else kind for kind in kinds]
        self.hosts = net.build(["node1", "node2"])
        self.all = []

    def start(self, number, priority, extra="", **more):
        options = {**self.variant, **more, "priority": priority, "vips": VIPS}
        options["extra"] = options.get("extra", "") + extra
        daemon = self._start(self.hosts[number - 1], config(**options), self.kinds[number - 1])
        self.all.append(daemon)
        return daemon

    def down(self, priority):
        return master_down(priority, self.variant["advert"], version=self.variant["version"])

    def skew(self, priority):
        return skew(priority, self.variant["advert"], self.variant["version"])

    @property
    def slack(self):
        return min(SLACK, 4 * self.variant["advert"])

    def wait_master(self, number, timeout):
        """That node holds every address and the other none; the time of the first one."""
        host = self.hosts[number - 1]
        for vip in VIPS:
            self.net.wait_holder(vip.split("/")[0], host, timeout)
        return self.net.address_events(host, "+", FIRST_VIP)[-1].time

    def wait_backup(self, daemon):
        self.net.wait(f"{daemon.kind} is BACKUP", lambda: daemon.state() == "BACKUP", 5)

    def check_no_rejects(self):
        for daemon in self.all:
            rejects = daemon.rejects()
            self.net.check(not rejects, f"{daemon.kind} turned packets away: {rejects[:3]}")
        self.net.check(all(a.checksum_ok for a in self.net.adverts()), "every checksum is right")


@pytest.fixture
def mixed(net, daemon, kinds, variant):
    return Mixed(net, daemon, kinds, variant)


@directions("master")
@variants(*VARIANTS)
def test_takeover_and_return(mixed):
    """Election, a killed master, its return, an orderly stop."""
    net = mixed.net
    low = mixed.start(2, 100)
    high = mixed.start(1, 200, state="MASTER")
    mixed.wait_master(1, mixed.down(200) + 2 + 2 * SLACK)
    mixed.wait_backup(low)

    begin = time.monotonic()
    high.kill_all()
    # Taken off by hand, as nobody else does it while the daemon is dead.
    for vip in VIPS:
        mixed.hosts[0].run("ip", "addr", "del", vip, "dev", "eth0")
    taken = mixed.wait_master(2, mixed.down(100) + 3 * SLACK)
    net.check_between(taken - begin, mixed.down(100) - 1.1 * mixed.variant["advert"],
                      mixed.down(100) + mixed.slack, "takeover from a killed master")
    net.check(not net.adverts(mixed.hosts[0], priority=0), "nobody has said goodbye")

    begin = time.monotonic()
    high = mixed.start(1, 200, state="MASTER")
    taken = mixed.wait_master(1, mixed.down(200) + 2 + 2 * SLACK)
    net.check_between(taken - begin, mixed.down(200) - 0.05, mixed.down(200) + 1 + SLACK,
                      "preemption on return")
    mixed.wait_backup(low)
    net.check(low.said("(VI_1) Master received advert from 10.0.0.1 with higher priority 200, "
                       "ours 100"), "the backup says why it gave way")

    begin = time.monotonic()
    high.stop()
    taken = mixed.wait_master(2, mixed.skew(100) + 3 * SLACK)
    goodbyes = net.adverts(mixed.hosts[0], priority=0, since=begin)
    net.check(goodbyes, "priority 0 on the wire")
    net.check_between(taken - goodbyes[0].time, mixed.skew(100) - 0.05,
                      mixed.skew(100) + mixed.slack, "takeover after the skew time")
    net.check(low.said("(VI_1) Backup received priority 0 advertisement"), "the backup heard it")
    mixed.check_no_rejects()


@directions("higher")
@variants("v2", "v3-100ms")
def test_nopreempt(mixed):
    """The better one stays behind a live master, and takes over from a dead one."""
    net = mixed.net
    low = mixed.start(2, 100)
    mixed.wait_master(2, mixed.down(100) + 2 + 2 * SLACK)
    high = mixed.start(1, 200, extra="  nopreempt\n")
    mixed.wait_backup(high)
    net.never("the higher one takes the address", lambda: mixed.hosts[0].has(FIRST_VIP),
              mixed.down(200) + 0.5)
    low.stop()
    mixed.wait_master(1, mixed.skew(200) + 3 * SLACK)
    low = mixed.start(2, 100)
    mixed.wait_backup(low)
    net.never("the lower one takes the address", lambda: mixed.hosts[1].has(FIRST_VIP),
              mixed.down(100) + 0.5)
    mixed.check_no_rejects()


@directions("higher")
@variants("v3-100ms")
def test_preempt_delay(mixed):
    """The better one waits the delay, and then the master-down time."""
    mixed.start(2, 100)
    mixed.wait_master(2, mixed.down(100) + 2 + 2 * SLACK)
    high = mixed.start(1, 200, extra="  preempt_delay 2\n")
    mixed.wait_backup(high)
    since = time.monotonic()
    taken = mixed.wait_master(1, 2 + mixed.down(200) + 3 * SLACK)
    mixed.net.check_between(taken - since, 2 - 0.15, 2 + mixed.down(200) + 0.3 + SLACK,
                            "preemption after the delay")
    mixed.net.check(high.said("(VI_1) start preempt delay (2.000000)"), "the delay is announced")
    mixed.check_no_rejects()


@directions("lower-address")
@variants("v2-pass", "v3")
def test_equal_priorities(mixed):
    """A backup leaves a live master alone, whatever the addresses; of two masters the one with the
    higher address stays."""
    net = mixed.net
    one = mixed.start(1, 100)
    mixed.wait_master(1, mixed.down(100) + 2 + 2 * SLACK)
    two = mixed.start(2, 100)
    mixed.wait_backup(two)
    net.never("the second one takes the address", lambda: mixed.hosts[1].has(FIRST_VIP),
              mixed.down(100) + 0.5)

    net.isolate(mixed.hosts)
    net.wait("both are master", lambda: net.holders(FIRST_VIP) == {"node1", "node2"},
             mixed.down(100) + 3 * SLACK)
    net.isolate(mixed.hosts, on=False)
    mixed.wait_master(2, 1 + 3 * SLACK)
    mixed.wait_backup(one)
    net.check(one.said("(VI_1) Master received advert from 10.0.0.2 with same priority 100 but "
                       "higher IP address than ours"), "the lower address says why it gave way")
    net.check(two.state() == "MASTER", "the higher address stays master")
    mixed.check_no_rejects()


@directions("master")
@variants("v2", "v3-100ms")
def test_advert_bytes(mixed):
    """What is on the wire, field by field, is the same from either daemon."""
    net = mixed.net
    mixed.start(1, 200)
    mixed.wait_master(1, mixed.down(200) + 2 + 2 * SLACK)
    net.wait("two adverts", lambda: len(net.adverts(mixed.hosts[0])) >= 2, 3)
    first, second = net.adverts(mixed.hosts[0])[:2]
    version, advert = mixed.variant["version"], mixed.variant["advert"]
    for a in (first, second):
        seen = (a.version, a.type, a.vrid, a.priority, a.addresses, a.interval, a.ttl, a.tos,
                a.src, a.dst, a.eth_dst, a.dont_fragment, a.auth_type, a.checksum_ok)
        want = (version, 1, 51, 200, [v.split("/")[0] for v in VIPS], advert, 255, 0xc0,
                "10.0.0.1", "224.0.0.18", "01:00:5e:00:00:12", False, 0, True)
        net.check(seen == want, f"advert {seen}, expected {want}")
        net.check(len(a.body) == 16 + (8 if version == 2 else 0), f"length {len(a.body)}")
    net.check(second.ident > first.ident, "the identification counts up")
    net.check_between(second.time - first.time, advert - 0.02, advert + 0.2, "interval")
