"""The words of every coded refusal, in the reader's language: what happened, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext, ngettext

from surveys.errors import SurveysError

Facts = Mapping[str, Any]
Say = Callable[[Facts], str]


def words(code: str, facts: Facts | None = None) -> str:
    """What a person reads for this code. Raises KeyError for a code without words."""
    return MESSAGES[code](facts or {})


def words_of(problem: SurveysError) -> str:
    """The words of a refusal; a code without words gets an honest general sentence."""
    say = MESSAGES.get(problem.code)
    return say(problem.facts) if say else gettext("We could not do that. Nothing was changed.")


def _count(facts: Facts, name: str) -> int:
    return int(facts.get(name, 0))


ANSWERS: dict[str, Say] = {
    "choice.unknown": lambda _: gettext("Choose one of the answers shown"),
    "choice.missing": lambda _: gettext("Choose an answer to carry on"),
    "number.missing": lambda _: gettext("Enter a number to carry on"),
    "choice.doubled": lambda _: gettext("Choose one answer only"),
    "choice.too_many": lambda facts: ngettext(
        "Choose no more than %(num)d answer. You have chosen %(chosen)d",
        "Choose no more than %(num)d answers. You have chosen %(chosen)d",
        _count(facts, "most"),
        chosen=_count(facts, "chosen"),
    ),
    "choice.too_few": lambda facts: ngettext(
        "Choose at least %(num)d answer. You have chosen %(chosen)d",
        "Choose at least %(num)d answers. You have chosen %(chosen)d",
        _count(facts, "least"),
        chosen=_count(facts, "chosen"),
    ),
    "choice.exclusive": lambda _: gettext("Choose that answer on its own, or choose from the others"),
    "rank.repeated": lambda facts: gettext(
        "You gave the same answer in places %(first)d and %(second)d. Choose a different one for one of them",
        first=_count(facts, "first"),
        second=_count(facts, "second"),
    ),
    "rank.gap": lambda _: gettext("Fill in the places from the top, without leaving one empty in between"),
    "number.not_whole": lambda _: gettext("Enter a whole number, like 12"),
    "number.range": lambda facts: gettext(
        "Enter a whole number from %(lowest)d to %(highest)d",
        lowest=_count(facts, "lowest"),
        highest=_count(facts, "highest"),
    ),
    "text.too_long": lambda facts: ngettext(
        "Shorten this to %(most)d characters or fewer. It is %(num)d character too long",
        "Shorten this to %(most)d characters or fewer. It is %(num)d characters too long",
        _count(facts, "over"),
        most=_count(facts, "most"),
    ),
    "text.forbidden": lambda _: gettext(
        "This holds a character we cannot store. Delete it or type the text again"
    ),
    "text.missing": lambda _: gettext("Write something to carry on"),
    "write_in.too_long": lambda facts: ngettext(
        "Shorten what you wrote to %(most)d characters or fewer. It is %(num)d character too long",
        "Shorten what you wrote to %(most)d characters or fewer. It is %(num)d characters too long",
        _count(facts, "over"),
        most=_count(facts, "most"),
    ),
}

RECEIPTS: dict[str, Say] = {
    "code.throttled": lambda _: gettext("Too many tries. Wait 15 minutes, then try again"),
    "return.malformed": lambda _: gettext("Enter the 16 digits of your return code"),
    "return.unknown": lambda _: gettext(
        "We found no answers for this code. Check the digits. We delete answers that are not sent in time"
    ),
    "return.is_receipt": lambda _: gettext(
        "This is a receipt number. Use it on the page for receipt numbers"
    ),
    "receipt.malformed": lambda _: gettext("Enter the 12 letters and digits of your receipt number"),
    "receipt.unknown": lambda _: gettext(
        "We found nothing for this number. Check it. Answers that were taken back cannot be found either"
    ),
    "receipt.is_return_code": lambda _: gettext("This is a return code. Use it on the page for return codes"),
    "receipt.too_late": lambda _: gettext("The last day for taking these answers back has passed"),
}

TEXTS: dict[str, Say] = {
    "revision.invalid": lambda _: gettext("This cannot be saved as it is. Check the field that is marked"),
    "revision.kind": lambda _: gettext("There is no such kind of text"),
    "round.exists": lambda _: gettext("There is already a consultation at this address"),
    "pack.faults": lambda facts: ngettext(
        "The pack has %(num)d fault. Nothing was loaded",
        "The pack has %(num)d faults. Nothing was loaded",
        _count(facts, "count"),
    ),
}

RESULTS: dict[str, Say] = {
    "release.too_early": lambda _: gettext(
        "Results can be published once the survey has closed and the hour for unfinished answers is over"
    ),
    "release.withdrawn": lambda _: gettext("This survey was withdrawn, so it has no results"),
    "release.exists": lambda _: gettext("The results of this survey are already published"),
    "release.empty": lambda _: gettext("Nobody has answered this survey, so there is nothing to publish"),
    "release.none": lambda _: gettext("There are no published results to correct yet"),
    "release.note": lambda _: gettext("Say what is different in the corrected results"),
    "release.small_change": lambda facts: ngettext(
        "Fewer than %(num)d person joined or left, so the published figures stay as they are",
        "Fewer than %(num)d people joined or left, so the published figures stay as they are",
        _count(facts, "needed"),
    ),
    "table.unknown": lambda _: gettext("There is no such table"),
    "table.filtered": lambda _: gettext("A table that was filtered cannot be published"),
    "row.unreadable": lambda _: gettext(
        "A stored response does not fit its questionnaire. Nothing was counted. Tell whoever runs this site"
    ),
}

MESSAGES: dict[str, Say] = {**ANSWERS, **RECEIPTS, **TEXTS, **RESULTS}
