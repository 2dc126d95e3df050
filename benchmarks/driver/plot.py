# SPDX-License-Identifier: MIT
"""A plot of time per element over the number of columns, both on logarithmic axes, as SVG."""
import html
import math

WIDTH, HEIGHT = 900, 560
LEFT, RIGHT, TOP, BOTTOM = 70, 190, 40, 60
COLOURS = ["#d55e00", "#000000", "#0072b2", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#888888",
           "#7a5230"]


class Axis:
    """Maps a positive number to a coordinate, whole powers of ten at both ends."""

    def __init__(self, values, begin, end):
        self.low = math.floor(math.log10(min(values)))
        self.high = max(math.ceil(math.log10(max(values))), self.low + 1)
        self.begin, self.end = begin, end

    def __call__(self, value):
        part = (math.log10(value) - self.low) / (self.high - self.low)
        return self.begin + part * (self.end - self.begin)

    def ticks(self):
        return [10.0 ** power for power in range(self.low, self.high + 1)]


def text(x, y, words, **attributes):
    listed = "".join(f' {name.replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f'<text x="{x:.1f}" y="{y:.1f}"{listed}>{html.escape(words)}</text>'


def line(x1, y1, x2, y2, colour, width=1):
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" '
            f'stroke-width="{width}"/>')


def grid(x, y):
    parts = []
    for tick in x.ticks():
        parts += [line(x(tick), TOP, x(tick), HEIGHT - BOTTOM, "#ddd"),
                  text(x(tick), HEIGHT - BOTTOM + 18, f"{tick:,.0f}", text_anchor="middle")]
    for tick in y.ticks():
        parts += [line(LEFT, y(tick), WIDTH - RIGHT, y(tick), "#ddd"),
                  text(LEFT - 8, y(tick) + 4, f"{tick:g}", text_anchor="end")]
    return parts


def draw(title, x_title, y_title, curves):
    """`curves` are lists of points (x, y) by name; the SVG as a text."""
    points = [point for curve in curves.values() for point in curve]
    x = Axis([point[0] for point in points], LEFT, WIDTH - RIGHT)
    y = Axis([point[1] for point in points], HEIGHT - BOTTOM, TOP)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
             'font-family="sans-serif" font-size="13">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
             text((LEFT + WIDTH - RIGHT) / 2, 24, title, text_anchor="middle", font_size=16),
             text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 14, x_title, text_anchor="middle"),
             text(0, 0, y_title, text_anchor="middle",
                  transform=f"translate(18 {HEIGHT / 2}) rotate(-90)")]
    parts += grid(x, y)
    for index, (name, curve) in enumerate(curves.items()):
        colour = COLOURS[index % len(COLOURS)]
        path = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in sorted(curve))
        parts += [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
                  line(WIDTH - RIGHT + 12, TOP + 12 + 20 * index, WIDTH - RIGHT + 34,
                       TOP + 12 + 20 * index, colour, 3),
                  text(WIDTH - RIGHT + 40, TOP + 16 + 20 * index, name)]
    return "\n".join(parts + ["</svg>", ""])


def of_results(results):
    """The softmax by columns; the limits as one curve, their best. None without measurements."""
    curves = {"tigrillo": [], "best copy": []}
    for one in results.measurements:
        if one.work.variant == "sweep":
            elements = one.work.rows * one.work.columns
            point = one.work.columns, 1e9 * one.median / elements
            curves.setdefault("limits" if one.is_limit else one.contestant, []).append(point)
    best = {}
    for columns, time in curves.pop("limits", []):
        best[columns] = min(time, best.get(columns, time))
    curves["best copy"] = list(best.items())
    curves = {name: curve for name, curve in curves.items() if curve}
    if not curves:
        return None
    return draw("Softmax, one thread, a million numbers", "columns", "nanoseconds per element",
                curves)
