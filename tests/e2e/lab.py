# SPDX-License-Identifier: MIT
"""A small network for one test: hosts and a switch, each in a network namespace of its own.

Every host has eth0, eth1, ... on one bridge each, and its own mount namespace with an empty /run;
if asked for, also its own processes (a PID namespace with its own /proc).
What happens is recorded with monotonic times and without polling: addresses and links of every host
(netlink) and every ARP and VRRP frame that a host puts on the wire (a packet socket at the switch).

`Network.close()` ends every process in the namespaces and takes them down.
"""
import collections
import ctypes
import dataclasses
import itertools
import os
import re
import selectors
import signal
import socket
import struct
import subprocess
import threading
import time

import wire

PREFIX = "rge2e"
CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)
_numbers = itertools.count(1)

# How much later than by the book something may be seen on a busy machine, in seconds.
SLACK = float(os.environ.get("REGENT_E2E_SLACK", "0.8"))


def in_netns(name, call, *args, **kwargs):
    """The result of call() in a thread that lives in that network namespace. A socket made there
    stays there."""
    result, failure = [], []

    def body():
        try:
            fd = os.open(f"/run/netns/{name}", os.O_RDONLY)
            try:
                if _libc.setns(fd, CLONE_NEWNET):
                    raise OSError(ctypes.get_errno(), f"setns {name}")
            finally:
                os.close(fd)
            result.append(call(*args, **kwargs))
        except BaseException as e:
            failure.append(e)

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return result[0]


def ip_batch(lines, netns=None):
    command = ["ip"] + (["-n", netns] if netns else []) + ["-batch", "-"]
    subprocess.run(command, input="\n".join(lines) + "\n", text=True, check=True,
                   stdout=subprocess.DEVNULL)


def netns_pids(name):
    """Processes in that namespace."""
    try:
        inode = os.stat(f"/run/netns/{name}").st_ino
    except FileNotFoundError:
        return []
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if os.stat(f"/proc/{pid}/ns/net").st_ino == inode:
                found.append(int(pid))
        except OSError:
            pass
    return found


def netns_remove(name):
    """Kills what lives in the namespace and deletes it."""
    deadline = time.monotonic() + 10
    while pids := netns_pids(name):
        for pid in pids:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        if time.monotonic() > deadline:
            raise RuntimeError(f"processes {pids} of {name} do not die")
        time.sleep(0.01)
    subprocess.run(["ip", "netns", "del", name], check=False, stderr=subprocess.DEVNULL)


