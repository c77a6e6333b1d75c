#!/usr/bin/env python3
"""Runs clang-tidy over our sources, but only over those that changed since they last passed.

usage: tools/tidy.py [--seconds N] BUILD_DIR [PATH_PART...]

BUILD_DIR holds compile_commands.json, of a build with clang: its precompiled headers halve the time. With PATH_PARTs only
files whose path contains one of them are looked at. The files changed last come first, by git's history and not by the dates
of files, which in a fresh clone say nothing; a header comes with its own source or, when it has none, with one that includes
it. After N seconds no further one is begun, and what was not reached is told.
Tests are left out: gtest's macros cost most of the time and show nothing.

A file that passed leaves a stamp under build/tidy, named by a hash of .clang-tidy, of the file, and of every header of ours
that it includes, directly or not.
"""

import argparse
import concurrent.futures
import functools
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
STAMPS = ROOT / "build" / "tidy"
INCLUDE = re.compile(rb'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)
# The warnings of GCC are GCC's to judge; -w leaves clang-tidy's own.
EXTRA = ["--extra-arg=-w", "--quiet"]


def find_clang_tidy():
    names = [f"clang-tidy-{version}" for version in (19, 18, 17, 16)] + ["clang-tidy"]
    for name in names:
        if path := shutil.which(name):
            return path
    sys.exit("tidy: no clang-tidy; run tools/setup.sh")


def our_sources(build, parts):
    commands = json.loads((build / "compile_commands.json").read_text())
    files = {pathlib.Path(command["file"]).resolve() for command in commands}
    for file in sorted(files):
        path = file.relative_to(ROOT).as_posix() if file.is_relative_to(ROOT) else ""
        ours = path.startswith(("src/", "bench/")) and not path.endswith("_test.cc")
        if ours and (not parts or any(part in path for part in parts)):
            yield file


@functools.cache
def text_of(file):
    return file.read_bytes()


@functools.cache
def headers_of(file):
    found = ((folder / name.decode()).resolve()
             for name in INCLUDE.findall(text_of(file)) for folder in (ROOT / "src", file.parent))
    return [header for header in found if header.is_file()]


def stamp_of(file, base):
    seen, todo = {file}, [file]
    while todo:
        for header in headers_of(todo.pop()):
            if header not in seen:
                seen.add(header)
                todo.append(header)
    digest = hashlib.sha256(base)
    for each in sorted(seen):
        digest.update(str(each.relative_to(ROOT)).encode() + b"\0" + text_of(each) + b"\0")
    return STAMPS / digest.hexdigest()


def git(*arguments):
    return subprocess.run(["git", "-C", str(ROOT), *arguments], capture_output=True, text=True).stdout


def by_last_change(sources):
    """All sources, those that are not committed yet first, then those of the last commits; and the day of each commit."""
    through = {file: source for source in sources for file in (source, source.with_suffix(".h"))}
    includes = [(header, source) for source in sources for header in headers_of(source)]
    for header, source in sorted(includes, key=lambda pair: pair[0].parent != pair[1].parent):
        through.setdefault(header, source)
    days = {}
    day = "today"
    for line in (git("diff", "--name-only", "HEAD") + git("log", "--format=> %cs", "--name-only")).splitlines():
        if line.startswith("> "):
            day = line[2:]
        elif source := through.get(ROOT / line):
            days.setdefault(source, day)
    return {**days, **{source: "" for source in sources if source not in days}}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("build", type=lambda text: pathlib.Path(text).resolve())
    parser.add_argument("parts", nargs="*")
    arguments = parser.parse_args()
    build = arguments.build
    deadline = time.monotonic() + arguments.seconds
    tool = find_clang_tidy()
    base = (ROOT / ".clang-tidy").read_bytes() + pathlib.Path(tool).name.encode()
    STAMPS.mkdir(parents=True, exist_ok=True)
    stamps = {file: stamp_of(file, base) for file in our_sources(build, arguments.parts)}
    days = by_last_change(list(stamps))
    todo = [file for file in days if not stamps[file].exists()]

    def check(file):
        if time.monotonic() > deadline:
            return file, None
        run = subprocess.run([tool, "-p", str(build), *EXTRA, str(file)], capture_output=True, text=True, cwd=ROOT)
        if run.returncode == 0:
            stamps[file].touch()
        return file, run

    failed = 0
    unreached = []
    jobs = int(subprocess.check_output([ROOT / "tools" / "jobs.sh"]))
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for file, run in pool.map(check, todo):
            if run is None:
                unreached.append(file)
            elif run.returncode != 0:
                failed += 1
                print(f"tidy: {os.path.relpath(file, ROOT)}\n{run.stdout}{run.stderr}", flush=True)
    print(f"tidy: {len(stamps)} files, {len(todo) - len(unreached)} looked at, {failed} with findings")
    if unreached:
        last = days[unreached[0]] if git("rev-parse", "--is-shallow-repository") == "false\n" else ""
        print(f"tidy: {len(unreached)} not reached for want of time" + (f", last changed on or before {last}" if last else ""))
    sys.exit(failed != 0)


main()
