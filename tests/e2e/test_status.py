# SPDX-License-Identifier: MIT
"""What the daemon says about itself, and to whom."""
import json
import os
import shutil
import stat

import pytest

from daemons import REGENT, config, instance

pytestmark = pytest.mark.regent

VIP = "10.0.1.1/16"


@pytest.fixture
def nodes(net, daemon):
    """node1 is master of VI_1 with priority 200, node2 its backup."""
    hosts = net.build(["node1", "node2"])
    script = "vrrp_script chk {\n  script /bin/true\n  interval 1\n}\n"
    first = instance(priority=200, state="MASTER", vips=(VIP + " label eth0:v",), version=3,
                     advert=0.2, extra="  track_script {\n    chk\n  }\n")
    two = daemon(hosts[1], config(priority=100, version=3, advert=0.2, vips=(VIP,)))
    one = daemon(hosts[0], config(script, first))
    net.wait_holder("10.0.1.1", hosts[0], 10)
    net.wait("node2 is BACKUP", lambda: two.state() == "BACKUP", 5)
    return one, two


def test_json(net, nodes):
    one, two = nodes
    net.wait("an advert is heard", lambda: two.instance()["master"] == "10.0.0.1", 3)
    status = one.status()
    net.check(status["engine"] == "vrrp" and status["pid"] == one.engine_pid()
              and status["version"], f"the head: {status}")
    master, backup = one.instance(), two.instance()
    want = {"name": "VI_1", "state": "MASTER", "interface": "eth0", "vrid": 51, "version": 3,
            "priority": 200, "base_priority": 200, "advert_interval": 0.2, "master": "10.0.0.1",
            "faults": []}
    net.check({k: master.get(k) for k in want} == want, f"master: {master}")
    want.update(state="BACKUP", priority=100, base_priority=100)
    net.check({k: backup.get(k) for k in want} == want, f"backup: {backup}")
    address = master["addresses"][0]
    net.check(len(master["addresses"]) == 1 and address["address"] == VIP
              and address["dev"] == "eth0" and address["label"] == "eth0:v"
              and address["present"] is True, f"addresses of the master: {master}")
    net.check(backup["addresses"][0]["present"] is False, f"addresses of the backup: {backup}")
    net.check(0 <= master["since"] < 60 and master["reason"], f"since and reason: {master}")
    net.check(master["counters"]["adverts_sent"] > 0, f"counters: {master}")
    net.check(backup["counters"]["adverts_received"] > 0
              and backup["counters"]["rejected"] == 0, f"counters: {backup}")
    script = status["scripts"][0]
    net.check(script["name"] == "chk" and script["health"] == "good", f"script: {script}")


def test_json_follows_what_happens(net, nodes):
    one, two = nodes
    one.host.cut("eth0")
    net.wait("FAULT", lambda: one.instance()["state"] == "FAULT", 5)
    fault = one.instance()
    net.check(any("eth0" in f for f in fault["faults"]), f"the fault is named: {fault}")
    net.check("eth0" in fault["reason"] and fault["since"] < 5, f"and is the reason: {fault}")
    net.wait("node2 is MASTER", lambda: two.instance()["state"] == "MASTER", 5)
    net.check(two.instance()["addresses"][0]["present"], "present on node2")
    net.check(not one.instance()["addresses"][0]["present"], "absent on node1")
    one.host.plug("eth0")
    net.wait("node1 is MASTER again", lambda: one.instance()["state"] == "MASTER", 5)
    net.check(one.instance()["faults"] == [], "no fault any more")


def test_text(net, nodes):
    one, _ = nodes
    text = one.run_regent("status").stdout
    for word in ("VI_1", "MASTER", "eth0", "200", "10.0.1.1/16", "chk", "good"):
        net.check(word in text, f"{word} in:\n{text}")
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)


def test_socket_is_closed_to_others(net, nodes):
    """Mode 0660, and a peer that is neither root nor of the daemon's group gets no answer."""
    one, _ = nodes
    path = one.host.path("/run/regent/control")
    info = os.stat(path)
    net.check(stat.S_ISSOCK(info.st_mode), "a socket")
    net.check(stat.S_IMODE(info.st_mode) == 0o660 and info.st_uid == 0, oct(info.st_mode))
    # The program may be where nobody may go: a copy of it that anyone can run.
    shutil.copy(REGENT, one.host.path("/run/regent-command"))
    os.chmod(one.host.path("/run/regent-command"), 0o755)
    command = ["/run/regent-command", "--run-dir", "/run/regent", "status", "--json"]
    net.check(one.host.run(*command).stdout.startswith("{"), "root is answered by the copy")
    nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    done = one.host.run(*nobody, *command, check=False)
    net.check(done.returncode not in (0, 127) and "VI_1" not in done.stdout,
              f"refused: {done.returncode} {done.stdout}")
    # Even with the door open the daemon looks at who comes in.
    os.chmod(path, 0o666)
    os.chmod(one.host.path("/run/regent"), 0o755)
    for _ in range(20):     # the refusal may come before or after the request is written
        done = one.host.run(*nobody, *command, check=False)
        net.check(done.returncode not in (0, 127) and "VI_1" not in done.stdout,
                  f"refused with the socket open: {done.returncode} {done.stdout}")
        net.check("permission denied" in done.stdout.lower(),
                  f"the refusal is explained: {done.returncode} {done.stdout}")
    net.check(one.instance()["state"] == "MASTER", "root is still answered")


def test_without_a_daemon(net):
    host = net.build(["node1"])[0]
    done = host.run(REGENT, "--run-dir", "/run/regent", "status", check=False)
    net.check(done.returncode not in (0, 127) and "/run/regent" in done.stdout,
              f"{done.returncode} {done.stdout}")


def test_while_the_engine_is_down(net, nodes):
    """The command never hangs: it answers, or says that it cannot, and soon answers again."""
    one, _ = nodes
    old = one.kill_engine()
    done = one.run_regent("status", "--json", check=False)
    net.check(done.returncode == 0 or done.stderr.strip(), f"an answer: {done}")
    net.wait("a new engine answers", lambda: (
        (d := one.run_regent("status", "--json", check=False)).returncode == 0
        and json.loads(d.stdout)["pid"] not in (None, old)), 5)
    one.stop()
    done = one.run_regent("status", check=False)
    net.check(done.returncode != 0 and done.stderr.strip(), f"after the end: {done}")


def test_rude_clients_do_no_harm(net, nodes):
    """Half a request, nonsense, a long line, many at once: the daemon goes on."""
    import socket
    one, _ = nodes
    path = one.host.path("/run/regent/control")
    clients = []
    for data in [b"", b"stat", b"nonsense\n", b"\0" * 100 + b"\n", b"x" * 100000] + [b""] * 50:
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(2)
        clients.append(s)
        try:
            s.connect(path)
            s.sendall(data)
        except OSError:
            pass
    net.check(one.instance()["state"] == "MASTER", "the status still answers")
    for s in clients:
        s.close()
    net.check(one.instance()["state"] == "MASTER", "and after they left")
    net.check(one.running(), "the daemon lives")
