"""A release laid out as a report: the same headings, sentences, tables and words for PDF and Word."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, cast

from flask_babel import gettext
from markupsafe import Markup

from portal import against_words, alongside_words, findings_words, order_words, svg
from portal.beside import Beside
from portal.beside import beside as both_columns
from portal.drawing import ORDER, PICTURE, SINCE
from portal.method_words import method_of
from portal.reading import (
    Block,
    Line,
    Reading,
    base_words,
    hidden_words,
    line_words,
    percent_words,
    read,
    weighted_words,
)
from surveys.questionnaire.model import Questionnaire
from surveys.results.alongside import about_people

Content = Mapping[str, Any]
Tell = Callable[[Reading], Markup]


@dataclass(frozen=True)
class Table:
    """One table of the report: ``heads`` and ``rows`` are words as printed; ``note`` says what is hidden."""

    key: str
    title: str
    wording: str
    finding: str
    base: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str
    picture: str = ""
    """Its drawing as SVG, or "" for a table without one, see :func:`pictured`."""

    @property
    def alt(self) -> str:
        """What is read aloud instead of the picture; the table after it has every figure."""
        return f"{self.finding} {self.base}".strip()


@dataclass(frozen=True)
class Report:
    title: str
    when: str
    answered: str
    demonstration: bool
    findings: tuple[str, ...]
    tables: tuple[Table, ...]
    method: tuple[str, ...]
    language: str
    note: str
    number: int
    invented: str
    method_title: str


def report(
    content: Content,
    document: Questionnaire,
    *,
    title: str,
    when: str,
    locale: str,
    language: str,
    tell: Tell,
) -> Report:
    """The whole release. ``tell`` gives the finding of a reading; call inside a context of this language."""
    readings = [read(table, document, locale) for table in content["tables"]]
    toplines = [reading for reading in readings if reading.by is None]
    lead = [r for r in toplines if r.question.id == document.headline]
    lead += [r for r in toplines if r.kind == "one-of" and r.question.of == document.headline]
    weighted = frozenset(content.get("weighting", {}).get("tables", ()))
    beside = _beside(content, toplines) | _against(content, readings)
    return Report(
        title=title,
        when=when,
        answered=findings_words.answered_words(content["responses"]),
        demonstration=bool(content["demonstration"]),
        findings=tuple(tell(reading).striptags() for reading in lead),
        tables=tuple(
            table
            for reading in (*lead, *(r for r in readings if r not in lead))
            for table in (
                _table(reading, tell, weighted, against_words.named_bases(content, document, reading)),
                *beside.get(reading.key, ()),
            )
        )
        + tuple(_population(one) for one in alongside_words.beside(content, document, locale))
        + tuple(_campaign(one) for one in both_columns(content.get("with_without") or (), document, locale)),
        method=tuple(method_of(content, document, locale)),
        language=language,
        note=content["note"],
        number=content["number"],
        invented=gettext("These answers are invented, for demonstration"),
        method_title=gettext("Method and limits"),
    )


def pictured(
    laid: Report, content: Content, document: Questionnaire, drawn: Mapping[str, Mapping[str, Any]]
) -> Report:
    """The same with the pictures made with the release, ``drawn`` by table key: of each question about views,
    of each map, of each order, and of what moved since the survey before. Other tables speak for themselves.
    """
    about = about_people(document)
    maps = {dimension.key for dimension in document.dimensions if dimension.map}
    found = {}
    for table in content["tables"]:
        counted = table["kind"] not in ("short-text", "long-text")
        views = counted and table["by"] is None and table["question"] not in about
        if views or (table["net"] and table["by"] in maps):
            found[table["key"]] = (table["key"], PICTURE)
    found |= {f"order-{key}": (key, ORDER) for key in content.get("orders") or {}}
    for key, one in ((content.get("since") or {}).get("tables") or {}).items():
        if any(row["differs"] and row["points"] for row in one["rows"]):
            found[f"since-{key}"] = (key, SINCE)

    def drawing(key: str) -> str:
        table, what = found.get(key, ("", ""))
        return svg.body_of(drawn.get(table, {}).get(what, ""))

    return replace(laid, tables=tuple(replace(one, picture=drawing(one.key)) for one in laid.tables))


def _table(reading: Reading, tell: Tell, weighted: frozenset[str], named: str) -> Table:
    """``named``: how many answered in the groups the finding names, or ""."""
    title = reading.title.text
    if reading.by is not None:
        title = gettext("%(title)s: by %(group)s", title=title, group=reading.by_title.text)
    weigh = reading.key in weighted
    as_grid = reading.by is None and reading.kind == "grid"
    heads, rows = _grid(reading, weigh) if as_grid else _lines(reading, weigh)
    first = reading.first
    base = gettext(
        "People who answered: %(answered)s. Saw it and skipped it: %(skipped)s.",
        answered=base_words(first, "answered"),
        skipped=base_words(first, "skipped"),
    )
    note = ""
    if reading.something_hidden:
        note = gettext(
            "Words in place of a figure protect people: the number is small, or would give a small one away."
        )
    return Table(
        key=reading.key,
        title=title,
        wording=reading.wording.text,
        finding=tell(reading).striptags(),
        base=f"{named}. {base}" if named else base,
        heads=heads,
        rows=rows,
        note=note,
    )


def _lines(reading: Reading, weigh: bool) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Answers down; for a breakdown one row a group and answer, so that nothing runs off the paper."""
    if reading.by is None:
        heads = (gettext("Answer"), *_heads(weigh))
        return heads, tuple(
            (line.label.text, *_figures(line, weigh)) for line in reading.sorted_lines(reading.first)
        )
    by_group = (reading.by_title.text, gettext("Answer"), *_heads(False))
    return by_group, tuple(row for block in reading.blocks for row in _group(block, False))


