#!/usr/bin/env python3
"""Writes cli/start.ld: which functions of the command line lie together because every start runs them.

    cargo build --release && benches/order_start.py

The linker puts functions where their crates come. A start runs some 700 of 25,000 functions, and each of them lay in
a window of 64 KiB of its own: the system maps a file in such windows, with a page fault for each. `cli/build.rs` gives
the script to the linker.

The functions are those that Valgrind's tool `callgrind` sees at a start: of the prompt that waits, of `-e 0`, of a
program in an image, of a program in the cache, and of a form at the prompt. What the first one runs comes first, then
what the second one runs besides, and so on: so a process that waits has few windows.

A symbol of Rust ends in a hash that differs from compiler to compiler. So the script names functions by patterns, and
functions that are generic come in all their instances. Those that are large altogether, and those of the standard
library, are named exactly, for the compiler with which the file was written. Functions of the C library come with
their objects.

A pattern that fits nothing costs nothing but its place: after large changes, write the file anew.
"""

import argparse
import os
import re
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "cli" / "start.ld"
# All instances of a generic function take at most so many bytes, or the instance is named with its hash.
INSTANCES_BYTES_MAX = 12_000
# What runs before `main` and is hidden from Valgrind: the C library finds the functions of the kernel's vDSO.
OF_VDSO = {"_dl_new_object", "_dl_setup_hash", "_dl_lookup_symbol_x", "strcmp", "__strcmp_avx2"}
ARCHIVES = ("libc.a", "libgcc_eh.a")
HASH = re.compile(r"17h[0-9a-f]{16}E.*")
# The C library has some functions for several kinds of processors. Valgrind's is one of them.
FOR_PROCESSORS = re.compile(r"-(sse|avx|evex)[^.]*")
HEADER = """\
/* Functions that every start runs, side by side: `benches/order_start.py` writes this file, and says why. */
SECTIONS
{
  .text.start : ALIGN(4096)
  {
"""
FOOTER = """\
  }
}
INSERT BEFORE .text;
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cozen", default=ROOT / "target" / "release" / "cozen", type=Path)
    options = parser.parse_args()
    executable = options.cozen.resolve()
    sizes = sizes_of_functions(executable)
    seen = functions_of_starts(executable)
    rust = in_order(rust_patterns(seen, sizes))
    objects = in_order(objects_of_archives(seen, sizes))
    lines = ["    *(.text.main .text.unlikely.main)\n"]
    for start in range(1 + max(seen.values())):
        lines += [f"    *(.text.{pattern} .text.unlikely.{pattern})\n" for pattern in rust.get(start, [])]
        lines += [f"    *{archive}:{member}(.text .text.*)\n" for archive, member in objects.get(start, [])]
    rust, objects = (sum(map(len, each.values())) for each in (rust, objects))
    SCRIPT.write_text(HEADER + "".join(lines) + FOOTER)
    print(f"{rust} functions, {objects} objects of archives: {SCRIPT.relative_to(ROOT)}")


def sizes_of_functions(executable):
    """Bytes of each function, by symbol."""
    listing = run("nm", "-S", "--defined-only", executable)
    fields = (line.split() for line in listing.splitlines())
    return {each[3]: int(each[1], 16) for each in fields if len(each) == 4 and each[2] in "tTwWi"}


def in_order(pairs):
    """Of pairs of a start and what it runs: for each start, what it is the first one to run."""
    first = {}
    for start, found in pairs:
        first[found] = min(start, first.get(found, start))
    by_start = {}
    for found in sorted(first):
        by_start.setdefault(first[found], []).append(found)
    return by_start


def functions_of_starts(executable):
    """Symbols of the functions that run at a start, with the number of the first start that runs them."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        program = folder / "hello.scm"
        program.write_text('(import (scheme base) (scheme write))\n(display "hello")\n(newline)\n')
        cache = folder / "cache"
        cache.mkdir(mode=0o700)
        environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
        run(executable, "compile", program, "-o", folder / "hello.czo")
        # The second run finds the first one's image.
        trace(executable, [program], "", environment, folder)
        starts = [([], ""), (["-e", "0"], ""), ([folder / "hello.czo"], ""), ([program], ""), ([], "(+ 1 2)\n")]
        first = {}
        for number, (arguments, text) in enumerate(starts):
            for name in trace(executable, arguments, text, environment, folder):
                first.setdefault(name, number)
        return first


def trace(executable, arguments, text, environment, folder):
    """Symbols of the functions that a command runs, which reads a text."""
    profile = folder / "profile"
    command = ["valgrind", "--tool=callgrind", "--demangle=no", f"--callgrind-out-file={profile}"]
    subprocess.run(
        [*command, executable, *arguments],
        input=text, text=True, check=True, capture_output=True, env=environment,
    )
    names = re.findall(r"^c?fn=\(\d+\) (\S+)$", profile.read_text(), re.MULTILINE)
    # A function that calls itself is listed once for each depth.
    return {name.split("'")[0] for name in names}


def rust_patterns(seen, sizes):
    """Patterns of the symbols of Rust, each with a start that runs them."""
    instances = {}
    for name, size in sizes.items():
        instances.setdefault(HASH.sub("", name), []).append(size)
    for name in seen.keys() & sizes.keys():
        stem = HASH.sub("", name)
        if name.startswith("_R"):
            yield seen[name], name
        elif HASH.search(name):
            is_small = len(instances[stem]) == 1 or sum(instances[stem]) <= INSTANCES_BYTES_MAX
            yield seen[name], f"{stem}17h*" if is_small else f"{name}*"


def objects_of_archives(seen, sizes):
    """Archives of the C compiler that are linked, and their objects, of the other functions, each with a start."""
    seen = dict.fromkeys(OF_VDSO, 0) | seen
    others = {name for name in seen if name in sizes and not name.startswith("_R") and not HASH.search(name)}
    for archive in ARCHIVES:
        path = run("cc", f"-print-file-name={archive}").strip()
        for line in run("nm", "-A", "--defined-only", path).splitlines():
            place, kind, symbol = line.split()
            if symbol in others and kind in "tTwWi":
                yield seen[symbol], (archive, FOR_PROCESSORS.sub("-*", place.split(":")[1]))


def run(*command):
    """What a command prints."""
    return subprocess.run(command, text=True, check=True, capture_output=True).stdout


if __name__ == "__main__":
    main()
