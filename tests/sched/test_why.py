#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What people are told: each why/NAME.xml has NAME.out, the answer of `regent why`. The first line of
the .out names the question. REGENT_GOLDEN_UPDATE=1 records the answers anew; read the difference."""
import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent / "why"


def ask(regent, name, *words):
    return subprocess.run([regent, "why", "-x", HERE / (name + ".xml"), *words], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, check=False)


def golden(regent, out):
    text = out.read_text()
    question = text.split("\n", 1)[0]
    run = ask(regent, out.stem.split("-")[0], *question[2:].split())
    said = question + "\n" + run.stdout + run.stderr
    if os.environ.get("REGENT_GOLDEN_UPDATE"):
        out.write_text(said)
    elif said != text:
        return f"{out.name}: recorded\n{text}\nnow\n{said}"
    return None


def as_json(regent):
    """The same for programs: the keys that the manual names."""
    said = json.loads(ask(regent, "location", "web", "bert", "--json").stdout)
    one = said["resources"][0]
    if one["chosen"] != "bert" or one["active_on"] != ["anna"]:
        return f"json: {one}"
    ids = [(r["kind"], r["id"], r["score"]) for r in one["nodes"][0]["reasons"]]
    if ids != [("location", "likes-bert", "100"), ("location", "big-only", "50")]:
        return f"json: {ids}"
    return None


def unknown(regent):
    for words in (("nobody",), ("web", "nowhere")):
        run = ask(regent, "location", *words)
        if run.returncode != 1 or "no such" not in run.stderr:
            return f"{words}: {run}"
    return None


def main():
    regent = sys.argv[1]
    outs = sorted(HERE.glob("*.out"))
    problems = [golden(regent, out) for out in outs] + [as_json(regent), unknown(regent)]
    problems = [p for p in problems if p]
    print("\n".join(problems) or f"{len(outs)} answers as recorded")
    return bool(problems) or not outs


sys.exit(main())