def _heads(weigh: bool) -> tuple[str, ...]:
    weighted = (gettext("Weighted share"),) if weigh else ()
    return (gettext("Share"), *weighted, gettext("People"))


def _group(block: Block, weigh: bool) -> list[tuple[str, ...]]:
    if block.hidden:
        words = hidden_words(block)
        return [(block.label.text, "", *([words] * (3 if weigh else 2)))]
    name, blank = block.label.text, ("",) * (2 if weigh else 1)
    base = (name, gettext("People who answered"), *blank, base_words(block, "answered"))
    return [base, *((name, line.label.text, *_figures(line, weigh)) for line in block.lines)]


def _grid(reading: Reading, weigh: bool) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    heads = (gettext("About"), gettext("Answer"), *_heads(weigh))
    return heads, tuple(row for block in reading.blocks for row in _group(block, weigh))


def _figures(line: Line, weigh: bool) -> tuple[str, ...]:
    return (percent_words(line), *((weighted_words(line),) if weigh else ()), line_words(line))


# What is set beside the tables ------------------------------------------------------------------------------


def _beside(content: Content, toplines: Sequence[Reading]) -> dict[str, list[Table]]:
    """By table key: how sure its order is, and the same question in the survey before."""
    orders, years = order_words.ranks(content, toplines), alongside_words.since(content, toplines)
    found: dict[str, list[Table]] = {}
    for reading in toplines:
        title = reading.title.text
        tables = found.setdefault(reading.key, [])
        if (order := orders.get(reading.key)) is not None:
            tables.append(
                _extra(
                    f"order-{reading.key}",
                    gettext("How sure the order is: %(title)s", title=title),
                    order.said,
                    order.heads,
                    [[row["name"], *row["cells"]] for row in order.rows],
                    f"{order.note} {order.not_ranked.striptags()}",
                )
            )
        if (then := years.get(reading.key)) is not None and not then.reason:
            heading = gettext("%(title)s: compared with %(year)s", title=title, year=then.then)
            note = gettext(
                "Other people answered each year; nobody is followed from one year to the next. The range is "
                "indicative: how far chance alone could put the difference, in points."
            )
            key = f"since-{reading.key}"
            tables.append(_extra(key, heading, then.said, then.heads, then.rows, note))
    return found


def _against(content: Content, readings: Sequence[Reading]) -> dict[str, list[Table]]:
    """By table key: each group against the rest."""
    names = {reading.key: reading for reading in readings}
    found = {}
    for key, one in against_words.against(content, readings).items():
        title = gettext(
            "%(title)s, by %(group)s: each group against the rest",
            title=names[key].title.text,
            group=names[key].by_title.text,
        )
        note = f"{one.tested} {one.not_compared.striptags()}"
        found[key] = [_extra(f"rest-{key}", title, one.said, one.heads, one.rows, note)]
    return found


def _population(one: alongside_words.Beside) -> Table:
    title = gettext("Who answered, and who lives here: %(group)s", group=one.title.text)
    said = Markup(" ").join(one.said) if one.groups else one.too_few
    rows = [[row["name"], *cast(Any, row["cells"])] for row in one.rows] if one.groups else []
    source = gettext("Source: %(source)s", source=one.source)
    return _extra(
        f"beside-{one.key}", title, said, one.heads, rows, f"{one.not_compared.striptags()} {source}"
    )


def _campaign(one: Beside) -> Table:
    """Everybody, and everybody without those who sent nearly the same words."""
    said = gettext(
        "%(people)s answered, %(others)s without them", people=one.answered[0], others=one.answered[1]
    )
    heads = (
        gettext("Answer"),
        gettext("Everybody: share"),
        gettext("Everybody: people"),
        gettext("Without them: share"),
        gettext("Without them: people"),
    )
    note = gettext(
        "Some people sent nearly the same words as others. Asking others to answer is a right, and they "
        "count like everybody else. Here you can see each question with and without them."
    )
    return _extra(
        f"without-{one.key}",
        gettext("With and without a campaign: %(title)s", title=one.title.text),
        Markup.escape(said),
        heads,
        [(name.text, *figures) for name, *figures in one.rows],
        note,
    )


def _extra(
    key: str, title: str, said: Markup, heads: Sequence[str], rows: Sequence[Sequence[Any]], note: str
) -> Table:
    """A table that stands beside others: cells become the words as printed."""
    printed = tuple(tuple(_printed(cell) for cell in row) for row in rows)
    return Table(key, title, "", said.striptags(), "", tuple(heads), printed, note.strip())


def _printed(cell: Any) -> str:
    text = cell["text"] if isinstance(cell, Mapping) else cell
    return text.striptags() if isinstance(text, Markup) else str(text)
