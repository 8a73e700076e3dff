# SPDX-License-Identifier: MIT
"""The dumps that keepalived's signals ask for: what stands in them beside the real keepalived's, and
how they are written."""
import json
import os
import re
import signal
import stat

import pytest

import daemons
from daemons import config, instance

DATA, STATS = signal.SIGUSR1, signal.SIGUSR2
JSON, CLEAR = signal.SIGRTMIN + 2, signal.SIGRTMAX - 1
DIRECTORY = "/run/dumps"

# One in each state: VI_B has a master elsewhere, VI_F a check that fails.
SCRIPTS = """vrrp_script bad {
  script "/usr/bin/false"
  interval 1
  timeout 1
  fall 2
}
vrrp_script good {
  script "/usr/bin/test x/y = 'x/y'"
  interval 1
  timeout 1
  rise 2
  fall 3
  weight 5
}
"""
AUTH = """  authentication {
    auth_type PASS
    auth_pass secret12
  }
"""
MASTER = instance("VI_M", priority=150, vips=(
    "10.0.1.1/16", "10.0.1.2/16 brd 10.0.255.255 dev eth0 label eth0:x scope link", "10.0.1.3"),
    extra=AUTH + """  virtual_ipaddress_excluded {
    10.0.1.4/32
  }
  track_script {
    good
  }
  garp_master_delay 2
  garp_master_refresh 30
""")
BACKUP = instance("VI_B", vrid=52, version=3, advert=0.5, vips=("10.0.2.1/16",),
                  extra="  preempt_delay 3\n  higher_prio_send_advert on\n")
FAULT = instance("VI_F", vrid=53, version=3, advert=0.33, vips=("10.0.3.1/16",), extra="""  nopreempt
  track_interface {
    eth1 weight 3
  }
  track_script {
    bad
  }
""")
EVERY_STATE = config(SCRIPTS, MASTER, BACKUP, FAULT, top="  router_id R1\n")
OTHER_MASTER = config(name="VI_B", vrid=52, priority=200, state="MASTER", version=3, advert=0.7,
                      vips=("10.0.2.1/16",))


def read(host, name, directory=DIRECTORY):
    with open(host.path(f"{directory}/{name}")) as f:
        return f.read()


def names(host, directory=DIRECTORY):
    return sorted(os.listdir(host.path(directory)))


def dump(net, daemon, number, name, directory=DIRECTORY):
    """The file that the signal makes."""
    path = daemon.host.path(f"{directory}/{name}")
    before = os.stat(path).st_ino if os.path.isfile(path) else None
    daemon.send(number)
    net.wait(f"{name} of {daemon.kind}", lambda: os.path.isfile(path)
             and os.stat(path).st_ino != before and names(daemon.host, directory)
             and not any(n.startswith(name + ".") for n in names(daemon.host, directory)), 5)
    return read(daemon.host, name, directory)


@pytest.fixture
def regentd(net, daemon):
    """A lone master that writes its dumps into DIRECTORY."""
    host = net.build(["node1"])[0]
    os.mkdir(host.path(DIRECTORY))
    d = daemon(host, config(advert=1), env={"TMPDIR": DIRECTORY})
    net.wait("MASTER", lambda: d.state() == "MASTER", 8)
    return d


def shape(value):
    """Keys in their order, and types."""
    if isinstance(value, dict):
        return [(k, shape(v)) for k, v in value.items()]
    if isinstance(value, list):
        return [shape(v) for v in value]
    return type(value).__name__


def timeless(line):
    """A line without what differs between two machines, or by intent."""
    line = re.sub(r"= \d+\.\d{6} \(\w{3} \w{3} [ \d]\d [\d:]{8}\.\d{6} \d{4}\)$", "= TIME", line)
    line = re.sub(r"(Using src_ip|Password) = \S+", r"\1 = ...", line)
    return line


def section(text, name):
    return text.split(f"------< {name} >------\n", 1)[1].split("------<", 1)[0].splitlines()


