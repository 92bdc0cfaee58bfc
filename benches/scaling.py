#!/usr/bin/env python3
"""Finds procedures of the library whose time grows faster than their arguments.

Goes over the export lists of all libraries in lib/. benches/scaling/table.txt says for each procedure which arguments
to call it with. Each call is timed with arguments of some size, and with arguments that are eight times as large: the
second call may take at most twelve times as long. An exported procedure without a line in the table is an error.

    benches/scaling.py                   # measures everything, with target/release/cozen
    benches/scaling.py --only append     # procedures of these names
    benches/scaling.py --check-table     # only whether the table is complete
    benches/scaling.py --find            # adds lines for what is missing: arguments that a call takes without an error
"""

import argparse
import pathlib
import queue
import re
import subprocess
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parent.parent
TABLE = ROOT / "benches/scaling/table.txt"
SUPPORT = ROOT / "benches/scaling/support.scm"
RATIO_MAX = 12.0
# Ends the process, reads what nobody writes, or waits.
NEVER_CALLED = {"exit", "emergency-exit", "load", "read", "thread-sleep!"}
# What sizes an argument can have: see support.scm.
SIZED = ["l", "ll", "ls", "lc", "la", "s", "v", "b", "t", "n"]
OTHER = ["0", "2", "char", "id", "pred", "less", "plus", "equal"]


def tokens(text):
    return re.findall(r'"(?:\\.|[^"\\])*"|;[^\n]*|#\\.[^\s()]*|[()]|\|[^|]*\||[^\s()";]+', text)


def read_all(text):
    """The data of a text as lists and strings."""
    stack = [[]]
    for token in tokens(text):
        if token.startswith(";"):
            continue
        if token == "(":
            stack.append([])
        elif token == ")" and len(stack) > 1:
            done = stack.pop()
            stack[-1].append(done)
        else:
            stack[-1].append(token)
    return stack[0]


def to_text(datum):
    return datum if isinstance(datum, str) else "(" + " ".join(map(to_text, datum)) + ")"


def libraries():
    """Each library of lib/ with the names that it exports."""
    found = {}
    for file in sorted((ROOT / "lib").rglob("*.sld")):
        for form in read_all(file.read_text()):
            if not (isinstance(form, list) and form and form[0] == "define-library"):
                continue
            names = []
            for declaration in form[2:]:
                if declaration[0] == "export":
                    names += [name if isinstance(name, str) else name[2] for name in declaration[1:]]
            found[to_text(form[1])] = names
    return found


def read_table():
    table = {}
    for line in TABLE.read_text().splitlines() if TABLE.exists() else []:
        if line and not line.startswith("#"):
            library, name, *shapes = line.split("\t")
            table[library, name] = shapes
    return table


def write_table(table):
    head = TABLE.read_text().split("\n(")[0].rstrip("\n") if TABLE.exists() else "# library, procedure, shapes"
    lines = ["\t".join([library, name, *shapes]) for (library, name), shapes in sorted(table.items())]
    TABLE.write_text(head + "\n" + "\n".join(lines) + "\n")


