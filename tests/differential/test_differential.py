# SPDX-License-Identifier: MIT
"""Regent accepts what keepalived accepts and refuses what keepalived refuses or does otherwise than
it was written (the rule stands in verdicts.py), but for what disagreements.txt lists with a reason.

REGENT_DIFFERENTIAL_UPDATE=1 writes disagreements.txt anew: known reasons are kept, new cases get
`TODO`, which fails the test until somebody has written why ours is right."""
import json
import os
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
LIST = HERE / "disagreements.txt"
BUILD = pathlib.Path(os.environ.get("REGENT_BUILD", HERE.parent.parent / "build")).resolve()
HEAD = """\
# Where Regent's verdict is not keepalived's: case, whose verdict is "accepted", why ours is right.
# The cases are made by cases.py; the test fails for one that is missing here or no longer true.
"""
SETUP = """
set -e
mount -t tmpfs tmpfs /run
ip link add eth0 type veth peer name eth1
ip address add 10.9.0.2/24 dev eth0
ip address add 10.9.2.2/24 dev eth1
ip link set lo up
ip link set eth0 up
ip link set eth1 up
exec "$0" "$@"
"""


@pytest.fixture(scope="session")
def verdicts(tmp_path_factory):
    if os.geteuid():
        pytest.skip("needs root for a network namespace")
    run = subprocess.run(
        ["unshare", "-n", "-m", "bash", "-c", SETUP, sys.executable, HERE / "verdicts.py", BUILD,
         tmp_path_factory.mktemp("cases")],
        stdout=subprocess.PIPE, text=True, check=True, timeout=600)
    return [json.loads(line) for line in run.stdout.splitlines()]


def listed():
    known = {}
    for line in LIST.read_text().splitlines() if LIST.exists() else []:
        if line.strip() and not line.startswith("#"):
            name, who, reason = line.split(" ", 2)
            known[name] = (who, reason)
    return known


def differ(verdicts):
    return {v["name"]: v for v in verdicts if v["keepalived"] != v["regent"]}


def who(verdict):
    return "keepalived" if verdict["keepalived"] else "regent"


def test_there_are_enough_files(verdicts):
    assert len(verdicts) >= 300


def test_regent_always_gives_a_verdict(verdicts):
    assert not [v for v in verdicts if v["regent"] is None]


def test_every_disagreement_is_known_and_explained(verdicts):
    known, found = listed(), differ(verdicts)
    if os.environ.get("REGENT_DIFFERENTIAL_UPDATE"):
        LIST.write_text(HEAD + "".join(
            f"{name} {who(v)} {known.get(name, (0, 'TODO'))[1]}\n" for name, v in found.items()))
        known = listed()
    unknown = [v for name, v in found.items()
               if known.get(name, ("", "TODO"))[0] != who(v) or known[name][1] == "TODO"]
    gone = [name for name in known if name not in found]
    assert not unknown, json.dumps(unknown, indent=1)
    assert not gone, f"no longer true, take it out of {LIST.name}: {gone}"


def test_they_agree_on_nearly_all(verdicts):
    assert len(differ(verdicts)) <= len(verdicts) * 0.05
