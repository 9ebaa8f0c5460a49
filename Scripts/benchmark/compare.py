"""Says where two runs of the benchmarks agree: whether the quartiles of each ratio that a goal is about overlap.

usage: Scripts/benchmark/compare.py RECORDS RECORDS

A run leaves its records in .build-benchmarks/records.jsonl; copy them before the next one.
"""

import json
import sys
from dataclasses import dataclass

from figures import digits, median, quantile
from goals import goals, values
from records import Measurements


def load(lines):
    """What a run measured, from the lines that it wrote."""
    measurements = Measurements()
    for line in lines:
        record = json.loads(line)
        measurements.add(record["round"], record["peer"], [record])
    return measurements


@dataclass(frozen=True)
class Pair:
    """One case of a goal in two runs: the lower quartile, the median and the upper quartile in each."""

    goal: object
    case: str
    first: tuple
    second: tuple

    @property
    def agrees(self):
        return self.first[0] <= self.second[2] and self.second[0] <= self.first[2]


def spread(found):
    return quantile(found, 0.25), median(found), quantile(found, 0.75)


def pairs(first, second):
    """Each case of each goal that both runs have measured."""
    found = []
    for goal in goals:
        for index, case in enumerate(goal.cases):
            both = [values(goal, measurements, index) for measurements in (first, second)]
            if all(both):
                found.append(Pair(goal, case, *map(spread, both)))
    return found


def lines(found):
    """The comparison as text: what does not agree, and how much does."""
    for pair in found:
        if not pair.agrees:
            values = ["{1} ({0} … {2})".format(*map(digits, run)) for run in (pair.first, pair.second)]
            against = f", against {pair.goal.peer}" if pair.goal.peer else ""
            yield f"{pair.goal.text}: {pair.case}{against}: {values[0]} and {values[1]}"
    yield f"{sum(pair.agrees for pair in found)} of {len(found)} agree within their quartiles"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__.strip())
    runs = []
    for path in sys.argv[1:]:
        with open(path) as file:
            runs.append(load(file))
    for line in lines(pairs(*runs)):
        print(line)


if __name__ == "__main__":
    main()
