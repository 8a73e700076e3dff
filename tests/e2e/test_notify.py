# SPDX-License-Identifier: MIT
"""Notify scripts: when, with what words, in which order, and when they hang."""
import os
import time

import pytest

from daemons import config, instance, master_down
from lab import SLACK
from programs import Check, Notes, Rhythm
import wire

ADDRESS = "10.0.1.1"
FAST = {"version": 3, "advert": 0.1}


@pytest.fixture
def hosts(net):
    return net.build(["node1", "node2"])


def rival(net, host, priority, count=1, vrid=51):
    """That host says once that it is master with that priority."""
    frame = wire.advert(host.mac(), host.ips[0], vrid, priority, [ADDRESS], version=3, interval=0.1)
    host.send_frames([frame] * count)


def test_words_of_notify(net, hosts, daemon):
    """Its own words, then four more: what, name, state and effective priority."""
    host, check = hosts[0], Check(hosts[0])
    notes, plain = Notes(host), Notes(host, "plain")
    extra = (f"  notify \"{notes.path} a 'b c'\"\n"
             f"  notify_master \"{plain.path} here\"\n  notify_backup {plain.path}\n"
             "  track_script {\n    chk\n  }\n")
    node = daemon(host, config(check.block("  interval 1\n  weight -10\n"),
                               instance(priority=150, extra=extra, **FAST)))
    notes.wait("a b c INSTANCE VI_1 BACKUP 150")
    notes.wait("a b c INSTANCE VI_1 MASTER 150")
    plain.wait("here")
    net.check(plain.lines() == ["", "here"], f"only its own words: {plain.lines()}")
    check.set("fail")
    net.wait("140", lambda: net.adverts(host)[-1].priority == 140, 4)
    rival(net, hosts[1], 200)
    notes.wait("a b c INSTANCE VI_1 BACKUP 140")
    net.check(node.running(), "it runs")


def test_every_state(net, hosts, daemon):
    host = hosts[0]
    notes = Notes(host)
    words = {w: Notes(host, w) for w in ("master", "backup", "fault", "stop")}
    extra = f"  notify {notes.path}\n" + "".join(
        f"  notify_{w} {n.path}\n" for w, n in words.items())
    node = daemon(host, config(instance(extra=extra, **FAST)))
    notes.wait("INSTANCE VI_1 MASTER 100")
    host.cut()
    notes.wait("INSTANCE VI_1 FAULT 100")
    host.plug()
    notes.wait("INSTANCE VI_1 MASTER 100", count=2)
    node.stop()
    notes.wait("INSTANCE VI_1 STOP 100")
    want = ["BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER", "STOP"]
    net.check(sorted(notes.states()) == sorted(want), notes.lines())
    calls = {w: len(n.lines()) for w, n in words.items()}
    net.check(calls == {"master": 2, "backup": 2, "fault": 1, "stop": 1}, f"calls: {calls}")


@pytest.mark.parametrize("state", ["BACKUP", "FAULT"])
def test_stop_is_told_in_every_state(net, hosts, daemon, state):
    host = hosts[0]
    notes = Notes(host)
    if state == "BACKUP":
        other = daemon(hosts[1], config(instance(priority=200, **FAST)))
        net.wait_holder(ADDRESS, hosts[1], 5)
        net.check(other.running(), "it runs")
    else:
        host.cut()
    node = daemon(host, config(instance(extra=f"  notify {notes.path}\n", **FAST)))
    notes.wait(f"INSTANCE VI_1 {state} 100")
    node.stop()
    notes.wait("INSTANCE VI_1 STOP 100")
    net.check(notes.states() == [state, "STOP"], notes.lines())


def test_first_fault_is_told(net, hosts, daemon):
    """An interface that is down when the daemon starts."""
    host = hosts[0]
    host.cut()
    notes, fault = Notes(host), Notes(host, "fault")
    daemon(host, config(instance(
        extra=f"  notify {notes.path}\n  notify_fault {fault.path}\n", **FAST)))
    notes.wait("INSTANCE VI_1 FAULT 100")
    fault.wait("")
    host.plug()
    notes.wait("INSTANCE VI_1 MASTER 100")
    net.check(notes.states() == ["FAULT", "BACKUP", "MASTER"], notes.lines())


