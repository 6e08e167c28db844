"""One released table read in one language: labels, order and words for what is hidden.

Tables, pictures, charts and findings are all drawn from a :class:`Reading`, so they cannot disagree.
Nothing here computes a number: every count and percentage is the one stored in the release.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from flask_babel import gettext, ngettext

from portal.figure_words import figure_words, in_figures
from surveys.questionnaire.model import Dimension, Net, Option, Questionnaire, Texts
from surveys.results.columns import WROTE
from surveys.results.tables import FIRST_FIVE

ALL = "all"
NOT_GIVEN = "not-given"
_SCALE_POINTS = 3
"""A run of single-choice questions is drawn as one answer scale from this many substantive options on."""


@dataclass(frozen=True)
class Label:
    """Words with the language they are really in; ``lang`` is empty when it is the page's own."""

    text: str
    lang: str = ""


@dataclass(frozen=True)
class Line:
    """One answer. ``count`` None: fewer than 10, or, when ``protects``, left out to protect another figure.

    ``percent`` None: too few people to give one. ``aside``: not an opinion ("Don't know", "None of
    these"), so it stands last and is drawn grey.
    """

    key: str
    label: Label
    count: int | None
    percent: int | None
    meaning: str = "answer"
    protects: bool = False
    weighted: int | None = None

    @property
    def aside(self) -> bool:
        return self.meaning not in ("answer", "elsewhere")


@dataclass(frozen=True)
class Block:
    """The people a run of lines is about: everybody, a ward, an age band, or one row of a grid.

    ``hidden``: "" or why nothing of it is shown: "few", "special", "alike" or "complement".
    ``withheld``: the bases left out to protect other figures.
    """

    key: str
    label: Label
    asked: int | None
    answered: int | None
    skipped: int | None
    hidden: str
    lines: tuple[Line, ...]
    withheld: frozenset[str] = frozenset()

    def line(self, key: str) -> Line | None:
        return next((line for line in self.lines if line.key == key), None)


@dataclass(frozen=True)
class Reading:
    """A released table with its words. ``question`` is the question model as it was asked."""

    key: str
    question: Any
    base: Any
    """The question whose answerers the shares are of: mostly the same one."""
    by: Dimension | None
    by_title: Label
    net: Net | None
    title: Label
    wording: Label
    blocks: tuple[Block, ...]
    rules: tuple[str, ...]
    note: str
    """A code: "wording.changed", "base.earlier-question" or ""."""
    answers: Mapping[str, Label]
    nets: Mapping[str, Label]
    """The words of every answer, and of every net of the question, by key."""

    def answer(self, key: str) -> Label:
        return self.answers.get(key, Label(key))

    def group(self, key: str) -> Label:
        block = self.block(key)
        return block.label if block is not None else Label(key)

    @property
    def kind(self) -> str:
        return str(self.question.kind)

    @property
    def is_text(self) -> bool:
        return self.kind in ("short-text", "long-text")

    @property
    def in_order_asked(self) -> bool:
        """Scales keep the order of the question; lists of things are put longest first."""
        return self.by is not None or self.kind not in ("several", "one-of", "ranking")

    def sorted_lines(self, block: Block) -> tuple[Line, ...]:
        """The lines in reading order: as asked, or by share with the asides last."""
        if self.in_order_asked:
            return block.lines
        rank = {line.key: n for n, line in enumerate(block.lines)}
        return tuple(sorted(block.lines, key=lambda x: (x.aside, -(x.count or 0), rank[x.key])))

    @property
    def first(self) -> Block:
        return self.blocks[0]

    def block(self, key: str) -> Block | None:
        return next((block for block in self.blocks if block.key == key), None)

    @property
    def groups(self) -> tuple[Block, ...]:
        """The groups to compare: without everybody, and without the people whose group is not known."""
        return tuple(block for block in self.blocks if block.key not in (ALL, NOT_GIVEN))

    @property
    def something_hidden(self) -> bool:
        return any(b.hidden or any(x.count is None for x in b.lines) for b in self.blocks)


