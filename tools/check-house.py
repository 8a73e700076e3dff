#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""check-house.py BUILD: holds the rules that keep the engines pure.

Each folder of src/ includes only the folders that the table allows; pure libraries call nothing
outside the project but what is listed here; they have no mutable variable at file scope; sizes of
files stay within the house's numbers. Prints what is wrong; exit status 1 if anything is."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SRC = ROOT / "src"

# ARCHITECTURE.md, "The house". A folder may always include itself.
PURE = {
    "base": "",
    "core": "base",
    "addr": "base core",
    "run": "base core",
    "track": "base core",
    "cloud": "base core",
    "vrrp": "base core track",
    "config": "base core addr run track vrrp",
    "cib": "base core",
    "sched": "base core cib",
    "node": "base core addr run track cloud vrrp",
    "sim": "base core addr run track cloud vrrp config node",
}
EDGE = {
    "io": "base core",
    "mail": "base",
    "http": "base core cloud",
    "daemon": "base core addr run track cloud vrrp config node io",
    "cli": "base core track cloud vrrp config io cib sched",
}

# What a function of its inputs may call of the C library.
ALLOWED = set("""
    abort free calloc malloc realloc reallocarray
    memcpy memcmp memset memmove memchr memmem
    vasprintf strcat __popcountdi2
    strlen strcmp strncmp strchr strrchr strcpy strncpy strdup strcspn strspn strpbrk strstr strsep
    strcasecmp strncasecmp strcasestr strnlen stpcpy strtok_r
    strtol strtoul strtoll strtoull strtod qsort bsearch
    snprintf vsnprintf __snprintf_chk __vsnprintf_chk __memcpy_chk __strcpy_chk
    __assert_fail __stack_chk_fail __ctype_b_loc __ctype_tolower_loc __ctype_toupper_loc __errno_location
    inet_pton inet_ntop strerrordesc_np
    __isoc99_sscanf _GLOBAL_OFFSET_TABLE_
""".split())

# jansson reads and never acts: cloud/ alone may use it.
LIBRARIES = {"cloud": "json_"}

# What one folder alone may call besides.
ALLOWED_IN = {
    "cib": set("""xmlCreateIOParserCtxt xmlCtxtUseOptions xmlFreeDoc xmlFreeParserCtxt
        xmlGetPredefinedEntity xmlParseDocument xmlStopParser""".split()),
    "sched": set("regcomp regexec regfree".split()),
}

MAX_LINES = {".c": 800, ".h": 250}


def includes(problems):
    table = {**PURE, **EDGE}
    for path in sorted(SRC.rglob("*.[ch]")):
        folder = path.relative_to(SRC).parts[0]
        if folder not in table:
            problems.append(f"{path.relative_to(ROOT)}: folder {folder} is not in the table")
            continue
        allowed = set(table[folder].split()) | {folder}
        for number, line in enumerate(path.read_text().splitlines(), 1):
            found = re.match(r'\s*#\s*include\s+"([^"]+)"', line)
            if found and found.group(1).split("/")[0] not in allowed:
                problems.append(f"{path.relative_to(ROOT)}:{number}: {folder} may not include "
                                f"{found.group(1)}")


def symbols(build, folder):
    library = build / "src" / f"libregent-{folder}.a"
    out = subprocess.run(["nm", library], stdout=subprocess.PIPE, text=True, check=True).stdout
    for line in out.splitlines():
        fields = line.split()
        if len(fields) >= 2 and len(fields[-2]) == 1:
            yield fields[-2], fields[-1]


def purity(build, problems):
    defined = {name for folder in PURE for kind, name in symbols(build, folder) if kind in "TDBRVW"}
    for folder in PURE:
        for kind, name in symbols(build, folder):
            if name.startswith(LIBRARIES.get(folder, "\0")):
                continue
            if kind == "U" and name not in defined | ALLOWED | ALLOWED_IN.get(folder, set()):
                problems.append(f"{folder}: calls {name}(), which is not for pure code")
            # d, b: data and bss. Constant tables that hold pointers are in .data.rel.ro: r or d.
            if kind in "BbC" and not name.startswith("__"):
                problems.append(f"{folder}: {name} is a mutable variable at file scope")


def writable(build, problems):
    for folder in PURE:
        library = build / "src" / f"libregent-{folder}.a"
        out = subprocess.run(["objdump", "-t", library], stdout=subprocess.PIPE, text=True,
                             check=True).stdout
        for line in out.splitlines():
            found = re.search(r"\sO\s+\.data(\.[a-z]+)?\s+[0-9a-f]+\s+(\S+)", line)
            if found and found.group(1) != ".rel":
                problems.append(f"{folder}: {found.group(2)} is a mutable variable at file scope")


def sizes(problems):
    for path in sorted(SRC.rglob("*.[ch]")):
        lines = path.read_text().count("\n")
        if lines > MAX_LINES[path.suffix]:
            problems.append(f"{path.relative_to(ROOT)}: {lines} lines, the house says "
                            f"{MAX_LINES[path.suffix]}")


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    problems = []
    includes(problems)
    purity(build, problems)
    writable(build, problems)
    sizes(problems)
    for problem in problems:
        print(problem)
    print(f"house: {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
