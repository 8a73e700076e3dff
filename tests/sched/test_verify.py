#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What crm_verify says: each verify/NAME.xml has NAME.out, its text and exit status.
REGENT_GOLDEN_UPDATE=1 records them anew; read the difference."""
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent / "verify"


def verify(command, *words):
    run = subprocess.run([*command, *words], cwd=HERE, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, text=True, timeout=60, check=False)
    return f"{run.stdout}exit {run.returncode}\n"


def golden(regent, file):
    said, out = verify([regent, "crm_verify"], "-V", "-x", file.name), file.with_suffix(".out")
    if os.environ.get("REGENT_GOLDEN_UPDATE"):
        out.write_text(said)
    elif said != out.read_text():
        return f"{out.name}: recorded\n{out.read_text()}\nnow\n{said}"
    return None


def by_link(regent):
    """Under its own name it is the same; without -V it says only that there is something."""
    with tempfile.TemporaryDirectory() as folder:
        link = pathlib.Path(folder) / "crm_verify"
        link.symlink_to(regent)
        said = verify([link], "--xml-file", "bad.xml")
    expected = ("crm_verify: Errors found during check: config not valid\n"
                "-V may provide more details\nexit 78\n")
    return None if said == expected else f"by link: {said}"


def main():
    regent = pathlib.Path(sys.argv[1]).resolve()
    files = sorted(HERE.glob("*.xml"))
    problems = [golden(regent, file) for file in files] + [by_link(regent)]
    problems = [p for p in problems if p]
    print("\n".join(problems) or f"{len(files)} files as recorded")
    return bool(problems) or not files


sys.exit(main())
