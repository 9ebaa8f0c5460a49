"""Curves over logarithmic axes, as SVG."""

import math
from xml.sax.saxutils import escape

colors = ["#d9480f", "#1c7ed6", "#2b8a3e", "#862e9c", "#e67700", "#495057"]
width, height = 720, 440
left, right, top, bottom = 80, 190, 40, 60


def decades(values):
    """The powers of ten around all values."""
    low = math.floor(math.log10(min(values)) + 1e-9)
    high = math.ceil(math.log10(max(values)) - 1e-9)
    return low, max(high, low + 1)


class Axis:
    def __init__(self, values, start, end):
        self.low, self.high = decades(values)
        self.start, self.end = start, end

    def place(self, value):
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)

    def ticks(self):
        return [10.0**exponent for exponent in range(self.low, self.high + 1)]


def plot(title, x_title, y_title, curves, x_text, y_text):
    """An SVG document; `curves` has a list of points (x, y) for each name, `x_text` and `y_text` write a number on an axis."""
    curves = {name: sorted(points) for name, points in curves.items() if points}
    points = [point for curve in curves.values() for point in curve if min(point) > 0]
    if not points:
        return None
    x = Axis([point[0] for point in points], left, width - right)
    y = Axis([point[1] for point in points], height - bottom, top)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
        words(left, 22, title, "start", 15),
        words((left + width - right) / 2, height - 14, x_title, "middle"),
        f'<g transform="translate(18 {(top + height - bottom) / 2:.0f}) rotate(-90)">{words(0, 0, y_title, "middle")}</g>',
    ]
    for tick in x.ticks():
        parts.append(line(x.place(tick), top, x.place(tick), height - bottom))
        parts.append(words(x.place(tick), height - bottom + 18, x_text(tick), "middle"))
    for tick in y.ticks():
        parts.append(line(left, y.place(tick), width - right, y.place(tick)))
        parts.append(words(left - 8, y.place(tick) + 4, y_text(tick), "end"))
    for index, (name, curve) in enumerate(curves.items()):
        color = colors[index % len(colors)]
        places = [(x.place(a), y.place(b)) for a, b in curve if a > 0 and b > 0]
        path = " ".join(f"{a:.1f},{b:.1f}" for a, b in places)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>')
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3" fill="{color}"/>' for a, b in places]
        row = top + 10 + 20 * index
        parts.append(f'<rect x="{width - right + 16}" y="{row - 5}" width="16" height="4" fill="{color}"/>')
        parts.append(words(width - right + 38, row + 2, name, "start"))
    return "\n".join(parts + ["</svg>", ""])


def line(x1, y1, x2, y2):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#dee2e6"/>'


def words(x, y, text, anchor, size=12):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">{escape(text)}</text>'
