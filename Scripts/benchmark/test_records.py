import unittest

from records import Measurements, is_tail, parse

line = '{"benchmark":"latency","case":"8","unit":"s","samples":[3,1,null,2],"percentiles":{"99":7},"threads":"multiple"}'


class Parsing(unittest.TestCase):
    def test_only_lines_that_are_records_count(self):
        output = f'hello\n{line}\n{{"benchmark": 1}}\n{{broken\n'
        self.assertEqual([record["case"] for record in parse(output)], ["8"])


class Gathering(unittest.TestCase):
    def setUp(self):
        self.measurements = Measurements()
        self.measurements.add(1, "swift", parse(line))

    def test_a_round_has_the_median_of_its_samples(self):
        self.assertEqual(self.measurements.rounds("latency", "8", "swift"), [None, 2])

    def test_percentiles_are_cases_of_their_own_that_are_not_listed_unless_asked_for(self):
        self.assertEqual(self.measurements.rounds("latency", "8, p99", "swift"), [None, 7])
        self.assertEqual(self.measurements.cases("latency"), ["8"])
        self.assertEqual(self.measurements.cases("latency", tails=True), ["8", "8, p99"])

    def test_the_thread_level_is_kept(self):
        self.assertEqual(self.measurements.levels, {("latency", "swift"): "multiple"})

    def test_what_was_not_measured_has_no_rounds(self):
        self.assertEqual(self.measurements.rounds("latency", "9", "swift"), [])

    def test_percentiles_are_told_from_other_cases(self):
        self.assertTrue(is_tail("wake-up, p99.9"))
        self.assertFalse(is_tail("main, pipe"))
        self.assertFalse(is_tail("8"))