def settled(net, d, directory):
    """The JSON when all are in their states, checks have ended and the master is known."""
    net.wait("it runs", d.engine_pid, 5)

    def ready():
        parsed = json.loads(dump(net, d, JSON, "keepalived.json", directory))
        data = [one["data"] for one in parsed]
        return parsed if ([one["state"] for one in data] == [2, 1, 3]
                          and data[0]["effective_priority"] == 155
                          and data[1]["master_priority"] == 200) else None
    return net.wait(f"{d.kind} has settled", ready, 10)


@pytest.mark.regent
def test_beside_keepalived(net, daemon):
    """The same configuration, the same three states: the same keys, types, values and lines."""
    nets = ("10.0.0.{}/16", "10.1.0.{}/16")
    one, two, three = net.build(["node1", "node2", "node3"], nets)
    net.isolate([one, two])
    other = daemon(three, OTHER_MASTER)
    net.wait("a master for VI_B", lambda: other.state("VI_B") == "MASTER", 8)
    os.mkdir(one.path(DIRECTORY))
    ours = daemon(one, EVERY_STATE, env={"TMPDIR": DIRECTORY})
    theirs = daemons.Daemon(two, EVERY_STATE, "keepalived")
    two.run("cp", theirs.config, "/run/keepalived.conf")
    theirs.config = "/run/keepalived.conf"
    two.tmpfs("/tmp")       # this one knows no other place
    theirs.start()
    mine = settled(net, ours, DIRECTORY)
    real = settled(net, theirs, "/tmp")
    net.check(shape(mine) == shape(real), f"the same keys and types:\n{mine}\n{real}")
    for a, b in zip(mine, real):
        net.check(set(a["stats"]) == set(b["stats"]), "the same counters")
        net.check(a["stats"]["become_master"] == b["stats"]["become_master"], "became master")
        for key, value in b["data"].items():
            if key == "auth_data":
                net.check(value == "secret12" and a["data"][key] == "********", "masked")
            elif key == "last_transition":
                net.check(abs(a["data"][key] - value) < 60, f"{key}: {a['data'][key]} {value}")
            else:
                net.check(a["data"][key] == value,
                          f"{key} of {b['data']['iname']}: {a['data'][key]}, not {value}")
    check_data(net, dump(net, ours, DATA, "keepalived.data"),
               dump(net, theirs, DATA, "keepalived.data", "/tmp"))
    counts = [re.sub(r"\d+$", "N", dump(net, d, STATS, "keepalived.stats", directory), flags=re.M)
              for d, directory in ((ours, DIRECTORY), (theirs, "/tmp"))]
    net.check(counts[0] == counts[1], f"the same lines:\n{counts[0]}\n{counts[1]}")
    said = [[m for m in re.findall(r"Printing.*", d.log())] for d in (ours, theirs)]
    said = [sorted({re.sub(r"\(\d+\)", "(PID)", m) for m in one}) for one in said]
    net.check(said[0] == said[1] and len(said[0]) == 4, f"the same words in the log: {said}")


def check_data(net, mine, real):
    """Each line of ours is one of theirs, in the same order; at most they have more."""
    net.check("secret12" not in mine, "the password is not in the data")
    for name in ("Global definitions", "VRRP Topology", "VRRP Scripts"):
        theirs = iter([timeless(line) for line in section(real, name)])
        for line in map(timeless, section(mine, name)):
            net.check(line in theirs, f"{name}: {line!r} is not theirs, or not there:\n{real}")
    lines = [timeless(line) for line in section(mine, "Interfaces")]
    theirs = [timeless(line) for line in section(real, "Interfaces")]
    for line in " Name = eth0", "   State = UP, RUNNING", "   MTU = 1500", "     VI_F, weight 3":
        net.check(line in lines and line in theirs, f"{line!r}:\n{mine}\n{real}")