def test_master_that_hears_a_lesser_one(net, hosts, daemon):
    """notify_master_rx_lower_pri: once for each such advert."""
    host = hosts[0]
    notes, lower = Notes(host), Notes(host, "lower")
    daemon(host, config(instance(extra=f"  notify {notes.path}\n"
                                       f"  notify_master_rx_lower_pri {lower.path}\n", **FAST)))
    notes.wait("INSTANCE VI_1 MASTER 100")
    rival(net, hosts[1], 50)
    lower.wait("", count=1)
    rival(net, hosts[1], 50)
    lower.wait("", count=2)
    net.check(notes.states() == ["BACKUP", "MASTER"], f"no change of state: {notes.lines()}")


def test_master_that_hears_a_greater_one(net, hosts, daemon):
    host = hosts[0]
    notes = Notes(host)
    daemon(host, config(instance(extra=f"  notify {notes.path}\n", **FAST)))
    notes.wait("INSTANCE VI_1 MASTER 100")
    rival(net, hosts[1], 200)
    notes.wait("INSTANCE VI_1 MASTER 100", count=2)
    net.check(notes.states() == ["BACKUP", "MASTER"] * 2, notes.lines())


def test_script_with_a_shell_in_it(net, hosts, daemon):
    """A command in quotes with blanks and quotes of its own."""
    host = hosts[0]
    daemon(host, config(instance(
        extra=f"  notify_master \"/bin/sh -c 'echo $0 >{host.dir}/said' word\"\n", **FAST)))
    net.wait("it was run", lambda: host.read("said") == "word\n", 5)


def test_as_whom(net, hosts, daemon):
    """The user beside the script, else script_user; nothing of the daemon's is open in it."""
    host = hosts[0]
    host.put("/run/who", "#!/bin/sh\nid -nu >/run/out/$1.user\nls -l /proc/$$/fd >/run/out/$1.fds\n"
                         "cut -d' ' -f1,5 /proc/$$/stat >/run/out/$1\n", 0o755)
    out = host.path("/run/out")
    os.mkdir(out)
    os.chmod(out, 0o777)
    daemon(host, config(instance(extra='  notify_backup "/run/who backup"\n'
                                       '  notify_master "/run/who master" nobody\n', **FAST)))

    def read(name):
        try:
            with open(os.path.join(out, name)) as f:
                return f.read()
        except FileNotFoundError:
            return ""
    net.wait("both have run", lambda: read("backup") and read("master"), 5)
    net.check([read("backup.user"), read("master.user")] == ["root\n", "nobody\n"], "users")
    for name in ("backup", "master"):
        net.check("socket:" not in read(name + ".fds") and "anon_inode" not in read(name + ".fds"),
                  f"open in it: {read(name + '.fds')}")
        pid, group = read(name).split()
        net.check(pid == group, "leader of its process group")


def test_cannot_be_run(net, hosts, daemon):
    """A notify script that is gone is a line in the log, and nothing else."""
    host = hosts[0]
    notes = Notes(host)
    node = daemon(host, config(instance(extra=f"  notify {notes.path}\n", **FAST)))
    notes.wait("INSTANCE VI_1 MASTER 100")
    os.unlink(notes.path)
    rhythm = Rhythm(net, host, 0.1)
    rival(net, hosts[1], 50)
    host.run("ip", "addr", "del", "10.0.1.1/16", "dev", "eth0")
    net.wait("MASTER again", lambda: node.states().count("MASTER") >= 2, 3)
    rhythm.check()
    net.check(node.running(), "it runs")


def flap(net, hosts, node, times):
    for _ in range(times):
        count = node.states().count("MASTER")
        rival(net, hosts[1], 200)
        net.wait("MASTER again", lambda: node.states().count("MASTER") > count, 3)


