"""What a paper form says, before it is set in HTML or Word: the same words, codes and ways on for both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext, ngettext

from portal.route_words import by_number, condition_words, numbers
from surveys.questionnaire.model import END, Condition, Page, Questionnaire
from surveys.questionnaire.plan import plan_of
from surveys.questionnaire.roads import stations
from surveys.questionnaire.routing import PIPE


@dataclass(frozen=True)
class Answer:
    """One box to tick. ``code`` is the code of the online survey; ``note`` says where it leads."""

    code: int | None
    text: str
    note: str = ""
    write_in: bool = False


@dataclass(frozen=True)
class Item:
    """One question as printed."""

    id: str
    number: int
    text: str
    hint: str
    how: str
    """What to do: "Tick one box"."""
    before: tuple[str, ...]
    """Who answers it; everybody when empty."""
    answers: tuple[Answer, ...]
    rows: tuple[str, ...]
    """Rows of a grid, each answered with one of ``answers``."""
    lines: int
    """Lines to write on."""
    after: tuple[str, ...]


@dataclass(frozen=True)
class Block:
    """One page of the survey."""

    page: str
    section: str
    """The section's title where a new one begins, else nothing."""
    title: str
    body: str
    before: tuple[str, ...]
    items: tuple[Item, ...]
    after: tuple[str, ...]


@dataclass(frozen=True)
class Paper:
    """A whole form in one language."""

    title: str
    purpose: str
    locale: str
    blocks: tuple[Block, ...]


def paper(document: Questionnaire, locale: str) -> Paper:
    """The form in this language. Interface words are those of the language in force (``force_locale``)."""
    return Paper(
        title=document.say(document.title, locale),
        purpose=document.say(document.purpose, locale),
        locale=locale,
        blocks=tuple(_blocks(document, locale)),
    )


def _blocks(document: Questionnaire, locale: str) -> Iterator[Block]:
    found = stations(document)
    titles = {section.id: section.title for section in document.sections}
    known = numbers(document)
    section = ""
    for at, station in enumerate(found):
        page = station.page
        asked = [question for question in page.questions if not question.off]
        if not asked and page.questions:
            continue
        new = page.section != section
        section = page.section
        heading = document.say(titles.get(section), locale) if new else ""
        title = document.say(page.title, locale)
        yield Block(
            page=page.id,
            section=heading,
            title=title if title != heading else "",
            body=_plain(document.say(page.body, locale), document),
            before=_only(document, station.only, locale, _next_number(found, at + 1, known)),
            items=tuple(_item(document, question, locale, known, found, at) for question in asked),
            after=_ways(document, page, locale, found, at, known),
        )


def _plain(text: str, document: Questionnaire) -> str:
    """A text without places for earlier answers: paper cannot repeat them."""

    def words(match: Any) -> str:
        return match[2] if match[2] else "…"

    return PIPE.sub(words, text)


def _next_number(found: Any, start: int, known: Any) -> int | None:
    """The number of the first question at or after this place."""
    for station in found[start:]:
        for question in station.page.questions:
            if question.id in known:
                return int(known[question.id])
    return None


def _goto(number: int | None) -> str:
    if number is None:
        return str(gettext("Go to the end"))
    return str(gettext("Go to question %(number)s", number=number))


def _only(
    document: Questionnaire,
    when: Condition | None,
    locale: str,
    otherwise: int | None,
) -> tuple[str, ...]:
    """Who answers, and where everybody else goes on."""
    if when is None:
        return ()
    words = condition_words(when, document, locale, by_number(document))
    return (
        str(gettext("Answer this only if %(condition)s.", condition=words)),
        str(gettext("Otherwise: %(goto)s.", goto=_goto(otherwise))),
    )


def _ways(
    document: Questionnaire, page: Page, locale: str, found: Any, at: int, known: Any
) -> tuple[str, ...]:
    order = {station.page.id: n for n, station in enumerate(found)}
    words = []
    for jump in page.jumps:
        target = None
        if jump.to != END and jump.to in order:
            target = _next_number(found, order[jump.to], known)
        elif jump.to == END:
            part = found[at].part
            after = next((n for n in range(at + 1, len(found)) if found[n].part is not part), len(found))
            target = _next_number(found, after, known)
        if jump.when is None:
            words.append(f"{_goto(target)}.")
        else:
            said = condition_words(jump.when, document, locale, by_number(document))
            words.append(str(gettext("If %(condition)s: %(goto)s.", condition=said, goto=_goto(target))))
    return tuple(words)


def _item(document: Questionnaire, question: Any, locale: str, known: Any, found: Any, at: int) -> Item:
    number = known[question.id]
    limit: tuple[str, ...] = ()
    if question.min_age is not None:
        limit = (str(gettext("Only for people aged %(age)d and over.", age=question.min_age)),)
    return Item(
        id=question.id,
        number=number,
        text=_plain(document.say(question.text, locale), document),
        hint=_plain(document.say(question.hint, locale), document),
        how=_how(document, question, known),
        before=(*_only(document, question.when, locale, _following(known, number)), *limit),
        answers=tuple(_answers(document, question, locale)),
        rows=tuple(document.say(row.text, locale) for row in getattr(question, "rows", ())),
        lines={"short-text": 1, "long-text": 6, "number": 1, "place": 1, "one-of": 1}.get(question.kind, 0),
        after=(),
    )


def _following(known: Any, number: int) -> int | None:
    return number + 1 if number + 1 in known.values() else None


def _answers(document: Questionnaire, question: Any, locale: str) -> Iterator[Answer]:
    if question.kind == "rating":
        for point in range(question.low, question.high + 1):
            label = document.say(question.labels.get(point), locale)
            yield Answer(point - question.low + 1, f"{point} {label}".strip())
    stops = {stop.id: stop for stop in document.stops}
    for option in getattr(question, "options", ()):
        note = ""
        if option.stop in stops:
            note = str(gettext("Stop here. Please do not send the form"))
        elif option.hand_over:
            note = str(gettext("Ask for the other form: %(name)s", name=option.hand_over))
        yield Answer(option.code, document.say(option.text, locale), note, option.write_in)


def _how(document: Questionnaire, question: Any, known: Any) -> str:
    match question.kind:
        case "one" | "rating":
            return str(gettext("Tick one box"))
        case "several" if question.at_most:
            return str(
                ngettext("Tick no more than %(num)d box", "Tick no more than %(num)d boxes", question.at_most)
            )
        case "several":
            return str(gettext("Tick all that apply"))
        case "one-of":
            earlier = known.get(question.of, "?")
            return str(
                gettext("Write the number of one answer you ticked in question %(number)s", number=earlier)
            )
        case "ranking":
            return str(
                ngettext(
                    "Write 1 beside your first choice",
                    "Write the numbers 1 to %(num)d beside your choices, 1 for the first",
                    question.top,
                )
            )
        case "grid":
            return str(gettext("Tick one box on each line"))
        case "number":
            return str(
                gettext(
                    "Write a whole number from %(lowest)d to %(highest)d",
                    lowest=question.lowest,
                    highest=question.highest,
                )
            )
        case "place":
            if question.level == "ward":
                return str(gettext("Write the name of the ward"))
            return str(gettext("Write the name of the town, village or parish"))
        case "short-text" | "long-text":
            return str(gettext("Write no more than %(most)d characters", most=question.max_chars))
    return ""


def options_of(document: Questionnaire, question: Any) -> Any:
    """Every answer with its code, the earlier question's included: for the codes of the committee's copy."""
    return plan_of(document).options[question.id]
