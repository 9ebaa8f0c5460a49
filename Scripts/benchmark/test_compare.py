import json
import unittest

from compare import lines, load, pairs


def run(speeds):
    """A run in which Swift took so many seconds for EP, and C one."""
    records = []
    for number, seconds in enumerate(speeds):
        for peer, value in (("swift", seconds), ("C", 1)):
            records.append(
                {"benchmark": "ep", "case": "class S", "unit": "s", "samples": [value], "peer": peer, "round": number}
            )
    return load(json.dumps(record) for record in records)


class Comparing(unittest.TestCase):
    def test_runs_whose_quartiles_overlap_agree(self):
        found = pairs(run([1, 2, 3]), run([2, 3, 4]))
        self.assertEqual([(pair.case, pair.agrees) for pair in found], [("class S", True)])
        self.assertEqual(list(lines(found)), ["1 of 1 agree within their quartiles"])

    def test_runs_that_are_apart_are_named(self):
        found = list(lines(pairs(run([1, 2, 3]), run([7, 8, 9]))))
        self.assertEqual(found[-1], "0 of 1 agree within their quartiles")
        self.assertIn("class S, against C: 2.00 (1.50 … 2.50) and 8.00 (7.50 … 8.50)", found[0])

    def test_what_only_one_run_has_measured_is_not_compared(self):
        self.assertEqual(pairs(run([1]), load([])), [])


if __name__ == "__main__":
    unittest.main()
