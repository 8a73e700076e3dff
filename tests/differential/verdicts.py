#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""verdicts.py BUILD DIRECTORY: writes each case into DIRECTORY and asks keepalived and Regent. Runs
in a network namespace of its own with eth0 and eth1 (test_differential.py makes it). Prints a line
of JSON for each case.

The rule of comparison. `regent check` accepts with status 0, warnings or not. `keepalived -t` mixes
all in its status: 5 is an error or a warning, and 6 (script security, or an include that failed)
hides a 5. So its messages decide: it accepts when all it says is HARMLESS, that is, a run would do
what was written, or Regent would too and warns as well. When it leaves out, replaces or ignores
something that was written, that counts as refused, since Regent has to refuse it, too. Status 2 and
4, and not coming to an end, are refusals."""
import json
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import cases  # noqa: E402

# What keepalived says and then does what was written, or what Regent too only warns of. Any other
# message is about something that is left out, replaced or ignored: that counts as refused.
HARMLESS = [re.compile(p) for p in (
    r"^$",
    r"WARNING - default user '\w+' for script execution does not exist",
    r"SECURITY VIOLATION",
    r"Unsafe permissions found for script",
    r"(?<!track )script .* (not found|is not executable|does not exist|cannot be accessed)",
    r"[Ss]cript '.*' (not found|is not executable)",
    r"Unable to access script",
    r"Disabling (track|notify) script",
    r"WARNING - script",
    r"Truncating auth_pass to 8 characters",
    r"advertisement interval .* must be an integer. rounding",
    r"No VIP specified; at least one is (sensible|required)",
    r"must be greater than 0, setting to 1",
    r"Config files missing",  # an `include` that may be missing; an error shows by status 6
    r"is a directory - skipping",
    r"deprecated",
    r"Warning - ",
    r"Keepalived_|Startup complete|Starting|Stopp",
    r"nopreempt",
    r"preempt delay",
    r"duplicate track_interface .* - ignoring",
)]


def keepalived(path):
    try:
        run = subprocess.run(["keepalived", "-t", "-f", path], stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True, errors="replace", timeout=20)
    except subprocess.TimeoutExpired:
        return False, "does not end"
    said = [re.sub(r"^\((.*: )?Line \d+\) ", "", line) for line in run.stdout.splitlines()]
    harm = [line for line in said if not any(p.search(line) for p in HARMLESS)]
    script = any("script" in line.lower() for line in said)
    # 6 wins over 5, so it hides errors beside a script's; alone, it is an include that failed.
    accepted = run.returncode in (0, 5, 6) and not harm and (run.returncode != 6 or script)
    return accepted, f"status {run.returncode}: " + "; ".join(dict.fromkeys(harm or said))


def regent(build, path):
    run = subprocess.run([f"{build}/regent", "check", path], stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, text=True, errors="replace", timeout=20)
    if run.returncode not in (0, 1):
        return None, f"status {run.returncode}: {run.stdout}"
    said = [line.replace(path + ":", "") for line in run.stdout.splitlines()]
    return run.returncode == 0, "; ".join(said)


def main():
    build, directory = sys.argv[1], pathlib.Path(sys.argv[2])
    for name, files in cases.cases().items():
        place = directory / name
        place.mkdir(parents=True)
        for file, text in files.items():
            (place / file).write_text(text)
        os.chdir(place)
        theirs, they_say = keepalived("main.conf")
        ours, we_say = regent(build, "main.conf")
        print(json.dumps({"name": name, "keepalived": theirs, "keepalived_says": they_say,
                          "regent": ours, "regent_says": we_say}), flush=True)


if __name__ == "__main__":
    main()