@pytest.mark.regent
def test_files(net, regentd):
    """Names, mode and log lines; nothing else is left in the directory."""
    os.umask(0o022)
    parent, engine = regentd.pid, regentd.engine_pid()
    text = dump(net, regentd, DATA, "keepalived.data")
    net.check("------< VRRP Topology >------\n VRRP Instance = VI_1\n" in text, text)
    net.wait("the parent's", lambda: "keepalived_parent.data" in names(regentd.host), 5)
    net.check(read(regentd.host, "keepalived_parent.data") ==
              text[:text.index("------< VRRP Topology")], "the parent knows what holds for all")
    net.check("VRRP Instance: VI_1" in dump(net, regentd, STATS, "keepalived.stats"), "stats")
    parsed = json.loads(dump(net, regentd, JSON, "keepalived.json"))
    net.check(parsed[0]["data"]["state"] == 2, f"{parsed}")
    net.check(names(regentd.host) == ["keepalived.data", "keepalived.json", "keepalived.stats",
                                      "keepalived_parent.data"], f"{names(regentd.host)}")
    for name in names(regentd.host):
        info = os.stat(regentd.host.path(f"{DIRECTORY}/{name}"))
        net.check(stat.S_IMODE(info.st_mode) == 0o600 and info.st_uid == 0, name)
    for line in (f"Printing parent data for process({parent}) on signal",
                 f"Printing VRRP data for process({engine}) on signal",
                 f"Printing VRRP stats for process({engine}) on signal",
                 f"Printing VRRP as json for process({engine}) on signal"):
        net.check(regentd.count(line) == 1, line)


@pytest.mark.regent
@pytest.mark.parametrize("mask", ["0000", "0777"])
def test_umask_has_no_say(net, mask):
    host = net.build(["node1"])[0]
    os.mkdir(host.path(DIRECTORY))
    d = daemons.Daemon(host, config(), env={"TMPDIR": DIRECTORY})
    command = d.command()
    d.command = lambda: ["sh", "-c", f'umask {mask}; exec "$@"', "sh", *command]
    d.start()
    net.wait("it runs", d.engine_pid, 5)
    dump(net, d, DATA, "keepalived.data")
    mode = os.stat(host.path(f"{DIRECTORY}/keepalived.data")).st_mode
    net.check(stat.S_IMODE(mode) == 0o600, oct(mode))


@pytest.mark.regent
def test_link_at_the_place_is_not_followed(net, regentd):
    """/tmp is everyone's: what stands there is replaced, and not written to."""
    host = regentd.host
    with open(host.path("/run/victim"), "w") as f:
        f.write("precious")
    for name in ("keepalived.data", "keepalived_parent.data", "keepalived.json"):
        os.symlink("/run/victim", host.path(f"{DIRECTORY}/{name}"))
    os.symlink("/run/nowhere", host.path(f"{DIRECTORY}/keepalived.stats"))
    for number in DATA, JSON, STATS:
        regentd.send(number)
    net.wait("four files", lambda: all(
        stat.S_ISREG(os.lstat(host.path(f"{DIRECTORY}/{n}")).st_mode)
        for n in names(host)) and len(names(host)) == 4, 5)
    with open(host.path("/run/victim")) as f:
        net.check(f.read() == "precious", "the victim is as it was")
    net.check(not os.path.lexists(host.path("/run/nowhere")), "nothing was made elsewhere")


@pytest.mark.regent
def test_clear(net, regentd):
    def sent(text):
        return int(re.search(r"Sent: (\d+)", text)[1])
    net.wait("some adverts", lambda: sent(dump(net, regentd, STATS, "keepalived.stats")) > 1, 5)
    text = dump(net, regentd, CLEAR, "keepalived.stats")
    net.check(sent(text) > 1 and "Became master: 1" in text, f"as it was before: {text}")
    net.check(regentd.said("Printing and clearing VRRP stats for process"), "told")
    text = dump(net, regentd, STATS, "keepalived.stats")
    net.check(sent(text) <= 1 and "Became master: 0" in text, f"cleared: {text}")
    net.check(regentd.instance()["state"] == "MASTER", "and still the master")


@pytest.mark.regent
def test_engine_alone(net, regentd):
    """A signal may go to the engine itself."""
    os.kill(regentd.engine_pid(), DATA)
    net.wait("the file", lambda: names(regentd.host) == ["keepalived.data"], 5)
    net.check(not regentd.said("Printing parent data"), "the parent was not asked")


