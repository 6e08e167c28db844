"""The charts of the fieldwork board: sums of people in rows and by day, and who answers beside the census."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from portal import chart_style as style
from portal.chart_style import Json


def counts(rows: Sequence[tuple[str, int | None]]) -> Json | None:
    """One bar a row: a page, a channel, a language. A hidden figure is absent."""
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


def beside(rows: Sequence[tuple[str, int | None, int | None]]) -> Json | None:
    """One row a group, in whole per cent: a disc for those who answered, a diamond for the people here.

    A share that is hidden or not in the census has no sign, a group without any no row.
    """
    import plotly.graph_objects as go

    kept = [row for row in rows if row[1] is not None or row[2] is not None]
    if not any(answered is not None for _, answered, _ in kept):
        return None
    gaps: list[tuple[int | None, int | None]] = []
    for number, (_, answered, here) in enumerate(kept):
        if answered is not None and here is not None:
            gaps += [(answered, number), (here, number), (None, None)]
    quiet = {"color": style.STAND_IN["ink-soft"], "width": 2}
    traces = [
        go.Scatter(
            x=[x for x, _ in gaps], y=[y for _, y in gaps], mode="lines", line=quiet, hoverinfo="skip",
            showlegend=False,
        )
    ]  # fmt: skip
    diamond = {
        "symbol": "diamond", "color": style.STAND_IN["paper"],
        "line": {"color": style.STAND_IN["series-2"], "width": 2},
    }  # fmt: skip
    signs = (
        ("Those who answered", 1, {"symbol": "circle", "color": style.STAND_IN["series-1"]}),
        ("Those who live here", 2, diamond),
    )
    for name, which, marker in signs:
        seen = [(row[0], row[which], number) for number, row in enumerate(kept) if row[which] is not None]
        if seen:
            traces.append(
                go.Scatter(
                    name=name, mode="markers", marker={**marker, "size": 12}, cliponaxis=False,
                    x=[share for _, share, _ in seen], y=[number for _, _, number in seen],
                    customdata=[f"{style.plain(label)}. {name}: {share}%" for label, share, _ in seen],
                    hovertemplate="%{customdata}<extra></extra>",
                )
            )  # fmt: skip
    rows_axis, meta = style.rows_layout(
        [label for label, _, _ in kept], legend=[trace.name for trace in traces[1:]]
    )
    longest = max(share for row in kept for share in row[1:] if share is not None)
    layout = style.layout(
        showlegend=True,
        xaxis=style.axis(range=[-1, max(10, longest) * 1.08], ticksuffix="%", nticks=6),
        yaxis=rows_axis,
        height=meta["height"],
        meta=meta,
    )
    return style.figure(traces, layout)
