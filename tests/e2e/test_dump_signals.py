# SPDX-License-Identifier: MIT
"""The signals that make keepalived write files, for those who read them."""
import json
import os
import re
import signal
import stat

import pytest

import wire
from daemons import config, instance
from programs import Rhythm

ADDRESS = "10.0.1.1"
FAST = {"version": 3, "advert": 0.1}
DATA, STATS, JSON, CLEAR = (signal.SIGUSR1, signal.SIGUSR2, signal.SIGRTMIN + 2,
                            signal.SIGRTMAX - 1)
FILES = {DATA: "keepalived.data", STATS: "keepalived.stats", JSON: "keepalived.json",
         CLEAR: "keepalived.stats"}
NAMES = {DATA: "data", STATS: "stats", JSON: "json", CLEAR: "stats-clear"}

# What keepalived 2.2.7 writes for an instance like the one below.
DATA_KEYS = set("""
iname dont_track_primary skip_check_adv_addr strict_mode vmac_ifname ifp_ifname master_priority
last_transition garp_delay garp_refresh garp_rep garp_refresh_rep garp_lower_prio_delay
garp_lower_prio_rep lower_prio_no_advert higher_prio_send_advert vrid base_priority
effective_priority vipset promote_secondaries adver_int master_adver_int accept nopreempt
preempt_delay state wantstate version smtp_alert notify_deleted script_master script vips
track_script auth_type""".split())
STATS_KEYS = set("""
advert_rcvd advert_sent become_master release_master packet_len_err advert_interval_err ip_ttl_err
invalid_type_rcvd addr_list_err invalid_authtype authtype_mismatch auth_failure pri_zero_rcvd
pri_zero_sent""".split())


def dump(host, name):
    """What is in that file of the host's /tmp."""
    try:
        with open(host.path(f"/tmp/{name}")) as f:
            return f.read()
    except FileNotFoundError:
        return ""


@pytest.fixture
def node(net, daemon):
    """A master on a host with its own /tmp."""
    host, _ = net.build(["node1", "node2"])
    host.own_tmp()
    script = "vrrp_script chk {\n  script /bin/true\n  interval 1\n  weight 10\n}\n"
    one = daemon(host, config(script, instance(vips=("10.0.1.1/16 label eth0:v",), extra=(
        "  track_script {\n    chk\n  }\n  notify_master \"/bin/true a/b\"\n  notify /bin/true\n"),
        **FAST)))
    net.wait_holder(ADDRESS, host, 5)
    net.wait("110", lambda: (a := net.adverts(host)) and a[-1].priority == 110, 3)
    return one


def ask(node, number, end):
    """Sends the signal; the text of the file when it ends so."""
    name = FILES[number]
    node.send(number)
    node.host.network.wait(f"{name} is written",
                           lambda: end(dump(node.host, name)), 5)
    return dump(node.host, name)


def whole_json(text):
    try:
        return bool(json.loads(text))
    except json.JSONDecodeError:
        return False


ENDS = {DATA: lambda t: "Interfaces" in t, STATS: lambda t: "Priority Zero" in t, JSON: whole_json,
        CLEAR: lambda t: "Priority Zero" in t}


@pytest.mark.parametrize("number", FILES, ids=NAMES.get)
def test_file(net, node, number):
    """It is there, for root alone, and the adverts do not pause for it."""
    rhythm = Rhythm(net, node.host, 0.1)
    ask(node, number, ENDS[number])
    info = os.stat(node.host.path(f"/tmp/{FILES[number]}"))
    net.check(stat.S_ISREG(info.st_mode) and stat.S_IMODE(info.st_mode) == 0o600, oct(info.st_mode))
    rhythm.check()
    left = [n for n in os.listdir(node.host.path("/tmp")) if "keepalived" in n]
    net.check({FILES[number]} <= set(left) <= {FILES[number], "keepalived_parent.data"}, left)


def test_data(net, node):
    """The lines that people look for."""
    text = ask(node, DATA, ENDS[DATA])
    for section in ("Global definitions", "VRRP Topology", "VRRP Scripts", "Interfaces"):
        net.check(f"------< {section} >------" in text, f"{section} in {text[:3000]}")
    for key, value in {"VRRP Instance": "VI_1", "State": "MASTER", "Interface": "eth0",
                       "Virtual Router ID": "51", "Priority": "100",
                       "Effective priority": "110"}.items():
        net.check(re.search(rf"^ *{key} = {value}$", text, re.M), f"{key} in {text[:3000]}")
    net.check(re.search(r"Last transition = \d+\.\d+ \(", text), "when it changed")
    net.check(re.search(r"Virtual IP \(1\):\n +10\.0\.1\.1/16 dev eth0", text), "its address")
    net.check(re.search(r"VRRP Script = chk\n", text) and "Status = GOOD" in text, "the script")


def test_stats(net, node):
    text = ask(node, STATS, ENDS[STATS])
    net.check("VRRP Instance: VI_1" in text, text)
    for words in ("Advertisements:", "Received: 0", "Became master: 1", "Released master: 0",
                  "Packet Errors:", "Authentication Errors:", "Priority Zero:"):
        net.check(words in text, f"{words} in {text}")
    sent = int(re.search(r"Sent: (\d+)", text)[1])
    net.check(0 < sent <= len(net.adverts(node.host)) + 1, f"sent: {sent}")


