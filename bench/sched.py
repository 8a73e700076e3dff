#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""sched.py REGENT [--gen GEN_CIB] [--runs N] [--other-limit SEC]: what deciding costs.

Times `crm_simulate`, a process each, reading the file included: all recorded cases in a row (the
folder that REGENT_SCHED_CASES names) and the clusters that GEN_CIB makes. Beside it, in the same
run, Debian's crm_simulate where it is installed. CPU is user and system time; memory is the peak,
which below 15 MB may be that of this script. Figures, never tests."""
import argparse
import os
import pathlib
import resource
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

CLUSTERS = [(4, 100), (16, 500), (32, 1000), (32, 5000)]
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def once(command, limit):
    """CPU seconds, wall seconds and peak kB of one process; None when it took too long."""
    def at_most():
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
    start = time.monotonic()
    child = subprocess.Popen(command, preexec_fn=at_most, **QUIET)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = status
    if os.WIFSIGNALED(status):
        return None
    return used.ru_utime + used.ru_stime, time.monotonic() - start, used.ru_maxrss


def median(command, runs, limit):
    """Medians; a command that takes long is run once."""
    results = []
    while len(results) < runs:
        result = once(command, limit)
        if result is None:
            return None
        results.append(result)
        if result[0] > 5:
            break
    return [statistics.median(r[i] for r in results) for i in range(3)]


def shown(result):
    if result is None:
        return "too long"
    return f"{result[0]:.3f} s ({result[1]:.3f} s wall), {result[2] / 1024:.0f} MB"


def cases_in_a_row(tool, cases):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for name, extra in cases:
        subprocess.run(tool + ["-x", name, "-S"] + extra, check=False, timeout=60, **QUIET)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def recorded(folder):
    rows = (folder / "cases.tsv").read_text(encoding="utf-8").splitlines()[1:]
    return [(str(folder / "xml" / f"{row[0]}.xml"), shlex.split(row[2]))
            for row in (line.split("\t") for line in rows)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("regent")
    parser.add_argument("--gen")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--other-limit", type=int, default=120)
    args = parser.parse_args()
    ours, other = [args.regent, "crm_simulate"], shutil.which("crm_simulate")
    folder = os.environ.get("REGENT_SCHED_CASES")
    if folder:
        cases = recorded(pathlib.Path(folder))
        for tool in [ours] + ([[other]] if other else []):
            times = [cases_in_a_row(tool, cases) for _ in range(3)]
            print(f"{len(cases)} cases in a row, {tool[0]}: {statistics.median(times):.2f} s of CPU",
                  flush=True)
    if not args.gen:
        return 0
    for nodes, primitives in CLUSTERS:
        for state in ("steady", "start"):
            with tempfile.NamedTemporaryFile(suffix=".xml") as cib:
                subprocess.run([sys.executable, args.gen, str(nodes), str(primitives), state],
                               stdout=cib, check=True)
                line = f"{nodes} x {primitives}, {state}: "
                line += shown(median(ours + ["-R", "-x", cib.name], args.runs, 600))
                if other:
                    line += "; other: " + shown(
                        median([other, "-R", "-x", cib.name], args.runs, args.other_limit))
                print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
