"""A released table as a picture to keep: SVG drawn here, with base, source, dates and method in it.

Drawn from the same :class:`~portal.reading.Reading` as the table on the page, so it can say nothing else. A
hidden figure stands as words, never as a length. No browser and no chart library is asked.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from flask_babel import gettext

from portal import maps, slopes, svg
from portal.figure_words import classes, in_figures
from portal.order import Ranked, runs_of, ticks
from portal.panels import Panel, end_of, panels, top
from portal.reading import (
    ALL,
    NOT_GIVEN,
    Block,
    Line,
    Reading,
    base_words,
    hidden_words,
    line_words,
    net_share,
    people,
    percent_words,
)
from portal.rendering import day
from portal.svg import Sheet

WIDTH, EDGE = 1200, 48
ROW, LABELS, VALUES, MAP = 40, 400, 200, 400


@dataclass(frozen=True)
class Imprint:
    """What every picture of a release says of itself: whose it is, of what, when, and whether it is real."""

    source: str
    survey: str
    first: dt.date
    last: dt.date
    demonstration: bool
    interim: bool
    language: str


@dataclass(frozen=True)
class _Row:
    """One bar. ``percent`` None: ``said`` stands in its place."""

    label: str
    percent: int | None
    said: str
    more: str = ""
    quiet: bool = False

    @property
    def told(self) -> str:
        return f"{self.label}: {self.said}" + (f" ({self.more})" if self.more else "")


def title_of(reading: Reading) -> str:
    if reading.by is None:
        return reading.title.text
    return str(gettext("%(title)s: by %(group)s", title=reading.title.text, group=reading.by_title.text))


def picture(reading: Reading, imprint: Imprint, wards: Sequence[maps.Ward] = ()) -> str:
    """The table as SVG. A map stands beside the bars when the table is of one figure by ward."""
    sheet = Sheet(WIDTH)
    start = y = _head(sheet, reading, imprint)
    several = reading.net is None and (reading.by is not None or reading.kind == "grid")
    shown = panels(reading) if several else ()
    if several:
        y = _panels(sheet, y, shown)
        told = [f"{panel.label.text}. " + "; ".join(_said(panel)) for panel in shown]
    else:
        rows, land = rows_of(reading), None
        if reading.net is not None and reading.by is not None and reading.by.map:
            land = maps.picture((w for w in wards if reading.block(w.key)), width=MAP)
            rows = _numbered(reading, rows, land)
        y = _bars(sheet, y, rows, reading, land)
        told = [row.told for row in rows]
    sheet.body = (start - 8, y)
    y = _foot(sheet, y, reading, imprint)
    marked(sheet, y, imprint)
    words = gettext("A picture of the figures in the table. %(figures)s.", figures="; ".join(told))
    return sheet.drawn(y, title=title_of(reading), description=words, language=imprint.language)


# Head and foot ---------------------------------------------------------------------------------------------


def _head(sheet: Sheet, reading: Reading, imprint: Imprint, title: str = "") -> float:
    y = float(EDGE - 8)
    if imprint.demonstration:
        sheet.rect(0, 0, WIDTH, 40, svg.LANTERN)
        sheet.words(EDGE, 27, gettext("These answers are invented, for demonstration"), 18, weight=700)
        y += 32
    y = sheet.block(EDGE, y, title or title_of(reading), 32, WIDTH - 2 * EDGE, weight=700)
    y = sheet.block(EDGE, y + 4, reading.wording.text, 18, WIDTH - 2 * EDGE, fill=svg.QUIET)
    return y + 20


def _foot(sheet: Sheet, y: float, reading: Reading, imprint: Imprint) -> float:
    sheet.line(EDGE, y + 8, WIDTH - EDGE, y + 8, svg.INK, 2)
    y += 20
    said = []
    if reading.kind != "grid" or reading.by is not None:
        said.append(gettext("People who answered: %(number)s.", number=base_words(reading.first, "answered")))
    said.append(gettext("Nobody was picked at random: the figures describe the people who answered."))
    y = sheet.block(EDGE, y, " ".join(said), 17, WIDTH - 2 * EDGE, weight=700)
    if reading.something_hidden:
        hidden = gettext(
            "Words in place of a figure protect people: the number is small, or would give a small one away."
        )
        y = sheet.block(EDGE, y, hidden, 16, WIDTH - 2 * EDGE, fill=svg.QUIET)
    when = gettext("From %(first)s to %(last)s.", first=day(imprint.first), last=day(imprint.last))
    source = gettext("Source: %(source)s", source=f"{imprint.source}, {imprint.survey}")
    if imprint.interim:
        so_far = gettext("These are the results so far")
        when = f"{when} {so_far}."
    return sheet.block(EDGE, y, f"{source}. {when}", 16, WIDTH - 2 * EDGE, fill=svg.QUIET) + 24


def marked(sheet: Sheet, height: float, imprint: Imprint) -> None:
    """The watermark of a demonstration, across the whole picture."""
    if imprint.demonstration:
        sheet.words(
            sheet.width / 2, height / 2 + 60, gettext("Invented"), 200, weight=700, anchor="middle",
            turned=-20, faint=True,
        )  # fmt: skip


# Bars ------------------------------------------------------------------------------------------------------


def rows_of(reading: Reading) -> list[_Row]:
    if reading.net is not None:
        return [_group(block) for block in reading.blocks]
    return [_answer(line, reading.is_text) for line in reading.sorted_lines(reading.first)]


def _answer(line: Line, only_people: bool) -> _Row:
    if only_people:
        return _Row(line.label.text, None, line_words(line))
    more = people(line.count) if line.count is not None else ""
    return _Row(line.label.text, line.percent, percent_words(line), more, line.aside)


def _group(block: Block) -> _Row:
    quiet = block.key in (ALL, NOT_GIVEN)
    line = block.lines[0] if block.lines and not block.hidden else None
    if line is None:
        return _Row(block.label.text, None, hidden_words(block) or gettext("too few to say"), quiet=quiet)
    more = gettext("of %(people)s", people=people(block.answered)) if block.answered is not None else ""
    return _Row(block.label.text, line.percent, percent_words(line), more, quiet)


def _numbered(reading: Reading, rows: Sequence[_Row], land: maps.Picture) -> list[_Row]:
    """Each ward with its number on the map."""
    numbers = {shape.key: shape.number for shape in land.shapes}
    return [
        _Row(f"{numbers[block.key]} {row.label}", row.percent, row.said, row.more, row.quiet)
        if block.key in numbers
        else row
        for block, row in zip(reading.blocks, rows, strict=True)
    ]


def _bars(sheet: Sheet, y: float, rows: Sequence[_Row], reading: Reading, land: maps.Picture | None) -> float:
    beside = MAP + 30 if land is not None and land.shapes else 0
    labels = 240 if beside else LABELS
    zero, end = EDGE + beside + labels + 12, WIDTH - EDGE - VALUES
    most = end_of(row.percent for row in rows)
    scaled = any(row.percent is not None for row in rows)
    heights = [max(ROW, 21 * len(svg.broken(row.label, labels, 17)) + 12) for row in rows]
    start, foot = y, y + sum(heights)
    for tick in range(0, most + 1, 10 if most <= 60 else 20) if scaled else ():
        at = zero + (end - zero) * tick / most
        sheet.line(at, y, at, foot, svg.LINE)
        sheet.words(at, foot + 22, f"{tick}%", 15, fill=svg.QUIET, anchor="middle")
    for row, height in zip(rows, heights, strict=True):
        _label(sheet, y, height, row, zero - 12, labels)
        _bar(sheet, y + height / 2, row, zero, (end - zero) / most)
        y += height
    y += 32 if scaled else 8
    return max(y, _land(sheet, start, land, reading)) if beside and land is not None else y


def _label(sheet: Sheet, y: float, height: float, row: _Row, right: float, width: float) -> None:
    lines = svg.broken(row.label, width, 17)
    foot = y + height / 2 + 6 - 10.5 * (len(lines) - 1)
    for line in lines:
        sheet.words(right, foot, line, 17, anchor="end", fill=svg.QUIET if row.quiet else svg.INK)
        foot += 21


def _bar(sheet: Sheet, middle: float, row: _Row, zero: float, unit: float) -> None:
    if row.percent is None:
        sheet.words(zero + 6, middle + 6, row.said, 17, italic=True, fill=svg.QUIET)
        return
    end = zero + row.percent * unit
    fill, stroke = (svg.ASIDE, svg.EDGE) if row.quiet else (svg.BAR, "")
    sheet.rect(zero, middle - 12, end - zero, 24, fill, stroke=stroke)
    sheet.words(end + 8, middle + 6, row.said, 17, weight=700, after=row.more)


# The map ---------------------------------------------------------------------------------------------------


def _land(sheet: Sheet, y: float, land: maps.Picture, reading: Reading) -> float:
    """Five classes and their legend; a ward with too few answers is left white. Gives its foot."""
    edges = maps.breaks(net_share(reading))
    for shape in land.shapes:
        step = _step(reading, shape.key, edges)
        fill, stroke = (svg.SEQUENCE[step - 1], svg.PAPER) if step else (svg.PAPER, svg.EDGE)
        sheet.path(_moved(shape.path, EDGE, y), fill, stroke=stroke, width=2.5 if step else 1.2)
    for shape in land.shapes:
        step = _step(reading, shape.key, edges)
        fill = svg.ON_SEQUENCE[step - 1] if step else svg.INK
        sheet.words(
            EDGE + shape.x, y + shape.y + 5, str(shape.number), 15, weight=700, fill=fill, anchor="middle"
        )
    y += land.height + 16
    legend = [*zip(svg.SEQUENCE, classes(edges), strict=True), (svg.PAPER, gettext("Too few to say"))]
    for n, (fill, words) in enumerate(legend):
        x, at = EDGE + 200 * (n % 2), y + 28 * (n // 2)
        sheet.rect(x, at, 28, 16, fill, stroke=svg.EDGE)
        sheet.words(x + 36, at + 14, words, 15)
    return y + 96


def _step(reading: Reading, ward: str, edges: Sequence[int]) -> maps.Shade:
    block = reading.block(ward)
    line = block.lines[0] if block is not None and block.lines and not block.hidden else None
    return maps.shade(line.percent if line is not None else None, edges)


def _moved(path: str, x: float, y: float) -> str:
    """A path of :mod:`portal.maps` moved: its steps are relative, so only the start of each ring changes."""
    return re.sub(r"M(-?\d+)[ ]?(-?\d+)", lambda start: f"M{int(start[1]) + x:g} {int(start[2]) + y:g}", path)


# Small multiples -------------------------------------------------------------------------------------------


def _said(panel: Panel) -> list[str]:
    return [f"{bar.label.text}: {bar.said}" for bar in panel.bars]


def _panels(sheet: Sheet, y: float, shown: Sequence[Panel]) -> float:
    if not shown:
        few = gettext("Too few people answered in each group to compare the groups.")
        return sheet.block(EDGE, y, few, 18, WIDTH - 2 * EDGE)
    wide = (WIDTH - 2 * EDGE - 48) / 2
    most = top(shown)
    for first in range(0, len(shown), 2):
        row = shown[first : first + 2]
        y = max(_panel(sheet, EDGE + n * (wide + 48), y, wide, panel, most) for n, panel in enumerate(row))
    words = gettext("All the panels have the same scale: from 0 to %(most)s%%.", most=most)
    return sheet.block(EDGE, y, words, 16, WIDTH - 2 * EDGE, fill=svg.QUIET) + 8


def _panel(sheet: Sheet, x: float, y: float, wide: float, panel: Panel, most: int) -> float:
    y = sheet.block(x, y, panel.label.text, 18, wide, weight=700) + 6
    labels, zero = 190, x + 200
    unit = (wide - 200 - 70) / most
    start = y
    for bar in panel.bars:
        words = bar.label.text if bar.base is None else f"{bar.label.text} ({in_figures(bar.base)})"
        lines = svg.broken(words, labels, 15)
        height = max(28, 18 * len(lines) + 6)
        at = y + height / 2 + 5 - 9 * (len(lines) - 1)
        for line in lines:
            sheet.words(x + labels, at, line, 15, anchor="end", fill=svg.QUIET if bar.everybody else svg.INK)
            at += 18
        if bar.percent is None:
            sheet.words(zero + 6, y + height / 2 + 5, bar.said, 15, italic=True, fill=svg.QUIET)
        else:
            fill, stroke = (svg.ASIDE, svg.EDGE) if bar.everybody else (svg.BAR, "")
            sheet.rect(zero, y + height / 2 - 9, bar.percent * unit, 18, fill, stroke=stroke)
            sheet.words(zero + bar.percent * unit + 6, y + height / 2 + 5, bar.said, 15, weight=700)
        y += height
    sheet.line(zero, start, zero, y, svg.EDGE)
    return y + 28


# The order of topics ---------------------------------------------------------------------------------------


def order(reading: Reading, places: Sequence[Ranked], imprint: Imprint) -> str:
    """How sure the order is: a bar from the best to the worst place by chance, close topics on one band."""
    sheet = Sheet(WIDTH)
    title = gettext("How sure the order is: %(title)s", title=title_of(reading))
    y = _head(sheet, reading, imprint, title) + 24
    zero, end, many = EDGE + LABELS + 24, WIDTH - EDGE - VALUES, len(places)
    unit = (end - zero) / (many - 0.4)

    def across(place: float) -> float:
        return zero + (place - 0.7) * unit

    start = y
    for run in runs_of(places):
        if len(run) > 1:
            sheet.rect(EDGE, y + 1, WIDTH - 2 * EDGE, ROW * len(run) - 2, svg.TRACK)
        y += ROW * len(run)
    for tick in ticks(many):
        sheet.line(across(tick), start, across(tick), y, svg.LINE)
        sheet.words(across(tick), start - 8, str(tick), 15, fill=svg.QUIET, anchor="middle")
    for n, one in enumerate(places):
        row = _Row(one.label.text, None, one.place)
        _label(sheet, start + n * ROW, ROW, row, zero - 24, LABELS)
        middle, width = start + (n + 0.5) * ROW, (one.high - one.low + 0.6) * unit
        sheet.rect(across(one.low - 0.3), middle - 10, width, 20, svg.BAND, stroke=svg.BAR)
        sheet.diamond(across(one.at), middle, 8, svg.BAR)
        sheet.words(WIDTH - EDGE - 8, middle + 6, one.place, 16, fill=svg.QUIET, anchor="end")
    about = gettext(
        "The diamond is the place in these answers; the bar is where chance alone could have put it. "
        "Topics on one band are close: none can be told from the next."
    )
    y = sheet.block(EDGE, y + 12, about, 16, WIDTH - 2 * EDGE, fill=svg.QUIET)
    sheet.body = (start - 28, y + 4)
    y = _foot(sheet, y, reading, imprint)
    marked(sheet, y, imprint)
    told = "; ".join(f"{one.label.text}: {one.place} ({one.range})" for one in places)
    words = gettext("A picture of the figures in the table. %(figures)s.", figures=told)
    return sheet.drawn(y, title=title, description=words, language=imprint.language)


# Then and now ----------------------------------------------------------------------------------------------


def slope(reading: Reading, years: Sequence[str], compared: Sequence[slopes.Slope], imprint: Imprint) -> str:
    """The answers as lines from year to year, as in :mod:`portal.slopes`."""
    sheet = Sheet(WIDTH)
    title = gettext("%(title)s: compared with %(year)s", title=title_of(reading), year=years[-2])
    top = _head(sheet, reading, imprint, title) - 8
    y = top + 38
    zero, end, names = EDGE + 70, EDGE + 500, EDGE + 560
    lines, most = slopes.ordered(compared), slopes.top(compared)
    said = [svg.broken(one.name, WIDTH - EDGE - names, 17, 700 if one.clear else 400) for one in lines]
    sizes = [21.0 * len(words) + 8 for words in said]
    tall, start = max(340.0, 1.3 * sum(sizes)), y

    def down(share: float) -> float:
        return start + tall * (1 - share / most)

    across = [zero + (end - zero) * n / (len(years) - 1) for n in range(len(years))]
    for year, x in zip(years, across, strict=True):
        sheet.line(x, start, x, start + tall, svg.LINE)
        sheet.words(x, start - 12, year, 17, anchor="middle", weight=700)
    stand = slopes.apart([down(one.now) for one in lines], sizes, start - 12, start + tall + 12)
    for one, words, at in zip(lines, said, stand, strict=True):
        sheet.line(end + 12, down(one.now), names - 8, at, svg.LINE)
        for n, line in enumerate(words):
            foot = at + 6 + 21 * (n - (len(words) - 1) / 2)
            weight, ink = (700, svg.INK) if one.clear else (400, svg.QUIET)
            sheet.words(names, foot, line, 17, weight=weight, fill=ink)
    began = slopes.first_shares(lines)
    stood = slopes.apart([down(one) for one in began], [19.0] * len(began), start - 12, start + tall + 12)
    for share, at in zip(began, stood, strict=True):
        sheet.line(zero - 22, at, zero - 10, down(share), svg.LINE)
        sheet.words(zero - 26, at + 6, f"{share}%", 17, anchor="end", fill=svg.QUIET)
    for one in sorted(lines, key=lambda line: line.clear):
        _sloping(sheet, one, across, down)
    about = " ".join(
        (
            slopes.about(years, compared),
            gettext("Other people answered each year; nobody is followed from one year to the next."),
        )
    )
    y = sheet.block(EDGE, start + tall + 24, about, 16, WIDTH - 2 * EDGE, fill=svg.QUIET)
    sheet.body = (top, y + 4)
    y = _foot(sheet, y, reading, imprint)
    marked(sheet, y, imprint)
    told = "; ".join(one.told(years) for one in lines)
    described = gettext("A picture of the figures in the table. %(figures)s.", figures=told)
    return sheet.drawn(y, title=title, description=described, language=imprint.language)


def _sloping(
    sheet: Sheet, one: slopes.Slope, across: Sequence[float], down: Callable[[float], float]
) -> None:
    ink = svg.BAR if one.clear else svg.EDGE
    last = len(across) - 1
    for run in one.stretches:
        for (year, share), (following, then) in pairwise(run):
            width = 3.5 if one.clear else 1.2
            sheet.line(across[year], down(share), across[following], down(then), ink, width)
        for year, share in run:
            if one.clear and year == last:
                sheet.triangle(across[year], down(share), 9, ink, up=one.points > 0)
            else:
                sheet.disc(across[year], down(share), 5, ink if one.clear else svg.PAPER, stroke=ink)
