"""Plotly figures of released tables: plain JSON that carries no look of its own.

Every colour leaves here as the words ``var(--token)``, which the page's script resolves against the style
sheet, so one figure serves day, night and forced colours. ``layout.meta.narrow`` holds what the script lays
over the layout when the box is under 560 px wide. Hidden figures are absent, and no number is made here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any

from flask_babel import force_locale, gettext

from portal import chart_style as style
from portal import maps
from portal.chart_style import Json
from portal.panels import leading
from portal.reading import (
    ALL,
    Block,
    Label,
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
_COLUMNS = 3
_MOST_BARS = 24
_TITLE_CHARS = 26
_SCALE_ROW = 52


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
        return _stack(rows, counted=True)
    reading = family[0]
    if reading.kind == "grid":
        return _stack([(b.label.text, b) for b in reading.blocks], counted=False)
    return _bars([(line.label.text, line) for line in reading.sorted_lines(reading.first)])


def crossed(reading: Reading, names: Mapping[str, str]) -> Json | None:
    """One question by the answers to another, whose words by key are ``names``."""
    blocks = tuple(replace(b, label=Label(names.get(b.key, b.key))) for b in reading.blocks if b.key != ALL)
    if reading.kind in ("one", "grid"):
        return _stack([(block.label.text, block) for block in blocks], counted=False)
    return _panels(replace(reading, blocks=blocks))


def _breakdown(reading: Reading, wards: Sequence[maps.Ward]) -> Json | None:
    if reading.net is not None:
        if reading.by is not None and reading.by.map and wards:
            return _map(reading, wards)
        compared = {block.key for block in reading.groups}
        rows = [(block.label.text, line) for block in reading.blocks for line in block.lines[:1]]
        quiet = [block.key not in compared for block in reading.blocks if block.lines]
        return _bars(rows, quiet, counted=False)
    if reading.kind == "one":
        return _stack([(b.label.text, b) for b in reading.blocks], counted=False)
    return _panels(reading)


def _bars(
    rows: Sequence[tuple[str, Line]], quiet: Sequence[bool] = (), *, counted: bool = True
) -> Json | None:
    """One bar a row, from 0, its value printed; rows without a percentage are absent, ``quiet`` ones grey.

    ``counted``: its table gives the number of people beside the share, so the hover does too.
    More rows than the eye can hold make no chart: their table has a bar on every row.
    """
    import plotly.graph_objects as go

    greys = quiet or [line.aside for _, line in rows]
    shown = [
        (text, line, grey) for (text, line), grey in zip(rows, greys, strict=True) if line.percent is not None
    ]
    if not shown or len(shown) > _MOST_BARS:
        return None
    rows_axis, meta = style.rows_layout([text for text, _, _ in shown])
    trace = go.Bar(
        orientation="h",
        x=[line.percent for _, line, _ in shown],
        y=list(range(len(shown))),
        text=[f"{line.percent}%" for _, line, _ in shown],
        textposition="outside",
        constraintext="none",
        cliponaxis=False,
        marker=_bar_colours([grey for _, _, grey in shown]),
        customdata=[_hover(text, line, counted) for text, line, _ in shown],
        hovertemplate="%{customdata}<extra></extra>",
    )
    longest = max(line.percent or 0 for _, line, _ in shown)
    layout = style.layout(
        xaxis=style.axis(range=[0, _axis_end(longest)], ticksuffix="%", nticks=6),
        yaxis=rows_axis,
        height=meta["height"],
        meta=meta,
    )
    return style.figure([trace], layout)


def _bar_colours(greys: Sequence[bool]) -> Json:
    fill = ["grey-soft" if grey else "series-1" for grey in greys]
    edge = ["ink-soft" if grey else "series-1" for grey in greys]
    return {
        "color": [style.STAND_IN[name] for name in fill],
        "line": {"width": 1, "color": [style.STAND_IN[name] for name in edge]},
    }


def _axis_end(longest: int) -> int:
    """Room for the printed value, never past 108 per cent."""
    return min(108, max(10, longest + max(4, round(longest * 0.12))))


def _hover(text: str, line: Line, counted: bool) -> str:
    """What hovering says; never a number that the table does not give."""
    if line.count is None or not counted:
        return style.plain(f"{text}: {percent_words(line)}")
    return style.plain(f"{text}: {percent_words(line)} ({people(line.count)})")


def _stack(rows: Sequence[tuple[str, Block]], *, counted: bool) -> Json | None:
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
                name=style.wrapped(_shared(line.label.text for _, _, line in seen), style.LEGEND_CHARS),
                x=[line.percent for _, _, line in seen],
                y=[number for _, number, _ in seen],
                text=[f"{line.percent}%" if (line.percent or 0) >= 6 else "" for _, _, line in seen],
                textposition="inside",
                insidetextanchor="middle",
                textangle=0,
                constraintext="none",
                insidetextfont={"color": style.STAND_IN[f"on-div-{step}" if step else "ink"], "size": 14},
                marker=_segment(step, answer.meaning),
                customdata=[_hover(f"{text}. {line.label.text}", line, counted) for text, _, line in seen],
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    rows_axis, meta = style.rows_layout(
        [text for text, _ in shown], legend=[trace.name for trace in traces], row=_SCALE_ROW
    )
    widest = max(sum(line.percent or 0 for line in block.lines) for _, block in shown)
    layout = style.layout(
        barmode="stack",
        uniformtext={"mode": False},
        showlegend=True,
        xaxis=style.axis(range=[0, max(100, widest)], ticksuffix="%", nticks=6, showgrid=False),
        yaxis=rows_axis,
        height=meta["height"],
        meta=meta,
    )
    return style.figure(traces, layout)


def _shared(labels: Iterable[str]) -> str:
    """The words with which all these labels begin; the first label when they have none in common."""
    split = [label.split() for label in labels]
    same = takewhile(lambda words: len(set(words)) == 1, zip(*split, strict=False))
    return " ".join([words[0] for words in same] or split[0])


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
    chosen = leading(blocks)
    if len(blocks) < 2 or not chosen:
        return None
    labels = [block.label.text for block in blocks]
    longest = max(line.percent or 0 for b in blocks for x in chosen if (line := b.line(x.key)))
    title_room = 10 + 18 * style.most_lines([answer.label.text for answer in chosen], _TITLE_CHARS)
    wide = _Sheet(len(chosen), _COLUMNS, len(labels), title=title_room)
    narrow = _Sheet(len(chosen), 1, len(labels), title=title_room)
    traces: list[Any] = []
    axes: Json = {}
    laid_over: dict[str, Json] = {}
    for index, answer in enumerate(chosen):
        suffix = "" if index == 0 else str(index + 1)
        title = answer.label.text
        cells = [(number, block, block.line(answer.key)) for number, block in enumerate(blocks)]
        seen = [(n, block, line) for n, block, line in cells if line and line.percent is not None]
        traces.append(
            go.Bar(
                orientation="h", xaxis=f"x{suffix}", yaxis=f"y{suffix}",
                x=[line.percent for _, _, line in seen],
                y=[number for number, _, _ in seen],
                text=[f"{line.percent}%" for _, _, line in seen],
                textposition="outside", cliponaxis=False, constraintext="none", textfont={"size": 13},
                marker={"color": style.STAND_IN["series-1"]},
                customdata=[_hover(f"{title}. {block.label.text}", line, False) for _, block, line in seen],
                hovertemplate="%{customdata}<extra></extra>",
            )
        )  # fmt: skip
        axes[f"xaxis{suffix}"] = style.axis(
            range=[0, _axis_end(longest)], domain=wide.across(index), anchor=f"y{suffix}", visible=False
        )
        axes[f"yaxis{suffix}"] = style.value_axis(
            domain=wide.down(index), anchor=f"x{suffix}", tickmode="array", tickvals=list(range(len(labels))),
            ticktext=[style.plain(text) for text in labels], range=[len(labels) - 0.5, -0.5],
            showticklabels=index % _COLUMNS == 0,
        )  # fmt: skip
        laid_over[f"xaxis{suffix}"] = {"domain": narrow.across(index)}
        laid_over[f"yaxis{suffix}"] = {"domain": narrow.down(index), "showticklabels": True}
    meta = {
        "height": wide.height,
        "narrow": {
            "height": narrow.height,
            "margin": {"l": 2, "r": 2, "t": narrow.title, "b": 8, "pad": 6},
            "annotations": [narrow.heading(i, x.label.text) for i, x in enumerate(chosen)],
            **laid_over,
        },
    }
    layout = style.layout(
        **axes,
        annotations=[wide.heading(i, x.label.text) for i, x in enumerate(chosen)],
        height=wide.height,
        meta=meta,
        margin={"l": 0, "r": 8, "t": wide.title, "b": 8, "pad": 8},
    )
    return style.figure(traces, layout)


@dataclass(frozen=True)
class _Sheet:
    """Panels of ``bars`` bars in rows of ``columns``, each under a title of so many pixels."""

    panels: int
    columns: int
    bars: int
    title: int

    @property
    def rows(self) -> int:
        return -(-self.panels // self.columns)

    @property
    def panel(self) -> int:
        return 24 * self.bars

    @property
    def plot(self) -> int:
        return self.panel * self.rows + self.title * (self.rows - 1)

    @property
    def height(self) -> int:
        return self.plot + self.title + 8

    def across(self, index: int) -> list[float]:
        pitch, column = 1 / self.columns, index % self.columns
        return [round(column * pitch, 4), round((column + 1) * pitch - (0.03 if self.columns > 1 else 0), 4)]

    def down(self, index: int) -> list[float]:
        top = 1 - (index // self.columns) * (self.panel + self.title) / self.plot
        return [round(max(0.0, top - self.panel / self.plot), 4), round(top, 4)]

    def heading(self, index: int, text: str) -> Json:
        return {
            "text": style.wrapped(text, _TITLE_CHARS),
            "xref": "paper", "x": self.across(index)[0], "xanchor": "left", "align": "left",
            "yref": "paper", "y": self.down(index)[1], "yanchor": "bottom", "yshift": 2, "showarrow": False,
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
