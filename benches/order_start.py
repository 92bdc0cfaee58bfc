#!/usr/bin/env python3
"""Writes cli/start.ld: which functions and data of the command line lie together because every start needs them.

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

The data lie together, too: constants of these functions, those of the crates that run at a start and are small, and
the data of the objects of the C library. Constants have no names that last, so whole crates are named, by the names
that the compiler gives to their objects.

A pattern that fits nothing costs nothing but its place: after large changes, write the file anew. The build must be
one without `CARGO_INCREMENTAL`, with which the numbers in the names of functions are others, and other functions are
inlined.
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
# What the script calls an archive, by the name that the C compiler knows. The one of mathematical functions has its
# version in its name; some of these functions have variants, among which each start chooses.
ARCHIVES = {"libc.a": "libc.a", "libgcc_eh.a": "libgcc_eh.a", "libm.a": "libm*.a"}
# Crates whose constants are few, and which every start runs.
CRATES = ("gc", "loader", "vm", "std", "abi")
# The objects of the executable's own crate. The library of the same name holds texts of libraries.
OWN_OBJECTS = f"*/cozen-{'?' * 16}.cozen.*.rcgu.o"
HASH = re.compile(r"17h[0-9a-f]{16}E.*")
# The C library has some functions for several kinds of processors. Valgrind's is one of them.
FOR_PROCESSORS = re.compile(r"-(sse|avx|evex)[^.]*")
# What the linker makes itself stands where functions are chosen; the rest of the process's start is in `crt1.o`.
SCRIPT_TEXT = """\
/* What every start needs, side by side: `benches/order_start.py` writes this file, and says why. */
SECTIONS
{{
  .text.start : ALIGN(4096)
  {{
    *crt1.o(.text)
    *crtbegin*.o(.text)
    *(.iplt)
{functions}\
  }}
}}
INSERT BEFORE .text;
SECTIONS
{{
  .rodata.start :
  {{
    *(.rodata.cst4 .rodata.cst8 .rodata.cst16 .rodata.cst32)
{constants}\
  }}
  .cozen.slot : {{ *(.cozen.slot) }}
  .eh_frame : {{ *(.eh_frame) }}
}}
INSERT BEFORE .gcc_except_table;
SECTIONS
{{
  .data.rel.ro :
  {{
{relocated}\
    *libc.a:(.data.rel.ro .data.rel.ro.*)
    *.cozen-*.rcgu.o(.data.rel.ro .data.rel.ro.*)
  }}
}}
INSERT BEFORE .got;
SECTIONS
{{
  .data.start :
  {{
{data}\
    *libc.a:(.data .data.*)
  }}
}}
INSERT BEFORE .data;
SECTIONS
{{
  .bss.start (NOLOAD) :
  {{
    *crtbegin*.o(.bss)
{zeroes}\
    *.std-*.rcgu.o(.bss .bss.*)
    *.gc-*.rcgu.o(.bss .bss.*)
    *libc.a:(EXCLUDE_FILE(*libc.a:pthread_keys.o) .bss EXCLUDE_FILE(*libc.a:pthread_keys.o) .bss.*)
  }}
}}
INSERT BEFORE .bss;
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
    functions = ["    *(.text.main .text.unlikely.main)\n"]
    for start in range(1 + max(seen.values())):
        functions += [f"    *(.text.{pattern} .text.unlikely.{pattern})\n" for pattern in rust.get(start, [])]
        functions += of_objects(objects.get(start, []), "text")
    rust, objects = (sum(each.values(), []) for each in (rust, objects))
    SCRIPT.write_text(
        SCRIPT_TEXT.format(
            functions="".join(functions),
            constants="".join(
                [
                    *(f"    *(.rodata.{pattern})\n" for pattern in rust),
                    *of_objects(objects, "rodata"),
                    *of_crates("rodata"),
                ]
            ),
            relocated="".join(of_objects(objects, "data.rel.ro") + of_crates("data.rel.ro")),
            data="".join(of_objects(objects, "data") + of_crates("data")),
            zeroes="".join(of_objects(objects, "bss")),
        )
    )
    print(f"{len(rust)} functions, {len(objects)} objects of archives: {SCRIPT.relative_to(ROOT)}")


def of_objects(objects, section):
    """Lines of the script: sections of objects of archives. Mathematical functions have large tables, which no start
    reads."""
    return [
        f"    *{archive}:{member}(.{section} .{section}.*)\n"
        for archive, member in objects
        if section == "text" or not archive.startswith("libm")
    ]


def of_crates(section):
    """Lines of the script: sections of the objects of crates, whose names end in numbers of the compiler's."""
    objects = [f"*.{crate}-*.rcgu.o" for crate in CRATES]
    return [f"    {each}(.{section} .{section}.*)\n" for each in [*objects, OWN_OBJECTS]]


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
    for archive, pattern in ARCHIVES.items():
        for line in run("nm", "-A", "--defined-only", archive_file(archive)).splitlines():
            place, kind, symbol = line.split()
            if symbol in others and kind in "tTwWi":
                yield seen[symbol], (pattern, FOR_PROCESSORS.sub("-*", place.split(":")[1]))


def archive_file(name):
    """The file of an archive; some are texts that name it."""
    path = Path(run("cc", f"-print-file-name={name}").strip())
    if path.read_bytes()[:1] != b"!":
        path = re.search(r"/\S+\.a", path.read_text())[0]
    return path


def run(*command):
    """What a command prints."""
    return subprocess.run(command, text=True, check=True, capture_output=True).stdout


if __name__ == "__main__":
    main()
