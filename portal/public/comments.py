"""What people wrote, as far as it may be read: approved, permitted, and never beside who wrote it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import abort, make_response, render_template, request
from flask.typing import ResponseReturnValue

from portal.comment_words import REASONS, reason_words
from portal.database import read_session
from portal.i18n import SOURCE_LOCALE, locale_code
from portal.partnership import pages, rounds
from portal.public import consultations
from portal.public.blueprint import bp, prose
from portal.public.results import published
from portal.reading import Label, label
from portal.rendering import markdown
from surveys import surveys
from surveys.moderation import publication, statistics
from surveys.moderation.policy import GROUNDS, SPAM_GROUNDS
from surveys.moderation.publication import Shown

PAGE = 25
POLICY = "moderation-policy"


@dataclass(frozen=True)
class Asked:
    """One question with its public comments, a page of them."""

    item: str
    title: Label
    number: int
    comments: tuple[Shown, ...]
    first: int

    @property
    def more(self) -> int | None:
        onward = self.first + PAGE
        return onward if onward < self.number else None


@bp.get("/results/<survey>/comments")
def comments(survey: str) -> ResponseReturnValue:
    """Every question with public comments; ``question`` and ``from`` turn the pages of one of them."""
    session = read_session()
    asked = surveys.by_slug(session, survey)
    if asked is None or surveys.state(asked, consultations.now()) in ("draft", "withdrawn"):
        abort(404)
    shown = published(asked)
    if shown is None:
        abort(404)
    wanted, first = request.args.get("question", ""), _whole(request.args.get("from", ""))
    counted = consultations.commented(asked)
    found = [
        Asked(
            item, label(shown.document, question.text, locale_code()), counted[item],
            tuple(
                publication.shown(
                    session, asked.id, item, keys=consultations.keys(), limit=PAGE,
                    first=first if item == wanted else 0,
                )
            ),
            first if item == wanted else 0,
        )
        for question in shown.document.questions
        for item in sorted(counted)
        if item.partition(".")[0] == question.id and wanted in ("", item)
    ]  # fmt: skip
    round_ = rounds.of_survey(session, asked.id)
    response = make_response(
        render_template(
            "public/comments.html",
            survey=asked,
            shown=shown,
            asked=found,
            consultation=round_ and rounds.one(session, round_.slug, consultations.now(), locale_code()),
            title=label(shown.document, shown.document.title, locale_code()),
        )
    )
    response.headers["Cache-Control"] = "no-cache"  # what is taken back must be gone at once
    return response


def _whole(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 7 else 0


@bp.get("/moderation-policy")
def moderation_policy() -> ResponseReturnValue:
    """The policy as it is, or as it was in an earlier ``version``, with what was decided in past years."""
    session = read_session()
    history = pages.history(session, "page", POLICY, SOURCE_LOCALE)
    wanted = _whole(request.args.get("version", ""))
    earlier = next((one for one in history if one.number == wanted and one.state != "current"), None)
    if wanted and earlier is None and wanted not in {one.number for one in history}:
        abort(404)
    page = pages.one(session, "page", POLICY, locale_code())
    body: Any = prose(page, "body", top=2) if page is not None else ""
    if earlier is not None:
        body = markdown(str(earlier.body.get("body", "")), top=2)
    return render_template(
        "public/moderation_policy.html",
        page=page,
        body=body,
        earlier=earlier,
        history=history,
        grounds=[(code, reason_words(code)) for code in GROUNDS if code in REASONS],
        spam=[(code, reason_words(code)) for code in SPAM_GROUNDS if code in REASONS],
        years=statistics.frozen(session),
        reason_words=reason_words,
    )
