# SPDX-License-Identifier: MIT
"""The pair of proxies: two machines on the two files of a real installation, real squid on each,
and every way in which one of them can fail and come back."""
import signal
import time

import pytest

import services
from daemons import master_down, skew
from lab import SLACK
from pair import FIRST, INSIDE, ONE, OUTSIDE, SECOND, TWO


class Pair:
    def __init__(self, net, start):
        self.net, self.start = net, start
        self.node1, self.node2, self.client = net.build(
            ["node1", "node2", "client"], [INSIDE, OUTSIDE])
        self.squid1 = services.Squid(self.node1).start()
        self.squid2 = services.Squid(self.node2).start()
        self.daemon2 = start(self.node2, SECOND)
        self.daemon1 = start(self.node1, FIRST)
        self.wait_shared()

    def wait_shared(self, timeout=10):
        """Each node holds its own address and nobody else does; the client reaches both."""
        self.net.wait("each node holds its own address", lambda: (
            self.net.holders(ONE) == {"node1"} and self.net.holders(TWO) == {"node2"}), timeout)
        self.reached(ONE, self.node1)
        self.reached(TWO, self.node2)

    def wait_on_node2(self, timeout):
        """node2 holds both addresses and nobody else any; the time when it took the first."""
        self.net.wait("node2 holds both addresses", lambda: (
            self.net.holders(ONE) == {"node2"} and self.net.holders(TWO) == {"node2"}), timeout)
        self.reached(ONE, self.node2)
        self.reached(TWO, self.node2)
        return self.net.address_events(self.node2, "+", ONE)[-1].time

    def reached(self, address, host):
        """The client's requests to the address are answered by that host."""
        self.net.wait(f"the client reaches {host.name} at {address}",
                      lambda: services.ask(self.client, address, 3128) == host.name, 3)

    def announced(self, host, address, since):
        self.net.wait(f"gratuitous ARPs for {address} from {host.name}",
                      lambda: len(self.net.garps(host, address, since)) >= 5, 2)

    def released_after(self, begin):
        """Seconds until node1 let its address go."""
        gone = self.net.wait(f"node1 lets {ONE} go", lambda: self.net.address_events(
            self.node1, "-", ONE, begin), 5)
        return gone[0].time - begin

    def goodbyes(self, since):
        """Adverts with priority 0 for node1's address."""
        return self.net.adverts(self.node1, 1, priority=0, since=since)

    def check_recovered(self, since):
        """node1 has its address back, said so, and nothing moves any more."""
        self.wait_shared()
        self.announced(self.node1, ONE, since)
        self.net.check(self.net.address_events(self.node2, "-", ONE, since),
                       f"node2 has let {ONE} go")
        moves = len(self.net.address_events())
        self.net.never("an address moves again",
                       lambda: len(self.net.address_events()) > moves, 1.2)


@pytest.fixture
def pair(net, daemon):
    return Pair(net, daemon)


def test_start_shares_the_addresses_out(pair):
    net = pair.net
    net.check(pair.node1.label_of(ONE) == "eth0:1", "label eth0:1 on node1")
    net.check(pair.node2.label_of(TWO) == "eth0:2", "label eth0:2 on node2")
    pair.announced(pair.node1, ONE, net.begin)
    pair.announced(pair.node2, TWO, net.begin)
    # Longer than the master-down time: the other one would have moved by then.
    moves = len(net.address_events())
    net.never("an address moves", lambda: len(net.address_events()) > moves, master_down(100) + 0.5)
    for host, vrid in ((pair.node1, 1), (pair.node2, 2)):
        sent = net.adverts(host, vrid)
        net.check(sent and all(a.priority == 255 and a.version == 2 and a.checksum_ok
                               and a.auth_type == 0 for a in sent), f"adverts of {host.name}")
        net.check(not net.adverts(host, 3 - vrid), f"{host.name} is silent as backup")


def test_inside_link_down(pair):
    begin = time.monotonic()
    noticed = pair.node1.cut("eth0")
    pair.net.check_between(pair.released_after(begin) + begin - noticed, -0.1, 0.5,
                           "node1 lets go after the link event")
    taken = pair.wait_on_node2(master_down(100) + 3 * SLACK)
    pair.net.check_between(taken - begin, master_down(100) - 1.1, master_down(100) + SLACK,
                           "takeover after a link loss")
    pair.announced(pair.node2, ONE, begin)
    pair.net.check(pair.daemon1.state("proxy_ip1") == "FAULT"
                   and pair.daemon1.state("proxy_ip2") == "FAULT", "node1 is in FAULT")
    back = time.monotonic()
    pair.node1.plug("eth0")
    pair.check_recovered(back)


