"""Plotly figures of released tables: plain JSON that carries no look of its own.

Every colour leaves here as the words ``var(--token)``, which the page's script resolves against the style
sheet, so one figure serves day, night and forced colours. ``layout.meta.narrow`` holds what the script lays
over the layout when the box is under 560 px wide. Hidden figures are absent, and no number is made here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from flask_babel import force_locale, gettext
from sqlalchemy.orm import Session

from portal import chart_style as style
from portal import maps
from portal.chart_style import Json
from portal.reading import (
    Block,
    Line,
    Reading,
    families,
    hidden_words,
    net_share,
    people,
    percent_words,
    read,
)
from surveys.questionnaire.model import Questionnaire

_DIVERGING = {2: (1, 5), 3: (1, 3, 5), 4: (1, 2, 4, 5), 5: (1, 2, 3, 4, 5)}
_ASIDE_PATTERN = {"never": "/", "dont-know": ".", "prefer-not": "x", "cannot-choose": "\\", "none": "-"}
_PANELS = 6


Drawer = Callable[[Questionnaire, Iterable[Any], str], dict[str, Json]]


def drawing(reading: Callable[[], Session]) -> Drawer:
    """:func:`draw` with the boundaries of the wards, read when they are needed from a session of its own."""

    def drawn(document: Questionnaire, tables: Iterable[Any], locale: str) -> dict[str, Json]:
        with reading() as session:
            wards = maps.wards_of(session, document)
        return draw(document, tables, locale, wards=wards)

    return drawn


def draw(
    document: Questionnaire,
    tables: Iterable[Any],
    locale: str,
    *,
    wards: Sequence[maps.Ward] = (),
) -> dict[str, Json]:
    """The figure of every table that can be drawn, by table key, as ``{"data", "layout", "config"}``.

    ``tables`` are released tables or their JSON. Neighbouring questions with the same answers share the
    figure of the first. A table with nothing to show, or with more series than can be told apart, has none.
    """
    with force_locale(locale):
        readings = [read(_json(table), document, locale) for table in tables]
        toplines = [r for r in readings if r.by is None and not r.is_text]
        figures: dict[str, Json] = {}
        for family in families(toplines, document):
            figure = _topline(family)
            if figure is not None:
                figures[family[0].key] = figure
        for reading in readings:
            if reading.by is not None:
                figure = _breakdown(reading, wards)
                if figure is not None:
                    figures[reading.key] = figure
        return figures


def _json(table: Any) -> Mapping[str, Any]:
    shown: Mapping[str, Any] = table if isinstance(table, Mapping) else table.as_json()
    return shown


def _topline(family: tuple[Reading, ...]) -> Json | None:
    if len(family) > 1:
        rows = [(r.title.text, r.first) for r in family]
        return _stack(rows, family[0].title.lang)
    reading = family[0]
    if reading.kind == "grid":
        return _stack([(b.label.text, b) for b in reading.blocks], reading.title.lang)
    return _bars([(line.label.text, line) for line in reading.sorted_lines(reading.first)])


def _breakdown(reading: Reading, wards: Sequence[maps.Ward]) -> Json | None:
    if reading.net is not None:
        if reading.by is not None and reading.by.map and wards:
            return _map(reading, wards)
        rows = [(block.label.text, line) for block in reading.blocks for line in block.lines[:1]]
        return _bars(rows)
    if reading.kind == "one":
        return _stack([(b.label.text, b) for b in reading.blocks], reading.title.lang)
    return _panels(reading)


def _bars(rows: Sequence[tuple[str, Line]]) -> Json | None:
    """One bar a row, from 0, its value printed; rows without a percentage are absent."""
    import plotly.graph_objects as go

    shown = [(text, line) for text, line in rows if line.percent is not None]
    if not shown:
        return None
    labels = [text for text, _ in shown]
    rows_axis, meta = style.rows_layout(labels)
    trace = go.Bar(
        orientation="h",
        x=[line.percent for _, line in shown],
        y=list(range(len(shown))),
        text=[f"{line.percent}%" for _, line in shown],
        textposition="outside",
        cliponaxis=False,
        marker=_bar_colours([line for _, line in shown]),
        customdata=[_hover(text, line) for text, line in shown],
        hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip
    longest = max(line.percent or 0 for _, line in shown)
    layout = style.layout(
        xaxis=style.axis(range=[0, _axis_end(longest)], ticksuffix="%", nticks=6),
        yaxis=rows_axis,
        height=meta["height"],
        meta=meta,
    )
    return style.figure([trace], layout)


def _bar_colours(lines: Sequence[Line]) -> Json:
    fill = ["grey-soft" if line.aside else "series-1" for line in lines]
    edge = ["ink-soft" if line.aside else "series-1" for line in lines]
    return {
        "color": [style.STAND_IN[name] for name in fill],
        "line": {"width": 1, "color": [style.STAND_IN[name] for name in edge]},
    }


def _axis_end(longest: int) -> int:
    """Room for the printed value, never past 108 per cent."""
    return min(108, max(10, longest + max(4, round(longest * 0.12))))


def _hover(text: str, line: Line) -> str:
    if line.count is None:
        return style.plain(f"{text}: {percent_words(line)}")
    return style.plain(f"{text}: {percent_words(line)} ({people(line.count)})")


def _stack(rows: Sequence[tuple[str, Block]], lang: str = "") -> Json | None:
    """An answer scale: one stacked bar a row, answers in the order asked, good to bad, the asides in grey."""
    import plotly.graph_objects as go

    shown = [(text, block) for text, block in rows if any(x.percent is not None for x in block.lines)]
    if not shown:
        return None
    answers = shown[0][1].lines
    points = [line for line in answers if not line.aside]
    if len(points) > max(_DIVERGING) or len(points) < min(_DIVERGING):
        return None if len(shown) > 1 else _bars([(line.label.text, line) for line in answers])
    colours = dict(zip((line.key for line in points), _DIVERGING[len(points)], strict=True))
    traces = []
    for answer in answers:
        cells = [(text, number, block.line(answer.key)) for number, (text, block) in enumerate(shown)]
        seen = [(text, number, line) for text, number, line in cells if line is not None and line.percent]
        if not seen:
            continue
        step = colours.get(answer.key)
        traces.append(
            go.Bar(
                orientation="h",
                name=style.plain(answer.label.text),
                x=[line.percent for _, _, line in seen],
                y=[number for _, number, _ in seen],
                text=[f"{line.percent}%" if (line.percent or 0) >= 6 else "" for _, _, line in seen],
                textposition="inside",
                insidetextanchor="middle",
                textangle=0,
                insidetextfont={"color": style.STAND_IN[f"on-div-{step}" if step else "ink"], "size": 14},
                marker=_segment(step, answer.meaning),
                customdata=[_hover(f"{text}. {answer.label.text}", line) for text, _, line in seen],
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    rows_axis, meta = style.rows_layout([text for text, _ in shown], legend=len(traces))
    widest = max(sum(line.percent or 0 for line in block.lines) for _, block in shown)
    layout = style.layout(
        barmode="stack",
        showlegend=True,
        xaxis=style.axis(range=[0, max(100, widest)], ticksuffix="%", nticks=6, showgrid=False),
        yaxis=rows_axis,
        height=meta["height"],
        meta=meta,
    )
    return style.figure(traces, layout)


def _segment(step: int | None, meaning: str) -> Json:
    gap = {"width": 2, "color": style.STAND_IN["chart-gap"]}
    if step:
        return {"color": style.STAND_IN[f"div-{step}"], "line": gap}
    pattern = {
        "shape": _ASIDE_PATTERN.get(meaning, "/"), "size": 7, "solidity": 0.22,
        "fillmode": "overlay", "fgcolor": style.STAND_IN["ink-soft"],
    }  # fmt: skip
    return {"color": style.STAND_IN["grey-soft"], "line": gap, "pattern": pattern}


def _panels(reading: Reading) -> Json | None:
    """Small multiples: the answers chosen most, one panel each, a bar for every group on one shared scale."""
    import plotly.graph_objects as go

    blocks = [b for b in reading.groups if any(x.percent is not None for x in b.lines)]
    if len(blocks) < 2:
        return None
    totals: dict[str, int] = {}
    names: dict[str, Line] = {}
    for block in blocks:
        for line in block.lines:
            if not line.aside and line.percent is not None:
                totals[line.key] = totals.get(line.key, 0) + (line.count or 0)
                names.setdefault(line.key, line)
    order = {key: n for n, key in enumerate(names)}
    chosen = sorted(totals, key=lambda key: (-totals[key], order[key]))[:_PANELS]
    if not chosen:
        return None
    columns, labels = 3, [block.label.text for block in blocks]
    rows_of_panels = -(-len(chosen) // columns)
    longest = max((b.line(k) or names[k]).percent or 0 for b in blocks for k in chosen)
    traces, wide_notes, narrow_notes = [], [], []
    axes: Json = {}
    narrow_axes: Json = {}
    for index, key in enumerate(chosen):
        row, column = divmod(index, columns)
        suffix = "" if index == 0 else str(index + 1)
        cells = [(number, block, block.line(key)) for number, block in enumerate(blocks)]
        seen = [(n, block, cell) for n, block, cell in cells if cell and cell.percent is not None]
        title = names[key].label.text
        traces.append(
            go.Bar(
                orientation="h", xaxis=f"x{suffix}", yaxis=f"y{suffix}",
                x=[line.percent for _, _, line in seen],
                y=[number for number, _, _ in seen],
                text=[f"{line.percent}%" for _, _, line in seen],
                textposition="outside", cliponaxis=False,
                marker={"color": style.STAND_IN["series-1"]},
                customdata=[_hover(f"{title}. {block.label.text}", line) for _, block, line in seen],
                hovertemplate="%{customdata}<extra></extra>",
            )
        )  # fmt: skip
        across = _span(column, columns, 0.04, start=0.1)
        down = _span(rows_of_panels - 1 - row, rows_of_panels, 0.2)
        alone = _span(len(chosen) - 1 - index, len(chosen), 0.28)
        axes[f"xaxis{suffix}"] = style.axis(
            range=[0, _axis_end(longest)], domain=across, anchor=f"y{suffix}", visible=False
        )
        axes[f"yaxis{suffix}"] = style.value_axis(
            domain=down, anchor=f"x{suffix}", tickmode="array", tickvals=list(range(len(labels))),
            ticktext=[style.plain(text) for text in labels], range=[len(labels) - 0.5, -0.5],
            showticklabels=column == 0,
        )  # fmt: skip
        wide_notes.append(_panel_title(title, across[0], down[1], 26))
        narrow_notes.append(_panel_title(title, 0, alone[1], style.NARROW_LABEL_CHARS, outset=True))
        narrow_axes[f"xaxis{suffix}"] = {"domain": [0, 1]}
        narrow_axes[f"yaxis{suffix}"] = {"domain": alone, "showticklabels": True}
    panel = 24 * len(labels)
    meta = {
        "height": (panel + 60) * rows_of_panels + 40,
        "narrow": {
            "height": (panel + 44) * len(chosen) + 24,
            "margin": {"l": 2, "r": 2, "t": 44, "b": 8, "pad": 6},
            "annotations": narrow_notes,
            **narrow_axes,
        },
    }
    layout = style.layout(
        **axes,
        annotations=wide_notes,
        height=meta["height"],
        meta=meta,
        margin={"l": 0, "r": 8, "t": 52, "b": 8, "pad": 8},
    )
    return style.figure(traces, layout)


def _span(index: int, parts: int, gap: float, *, start: float = 0.0) -> list[float]:
    """The share of the box for one of ``parts`` panels; ``gap`` of its pitch is left before the next."""
    pitch = (1 - start) / parts
    end = start + (index + 1) * pitch
    return [round(start + index * pitch, 4), round(end if index == parts - 1 else end - gap * pitch, 4)]


def _panel_title(text: str, x: float, y: float, chars: int, *, outset: bool = False) -> Json:
    return {
        "text": style.wrapped(text, chars), "xref": "paper", "x": x, "xanchor": "left", "align": "left",
        "yref": "paper", "y": y, "yanchor": "bottom", "yshift": 2 if outset else 4, "showarrow": False,
        "font": {"size": 14, "color": style.STAND_IN["ink"]},
    }  # fmt: skip


def _map(reading: Reading, wards: Sequence[maps.Ward]) -> Json | None:
    """Filled outlines in five classes; a ward with too few answers is hatched; numbers match the table."""
    import plotly.graph_objects as go

    blocks = {block.key: block for block in reading.blocks}
    ordered = maps.in_order(w for w in wards if w.key in blocks)
    if not ordered:
        return None
    edges = maps.breaks(net_share(reading))
    traces: list[Any] = []
    number_colours = []
    for item in ordered:
        block = blocks[item.key]
        line = block.lines[0] if block.lines else None
        step = maps.shade(line.percent if line and not block.hidden else None, edges)
        xs: list[float | None] = []
        ys: list[float | None] = []
        for ring in item.rings:
            xs += [*(x for x, _ in ring), None]
            ys += [*(y for _, y in ring), None]
        look: Json = {"fillcolor": style.STAND_IN[f"seq-{step}"]} if step else {
            "fillpattern": {
                "shape": "/", "size": 8, "solidity": 0.2, "fillmode": "replace",
                "fgcolor": style.STAND_IN["line-ui"], "bgcolor": style.STAND_IN["paper"],
            }
        }  # fmt: skip
        number_colours.append(style.STAND_IN[f"on-seq-{step}" if step else "ink"])
        traces.append(
            go.Scatter(
                x=xs[:-1], y=ys[:-1], mode="lines", fill="toself", hoveron="fills", hoverinfo="text",
                text=style.plain(f"{item.name}: {_said(block, line)}"),
                line=_outline(step), **look,
            )
        )  # fmt: skip
    traces.append(
        go.Scatter(
            x=[w.label[0] for w in ordered], y=[w.label[1] for w in ordered], mode="text",
            text=[str(number) for number in range(1, len(ordered) + 1)],
            textfont={"size": 15, "color": number_colours}, hoverinfo="skip",
        )
    )  # fmt: skip
    hidden_axis = {"visible": False, "fixedrange": True}
    meta = {"height": 560, "narrow": {"height": 400, "margin": {"l": 0, "r": 0, "t": 0, "b": 0, "pad": 0}}}
    layout = style.layout(
        xaxis=hidden_axis,
        yaxis={**hidden_axis, "scaleanchor": "x", "scaleratio": round(1 / maps.squeeze(ordered), 4)},
        margin={"l": 0, "r": 0, "t": 0, "b": 0, "pad": 0},
        height=560,
        meta=meta,
    )
    return style.figure(traces, layout)


def _outline(step: int) -> Json:
    return {"width": 2.5 if step else 1.5, "color": style.STAND_IN["chart-gap" if step else "line-ui"]}


def _said(block: Block, line: Line | None) -> str:
    if block.hidden or line is None:
        return hidden_words(block) or gettext("too few to say")
    return percent_words(line)
