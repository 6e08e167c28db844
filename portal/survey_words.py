"""A whole questionnaire in words, for whoever approves it or asks later what was asked.

Texts come in the language asked for; what is said about them (who is asked, limits, how answers are counted)
is for officers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from portal.route_words import by_name, condition_words, option_words
from surveys.questionnaire.model import END, Condition, Page, Part, Questionnaire


@dataclass(frozen=True)
class Line:
    """One answer, row or point of a scale, with what is special about it."""

    text: str
    hint: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Asked:
    """One question."""

    id: str
    text: str
    short: str
    hint: str
    rules: tuple[str, ...]
    """What may be answered, and who is asked."""
    rows: tuple[Line, ...]
    answers: tuple[Line, ...]
    off: bool


@dataclass(frozen=True)
class Screen:
    """One page. ``part`` and ``offer`` stand at a part's first page, ``section`` at a section's."""

    id: str
    part: str
    part_rules: tuple[str, ...]
    offer: str
    section: str
    title: str
    body: str
    rules: tuple[str, ...]
    questions: tuple[Asked, ...]
    ways: tuple[str, ...]


@dataclass(frozen=True)
class Told:
    """Everything a questionnaire says and does."""

    title: str
    purpose: str
    rules: tuple[str, ...]
    pages: tuple[Screen, ...]
    stops: tuple[tuple[str, str], ...]
    groups: tuple[Line, ...]
    sums: tuple[Line, ...]
    tables: tuple[str, ...]


def told(document: Questionnaire, locale: str) -> Told:
    """The questionnaire with its texts in this language."""
    say = _sayer(document, locale)
    pages, section = [], ""
    for part in document.parts:
        for n, page in enumerate(part.pages):
            pages.append(_page(document, part, page, locale, first=n == 0, section=page.section != section))
            section = page.section
    return Told(
        title=say(document.title),
        purpose=say(document.purpose),
        rules=tuple(_settings(document)),
        pages=tuple(pages),
        stops=tuple((say(stop.title), say(stop.body)) for stop in document.stops),
        groups=tuple(_groups(document, locale)),
        sums=tuple(_sums(document, locale)),
        tables=tuple(_tables(document)),
    )


def _sayer(document: Questionnaire, locale: str) -> Callable[[Any], str]:
    return lambda texts: document.say(texts, locale)


def _settings(document: Questionnaire) -> Iterator[str]:
    named, short = document.kind == "named", by_name(document)
    yield "Organisations answer by name" if named else "Nobody is asked for a name"
    yield f"People are told it takes about {document.minutes} minutes"
    if document.single_page:
        yield "Everything is on one page"
    if document.finish_after:
        yield f"After page {document.finish_after} people may finish and send what they have answered"
    yield (
        "Asks whether what people wrote may be published"
        if document.asks_permission
        else "Does not ask whether what people wrote may be published, so none of it is"
    )
    if document.age_question:
        yield f"Age comes from {short(document.age_question)}"
    if document.headline:
        yield f"{short(document.headline)} leads the results"
    if document.places:
        yield f"{len(document.places)} wards and parishes can be chosen"


# Pages ----------------------------------------------------------------------------------------------------


def _only(document: Questionnaire, condition: Condition) -> str:
    return condition_words(condition, document, document.source_locale, by_name(document))


def _page(
    document: Questionnaire, part: Part, page: Page, locale: str, *, first: bool, section: bool
) -> Screen:
    say = _sayer(document, locale)
    titles = {one.id: one.title for one in document.sections}
    part_rules = []
    if part.entry == "offered":
        part_rules.append("Offered: asked only of people who accept")
    if part.after_check:
        part_rules.append("Comes after people have checked their answers")
    rules = [f"Shown only if {_only(document, page.when)}"] if page.when else []
    if page.help:
        rules.append("Shows where to get support")
    ways = []
    for jump in page.jumps:
        goal = "the end of this part" if jump.to == END else f"page {jump.to}"
        ways.append(f"If {_only(document, jump.when)}: on to {goal}" if jump.when else f"Always on to {goal}")
    return Screen(
        id=page.id,
        part=say(part.title) if first else "",
        part_rules=tuple(part_rules) if first else (),
        offer=say(part.offer) if first else "",
        section=say(titles.get(page.section)) if section else "",
        title=say(page.title),
        body=say(page.body),
        rules=tuple(rules),
        questions=tuple(_question(document, question, locale) for question in page.questions),
        ways=tuple(ways),
    )


def _question(document: Questionnaire, question: Any, locale: str) -> Asked:
    say = _sayer(document, locale)
    return Asked(
        id=question.id,
        text=say(question.text),
        short=say(question.short),
        hint=say(question.hint),
        rules=tuple(_rules(document, question)),
        rows=tuple(Line(say(row.text)) for row in getattr(question, "rows", ())),
        answers=tuple(_answers(document, question, locale)),
        off=question.off,
    )


def _rules(document: Questionnaire, question: Any) -> Iterator[str]:
    if question.off:
        yield "Switched off: nobody is asked"
    yield _kind(document, question)
    yield "An answer is needed" if question.required else "May be skipped"
    if question.when:
        yield f"Asked only if {_only(document, question.when)}"
    if question.min_age is not None:
        yield f"Asked only of people aged {question.min_age} and over"
    if question.special_category:
        yield "Sensitive"
    if question.use:
        yield f"Used for: {question.use}"
    if not question.released:
        yield "In no public table"
    if getattr(question, "names", False):
        yield "The organisation’s name"
    if question.source:
        yield f"Source: {question.source}"


def _kind(document: Questionnaire, question: Any) -> str:
    match question.kind:
        case "several":
            return _several(question)
        case "one-of":
            return f"One of the answers chosen in {by_name(document)(question.of)}"
        case "ranking":
            return f"Up to {question.top} answers in order"
        case "rating":
            return f"One number from {question.low} to {question.high}"
        case "grid":
            return "One answer for each row"
        case "number":
            return f"A whole number from {question.lowest} to {question.highest}"
        case "short-text" | "long-text":
            return f"Own words, up to {question.max_chars} characters"
        case "place":
            return f"One {question.level}"
    return "One answer"


def _several(question: Any) -> str:
    least, most = question.at_least, question.at_most
    if least and most:
        return f"From {least} to {most} answers"
    if most:
        return f"Up to {most} answers"
    return f"At least {least} answers" if least else "Any number of answers"


def _answers(document: Questionnaire, question: Any, locale: str) -> Iterator[Line]:
    say = _sayer(document, locale)
    if question.kind == "rating":
        for point, label in sorted(question.labels.items()):
            yield Line(f"{point}: {say(label)}")
    if question.kind == "number":
        if question.unit:
            yield Line(say(question.unit), notes=("the unit",))
        for band in question.bins:
            yield Line(say(band.text), notes=("a band, for tables",))
    stops = {stop.id: stop for stop in document.stops}
    for option in getattr(question, "options", ()):
        notes = []
        if option.exclusive:
            notes.append("alone")
        if option.write_in:
            notes.append("with a box for own words")
        if option.min_age is not None:
            notes.append(f"from age {option.min_age}")
        if option.stop:
            ending = stops.get(option.stop)
            notes.append(f"ends the survey: “{say(ending.title) if ending else option.stop}”")
        if option.hand_over:
            notes.append(f"on to the survey “{option.hand_over}”")
        yield Line(say(option.text), say(option.hint), tuple(notes))


# Results --------------------------------------------------------------------------------------------------


def _groups(document: Questionnaire, locale: str) -> Iterator[Line]:
    say, short = _sayer(document, locale), by_name(document)
    for group in document.dimensions:
        notes = ["from " + ", else ".join(short(id) for id in group.questions)]
        if group.map:
            notes.append("the wards, as a map")
        else:
            notes.append("; ".join(_category(document, one, locale) for one in group.categories))
        if group.special_category:
            notes.append("sensitive")
        yield Line(say(group.text), notes=tuple(notes))


def _category(document: Questionnaire, category: Any, locale: str) -> str:
    name = document.say(category.text, locale)
    known = {question.id: question for question in document.all_questions}
    inside = [
        option_words(known.get(id), key, document, locale)
        for id, keys in category.answers.items()
        for key in keys
    ]
    return name if inside == [name] else f"{name} ({', '.join(inside)})"


def _sums(document: Questionnaire, locale: str) -> Iterator[Line]:
    known = {question.id: question for question in document.all_questions}
    for net in document.nets:
        question = known.get(net.question)
        parts = [option_words(question, key, document, locale) for key in net.options]
        yield Line(
            document.say(net.text, locale), notes=(f"{by_name(document)(net.question)}: {' + '.join(parts)}",)
        )


def _tables(document: Questionnaire) -> Iterator[str]:
    short, locale = by_name(document), document.source_locale
    groups = {group.key: document.say(group.text, locale) for group in document.dimensions}
    sums = {(net.question, net.key): document.say(net.text, locale) for net in document.nets}
    for table in document.breakdowns:
        only = f", only “{sums.get((table.question, table.net), table.net)}”" if table.net else ""
        yield f"{short(table.question)}{only}, for each {groups.get(table.by, table.by).lower()}"


# Two versions ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """Something that is said or done otherwise: where, and the lines that only one of the two has."""

    where: str
    before: tuple[str, ...]
    after: tuple[str, ...]


def changes(before: Questionnaire, after: Questionnaire) -> tuple[Change, ...]:
    """Everything that differs in words, rules, routes, limits and counting, in every language of either."""
    found: list[Change] = []
    for locale in dict.fromkeys((*after.locales, *before.locales)):
        source = locale == after.source_locale
        old, new = (
            _pieces(told(document, locale), rules=source) if locale in document.locales else {}
            for document in (before, after)
        )
        for where in dict.fromkeys((*new, *old)):
            was, now_is = old.get(where, ()), new.get(where, ())
            if was == now_is:
                continue
            gone, come = _only_in(was, now_is), _only_in(now_is, was)
            place = where if source else f"{where} ({locale.partition('_')[0]})"
            found.append(Change(place, *((gone, come) if gone or come else (was, now_is))))
    return tuple(found)


def _only_in(these: tuple[str, ...], those: tuple[str, ...]) -> tuple[str, ...]:
    """The lines of one that the other has not, or not as often, in order."""
    left = Counter(those)
    found = []
    for line in these:
        if left[line]:
            left[line] -= 1
        else:
            found.append(line)
    return tuple(found)


def _pieces(survey: Told, *, rules: bool) -> dict[str, tuple[str, ...]]:
    """What a survey says, as lines by place; without ``rules`` only what is read in its own language."""

    def lines(found: tuple[Line, ...]) -> tuple[str, ...]:
        return tuple(
            " · ".join(filter(None, (one.text, one.hint, "; ".join(one.notes if rules else ()))))
            for one in found
        )

    pieces: dict[str, tuple[str, ...]] = {
        "Title and purpose": (survey.title, survey.purpose),
        "The survey as a whole": survey.rules if rules else (),
        "The order of questions": tuple(q.short for page in survey.pages for q in page.questions)
        if rules
        else (),
    }
    for page in survey.pages:
        texts = (page.part, page.offer, page.section, page.title, page.body)
        pieces[f"Page {page.id}"] = tuple(filter(None, texts))
        if rules:
            pieces[f"Page {page.id}, who sees it and where it leads"] = (
                *page.part_rules, *page.rules, *page.ways,
            )  # fmt: skip
        for question in page.questions:
            name = f"Question “{question.id}”"
            pieces[name] = tuple(filter(None, (question.text, question.hint, question.short)))
            pieces[f"{name}, answers"] = (*lines(question.rows), *lines(question.answers))
            if rules:
                pieces[f"{name}, who is asked and limits"] = question.rules
    pieces["Pages that end the survey early"] = tuple(f"{title}: {body}" for title, body in survey.stops)
    pieces["Groups of people"] = lines(survey.groups)
    pieces["Answers added together"] = lines(survey.sums)
    pieces["Tables by group"] = survey.tables if rules else ()
    return pieces
