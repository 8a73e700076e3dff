# SPDX-License-Identifier: MIT
"""Whole scenarios without a kernel: each NAME.scn is played in the simulated world and its transcript
compared with NAME.out. REGENT_GOLDEN_UPDATE=1 records the transcripts anew; read the difference
before you commit it."""
import difflib
import os
import pathlib
import subprocess

import pytest

HERE = pathlib.Path(__file__).parent
BUILD = pathlib.Path(os.environ.get("REGENT_BUILD", HERE.parent.parent / "build"))
SCENARIOS = sorted(HERE.glob("*.scn"))


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda p: p.stem)
def test_scenario(scenario):
    run = subprocess.run([BUILD / "tests" / "golden_run", scenario], stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, text=True, timeout=60)
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-4000:]
    recorded = scenario.with_suffix(".out")
    if os.environ.get("REGENT_GOLDEN_UPDATE"):
        recorded.write_text(run.stdout)
    expected = recorded.read_text()
    difference = "".join(difflib.unified_diff(expected.splitlines(True), run.stdout.splitlines(True),
                                              "recorded", "now"))
    assert not difference, "\n" + difference


def test_there_are_scenarios():
    assert SCENARIOS
