# SPDX-License-Identifier: MIT
"""Two machines in a cloud: a provider (fake_cloud) and a client whose way to the floating address is
where the provider says that it is."""
import os
import socket
import subprocess
import threading

import daemons
import fake_cloud
from lab import in_netns

TOKEN = "dop_v1_canary7f3a9c51e2"
FLOATING = "203.0.113.7"
FLOATING6 = "2001:db8::7"
METADATA = "169.254.169.254"
PORT = 8443


class Cloud:
    """Machines node1, node2 ... with the ids 111, 222 ...; the provider is at `url`."""

    def __init__(self, net, nodes=("node1", "node2"), tls=None, **more):
        self.net = net
        hosts = net.build([*nodes, "provider", "client"], **more)
        self.nodes, (self.host, self.client) = hosts[:-2], hosts[-2:]
        self.ids = {h.name: 111 * n for n, h in enumerate(self.nodes, 1)}
        self.names = {number: name for name, number in self.ids.items()}
        self.fake = fake_cloud.FakeCloud(
            TOKEN, {h.ips[0]: self.ids[h.name] for h in self.nodes}, [FLOATING, FLOATING6],
            self._moved)
        self.fake.ids = {4711: FLOATING}
        self.host.run("ip", "addr", "add", f"{METADATA}/32", "dev", "eth0")
        self.url = f"{'https' if tls else 'http'}://{self.host.ips[0]}:{PORT}"
        self.fake.serve(self._socket(self.host.ips[0], PORT), fake_cloud.API, tls)
        self.fake.serve(self._socket(METADATA, 80), fake_cloud.METADATA)
        for h in self.nodes:
            h.run("ip", "route", "add", METADATA, "dev", "eth0")
            h.run("ip", "addr", "add", f"{FLOATING}/32", "dev", "lo")
            self.token_file(h)

    def _socket(self, ip, port):
        def listen():
            sock = socket.socket()
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind((ip, port))
            sock.listen(64)
            return sock
        return in_netns(self.host.netns, listen)

    def _moved(self, ip, owner):
        """The provider's network has learnt it."""
        if ip != FLOATING:
            return
        host = next((h for h in self.nodes if self.ids[h.name] == owner), None)
        words = ["replace", FLOATING, "via", host.ips[0]] if host else ["del", FLOATING]
        subprocess.run(["ip", "-n", self.client.netns, "route", *words], check=False,
                       stderr=subprocess.DEVNULL)

    def token_file(self, host, text=TOKEN + "\n", mode=0o600):
        return host.put("/run/do_token", text, mode)

    def env(self):
        return {"REGENT_DIGITALOCEAN_URL": self.url}

    def block(self, extra="", provider="digitalocean", token="  token_file /run/do_token\n",
              address=FLOATING):
        return f"  floating_ip {address} {{\n  provider {provider}\n{token}{extra}  }}\n"

    def config(self, block=None, priority=100, **more):
        """One instance without any address, soon master."""
        return daemons.config(version=3, advert=0.1, vips=(), priority=priority,
                              extra=self.block() if block is None else block, **more)

    def owner(self):
        return self.names.get(self.fake.owners[FLOATING])

    def wait_owner(self, host, timeout):
        self.net.wait(f"the provider gives {FLOATING} to {host.name}",
                      lambda: self.owner() == host.name, timeout)

    def finish(self):
        self.fake.close()
        for problem in self.fake.problems():
            self.net.fail(f"the provider saw: {problem}")
        for h in self.nodes:
            most = self.fake.most_in_a_minute(h.ips[0])
            self.net.check(most <= 30, f"{most} requests of {h.name} in a minute")


class Sniffer(threading.Thread):
    """Looks for the token where everybody on a machine can look: command lines and environments of
    what runs there."""

    def __init__(self, hosts, secret=TOKEN):
        super().__init__(daemon=True)
        self.hosts, self.secret = hosts, secret.encode()
        self.found, self.looks, self.done = set(), 0, threading.Event()
        self.users = set()              # of regent-cloud
        self.start()

    def run(self):
        while not self.done.wait(0.02):
            for host in self.hosts:
                for pid in host.pids():
                    self._look(pid)

    def _look(self, pid):
        try:
            with open(f"/proc/{pid}/cmdline", "rb") as f:
                words = f.read()
            with open(f"/proc/{pid}/environ", "rb") as f:
                words += f.read()
            if b"regent-cloud" in words:
                self.looks += 1
                with open(f"/proc/{pid}/status") as f:
                    lines = dict(line.split(":", 1) for line in f)
                self.users.add((lines["Uid"].split()[0], lines["NoNewPrivs"].strip(),
                                lines["CapEff"].strip()))
        except (OSError, KeyError):
            return
        if self.secret in words:
            self.found.add(words)

    def close(self):
        self.done.set()
        self.join()


def remains(daemon, secret=TOKEN):
    """Where the token is that the daemon has left, as names of what was looked at."""
    texts = {"log": daemon.log(), "status": daemon.run_regent("status").stdout,
             "json": daemon.run_regent("status", "--json").stdout}
    for kind in ("data", "stats", "json"):
        texts[f"dump {kind}"] = daemon.run_regent("dump", kind).stdout
    texts["show-config"] = daemon.host.run(daemons.REGENT, "show-config", daemon.config).stdout
    run = daemon.host.path("/run")
    for folder, _, names in os.walk(run):
        for name in names:
            path = os.path.join(folder, name)
            if name != "do_token" and os.path.isfile(path):
                with open(path, errors="replace") as f:
                    texts[path] = f.read()
    return [name for name, text in texts.items() if secret in text]
