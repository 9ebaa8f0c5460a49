"""What a number of measured values say together, and how they are written."""

import math


def quantile(values, share):
    """The value below which a share of all values lies, between neighbours in proportion; None without values."""
    ordered = sorted(values)
    if not ordered:
        return None
    position = share * (len(ordered) - 1)
    index = int(position)
    if index + 1 >= len(ordered):
        return ordered[-1]
    return ordered[index] + (position - index) * (ordered[index + 1] - ordered[index])


def median(values):
    return quantile(values, 0.5)


def ratios(ours, theirs):
    """The ratio of each round that has both."""
    return [own / other for own, other in zip(ours, theirs) if own is not None and other]


def digits(value):
    """A number with three digits that count."""
    if value == 0:
        return "0"
    if not math.isfinite(value):
        return "?"
    places = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:.{min(places, 6)}f}"


prefixes = {
    "s": [(1, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n")],
    "": [(1e9, "G"), (1e6, "M"), (1e3, "k"), (1, "")],
}


def text(value, unit):
    """A value with its unit, with the prefix that leaves one to three digits before the point."""
    if value is None:
        return ""
    if unit == "1":
        return digits(value)
    for factor, prefix in prefixes.get(unit, prefixes[""]):
        if abs(value) >= factor:
            break
    word = "/s" if unit == "1/s" else unit
    return f"{digits(value / factor)} {prefix}{word}"
