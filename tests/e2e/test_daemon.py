# SPDX-License-Identifier: MIT
"""regentd as a daemon: in the background, under signals, on a machine that lacks something."""
import os
import signal
import subprocess

import pytest

from daemons import BUILD, REGENT, Daemon, config

pytestmark = pytest.mark.regent

VIP = "10.0.1.1/16"


def test_in_the_background(net):
    """The command returns when the daemon runs; relative names mean the caller's directory."""
    host = net.build(["node1"])[0]
    path = host.write("background.conf", config(priority=255, state="MASTER", vips=(VIP,)))
    words = [os.path.join(BUILD, "regentd"), "-f", path, "-G", "-p", "/run/d.pid", "-r", "/run/e.pid",
             "--run-dir", "/run/regent"]
    done = host.run(*words, check=False)
    net.check(done.returncode == 0, f"started: {done.returncode} {done.stdout}")
    with open(host.path("/run/d.pid")) as f:
        pid = int(f.read())
    regent = [os.path.join(BUILD, "regent"), "--run-dir", "/run/regent", "status"]
    net.wait("it is MASTER", lambda: "MASTER" in host.run(*regent, check=False).stdout, 5)
    again = host.run(*words, check=False)
    net.check(again.returncode == 0 and "already running" in again.stdout, f"a second: {again}")
    os.kill(pid, signal.SIGTERM)
    net.wait("it is gone", lambda: not os.path.exists(f"/proc/{pid}"), 10)
    net.check(not os.path.exists(host.path("/run/d.pid")), "the pid file is gone")


@pytest.mark.parametrize("seconds", ["0", "", "-1", "1.5", "30s", "99999999999999999999"])
def test_notify_timeout_is_whole_seconds(seconds):
    done = subprocess.run([os.path.join(BUILD, "regentd"), "--notify-timeout", seconds], check=False,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=10)
    assert done.returncode == 1 and "1 to 86400 seconds" in done.stdout, done


def test_background_start_that_fails_is_told(net):
    host = net.build(["node1"])[0]
    path = host.write("background.conf", config(vips=(VIP,)))
    done = host.run(os.path.join(BUILD, "regentd"), "-f", path, "-G", "-p", "/nowhere/d.pid",
                    "--run-dir", "/run/regent", check=False)
    net.check(done.returncode == 1, f"exit status {done.returncode}")


@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGUSR2, signal.SIGRTMIN + 2,
                                    signal.SIGRTMAX - 1, signal.SIGHUP], ids=str)
def test_signals_of_keepalived_do_not_end_it(net, daemon, number):
    host = net.build(["node1"])[0]
    one = daemon(host, config(priority=255, state="MASTER", vips=(VIP,)), env={"TMPDIR": "/run"})
    net.wait_holder("10.0.1.1", host, 10)
    engine = net.wait("the engine's pid file", one.engine_pid, 5)
    one.send(number)
    os.kill(engine, number)
    said = "Reloading" if number == signal.SIGHUP else f"for process({engine}) on signal"
    net.wait("it is said", lambda: one.said(said), 5)
    net.check(one.running() and one.state() == "MASTER" and one.engine_pid() == engine, "it runs on")


def test_who_cannot_hear_does_not_take_over(net, daemon):
    """Joining the multicast group fails: FAULT, not a second master."""
    host = net.build(["node1"])[0]
    host.run("sysctl", "-qw", "net.ipv4.igmp_max_memberships=0")
    one = daemon(host, config(priority=255, state="MASTER", vips=(VIP,)))
    net.wait("it is in FAULT", lambda: one.state() == "FAULT", 5)
    net.check("cannot receive adverts" in " ".join(one.instance()["faults"]), one.instance())


def test_netmask_changed_in_place(net, daemon):
    host = net.build(["node1"])[0]
    one = daemon(host, config(priority=255, state="MASTER", vips=("10.0.1.1/32",)))
    net.wait_holder("10.0.1.1", host, 10)
    host.run("ip", "addr", "add", "10.0.0.1/8", "dev", "eth0")
    host.run("ip", "addr", "del", "10.0.0.1/16", "dev", "eth0")
    host.run("ip", "addr", "add", "10.0.0.77/8", "dev", "eth0")
    net.wait("the last change was seen", lambda: one.state() == "MASTER", 5)
    net.check("FAULT" not in one.log(), "no fault")


def test_link_that_comes_back_is_heard(net, daemon):
    """A link that was away and has its old index again lost its membership: it is joined anew."""
    host, _ = net.build(["node1", "node2"])
    one = daemon(host, config(priority=255, state="MASTER", vips=("10.0.1.1/32",)))
    net.wait_holder("10.0.1.1", host, 10)
    away = f"{host.netns}-away"
    subprocess.run(["ip", "netns", "add", away], check=True)
    try:
        subprocess.run(["ip", "-n", host.netns, "link", "set", "eth0", "netns", away], check=True)
        net.wait("it is in FAULT", lambda: one.state() == "FAULT", 5)
        subprocess.run(["ip", "-n", away, "link", "set", "eth0", "netns", host.netns], check=True)
        host.run("ip", "addr", "add", "10.0.0.1/16", "dev", "eth0")
        host.run("ip", "link", "set", "eth0", "up")
        net.wait("it is MASTER again", lambda: one.state() == "MASTER", 10)
        net.check("224.0.0.18" in host.run("ip", "maddr", "show", "dev", "eth0").stdout, "joined")
    finally:
        subprocess.run(["ip", "netns", "del", away], check=False)


