"""The end of the survey: the offer of more, checking the answers, sending them once, and the receipt."""

from __future__ import annotations

from http import HTTPStatus

from flask import Response, abort, make_response, render_template, request, url_for
from sqlalchemy.orm import Session

from portal.database import read_session, writing
from portal.i18n import locale_code
from portal.messages import words
from portal.partnership import invitations
from portal.respond import visit
from portal.respond.blueprint import bp
from portal.respond.caution import cautions_of, signs_of
from portal.respond.codes import hand_out_code
from portal.respond.dates import dates_of
from portal.respond.frame import frame_of, words_of
from portal.respond.sitting import (
    TRIES,
    Sitting,
    keep,
    keyring,
    no_draft,
    questionnaire,
    sit,
    survey_at,
    to,
    turn_away,
    version_of,
)
from portal.respond.summary import asks_permission, blocks, has_comment, is_under_16, permitted
from portal.respond.updates import offered
from surveys import drafts, responses
from surveys.errors import SurveysError
from surveys.questionnaire.model import Part
from surveys.questionnaire.routing import Step, asks_anything, walk

CHECK = Step("check")


@bp.route("/<slug>/more/<part_id>", methods=["GET", "POST"])
def offer(slug: str, part_id: str) -> Response:
    """A part that is offered, not imposed."""
    sitting = sit(slug)
    step = Step("offer", part_id)
    if step not in sitting.route.steps or not sitting.may_visit(step):
        return sitting.go(sitting.reached)
    if request.method == "POST":
        return _answer_offer(sitting, step)
    part = _part(sitting, part_id)
    before = sitting.route.before(step)
    back = url_for("respond.start", slug=slug) if before is None else sitting.address(before)
    number, of = sitting.route.position(before.id) if before else (0, 1)
    facts = {"part": part, "back": back, "at": number, "of": of}
    return make_response(render_template("respond/offer.html", **facts, **frame_of(sitting)))


def _answer_offer(sitting: Sitting, step: Step) -> Response:
    taken = request.form.get("action") == "more"

    def decide(draft: drafts.DraftState) -> None:
        draft.accepted = [id for id in draft.accepted if id != step.id] + ([step.id] if taken else [])
        draft.declined = [id for id in draft.declined if id != step.id] + ([] if taken else [step.id])

    keep(sitting, decide)
    return sitting.go(sitting.route.after(step))


def _part(sitting: Sitting, part_id: str) -> Part:
    return next(part for part in sitting.questionnaire.parts if part.id == part_id)


@bp.route("/<slug>/check", methods=["GET", "POST"])
def check(slug: str) -> Response:
    """Every answer with its change link, whether comments may be published, and the two ways on."""
    sitting = sit(slug)
    if not sitting.may_check():
        return sitting.go(sitting.reached)
    late = _late_part(sitting)
    if request.method == "GET":
        return _check_page(sitting, late)
    may_publish = _permission(sitting)
    if may_publish == "?":
        return _check_page(sitting, late, wrong=True)
    action = request.form.get("action", "")
    if action == "save":
        keep(sitting, lambda draft: _permit(draft, may_publish))
        return hand_out_code(sitting)
    if action == "more" and late is not None:

        def accept(draft: drafts.DraftState) -> None:
            _permit(draft, may_publish)
            draft.accepted = [*(id for id in draft.accepted if id != late.id), late.id]

        keep(sitting, accept)
        return sitting.go(sitting.route.after(CHECK))
    return _submit(sitting, may_publish)


def _late_part(sitting: Sitting) -> Part | None:
    """The part offered between checking and sending that has something to ask and was not taken yet."""
    draft = sitting.draft
    for part in sitting.questionnaire.parts:
        if part.after_check and part.entry == "offered" and part.id not in draft.accepted:
            taken = frozenset(draft.accepted)
            if asks_anything(sitting.questionnaire, part.id, draft.answers, accepted=taken):
                return part
    return None


