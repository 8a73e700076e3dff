# SPDX-License-Identifier: MIT
"""The complete installation of two web servers in a cloud, as people have it: a unicast pair without
any virtual_ipaddress, `pidof nginx`, a floating IP that the provider moves. Once with the script on
notify_master that people copy, once with the floating_ip block."""
import random
import subprocess
import time

import pytest

import daemons
from cloud_lab import FLOATING, TOKEN, Cloud, remains
from services import Nginx, ask
from test_real_trackers import NGINX_PAIR

pytestmark = pytest.mark.regent

MASTER_SH = """\
#!/bin/sh
export DO_TOKEN='{token}'
export REGENT_DIGITALOCEAN_URL='{url}'
IP='{ip}'
ID=$(curl -s http://169.254.169.254/metadata/v1/id)
HAS_FLOATING_IP=$(curl -s http://169.254.169.254/metadata/v1/floating_ip/ipv4/active)

if [ $HAS_FLOATING_IP = "false" ]; then
    n=0
    while [ $n -lt 10 ]
    do
        /usr/local/bin/assign-ip $IP $ID && break
        n=$((n+1))
        sleep 3
    done
fi
"""

NOTIFY = "    notify_master /etc/keepalived/master.sh\n"


class Pair:
    """node1 is to be master while it can."""

    def __init__(self, net, daemon, block):
        self.net, self.daemon = net, daemon
        self.cloud = Cloud(net, pidns=True)
        self.nodes = self.cloud.nodes
        self.cloud.fake.delay = 1.0
        self.servers = [Nginx(h).start() for h in self.nodes]
        self.block = block
        self.configs = [self._config(n) for n in (0, 1)]
        for host in self.nodes:
            host.tmpfs("/etc/keepalived", "/usr/local/bin")
            host.run("ln", "-s", daemons.REGENT, "/usr/local/bin/assign-ip")
            host.put("/etc/keepalived/master.sh", MASTER_SH.format(
                token=TOKEN, url=self.cloud.url, ip=FLOATING), 0o700)
        self.running = [self.start(n) for n in (0, 1)]

    def _config(self, n):
        text = NGINX_PAIR.format(state=("MASTER", "BACKUP")[n], priority=(200, 100)[n],
                                 own=f"10.0.0.{n + 1}", peer=f"10.0.0.{2 - n}")
        assert NOTIFY in text
        return text.replace(NOTIFY, self.cloud.block()) if self.block else text

    def start(self, n):
        return self.daemon(self.nodes[n], self.configs[n], env=self.cloud.env())

    def serves(self, n, state=12):
        """The client reaches that one, and the provider's owner is the master in time."""
        host = self.nodes[n]
        self.running[n].wait_state("MASTER", state)
        begun = time.monotonic()
        self.cloud.wait_owner(host, 10 + self.cloud.fake.delay)
        took = time.monotonic() - begun
        self.net.wait(f"the client reaches {host.name}",
                      lambda: ask(self.cloud.client, FLOATING, 80) == host.name, 5)
        return took

    def power_off(self, n):
        self.servers[n].kill()
        self.running[n].kill_all()
        self.nodes[n].cut()

    def power_on(self, n):
        host = self.nodes[n]
        host.plug()
        host.run("ip", "route", "replace", "169.254.169.254", "dev", "eth0")
        self.servers[n].start()
        self.running[n] = self.start(n)


@pytest.mark.parametrize("block", [False, True], ids=["master.sh", "floating_ip"])
def test_installation(net, daemon, block):
    pair = Pair(net, daemon, block)
    took = [pair.serves(0)]
    pair.servers[0].stop()
    took.append(pair.serves(1))
    pair.servers[0].start()
    took.append(pair.serves(0))
    pair.power_off(0)
    took.append(pair.serves(1))
    pair.power_on(0)
    took.append(pair.serves(0))
    pair.power_off(1)
    net.check(ask(pair.cloud.client, FLOATING, 80) == "node1", "whom it does not concern")
    print("owner after master, seconds:", " ".join(f"{t:.1f}" for t in took))
    if block:
        net.check(not remains(pair.running[0]), f"{remains(pair.running[0])}")
    pair.cloud.finish()


