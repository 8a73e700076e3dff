# SPDX-License-Identifier: MIT
"""Programs that a configuration names, written for a test: checks that fail when told to, and
notify scripts that write down how they were called."""
import os
import re
import time


class Check:
    """A check script that does what the files beside it say: it hangs, fails, dies of a signal."""

    def __init__(self, host, name="check"):
        self.host, self.name = host, name
        self.dir = os.path.join(host.dir, f"{name}.d")
        os.makedirs(self.dir, exist_ok=True)
        os.chmod(self.dir, 0o777)
        self.path = host.write(name, f"""#!/bin/sh
cd {self.dir}
echo run >>runs
[ -e hang ] && exec sleep 60
[ -e signal ] && kill -KILL $$
[ -e fail ] && exit 1
exit 0
""", mode=0o755)

    def set(self, word, on=True):
        path = os.path.join(self.dir, word)
        if on:
            open(path, "w").close()
        else:
            os.unlink(path)

    def runs(self):
        try:
            with open(os.path.join(self.dir, "runs")) as f:
                return len(f.readlines())
        except FileNotFoundError:
            return 0

    def block(self, options, name="chk"):
        return f"vrrp_script {name} {{\n  script \"{self.path}\"\n{options}}}\n"


class Notes:
    """A notify script. Each call is one line: what it was called with."""

    def __init__(self, host, name="notes", body=""):
        self.host, self.name = host, name
        self.path = host.write(name, f"""#!/bin/sh
echo "$*" >>{host.dir}/{name}.log
{body}
""", mode=0o755)

    def lines(self):
        return self.host.read(f"{self.name}.log").splitlines()

    def wait(self, line, timeout=5, count=1):
        """Until it has been called in that way, so often."""
        self.host.network.wait(f"{self.name} is called {count} times: {line!r}",
                               lambda: self.lines().count(line) >= count, timeout)

    def states(self, name="VI_1"):
        """The states of an instance or a group in the order of the calls (of `notify`)."""
        pattern = re.compile(rf"(?:INSTANCE|GROUP) {re.escape(name)} (\w+) \d+$")
        return [m[1] for m in map(pattern.search, self.lines()) if m]


class Fifo:
    """A reader of a notify FIFO, as people have them: `cat`, which ends when the writer closes."""

    def __init__(self, host, name="fifo"):
        self.host, self.name = host, name
        self.path = os.path.join(host.dir, name)
        self.reader = None

    def start(self):
        if not os.path.exists(self.path):
            os.mkfifo(self.path, 0o600)
        with open(f"{self.path}.lines", "ab") as out:
            self.reader = self.host.popen("cat", self.path, stdout=out)
        return self

    def at_its_end(self):
        return self.reader.poll() is not None

    def lines(self):
        return self.host.read(f"{self.name}.lines").splitlines()

    def wait(self, line, timeout=5, count=1):
        self.host.network.wait(f"in {self.name} {count} times: {line!r}",
                               lambda: self.lines().count(line) >= count, timeout)


class Rhythm:
    """The adverts of a host: none may be missing for long."""

    def __init__(self, network, host, advert):
        self.network, self.host, self.advert = network, host, advert
        self.begin = time.monotonic()

    def check(self, factor=2.5):
        """No gap between adverts (other than before a goodbye) longer than that many intervals,
        from the beginning until the next one from now on."""
        longest = factor * self.advert + 0.15
        now = time.monotonic()
        self.network.wait(f"{self.host.name} says something", lambda: self.network.adverts(
            self.host, since=now), longest + 5)
        moments = [self.begin] + [a.time for a in self.network.adverts(self.host, since=self.begin)]
        gap = max(b - a for a, b in zip(moments, moments[1:]))
        self.network.check(gap <= longest, f"adverts of {self.host.name} pause for {gap:.3f} s")