def test_stats_and_clear(net, node):
    """The file has the old numbers; the next one begins at 0."""
    net.wait("twenty adverts", lambda: len(net.adverts(node.host)) >= 20, 5)
    first = ask(node, CLEAR, ENDS[CLEAR])
    net.check(int(re.search(r"Sent: (\d+)", first)[1]) >= 15, first)
    os.unlink(node.host.path("/tmp/keepalived.stats"))
    second = ask(node, STATS, ENDS[STATS])
    net.check(int(re.search(r"Sent: (\d+)", second)[1]) < 15, second)
    net.check("Became master: 0" in second, second)


def test_json(net, node):
    """keepalived's names, and values of the same kind."""
    listed = json.loads(ask(node, JSON, ENDS[JSON]))
    net.check(isinstance(listed, list) and len(listed) == 1, listed)
    data, stats = listed[0]["data"], listed[0]["stats"]
    net.check(DATA_KEYS <= set(data), f"missing: {DATA_KEYS - set(data)}")
    net.check(STATS_KEYS == set(stats), f"differ: {STATS_KEYS ^ set(stats)}")
    want = {"iname": "VI_1", "ifp_ifname": "eth0", "vrid": 51, "base_priority": 100,
            "effective_priority": 110, "state": 2, "wantstate": 2, "version": 3}
    net.check({k: data[k] for k in want} == want, data)
    net.check(isinstance(data["last_transition"], float) and data["last_transition"] > 1e9, data)
    net.check(data["vips"][0].startswith("10.0.1.1/16 dev eth0"), data["vips"])
    net.check(isinstance(data["track_script"], list) and "a/b" in data["script_master"], data)
    net.check(stats["become_master"] == 1 and stats["advert_sent"] > 0, stats)


def test_counters(net, node):
    """What a stranger's packets do to them."""
    stranger = net.hosts["node2"]

    def advert(**more):
        more = {"vrid": 51, "priority": 50, "addresses": [ADDRESS], "version": 3, "interval": 0.1,
                **more}
        return wire.advert(stranger.mac(), stranger.ips[0], **more)
    stranger.send_frames([advert(), advert(ttl=64), advert(priority=0)])
    net.wait("counted", lambda: json.loads(ask(node, JSON, ENDS[JSON]))[0]["stats"]["ip_ttl_err"]
             == 1, 3)
    stats = json.loads(dump(node.host, "keepalived.json"))[0]["stats"]
    net.check(stats["advert_rcvd"] >= 2 and stats["pri_zero_rcvd"] == 1, stats)


@pytest.mark.parametrize("number", [DATA, STATS, JSON], ids=NAMES.get)
def test_link_is_not_followed(net, node, number):
    """Anybody may make a link in /tmp: what it points to is not written to."""
    host = node.host
    host.put("/run/precious", "precious\n")
    os.symlink("/run/precious", host.path(f"/tmp/{FILES[number]}"))
    mark = node.mark()
    node.send(number)
    net.wait("it was tried", lambda: node.mark() > mark, 5)
    since = len(net.adverts(host))
    net.wait("adverts", lambda: len(net.adverts(host)) > since + 5, 5)
    with open(host.path("/run/precious")) as f:
        net.check(f.read() == "precious\n", "what it points to is untouched")
    net.check(node.running(), "it runs")


@pytest.mark.parametrize("number", FILES, ids=NAMES.get)
def test_disk_that_cannot_be_written(net, node, number):
    host = node.host
    host.run("mount", "-o", "remount,ro", "/tmp")
    rhythm = Rhythm(net, host, 0.1)
    mark = node.mark()
    node.send(number)
    net.wait("it was tried", lambda: node.mark() > mark, 5)
    since = len(net.adverts(host))
    net.wait("adverts", lambda: len(net.adverts(host)) > since + 10, 5)
    rhythm.check()
    net.check(node.running() and node.states() == ["BACKUP", "MASTER"], "it runs on")


def test_many_signals(net, node):
    """A monitor that asks without pause."""
    rhythm = Rhythm(net, node.host, 0.1)
    for _ in range(50):
        for number in (DATA, STATS, JSON):
            node.send(number)
    net.wait("written", lambda: whole_json(dump(node.host, "keepalived.json")), 5)
    since = len(net.adverts(node.host))
    net.wait("adverts", lambda: len(net.adverts(node.host)) > since + 10, 5)
    rhythm.check()
    net.check(node.running() and node.states() == ["BACKUP", "MASTER"], "it runs on")


def test_tmpdir(net, daemon):
    """TMPDIR says where."""
    host = net.build(["node1"])[0]
    host.own_tmp()
    os.mkdir(host.path("/run/files"))
    one = daemon(host, config(instance(**FAST)), env={"TMPDIR": "/run/files"})
    net.wait_holder(ADDRESS, host, 5)
    one.send(STATS)
    net.wait("written", lambda: os.path.exists(host.path("/run/files/keepalived.stats")), 5)
