"""The two charts of the fieldwork board: how far people come, and how many answer day by day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from portal import chart_style as style
from portal.chart_style import Json


def pages(rows: Sequence[tuple[str, int | None]]) -> Json | None:
    """One bar a page, the people who saved it. A hidden figure is absent."""
    import plotly.graph_objects as go

    kept = [(label, number) for label, number in rows if number is not None]
    if not kept:
        return None
    rows_axis, meta = style.rows_layout([label for label, _ in kept])
    trace = go.Bar(
        orientation="h",
        x=[number for _, number in kept],
        y=list(range(len(kept))),
        text=[f"{number:,}" for _, number in kept],
        textposition="outside",
        cliponaxis=False,
        marker={"color": style.STAND_IN["series-1"]},
        hovertemplate="%{text}<extra></extra>",
    )
    longest = max(number for _, number in kept) or 1
    layout = style.layout(
        xaxis=style.axis(range=[0, longest * 1.15], nticks=5),
        yaxis=rows_axis,
        height=meta["height"],
        meta=meta,
    )
    return style.figure([trace], layout)


def days(rows: Sequence[tuple[dt.date, int | None]]) -> Json | None:
    """One column a day, the responses that came. A hidden figure is absent."""
    import plotly.graph_objects as go

    kept = [(day, number) for day, number in rows if number is not None]
    if not kept:
        return None
    trace = go.Bar(
        x=[day.isoformat() for day, _ in kept],
        y=[number for _, number in kept],
        marker={"color": style.STAND_IN["series-1"]},
        hovertemplate="%{x|%d %B}: %{y}<extra></extra>",
    )
    layout = style.layout(
        xaxis=style.axis(type="date", tickformat="%d %b", nticks=8, showgrid=False),
        yaxis=style.axis(rangemode="tozero", nticks=5),
        height=260,
        meta={"height": 260},
    )
    return style.figure([trace], layout)