def children(pid):
    """Direct children of that process."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            return [int(word) for word in f.read().split()]
    except OSError:
        return []


def state_of(pid):
    """R, S, D, Z ...; None when there is no such process."""
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rsplit(")", 1)[1].split()[0]
    except (OSError, IndexError):
        return None


class PidsLimit:
    """A cgroup in which there may be no more than so many processes: then fork fails, for root as
    well. `PidsLimit.possible()` says whether this machine has them."""

    ROOTS = ("/sys/fs/cgroup/pids", "/sys/fs/cgroup")

    def __init__(self, network, pids):
        self.path = os.path.join(self._root(), network.id)
        os.mkdir(self.path)
        for pid in pids:
            self._write("cgroup.procs", pid)

    @classmethod
    def _root(cls):
        for root in cls.ROOTS:
            if not os.access(f"{root}/cgroup.procs", os.W_OK):
                continue
            try:
                with open(f"{root}/cgroup.subtree_control") as f:
                    if "pids" in f.read().split():
                        return root
            except FileNotFoundError:
                if root.endswith("/pids"):
                    return root
        return None

    @classmethod
    def possible(cls):
        return cls._root() is not None

    def _write(self, name, value):
        with open(os.path.join(self.path, name), "w") as f:
            f.write(f"{value}\n")

    def now(self):
        with open(os.path.join(self.path, "pids.current")) as f:
            return int(f.read())

    def close_the_door(self):
        """No more processes than there are now."""
        self._write("pids.max", self.now())

    def open_the_door(self):
        self._write("pids.max", "max")

    def close(self):
        """Processes that are still in it go back to the root."""
        root = os.path.dirname(self.path)
        with open(os.path.join(self.path, "cgroup.procs")) as f:
            pids = f.read().split()
        for pid in pids:
            try:
                with open(os.path.join(root, "cgroup.procs"), "w") as f:
                    f.write(pid)
            except ProcessLookupError:
                pass
        os.rmdir(self.path)


def inner_pid(pid):
    """The number that the process has in its own PID namespace, or None."""
    try:
        with open(f"/proc/{pid}/status") as f:
            return int(re.search(r"^NSpid:.*\s(\d+)$", f.read(), re.M)[1])
    except (OSError, TypeError):
        return None


def _comm(pid):
    try:
        with open(f"/proc/{pid}/comm") as f:
            return f.read().strip()
    except OSError:
        return None


def sweep():
    """Takes down namespaces of runs that were killed before they could do it themselves."""
    try:
        names = os.listdir("/run/netns")
    except FileNotFoundError:
        return
    for name in names:
        match = re.fullmatch(PREFIX + r"-(\d+)-.*", name)
        if match and not os.path.exists(f"/proc/{match[1]}"):
            netns_remove(name)


@dataclasses.dataclass(frozen=True)
class Address:
    """One address on one interface."""
    address: str
    prefix: int
    index: int
    label: str


AddressEvent = collections.namedtuple("AddressEvent", "time host sign address label")
LinkEvent = collections.namedtuple("LinkEvent", "time host link running")


class Recorder(threading.Thread):
    """Reads netlink and packet sockets as things happen."""

    def __init__(self):
        super().__init__(daemon=True)
        self.lock = threading.RLock()
        self.addresses = {}             # host name -> set of Address
        self.address_events, self.link_events, self.frames = [], [], []
        self.ports = {}                 # interface of the switch -> (host name, nic)
        self.error = None
        self._selector = selectors.DefaultSelector()
        self._wake, self._waker = os.pipe()
        self._selector.register(self._wake, selectors.EVENT_READ, None)
        self._parsed = []

    def watch_host(self, name, netns):
        sock = in_netns(netns, socket.socket, socket.AF_NETLINK, socket.SOCK_RAW, 0)
        sock.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)            # SO_RCVBUFFORCE
        sock.bind((0, 1 | 0x10))                                    # links, IPv4 addresses
        self.addresses[name] = set()
        request = struct.pack("=LHHLLBBBBI", 24, 22, 0x301, 1, 0, socket.AF_INET, 0, 0, 0, 0)
        sock.send(request)                                          # RTM_GETADDR, dump
        self._selector.register(sock, selectors.EVENT_READ, lambda s: self._netlink(s, name))

    def watch_switch(self, netns):
        sock = in_netns(netns, socket.socket, socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        code = [(0x28, 0, 0, 12), (0x15, 3, 0, 0x0806), (0x15, 0, 3, 0x0800), (0x30, 0, 0, 23),
                (0x15, 0, 1, wire.IPPROTO_VRRP), (0x06, 0, 0, 0xffff), (0x06, 0, 0, 0)]
        program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *i) for i in code))
        sock.setsockopt(socket.SOL_SOCKET, 26,                      # SO_ATTACH_FILTER
                        struct.pack("HL", len(code), ctypes.addressof(program)))
        sock.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)
        sock.setsockopt(socket.SOL_SOCKET, 35, 1)                   # SO_TIMESTAMPNS
        self._selector.register(sock, selectors.EVENT_READ, self._packet)

    def run(self):
        while True:
            for key, _ in self._selector.select():
                if key.data is None:
                    return
                try:
                    key.data(key.fileobj)
                except OSError as e:
                    self.error = f"recorder: {e}"

    def close(self):
        os.write(self._waker, b"x")
        self.join()
        for key in list(self._selector.get_map().values()):
            if key.data:
                key.fileobj.close()
        self._selector.close()
        os.close(self._wake)
        os.close(self._waker)

    def _netlink(self, sock, host):
        data, now = sock.recv(1 << 18), time.monotonic()
        with self.lock:
            while len(data) >= 16:
                length, kind = struct.unpack_from("=LH", data)
                if kind in (20, 21):
                    self._address(now, host, kind == 20, data[16:length])
                elif kind == 16:
                    self._link(now, host, data[16:length])
                data = data[(length + 3) & ~3:]

    def _address(self, now, host, added, data):
        _, prefix, _, _, index = struct.unpack_from("=BBBBI", data)
        attributes = _attributes(data[8:])
        raw = attributes.get(2) or attributes.get(1)                # IFA_LOCAL, IFA_ADDRESS
        if raw is None or len(raw) != 4:
            return
        label = attributes.get(3, b"").rstrip(b"\0").decode()
        entry = Address(wire.ip_text(raw), prefix, index, label)
        here = self.addresses[host]
        if added == (entry in here):
            return
        (here.add if added else here.discard)(entry)
        sign = "+" if added else "-"
        self.address_events.append(AddressEvent(now, host, sign, entry.address, label))

    def _link(self, now, host, data):
        flags = struct.unpack_from("=BxHiII", data)[3]
        name = _attributes(data[16:]).get(3, b"?").rstrip(b"\0").decode()
        self.link_events.append(LinkEvent(now, host, name, bool(flags & 0x40)))     # IFF_RUNNING

    def _packet(self, sock):
        data, extra, _, origin = sock.recvmsg(65536, 64)
        seen = time.monotonic()
        for level, kind, value in extra:
            if level == socket.SOL_SOCKET and kind == 35:
                seconds, nanos = struct.unpack("ll", value[:16])
                seen += seconds + nanos / 1e9 - time.time()
        port = self.ports.get(origin[0])
        if origin[2] != 4 and port:                                 # not PACKET_OUTGOING
            with self.lock:
                self.frames.append((seen, *port, data))

    def packets(self):
        """Every frame so far, parsed once."""
        with self.lock:
            fresh = self.frames[len(self._parsed):]
        self._parsed += [wire.parse(*frame) for frame in fresh]
        return [p for p in self._parsed if p]


def _attributes(data):
    found = {}
    while len(data) >= 4:
        length, kind = struct.unpack_from("=HH", data)
        if length < 4:
            break
        found[kind & 0x3fff] = data[4:length]
        data = data[(length + 3) & ~3:]
    return found


class Host:
    """A machine: a network namespace, a mount namespace, interfaces. With `pidns` also a PID
    namespace: then nobody sees processes of another host, and `pidof` finds only its own."""

    def __init__(self, network, name, number, ips, pidns=False):
        self.network, self.name, self.number = network, name, number
        self.netns = f"{network.id}-{name}"
        self.ips = [ip.split("/")[0] for ip in ips]
        self.dir = os.path.join(network.dir, name)
        self.started = []               # Popen of everything started here
        self.pidns = pidns
        self.holder = None              # Popen of what keeps the namespaces
        self.anchor = None              # process that is in all of them
        self.cat = None                 # what it waits for
        os.makedirs(self.dir, exist_ok=True)

    def hold(self):
        """Starts the process that keeps the mount namespace (and is the first process of the PID
        namespace, where it reaps orphans); it ends with its standard input."""
        script = "mount -t tmpfs -o mode=755 tmpfs /run && echo ready && cat >/dev/null; exit 0"
        more = ["--pid", "--fork", "--mount-proc"] if self.pidns else []
        command = ["ip", "netns", "exec", self.netns, "unshare", "-m", *more, "sh", "-c", script]
        self.holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                       start_new_session=True)
        if self.holder.stdout.readline() != b"ready\n":
            raise RuntimeError(f"{self.name}: no mount namespace")
        self.anchor = children(self.holder.pid)[0] if self.pidns else self.holder.pid
        self.network.wait("cat runs", lambda: children(self.anchor), 5)
        self.cat = children(self.anchor)[0]

    def _inside(self, command):
        spaces = ["--net", "--mount"] + (["--pid"] if self.pidns else [])
        return ["nsenter", "--target", str(self.anchor), *spaces, "--wd=/", "--", *command]

    def path(self, path):
        """How a file of this host is reached from outside."""
        return f"/proc/{self.anchor}/root{path}"

    def run(self, *command, check=True, **more):
        more = {"text": True, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT,
                "timeout": 60, "stdin": subprocess.DEVNULL, **more}
        done = subprocess.run(self._inside(command), check=False, **more)
        if check and done.returncode:
            raise RuntimeError(f"{self.name}: {command}: {done.returncode}: {done.stdout}")
        return done

    def popen(self, *command, **more):
        more = {"start_new_session": True, "stdin": subprocess.DEVNULL, **more}
        process = subprocess.Popen(self._inside(command), **more)
        self.started.append(process)
        return process

    def pids(self):
        """Processes of this host, without those that hold its namespaces."""
        holders = {self.holder.pid, self.anchor, self.cat}
        return [p for p in netns_pids(self.netns) if p not in holders]

    def pids_named(self, name):
        """Its processes of that name."""
        return [p for p in self.pids() if _comm(p) == name]

    def tmpfs(self, *directories):
        """Gives this host an empty directory of its own there."""
        for directory in directories:
            self.run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", directory)

    def own_tmp(self):
        """Gives this host a /tmp of its own, in which only its own directory can be seen."""
        self.run("sh", "-ec", """
            mkdir /run/keep; mount --bind "$1" /run/keep
            mount -t tmpfs -o mode=1777 tmpfs /tmp
            mkdir -p "$1"; mount --bind /run/keep "$1"
            umount /run/keep; rmdir /run/keep""", "sh", self.dir)

    def put(self, path, text, mode=0o644):
        """A file at that path of this host alone (under /run, or what tmpfs() was given)."""
        outside = self.path(path)
        os.makedirs(os.path.dirname(outside), exist_ok=True)
        with open(outside, "w") as f:
            f.write(text)
        os.chmod(outside, mode)
        return path

    def add_nic(self, nic, address=None):
        """One more interface, up and with a cable to the switch, but in none of its bridges."""
        port = f"p{self.number}_{nic.removeprefix('eth')}"
        ip_batch([f"link add {nic} netns {self.netns} type veth peer {port}"
                  f" netns {self.network.switch}"], self.network.switch)
        self.network.switch_ip("link", "set", port, "up")
        ip_batch(([f"addr add {address} dev {nic}"] if address else []) + [f"link set {nic} up"],
                 self.netns)
        self.network.wait(f"{nic} of {self.name} is up", lambda: any(
            e.running for e in self.network.link_events(self, nic)[-1:]), 10)

    def write(self, name, text, mode=0o644):
        """A file in the directory of this host; its path is the same inside and outside."""
        path = os.path.join(self.dir, name)
        with open(path, "w") as f:
            f.write(text)
        os.chmod(path, mode)
        return path

    def mac(self, nic="eth0"):
        with open(self.path(f"/sys/class/net/{nic}/address")) as f:
            return f.read().strip()

    def read(self, name, default=""):
        """What is in that file of its directory; the default when there is none."""
        try:
            with open(os.path.join(self.dir, name), errors="replace") as f:
                return f.read()
        except FileNotFoundError:
            return default

    def _port(self, nic, *words):
        self.network.switch_ip(*words[:2], f"p{self.number}_{nic.removeprefix('eth')}", *words[2:])

    def cut(self, nic="eth0"):
        """Pulls the cable; the time when the host saw the carrier go."""
        begin = time.monotonic()
        self._port(nic, "link", "set", "down")
        return self.network.wait(f"{self.name} sees {nic} down", lambda: [
            e.time for e in self.network.link_events(self, nic, begin) if not e.running], 5)[0]

    def plug(self, nic="eth0"):
        self._port(nic, "link", "set", "up")

    def addresses(self):
        with self.network.recorder.lock:
            return set(self.network.recorder.addresses[self.name])

    def has(self, address):
        return any(a.address == address for a in self.addresses())

    def label_of(self, address):
        return next((a.label for a in self.addresses() if a.address == address), None)

    def send_frames(self, frames, nic="eth0"):
        sock = in_netns(self.netns, socket.socket, socket.AF_PACKET, socket.SOCK_RAW, 0)
        with sock:
            sock.bind((nic, 0))
            for frame in frames:
                sock.send(frame)

    def close(self):
        for process in self.started:
            if process.poll() is None:
                process.kill()
        netns_remove(self.netns)
        for process in self.started + [self.holder]:
            if process:
                process.wait(10)
                for stream in (process.stdin, process.stdout, process.stderr):
                    if stream:
                        stream.close()


class Network:
    """The switch, the hosts and what was recorded."""

    def __init__(self, directory):
        self.id = f"{PREFIX}-{os.getpid()}-{next(_numbers)}"
        self.dir = str(directory)
        self.switch = f"{self.id}-switch"
        self.hosts, self.daemons = {}, []
        self.recorder = Recorder()
        self.begin = time.monotonic()

    def build(self, names, nets=("10.0.0.{}/16",), pidns=False):
        """Hosts of those names, each with an address of every net, numbered from 1."""
        for number, name in enumerate(names, 1):
            self.hosts[name] = Host(self, name, number, [net.format(number) for net in nets], pidns)
        hosts = list(self.hosts.values())
        ip_batch([f"netns add {ns}" for ns in [self.switch] + [h.netns for h in hosts]])
        for ns in [self.switch] + [h.netns for h in hosts]:
            in_netns(ns, _no_ipv6)
        # Bridges first: the kernel puts the news of a link off for up to a second when both ends
        # of it have the same number, and so may keep a port of the switch closed.
        ip_batch([f"link add br{n} type bridge mcast_snooping 0" for n in range(len(nets))],
                 self.switch)
        ip_batch([f"link add eth{n} netns {h.netns} type veth peer p{h.number}_{n}"
                  f" netns {self.switch}" for h in hosts for n in range(len(nets))])
        self.recorder.ports = {f"p{h.number}_{n}": (h.name, f"eth{n}")
                               for h in hosts for n in range(len(nets))}
        self.recorder.watch_switch(self.switch)
        for h in hosts:
            self.recorder.watch_host(h.name, h.netns)
        self.recorder.start()
        lines = []
        for n in range(len(nets)):
            lines.append(f"link set br{n} up")
            for h in hosts:
                lines += [f"link set p{h.number}_{n} master br{n}", f"link set p{h.number}_{n} up"]
        ip_batch(lines, self.switch)
        for h in hosts:
            lines = ["link set lo up"]
            for n, net in enumerate(nets):
                lines += [f"addr add {net.format(h.number)} dev eth{n}", f"link set eth{n} up"]
            ip_batch(lines, h.netns)
            h.hold()
        self.wait("links up", lambda: all(
            any(e[1:] == (h.name, f"eth{n}", True) for e in self.recorder.link_events)
            for h in hosts for n in range(len(nets))), 10)
        return hosts

    def switch_ip(self, *words):
        subprocess.run(["ip", "-n", self.switch, *words], check=True)

    def isolate(self, hosts, on=True, nic=0):
        """Stops (or allows again) frames between those hosts, but not to the others. No host
        notices a change of its link."""
        for host in hosts:
            subprocess.run(["bridge", "-n", self.switch, "link", "set", "dev",
                            f"p{host.number}_{nic}", "isolated", "on" if on else "off"], check=True)

    # What happened.

    def holders(self, address):
        """Names of the hosts that have the address now."""
        return {h.name for h in self.hosts.values() if h.has(address)}

    def address_events(self, host=None, sign=None, address=None, since=0.0):
        with self.recorder.lock:
            events = list(self.recorder.address_events)
        return [e for e in events if e.time >= since and (host is None or e.host == host.name)
                and (sign is None or e.sign == sign) and (address is None or e.address == address)]

    def link_events(self, host, link, since=0.0):
        with self.recorder.lock:
            events = list(self.recorder.link_events)
        return [e for e in events if e.time >= since and e.host == host.name and e.link == link]

    def adverts(self, host=None, vrid=None, priority=None, since=0.0):
        """Adverts that the host (or anyone) put on the wire."""
        return [p for p in self.recorder.packets()
                if isinstance(p, wire.Advert) and p.time >= since
                and (host is None or p.host == host.name) and (vrid is None or p.vrid == vrid)
                and (priority is None or p.priority == priority)]

    def garps(self, host=None, address=None, since=0.0):
        return [p for p in self.recorder.packets()
                if isinstance(p, wire.Arp) and p.gratuitous and p.time >= since
                and (host is None or p.host == host.name)
                and (address is None or p.sender_ip == address)]

    # Waiting and failing.

    def wait(self, what, condition, timeout):
        """The first true result of condition(); fails with everything known after the timeout."""
        deadline = time.monotonic() + timeout
        while True:
            result = condition()
            if result:
                return result
            if self.recorder.error:
                self.fail(self.recorder.error)
            if time.monotonic() > deadline:
                self.fail(f"not within {timeout:.3g} s: {what}")
            time.sleep(0.01)

    def never(self, what, condition, seconds):
        """Fails when condition() becomes true within that time."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if condition():
                self.fail(f"must not happen: {what}")
            time.sleep(0.01)

    def wait_holder(self, address, host, timeout):
        """Waits until that host and no other has the address; the time when it came."""
        self.wait(f"{address} on {host.name} alone",
                  lambda: self.holders(address) == {host.name}, timeout)
        return self.address_events(host, "+", address)[-1].time

    def check(self, truth, what):
        if not truth:
            self.fail(what)

    def check_between(self, value, low, high, what):
        if not low <= value <= high:
            self.fail(f"{what}: {value:.3f}, expected {low:.3f} .. {high:.3f}")

    def fail(self, what):
        raise AssertionError(f"{what}\n{self.report()}")

    def report(self, lines=60):
        """Addresses, the last adverts and the logs, for a person to read."""
        begin = self.begin
        text = [f"--- now {time.monotonic() - begin:.3f} s; addresses"]
        for e in self.address_events():
            text.append(f"{e.time - begin:9.3f} {e.host} {e.sign}{e.address} {e.label}")
        text.append("--- adverts (last 40)")
        for a in self.adverts()[-40:]:
            text.append(f"{a.time - begin:9.3f} {a.host} {a}")
        for daemon in self.daemons:
            text.append(f"--- log of {daemon.host.name} ({daemon.kind})")
            log = daemon.log().splitlines()
            text += log[:lines] + (["..."] if len(log) > 2 * lines else []) + log[lines:][-lines:]
        return "\n".join(text)

    def close(self):
        problems = []
        for step in [h.close for h in self.hosts.values()] + [lambda: netns_remove(self.switch)]:
            try:
                step()
            except Exception as e:
                problems.append(str(e))
        if self.recorder.is_alive():
            self.recorder.close()
        if problems:
            raise RuntimeError("; ".join(problems))


def _no_ipv6():
    for name in ("all", "default"):
        try:
            with open(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6", "w") as f:
                f.write("1")
        except FileNotFoundError:
            pass