@pytest.mark.regent
def test_cannot_write(net, daemon):
    """Full, read-only, gone, a directory at the place: it is told, and nothing is left behind."""
    host = net.build(["node1"])[0]
    os.mkdir(host.path(DIRECTORY))
    host.run("mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", DIRECTORY)
    d = daemon(host, config(*(instance(f"VI_{i}", vrid=i) for i in range(1, 40))),
               env={"TMPDIR": DIRECTORY})
    net.wait("it runs", d.engine_pid, 5)
    for prepare, number, name, why in (
            ([], DATA, "keepalived.data", "No space left on device"),
            (["mkdir", f"{DIRECTORY}/keepalived.stats"], STATS, "keepalived.stats",
             "Is a directory"),
            (["mount", "-o", "remount,ro", DIRECTORY], JSON, "keepalived.json",
             "Read-only file system"),
            (["umount", DIRECTORY], DATA, "keepalived.data", None),
            (["rm", "-r", DIRECTORY], JSON, "keepalived.json", "No such file or directory")):
        if prepare:
            host.run(*prepare)
        since = d.mark()
        d.send(number)
        if why:
            net.wait(why, lambda s=since, w=why, n=name: d.said(
                f"cannot write {DIRECTORY}/{n}: {w}", s), 5)
        else:
            net.wait("well again", lambda: "keepalived.data" in names(host), 5)
        left = names(host) if os.path.isdir(host.path(DIRECTORY)) else []
        net.check(not [n for n in left if re.search(r"\.\w{6}$", n)], f"left behind: {left}")
    net.check(d.running() and d.engine_pid(), "the daemon lives")


@pytest.mark.regent
@pytest.mark.parametrize("directory", [None, "", "relative/path"])
def test_tmp_is_the_place(net, directory):
    """/tmp, unless TMPDIR names another directory by its whole path."""
    host = net.build(["node1"])[0]
    env = {"TMPDIR": directory} if directory is not None else {}
    d = daemons.Daemon(host, config(), env=env)
    if directory is None:
        d.env.pop("TMPDIR", None)
    host.run("cp", d.config, "/run/regent.conf")
    d.config = "/run/regent.conf"
    if os.path.realpath(daemons.BUILD).startswith("/tmp/"):
        pytest.skip("the programs are in /tmp")
    host.tmpfs("/tmp")
    d.start()
    net.wait("it runs", d.engine_pid, 5)
    net.check("VI_1" in dump(net, d, STATS, "keepalived.stats", "/tmp"), "written")


@pytest.mark.regent
def test_over_the_socket(net, regentd):
    """`regent dump` prints the same without a file."""
    text = regentd.run_regent("dump", "data").stdout
    net.check("------< VRRP Topology >------" in text and "State = MASTER" in text, text)
    net.check("VRRP Instance: VI_1" in regentd.run_regent("dump", "stats").stdout, "stats")
    parsed = json.loads(regentd.run_regent("dump", "json").stdout)
    net.check(shape(parsed) == shape(json.loads(dump(net, regentd, JSON, "keepalived.json"))),
              "the same keys")
    net.check(names(regentd.host) == ["keepalived.json"], "no file but the one of the signal")
    for words in ["dump"], ["dump", "nonsense"], ["dump", "data", "json"]:
        done = regentd.run_regent(*words, check=False)
        net.check(done.returncode == 2 and "data, stats or json" in done.stderr, f"{done}")
    regentd.stop()
    done = regentd.run_regent("dump", "json", check=False)
    net.check(done.returncode == 1 and "/run/regent" in done.stderr, f"{done}")


@pytest.mark.regent
def test_many_signals(net, regentd):
    """None is too much: the daemon goes on, and what is written is whole."""
    for _ in range(50):
        for number in DATA, STATS, JSON, CLEAR:
            regentd.send(number)
    json.loads(dump(net, regentd, JSON, "keepalived.json"))
    net.check(regentd.instance()["state"] == "MASTER", "still the master")
    net.wait("only whole files", lambda: names(regentd.host) == [
        "keepalived.data", "keepalived.json", "keepalived.stats", "keepalived_parent.data"], 5)
    regentd.kill_engine()
    regentd.send(DATA)      # while there may be no engine
    net.wait("a new engine", lambda: regentd.run_regent("status", check=False).returncode == 0, 5)
    dump(net, regentd, DATA, "keepalived.data")