def label(document: Questionnaire, texts: Texts | None, locale: str) -> Label:
    """The text in ``locale``, or the source text marked with its own language."""
    fallback = document.is_fallback(texts, locale)
    return Label(document.say(texts, locale), document.source_locale.replace("_", "-") if fallback else "")


def read(table: Mapping[str, Any], document: Questionnaire, locale: str) -> Reading:
    """A :class:`Reading` of one released table. Raises KeyError if the question is not in the document."""
    question = document.question_by_id[table["question"]]
    dimension = next((d for d in document.dimensions if d.key == table.get("by")), None)
    net = next((n for n in document.nets if n.key == table.get("net") and n.question == question.id), None)
    answers = _answer_labels(question, net, document, locale)
    groups = _group_labels(question, dimension, document, locale)
    return Reading(
        key=str(table["key"]),
        question=question,
        base=document.question_by_id.get(table.get("base") or question.id, question),
        by=dimension,
        by_title=label(document, dimension.text, locale) if dimension else Label(""),
        net=net,
        title=_title(table, question, net, document, locale),
        wording=label(document, question.text, locale),
        blocks=tuple(_block(group, answers, groups) for group in table["groups"]),
        rules=tuple(table.get("rules") or ()),
        note=str(table.get("note") or ""),
        answers={key: words for key, (words, _) in _answer_labels(question, None, document, locale).items()},
        nets={n.key: label(document, n.text, locale) for n in document.nets if n.question == question.id},
    )


def _title(
    table: Mapping[str, Any], question: Any, net: Net | None, document: Questionnaire, locale: str
) -> Label:
    if net is not None:
        return label(document, net.text, locale)
    title = label(document, question.short, locale)
    row = next((r for r in getattr(question, "rows", ()) if r.key == table.get("item")), None)
    if row is not None:
        return Label(f"{title.text}: {label(document, row.text, locale).text}", title.lang)
    if question.kind == "ranking" and table["key"] != question.id and table.get("by") is None:
        if table["key"].endswith(f".{FIRST_FIVE}"):
            return Label(str(gettext("%(title)s: among the first five", title=title.text)), title.lang)
        return Label(str(gettext("%(title)s: put first", title=title.text)), title.lang)
    return title


def _block(
    group: Mapping[str, Any],
    answers: Mapping[str, tuple[Label, str]],
    groups: Mapping[str, Label],
) -> Block:
    lines = []
    for row in group["rows"]:
        words, meaning = answers.get(row["key"], (_unnamed(row["key"]), "answer"))
        protects = row.get("hidden") == "protect"
        weighted = row.get("weighted")
        lines.append(Line(row["key"], words, row["count"], row["percent"], meaning, protects, weighted))
    return Block(
        key=group["key"],
        label=groups.get(group["key"], Label(str(group["key"]))),
        asked=group["asked"],
        answered=group["answered"],
        skipped=group["skipped"],
        hidden=group.get("hidden") or "",
        lines=tuple(lines),
        withheld=frozenset(group.get("withheld") or ()),
    )


def _unnamed(key: str) -> Label:
    """A number outside every range has no key of its own."""
    return Label(str(key) or str(gettext("Any other number")))


def _answer_labels(
    question: Any, net: Net | None, document: Questionnaire, locale: str
) -> dict[str, tuple[Label, str]]:
    if net is not None:
        return {net.key: (label(document, net.text, locale), "answer")}
    found: dict[str, tuple[Label, str]] = {}
    if question.kind == "one-of":
        found.update(_option_labels(document.question_by_id[question.of].options, document, locale))
    if question.kind == "rating":
        for point in range(question.low, question.high + 1):
            named = label(document, question.labels.get(point), locale)
            words = f"{point}, {named.text}" if named.text else str(point)
            found[str(point)] = (Label(words, named.lang), "answer")
    if question.kind == "number":
        for item in question.bins:
            found[item.key] = (label(document, item.text, locale), "answer")
    if question.kind == "place":
        for place in document.places_at(question.level):
            found[place.key] = found[place.key.lower()] = (Label(place.name), "answer")
    if question.kind in ("short-text", "long-text"):
        return {WROTE: (Label(figure_words()["wrote"]), "answer")}
    found.update(_option_labels(question.options, document, locale))
    return found


