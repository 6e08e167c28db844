"""Question pages as a browser gets them. A page nobody has filled in yet is drawn once and then only stamped.

What differs between two people on the same blank page is the form token alone; everything else it shows is in
the key under which it is kept, or keeps it from being kept at all (words taken from earlier answers).
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from flask import Response, current_app, make_response, render_template, url_for
from flask_babel import gettext
from flask_wtf.csrf import generate_csrf

from portal.forms.questions import Setting, draw, error_links, spelled
from portal.i18n import locale_code
from portal.rendering import Site, site
from portal.respond.frame import frame_of
from portal.respond.progress import position
from portal.respond.sitting import Sitting
from surveys.questionnaire.checking import Problem, Raw
from surveys.questionnaire.model import Page
from surveys.questionnaire.routing import Step, may_finish, walk

BLANKS = "respond.blanks"
MOST_BLANKS = 1024
Token = Callable[[], str]
Facts = dict[str, Any]
STAMP = secrets.token_hex(16)
"""Stands where the form token goes in a kept page; nobody outside this process knows it."""


@dataclass(frozen=True)
class Blank:
    pieces: tuple[str, ...]
    site: Site


def stamped(key: tuple[object, ...], draw_page: Callable[[Token], str]) -> str:
    """The page of this key with this visitor's form token; ``draw_page`` draws it around :data:`STAMP`."""
    blanks: dict[tuple[object, ...], Blank] = current_app.extensions.setdefault(BLANKS, {})
    known = blanks.get(key)
    here = site()
    if known is None or (known.site is not here and known.site != here):
        known = Blank(tuple(draw_page(lambda: STAMP).split(STAMP)), here)
        while len(blanks) >= MOST_BLANKS:
            blanks.pop(next(iter(blanks)), None)
        blanks[key] = known
    elif known.site is not here:
        blanks[key] = replace(known, site=here)
    token: str = generate_csrf()
    return token.join(known.pieces)


def page_response(
    sitting: Sitting,
    page: Page,
    *,
    returning: bool,
    typed: Raw | None = None,
    problems: Sequence[Problem] = (),
    status: HTTPStatus = HTTPStatus.OK,
) -> Response:
    """One page of questions: as saved, or as ``typed`` with what is wrong with it."""
    asked = sitting.route.asked[page.id]
    questions = [sitting.questionnaire.question_by_id[id] for id in asked]
    fields = spelled(questions, sitting.draft.answers) if typed is None else typed
    setting = Setting(sitting.questionnaire, locale_code(), sitting.route.answers, fields, tuple(problems))
    facts = _facts(sitting, page, returning)

    def draw_page(token: Token) -> str:
        return _drawn(page, questions, setting, sitting, facts, token)

    if typed is None and not fields and not _takes_words(page, questions):
        key = ("page", sitting.draft.version_id, page.id, setting.locale, asked, *facts.values())
        return make_response(stamped(key, draw_page), status)
    return make_response(draw_page(generate_csrf), status)


def _takes_words(page: Page, questions: Sequence[Any]) -> bool:
    """Whether the page shows words of earlier answers."""
    if any(question.kind == "one-of" for question in questions):
        return True
    texts = [page.title, page.body, *(text for q in questions for text in (q.text, q.hint))]
    texts += [o.text for q in questions for o in getattr(q, "options", ())]
    return any("{" in words for text in texts if text for words in text.values())


def _facts(sitting: Sitting, page: Page, returning: bool) -> Facts:
    """What the frame of the page says about this person's place; small, and all of it part of the key."""
    route = sitting.route
    step = Step("page", page.id)
    number, of = position(sitting, page.id)
    before = route.before(step)
    back = url_for("respond.start", slug=sitting.slug) if before is None else sitting.address(before)
    return {
        "slug": sitting.slug,
        "number": number,
        "of": of,
        "returning": returning,
        "back": sitting.address(Step("check")) if returning else back,
        "finish": not returning and may_finish(sitting.questionnaire, page.id, route.answers),
    }


def _drawn(
    page: Page,
    questions: Sequence[Any],
    setting: Setting,
    sitting: Sitting,
    facts: Facts,
    token: Token,
) -> str:
    document = sitting.questionnaire
    section = next(section for section in document.sections if section.id == page.section)
    alone = len(questions) == 1 and not page.title
    heading = "" if alone else setting.said(page.title or section.title)
    if questions:
        label = gettext("Question %(number)d of about %(of)d", number=facts["number"], of=facts["of"])
    else:
        label = gettext("Please read")
    return render_template(
        "respond/page.html",
        csrf_token=token,
        page_title=label,
        page_error=bool(setting.problems),
        errors=error_links(setting.problems, document),
        crossing_label=label,
        crossing_detail=setting.said(section.title),
        at=facts["number"],
        heading=heading,
        body=page.body,
        questions=[draw(question, setting, page_heading=alone) for question in questions],
        skips=bool(questions) and not any(question.required for question in questions),
        helps=page.help,
        **frame_of(sitting),
        **facts,
    )


def asked_with(sitting: Sitting, page: Page, answers: dict[str, Any]) -> None:
    """Lays unsaved answers over the draft, for drawing only: follow-up questions on the page see them."""
    sitting.route = walk(
        sitting.questionnaire,
        sitting.draft.answers | answers,
        accepted=sitting.draft.accepted,
        declined=sitting.draft.declined,
    )
