"""The words of every coded refusal, in the reader's language: what happened, and what to do next."""

from __future__ import annotations

from flask_babel import gettext, ngettext

from portal import office_words
from portal.office_words import Facts, Say
from surveys.errors import SurveysError


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
    "receipt.taken": lambda _: gettext(
        "These answers could not be stored under their receipt number, so nothing was sent. Start again"
    ),
    "receipt.too_late": lambda _: gettext("The last day for taking these answers back has passed"),
}

MAIL: dict[str, Say] = {
    "mail.address": lambda _: gettext("Enter one email address, like name@example.org"),
    "invitation.used": lambda _: gettext("The answer of this organisation was sent already"),
    "invitation.over": lambda _: gettext("This link has ended. Ask the partnership for a new one"),
    "complaint.text": lambda _: gettext("Say what went wrong"),
}

COMMENTS: dict[str, Say] = {
    "appeal.none": lambda _: gettext("There is no decision about this comment that can be looked at again"),
    "appeal.settled": lambda _: gettext("This decision was looked at again already"),
    "appeal.long": lambda facts: ngettext(
        "Shorten what you wrote to %(most)d characters or fewer. It is %(num)d character too long",
        "Shorten what you wrote to %(most)d characters or fewer. It is %(num)d characters too long",
        _count(facts, "over"),
        most=_count(facts, "most"),
    ),
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
    "release.not_open": lambda _: gettext("Results so far can be published only while the survey is open"),
    "release.too_few": lambda facts: ngettext(
        "Results so far can be published once %(num)d person has answered",
        "Results so far can be published once %(num)d people have answered",
        _count(facts, "needed"),
    ),
    "release.daily": lambda _: gettext("Results so far can be published once a day"),
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

DRAFTS: dict[str, Say] = {
    "draft.stale": lambda _: gettext(
        "These answers were changed in another window. Nothing was lost. Look at them and send again"
    ),
    "draft.sent": lambda _: gettext("These answers were sent already. They count once"),
    "draft.gone": lambda _: gettext(
        "These answers are no longer kept, so nothing was sent. You can start again"
    ),
    "participant.missing": lambda _: gettext("Enter the name of your organisation"),
}

SURVEYS: dict[str, Say] = {
    "survey.not_open": lambda _: gettext("This survey does not take answers at the moment"),
    "survey.not_paused": lambda _: gettext("This survey is not paused"),
    "survey.ended": lambda _: gettext("This survey has closed or was withdrawn, so it stays as it is"),
    "survey.no_version": lambda _: gettext("Publish the questions before setting the dates"),
    "survey.window": lambda _: gettext("The closing date must be after the opening date"),
    "survey.already_open": lambda _: gettext("The survey has opened, so its opening date stays"),
    "survey.closes_in_past": lambda _: gettext(
        "This closing date has passed. To end the survey now, close it"
    ),
    "survey.withdraw_until_earlier": lambda _: gettext(
        "People were promised more time to take their answers back. The date can only be later"
    ),
    "survey.slug": lambda _: gettext("Use small letters, digits and dashes in the address, at most 60"),
    "survey.slug_taken": lambda _: gettext("There is already a survey at this address"),
    "survey.kind": lambda _: gettext("A survey is for residents or for named organisations"),
    "survey.prefix": lambda _: gettext("Receipt numbers of a survey begin with two capital letters"),
    "survey.prefix_taken": lambda _: gettext(
        "Another survey has these two letters, or letters that are read as the same"
    ),
    "version.faults": lambda _: gettext("The questions have faults, so they were not published"),
    "version.meaning": lambda _: gettext(
        "Say whether the corrected questions still mean the same. Only the first version is the first"
    ),
    "version.other_survey": lambda _: gettext("These questions belong to another survey"),
    "reason.missing": lambda _: gettext("Give a reason"),
    "reason.unknown": lambda _: gettext("Choose one of the reasons listed"),
    "response.unknown": lambda _: gettext("There is no such response"),
}

KEYS: dict[str, Say] = {
    "keys.missing": lambda _: gettext("No encryption key is set"),
    "keys.malformed": lambda _: gettext("An encryption key or its name is malformed"),
    "keys.repeated": lambda _: gettext("Two encryption keys have the same name"),
    "keys.short_secret": lambda facts: ngettext(
        "The secret key must have at least %(num)d character",
        "The secret key must have at least %(num)d characters",
        _count(facts, "least"),
    ),
    "sealing.key_missing": lambda _: gettext("The encryption key this was stored with is not set"),
    "sealing.broken": lambda _: gettext("The encryption key does not open what is stored"),
    "canary.missing": lambda _: gettext(
        "This database has no proof of its keys. Was it set up by this portal?"
    ),
    "canary.secret": lambda _: gettext("The secret key is not the one this database was set up with"),
    "changes.trimmed": lambda _: gettext("The counts are behind and have to be made anew"),
}

DOCUMENTS: dict[str, Say] = {
    "survey.unknown": lambda _: gettext("There is no such survey"),
    "questionnaire.invalid": lambda _: gettext(
        "These questions cannot be read. Mend every fault that is listed"
    ),
    "demonstration.unknown_setting": lambda _: gettext("The demonstration has a setting that nobody knows"),
    "answers.uncodable": lambda _: gettext("An answer does not fit the questions it was given to"),
    "answers.unreadable": lambda _: gettext("A stored response does not fit the questions it was given to"),
}

MESSAGES: dict[str, Say] = {
    **ANSWERS,
    **RECEIPTS,
    **COMMENTS,
    **MAIL,
    **TEXTS,
    **RESULTS,
    **DRAFTS,
    **SURVEYS,
    **KEYS,
    **DOCUMENTS,
    **office_words.gather(),
}
