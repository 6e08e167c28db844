"""The chart of a target: the straight line from the start to the aim, and where it was each quarter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from portal import chart_style as style
from portal.chart_style import Json

HEIGHT = 300


@dataclass(frozen=True)
class Line:
    """One line of the chart: its name, its value at each moment (None: not reported), and each in words."""

    name: str
    values: Sequence[float | None]
    words: Sequence[str]


def trajectory(moments: Sequence[str], expected: Line, reached: Line) -> Json | None:
    """Both lines over the same moments; None while nothing was reported. Loads no chart library."""
    if all(value is None for value in reached.values):
        return None
    names = [style.wrapped(moment, 12) for moment in moments]
    ink, own = style.STAND_IN["ink-soft"], style.STAND_IN["series-1"]
    traces = [
        _trace(names, expected, mode="lines", line={"color": ink, "width": 2, "dash": "dash"}),
        _trace(
            names, reached, mode="lines+markers", line={"color": own, "width": 3},
            marker={"color": own, "size": 10}, connectgaps=True,
        ),
    ]  # fmt: skip
    layout = style.layout(
        xaxis=style.axis(type="category", showgrid=False, range=[-0.2, len(moments) - 0.8]),
        yaxis=style.axis(nticks=5, tickformat=",~g"),
        height=HEIGHT,
        showlegend=True,
        margin={"l": 0, "r": 12, "t": 40, "b": 44, "pad": 8},
        meta={"height": HEIGHT},
    )
    return style.figure_of_plain(traces, layout)


def _trace(moments: Sequence[str], told: Line, **look: object) -> Json:
    words = [style.plain(one) for one in told.words]
    return {
        "type": "scatter", "name": style.plain(told.name), "x": list(moments), "y": list(told.values),
        "text": words, "hovertemplate": "%{x}: %{text}<extra>%{fullData.name}</extra>", "cliponaxis": False,
        **look,
    }  # fmt: skip