def run(cozen, text, seconds):
    """The lines that a program writes to standard error, and its status: `None` if it was silent for so long that it
    was ended."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "program.scm"
        file.write_text(text)
        process = subprocess.Popen([cozen, "--heap-max=1G", str(file)], cwd=folder, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        arrived = queue.Queue()

        def read():
            for line in process.stderr:
                arrived.put(line.decode(errors="replace").rstrip("\n"))
            arrived.put(None)

        threading.Thread(target=read, daemon=True).start()
        lines = []
        while True:
            try:
                line = arrived.get(timeout=seconds)
            except queue.Empty:
                process.kill()
                process.wait()
                return lines, None
            if line is None:
                return lines, process.wait()
            lines.append(line)


def program(library, body):
    """A program in which the names of `library` begin with `p:`."""
    imports = f"(scheme base) (scheme write) (scheme time) (scheme file) (scheme read) (srfi 69) (prefix {library} p:)"
    return f"(import {imports})\n{SUPPORT.read_text()}\n{body}\n"


def syntax_names(cozen, library, names):
    """Those of the names that are no variables: the compiler says so, with the line."""
    macros = set()
    while True:
        left = [name for name in names if name not in macros]
        start = program(library, "(define (value-of x) x)")
        text = start + "".join(f"(value-of p:{name})\n" for name in left)
        lines, _ = run(cozen, text, 120)
        first = start.count("\n") + 1
        places = (re.match(r".*program\.scm:(\d+):\d+: (?!warning)", line) for line in lines)
        wrong = {int(place.group(1)) - first for place in places if place}
        found = {left[index] for index in wrong if 0 <= index < len(left)}
        if not found:
            return macros
        macros |= found


def shapes_to_try():
    """Tuples of arguments, the likely ones first."""
    one = [(a,) for a in SIZED]
    spread = [("@l",), ("@ll",), ("@ls",), ("@lc",), ("@y",), ("@v",), ("@b",),
              ("plus", "@ll"), ("t", "@l"), ("equal", "@l"), ("less", "@l")]
    procedures = ["id", "pred", "less", "plus", "equal"]
    likely = [(p, a) for p in procedures for a in SIZED] + [(a, p) for p in procedures for a in SIZED]
    likely += [(p, b, a) for p in procedures for a in SIZED for b in SIZED + ["0"]]
    pool = SIZED + OTHER
    two = [(a, b) for a in pool for b in pool if {a, b} & set(SIZED)]
    three = [(a, b, c) for a in pool for b in pool for c in pool if {a, b, c} & set(SIZED)]
    return list(dict.fromkeys(one + spread + likely + two + three))


def find(cozen, library, names, table):
    shapes = {}
    pending = [name for name in names if name not in NEVER_CALLED]
    tries = shapes_to_try()
    literal = " ".join("(" + " ".join(shape) + ")" for shape in tries)
    while pending:
        calls = "\n".join(f"(find '{name} p:{name})" for name in pending)
        lines, status = run(cozen, program(library, f"(define tries '({literal}))\n{calls}"), 8)
        begun = None
        for line in lines:
            parts = line.split("\t")
            if parts[0] == "begin":
                begun = parts[1]
            elif parts[0] == "found" and len(parts) > 2:
                shapes.setdefault(parts[1], []).append(parts[2])
        if status == 0 or begun is None:
            if begun is None:
                print(f"{library}: {lines[:3]}", file=sys.stderr)
            break
        # The last one did not end, or ended the process.
        shapes[begun] = []
        pending = pending[pending.index(begun) + 1:]
    for name in names:
        table[library, name] = shapes.get(name) or ["-"]


def measure(cozen, library, entries):
    """Lines (name, shape, time, time of eight times the size) and what did not end."""
    results, pending = [], list(entries)
    while pending:
        calls = "\n".join(f"(measure '{name} p:{name} '{shape})" for name, shape in pending)
        lines, status = run(cozen, program(library, calls), 30)
        begun = None
        for line in lines:
            parts = line.split("\t")
            if parts[0] == "begin":
                begun = (parts[1], parts[2])
            elif parts[0] == "time":
                results.append((parts[1], parts[2], float(parts[3]), float(parts[4]), float(parts[5])))
            elif parts[0] == "error":
                print(f"{library} {parts[1]} {parts[2]}: {parts[3]}", file=sys.stderr)
        if status == 0 or begun is None:
            if begun is None:
                print(f"{library}: {lines[:3]}", file=sys.stderr)
            break
        results.append((*begun, 0.0, 0.0, float("inf")))
        pending = pending[pending.index(begun) + 1:]
    return results


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cozen", default=str(ROOT / "target/release/cozen"))
    parser.add_argument("--find", action="store_true")
    parser.add_argument("--check-table", action="store_true")
    parser.add_argument("--library", action="append")
    parser.add_argument("--only", nargs="*")
    options = parser.parse_args()
    table, failed = read_table(), False
    for library, names in libraries().items():
        if library == "(cozen)" or options.library and library not in options.library:
            continue
        missing = [name for name in dict.fromkeys(names) if (library, name) not in table]
        if missing and options.find:
            macros = syntax_names(options.cozen, library, missing)
            for name in macros & set(missing):
                table[library, name] = ["syntax"]
            find(options.cozen, library, [name for name in missing if name not in macros], table)
            write_table(table)
            print(f"{library}: {len(missing)} added")
        elif missing:
            failed = True
            print(f"{library}: not in {TABLE.relative_to(ROOT)}: {' '.join(missing)}")
        if options.check_table or options.find:
            continue
        entries = [(name, shape) for name in dict.fromkeys(names) for shape in table.get((library, name), [])
                   if shape not in ("-", "syntax") and (not options.only or name in options.only)]
        for name, shape, small, large, ratio in measure(options.cozen, library, entries) if entries else []:
            if ratio > RATIO_MAX:
                failed = True
                print(f"{library} {name} {shape}: {small:.6f} s, then {large:.6f} s: {ratio:.1f} times")
                sys.stdout.flush()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
