import unittest

from goals import Goal, goals, judge
from plan import plan
from records import Measurements


def measured(unit, **rounds):
    """Measurements of one benchmark, `b`, with the cases `c` and `d` of each peer."""
    measurements = Measurements()
    for peer, cases in rounds.items():
        for case, values in cases.items():
            measurements.units["b", case] = unit
            for number, value in enumerate(values):
                measurements.put(("b", case), peer, number, value)
    return measurements


class Judging(unittest.TestCase):
    def test_a_time_is_compared_with_the_peers_within_each_round(self):
        found = judge(
            Goal("1", "", "b", ("c",), "time", 1.1, "C"), measured("s", swift={"c": [1, 22, 3]}, C={"c": [1, 20, 2]})
        )
        self.assertAlmostEqual(found.value, 1.1)
        self.assertAlmostEqual(found.lower, 1.05)

    def test_more_of_a_rate_is_faster(self):
        found = judge(
            Goal("1", "", "b", ("c",), "faster", 2, "C"), measured("1/s", swift={"c": [30]}, C={"c": [10]})
        )
        self.assertEqual((found.value, found.is_met), (3, True))

    def test_less_of_a_time_is_faster(self):
        found = judge(Goal("1", "", "b", ("c",), "faster", 4, "C"), measured("s", swift={"c": [10]}, C={"c": [30]}))
        self.assertEqual((found.value, found.is_met), (3, False))

    def test_the_case_that_is_furthest_from_the_goal_counts(self):
        values = measured("s", swift={"c": [1], "d": [3]}, C={"c": [1], "d": [1]})
        self.assertEqual(judge(Goal("1", "", "b", ("c", "d"), "time", 2, "C"), values).case, "d")
        self.assertEqual(judge(Goal("1", "", "b", ("c", "d"), "faster", 1, "C"), values).case, "d")

    def test_a_value_of_its_own_is_bounded_from_either_side(self):
        values = measured("1", swift={"c": [2, 4]})
        self.assertTrue(judge(Goal("1", "", "b", ("c",), "least", 3), values).is_met)
        self.assertFalse(judge(Goal("1", "", "b", ("c",), "most", 2.9), values).is_met)

    def test_another_case_of_the_peer_may_be_compared(self):
        values = measured("s", swift={"c": [1]}, C={"d": [4]})
        self.assertEqual(judge(Goal("1", "", "b", ("c",), "time", 0.5, "C", ("d",)), values).value, 0.25)

    def test_what_was_not_measured_is_neither_met_nor_missed(self):
        self.assertIsNone(judge(Goal("1", "", "b", ("c",), "time", 1, "C"), Measurements()).is_met)

    def test_a_wrong_result_is_not_met_however_fast(self):
        values = measured("s", swift={"c": [1]}, C={"c": [2]})
        values.verifications["b", "c", "swift"] = "failed"
        self.assertFalse(judge(Goal("1", "", "b", ("c",), "time", 1, "C"), values).is_met)


class Goals(unittest.TestCase):
    def test_every_goal_is_about_a_benchmark_and_a_peer_of_the_plan(self):
        peers = {}
        for benchmark in plan:
            peers.setdefault(benchmark.name, set()).update(program.peer for program in benchmark.programs)
        for goal in goals:
            self.assertIn(goal.benchmark, peers)
            self.assertIn(goal.peer or "swift", peers[goal.benchmark], goal)
