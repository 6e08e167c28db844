"""The question pages: one page, one form, then on to wherever the route leads."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Response, abort, request, url_for

from portal.database import writing
from portal.forms.questions import typed
from portal.respond import visit
from portal.respond.blueprint import bp
from portal.respond.codes import hand_out_code
from portal.respond.sheets import asked_with, page_response
from portal.respond.sitting import Sitting, keep, keyring, late_sitting, sit, to, turn_away
from surveys import drafts
from surveys.drafts import DraftState
from surveys.questionnaire.checking import Checked, Raw, check_page
from surveys.questionnaire.model import Page
from surveys.questionnaire.routing import Route, Step, walk

CHECK = "check"


@bp.route("/<slug>/questions/<page_id>", methods=["GET", "POST"])
def page(slug: str, page_id: str) -> Response:
    if request.method == "POST":
        _take_late(slug, page_id)
    sitting = sit(slug)
    asked = sitting.questionnaire.page_by_id.get(page_id)
    if asked is None:
        abort(HTTPStatus.NOT_FOUND)
    step = Step("page", page_id)
    returning = request.values.get("return") == CHECK
    if step not in sitting.route.steps or not sitting.may_visit(step):
        if request.method == "POST":
            on = sitting.address(sitting.reached)
            turn_away("respond/stale.html", HTTPStatus.CONFLICT, sitting=sitting, on=on)
        return sitting.go(sitting.reached)
    if request.method == "GET":
        return page_response(sitting, asked, returning=returning)
    return _take(sitting, asked, returning)


def _checked(sitting: Sitting, page: Page) -> tuple[Raw, Checked]:
    """What was typed on this page, and what became of it."""
    questions = [question for question in page.questions if not question.off]
    skips = request.form.get("action") == "skip"
    fields: Raw = {} if skips else typed(questions, request.form.getlist)
    draft = sitting.draft
    checked = check_page(
        page,
        fields,
        questionnaire=sitting.questionnaire,
        answers=draft.answers,
        accepted=draft.accepted,
    )
    return fields, checked


def _end_with(sitting: Sitting, checked: Checked) -> Step:
    """Where the route would end with these answers."""
    draft = sitting.draft
    answers = draft.answers | dict(checked.answers)
    route = walk(sitting.questionnaire, answers, accepted=draft.accepted, declined=draft.declined)
    return route.steps[-1]


def _take_late(slug: str, page_id: str) -> None:
    """Keeps a sound page that comes after twenty idle minutes: only the return code opens the draft again."""
    sitting = late_sitting(slug)
    page = sitting.questionnaire.page_by_id.get(page_id) if sitting else None
    step = Step("page", page_id)
    if sitting is None or page is None or step not in sitting.route.steps or not sitting.may_visit(step):
        return
    _, checked = _checked(sitting, page)
    if not checked.problems and _end_with(sitting, checked).kind != "stop":
        keep(sitting, lambda draft: _write(draft, page_id, checked.answers))


def _take(sitting: Sitting, page: Page, returning: bool) -> Response:
    """One page's answers: checked, kept, and on. A page with a mistake comes back as it was typed."""
    action = request.form.get("action", "")
    fields, checked = _checked(sitting, page)
    if action == "away":
        return _close(sitting, page, checked)
    if checked.problems:
        asked_with(sitting, page, dict(checked.answers))
        return page_response(
            sitting,
            page,
            returning=returning,
            typed=fields,
            problems=checked.problems,
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
        )
    before = sitting.route
    end = _end_with(sitting, checked)
    if end.kind == "stop" and _deletes(sitting, end.id):
        return _stop(sitting, end)
    keep(sitting, lambda draft: _write(draft, page.id, checked.answers))
    if action == "save":
        return hand_out_code(sitting)
    return _onward(sitting, Step("page", page.id), before, action, returning)


def _close(sitting: Sitting, page: Page, checked: Checked) -> Response:
    """The page closed itself, unused for too long: what is sound on it is kept, and nothing shown."""
    if not checked.problems and _end_with(sitting, checked).kind != "stop":
        keep(sitting, lambda draft: _write(draft, page.id, checked.answers))
    visit.end()
    return to(url_for("respond.away", slug=sitting.slug))


def _write(draft: DraftState, page_id: str, answers: Any) -> None:
    draft.answers.update(answers)
    if page_id not in draft.seen:
        draft.seen.append(page_id)


def _deletes(sitting: Sitting, stop_id: str) -> bool:
    return next(stop for stop in sitting.questionnaire.stops if stop.id == stop_id).deletes_draft


def _stop(sitting: Sitting, step: Step) -> Response:
    """An answer that ends the survey: nothing given so far is kept, this answer included."""
    with writing() as session:
        drafts.discard(session, sitting.draft.token, keys=keyring())
    visit.forget(sitting.slug)
    return sitting.go(step)


def _onward(sitting: Sitting, step: Step, before: Route, action: str, returning: bool) -> Response:
    """Where this page leads: back to the check page when it was opened from there, else along the route."""
    route = sitting.route
    if route.steps[-1].kind in ("stop", "hand-over"):
        return sitting.go(route.steps[-1])
    if returning:
        opened = _opened(route, before)
        if opened is not None:
            return to(sitting.address(opened) + "?return=check")
        return sitting.go(Step("check") if sitting.may_check() else sitting.reached)
    if action == "finish" and sitting.may_check():
        return sitting.go(Step("check"))
    return sitting.go(route.after(step))


def _opened(route: Route, before: Route) -> Step | None:
    """The first page a change has opened, or whose answer no longer fits: never one not come to before."""
    waiting = route.waiting
    answered = [step for step in route.steps if step.kind == "page" and step not in waiting]
    last = route.steps.index(answered[-1]) if answered else -1
    for step in waiting:
        if step not in before.waiting or route.steps.index(step) < last:
            return step
    return None
