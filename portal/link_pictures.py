"""Previews that other sites show of a link: 1200 by 630, with whose it is and what it says."""

from __future__ import annotations

from flask_babel import gettext

from portal import svg
from portal.panels import end_of
from portal.pictures import EDGE, Imprint, marked, rows_of, title_of
from portal.reading import Reading, base_words
from portal.rendering import day
from portal.svg import Sheet

SHARE_WIDTH, SHARE_HEIGHT = 1200, 630


def share(reading: Reading, imprint: Imprint) -> str:
    """The first three topics, 1200 by 630, for the preview another site shows of a link to the results."""
    rows = [row for row in rows_of(reading) if row.percent is not None and not row.quiet][:3]
    sheet = Sheet(SHARE_WIDTH)
    y = cover(sheet, imprint.source, imprint.survey)
    y = sheet.block(EDGE, y + 12, title_of(reading), 28, SHARE_WIDTH - 2 * EDGE, weight=700) + 12
    most, zero = end_of(row.percent for row in rows), EDGE + 440
    for row in rows:
        lines = svg.broken(row.label, 420, 24)[:2]
        for n, line in enumerate(lines):
            sheet.words(zero - 16, y + 30 + 26 * n - 13 * (len(lines) - 1), line, 24, anchor="end")
        long = (row.percent or 0) * (SHARE_WIDTH - EDGE - 110 - zero) / most
        sheet.rect(zero, y, long, 44, svg.BAR)
        sheet.words(zero + long + 12, y + 33, row.said, 30, weight=700)
        y += 64
    base = gettext("People who answered: %(number)s.", number=base_words(reading.first, "answered"))
    when = gettext("From %(first)s to %(last)s.", first=day(imprint.first), last=day(imprint.last))
    sheet.block(EDGE, SHARE_HEIGHT - 78, f"{base} {when}", 22, SHARE_WIDTH - 2 * EDGE, fill=svg.QUIET)
    marked(sheet, SHARE_HEIGHT, imprint)
    described = gettext(
        "A picture of the figures in the table. %(figures)s.", figures="; ".join(r.told for r in rows)
    )
    return sheet.drawn(SHARE_HEIGHT, title=imprint.survey, description=described, language=imprint.language)


def cover(sheet: Sheet, source: str, title: str) -> float:
    """The sky with whose it is and what it is about, horizon and fields under it; gives their foot."""
    sheet.rect(0, 0, SHARE_WIDTH, 190, svg.SKY)
    sheet.words(EDGE, 66, source, 26)
    y = 84.0
    for line in svg.broken(title, SHARE_WIDTH - 2 * EDGE, 40, 700)[:2]:
        sheet.words(EDGE, y + 40, line, 40, weight=700)
        y += 46
    sheet.rect(0, 190, SHARE_WIDTH, 5, svg.INK)
    for n, fill in enumerate(svg.LAND * 2):
        sheet.rect(75 * n, 195, 75, 16, fill)
    return 211


def cover_of(source: str, title: str, lead: str, banner: str, *, language: str) -> str:
    """The preview of a page that has no figures: whose it is, what it is called, and what it is for."""
    sheet = Sheet(SHARE_WIDTH)
    y = cover(sheet, source, title) + 48
    for line in svg.broken(lead, SHARE_WIDTH - 2 * EDGE, 34)[:6] if lead else ():
        sheet.words(EDGE, y + 34, line, 34)
        y += 48
    if banner:
        sheet.words(EDGE, SHARE_HEIGHT - 40, banner, 22, fill=svg.QUIET)
    return sheet.drawn(SHARE_HEIGHT, title=title, description=lead, language=language)
