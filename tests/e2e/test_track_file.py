# SPDX-License-Identifier: MIT
"""Tracked files: a number that somebody writes, times a weight."""
import os

import pytest

from daemons import config, instance
from lab import SLACK

ADDRESS = "10.0.1.1"
FAST = {"version": 3, "advert": 0.1}


@pytest.fixture
def host(net):
    return net.build(["node1", "node2"])[0]


def wait_priority(net, host, priority, timeout=1 + SLACK):
    net.wait(f"{host.name} advertises {priority}",
             lambda: (a := net.adverts(host)) and a[-1].priority == priority, timeout)


class File:
    def __init__(self, host, name="number"):
        self.host, self.path = host, os.path.join(host.dir, name)

    def write(self, text):
        with open(self.path, "w") as f:
            f.write(text)

    def replace(self, text):
        with open(self.path + ".new", "w") as f:
            f.write(text)
        os.rename(self.path + ".new", self.path)

    def block(self, options="", name="tf"):
        return f"vrrp_track_file {name} {{\n  file {self.path}\n{options}}}\n"


def tracking(*lines, **more):
    listed = "".join(f"    {line}\n" for line in lines)
    return instance(extra=f"  track_file {{\n{listed}  }}\n", **{**FAST, **more})


@pytest.mark.parametrize("text, priority", [
    ("5\n", 110), ("5", 110), ("-5\n", 90), ("  7\n", 114), ("0x10\n", 132), ("010\n", 116),
    ("", 100), ("garbage\n", 100), ("3 of 4\n", 106), ("100\n", 254), ("-60\n", 1)],
    ids=["5", "no-newline", "negative", "blanks", "hex", "octal", "empty", "garbage", "words-after",
         "not-over-254", "not-under-1"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_content(net, host, daemon, text, priority, when):
    """Read when the daemon starts, and when the file is written."""
    file = File(host)
    file.write("1\n" if when == "after" else text)
    daemon(host, config(file.block(), tracking("tf weight 2")))
    if when == "after":
        wait_priority(net, host, 102, 5)
        file.write(text)
    wait_priority(net, host, priority, 5)


def test_number_of_no_size(net, host, daemon):
    """Numbers that fit nowhere do no harm, and the next one counts."""
    file = File(host)
    file.write("1\n")
    node = daemon(host, config(file.block(), tracking("tf weight 1")))
    wait_priority(net, host, 101, 5)
    for text in ("99999999999999999999999\n", "x" * 100000, "7" * 100000, "\0\0\0"):
        file.write(text)
    file.write("9\n")
    wait_priority(net, host, 109)
    net.check("FAULT" not in node.states(), "no fault")


def test_weight_of_the_file_block(net, host, daemon):
    """The instance may say another weight, or none."""
    file = File(host)
    file.write("4\n")
    daemon(host, config(file.block("  weight 3\n"), tracking("tf")))
    wait_priority(net, host, 112, 5)


def test_two_files_add_up(net, host, daemon):
    one, two = File(host, "one"), File(host, "two")
    one.write("10")
    two.write("10")
    daemon(host, config(one.block(name="one"), two.block(name="two"),
                        tracking("one weight 2", "two weight -3")))
    wait_priority(net, host, 90, 5)
    two.write("0")
    wait_priority(net, host, 120)


def test_missing_deleted_and_replaced(net, host, daemon):
    """No file is 0. One that comes, goes or is replaced by another counts at once."""
    file = File(host)
    node = daemon(host, config(file.block(), tracking("tf weight 1")))
    wait_priority(net, host, 100, 5)
    file.write("5\n")
    wait_priority(net, host, 105)
    os.unlink(file.path)
    wait_priority(net, host, 100)
    file.replace("7\n")
    wait_priority(net, host, 107)
    file.replace("8\n")
    wait_priority(net, host, 108)
    os.rename(file.path, file.path + ".away")
    wait_priority(net, host, 100)
    os.rename(file.path + ".away", file.path)
    wait_priority(net, host, 108)
    net.check(node.said("Changing effective priority from 107 to 108"), "it is in the log")


def test_weight_zero_is_a_fault(net, host, daemon):
    """Anything but 0 in the file keeps the node out."""
    file = File(host)
    file.write("0\n")
    node = daemon(host, config(file.block(), tracking("tf weight 0")))
    net.wait_holder(ADDRESS, host, 5)
    file.write("1\n")
    node.wait_state("FAULT", 1 + SLACK)
    net.wait("goodbye", lambda: net.adverts(host, priority=0), 1)
    net.wait("the address is gone", lambda: not host.has(ADDRESS), 1)
    file.write("-1\n")
    net.never("out of FAULT", lambda: node.state() != "FAULT", 0.5)
    file.write("0\n")
    net.wait_holder(ADDRESS, host, 2 + SLACK)


def test_fault_from_the_start(net, host, daemon):
    file = File(host)
    file.write("1\n")
    node = daemon(host, config(file.block(), tracking("tf weight 0")))
    net.wait("the log says why", lambda: node.said(
        "(VI_1): entering FAULT state (tracked file tf has status -254)"), 5)
    net.never("an advert", lambda: net.adverts(host), 1)
    os.unlink(file.path)
    net.wait_holder(ADDRESS, host, 2 + SLACK)


@pytest.mark.parametrize("number, state", [(-253, "MASTER"), (-254, "FAULT"), (-1000000, "FAULT"),
                                           (100000, "MASTER")])
def test_very_low_is_a_fault(net, host, daemon, number, state):
    file = File(host)
    node = daemon(host, config(file.block(), tracking("tf weight 1")))
    net.wait_holder(ADDRESS, host, 5)
    before = net.adverts(host)[-1].time
    file.write(f"{number}\n")
    if state == "FAULT":
        node.wait_state("FAULT", 1 + SLACK)
    else:
        wait_priority(net, host, 254 if number > 0 else 1)
        net.check("FAULT" not in node.states(), "no fault")
    net.check(before, "it was master before")


def test_init_file(net, host, daemon):
    """Made at start when it is not there, and left alone when it is."""
    one, two, three = File(host, "one"), File(host, "two"), File(host, "three")
    two.write("2\n")
    three.write("3\n")
    daemon(host, config(one.block("  init_file 4\n", "one"), two.block("  init_file 40\n", "two"),
                        three.block("  init_file 50 overwrite\n", "three"),
                        tracking("one weight 1", "two weight 1", "three weight 1")))
    wait_priority(net, host, 100 + 4 + 2 + 50, 5)
    net.check([host.read(n).strip() for n in ("one", "two", "three")] == ["4", "2", "50"],
              "what is in the files")


def test_many_writes(net, host, daemon):
    """Whoever writes faster than it is read: the last value counts."""
    file = File(host)
    node = daemon(host, config(file.block(), tracking("tf weight 1")))
    wait_priority(net, host, 100, 5)
    for number in range(2000):
        file.write(f"{number % 100}\n")
    wait_priority(net, host, 199, 5)
    net.check(node.running() and "FAULT" not in node.states(), "and nothing else came of it")
