# SPDX-License-Identifier: MIT
"""Many reloads of random configurations, good and bad, while adverts flow: the daemon neither dies nor
leaks, and no instance leaves its state by one. REGENT_E2E_RELOADS says how many."""
import os
import random
import re
import socket

import pytest

from daemons import config, global_defs, instance

RELOADS = int(os.environ.get("REGENT_E2E_RELOADS", "500"))
VRIDS = range(1, 7)

pytestmark = pytest.mark.regent


class Plan:
    """What a file says of one VRID."""

    def __init__(self, vrid):
        self.vrid, self.name, self.priority, self.there = vrid, 0, 200, True
        self.vips = [1]

    def change(self, chance):
        what = chance.randrange(5)
        if what == 0:
            self.there = not self.there
        elif what == 1:
            self.name = chance.randrange(3)
        elif what == 2:
            self.priority = chance.randrange(100, 254)
        else:
            self.vips = sorted(chance.sample(range(1, 5), chance.randrange(1, 5)))

    def text(self):
        return instance(f"V{self.vrid}_{self.name}", vrid=self.vrid, priority=self.priority,
                        vips=[f"10.0.{self.vrid}.{n}/16" for n in self.vips])


def spoil(text, chance):
    """The file as somebody who is tired leaves it."""
    at = chance.randrange(len(text))
    how = chance.randrange(4)
    if how == 0:
        return text[:at]
    if how == 1:
        return text.replace("priority", "priorty", 1)
    if how == 2:
        return text[:at] + "}" + text[at:]
    return re.sub(r"virtual_router_id \d+", "virtual_router_id 999", text, count=1)


def reload(host):
    """Asks for it over the control socket; the answer."""
    with socket.socket(socket.AF_UNIX) as s:
        s.settimeout(20)
        s.connect(host.path("/run/regent/control"))
        s.sendall(b"reload\n")
        answer = b""
        while part := s.recv(65536):
            answer += part
    return answer.decode(errors="replace")


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def test_random_reloads(net, daemon):
    hosts = net.build(["node1", "node2"])
    chance = random.Random(4)
    plans = [Plan(v) for v in VRIDS]
    other = "".join(instance(f"V{v}", vrid=v, priority=50, vips=[f"10.0.{v}.1/16"]) for v in VRIDS)
    daemon(hosts[1], global_defs() + other)
    node = daemon(hosts[0], config(*(p.text() for p in plans)))
    net.wait("node1 is master of all", lambda: all(
        node.state(f"V{v}_0") == "MASTER" for v in VRIDS), 10)
    pids, open_before = (node.pid, node.engine_pid()), None
    begun = {v: 1 for v in VRIDS}
    good = bad = 0
    for n in range(RELOADS):
        for plan in chance.sample(plans, chance.randrange(3)):
            was = plan.there
            plan.change(chance)
            begun[plan.vrid] += plan.there and not was
        text = config(*(p.text() for p in chance.sample(plans, len(plans)) if p.there))
        if chance.randrange(4) == 0:
            hosts[0].write("daemon1.conf", spoil(text, chance))
            answer = reload(hosts[0])
            net.check(answer.startswith(("ok\n", "error ")), f"an answer: {answer!r}")
            bad += answer.startswith("error ")
        hosts[0].write("daemon1.conf", text)
        answer = reload(hosts[0])
        net.check(answer.startswith("ok\n"), f"reload {n}: {answer}\n{text}")
        good += 1
        if n == RELOADS // 10:
            open_before = [descriptors(pid) for pid in pids]
    net.check(bad > RELOADS / 20, "some were bad")
    net.check((node.pid, node.engine_pid()) == pids, "no process died")
    net.check([descriptors(pid) for pid in pids] == open_before, "no descriptor leaks")
    there = [p for p in plans if p.there]
    net.wait("it is master of all that is configured", lambda: all(
        i["state"] == "MASTER" for i in node.status()["instances"]), 10)
    net.wait("and holds exactly the addresses of the file", lambda: {
        a.address for a in hosts[0].addresses() if re.match(r"10\.0\.[1-9]", a.address)} == {
        f"10.0.{p.vrid}.{n}" for p in there for n in p.vips}, 5)
    for v in VRIDS:
        entered = [line for line in node.messages() if re.search(rf"\(V{v}_\d\) Entering", line)]
        masters = sum("MASTER" in line for line in entered)
        backups = sum("BACKUP STATE (init)" in line for line in entered)
        net.check(masters <= backups and masters + backups == len(entered),
                  f"VRID {v} went from BACKUP to MASTER and nowhere else: {entered[-4:]}")