def test_children_of_others_are_waited_for(net):
    """What ran before the daemon was exec'd, and every orphan when it is process 1."""
    host = net.build(["node1"])[0]
    node = Daemon(host, config())
    words = node.command()
    node.command = lambda: ["sh", "-c", 'for i in 1 2 3; do sleep 0.$i & done; exec "$@"', "sh",
                            *words]
    node.start()
    node.wait_state("BACKUP", 5)
    net.wait("they have ended", lambda: not host.pids_named("sleep"), 3)
    net.wait("nobody is left unwaited for", lambda: not node.zombies(), 2)
    # Those that the daemon knows are told of as before.
    node.send(signal.SIGUSR1)
    net.wait("a dump", lambda: node.said("Printing parent data"), 2)
    old = node.kill_engine()
    net.wait("a new engine", lambda: node.engine_pid() not in (None, old), 5)
    net.check(not node.zombies(), "no zombie")
    net.check(node.stop() == 0, "exit status 0")


def test_no_place_for_the_pid_file(net):
    """Said with its name, and to whoever started it in the background too."""
    host = net.build(["node1"])[0]
    words = [os.path.join(BUILD, "regentd"), "-f", host.write("x.conf", config()), "-G", "-p",
             "/nowhere/d.pid", "-r", "/run/e.pid", "--run-dir", "/run/regent"]
    done = host.run(*words, "-n", "-l", check=False)
    net.check(done.returncode == 1 and "/nowhere/d.pid: No such file" in done.stdout, f"{done}")
    done = host.run(*words, check=False)
    net.check(done.returncode == 1 and "not started: the log" in done.stdout, f"{done}")


def test_a_container_without_capabilities(net):
    host = net.build(["node1"])[0]
    node = Daemon(host, config())
    words = node.command()
    node.command = lambda: ["setpriv", "--bounding-set", "-net_raw", *words]
    node.start()
    net.wait("what it lacks", lambda: node.said("give it CAP_NET_ADMIN and CAP_NET_RAW"), 5)
    node.kills = node.count("exited with status 1")
    node.kills += 2
    net.check(node.stop() == 0, "exit status 0")


def test_reload_while_there_is_no_engine(net, daemon):
    """It is in force at the next start, and that is said."""
    host = net.build(["node1"])[0]
    node = daemon(host, config(vips=(VIP,)))
    node.wait_state("BACKUP", 5)
    for _ in range(2):      # the second start waits
        old = node.kill_engine()
        net.wait("it is dead", lambda old=old: node.said(f"(pid {old}) killed"), 2)
    node.reload(config(vips=("10.0.1.7/16",)))
    net.wait("the new address", lambda: host.has("10.0.1.7"), 10)


def test_reload_of_an_engine_that_hangs(net, daemon):
    host = net.build(["node1"])[0]
    node = daemon(host, config())
    node.wait_state("BACKUP", 5)
    engine = node.engine_pid()
    os.kill(engine, signal.SIGSTOP)
    node.send(signal.SIGHUP)
    net.wait("that it hangs", lambda: "does not answer: it hangs or is stopped"
             in node.run_regent("reload", check=False).stderr, 5)
    os.kill(engine, signal.SIGCONT)
    net.wait("reloaded", lambda: node.said("Reload complete"), 5)
    net.check(node.run_regent("reload").returncode == 0, "the next goes well")


def test_many_clients_of_a_daemon_that_hangs(net, daemon):
    """Whoever comes last waits no longer than the others."""
    host = net.build(["node1"])[0]
    node = daemon(host, config())
    node.wait_state("BACKUP", 5)
    os.kill(node.pid, signal.SIGSTOP)
    try:
        clients = [host.popen(REGENT, "--run-dir", "/run/regent", "status",
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
                   for _ in range(25)]
        for client in clients:
            _, said = client.communicate(timeout=15)
            net.check(client.returncode == 1 and "it hangs or is stopped" in said, said)
    finally:
        os.kill(node.pid, signal.SIGCONT)


@pytest.mark.parametrize("given, got", [("000", "0022"), ("077", "0077")])
def test_umask(net, given, got):
    """A careless one is not handed on to the scripts, a stricter one is."""
    host = net.build(["node1"])[0]
    script = host.write("note", f"#!/bin/sh\numask >{host.dir}/umask\n", 0o755)
    node = Daemon(host, config(extra=f"  notify_backup {script}\n"))
    words = node.command()
    node.command = lambda: ["sh", "-c", f'umask {given}; exec "$@"', "sh", *words]
    node.start()
    net.wait("the script has run", lambda: host.read("umask").strip() == got, 5)


def test_status_is_not_for_everybody(net, daemon):
    host = net.build(["node1"])[0]
    node = daemon(host, config())
    node.wait_state("BACKUP", 5)
    # The path to the socket is open to all, in the namespace as on a real machine.
    done = host.run("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", REGENT,
                    "--run-dir", "/run/regent", "status", check=False, stderr=subprocess.PIPE)
    net.check(done.returncode == 1 and "the socket's group may ask" in done.stderr, f"{done}")
