"""What the programs have in common: options, samples, and records as swift-mpi bench --json prints them."""

import argparse
import json
import time

now = time.perf_counter
percents = [50, 90, 99, 99.9]


def numbers(text):
    return [int(word) for word in text.split(",")]


def parser(**defaults):
    """A parser with the options that have these defaults; lists of numbers are written with commas."""
    result = argparse.ArgumentParser()
    result.add_argument("--repetitions", type=int, default=5)
    for name, default in defaults.items():
        kind = numbers if isinstance(default, list) else type(default)
        result.add_argument("--" + name.replace("_", "-"), type=kind, default=default)
    return result


def iterations_for(size, iterations):
    """How often a message of a size is sent in a batch: beyond 4 KiB as often as keeps the number of bytes the same."""
    return iterations if size <= 4096 else max(4, iterations * 4096 // size)


def samples(repetitions, batch):
    """Measures batches, after one that is not counted."""
    batch()
    return [batch() for _ in range(repetitions)]


def quantile(ordered, share):
    position = share * (len(ordered) - 1)
    index = int(position)
    if index + 1 >= len(ordered):
        return ordered[-1]
    return ordered[index] + (position - index) * (ordered[index + 1] - ordered[index])


def record(benchmark, case, unit, values, single=None, **notes):
    """Prints a record; `single` has the times of single operations."""
    line = {"benchmark": benchmark, "case": case, "unit": unit, "samples": values}
    if single:
        ordered = sorted(single)
        line["percentiles"] = {f"{percent:g}": quantile(ordered, percent / 100) for percent in percents}
    print(json.dumps({**line, **notes}, ensure_ascii=False), flush=True)
