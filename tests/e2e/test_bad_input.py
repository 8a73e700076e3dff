# SPDX-License-Identifier: MIT
"""What a person or a stranger may send: wrong files and wrong packets."""
import random
import re
import struct
import time

import pytest

import wire
from daemons import REGENT, config, instance

VIP, ADDRESS = "10.0.1.1/16", "10.0.1.1"
PASS = "  authentication {\n    auth_type PASS\n    auth_pass secret12\n  }\n"

GOOD = """\
vrrp_instance VI_1 {
  state BACKUP
  interface eth0
  virtual_router_id 51
  priority 100
  virtual_ipaddress {
    10.0.1.1/16
  }
}
"""

# Name: what is changed in the good file, line and column of the error, words that stand in it.
# The line 0 means: any, since people differ on where a missing thing is.
BAD_FILES = {
    "unknown-keyword": (("  priority 100", "  pirority 100"), 5, 3, ["pirority", "priority"]),
    "unknown-block": (("vrrp_instance VI_1", "vrrp_instanze VI_1"), 1, 1, ["vrrp_instanze"]),
    "missing-brace": (("    10.0.1.1/16\n  }\n}\n", "    10.0.1.1/16\n  }\n"), 0, None, []),
    "extra-brace": (("    10.0.1.1/16\n  }\n}\n", "    10.0.1.1/16\n  }\n}\n}\n"), 10, 1, []),
    "vrid-zero": (("virtual_router_id 51", "virtual_router_id 0"), 4, 21, ["0", "1", "255"]),
    "vrid-missing": (("  virtual_router_id 51\n", ""), 0, None, ["virtual_router_id"]),
    "bad-address": (("10.0.1.1/16", "10.0.1.300/16"), 7, 5, ["10.0.1.300"]),
    "bad-prefix": (("10.0.1.1/16", "10.0.1.1/40"), 7, None, ["40"]),
    "bad-priority": (("priority 100", "priority 300"), 5, 12, ["300", "255"]),
    "interface-not-named": (("  interface eth0\n", ""), 0, None, ["interface"]),
    "interface-not-there": (("interface eth0", "interface eth7"), 3, 13, ["eth7", "eth0"]),
    "no-value": (("  interface eth0\n", "  interface\n"), 3, None, ["interface"]),
}
PLACE = re.compile(r"^(?P<file>\S+?):(?P<line>\d+):(?P<column>\d+): error: (?P<text>.+)$", re.M)


def bad_file(name):
    (old, new), *rest = BAD_FILES[name]
    assert old in GOOD
    return GOOD.replace(old, new), *rest


@pytest.mark.regent
@pytest.mark.parametrize("name", BAD_FILES)
def test_bad_file(net, daemon, name):
    """`regent check` says file, line, column, what is wrong and what to do; the daemon says the
    same and does nothing else."""
    text, line, column, words = bad_file(name)
    host = net.build(["node1"])[0]
    path = host.write("bad.conf", text)
    done = host.run(REGENT, "check", path, check=False)
    net.check(done.returncode == 1, f"exit status {done.returncode}: {done.stdout}")
    check_errors(net, done.stdout, path, line, column, words)

    before = host.addresses()
    node = daemon(host, text)
    node.wait_exit(5)
    net.check(node.process.returncode == 2, f"exit status {node.process.returncode}")
    check_errors(net, node.log(), node.config, line, column, words)
    net.check(host.addresses() == before and not net.address_events(host, address=ADDRESS),
              "no address was touched")
    net.check(not net.adverts(), "not a word on the wire")
    net.check(not host.pids(), "no process")


def check_errors(net, output, path, line, column, words):
    errors = list(PLACE.finditer(output))
    net.check(errors, f"no FILE:LINE:COLUMN: error: in\n{output}")
    fitting = [e for e in errors if e["file"] == path and line in (0, int(e["line"]))
               and column in (None, int(e["column"]))]
    net.check(fitting, f"no error at {path}:{line}:{column} in\n{output}")
    for word in words:
        net.check(word in output, f"'{word}' in\n{output}")
    # The hint is the indented line below; "must be 1 to 255" is one in itself.
    net.check(re.search(r"^    \S", output, re.M) or " must be " in output, f"a hint in\n{output}")


