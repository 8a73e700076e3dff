# SPDX-License-Identifier: MIT
"""demo.py BUILD_DIR: a failover to watch, in less than a minute.

Two machines in network namespaces run on the two files of a real pair (eth0 inside, eth1 outside)
with an nginx on each; a client asks for the page at both floating addresses every 20 ms. Then one
machine is hit again and again, and the timeline says who serves and how long the client saw
nothing. Everything is taken down at the end, whatever happens. Exit status 0: the client was served
again after every blow.
"""
import errno
import os
import selectors
import shutil
import signal
import socket
import sys
import tempfile
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BUILD = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "build"))
os.environ["REGENT_BUILD"] = BUILD
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))

import daemons      # noqa: E402
import lab          # noqa: E402
import pair         # noqa: E402
import services     # noqa: E402

PERIOD = 0.02       # seconds between two requests to one address
GIVE_UP = 1.0       # seconds until a request counts as lost
PATIENCE = 15       # seconds until the demo calls an address dead
SETTLE = 1.2        # seconds to look at before the next blow

CHECK = '/usr/bin/curl -sf -m 2 -o /dev/null http://127.0.0.1/'
BOLD, PLAIN = ("\033[1m", "\033[0m") if sys.stdout.isatty() else ("", "")


def configuration(text):
    """The pair's file, with nginx instead of squid."""
    return text.replace("/usr/sbin/squid -k check", CHECK).replace("squid", "nginx")


class Client(threading.Thread):
    """Asks for the page at each address, and never waits for one answer before the next request."""

    def __init__(self, host, addresses):
        super().__init__(daemon=True)
        self.host, self.addresses = host, addresses
        self.answers = {a: [] for a in addresses}       # (time, who)
        self.sent = {a: 0 for a in addresses}
        self.lost = {a: [] for a in addresses}          # when the request was made
        self.ending = False

    def run(self):
        lab.in_netns(self.host.netns, self._ask_on)

    def _ask_on(self):
        selector, open_requests, due = selectors.DefaultSelector(), {}, time.monotonic()
        while not self.ending:
            now = time.monotonic()
            if now >= due:
                due = max(due + PERIOD, now)
                for address in self.addresses:
                    self._begin(selector, open_requests, address, now)
            for key, _ in selector.select(max(0, due - time.monotonic())):
                self._go_on(selector, open_requests, key.fileobj)
            for sock in [s for s, r in open_requests.items() if r["begin"] < now - GIVE_UP]:
                self._end(selector, open_requests, sock, None)
        for sock in list(open_requests):
            selector.unregister(sock)
            sock.close()

    def _begin(self, selector, open_requests, address, now):
        sock = socket.socket()
        sock.setblocking(False)
        self.sent[address] += 1
        result = sock.connect_ex((address, 80))
        if result not in (0, errno.EINPROGRESS):
            sock.close()
            self.lost[address].append(now)
            return
        open_requests[sock] = {"address": address, "begin": now, "data": None}
        selector.register(sock, selectors.EVENT_WRITE)

    def _go_on(self, selector, open_requests, sock):
        request = open_requests[sock]
        try:
            if request["data"] is None:
                sock.send(b"GET / HTTP/1.0\r\n\r\n")
                request["data"] = b""
                selector.modify(sock, selectors.EVENT_READ)
                return
            part = sock.recv(4096)
        except OSError:
            self._end(selector, open_requests, sock, None)
            return
        if part:
            request["data"] += part
        else:
            page = request["data"].partition(b"\r\n\r\n")[2].decode(errors="replace").strip()
            self._end(selector, open_requests, sock, page or None)

    def _end(self, selector, open_requests, sock, who):
        request = open_requests.pop(sock)
        selector.unregister(sock)
        sock.close()
        if who:
            self.answers[request["address"]].append((time.monotonic(), who))
        else:
            self.lost[request["address"]].append(request["begin"])

    def server(self, address, since):
        """Who has answered last, if anyone has since then."""
        answers = self.answers[address]
        return answers[-1][1] if answers and answers[-1][0] > since else None

    def silence(self, address, since):
        """The longest time without an answer, from the last one before `since` to now."""
        times = [t for t, _ in self.answers[address]]
        before = [t for t in times if t <= since][-1:] or [since]
        after = [t for t in times if t > since]
        steps = before + after + [time.monotonic()]
        return max(two - one for one, two in zip(steps, steps[1:]))


class Timeline:
    """What happened, printed as it happens."""

    def __init__(self):
        self.begin = time.monotonic()
        self.lock = threading.Lock()

    def say(self, text, at=None, blow=False):
        at = time.monotonic() if at is None else at
        mark, on, off = (">>", BOLD, PLAIN) if blow else ("  ", "", "")
        with self.lock:
            print(f"{at - self.begin:7.2f} s  {mark} {on}{text}{off}", flush=True)


