# SPDX-License-Identifier: MIT
"""Sync groups: two machines with an address on each of two networks, which are MASTER of both or of
none; regentd and Debian's keepalived, both ways round."""
import pytest

from daemons import KIND, config, instance, master_down
from lab import SLACK

INSIDE, OUTSIDE = "10.0.0.100", "10.1.0.100"
DIRECTIONS = [("regentd", "keepalived"), ("keepalived", "regentd"), ("regentd", "regentd")]


def text(priority, state="BACKUP"):
    return config(
        "vrrp_sync_group G {\n  group {\n    INSIDE\n    OUTSIDE\n  }\n}\n",
        instance(name="INSIDE", vrid=1, priority=priority, state=state, vips=(INSIDE + "/24",)),
        instance(name="OUTSIDE", vrid=2, priority=priority, state=state, nic="eth1",
                 vips=(OUTSIDE + "/24",)))


def wait_both(net, host, timeout):
    for vip in (INSIDE, OUTSIDE):
        net.wait_holder(vip, host, timeout)


@pytest.mark.parametrize("kinds", DIRECTIONS, ids=lambda k: "-".join(k))
def test_failover_of_all(net, daemon, kinds):
    """A link of the master fails and comes back: both addresses move, both ways."""
    one, two = net.build(["node1", "node2"], nets=("10.0.0.{}/24", "10.1.0.{}/24"))
    kinds = [KIND if kind == "regentd" else kind for kind in kinds]
    low = daemon(two, text(100), kinds[1])
    high = daemon(one, text(200, "MASTER"), kinds[0])
    wait_both(net, one, 6 + 2 * SLACK)

    one.cut("eth1")
    wait_both(net, two, master_down(100) + 2 + 2 * SLACK)
    net.check(not one.has(INSIDE) and not one.has(OUTSIDE), "the first has let go of both")
    net.never("the first takes one back", lambda: one.has(INSIDE) or one.has(OUTSIDE), 4)
    net.check(high.said("VRRP_Group(G) Syncing instances to FAULT state"), "it says why")

    one.plug("eth1")
    wait_both(net, one, master_down(200) + 3 + 2 * SLACK)
    net.check(not two.has(INSIDE) and not two.has(OUTSIDE), "the second has let go of both")
    net.check(low.said("VRRP_Group(G) Syncing instances to MASTER state"), "it says so")
    for each in (low, high):
        net.check(not each.rejects(), f"{each.kind} turned packets away: {each.rejects()[:3]}")


@pytest.mark.regent
def test_one_network_dead(net, daemon):
    """Nothing is heard on one network, though its links are up: the backup wants that address, and
    waits for the other."""
    one, two = net.build(["node1", "node2"], nets=("10.0.0.{}/24", "10.1.0.{}/24"))
    daemon(one, text(200))
    low = daemon(two, text(100))
    wait_both(net, one, 6 + 2 * SLACK)
    net.isolate([one, two], nic=1)
    net.wait("it waits", lambda: "OUTSIDE waits for the other members" in low.log(), 6)
    net.never("the second takes one", lambda: two.has(INSIDE) or two.has(OUTSIDE), 4)
    net.check(next(i for i in low.status()["instances"] if i["name"] == "OUTSIDE")
              ["waits_for_sync_group"], "the status says so")
    net.isolate([one, two], on=False, nic=1)
    net.wait("it has stopped to wait", lambda: "waits_for_sync_group" not in next(
        i for i in low.status()["instances"] if i["name"] == "OUTSIDE"), 4)