@pytest.mark.regent
def test_all_errors_in_one_run(net):
    """The parser goes on after an error: one run shows them all."""
    text = GOOD
    for name in ("unknown-keyword", "vrid-zero", "bad-address"):
        old, new = BAD_FILES[name][0]
        text = text.replace(old, new)
    host = net.build(["node1"])[0]
    done = host.run(REGENT, "check", host.write("bad.conf", text), check=False)
    lines = {int(e["line"]) for e in PLACE.finditer(done.stdout)}
    net.check(done.returncode == 1 and {4, 5, 7} <= lines, done.stdout)


@pytest.mark.regent
def test_good_file(net):
    host = net.build(["node1"])[0]
    done = host.run(REGENT, "check", host.write("good.conf", GOOD), check=False)
    net.check(done.returncode == 0 and "error" not in done.stdout, done.stdout)
    done = host.run(REGENT, "check", "/nowhere/at-all.conf", check=False)
    net.check(done.returncode not in (0, 127) and "/nowhere/at-all.conf" in done.stdout,
              done.stdout)


@pytest.mark.regent
def test_files_that_are_none(net):
    """Bytes of any kind are turned away with errors, not with a crash."""
    host = net.build(["node1"])[0]
    rng = random.Random(2)
    texts = ["{" * 5000, "}" * 500, "vrrp_instance " * 2000, "\"unclosed", "\0\1\2\n{\n",
             "vrrp_instance a {" * 300, GOOD[:-30], "x" * 100000, "include /\n", "$A=$A\n$A\n"]
    words = GOOD.split() + ["{", "}", "\n", "\"", "!", "#", "0", "-1", "99999999999999999999"]
    texts += [" ".join(rng.choice(words) for _ in range(200)) for _ in range(20)]
    for number, text in enumerate(texts):
        path = host.write(f"file{number}.conf", text)
        done = host.run(REGENT, "check", path, check=False, encoding="utf-8", errors="replace",
                        text=None)
        net.check(done.returncode in (0, 1), f"{done.returncode} for {text[:200]!r}:"
                  f"\n{done.stdout[-2000:]}")


class Target:
    """A node as master or backup, its peer as the other, and a stranger who sends."""

    def __init__(self, net, start, role, version=2, extra=""):
        self.net, self.version = net, version
        self.password = b"secret12" if extra else b""
        hosts = net.build(["target", "peer", "stranger"])
        self.host, self.peer, self.stranger = hosts
        more = {"version": version, "vips": (VIP,), "extra": extra}
        mine, theirs = (200, 100) if role == "MASTER" else (100, 200)
        self.role = role
        other = start(self.peer, config(priority=theirs, **more))
        self.daemon = start(self.host, config(priority=mine, **more))
        self.master = self.host if role == "MASTER" else self.peer
        net.wait_holder(ADDRESS, self.master, 12)
        net.wait("the other one is BACKUP",
                 lambda: {self.daemon.state(), other.state()} == {"MASTER", "BACKUP"}, 5)
        self.mac = self.stranger.mac()
        self.ip = self.stranger.ips[0]

    def good(self, **change):
        """A right advert of the stranger, apart from the changes."""
        fields = {"src": self.ip, "vrid": 51, "priority": 254, "addresses": [ADDRESS],
                  "version": self.version, "auth_type": 1 if self.password else 0,
                  "password": self.password, **change}
        if self.version == 3:
            fields.pop("auth_type"), fields.pop("password")
        return wire.advert(self.mac, **fields)

    def rejected(self):
        return self.daemon.instance()["counters"]["rejected"] if self.daemon.is_regent else 0

    def strange(self):
        """Everything turned away: for an instance, or before it was known for which."""
        if not self.daemon.is_regent:
            return 0
        status = self.daemon.status()
        return (self.rejected() + status.get("malformed_packets", 0)
                + status.get("unknown_vrid_packets", 0))

    def unmoved(self, action, seconds=1.2):
        """action() changes no state and moves no address, then and for a while after."""
        moves, mark = len(self.net.address_events()), self.daemon.mark()
        action()
        self.net.never("an address moves or the daemon dies",
                       lambda: len(self.net.address_events()) != moves
                       or not self.daemon.running(), seconds)
        self.net.check(not self.daemon.said("Entering", mark), "no change of state")
        if self.daemon.is_regent:
            self.net.check(self.daemon.instance()["state"] == self.role, "the state by the status")


