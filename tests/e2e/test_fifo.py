# SPDX-License-Identifier: MIT
"""The notify FIFO: its lines, its life, its script, and readers that are slow or absent."""
import os
import stat

import pytest

import wire
from daemons import config, instance
from lab import SLACK
from programs import Check, Fifo, Rhythm

ADDRESS = "10.0.1.1"
FAST = {"version": 3, "advert": 0.1}


@pytest.fixture
def hosts(net):
    return net.build(["node1", "node2"])


def rival(host, priority, vrid=51, address=ADDRESS):
    host.send_frames([wire.advert(host.mac(), host.ips[0], vrid, priority, [address], version=3,
                                  interval=0.1)])


@pytest.mark.parametrize("keyword", ["notify_fifo", "vrrp_notify_fifo"])
def test_lines(net, hosts, daemon, keyword):
    """The FIFO is made when it is not there, mode 0600, and goes with the daemon that made it."""
    host = hosts[0]
    fifo = Fifo(host)
    node = daemon(host, config(instance(**FAST), top=f"  {keyword} {fifo.path}\n"))
    net.wait("the FIFO is there", lambda: os.path.exists(fifo.path), 5)
    info = os.stat(fifo.path)
    net.check(stat.S_ISFIFO(info.st_mode), oct(info.st_mode))
    net.check(stat.S_IMODE(info.st_mode) == 0o600, oct(info.st_mode))
    fifo.start()
    fifo.wait('INSTANCE "VI_1" MASTER 100')
    host.cut()
    fifo.wait('INSTANCE "VI_1" FAULT 100')
    node.stop()
    fifo.wait('INSTANCE "VI_1" STOP 100')
    net.check(fifo.lines()[0] == 'INSTANCE "VI_1" BACKUP 100', "what was told before it was read")
    net.wait("the reader is at its end", fifo.at_its_end, 3)
    if node.is_regent or keyword == "vrrp_notify_fifo":     # keepalived leaves the other one behind
        net.check(not os.path.exists(fifo.path), "the FIFO is gone")


def test_fifo_of_somebody_else_stays(net, hosts, daemon):
    host = hosts[0]
    fifo = Fifo(host).start()
    node = daemon(host, config(instance(**FAST), top=f"  vrrp_notify_fifo {fifo.path}\n"))
    fifo.wait('INSTANCE "VI_1" MASTER 100')
    node.stop()
    fifo.wait('INSTANCE "VI_1" STOP 100')
    net.check(os.path.exists(fifo.path), "it is still there")


def test_both(net, hosts, daemon):
    """notify_fifo and vrrp_notify_fifo get the same."""
    host = hosts[0]
    one, two = Fifo(host, "one").start(), Fifo(host, "two").start()
    daemon(host, config(instance(**FAST), top=f"  notify_fifo {one.path}\n"
                                              f"  vrrp_notify_fifo {two.path}\n"))
    for fifo in (one, two):
        fifo.wait('INSTANCE "VI_1" MASTER 100')


def test_order(net, hosts, daemon):
    """Many changes: every line once and in order."""
    host = hosts[0]
    fifo = Fifo(host).start()
    node = daemon(host, config(instance(**FAST), top=f"  vrrp_notify_fifo {fifo.path}\n"))
    node.wait_state("MASTER", 5)
    for _ in range(10):
        count = node.states().count("MASTER")
        rival(hosts[1], 200)
        net.wait("MASTER again", lambda: node.states().count("MASTER") > count, 3)
    want = [f'INSTANCE "VI_1" {state} 100' for state in ["BACKUP", "MASTER"] * 11]
    net.wait("all lines", lambda: len(fifo.lines()) >= len(want), 3)
    net.check(fifo.lines() == want, fifo.lines())


