#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""trackers.py [RUNS]: how long after something has failed its priority is on the wire, for keepalived
and regentd one after the other, in milliseconds (median, worst).

One node is master and adverts every 10 ms, so what is measured is the way from the fault to the
next advert: 5 ms of it are the wait for that advert. keepalived sees no processes in a network
namespace. Takes REGENT_BUILD as the tests do."""
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "e2e"))

import daemons  # noqa: E402
import lab      # noqa: E402

BASE, WEIGHT = 100, 10

CHECK = """#!/bin/sh
cd {dir}
[ -e ok ] && exit 0
exec {python} -S -c 'import time; open("failed.new", "w").write(str(time.monotonic())); import os
os.rename("failed.new", "failed"); os._exit(1)'
"""

FILE = """
{defs}
{tracker}
vrrp_instance VI_1 {{
  state MASTER
  interface eth0
  version 3
  virtual_router_id 51
  priority {base}
  advert_int 0.01
  {track}
  virtual_ipaddress {{
    10.0.1.1/16
  }}
}}
"""


class Subject:
    """A node with one tracker; fail() gives the time of the fault, mend() takes it back."""
    tracker = track = ""

    def __init__(self, host):
        self.host = host

    def path(self, name):
        return os.path.join(self.host.dir, name)

    def close(self):
        pass


class Process(Subject):
    tracker = "vrrp_track_process p {\n process benched\n weight 10\n}"
    track = "track_process {\n p\n }"

    def __init__(self, host):
        super().__init__(host)
        os.symlink("/bin/sleep", self.path("benched"))
        self.mend()

    def mend(self):
        self.process = subprocess.Popen([self.path("benched"), "1000"])

    def fail(self):
        begin = time.monotonic()
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        return begin

    def close(self):
        self.fail()


class Link(Subject):
    track = "track_interface {\n eth1 weight 10\n }"

    def mend(self):
        self.host.plug("eth1")

    def fail(self):
        return self.host.cut("eth1")


class File(Subject):
    track = "track_file {\n f weight 1\n }"

    def __init__(self, host):
        super().__init__(host)
        self.tracker = f"vrrp_track_file f {{\n file {self.path('value')}\n}}"
        self.mend()

    def write(self, value):
        with open(self.path("value"), "w") as f:
            f.write(f"{value}\n")

    def mend(self):
        self.write(WEIGHT)

    def fail(self):
        begin = time.monotonic()
        self.write(0)
        return begin


class Script(Subject):
    track = "track_script {\n s\n }"

    def __init__(self, host):
        super().__init__(host)
        check = host.write("check", CHECK.format(dir=host.dir, python=sys.executable), 0o755)
        self.tracker = f"vrrp_script s {{\n script {check}\n interval 1\n weight 10\n}}"
        self.mend()

    def mend(self):
        with open(self.path("ok"), "w"):
            pass

    def fail(self):
        os.unlink(self.path("ok"))
        return self.host.network.wait("a failed check", self.failed, 5)

    def failed(self):
        try:
            with open(self.path("failed")) as f:
                at = float(f.read())
        except OSError:
            return None
        os.unlink(self.path("failed"))
        return at


def measure(kind, subject_class, runs, directory):
    network = lab.Network(directory)
    subject = None
    try:
        host = network.build(["node1"], ["10.0.0.{}/16", "10.1.0.{}/16"])[0]
        subject = subject_class(host)
        text = FILE.format(defs=daemons.global_defs(), tracker=subject.tracker, base=BASE,
                           track=subject.track)
        node = daemons.Daemon(host, text, kind=kind).start()

        def first(priority, since):
            adverts = network.adverts(host, priority=priority, since=since)
            return adverts and adverts[0].time

        network.wait("a good master", lambda: first(BASE + WEIGHT, 0), 10)
        took = []
        for _ in range(runs):
            failed = subject.fail()
            seen = network.wait("the lower priority", lambda: first(BASE, failed), 10)
            took.append((seen - failed) * 1000)
            subject.mend()
            mended = time.monotonic()
            network.wait("good again", lambda: first(BASE + WEIGHT, mended), 10)
        node.stop()
        return took
    finally:
        if subject:
            subject.close()
        network.close()


def main():
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    for name, subject in (("process death", Process), ("link down", Link), ("file write", File),
                          ("script failure", Script)):
        for kind in ("keepalived", "regentd"):
            if kind == "keepalived" and subject is Process:
                print(f"{name:15} {kind:11} blind in a namespace", flush=True)
                continue
            with tempfile.TemporaryDirectory() as directory:
                took = measure(kind, subject, runs, directory)
            print(f"{name:15} {kind:11} {statistics.median(took):8.1f} {max(took):8.1f}", flush=True)


if __name__ == "__main__":
    main()
