"""Then and now as sloping lines: one line an answer, from year to year, its name at its end.

What moved by more than chance would explain is a thick line with filled marks that ends in a triangle
pointing the way it went; the rest is thin and ends in a ring. Every number is a share the release keeps; a
year whose share is hidden has no mark, and the line does not reach over it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from flask_babel import gettext

from portal import chart_style as style
from portal.chart_style import Json
from portal.panels import end_of
from portal.reading import Label

_MOST = 24
_TOP, _FOOT = 46, 10
_LINE = 17


@dataclass(frozen=True)
class Slope:
    """One answer. ``shares``: whole per cent by year, the last two always there; ``clear``: moved since the
    year before by more than chance would explain."""

    label: Label
    shares: tuple[int | None, ...]
    clear: bool

    @property
    def now(self) -> int:
        return self.shares[-1] or 0

    @property
    def points(self) -> int:
        return self.now - (self.shares[-2] or 0)

    @property
    def name(self) -> str:
        """What stands at the end of the line; a clear move says how far it went."""
        moved = f" ({signed(self.points)})" if self.clear else ""
        return f"{self.now}% {self.label.text}{moved}"

    def told(self, years: Sequence[str]) -> str:
        """The line in words; a year that is hidden is left out, as its mark is."""
        both = zip(years, self.shares, strict=True)
        said = ", ".join(f"{year}: {share}%" for year, share in both if share is not None)
        return f"{self.label.text}, {said}"

    @property
    def stretches(self) -> list[list[tuple[int, int]]]:
        """(year, share) in runs without a gap."""
        found: list[list[tuple[int, int]]] = [[]]
        for year, share in enumerate(self.shares):
            if share is None:
                found.append([])
            else:
                found[-1].append((year, share))
        return [run for run in found if run]


def signed(points: int) -> str:
    return f"+{points}" if points > 0 else f"−{-points}" if points else "0"


def about(years: Sequence[str], slopes: Sequence[Slope]) -> str:
    """What the lines mean, under the chart and in the picture."""
    scale = gettext(
        "Each line is one answer, from %(then)s to %(now)s, on one scale from 0 to %(most)s%%.",
        then=years[0], now=years[-1], most=top(slopes),
    )  # fmt: skip
    if any(one.clear for one in slopes):
        marks = gettext(
            "A thick line that ends in a triangle moved from %(year)s by more than chance would explain; "
            "the number after its name says by how many points. A thin line did not.",
            year=years[-2],
        )
    else:
        marks = gettext(
            "All lines are thin: none moved from %(year)s by more than chance could.", year=years[-2]
        )
    return f"{scale} {marks}"


def ordered(slopes: Sequence[Slope]) -> list[Slope]:
    """As their ends stand, the highest first; of two that end level, the one that came from higher."""
    return sorted(slopes, key=lambda one: (-one.now, -(one.shares[-2] or 0)))


def first_shares(slopes: Sequence[Slope]) -> list[int]:
    """What stands at the start of the lines, the highest first; lines that start together share a figure."""
    return sorted({one.shares[0] for one in slopes if one.shares[0] is not None}, reverse=True)


def top(slopes: Sequence[Slope]) -> int:
    """The end in per cent of the one scale of all the lines."""
    return end_of(share for one in slopes for share in one.shares)


def apart(wanted: Sequence[float], sizes: Sequence[float], low: float, high: float) -> list[float]:
    """Where the middles of labels of these sizes stand, in order and without overlap, as near as can be to
    where they are wanted, between ``low`` and ``high``. ``wanted`` must not fall."""
    if not wanted:
        return []
    before = [0.0]
    for above, below in pairwise(sizes):
        before.append(before[-1] + (above + below) / 2)
    pools: list[tuple[float, int]] = []
    for want, offset in zip(wanted, before, strict=True):
        pools.append((want - offset, 1))
        while len(pools) > 1 and pools[-2][0] > pools[-1][0]:
            (first, many), (second, more) = pools[-2:]
            pools[-2:] = [((first * many + second * more) / (many + more), many + more)]
    flat = [mean for mean, many in pools for _ in range(many)]
    least, most = low + sizes[0] / 2, high - sizes[-1] / 2 - before[-1]
    return [max(least, min(most, at)) + offset for at, offset in zip(flat, before, strict=True)]


# The chart -------------------------------------------------------------------------------------------------


def draw(years: Sequence[str], slopes: Sequence[Slope]) -> Json | None:
    """The chart, of plain traces: the public's page asks for it. None without a line, or with too many."""
    if not slopes or len(slopes) > _MOST:
        return None
    lines = ordered(slopes)
    most = top(lines)
    wide, narrow = (room.laid(lines, most, len(years)) for room in (_WIDE, _NARROW))
    across = style.axis(
        range=[0, len(years) - 1], tickmode="array", tickvals=list(range(len(years))), tickangle=0,
        ticktext=list(years), side="top", domain=_WIDE.domain,
    )  # fmt: skip
    ends = [style.wrapped(years[0], 6), *("" for _ in years[1:-1]), style.wrapped(years[-1], 6)]
    over = {"domain": _NARROW.domain, "ticktext": ends}
    layout = style.layout(
        xaxis=across | {"automargin": False, "showgrid": False},
        yaxis={"visible": False, "fixedrange": True, "range": [0, most]},
        margin={"l": 0, "r": 0, "t": _TOP, "b": _FOOT, "pad": 0},
        **wide,
        meta={"height": wide["height"], "narrow": {**narrow, "xaxis": over}},
    )
    traces = [_trace(one, years) for one in sorted(lines, key=lambda one: one.clear)]
    return style.figure_of_plain(traces, layout)


