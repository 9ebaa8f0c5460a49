import unittest
import xml.etree.ElementTree as tree
from unittest.mock import patch

import report
from goals import Goal
from plan import Benchmark
from plot import decades, plot
from records import Measurements


def some():
    measurements = Measurements()
    for peer, factor in [("swift", 1), ("C", 2), ("mpi4py", 3)]:
        for number in range(2):
            records = [
                {"benchmark": "latency", "case": str(size), "unit": "s", "samples": [factor * size * 1e-9]}
                for size in (8, 64, 4096)
            ]
            measurements.add(number, peer, records)
    return measurements


class Plots(unittest.TestCase):
    def test_powers_of_ten_enclose_the_values(self):
        self.assertEqual(decades([8, 4096]), (0, 4))
        self.assertEqual(decades([10, 1000]), (1, 3))
        self.assertEqual(decades([10]), (1, 2))

    def test_a_plot_has_a_curve_for_each_peer_and_is_well_formed(self):
        drawing = report.plots(some())["latency.svg"]
        root = tree.fromstring(drawing)
        self.assertEqual(len([node for node in root.iter() if node.tag.endswith("polyline")]), 3)
        self.assertEqual(len([node for node in root.iter() if node.tag.endswith("circle")]), 9)

    def test_higher_values_are_higher_up(self):
        drawing = plot("t", "x", "y", {"a": [(1, 1), (10, 100)]}, str, str)
        circles = [node for node in tree.fromstring(drawing).iter() if node.tag.endswith("circle")]
        self.assertGreater(float(circles[0].get("cy")), float(circles[1].get("cy")))
        self.assertLess(float(circles[0].get("cx")), float(circles[1].get("cx")))

    def test_without_points_there_is_no_plot(self):
        self.assertIsNone(plot("t", "x", "y", {"a": []}, str, str))
        self.assertEqual(report.plots(Measurements()), {})


class Text(unittest.TestCase):
    def setUp(self):
        measurements = some()
        measurements.fail("latency", "C", 1, "did not end within 1 s")
        self.text = report.markdown(measurements, [("processor", "x")], ["a command"], 2, False, [])

    def test_a_goal_that_is_met_says_so(self):
        self.assertIn("| 1 | buffer ping-pong, 8 B to 4 KiB (8) | time of C | 0.500 | 0.500 … 0.500 | ≤ 1.03 × | met |", self.text)

    def test_a_goal_that_is_not_met_says_what_bounds_it(self):
        def goal(text, benchmark, bound, reason):
            return Goal("9", text, benchmark, ("8",), "faster", bound, "C", bounded_by=reason)

        slow, fast, absent = goal("a", "latency", 5, "the copy"), goal("b", "latency", 1, "x"), goal("c", "other", 5, "y")
        with patch("report.goals", [slow, fast, absent]):
            self.assertEqual(report.bounds(some(), []), ["- **a**: the copy"])

    def test_how_often_what_ran(self):
        plan = [Benchmark("a", [], {}, {}), Benchmark("b", [], {}, {}, most_rounds=3), Benchmark("c", [], {}, {}, most_rounds=2)]
        with patch("report.plan", plan):
            self.assertEqual(report.rounds_text(1, ["a", "b", "c"]), "1 time")
            self.assertEqual(report.rounds_text(9, ["a", "b", "c"]), "9 times (b 3 times, c 2 times)")
            self.assertEqual(report.rounds_text(9, ["a", "c"]), "9 times (c 2 times)")

    def test_a_goal_that_was_not_measured_says_so(self):
        self.assertIn("| 3 | small structure, ping-pong | speed of mpi4py pickle | not measured |", self.text)

    def test_a_failure_has_a_row(self):
        self.assertIn("| latency | C | 2 | did not end within 1 s |", self.text)

    def test_a_case_has_a_row_with_the_figures_of_all_peers(self):
        self.assertIn("| 64 | 64.0 ns | 128 ns | 192 ns | 2.00 (2.00 … 2.00) | 3.00 (3.00 … 3.00) |", self.text)

    def test_goals_of_benchmarks_that_did_not_run_are_left_out_if_only_some_should(self):
        text = report.markdown(some(), [], [], 2, True, ["latency"])
        self.assertNotIn("small structure", text)
        self.assertIn("quick run", text)
