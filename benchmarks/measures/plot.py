"""A plot against sizes: panels side by side on logarithmic axes, as SVG."""

from __future__ import annotations

from math import ceil, floor, log10
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

COLOURS = ("#1b6ca8", "#c8553d", "#3a7d44", "#6b4e9b")
PANEL, GAP, TALL, LEFT, TOP, BELOW = 250, 48, 300, 56, 76, 50
STEPS = (1, 2, 5)
"""Marks of a decade."""


class Line(NamedTuple):
    """One line: its name sets its colour, `dashed` its stroke."""

    panel: str
    name: str
    dashed: bool
    points: list[tuple[float, float]]


class Axis(NamedTuple):
    """A logarithmic axis of so many pixels."""

    low: float
    high: float
    pixels: int

    @classmethod
    def over(cls, values: Iterable[float], pixels: int) -> Axis:
        """Span all values, with a little room."""
        logs = [log10(value) for value in values if value > 0]
        room = 0.04 * max(max(logs) - min(logs), 0.1)
        return cls(min(logs) - room, max(logs) + room, pixels)

    def at(self, value: float) -> float:
        """Give the pixel of a value."""
        return (log10(value) - self.low) / (self.high - self.low) * self.pixels

    def marks(self) -> list[float]:
        """Give the round values on it."""
        powers = range(floor(self.low), ceil(self.high) + 1)
        every = [step * 10.0**power for power in powers for step in STEPS]
        return [value for value in every if self.low <= log10(value) <= self.high]


def plot(
    path: Path,
    title: str,
    strokes: tuple[str, str] | None,
    lines: list[Line],
    across: str = "documents",
) -> None:
    """
    Draw the lines over sizes in `across`; `strokes` says what solid and dashed ones are.

    With strokes all panels have one axis up, for counts of one kind; without, each has its own.
    """
    sizes = sorted({x for line in lines for x, _ in line.points})
    along = Axis.over(sizes, PANEL)
    panels = list(dict.fromkeys(line.panel for line in lines))
    names = list(dict.fromkeys(line.name for line in lines))
    width = LEFT + len(panels) * (PANEL + GAP)
    parts = [text(LEFT, 22, title, size=15), *legend(names, strokes)]
    for number, panel in enumerate(panels):
        left = LEFT + number * (PANEL + GAP)
        here = [line for line in lines if line.panel == panel]
        up = Axis.over((y for line in (lines if strokes else here) for _, y in line.points), TALL)
        labelled = number == 0 or strokes is None
        parts += frame(left, panel, along, up, sizes, labelled=labelled)
        parts.append(text(left + PANEL / 2, TOP + TALL + 38, across, anchor="middle"))
        parts += [
            drawn(line, left, along, up, COLOURS[names.index(line.name) % 4]) for line in here
        ]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{TOP + TALL + BELOW}" '
    style = (
        'font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>'
    )
    path.write_text("\n".join([head + style, *parts, "</svg>\n"]), encoding="utf-8")


def legend(names: list[str], strokes: tuple[str, str] | None) -> Iterator[str]:
    """Name colours and strokes."""
    at = LEFT
    keys = [(name, COLOURS[number % 4], False) for number, name in enumerate(names)]
    kinds = zip(strokes or (), (False, True), strict=False)
    for name, colour, dashed in [*keys, *((kind, "#555", dash) for kind, dash in kinds)]:
        yield stroke([(at, 42), (at + 26, 42)], colour, dashed=dashed)
        yield text(at + 32, 46, name)
        at += 58 + 7 * len(name)


def frame(  # noqa: PLR0913
    left: int, name: str, across: Axis, up: Axis, sizes: list[float], *, labelled: bool
) -> Iterator[str]:
    """Draw what is behind the lines of a panel: its name, both axes."""
    bottom = TOP + TALL
    yield text(left + PANEL / 2, TOP - 8, name, anchor="middle", size=13)
    for value in up.marks():
        y = bottom - up.at(value)
        yield stroke([(left, y), (left + PANEL, y)], "#ddd", thick=1)
        if labelled:
            yield text(left - 6, y + 4, f"{value:g}", anchor="end")
    for size in sizes:
        x = left + across.at(size)
        yield stroke([(x, TOP), (x, bottom)], "#eee", thick=1)
        yield text(x, bottom + 18, f"{size:,.0f}", anchor="middle")


def drawn(line: Line, left: int, across: Axis, up: Axis, colour: str) -> str:
    """Draw one line with its last value."""
    at = [(left + across.at(x), TOP + TALL - up.at(y)) for x, y in line.points if y > 0]
    dots = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" fill="{colour}"/>' for x, y in at]
    return stroke(at, colour, dashed=line.dashed) + "".join(dots)


def stroke(
    points: list[tuple[float, float]], colour: str, *, dashed: bool = False, thick: int = 2
) -> str:
    """Draw straight lines from point to point."""
    shape = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dashes = ' stroke-dasharray="5 4"' if dashed else ""
    style = f'fill="none" stroke="{colour}" stroke-width="{thick}"{dashes}'
    return f'<polyline points="{shape}" {style}/>'


def text(x: float, y: float, words: str, *, anchor: str = "start", size: int = 12) -> str:
    """Write words."""
    style = f'text-anchor="{anchor}" font-size="{size}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{words}</text>'