def _check_page(sitting: Sitting, late: Part | None, *, wrong: bool = False) -> Response:
    before = sitting.route.before(CHECK)
    ahead = sitting.reached if sitting.reached.kind in ("page", "offer") else None
    back = ahead or before
    facts = {
        "blocks": blocks(sitting.questionnaire, sitting.route, locale_code(), sitting.slug),
        "late": late,
        "back": sitting.address(back) if back else "",
        "of": len(sitting.route.asked),
        "ahead": sitting.address(ahead) if ahead else "",
        "ahead_kind": ahead.kind if ahead else "",
        "more": next((sitting.address(s) for s in sitting.route.steps if s.kind == "offer"), "")
        if ahead is None and sitting.draft.declined
        else "",
        **_permission_facts(sitting, wrong),
        **frame_of(sitting),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return make_response(render_template("respond/check.html", **facts), status)


def _permission_facts(sitting: Sitting, wrong: bool) -> dict[str, object]:
    document, answers = sitting.questionnaire, sitting.route.answers
    error = words("choice.unknown") if wrong else ""
    return {
        "asks_permission": asks_permission(sitting),
        "never_quoted": has_comment(document, answers) and is_under_16(document, answers),
        "may_publish": sitting.draft.may_publish,
        "publish_error": error,
        "errors": [{"href": "#publish", "text": error}] if wrong else [],
        "page_error": wrong,
    }


def _permission(sitting: Sitting) -> bool | str | None:
    """What the form says about publishing comments: yes, no, nothing, or "?" for something else."""
    if not asks_permission(sitting):
        return None
    given = request.form.getlist("publish")
    if not given:
        return sitting.draft.may_publish
    return {"yes": True, "no": False}.get(given[0], "?") if len(set(given)) == 1 else "?"


def _permit(draft: drafts.DraftState, may_publish: bool | str | None) -> None:
    draft.may_publish = may_publish if isinstance(may_publish, bool) else None


@bp.route("/<slug>/sending", methods=["GET", "POST"])
def send(slug: str) -> Response:
    """After the questions about the person: the last page before the answers go."""
    sitting = sit(slug)
    step = Step("send")
    if step not in sitting.route.steps or not sitting.may_visit(step):
        return sitting.go(sitting.reached)
    may_publish = _permission(sitting) if request.method == "POST" else None
    if request.method == "POST" and may_publish != "?":
        return _submit(sitting, may_publish)
    wrong = may_publish == "?"
    before = sitting.route.before(step)
    facts = {
        "cautions": _late_cautions(sitting),
        "back": sitting.address(before or CHECK),
        "of": len(sitting.route.asked),
        **_permission_facts(sitting, wrong),
        **frame_of(sitting),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return make_response(render_template("respond/send.html", **facts), status)


def _late_cautions(sitting: Sitting) -> list[dict[str, str]]:
    """What looks like personal data in words written after the check page, and where to change it."""
    route, said = sitting.route, cautions_of(sitting.questionnaire, sitting.route.answers)
    late = route.steps[route.steps.index(CHECK) + 1 :]
    return [
        {"href": sitting.address(step), "text": said[id]}
        for step in late
        if step.kind == "page"
        for id in route.asked[step.id]
        if id in said
    ]


def _submit(sitting: Sitting, may_publish: bool | str | None) -> Response:
    """Sends the draft. However often and from however many tabs: one response, one receipt."""
    keys, now = keyring(), visit.now()
    token = sitting.draft.token
    for _ in range(TRIES):
        draft = sitting.draft
        _permit(draft, may_publish)
        draft.may_publish = permitted(sitting, draft)
        draft.locale = locale_code()
        try:
            with writing() as session:
                invited = sitting.survey.kind == "named" and _named_as_invited(session, sitting, draft)
                receipt = responses.submit(
                    session,
                    sitting.survey,
                    sitting.questionnaire,
                    draft,
                    token=token,
                    signs=signs_of(sitting.slug, draft.answers),
                    keys=keys,
                    now=now,
                )
                if invited and receipt.first:
                    invitations.use(session, token, keys=keys, now=now)
        except SurveysError as problem:
            if problem.code == "survey.not_open":
                turn_away("respond/not-taken.html", HTTPStatus.CONFLICT, survey=sitting.survey)
            if problem.code in ("invitation.used", "invitation.over"):
                turn_away("respond/answered-already.html", HTTPStatus.CONFLICT, problem=problem.code)
            if problem.code not in ("draft.stale", "draft.gone", "draft.sent"):
                raise
            _reopen(sitting)
            continue
        visit.sent(sitting.slug, token)
        return to(url_for("respond.confirmation", slug=sitting.slug))
    raise SurveysError("draft.stale")


def _named_as_invited(session: Session, sitting: Sitting, draft: drafts.DraftState) -> bool:
    """Whether the draft was begun from an invitation; it then speaks for the invited organisation only."""
    organisation = invitations.holder(session, sitting.draft.token, keys=keyring())
    if organisation:
        for question in sitting.questionnaire.questions:
            if getattr(question, "names", False):
                draft.answers[question.id] = organisation
    return bool(organisation)


def _reopen(sitting: Sitting) -> None:
    """Reads the draft again after another tab saved it; ends the request when it is there no more."""
    token = sitting.draft.token
    draft = drafts.open_draft(read_session(), token, keys=keyring(), now=visit.now())
    if draft is None:
        no_draft(sitting.survey, token)
    sitting.take(draft)


@bp.get("/<slug>/sent")
def confirmation(slug: str) -> Response:
    """The receipt number and the printable copy, for twenty minutes on this device and nowhere else."""
    survey = survey_at(slug)
    token = visit.sent_token(slug)
    if token is None:
        abort(to(url_for("respond.left")))
    document = questionnaire(version_of(survey).id)
    facts: dict[str, object] = {"number": responses.receipt_number(keyring(), survey, token)}
    if (
        not document.single_page
    ):  # whose answers were never kept as a draft: there is no copy of them to print
        found = responses.confirmation(read_session(), token, keys=keyring(), now=visit.now())
        if found is None:
            visit.forget_sent()
            abort(to(url_for("respond.left")))
        receipt, draft = found
        document = questionnaire(draft.version_id)
        route = walk(document, draft.answers, accepted=draft.accepted, declined=draft.declined)
        facts = {
            "number": receipt.number,
            "sent_on": receipt.submitted_on,
            "blocks": blocks(document, route, locale_code()),
            "has_comment": has_comment(document, route.answers),
            "may_publish": draft.may_publish,
        }
    facts["may_hear"] = offered(survey)
    facts |= {"survey": survey, "dates": dates_of(survey)} | words_of(document)
    return make_response(render_template("respond/sent.html", **facts))
