# SPDX-License-Identifier: MIT
"""Small clusters of our own, one for each thing that the scheduler knows: what crm_simulate says of
NAME.xml is compared with NAME.out. The comment at the top of each file says what is expected.
REGENT_GOLDEN_UPDATE=1 records the outputs anew; read the difference before you commit it."""
import difflib
import os
import pathlib
import subprocess

import pytest

HERE = pathlib.Path(__file__).parent
BUILD = pathlib.Path(os.environ.get("REGENT_BUILD", HERE.parent.parent / "build"))
CASES = sorted((HERE / "golden").glob("*.xml"))


@pytest.mark.parametrize("case", CASES, ids=lambda p: p.stem)
def test_case(case):
    run = subprocess.run([BUILD / "regent", "crm_simulate", "-x", case, "-S"], text=True,
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60,
                         env=dict(os.environ, LC_ALL="C", TZ="UTC"), check=False)
    assert run.returncode == 0 and not run.stderr, run.stdout[-2000:] + run.stderr[-4000:]
    recorded = case.with_suffix(".out")
    if os.environ.get("REGENT_GOLDEN_UPDATE"):
        recorded.write_text(run.stdout)
    expected = recorded.read_text()
    difference = "".join(difflib.unified_diff(expected.splitlines(True),
                                              run.stdout.splitlines(True), "recorded", "now"))
    assert not difference, "\n" + difference


def test_there_are_cases():
    assert CASES
