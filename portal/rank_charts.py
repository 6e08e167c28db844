"""The order of topics as a chart that shows how sure it is: ranges, never a bare list from 1 to 16.

A floating bar runs from the best to the worst place that chance alone could give a topic; a diamond marks the
place in these answers. Topics of which none can be told from the next stand on one band that says so.
"""

from __future__ import annotations

from collections.abc import Sequence

from portal import chart_style as style
from portal.chart_style import Json
from portal.order import Ranked, runs_of, ticks

_HALF = 0.3
"""How far a bar reaches beyond the middle of its first and last place."""


def draw(places: Sequence[Ranked]) -> Json | None:
    """The chart of these topics, best first; None for fewer than two."""
    import plotly.graph_objects as go

    if len(places) < 2:
        return None
    rows = list(range(len(places)))
    rows_axis, meta = style.rows_layout([one.label.text for one in places])
    told = [style.plain(f"{one.label.text}: {one.place} ({one.range})") for one in places]
    bars = go.Bar(
        orientation="h", y=rows, base=[one.low - _HALF for one in places],
        x=[one.high - one.low + 2 * _HALF for one in places],
        marker={
            "color": style.STAND_IN["seq-2"], "line": {"width": 1.5, "color": style.STAND_IN["series-1"]},
        },
        customdata=told, hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    marks = go.Scatter(
        mode="markers", y=rows, x=[one.at for one in places], hoverinfo="skip", cliponaxis=False,
        marker={"symbol": "diamond", "size": 11, "color": style.STAND_IN["series-1"]},
    )  # fmt: skip
    end = len(places) + 0.8
    layout = style.layout(
        xaxis=style.axis(
            side="top", range=[0.4, end], tickmode="array", tickvals=(named := ticks(len(places))),
            ticktext=[str(tick) for tick in named],
        ),
        yaxis=rows_axis,
        bargap=0.5,
        shapes=_bands(places),
        annotations=_names(places, end),
        height=meta["height"],
        margin={"l": 0, "r": 8, "t": 36, "b": 8, "pad": 8},
        meta=meta,
    )  # fmt: skip
    meta["narrow"]["margin"] = {"l": 2, "r": 2, "t": 36, "b": 8, "pad": 0}
    return style.figure([bars, marks], layout)


def _bands(places: Sequence[Ranked]) -> list[Json]:
    """A band behind every close group, from one edge to the other, a little apart from the next."""
    edge: Json = {
        "type": "rect", "xref": "paper", "x0": 0, "x1": 1, "yref": "y", "layer": "below",
        "line": {"width": 0}, "fillcolor": style.STAND_IN["grey-soft"], "opacity": 0.6,
    }  # fmt: skip
    return [edge | {"y0": start - 0.46, "y1": end + 0.46} for start, end, _ in _tied(places)]


def _names(places: Sequence[Ranked], end: float) -> list[Json]:
    """What each band says, on its row nearest to the middle that has an empty side; the table says it too."""
    found = []
    for start, last, group in _tied(places):
        sides = [
            (abs(start + n - (start + last) / 2), start + n, right)
            for n, one in enumerate(group)
            for right in (True, False)
            if (one.high < len(places) * 0.62 if right else one.low > len(places) * 0.38)
        ]
        if sides:
            _, row, right = min(sides)
            found.append(
                {
                    "text": style.plain(group[0].place), "showarrow": False, "xref": "x", "yref": "y",
                    "x": end - 0.1 if right else 0.5, "xanchor": "right" if right else "left",
                    "y": row, "font": {"size": 13, "color": style.STAND_IN["ink-soft"]},
                }
            )  # fmt: skip
    return found


def _tied(places: Sequence[Ranked]) -> list[tuple[int, int, tuple[Ranked, ...]]]:
    """First row, last row and topics of every group of more than one."""
    found, start = [], 0
    for group in runs_of(places):
        if len(group) > 1:
            found.append((start, start + len(group) - 1, group))
        start += len(group)
    return found