def test_priority_changes(net, hosts, daemon):
    """Told only when asked for."""
    host, check = hosts[0], Check(hosts[0])
    fifo = Fifo(host).start()
    daemon(host, config(
        check.block("  interval 1\n  weight 10\n"),
        instance(extra="  track_script {\n    chk\n  }\n", **FAST),
        instance("VI_2", 52, vips=("10.0.1.2/16",),
                 extra="  notify_priority_changes true\n  track_script {\n    chk\n  }\n", **FAST),
        top=f"  vrrp_notify_fifo {fifo.path}\n"))
    fifo.wait('INSTANCE "VI_1" MASTER 110')
    fifo.wait('INSTANCE "VI_2" MASTER 110')
    check.set("fail")
    fifo.wait('INSTANCE "VI_2" MASTER_PRIORITY 100')
    rival(hosts[1], 200, 52, "10.0.1.2")
    fifo.wait('INSTANCE "VI_2" BACKUP 100')
    fifo.wait('INSTANCE "VI_2" MASTER 100')
    check.set("fail", False)
    fifo.wait('INSTANCE "VI_2" MASTER_PRIORITY 110')
    net.check(not any("VI_1" in line and "_PRIORITY" in line for line in fifo.lines()),
              fifo.lines())


def test_priority_changes_of_a_backup_by_default_for_all(net, hosts, daemon):
    host, check = hosts[0], Check(hosts[0])
    daemon(hosts[1], config(instance(priority=200, **FAST)))
    net.wait_holder(ADDRESS, hosts[1], 5)
    fifo = Fifo(host).start()
    daemon(host, config(
        check.block("  interval 1\n  weight 10\n"),
        instance(extra="  track_script {\n    chk\n  }\n", **FAST),
        top=f"  vrrp_notify_priority_changes true\n  vrrp_notify_fifo {fifo.path}\n"))
    fifo.wait('INSTANCE "VI_1" BACKUP_PRIORITY 110')
    check.set("fail")
    fifo.wait('INSTANCE "VI_1" BACKUP_PRIORITY 100')


def test_lower_priority_heard(net, hosts, daemon):
    host = hosts[0]
    fifo = Fifo(host).start()
    daemon(host, config(instance(extra="  notify_master_rx_lower_pri /bin/true\n", **FAST),
                        top=f"  vrrp_notify_fifo {fifo.path}\n"))
    fifo.wait('INSTANCE "VI_1" MASTER 100')
    rival(hosts[1], 50)
    fifo.wait('INSTANCE "VI_1" MASTER_RX_LOWER_PRI 100')


SCRIPT = """#!/bin/sh
echo "$*" >>{dir}/called
eval "fifo=\\${{$#}}"
while read -r line; do echo "$line" >>{dir}/got; done <"$fifo"
"""


@pytest.mark.parametrize("keyword", ["notify_fifo", "vrrp_notify_fifo"])
def test_script(net, hosts, daemon, keyword):
    """Started with the path as its last word; it reads on its own, and ends with the daemon."""
    host = hosts[0]
    script = host.write("reader", SCRIPT.format(dir=host.dir), 0o755)
    path = os.path.join(host.dir, "fifo")
    node = daemon(host, config(instance(**FAST), top=f"  {keyword} {path}\n"
                                                     f"  {keyword}_script \"{script} a b\"\n"))
    net.wait("a line", lambda: 'INSTANCE "VI_1" MASTER 100\n' in host.read("got"), 5)
    net.check(host.read("called") == f"a b {path}\n", host.read("called"))
    node.stop()
    net.wait("the script has ended", lambda: not host.pids_named("reader"), 5)


@pytest.mark.only("regentd", reason="keepalived starts it again only at a reload")
def test_script_that_ends_is_started_again(net, hosts, daemon):
    host = hosts[0]
    script = host.write("reader", SCRIPT.format(dir=host.dir), 0o755)
    path = os.path.join(host.dir, "fifo")
    daemon(host, config(instance(**FAST), top=f"  vrrp_notify_fifo {path}\n"
                                              f"  vrrp_notify_fifo_script {script}\n"))
    net.wait("a line", lambda: 'INSTANCE "VI_1" MASTER 100\n' in host.read("got"), 5)
    os.kill(host.pids_named("reader")[0], 9)
    net.wait("started again", lambda: host.read("called").count("\n") == 2, 5)
    rival(hosts[1], 200)
    net.wait("it reads on", lambda: host.read("got").count("MASTER") == 2, 5)


