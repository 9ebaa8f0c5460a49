"""Runs the benchmarks and writes the report; Scripts/benchmark.sh prepares what it needs."""

import argparse
import json
import os
import pathlib
import shlex
import sys
import time
from dataclasses import dataclass

import jobs
import machine
import report
from plan import command, plan
from records import Measurements, parse

root = pathlib.Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Folders:
    swift: str = ".build/release/swift-mpi"
    c: str = ".build-benchmarks/c"
    scripts: str = "Sources/PeerBenchmarks/Python"
    python: str = ".build-benchmarks/python/bin/python"


def arguments():
    parser = argparse.ArgumentParser(prog="Scripts/benchmark.sh")
    names = list(dict.fromkeys(benchmark.name for benchmark in plan))
    parser.add_argument("--only", action="append", default=[], choices=names)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--output", type=pathlib.Path)
    options = parser.parse_args()
    options.rounds = max(1, options.rounds or (2 if options.quick else 9))
    partial = options.quick or options.only
    options.output = options.output or (root / ".build-benchmarks/report" if partial else root)
    return options


def run_program(benchmark, program, options, measurements, round_number, raw, commands, cores):
    """Runs one program once; a failure becomes an entry of what failed."""
    level = measurements.levels.get((benchmark.name, "swift"), "multiple")
    words, variables = command(benchmark, program, options.quick, level, Folders(), cores)
    text = " ".join([f"{name}={value}" for name, value in variables.items()] + [shlex.join(words)])
    if text not in commands:
        commands.append(text)
    outcome = jobs.run(words, {**os.environ, **variables}, 45 if options.quick else 600)
    records = parse(outcome.output)
    measurements.add(round_number, program.peer, records)
    for record in records:
        raw.write(json.dumps({**record, "peer": program.peer, "round": round_number}, ensure_ascii=False) + "\n")
    failure = outcome.failure or (None if records else "measured nothing")
    if failure:
        measurements.fail(benchmark.name, program.peer, round_number, failure)
    return failure


def main():
    options = arguments()
    os.chdir(root)
    cores = machine.cores()
    described = machine.describe(Folders.python)
    measurements, commands = Measurements(), []
    start = time.monotonic()
    with open(".build-benchmarks/records.jsonl", "w") as raw:
        for benchmark in plan:
            if options.only and benchmark.name not in options.only:
                continue
            for round_number in range(min(options.rounds, benchmark.most_rounds)):
                for program in benchmark.programs:
                    begun = time.monotonic()
                    failure = run_program(
                        benchmark, program, options, measurements, round_number, raw, commands, cores
                    )
                    took = time.monotonic() - begun
                    print(f"{benchmark.name}, round {round_number + 1}, {program.peer}: {failure or f'{took:.1f} s'}", flush=True)
    described.append(("duration of the run", f"{time.monotonic() - start:.0f} s"))
    write(options, measurements, described, commands)
    return 0


def write(options, measurements, described, commands):
    folder = options.output / "Benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    for name, drawing in report.plots(measurements).items():
        (folder / name).write_text(drawing)
    text = report.markdown(measurements, described, commands, options.rounds, options.quick, options.only)
    (options.output / "BENCHMARKS.md").write_text(text)
    print(f"wrote {options.output / 'BENCHMARKS.md'}")


if __name__ == "__main__":
    sys.exit(main())
