# SPDX-License-Identifier: MIT
"""Check scripts: what a result does to the priority, what counts as a failure, and as whom and with
what they run."""
import os
import re
import time

import pytest

from daemons import config, instance
from lab import SLACK
from programs import Check, Rhythm

ADDRESS = "10.0.1.1"
FAST = {"version": 3, "advert": 0.1}
TRACK = "  track_script {\n    chk\n  }\n"


@pytest.fixture
def host(net):
    return net.build(["node1", "node2"])[0]


def wait_priority(net, host, priority, timeout=3 + SLACK):
    net.wait(f"{host.name} advertises {priority}",
             lambda: (a := net.adverts(host)) and a[-1].priority == priority, timeout)


@pytest.mark.parametrize("base, words, good, bad", [
    (100, "weight 10", 110, 100),
    (100, "weight -10", 100, 90),
    (100, "weight 10 reverse", 90, 100),
    (100, "weight -10 reverse", 100, 110),
    (250, "weight 10", 254, 250),
    (5, "weight -10", 5, 1),
], ids=["up", "down", "up-reverse", "down-reverse", "not-over-254", "not-under-1"])
@pytest.mark.parametrize("where", ["script", "instance"])
def test_weight(net, host, daemon, base, words, good, bad, where):
    """Given in the script's block, or where the instance names the script."""
    check = Check(host)
    inside, beside = (f"  {words}\n", "") if where == "script" else ("", f" {words}")
    daemon(host, config(check.block("  interval 1\n" + inside), instance(
        priority=base, extra=TRACK.replace("chk", "chk" + beside), **FAST)))
    wait_priority(net, host, good)
    check.set("fail")
    runs = check.runs()
    wait_priority(net, host, bad)
    net.wait("two bad runs", lambda: check.runs() >= runs + 2, 4)
    wait_priority(net, host, bad, 0.3)
    check.set("fail", False)
    wait_priority(net, host, good)


def test_owner_keeps_its_priority(net, host, daemon):
    check = Check(host)
    check.set("fail")
    daemon(host, config(check.block("  interval 1\n  weight -10\n"),
                        instance(priority=255, state="MASTER", extra=TRACK, **FAST)))
    net.wait_holder(ADDRESS, host, 5)
    net.wait("ten adverts", lambda: len(net.adverts(host)) >= 20, 5)
    net.check({a.priority for a in net.adverts(host)} == {255}, "never anything but 255")


def test_weights_add_up(net, host, daemon):
    one, two = Check(host, "one"), Check(host, "two")
    node = daemon(host, config(
        one.block("  interval 1\n  weight 20\n", "one"),
        two.block("  interval 1\n  weight -30\n", "two"),
        instance(extra="  track_script {\n    one\n    two\n  }\n", **FAST)))
    wait_priority(net, host, 120)
    two.set("fail")
    wait_priority(net, host, 90)
    one.set("fail")
    wait_priority(net, host, 70)
    two.set("fail", False)
    wait_priority(net, host, 100)
    net.check("FAULT" not in node.states(), "a weight makes no fault")
    net.check(node.said("(VI_1) Changing effective priority from 120 to 90"), "it is in the log")


def test_weight_moves_the_address(net, host, daemon):
    check = Check(host)
    one = daemon(host, config(check.block("  interval 1\n  weight -60\n"),
                              instance(priority=150, extra=TRACK, **FAST)))
    other = net.hosts["node2"]
    two = daemon(other, config(priority=100, **FAST))
    net.wait_holder(ADDRESS, host, 5)
    two.wait_state("BACKUP", 5)
    check.set("fail")
    net.wait_holder(ADDRESS, other, 2 + SLACK)
    net.check(one.state() == "BACKUP", "the loser is BACKUP, not FAULT")
    check.set("fail", False)
    net.wait_holder(ADDRESS, host, 2 + SLACK)


@pytest.mark.parametrize("start", ["good", "bad"])
def test_first_result_decides_at_once(net, host, daemon, start):
    """However many results a change needs later."""
    check = Check(host)
    if start == "bad":
        check.set("fail")
    daemon(host, config(check.block("  interval 1\n  weight 10\n  rise 4\n  fall 4\n"),
                        instance(extra=TRACK, **FAST)))
    wait_priority(net, host, 110 if start == "good" else 100, 2)
    net.check(check.runs() <= 2, "after its first run")
    check.set("fail", start == "good")
    before = check.runs()
    wait_priority(net, host, 100 if start == "good" else 110, 6)
    net.check_between(check.runs() - before, 4, 5, "runs until it counts")


def test_a_good_run_between_starts_the_count_again(net, host, daemon):
    """Bad, bad, good, bad, bad: that is not three failures in a row."""
    check = Check(host)
    check.path = host.write("pattern", f"""#!/bin/sh
cd {check.dir}
echo run >>runs
[ -e go ] || exit 0
echo x >>after
case $(wc -l <after) in 1|2|4|5) exit 1;; esac
exit 0
""", 0o755)
    node = daemon(host, config(check.block("  interval 1\n  fall 3\n"),
                               instance(extra=TRACK, **FAST)))
    net.wait_holder(ADDRESS, host, 5)
    check.set("go")
    net.wait("seven runs", lambda: host.read("check.d/after").count("x") >= 7, 10)
    net.check("FAULT" not in node.states(), "never in FAULT")