def resummed(frame):
    """The frame with the checksum of its version 2 message made right again."""
    body = frame[34:40] + b"\0\0" + frame[42:]
    return frame[:40] + struct.pack("!H", wire.checksum(body)) + frame[42:]


def broken_packets(t):
    """Packets that are wrong in one way each, by the name of that way. All claim priority 254, or
    0: whoever believed one of them would act."""
    good, ip_head = t.good(), 34
    flipped = bytearray(good)
    flipped[40] ^= 0xff
    found = {
        "checksum": bytes(flipped),
        "ttl": t.good(ttl=254),
        "ttl of a goodbye": t.good(ttl=1, priority=0),
        "too short": wire.ethernet(t.mac, wire.ip_packet(t.ip, good[ip_head:ip_head + 7])),
        "header only": wire.ethernet(t.mac, wire.ip_packet(t.ip, b"")),
        "fewer addresses than said": t.good(count=20),
        "type 2": t.good(kind=2),
        "type 0 goodbye": t.good(kind=0, priority=0),
    }
    if t.version == 2:
        found["version 3"] = wire.advert(t.mac, t.ip, 51, 254, [ADDRESS], version=3)
        found["interval"] = t.good(interval=7)
        found["unknown authentication"] = t.good(auth_type=9)
        if t.password:
            found["wrong password"] = t.good(password=b"guessed!")
            found["no password"] = t.good(auth_type=0, password=b"")
        else:
            found["a password where none is"] = t.good(auth_type=1, password=b"guessed!")
    else:
        found["version 2"] = wire.advert(t.mac, t.ip, 51, 254, [ADDRESS], version=2)
        body = good[ip_head:ip_head + 6] + b"\0\0" + good[ip_head + 8:]
        body = body[:6] + struct.pack("!H", wire.checksum(body)) + body[8:]
        found["checksum without pseudo header"] = wire.ethernet(t.mac, wire.ip_packet(t.ip, body))
    return found


@pytest.mark.parametrize("role", ["BACKUP", "MASTER"])
@pytest.mark.parametrize("version,extra", [(2, ""), (2, PASS), (3, "")],
                         ids=["v2", "v2-pass", "v3"])
def test_broken_packets(net, daemon, role, version, extra):
    """Each is counted as rejected and believed by nobody."""
    t = Target(net, daemon, role, version, extra)
    for what, frame in broken_packets(t).items():
        before = t.strange()
        t.stranger.send_frames([frame] * 3)
        if t.daemon.is_regent:
            net.wait(f"'{what}' is counted", lambda b=before: t.strange() >= b + 3, 2)
    t.unmoved(lambda: t.stranger.send_frames(broken_packets(t).values()), seconds=1.5)
    net.check(t.daemon.count("Entering MASTER") == (role == "MASTER"), "one election in all")


@pytest.mark.parametrize("role", ["BACKUP", "MASTER"])
def test_foreign_packets(net, daemon, role):
    """Right adverts of another group, and what is no VRRP at all."""
    t = Target(net, daemon, role)
    frames = [t.good(vrid=52), t.good(vrid=52, priority=0), t.good(vrid=255)]
    frames += [wire.ethernet(t.mac, wire.ip_packet(t.ip, t.good()[34:], protocol=p))
               for p in (2, 51, 111, 113)]
    frames += [wire.ethernet(t.mac, t.good()[14:], ether_type=0x86dd)]
    t.unmoved(lambda: t.stranger.send_frames(frames * 5))