@pytest.mark.only("regentd", reason="keepalived closes its FIFO at a reload: readers see the end")
def test_stays_open_over_a_reload(net, hosts, daemon):
    host = hosts[0]
    fifo = Fifo(host).start()
    node = daemon(host, config(instance(**FAST), top=f"  vrrp_notify_fifo {fifo.path}\n"))
    fifo.wait('INSTANCE "VI_1" MASTER 100')
    node.reload()
    net.check(not fifo.at_its_end(), "the reader has not seen the end")
    rival(hosts[1], 200)
    fifo.wait('INSTANCE "VI_1" MASTER 100', count=2)
    net.check(not fifo.at_its_end(), "nor later")


@pytest.mark.only("regentd", reason="keepalived 2.2.7 was not seen to write anything")
def test_states_written_on_reload(net, hosts, daemon):
    """fifo_write_vrrp_states_on_reload: a new reader hears how things are."""
    host = hosts[0]
    fifo = Fifo(host).start()
    node = daemon(host, config(instance(**FAST), top=(
        f"  vrrp_notify_fifo {fifo.path}\n  fifo_write_vrrp_states_on_reload\n")))
    fifo.wait('INSTANCE "VI_1" MASTER 100')
    keep = os.open(fifo.path, os.O_RDWR | os.O_NONBLOCK)    # so that nobody sees the end
    try:
        node.reload()
        fifo.wait('INSTANCE "VI_1" MASTER 100', count=2)
    finally:
        os.close(keep)


@pytest.mark.parametrize("kind", ["nobody-reads", "reader-asleep"])
def test_full(net, hosts, daemon, kind):
    """More than a pipe can hold: the service goes on, and what was lost is lost."""
    host = hosts[0]
    path = os.path.join(host.dir, "fifo")
    os.mkfifo(path)
    if kind == "reader-asleep":
        host.popen("sh", "-c", f"exec sleep 1000 <>{path}")
    filler = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    try:
        with pytest.raises(BlockingIOError):
            while True:
                os.write(filler, b"x" * 4096)
        node = daemon(host, config(instance(**FAST), top=f"  vrrp_notify_fifo {path}\n"))
        node.wait_state("MASTER", 5)
        rhythm = Rhythm(net, host, 0.1)
        for _ in range(5):
            count = node.states().count("MASTER")
            rival(hosts[1], 200)
            net.wait("MASTER again", lambda: node.states().count("MASTER") > count, 3)
        rhythm.check(factor=6)
        net.check(node.running(), "it runs")
        while True:
            try:
                os.read(filler, 65536)
            except BlockingIOError:
                break
        host.cut()
        node.wait_state("FAULT", 2 + SLACK)
        told = []

        def last():
            try:
                told.append(os.read(filler, 65536).decode())
            except BlockingIOError:
                pass
            return 'INSTANCE "VI_1" FAULT 100\n' in "".join(told)
        net.wait("told as soon as there is room", last, 3)
    finally:
        os.close(filler)


@pytest.mark.parametrize("kind", ["file", "no-directory", "link"])
def test_not_a_fifo(net, hosts, daemon, kind):
    """A path that cannot be one: said, and the service goes on. Nothing that stands there is
    written to."""
    host = hosts[0]
    path = os.path.join(host.dir, "fifo" if kind != "no-directory" else "no/fifo")
    if kind == "file":
        host.write("fifo", "precious\n")
    elif kind == "link":
        os.symlink(host.write("target", "precious\n"), path)
    node = daemon(host, config(instance(**FAST), top=f"  vrrp_notify_fifo {path}\n"))
    node.wait_state("MASTER", 5)
    if node.is_regent:      # keepalived says nothing about a file
        net.check(node.said(path), "the log names it")
    if kind == "link" or node.is_regent and kind == "file":     # keepalived writes to the file
        net.check(host.read("fifo") == "precious\n", "what was there is untouched")


@pytest.mark.regent
def test_something_else_of_that_name(net, hosts, daemon):
    """It is left alone, link or file, and the log says what to do."""
    host = hosts[0]
    victim = host.write("victim", "mine")
    os.symlink(victim, os.path.join(host.dir, "link"))
    for name in ("victim", "link"):
        path = os.path.join(host.dir, name)
        node = daemon(host, config(instance(**FAST), top=f"  vrrp_notify_fifo {path}\n"))
        net.wait("what to do", lambda node=node: node.said("is no FIFO; remove it"), 5)
        net.check(node.stop() == 0, "exit status 0")
        net.check(host.read("victim") == "mine" and os.path.lexists(path), "left alone")
