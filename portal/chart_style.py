"""The look of every plotly figure: template, colour tokens, configuration, and rows that fit a phone."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Json = dict[str, Any]

CONFIG: Json = {
    "displayModeBar": False,
    "displaylogo": False,
    "showSendToCloud": False,
    "plotlyServerURL": "",
    "responsive": True,
    "scrollZoom": False,
    "doubleClick": False,
    "showTips": False,
    "showAxisDragHandles": False,
}

_TOKENS = (
    "paper", "ink", "ink-soft", "line", "line-ui", "grey-soft", "surface", "chart-gap",
    *(f"series-{n}" for n in range(1, 9)),
    *(f"seq-{n}" for n in range(1, 6)), *(f"on-seq-{n}" for n in range(1, 6)),
    *(f"div-{n}" for n in range(1, 6)), *(f"on-div-{n}" for n in range(1, 6)),
)  # fmt: skip
STAND_IN = {token: f"#fe{number:02x}ef" for number, token in enumerate(_TOKENS)}
_TOKEN_OF = {colour: f"var(--{token})" for token, colour in STAND_IN.items()}

_FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", Arial, sans-serif'
ROW, NARROW_ROW, NARROW_BAR = 35, 53, 24
LABEL_CHARS, NARROW_LABEL_CHARS, LEGEND_CHARS = 36, 38, 32


def axis(**more: Any) -> Json:
    quiet = {"size": 14, "color": STAND_IN["ink-soft"]}
    base: Json = {
        "fixedrange": True, "automargin": True, "ticks": "", "zeroline": False, "showline": False,
        "gridcolor": STAND_IN["line"], "tickfont": quiet, "title": {"font": quiet, "standoff": 10},
    }  # fmt: skip
    return base | more


def value_axis(**more: Any) -> Json:
    return axis(showgrid=False, tickfont={"size": 15, "color": STAND_IN["ink"]}, **more)


def layout(**more: Any) -> Json:
    ink, paper = STAND_IN["ink"], STAND_IN["paper"]
    base: Json = {
        "font": {"family": _FONT, "size": 15, "color": ink},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 0, "r": 8, "t": 8, "b": 44, "pad": 8},
        "colorway": [STAND_IN[f"series-{n}"] for n in range(1, 9)],
        "bargap": 0.34,
        "dragmode": False,
        "hovermode": "closest",
        "separators": ".,",
        "transition": {"duration": 0},
        "uniformtext": {"minsize": 12, "mode": "hide"},
        "hoverlabel": {
            "bgcolor": ink,
            "bordercolor": ink,
            "font": {"size": 14, "color": paper},
            "align": "left",
        },
        "legend": {
            "orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom",
            "traceorder": "normal", "font": {"size": 14}, "itemclick": False, "itemdoubleclick": False,
            "maxheight": 400,
        },
        "showlegend": False,
    }  # fmt: skip
    return base | more


def figure(traces: Sequence[Any], look: Json) -> Json:
    """Validated by plotly, then with every stand-in colour turned into the words of its token."""
    import plotly.graph_objects as go
    import plotly.io as pio

    pio.templates.default = "none"
    built = go.Figure(data=list(traces), layout=look).to_plotly_json()
    built["layout"].pop("template", None)
    named: Json = _named(built)
    named["config"] = dict(CONFIG)
    return named


def figure_of_plain(traces: Sequence[Json], look: Json) -> Json:
    """The same of plain traces, without loading plotly: for pages the public reads. Tests validate it."""
    named: Json = _named({"data": list(traces), "layout": look})
    named["config"] = dict(CONFIG)
    return named


def _named(value: Any) -> Any:
    if isinstance(value, str):
        return _TOKEN_OF.get(value, value)
    if isinstance(value, Mapping):
        return {str(key): _named(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_named(item) for item in value]
    return value


def wrapped(text: str, chars: int) -> str:
    """Broken into lines for a chart; the three signs that charts take for markup are made harmless."""
    lines = textwrap.wrap(text, chars, break_long_words=True) or [""]
    return "<br>".join(plain(line) for line in lines)


def plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def most_lines(labels: Iterable[str], chars: int) -> int:
    """How many lines the longest label takes."""
    return max((len(textwrap.wrap(text, chars)) for text in labels), default=1)


def legend_room(names: Sequence[str]) -> tuple[int, int]:
    """Pixels the legend needs above the bars: in equal columns when wide, one under the other when narrow.

    ``names`` may be broken into lines.
    """
    if not names:
        return 0, 0
    lines = [name.count("<br>") + 1 for name in names]
    columns = max(1, 560 // (max(len(part) for name in names for part in name.split("<br>")) * 8 + 44))
    rows = [max(lines[first : first + columns]) for first in range(0, len(lines), columns)]
    return sum(4 + 18 * n for n in rows) + 10, sum(4 + 18 * n for n in lines) + 10


def rows_layout(labels: Sequence[str], *, legend: Sequence[str] = (), row: int = ROW) -> tuple[Json, Json]:
    """The y axis and ``meta`` of a chart with one labelled row for each label, first at the top.

    ``legend``: the names in it, which get room above; ``row``: pixels of a row. On a narrow box each label
    stands above its bar.
    """
    n = len(labels)
    row = max(row, 17 * most_lines(labels, LABEL_CHARS) + 7)
    narrow_row = NARROW_ROW + 18 * (most_lines(labels, NARROW_LABEL_CHARS) - 1)
    rows = value_axis(
        tickmode="array",
        tickvals=list(range(n)),
        ticktext=[wrapped(text, LABEL_CHARS) for text in labels],
        range=[n - 0.5, -0.5],
    )
    notes = [
        {
            "text": wrapped(text, NARROW_LABEL_CHARS), "align": "left", "showarrow": False,
            "xref": "paper", "x": 0, "xanchor": "left",
            "yref": "y", "y": number, "yshift": NARROW_BAR // 2 + 1, "yanchor": "bottom",
            "font": {"size": 14, "color": STAND_IN["ink"]},
        }
        for number, text in enumerate(labels)
    ]  # fmt: skip
    above, narrow_above = legend_room(legend)
    meta = {
        "height": row * n + 40 + above,
        "narrow": {
            "height": narrow_row * n + narrow_row // 2 + 32 + narrow_above,
            "bargap": round(1 - NARROW_BAR / narrow_row, 3),
            "margin": {"l": 2, "r": 2, "t": 8, "b": 36, "pad": 0},
            "yaxis": {"showticklabels": False, "range": [n - 0.45, -0.95]},
            "annotations": notes,
            **({"legend": {"orientation": "v"}} if legend else {}),
        },
    }
    return rows, meta