@pytest.mark.only("regentd", reason="keepalived forks the script of each event and waits for none")
def test_order_and_no_overlap(net, hosts, daemon):
    """A slow script: one call at a time, in the order of the events."""
    host = hosts[0]
    notes = Notes(host, body=f"sleep 0.3\necho \"end $*\" >>{host.dir}/notes.log\n")
    node = daemon(host, config(instance(extra=f"  notify {notes.path}\n", **FAST)))
    node.wait_state("MASTER", 5)
    rhythm = Rhythm(net, host, 0.1)
    flap(net, hosts, node, 2)
    notes.wait("end INSTANCE VI_1 MASTER 100", 10, count=3)
    for one, two in zip(notes.lines()[::2], notes.lines()[1::2]):
        net.check(two == "end " + one, f"one after the other: {notes.lines()}")
    net.check(notes.states()[::2] == ["BACKUP", "MASTER"] * 3, notes.lines())
    rhythm.check(factor=6)


@pytest.mark.only("regentd", reason="keepalived forks the script of each event and waits for none")
def test_two_instances_do_not_wait_for_each_other(net, hosts, daemon):
    host = hosts[0]
    slow, quick = Notes(host, "slow", "sleep 5"), Notes(host, "quick")
    daemon(host, config(
        instance(extra=f"  notify {slow.path}\n", **FAST),
        instance("VI_2", 52, vips=("10.0.1.2/16",), extra=f"  notify {quick.path}\n", **FAST)))
    quick.wait("INSTANCE VI_2 MASTER 100", 2 + SLACK)
    net.check(slow.states() == ["BACKUP"], "the slow one is at its first event")


@pytest.mark.only("regentd", reason="--notify-timeout is regentd's; keepalived never ends a script")
def test_script_that_hangs(net, hosts, daemon):
    """It is ended, with its children, and the next event has its turn; the service goes on."""
    host = hosts[0]
    notes = Notes(host, body=f"[ -e {host.dir}/hang ] && sleep 1000\n")
    hang = os.path.join(host.dir, "hang")
    open(hang, "w").close()
    node = daemon(host, config(instance(extra=f"  notify {notes.path}\n", **FAST)),
                  options=["--notify-timeout", "2"])
    node.wait_state("MASTER", 5)
    rhythm = Rhythm(net, host, 0.1)
    net.check(notes.states() == ["BACKUP"], "hangs at its first event")
    os.unlink(hang)
    begin = time.monotonic()
    notes.wait("INSTANCE VI_1 MASTER 100", 2 + 2 + 2 * SLACK)
    net.check(time.monotonic() - begin > 1, "not before the timeout")
    net.wait("no child of it is left", lambda: not host.pids_named("sleep"), 3)
    rhythm.check()


@pytest.mark.only("regentd", reason="in keepalived scripts overtake each other")
def test_last_told_is_true(net, hosts, daemon):
    """Events come faster than the script can take them: the last one it gets is how things are."""
    host = hosts[0]
    notes = Notes(host)
    slow = host.write("slow", f"""#!/bin/sh
[ $3 = FAULT ] || sleep 0.4
exec {notes.path} "$@"
""", 0o755)
    node = daemon(host, config(instance(extra=f"  notify {slow}\n", **FAST)))
    node.wait_state("MASTER", 5)
    flap(net, hosts, node, 5)
    host.cut()
    node.wait_state("FAULT", 3)
    notes.wait("INSTANCE VI_1 FAULT 100", 15)
    net.never("anything after it", lambda: notes.states()[-1] != "FAULT", 2)


def test_stop_is_told_before_the_end(net, hosts, daemon):
    """Who waits for the daemon's end knows that notify_stop has been called."""
    host = hosts[0]
    notes = Notes(host)
    node = daemon(host, config(instance(extra=f"  notify {notes.path}\n", **FAST)))
    node.wait_state("MASTER", 5)
    notes.wait("INSTANCE VI_1 MASTER 100")
    node.stop()
    net.check(notes.states()[-1] == "STOP", notes.lines())
    net.check(not host.has(ADDRESS), "the address is gone")


def test_initial_backup_before_a_rival(net, hosts, daemon):
    """A backup that stays one says so once."""
    host = hosts[0]
    notes = Notes(host)
    daemon(hosts[1], config(instance(priority=200, **FAST)))
    net.wait_holder(ADDRESS, hosts[1], 5)
    daemon(host, config(instance(extra=f"  notify {notes.path}\n", **FAST)))
    notes.wait("INSTANCE VI_1 BACKUP 100")
    net.never("told again", lambda: len(notes.lines()) > 1, master_down(100, 0.1, version=3) + 1)
