# SPDX-License-Identifier: MIT
"""Fifty instances that change all the time, each with a slow notify script.

REGENT_E2E_STRESS says for how many seconds.
"""
import os
import time

from daemons import config, instance

FAST = {"version": 3, "advert": 0.1}
SECONDS = float(os.environ.get("REGENT_E2E_STRESS", "20"))
INSTANCES, FILES, ENOUGH = 50, 5, 1000

SCRIPT = """#!/bin/bash
echo "start $EPOCHREALTIME $2 $3" >>{dir}/told.$2
sleep 0.02
echo "end $EPOCHREALTIME $2 $3" >>{dir}/told.$2
"""


class Storm:
    def __init__(self, net, daemon):
        self.net = net
        self.host = net.build(["node1", "node2"])[0]
        script = self.host.write("notify", SCRIPT.format(dir=self.host.dir), 0o755)
        self.names = [f"VI_{n}" for n in range(1, INSTANCES + 1)]
        self.files = [self.host.write(f"number{n}", "0\n") for n in range(FILES)]
        blocks = [f"vrrp_track_file tf{n} {{\n  file {path}\n}}\n"
                  for n, path in enumerate(self.files)]
        blocks += [instance(name, number, vips=(f"10.0.2.{number}/16",), extra=(
            f"  notify {script}\n  garp_master_repeat 1\n  garp_master_delay 0\n"
            f"  track_file {{\n    tf{number % FILES} weight 0\n  }}\n"), **FAST)
            for number, name in enumerate(self.names, 1)]
        self.node = daemon(self.host, config(*blocks))
        self.wait_all("MASTER", 15)

    def states(self):
        """Every state that was entered, by instance, read once."""
        found = {name: [] for name in self.names}
        for line in self.node.messages():
            name, _, rest = line.partition(") Entering ")
            if rest and name[1:] in found:
                found[name[1:]].append(rest.split()[0])
        return found

    def wait_all(self, state, timeout):
        self.net.wait(f"all are {state}", lambda: all(
            s and s[-1] == state for s in self.states().values()), timeout)

    def told(self, name):
        """[start or end, time, state] of each line that the script wrote."""
        lines = [line.split() for line in self.host.read(f"told.{name}").splitlines()]
        return [(word, float(moment), state) for word, moment, _, state in lines]

    def flip(self, number, value):
        with open(self.files[number], "w") as f:
            f.write(f"{value}\n")

    def rage(self):
        """Flips files, now and then the link, until there were enough changes or time is up."""
        end, number = time.monotonic() + SECONDS, 0
        while time.monotonic() < end:
            number += 1
            one = number % FILES
            self.flip(one, number // FILES % 2)
            if number % 97 == 0:
                self.host.cut()
                self.host.plug()
            # As fast as the daemon gets on with it: the next flip when this one is seen, or after
            # a moment, for one that changes nothing.
            seen, until = self._log_size(), time.monotonic() + 0.25
            self.net.wait("a change", lambda: self._log_size() > seen
                          or time.monotonic() > until, 5)
            if number % 50 == 0 and min(map(len, self.states().values())) >= ENOUGH:
                break
        for number in range(FILES):
            self.flip(number, 0)

    def _log_size(self):
        return os.path.getsize(self.node.log_path)


def subsequence(part, whole):
    rest = iter(whole)
    return all(any(one == other for other in rest) for one in part)


def test_fifty_instances(net, daemon):
    storm = Storm(net, daemon)
    node = storm.node
    net.wait("all is told", lambda: all(storm.told(n) and storm.told(n)[-1][2] == "MASTER"
                                        and storm.told(n)[-1][0] == "end" for n in storm.names), 30)
    before = node.processes()
    storm.rage()
    storm.wait_all("MASTER", 15)
    states = storm.states()
    total = sum(map(len, states.values()))
    print(f"{total} changes, at least {min(map(len, states.values()))} each")
    net.check(min(map(len, states.values())) > 10, f"{total} changes are too few for a storm")

    def last_told():
        return {n: (t := storm.told(n)) and len(t) % 2 == 0 and max(t, key=lambda e: e[1])[2]
                for n in storm.names}
    net.wait("the last thing told is how it is", lambda: set(last_told().values()) == {"MASTER"}
             if node.is_regent else all(len(storm.told(n)) % 2 == 0 for n in storm.names), 60)
    if node.is_regent:
        shown = {i["name"]: i["state"] for i in node.status()["instances"]}
        net.check(set(shown.values()) == {"MASTER"} and len(shown) == INSTANCES, shown)
        for name in storm.names:
            check_told(net, storm.told(name), states[name], name)
    net.wait("no zombie", lambda: not node.zombies(), 5)
    net.check(not storm.host.pids_named("notify"), "no script is left")
    after = node.processes()
    net.check(after.keys() == before.keys(), f"the same processes: {before} {after}")
    net.wait("as many descriptors as before", lambda: all(
        node.processes()[pid] <= count + 2 for pid, count in before.items()), 5)
    net.check(all(storm.host.has(f"10.0.2.{n}") for n in range(1, INSTANCES + 1)), "all addresses")


def check_told(net, told, states, name):
    """One call at a time, in the order in which things happened."""
    for one, two in zip(told[::2], told[1::2]):
        net.check(one[0] == "start" and two[0] == "end" and one[2] == two[2],
                  f"{name}: two at a time: {one} {two}")
    heard = [state for word, _, state in told if word == "start"]
    net.check(subsequence(heard, states), f"{name}: order: {heard[-20:]} of {states[-20:]}")
    net.check(heard[-1] == states[-1], f"{name}: the last: {heard[-1]}")
