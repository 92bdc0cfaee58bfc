#!/usr/bin/env python3
"""How many lines a second Cozen compiles, beside Guile and Chez as far as they are installed.

    benches/compile_speed.py                      # 4,000 lines of the programs of benches/programs
    benches/compile_speed.py --r7rs DIR compiler  # programs of ecraven/r7rs-benchmarks, checked out at DIR
    benches/compile_speed.py --only cozen         # no peers

A compilation counts as the processor's time of the whole process, its start included, on however many cores: user and
system time together, the least of the runs. All systems take turns in each run. Lines are all lines of the source.

The lines are copies of the programs, one behind the other in one program, in which each copy has names of its
own for what it defines.
"""

import argparse
import re
import resource
import subprocess
import tempfile
from pathlib import Path

import compare

LINES = 4_000
TOKEN = re.compile(r"""[^\s()'"`,;#]+""")
RECORD = re.compile(r"^\(define-record-type\b", re.M)


def record_names(text):
    """What the definitions of record types name."""
    names = set()
    for start in (match.start() for match in RECORD.finditer(text)):
        depth, end = 0, start
        while True:
            depth += {"(": 1, ")": -1}.get(text[end], 0)
            end += 1
            if depth == 0:
                break
        names.update(TOKEN.findall(text[start + len("(define-record-type") : end]))
    return names


def renamed(text, number):
    """A copy of the program, in which what it defines has names of its own."""
    own = set(compare.defined_names(text)) | record_names(text)
    return TOKEN.sub(lambda match: f"{match[0]}.{number}" if match[0] in own else match[0], text)


def own_lines(count):
    """A program of about as many lines, of copies of the programs of this folder."""
    bodies, imports = [], set()
    for path in sorted((compare.ROOT / "benches/programs").glob("*.scm")):
        text = path.read_text()
        body = compare.strip_import(text)
        start = text.index("(import")
        form = text[start : start + len(text) - len(body)]
        imports.update(re.findall(r"\([a-z]+(?: [a-z0-9-]+)+\)", form))
        bodies.append(body)
    parts, lines = [], 0
    while lines < count:
        part = renamed(bodies[len(parts) % len(bodies)], len(parts))
        parts.append(part)
        lines += part.count("\n")
    return "\n".join([f"(import {' '.join(sorted(imports))})", *parts])


def programs(arguments):
    """Names and texts."""
    if not arguments.r7rs:
        return [("programs", own_lines(arguments.lines))]
    chosen = compare.set_programs(arguments.r7rs.resolve(), arguments.names, False)
    return [(program.name, program.text) for program in chosen]


def compilers(arguments):
    """How to compile a text, by name; the second argument is a path without its suffix."""
    cozen = (arguments.cozen or compare.ROOT / "target/release/cozen").resolve()

    def by_cozen(tier):
        def compile_text(text, stem):
            source = stem.with_suffix(".scm")
            source.write_text(text)
            command = [cozen, "compile", tier, source, "-o", stem.with_suffix(".czo")]
            subprocess.run(command, check=True, capture_output=True)

        return compile_text

    def by_peer(peer):
        return lambda text, stem: peer.prepare_anew(text.replace(compare.OUR_NAME, ""), stem)

    table = {"bytecode": by_cozen("--no-native"), "native": by_cozen("--native")}
    if arguments.only != ["cozen"]:
        only = ["guile", "chez"]
        peers = argparse.Namespace(cozen=cozen, cozen_option=[], compile_option=[], check=False, only=only)
        table |= {peer.name: by_peer(peer) for peer in compare.systems(peers)}
    return table


def seconds(compile_text, text, stem):
    """The processor's time; None for a program that the system cannot compile."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        compile_text(text, stem)
    except subprocess.CalledProcessError:
        return None
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def cell(lines, taken):
    return f"{'cannot':>20}" if taken is None else f"{taken:>8.3f} s{lines / taken:>10,.0f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="programs of the set")
    parser.add_argument("--r7rs", type=Path)
    parser.add_argument("--cozen", type=Path)
    parser.add_argument("--lines", type=int, default=LINES, help="of the programs of this folder")
    parser.add_argument("--only", nargs=1, choices=["cozen"])
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    table = compilers(arguments)
    print(f"{'program':<16}{'lines':>7}" + "".join(f"{name + ', lines/s':>20}" for name in table))
    with tempfile.TemporaryDirectory() as directory:
        for name, text in programs(arguments):
            stem = Path(directory) / name
            runs = [[seconds(each, text, stem) for each in table.values()] for _ in range(arguments.runs)]
            least = [None if None in column else min(column) for column in zip(*runs)]
            lines = len(text.splitlines())
            print(f"{name:<16}{lines:>7}" + "".join(cell(lines, taken) for taken in least), flush=True)


if __name__ == "__main__":
    main()