def _option_labels(
    options: Iterable[Option], document: Questionnaire, locale: str
) -> dict[str, tuple[Label, str]]:
    return {o.key: (label(document, o.text, locale), o.meaning) for o in options}


def _group_labels(
    question: Any, dimension: Dimension | None, document: Questionnaire, locale: str
) -> dict[str, Label]:
    words = figure_words()
    found = {ALL: Label(words["all"]), NOT_GIVEN: Label(words["not-given"])}
    if dimension is not None:
        found.update({c.key: label(document, c.text, locale) for c in dimension.categories})
    elif question.kind == "grid":
        found.update({r.key: label(document, r.text, locale) for r in question.rows})
    return found


def families(readings: Sequence[Reading], document: Questionnaire) -> list[tuple[Reading, ...]]:
    """Neighbouring single-choice questions of one section with the same answers, to be read side by side.

    Every reading appears once, in its order; most families have one member. Give toplines only.
    """
    section = {q.id: page.section for page in document.pages() for q in page.questions}
    found: list[tuple[Reading, ...]] = []
    for item in readings:
        last = found[-1][-1] if found else None
        if last is not None and _scale(last) and _scale(last) == _scale(item):
            same_section = section[last.question.id] == section[item.question.id]
            if same_section and len(found[-1]) < 4:
                found[-1] = (*found[-1], item)
                continue
        found.append((item,))
    return found


def _scale(reading: Reading) -> tuple[str, ...]:
    """The substantive answers of a single-choice scale; empty when the question is not one."""
    if reading.kind != "one" or reading.by is not None:
        return ()
    keys = tuple(o.key for o in reading.question.options if o.meaning == "answer")
    return keys if len(keys) >= _SCALE_POINTS else ()


def net_share(reading: Reading) -> int | None:
    """The net's share among everybody, as the table gives it: it decides the classes of the map."""
    everybody = reading.block(ALL)
    return everybody.lines[0].percent if everybody is not None and everybody.lines else None


# Words for numbers ------------------------------------------------------------------------------------------


def people(number: int) -> str:
    return str(ngettext("%(count)s person", "%(count)s people", number, count=in_figures(number)))


def count_words(number: int | None) -> str:
    """A rounded count, or the words that stand for one that is too small to show."""
    return figure_words()["few"] if number is None else in_figures(number)


def line_words(line: Line) -> str:
    """How many people gave an answer, or why that is not shown."""
    return figure_words()["protect"] if line.protects else count_words(line.count)


def base_words(block: Block, name: Literal["asked", "answered", "skipped"]) -> str:
    """How many were asked, answered or skipped, or why that is not shown."""
    number: int | None = getattr(block, name)
    if number is not None:
        return in_figures(number)
    if block.hidden:
        return figure_words()[block.hidden if name == "answered" else "withheld"]
    return figure_words()["protect" if name in block.withheld else "few"]


def percent_words(line: Line) -> str:
    """A share in per cent, or the words that stand for a missing one."""
    if line.percent is not None:
        return f"{line.percent}%"
    return figure_words()["protect" if line.protects else "few" if line.count is None else "percent-none"]


def weighted_words(line: Line) -> str:
    """A weighted share in per cent, or the words that stand for a missing one."""
    if line.weighted is not None:
        return f"{line.weighted}%"
    return percent_words(line) if line.percent is None else figure_words()["withheld"]


def hidden_words(block: Block) -> str:
    """Why a whole group shows no figures; empty when it does."""
    return figure_words()[block.hidden] if block.hidden else ""