@pytest.mark.parametrize("role", ["BACKUP", "MASTER"])
def test_random_packets(net, daemon, role):
    """Some thousand packets, wholly random or nearly right: no crash, no change of state, and the
    group still works."""
    t = Target(net, daemon, role, extra=PASS)
    rng = random.Random(f"{role} 1")
    frames = []
    while len(frames) < 4000:
        frame = random_frame(rng, t)
        if not believable(t, frame):
            frames.append(frame)

    def throw():
        for start in range(0, len(frames), 200):
            t.stranger.send_frames(frames[start:start + 200])
            time.sleep(0.01)            # no more than the receive buffer holds
    before = t.strange()
    t.unmoved(throw)
    if t.daemon.is_regent:
        net.check(t.strange() - before >= 1000, f"counted: {t.strange() - before}")
    adverts = len(net.adverts(t.master, 51))
    net.wait("the master goes on", lambda: len(net.adverts(t.master, 51)) > adverts, 3)
    # The target still hears a right packet.
    t.stranger.send_frames([t.good()])
    net.wait("a right advert is believed", lambda: not t.master.has(ADDRESS), 2)


def random_frame(rng, t):
    kind = rng.randrange(4)
    if kind == 0:
        body = rng.randbytes(rng.randrange(0, 80))
        return wire.ethernet(t.mac, wire.ip_packet(t.ip, body))
    if kind == 1:       # the start of a right one
        frame = t.good(priority=rng.choice([0, 1, 100, 254, 255]))
        return frame[:rng.randrange(14, len(frame))]
    frame = bytearray(t.good(vrid=rng.choice([51, 51, 51, 7]),
                             priority=rng.choice([0, 1, 100, 254, 255])))
    for _ in range(rng.randrange(1, 6)):
        frame[rng.randrange(14, len(frame))] = rng.randrange(256)
    # Half of them with a right checksum, so that the checks behind it are reached.
    return resummed(bytes(frame)) if kind == 2 else bytes(frame)


def believable(t, frame):
    """Whether a right implementation may take this as an advert of the group (or the kernel may
    hand it on as one): such a frame has no place among the random ones."""
    packet = frame[14:]
    if len(packet) < 28 or packet[0] != 0x45 or packet[9] != wire.IPPROTO_VRRP:
        return False
    body = packet[20:struct.unpack_from("!H", packet, 2)[0]]
    if len(body) < 16 or body[1] != 51 or packet[8] != 255:
        return False
    return (body[0] == 0x21 and body[4] == 1 and wire.checksum(body) == 0
            and body[-8:] == t.password)


@pytest.mark.regent
def test_adverts_go_on_under_fire(net, daemon):
    """A stranger shouts broken packets for longer than the master-down time: the master keeps its
    rhythm, so the backup keeps to it. (keepalived 2.2.7 puts its advert off with every packet that
    it rejects, and falls silent.)"""
    t = Target(net, daemon, "BACKUP")
    frames = list(broken_packets(t).values())
    begin = time.monotonic()

    def shout():
        deadline = time.monotonic() + 4
        while time.monotonic() < deadline:
            t.stranger.send_frames(frames)
            time.sleep(0.02)
    t.unmoved(shout)
    times = [a.time for a in net.adverts(t.master, 51, since=begin)]
    net.check(len(times) >= 4, f"adverts of the master: {len(times)}")
    for one, two in zip(times, times[1:]):
        net.check_between(two - one, 0.95, 1.25, "advert interval")
    net.check(not net.adverts(t.host), "the backup has never said a word")


@pytest.mark.regent
def test_check_leaves_the_machine_alone(net):
    """`regent check` of a good file neither takes an address nor sends anything."""
    host = net.build(["node1", "watcher"])[0]
    path = host.write("good.conf", config(instance(priority=255, state="MASTER", vips=(VIP,))))
    host.run(REGENT, "check", path)
    net.check(not host.has(ADDRESS) and not net.adverts() and not host.pids(), "nothing was done")
