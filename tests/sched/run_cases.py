#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""run_cases.py REGENT [-v] [--stage N] [--scores] [CASE ...]: compares with recorded scheduler cases.

The cases stand outside the project, in the folder that REGENT_SCHED_CASES names; without it nothing
is run. A case is decided alike when the summary is equal but for white space and for the order of
the executed actions, and that order respects the recorded graph; it is equal to the letter when the
text is. Each case that differs has a line that says what differs first."""
import argparse
import collections
import concurrent.futures
import difflib
import os
import pathlib
import re
import subprocess
import sys
import tempfile

EXECUTING = "Executing Cluster Transition:"


def squeeze(text):
    return [re.sub(r"\s+", " ", line).strip() for line in text.splitlines() if line.strip()]


def parts(lines):
    """Before the executed actions, the actions, what comes after."""
    if EXECUTING not in lines:
        return lines, [], []
    start = lines.index(EXECUTING)
    end = next((i for i in range(start, len(lines)) if lines[i].startswith("Revised Cluster")),
               len(lines))
    return lines[:start], lines[start + 1:end], lines[end:]


def action_of(name):
    """What a node of the dot file is called among the executed actions."""
    found = re.match(r"stonith '(\w+)' (.*)", name)
    if found:
        return f"* Fencing {found[2]} ({found[1]})"
    found = re.match(r"(.*)_([a-z-]+(?:_to|_from)?)_(\d+) (\S+)$", name)
    if found:
        rsc, task, interval, node = found.groups()
        for kind in ("migrate_to", "migrate_from"):
            if re.search(r"_migrate$", rsc) and kind.endswith(task):
                rsc, task = rsc[:-8], kind
        return ("rsc", rsc, task, interval, node)
    return ("pseudo", name)


def order_broken(executed, dot):
    """The first order of the graph that the executed actions do not keep."""
    at = {}
    for i, line in enumerate(executed):
        found = re.match(r"\* Resource action: (\S+) (\S+?)(?:=(\d+))? on (\S+)$", line)
        if found:
            key = ("rsc", found[1], found[2], found[3] or "0", found[4])
        elif line.startswith("* Pseudo action: "):
            key = ("pseudo", line[17:])
        else:
            key = line
        at.setdefault(key, i)
    for line in dot.splitlines():
        found = re.match(r'"(.*)" -> "(.*)" \[ ?style = bold', line)
        if not found:
            continue
        first, then = action_of(found[1]), action_of(found[2])
        if first in at and then in at and at[first] > at[then]:
            return f"{found[1]} after {found[2]}"
    return None


def first_difference(want, got):
    for line in difflib.ndiff(want, got):
        if line[:2] in ("- ", "+ "):
            return line
    return "order"


def run_case(args, cases, name, extra):
    command = [args.regent, "crm_simulate", "-x", str(cases / "xml" / f"{name}.xml"), "-S"]
    result = {"name": name, "alike": False, "letter": False, "scores": None, "why": "",
              "crash": False}
    env = dict(os.environ, LC_ALL="C", TZ="UTC")
    try:
        done = subprocess.run(command + extra, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              text=True, timeout=args.timeout, env=env, check=False)
    except subprocess.TimeoutExpired:
        result.update(crash=True, why="HANG")
        return result
    if done.returncode < 0 or "Sanitizer" in done.stderr or "runtime error" in done.stderr:
        result.update(crash=True, why="CRASH " + done.stderr.strip()[:200].replace("\n", " "))
        return result
    want_text = (cases / "summary" / f"{name}.summary").read_text()
    got = re.sub(r"^not yet: .*\n", "", done.stdout, flags=re.M)
    if "not yet: " in done.stdout:
        result["why"] = "NOT YET " + re.search(r"not yet: (.*)", done.stdout)[1]
        return result
    result["letter"] = [l for l in want_text.splitlines() if l.strip()] == \
        [l for l in got.splitlines() if l.strip()]
    want, have = parts(squeeze(want_text)), parts(squeeze(got))
    dot = (cases / "dot" / f"{name}.dot").read_text()
    for part, label in ((0, "status"), (1, "actions"), (2, "revised")):
        a, b = want[part], have[part]
        if part == 1:
            a, b = sorted(a), sorted(b)
        if a != b:
            result["why"] = f"{label}: {first_difference(a, b)}"
            return result
    broken = order_broken(have[1], dot)
    if broken:
        result["why"] = f"order: {broken}"
        return result
    result["alike"] = True
    if args.scores:
        result["scores"], result["why"] = scores(args, cases, name, extra, env)
    if not result["letter"] and not result["why"]:
        result["why"] = "letter: " + first_difference(want_text.splitlines(), got.splitlines())
    return result


def scores(args, cases, name, extra, env):
    command = [args.regent, "crm_simulate", "-x", str(cases / "xml" / f"{name}.xml"), "-sSQ"]
    done = subprocess.run(command + extra, stdout=subprocess.PIPE, text=True, env=env,
                          timeout=args.timeout, check=False)
    want = sorted(squeeze((cases / "scores" / f"{name}.scores").read_text()))
    got = sorted(squeeze(done.stdout))
    if want == got:
        return True, ""
    return False, "scores: " + first_difference(want, got)


def table(results, rows):
    by_feature = collections.defaultdict(lambda: [0, 0])
    print(f"{'stage':8}{'cases':>8}{'alike':>8}{'letter':>8}{'scores':>8}{'crashed':>8}")
    for stage in sorted({row[1] for row in rows}):
        some = [r for row, r in zip(rows, results) if row[1] == stage]
        count = [sum(1 for r in some if r[k]) for k in ("alike", "letter", "scores", "crash")]
        print(f"{stage:8}{len(some):8}" + "".join(f"{n:8}" for n in count))
    for row, r in zip(rows, results):
        for feature in row[3].split(","):
            by_feature[feature][0] += 1
            by_feature[feature][1] += not r["alike"]
    worst = sorted(by_feature.items(), key=lambda item: -item[1][1])
    print("features of cases that differ: " +
          ", ".join(f"{f} {bad}/{n}" for f, (n, bad) in worst[:25] if bad))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("regent")
    parser.add_argument("-v", action="store_true")
    parser.add_argument("--stage", type=int, action="append")
    parser.add_argument("--scores", action="store_true")
    parser.add_argument("--timeout", type=float, default=20)
    parser.add_argument("--need", default="", help="1=140,2=85: fail below")
    parser.add_argument("cases", nargs="*")
    args = parser.parse_args()
    folder = os.environ.get("REGENT_SCHED_CASES")
    if not folder or not pathlib.Path(folder).is_dir():
        print("no recorded cases here: skipped")
        return 77
    cases = pathlib.Path(folder)
    rows = [line.split("\t") for line in (cases / "cases.tsv").read_text().splitlines()[1:]]
    rows = [row for row in rows if (not args.stage or int(row[1]) in args.stage)
            and (not args.cases or row[0] in args.cases)]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda row: run_case(args, cases, row[0], row[2].split()), rows))
    for row, r in zip(rows, results):
        if r["why"]:
            print(f"{row[1]} {row[0]}: {r['why']}")
    table(results, rows)
    bad = any(r["crash"] for r in results)
    for need in filter(None, args.need.split(",")):
        stage, number = need.split("=")
        bad |= sum(r["alike"] for row, r in zip(rows, results) if row[1] == stage) < int(number)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
