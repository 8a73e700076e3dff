#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""test_manual.py REGENT: the keyword table, what is written of it, and keepalived's keywords.

Each keyword of tests/data/keepalived-keywords.tsv outside load balancing has a row in the table;
the table in docs/compat/keepalived.md and man/regent.conf.5 are those of this build, and each row
has its entry there."""
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
MARK = "<!-- From here on"
# Blocks and lines that the list of keepalived's keywords counts to the block they stand in.
INNER = {"vrrp_instance": ["authentication", "auth_hmac", "unicast_peer"]}


def keywords(regent, form):
    return subprocess.run([regent, "keywords", "--format", form], stdout=subprocess.PIPE,
                          text=True, check=True).stdout


def missing(rows):
    """What keepalived has and the table has not."""
    have = {(section, word) for section, name, other, _ in rows for word in [name] + other.split()}
    lines = (ROOT / "tests/data/keepalived-keywords.tsv").read_text().splitlines()[1:]
    for line in lines:
        section, name, alias = line.split("\t")[:3]
        if section == "lvs":
            continue
        where = [section] + INNER.get(section, [])
        for word in [name] if any((s, name) in have for s in where) else name.split(" / "):
            if not any((s, word) in have for s in where):
                yield f"no row for {section}: {word}"
        # Spellings that can be looked up, not remarks: `bfd_rlimit_rtime (deprecated)`.
        if section in ("syntax", "route line") or alias.startswith("(") or alias == "-":
            continue
        for word in alias.replace("(deprecated)", "").replace("(IPv6 spelling)", "").split(","):
            if not any((s, word.strip()) in have for s in where):
                yield f"no row for {section}: {word.strip()}, a spelling of {name}"


def stale(regent, rows):
    man = (ROOT / "man/regent.conf.5").read_text()
    if man != keywords(regent, "man"):
        yield "man/regent.conf.5 is stale: run tools/update-manual BUILD"
    doc = (ROOT / "docs/compat/keepalived.md").read_text()
    table = doc[doc.index(MARK):].split("\n", 1)[1]
    if table != keywords(regent, "md"):
        yield "docs/compat/keepalived.md is stale: run tools/update-manual BUILD"
    for section, name, _, status in rows:
        entry = '.BR "' + name.replace("\\", "\\e").replace("-", "\\-") + '"'
        if entry not in man:
            yield f"man/regent.conf.5 has no entry for {section}: {name}"
        if f"| {section} | `{name}` | {status} |" not in table:
            yield f"docs/compat/keepalived.md has no row for {section}: {name}"


def main():
    regent = pathlib.Path(sys.argv[1]).resolve()
    rows = [line.split("\t") for line in keywords(regent, "tsv").splitlines()]
    problems = list(missing(rows)) + list(stale(regent, rows))
    for problem in problems:
        print(problem)
    print(f"manual: {len(rows)} rows, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