def test_assign_ip(net):
    cloud = Cloud(net, ["node1", "node2"])
    host = cloud.nodes[0]
    env = {"PATH": "/usr/bin:/bin", "DO_TOKEN": TOKEN, "REGENT_DIGITALOCEAN_URL": cloud.url}

    def call(*words, env=env):
        return host.run(daemons.REGENT, "assign-ip", *words, check=False, env=env,
                        stderr=subprocess.STDOUT)

    cloud.fake.delay = 2
    begun = time.monotonic()
    done = call(FLOATING, "111")
    net.check((done.returncode, cloud.owner()) == (0, "node1"), done.stdout)
    net.check(time.monotonic() - begun >= 2, "it waits for the end")
    net.check("in-progress" in done.stdout and "completed" in done.stdout, done.stdout)
    net.check(call(FLOATING, "111").returncode == 0, "it is there already")
    # Not the script's: 422 is waited for.
    cloud.fake.begin(FLOATING, 111)
    done = call(FLOATING, "222")
    net.check((done.returncode, cloud.owner()) == (0, "node2"), done.stdout)
    # What the script ends with.
    done = call(FLOATING, "111", env={**env, "DO_TOKEN": "wrong"})
    net.check(done.returncode == 1 and "401" in done.stdout, done.stdout)
    net.check(call("203.0.113.99", "111").returncode == 1, "no such address")
    net.check(call(FLOATING, "nonsense").returncode == 1, "no droplet")
    net.check(call(FLOATING).returncode == 0 and "DO_TOKEN" in call(FLOATING).stdout, "usage")
    env = {k: v for k, v in env.items() if k != "DO_TOKEN"}
    net.check(call(FLOATING, "111", env=env).returncode == 0, "usage without a token")
    net.check(TOKEN not in done.stdout, "no token")
    cloud.finish()


def failover(pair_of, net, chance):
    """The master loses its way or its daemon stops; then it comes back."""
    cloud, running, start = pair_of
    master = next(n for n, d in enumerate(running) if d.running() and d.state() == "MASTER")
    if chance < 0.5:
        cloud.nodes[master].cut()
        running[1 - master].wait_state("MASTER", 5)
        cloud.nodes[master].plug()
        cloud.nodes[master].run("ip", "route", "replace", "169.254.169.254", "dev", "eth0")
    else:
        running[master].kill_all() if chance < 0.75 else running[master].stop(20)
        running[1 - master].wait_state("MASTER", 5)
        running[master] = start(master)


def test_random_failovers(net, daemon):
    """With faults drawn at random: when they end, the owner is the master."""
    cloud = Cloud(net)
    drawn = random.Random(20)

    def start(n):
        return daemon(cloud.nodes[n], cloud.config(priority=100 + n).replace(
            "priority", "nopreempt\n  priority"), env=cloud.env())

    running = [start(0), start(1)]
    net.wait("a master", lambda: any(d.state() == "MASTER" for d in running), 5)
    waits = []
    for _ in range(12):
        cloud.fake.delay = drawn.uniform(0.1, 2)
        cloud.fake.errored = drawn.choice([0, 0, 1])
        for how in drawn.sample([{"status": 500}, {"reset": True}, {"lost": True},
                                 {"truncate": True}, {"slow": 0.3}, {"garbage": True},
                                 {"status": 429, "retry_after": 2}], 3):
            cloud.fake.fail("owner assign action", chance=drawn.uniform(0, 0.4), **how)
        failover((cloud, running, start), net, drawn.random())
        time.sleep(drawn.uniform(0, 2))
        cloud.fake.mend()
        begun = time.monotonic()

        def settled():
            masters = [d for d in running if d.running() and d.state() == "MASTER"]
            return len(masters) == 1 and cloud.owner() == masters[0].host.name

        # The calls of a minute may be used up by then.
        net.wait("the owner is the master", settled, 45)
        waits.append(time.monotonic() - begun)
    print("seconds after the last fault:", " ".join(f"{w:.1f}" for w in waits))
    cloud.finish()