class Demo:
    def __init__(self, directory):
        self.net = lab.Network(directory)
        self.timeline, self.client, self.rows = Timeline(), None, []
        self.told = 0       # address events that were printed

    def build(self):
        names = ["node1", "node2", "client"]
        self.node1, self.node2, client = self.net.build(names, [pair.INSIDE, pair.OUTSIDE])
        self.nginx = services.Nginx(self.node1).start()
        services.Nginx(self.node2).start()
        self.client = Client(client, [pair.ONE, pair.TWO])
        self.told = len(self.net.address_events())

    def tell_moves(self):
        """Prints the floating addresses that came and went since the last time."""
        events = self.net.address_events()
        for e in events[self.told:]:
            if e.address in (pair.ONE, pair.TWO):
                verb = "takes" if e.sign == "+" else "lets go of"
                self.timeline.say(f"{e.host} {verb} {e.address}", e.time)
        self.told = len(events)

    def wait(self, what, condition, timeout=PATIENCE):
        def told_condition():
            self.tell_moves()
            return condition()
        self.net.wait(what, told_condition, timeout)

    def pause(self, seconds):
        end = time.monotonic() + seconds
        self.wait("a moment to look", lambda: time.monotonic() > end, seconds + 5)

    def serve(self, one, two, since):
        """Waits until the client is served by those at the two addresses."""
        want = {pair.ONE: one.name, pair.TWO: two.name}
        self.wait(f"the client is served: {want}", lambda: all(
            self.client.server(a, since) == name and self.net.holders(a) == {name}
            for a, name in want.items()))

    def step(self, what, action, one, ready=lambda: True):
        """One blow, or its repair: does it, waits until node `one` serves the first address and
        node2 the second, and takes the times."""
        self.tell_moves()
        begin = time.monotonic()
        self.timeline.say(what, begin, blow=True)
        action()
        self.wait("the machines have noticed", ready)
        self.serve(one, self.node2, time.monotonic())
        gap = self.client.silence(pair.ONE, begin)
        missed = "noticed nothing" if gap < 0.1 else f"saw nothing for {seconds(gap)}"
        self.timeline.say(f"{one.name} serves {pair.ONE}; the client {missed}")
        self.pause(SETTLE)
        gaps = [self.client.silence(a, begin) for a in (pair.ONE, pair.TWO)]
        lost = sum(t >= begin - GIVE_UP for t in self.client.lost[pair.ONE])
        self.rows.append((what, one.name, gaps[0], lost, gaps[1]))

    def play(self):
        print(f"Two machines, an nginx on each; a client asks http://{pair.ONE}/ and "
              f"http://{pair.TWO}/\nevery {PERIOD * 1000:.0f} ms. The first address belongs on "
              "node1, the second on node2.\n", flush=True)
        self.timeline.begin = time.monotonic()
        self.timeline.say(f"{daemons.KIND} starts on both machines", blow=True)
        begin = time.monotonic()
        second = daemons.Daemon(self.node2, configuration(pair.SECOND)).start()
        first = daemons.Daemon(self.node1, configuration(pair.FIRST)).start()
        self.client.start()
        self.serve(self.node1, self.node2, begin)
        self.timeline.say(f"node1 serves {pair.ONE}, node2 serves {pair.TWO}")
        self.pause(SETTLE)

        node1, node2 = self.node1, self.node2
        self.step("node1: the cable of eth0 is pulled", lambda: node1.cut("eth0"), node2)
        self.step("node1: the cable is back", lambda: node1.plug("eth0"), node1)
        self.step("node1: nginx dies (SIGKILL)", self.nginx.kill, node2)
        self.step("node1: nginx is started again", self.nginx.start, node1)
        killed = []
        self.step(f"node1: {daemons.KIND}'s engine dies (SIGKILL)",
                  lambda: killed.append(first.kill_engine()), node1,
                  ready=lambda: first.engine_pid() not in (None, *killed))
        self.timeline.say(f"{daemons.KIND} is told to stop on both machines", blow=True)
        for daemon in (first, second):
            daemon.stop()
        self.tell_moves()

    def table(self):
        print(f"\n{BOLD}{'what happened':42}{'then served by':16}{'client saw nothing for':>23}"
              f"{'lost requests':>15}{PLAIN}")
        for what, who, gap, lost, _ in self.rows:
            print(f"{what:42}{who:16}{seconds(gap):>23}{lost:>15}")
        other = max((gap for *_, gap in self.rows), default=0)
        asked = sum(self.client.sent.values())
        answered = sum(len(a) for a in self.client.answers.values())
        print(f"\nThe second address was never on the machine that was hit: its longest silence "
              f"was {seconds(other)}.\n{asked} requests, {answered} answers; "
              f"{time.monotonic() - self.timeline.begin:.0f} s in all.", flush=True)

    def close(self):
        if self.client and self.client.is_alive():
            self.client.ending = True
            self.client.join()
        self.net.close()


def seconds(value):
    return f"{value:.2f} s"


def main():
    if os.geteuid():
        return "demo: this makes network namespaces: run it as root"
    if daemons.KIND == "regentd" and not os.access(os.path.join(BUILD, "regentd"), os.X_OK):
        return f"demo: there is no regentd in {BUILD}: `make build` first"
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    lab.sweep()
    directory = tempfile.mkdtemp(prefix="regent-demo.")
    demo = Demo(directory)
    try:
        demo.build()
        demo.play()
        demo.table()
        return 0
    except AssertionError as e:
        demo.tell_moves()
        return f"demo failed: {e}"
    except KeyboardInterrupt:
        print("\nstopped; taking everything down", flush=True)
        return 130
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        demo.close()
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