def _trace(one: Slope, years: Sequence[str]) -> Json:
    ink = style.STAND_IN["series-1" if one.clear else "line-ui"]
    mark = "circle" if one.clear else "circle-open"
    end = ("triangle-up" if one.points > 0 else "triangle-down") if one.clear else mark
    last = len(years) - 1
    return {
        "type": "scatter", "mode": "lines+markers", "connectgaps": False, "cliponaxis": False,
        "x": list(range(len(years))), "y": list(one.shares),
        "line": {"width": 3 if one.clear else 1.25, "color": ink},
        "marker": {
            "symbol": [mark] * last + [end], "size": [8] * last + [13 if one.clear else 8],
            "color": ink, "opacity": 1, "line": {"width": 0 if one.clear else 1.5, "color": ink},
        },
        "customdata": [style.plain(one.told(years))] * len(years),
        "hovertemplate": "%{customdata}<extra></extra>",
    }  # fmt: skip


@dataclass(frozen=True)
class _Room:
    """Where lines, names and first values stand, in parts of the width; how long a line of a name may be, in
    letters; the least height of the lines, and how many times the height of all the names it must be."""

    start: float
    end: float
    names: float
    values: float
    chars: int
    least: int
    loose: float

    @property
    def domain(self) -> list[float]:
        return [self.start, self.end]

    def laid(self, lines: Sequence[Slope], most: int, years: int) -> Json:
        """Height, names, first values, an upright for every year, and what leads from a mark to its label."""
        sizes = [_LINE * style.most_lines([one.name], self.chars) + 5.0 for one in lines]
        plot = max(self.least, round(self.loose * sum(sizes)))

        def stood(shares: Sequence[int], sizes: Sequence[float]) -> list[float]:
            """Where labels stand beside these shares, as shares."""
            at = apart([plot * (1 - share / most) for share in shares], sizes, -12, plot + 8)
            return [round(most * (1 - pixels / plot), 3) for pixels in at]

        notes, leads = [], [_upright(year, most) for year in range(years)]
        for one, at in zip(lines, stood([line.now for line in lines], sizes), strict=True):
            words = style.wrapped(one.name, self.chars)
            notes.append(_note(words, self.names, "left", at, "ink" if one.clear else "ink-soft"))
            leads.append(_lead(self.end + 0.012, self.names - 0.004, one.now, at))
        began = first_shares(lines)
        for share, at in zip(began, stood(began, [16.0] * len(began)), strict=True):
            notes.append(_note(f"{share}%", self.values, "right", at, "ink-soft"))
            leads.append(_lead(self.values + 0.004, self.start - 0.012, at, share))
        return {"height": plot + _TOP + _FOOT, "annotations": notes, "shapes": leads}


_WIDE = _Room(start=0.085, end=0.46, names=0.5, values=0.05, chars=34, least=260, loose=1.5)
_NARROW = _Room(start=0.18, end=0.4, names=0.465, values=0.12, chars=17, least=240, loose=1.25)


def _note(words: str, x: float, anchor: str, y: float, ink: str) -> Json:
    return {
        "text": words, "showarrow": False, "xref": "paper", "x": x, "xanchor": anchor, "align": anchor,
        "yref": "y", "y": y, "yanchor": "middle", "font": {"size": 14, "color": style.STAND_IN[ink]},
    }  # fmt: skip


def _upright(year: int, most: int) -> Json:
    return {
        "type": "line", "xref": "x", "x0": year, "x1": year, "yref": "y", "y0": 0, "y1": most,
        "layer": "below", "line": {"width": 1, "color": style.STAND_IN["line"]},
    }  # fmt: skip


def _lead(x0: float, x1: float, y0: float, y1: float) -> Json:
    return {
        "type": "line", "xref": "paper", "x0": x0, "x1": x1, "yref": "y", "y0": y0, "y1": y1,
        "line": {"width": 1, "color": style.STAND_IN["line"]},
    }  # fmt: skip
