"""What the programs print, and what was measured in all rounds."""

import json

from figures import median


def parse(output):
    """The records among the lines of a program."""
    found = []
    for line in output.splitlines():
        if not line.startswith("{"):
            continue
        try:
            record = json.loads(line)
        except ValueError:
            continue
        if {"benchmark", "case", "unit", "samples"} <= record.keys():
            found.append(record)
    return found


class Measurements:
    """The value of each round, for each benchmark, case and peer."""

    def __init__(self):
        self.values = {}
        self.units = {}
        self.failures = []
        self.levels = {}
        self.verifications = {}

    def add(self, round_number, peer, records):
        for record in records:
            samples = [sample for sample in record["samples"] if sample is not None]
            place = (record["benchmark"], record["case"])
            self.units[place] = record["unit"]
            self.put(place, peer, round_number, median(samples))
            for percent, value in record.get("percentiles", {}).items():
                tail = (record["benchmark"], f"{record['case']}, p{percent}")
                self.units[tail] = record["unit"]
                self.put(tail, peer, round_number, value)
            if "threads" in record:
                self.levels[record["benchmark"], peer] = record["threads"]
            if "verification" in record:
                self.verifications[record["benchmark"], record["case"], peer] = record["verification"]

    def put(self, place, peer, round_number, value):
        rounds = self.values.setdefault(place, {}).setdefault(peer, [])
        rounds.extend([None] * (round_number + 1 - len(rounds)))
        rounds[round_number] = value

    def fail(self, benchmark, peer, round_number, reason):
        self.failures.append((benchmark, peer, round_number, reason))

    def rounds(self, benchmark, case, peer):
        return self.values.get((benchmark, case), {}).get(peer, [])

    def benchmarks(self):
        return list(dict.fromkeys(benchmark for benchmark, _ in self.values))

    def cases(self, benchmark, tails=False):
        """The cases of a benchmark; those of percentiles only if asked for."""
        every = [case for name, case in self.values if name == benchmark]
        return [case for case in every if tails or not is_tail(case)]

    def peers(self, benchmark):
        every = [peer for (name, _), peers in self.values.items() if name == benchmark for peer in peers]
        return list(dict.fromkeys(every))


def is_tail(case):
    return case.rpartition(", p")[2].replace(".", "").isdigit() and ", p" in case
