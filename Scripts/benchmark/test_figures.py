import unittest

import figures


class Quantiles(unittest.TestCase):
    def test_quantiles_lie_between_neighbours_in_proportion(self):
        self.assertEqual(figures.median([9, 1, 5]), 5)
        self.assertEqual(figures.median([4, 1, 2, 10]), 3)
        self.assertEqual(figures.quantile([1, 2, 3, 4], 0.25), 1.75)
        self.assertEqual(figures.quantile([1, 2, 3, 4], 1), 4)

    def test_nothing_has_no_quantile(self):
        self.assertIsNone(figures.median([]))


class Ratios(unittest.TestCase):
    def test_ratios_are_taken_within_a_round(self):
        self.assertEqual(figures.ratios([2, 6, 5], [1, 2, 10]), [2, 3, 0.5])

    def test_a_round_that_one_has_not_is_left_out(self):
        self.assertEqual(figures.ratios([2, None, 5], [1, 2]), [2])
        self.assertEqual(figures.ratios([2, 3], [0, 1]), [3])


class Texts(unittest.TestCase):
    def test_three_digits_count(self):
        for value, text in [(0, "0"), (1.234, "1.23"), (12.34, "12.3"), (1234, "1234"), (0.01234, "0.0123")]:
            self.assertEqual(figures.digits(value), text)

    def test_a_prefix_leaves_one_to_three_digits_before_the_point(self):
        self.assertEqual(figures.text(1.5e-6, "s"), "1.50 µs")
        self.assertEqual(figures.text(3e-10, "s"), "0.300 ns")
        self.assertEqual(figures.text(8.1e9, "B/s"), "8.10 GB/s")
        self.assertEqual(figures.text(26_100, "1/s"), "26.1 k/s")
        self.assertEqual(figures.text(2.5, "1"), "2.50")
        self.assertEqual(figures.text(None, "s"), "")
