"""The report: Markdown and plots."""

import re

from figures import digits, median, quantile, text
from goals import goals, is_rate, judge, speeds
from plan import plan
from plot import plot

exact = ", taken at their word"


def row(*cells):
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"


def table(header, rows):
    return [row(*header), row(*["---"] * len(header)), *[row(*cells) for cells in rows], ""]


def goal_rows(measurements, only):
    for goal in goals:
        if only and goal.benchmark not in only:
            continue
        verdict = judge(goal, measurements)
        sign = "≥" if goal.sense in ("faster", "least") else "≤"
        against = {"faster": f"speed of {goal.peer}", "time": f"time of {goal.peer}"}.get(goal.sense, "")
        bound = f"{sign} {goal.bound:g}" + (" ×" if goal.peer else "")
        if verdict.value is None:
            yield goal.number, goal.text, against, "not measured", "", bound, "not measured"
            continue
        name = f"{goal.text} ({verdict.case})" if len(goal.cases) > 1 else goal.text
        spread = f"{digits(verdict.lower)} … {digits(verdict.upper)}"
        yield goal.number, name, against, digits(verdict.value), spread, bound, "met" if verdict.is_met else "**not met**"


def bounds(measurements, only):
    """What bounds the goals that are not met, each once."""
    found = {}
    for goal in goals:
        if (only and goal.benchmark not in only) or not goal.bounded_by:
            continue
        if judge(goal, measurements).is_met is False:
            found.setdefault(goal.bounded_by, []).append(goal.text)
    return [f"- **{', '.join(dict.fromkeys(texts))}**: {reason}" for reason, texts in found.items()]


def rounds_text(rounds, names):
    """How often the programs of these benchmarks ran, for a sentence."""
    fewer = {}
    for benchmark in plan:
        if benchmark.name in names and benchmark.most_rounds < rounds:
            fewer.setdefault(benchmark.most_rounds, []).append(benchmark.name)
    exceptions = [f"{' and '.join(names)} {count} times" for count, names in sorted(fewer.items(), reverse=True)]
    return f"{rounds} {'time' if rounds == 1 else 'times'}" + (f" ({', '.join(exceptions)})" if exceptions else "")


def figure_rows(measurements, benchmark, peers):
    for case in measurements.cases(benchmark, tails=True):
        if case.endswith((", p90", ", p99.9")):
            continue
        unit = measurements.units[benchmark, case]
        cells = [case]
        for peer in peers:
            found = [value for value in measurements.rounds(benchmark, case, peer) if value is not None]
            cells.append(text(median(found), unit) if found else "")
        for peer in peers:
            if peer == "swift":
                continue
            found = speeds(measurements, benchmark, case, peer, case.replace(exact, ""))
            spread = f" ({digits(quantile(found, 0.25))} … {digits(quantile(found, 0.75))})" if len(found) > 1 else ""
            cells.append(f"{digits(median(found))}{spread}" if found else "")
        yield cells


def curves(measurements, benchmark, pattern):
    """For each peer the points of the cases whose name has a number where the pattern has a group."""
    found = {}
    for case in measurements.cases(benchmark):
        match = re.fullmatch(pattern, case)
        if not match:
            continue
        for peer in measurements.peers(benchmark):
            values = [value for value in measurements.rounds(benchmark, case, peer) if value is not None]
            if values:
                found.setdefault(peer, []).append((int(match.group(1)), median(values)))
    return found


def plots(measurements):
    """The documents of the plots by the names of their files."""
    size = "size of a message"
    drawings = {
        "latency.svg": plot(
            "Latency",
            size,
            "half a round trip",
            curves(measurements, "latency", r"(\d+)"),
            lambda value: text(value, "B"),
            lambda value: text(value, "s"),
        ),
        "bandwidth.svg": plot(
            "Bandwidth",
            size,
            "bytes per second",
            curves(measurements, "bandwidth", r"(\d+)"),
            lambda value: text(value, "B"),
            lambda value: text(value, "B/s"),
        ),
        "pool.svg": plot(
            "Pool of two, chunk size 1",
            "length of a task",
            "tasks per second",
            curves(measurements, "pool", r"tasks of (\d+) µs, chunk size 1"),
            lambda value: text(value * 1e-6, "s"),
            lambda value: text(value, "1/s"),
        ),
    }
    return {name: drawing for name, drawing in drawings.items() if drawing}


def markdown(measurements, machine, commands, rounds, quick, only):
    lines = [
        "# Benchmarks",
        "",
        f"One run of `Scripts/benchmark.sh{' --quick' if quick else ''}`, as it came out. Every program ran {rounds_text(rounds, measurements.benchmarks())}, in turn: Swift, then "
        "each peer, then Swift again. A ratio is taken within a round; the table has the median of the rounds, and in the spread the quartiles. "
        "A goal with several cases shows the one that is furthest from it.",
        "",
    ]
    if quick:
        lines += ["This is a quick run with small parameters: it shows that everything works, and no more.", ""]
    lines += ["## Goals", ""]
    header = ("#", "benchmark", "compared with", "ratio", "spread", "goal", "")
    lines += table(header, list(goal_rows(measurements, only)))
    reasons = bounds(measurements, only)
    if reasons:
        lines += ["## What bounds the goals that are not met", "", *reasons, ""]
    lines += ["That a small buffer costs no allocation is counted by `Scripts/check-allocations.sh`.", ""]
    if measurements.failures:
        lines += ["## What failed", ""]
        failures = [(name, peer, number + 1, reason) for name, peer, number, reason in measurements.failures]
        lines += table(("benchmark", "program", "round", "what happened"), failures)
    drawings = plots(measurements)
    if drawings:
        lines += ["## Plots", ""] + [f"![{name.removesuffix('.svg')}](Benchmarks/{name})\n" for name in drawings]
    lines += ["## Machine", ""] + table(("", ""), machine)
    lines += ["## Figures", "", "The median of the rounds, and how many times as fast as a peer Swift is (quartiles).", ""]
    for benchmark in measurements.benchmarks():
        peers = measurements.peers(benchmark)
        level = measurements.levels.get((benchmark, "swift"))
        lines += [f"### {benchmark}", ""]
        if level:
            lines += [f"Thread level of all programs: {level}.", ""]
        others = [peer for peer in peers if peer != "swift"]
        lines += table(["case", *peers, *[f"against {peer}" for peer in others]], list(figure_rows(measurements, benchmark, peers)))
        checks = [(case, peer, word) for (name, case, peer), word in measurements.verifications.items() if name == benchmark]
        lines += [f"Verification, {case}, {peer}: {word}.  " for case, peer, word in checks] + ([""] if checks else [])
    lines += ["## Commands", "", "With the variables of `mpirun-configs/local.env`, and those before the command.", "", "```"]
    return "\n".join([*lines, *commands, "```", ""])