def test_outside_link_down(pair):
    begin = time.monotonic()
    noticed = pair.node1.cut("eth1")
    pair.net.check_between(pair.released_after(begin) + begin - noticed, -0.1, 0.5,
                           "node1 lets go after the link event")
    taken = pair.wait_on_node2(skew(100) + 3 * SLACK)
    goodbyes = pair.goodbyes(begin)
    pair.net.check(goodbyes, "priority 0 on the wire")
    pair.net.check_between(taken - goodbyes[0].time, skew(100) - 0.05, skew(100) + SLACK,
                           "takeover after the skew time")
    pair.announced(pair.node2, ONE, begin)
    pair.net.check(pair.daemon1.state("proxy_ip1") == "FAULT"
                   and pair.daemon1.state("proxy_ip2") == "FAULT", "node1 is in FAULT")
    back = time.monotonic()
    pair.node1.plug("eth1")
    pair.check_recovered(back)


def test_service_stopped(pair):
    begin = time.monotonic()
    pair.squid1.stop()
    ended = time.monotonic()
    # The check runs every 3 s and fails at once.
    taken = pair.wait_on_node2(3 + skew(100) + 3 * SLACK)
    pair.net.check(taken - ended < 3 + skew(100) + 2 * SLACK, "takeover within one check interval")
    goodbyes = pair.goodbyes(begin)
    pair.net.check(goodbyes, "priority 0 on the wire")
    pair.net.check_between(taken - goodbyes[0].time, skew(100) - 0.05, skew(100) + SLACK,
                           "takeover after the skew time")
    pair.announced(pair.node2, ONE, begin)
    back = time.monotonic()
    pair.squid1.start()
    pair.check_recovered(back)


def test_daemon_terminated(pair):
    begin = time.monotonic()
    pair.daemon1.send(signal.SIGTERM)
    pair.net.check_between(pair.released_after(begin), 0, 0.5, "node1 lets go")
    taken = pair.wait_on_node2(skew(100) + 3 * SLACK)
    goodbyes = pair.goodbyes(begin)
    pair.net.check(goodbyes, "priority 0 on the wire")
    pair.net.check_between(taken - goodbyes[0].time, skew(100) - 0.05, skew(100) + SLACK,
                           "takeover after the skew time")
    pair.net.check(pair.daemon1.wait_exit() == 0, "exit status 0")
    pair.announced(pair.node2, ONE, begin)
    back = time.monotonic()
    pair.daemon1 = pair.start(pair.node1, FIRST)
    pair.check_recovered(back)


@pytest.mark.regent
def test_engine_killed(pair):
    """The supervisor says goodbye, takes the address off and starts a new engine. As address owner
    it may be back before the backup's skew time is over."""
    begin = time.monotonic()
    old = pair.daemon1.kill_engine()
    pair.net.check_between(pair.released_after(begin), 0, 0.5, "the address is gone")
    pair.net.wait("priority 0 on the wire", lambda: pair.goodbyes(begin), 1)
    pair.net.wait("a new engine", lambda: pair.daemon1.engine_pid() not in (None, old), 5)
    pair.wait_shared()
    pair.announced(pair.node1, ONE, begin)
    pair.net.check(pair.daemon1.running(), "the supervisor lives")
    names = {i["name"]: i["state"] for i in pair.daemon1.status()["instances"]}
    pair.net.check(names == {"proxy_ip1": "MASTER", "proxy_ip2": "BACKUP"}, f"status {names}")


def test_daemon_killed(pair):
    """Nobody says goodbye: the other takes over within the master-down time, and the address that
    was left behind goes at the next start."""
    begin = time.monotonic()
    pair.daemon1.kill_all()
    low, high = master_down(100) - 1.1, master_down(100) + SLACK
    pair.net.wait(f"node2 takes {ONE}", lambda: pair.node2.has(ONE), high + 2 * SLACK)
    taken = pair.net.address_events(pair.node2, "+", ONE)[-1].time
    pair.net.check_between(taken - begin, low, high, "takeover")
    pair.announced(pair.node2, ONE, begin)
    pair.reached(ONE, pair.node2)
    pair.net.check(not pair.goodbyes(begin), "nobody has said goodbye")
    pair.net.check(pair.node1.has(ONE), "the killed daemon leaves its address")

    # With its service dead the daemon has no claim to it: it only clears up.
    pair.squid1.stop()
    pair.daemon1 = pair.start(pair.node1, FIRST)
    pair.wait_on_node2(5)
    back = time.monotonic()
    pair.squid1.start()
    pair.check_recovered(back)


def test_daemon_killed_and_started_at_once(pair):
    """The owner comes back over its own left-over address: it is withdrawn, then taken anew."""
    pair.daemon1.kill_all()
    begin = time.monotonic()
    pair.daemon1 = pair.start(pair.node1, FIRST)
    pair.net.check_between(pair.released_after(begin), 0, 3, "the left-over goes at the start")
    pair.wait_shared()
    pair.announced(pair.node1, ONE, begin)