def test_ended_by_a_signal(net, host, daemon):
    check = Check(host)
    node = daemon(host, config(check.block("  interval 1\n"), instance(extra=TRACK, **FAST)))
    net.wait_holder(ADDRESS, host, 5)
    check.set("signal")
    node.wait_state("FAULT", 2 + SLACK)
    net.check(node.said("VRRP_Script(chk) failed (due to signal 9)"), "the log says why")
    check.set("signal", False)
    net.wait_holder(ADDRESS, host, 3 + SLACK)


@pytest.mark.only("regentd", reason="in keepalived 2.2.7 a check that cannot be run has succeeded")
@pytest.mark.parametrize("how", ["deleted", "not-executable", "no-interpreter"])
def test_cannot_be_executed(net, host, daemon, how):
    """What cannot be asked is not well."""
    check = Check(host)
    node = daemon(host, config(check.block("  interval 1\n"), instance(extra=TRACK, **FAST)))
    net.wait_holder(ADDRESS, host, 5)
    if how == "deleted":
        os.rename(check.path, check.path + ".away")
    elif how == "not-executable":
        os.chmod(check.path, 0o644)
    else:
        host.write("broken", "#!/no/such/interpreter\n", 0o755)
        os.rename(os.path.join(host.dir, "broken"), check.path)
    node.wait_state("FAULT", 2 + SLACK)
    if how == "deleted":
        os.rename(check.path + ".away", check.path)
        net.wait_holder(ADDRESS, host, 3 + SLACK)


def test_hanging_script_with_weight(net, host, daemon):
    """A timeout is a failure like any other; the adverts keep their rhythm meanwhile."""
    check = Check(host)
    node = daemon(host, config(check.block("  interval 1\n  timeout 2\n  weight 10\n"),
                               instance(extra=TRACK, **FAST)))
    wait_priority(net, host, 110)
    rhythm = Rhythm(net, host, 0.1)
    begin = time.monotonic()
    check.set("hang")
    wait_priority(net, host, 100, 5)
    net.check(time.monotonic() - begin > 1, "not before the timeout")
    rhythm.check()
    net.check(node.said("VRRP_Script(chk) timed_out"), "the log says why")
    check.set("hang", False)
    wait_priority(net, host, 110, 6)


@pytest.fixture
def identity(host):
    """A check script that writes down what it is; nobody is in the group games on this host."""
    group = os.path.join(host.dir, "group")
    with open("/etc/group") as f:
        text = f.read()
    with open(group, "w") as f:
        f.write(text.replace("games:x:60:", "games:x:60:nobody"))
    host.run("mount", "--bind", group, "/etc/group")
    # In /run of the host: a stranger cannot reach the directory of the test.
    host.put("/run/who", """#!/bin/sh
cd /run/out || exit 1
id -nu >user; id -ng >group; id -nG >groups
cut -d' ' -f1,5 /proc/$$/stat >pgrp
ls -l /proc/$$/fd >fds
grep -E 'Sig(Blk|Ign)' /proc/self/status >signals
""", 0o755)
    os.mkdir(host.path("/run/out"))
    os.chmod(host.path("/run/out"), 0o777)

    def read(name):
        try:
            with open(host.path(f"/run/out/{name}")) as f:
                return f.read()
        except FileNotFoundError:
            return ""
    return read


def run_who(net, host, daemon, identity, user, top=""):
    check = f"vrrp_script chk {{\n  script /run/who\n  interval 1\n{user}}}\n"
    daemon(host, config(check, instance(extra=TRACK, **FAST), top=top))
    net.wait_holder(ADDRESS, host, 5)
    net.wait("the script has run", lambda: identity("signals"), 3)


@pytest.mark.parametrize("user, want", [
    ("", ("root", "root")), ("  user nobody\n", ("nobody", "nogroup")),
    ("  user nobody games\n", ("nobody", "games"))], ids=["root", "nobody", "nobody-games"])
def test_runs_as(net, host, daemon, identity, user, want):
    run_who(net, host, daemon, identity, user)
    net.check((identity("user").strip(), identity("group").strip()) == want,
              f"{identity('user')} {identity('group')}")
    if user:
        net.check("root" not in identity("groups").split(), f"groups: {identity('groups')}")


@pytest.mark.only("regentd", reason="keepalived 2.2.7 does not know set_supplementary_groups")
def test_groups_of_the_user(net, host, daemon, identity):
    run_who(net, host, daemon, identity, "  user nobody\n", "  set_supplementary_groups\n")
    net.check(set(identity("groups").split()) == {"nogroup", "games"}, identity("groups"))


def test_is_on_its_own(net, host, daemon, identity):
    """Its own process group; nothing of the daemon's is open in it, no signal is held back."""
    run_who(net, host, daemon, identity, "")
    pid, group = identity("pgrp").split()
    net.check(pid == group, "leader of its process group")
    found = dict(re.findall(r" (\d+) -> (.+)$", identity("fds"), re.M))
    own = {"/run/who", "/run/out/fds", "/dev/null"}
    net.check(all(name in own for fd, name in found.items() if int(fd) > 2), f"open in it: {found}")
    net.check(not re.search("socket|anon_inode", "".join(found.values())), f"open in it: {found}")
    for line in identity("signals").splitlines():
        mask = int(line.split()[1], 16) & 0x7fffffff
        net.check(not mask, f"signals: {line}")
