"""One comment: as written beside what the public would see, the places to settle, and the decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal import alarms
from portal.database import read_session, writing
from portal.forms.office import OfficeForm
from portal.forms.office.comments import (
    FLAG_WORDS,
    KIND_WORDS,
    OUTCOME_WORDS,
    REASON_GROUPS,
    REASON_WORDS,
    STATE_SHAPES,
    STATE_WORDS,
    Decide,
    Refer,
    Replace,
    Translate,
)
from portal.forms.office.safeguarding import CATEGORY_WORDS
from portal.i18n import SOURCE_LOCALE
from portal.office.blueprint import bp, keys, now, officer, said, whole
from portal.office.comments import Wanted, chosen, found_survey, language_words, question_words
from portal.office.showing import unseen, visible
from portal.office.visit import settings
from surveys import moderation
from surveys.errors import SurveysError
from surveys.moderation import campaigns, concerns, detection, log, queue, themes, work
from surveys.moderation.policy import ALONE
from surveys.moderation.queue import Place
from surveys.moderation.work import Mark
from surveys.records import Comment
from surveys.surveys import Survey, london_day


@dataclass(frozen=True)
class Line:
    """One place of the text: found by the checker and open, or settled by an officer."""

    number: int
    start: int
    end: int
    text: str
    why: str
    placeholder: str
    state: str
    """open, replaced, left."""


@dataclass(frozen=True)
class Stretch:
    """A piece of the text as written; ``line`` when it is one of the places."""

    text: str
    line: Line | None = None


def lines_of(text: str, settled: tuple[Mark, ...], own: tuple[str, ...]) -> list[Line]:
    """Every place in reading order: what officers settled, and what the checker found besides."""
    places: list[tuple[int, int, str, str, str]] = []
    spans = detection.detect(text, own=own)
    for mark in settled:
        same = next((s for s in spans if (s.start, s.end) == (mark.start, mark.end)), None)
        why = KIND_WORDS[same.kind] if same else "Chosen by an officer"
        state = "replaced" if mark.placeholder else "left"
        places.append(
            (mark.start, mark.end, why, mark.placeholder or (same.placeholder if same else ""), state)
        )
    for span in spans:
        if all(span.end <= mark.start or mark.end <= span.start for mark in settled):
            places.append((span.start, span.end, KIND_WORDS[span.kind], span.placeholder, "open"))
    return [
        Line(number, start, end, text[start:end], why, placeholder, state)
        for number, (start, end, why, placeholder, state) in enumerate(sorted(places), start=1)
    ]


def stretches(text: str, lines: list[Line]) -> list[Stretch]:
    """The text cut at its places."""
    found, at = [], 0
    for line in lines:
        if at < line.start:
            found.append(Stretch(text[at : line.start]))
        found.append(Stretch(line.text, line))
        at = line.end
    if at < len(text):
        found.append(Stretch(text[at:]))
    return found


@bp.get("/comments/<slug>/<comment_id>")
def comment(slug: str, comment_id: str) -> ResponseReturnValue:
    session = read_session()
    survey = found_survey(session, slug)
    try:
        found = queue.find(session, survey.id, comment_id)
    except SurveysError as problem:
        return _gone(problem)
    return _page(session, survey, found)


def _gone(problem: SurveysError) -> Response:
    """Its writer took it back, or somebody typed an address."""
    form = OfficeForm()
    form.refuse(problem)
    return make_response(render_template("office/comments/gone.html", form=form), 404)


def _page(
    session: Session, survey: Survey, found: Comment, status: int = 200, **forms: OfficeForm
) -> Response:
    if found.state == "referred":
        shown = render_template("office/comments/referred.html", form=forms.get("form"))
        return make_response(shown, status)
    text = keys().open(found.key_id, found.sealed)
    settled = work.marks_on(session, found)
    lines = lines_of(text, settled, tuple(work.own_words(session, keys=keys()).values()))
    redactions = moderation.settle(text, work.redactions_of(settled))
    wanted = Wanted.asked(request.args)
    permitted = moderation.may_be_quoted(session, found)
    alike = campaigns.campaign_of(session, found)
    decided = moderation.decisions(session, found)
    faulty = next((form for form in forms.values() if form.problems()), None)
    shown = render_template(
        "office/comments/comment.html",
        form=faulty,
        survey=survey,
        comment=found,
        question=question_words(session, survey.id, found.item),
        stretches=stretches(text, lines),
        pieces=list(moderation.pieces(text, redactions)),
        lines=lines,
        unsettled=sum(line.state == "open" for line in lines),
        unseen=unseen(text),
        visible=visible,
        permitted=permitted,
        outcomes=_outcomes(found, permitted),
        decide=forms.get("decide") or _decide_form(found, decided, redactions),
        reason_groups=REASON_GROUPS,
        reason_words=REASON_WORDS,
        outcome_words=OUTCOME_WORDS,
        state_words=STATE_WORDS,
        state_shapes=STATE_SHAPES,
        flagged=", ".join(FLAG_WORDS[flag] for flag in found.flags.split()),
        placeholders=moderation.PLACEHOLDERS,
        language=language_words,
        replace=forms.get("replace") or Replace(formdata=None),
        translate=forms.get("translate")
        or Translate(
            formdata=None, translation=work.translation_of(session, found, SOURCE_LOCALE, keys=keys())
        ),
        frame=themes.frame(session, survey.id, found.item),
        ticked=work.themes_in(session, found),
        log=decided,
        held=concerns.locked(session, survey.id, found.id),
        mode=moderation.mode_of(session, survey.id),
        alike=alike,
        barred=log.barred(session, survey.id, found.id, officer().by),
        own_quote=bool(decided) and decided[-1].by == officer().by,
        waited=(london_day(now()) - found.submitted_on).days,
        claimed=found.claimed_by
        if found.claimed_until and found.claimed_until > now() and found.claimed_by != officer().by
        else None,
        query=wanted.query(),
        wanted=wanted,
        position=queue.position(
            session, [s.id for s in chosen(session, wanted)], wanted.filter(officer().by), found, now=now()
        ),
    )
    return make_response(shown, 422 if faulty is not None and status == 200 else status)


def _outcomes(found: Comment, permitted: bool) -> list[tuple[str, str]]:
    """What this comment may become, in the order of the page."""
    offered = ("publishable", "redacted", "withheld", "read", "spam") if permitted else ("read", "spam")
    return [(outcome, OUTCOME_WORDS[outcome]) for outcome in offered]


def _decide_form(found: Comment, decided: list[moderation.Decision], redactions: Any) -> Decide:
    """The form as it stands for a comment: what was decided, or what the replacements suggest."""
    last = next(
        (d for d in reversed(decided) if d.outcome in OUTCOME_WORDS and "quote" not in d.outcome), None
    )
    outcome = found.state if found.state != "waiting" else ("redacted" if redactions else None)
    reason = last.reason if last is not None and found.state != "waiting" else ""
    return Decide(formdata=None, outcome=outcome, reason=reason, quote=found.quote in ("proposed", "cleared"))


def _seen() -> int:
    return whole(request.form.get("seen"), -1)


def _here(slug: str, comment_id: str, fragment: str = "") -> Response:
    query = Wanted.asked(request.args).query()
    address = url_for("office.comment", slug=slug, comment_id=comment_id, _anchor=fragment or None, **query)
    return redirect(address)  # type: ignore[return-value]


@bp.post("/comments/<slug>/<comment_id>/decision")
def comment_decide(slug: str, comment_id: str) -> ResponseReturnValue:
    """Themes and decision in one act; then the next comment, kept for this moderator."""
    form = Decide()
    outcome = form.outcome.data or ""
    try:
        with writing() as session:
            survey = found_survey(session, slug)
            found = queue.find(session, survey.id, comment_id)
            if outcome == "referred":
                raise SurveysError("category.unknown")
            redactions = work.redactions_of(work.marks_on(session, found)) if outcome == "redacted" else ()
            if outcome != "waiting":
                work.tick(session, found, form.themes.data or (), by=officer().by, now=now(), keys=keys())
            moderation.decide(
                session,
                found,
                outcome=outcome,
                reason=form.reason.data or "",
                redactions=redactions,
                quote=bool(form.quote.data),
                alone=ALONE if form.alone.data else "",
                by=officer().by,
                now=now(),
                keys=keys(),
                seen_version=_seen(),
            )
            following = None if outcome == "waiting" else _claim_next(session)
    except SurveysError as problem:
        if problem.code == "comment.unknown":
            return _gone(problem)
        form.refuse(problem)
        return _again(slug, comment_id, problem, decide=form)
    return _go_on(slug, comment_id, following, OUTCOME_WORDS[outcome])


def _again(slug: str, comment_id: str, problem: SurveysError, **forms: OfficeForm) -> Response:
    """The page with its fault. When somebody else was first, the form shows the decision as it stands now."""
    session = read_session()
    survey = found_survey(session, slug)
    found = queue.find(session, survey.id, comment_id)
    if problem.code in ("comment.stale", "comment.locked"):
        form = OfficeForm()
        form.refuse(problem)
        return _page(session, survey, found, 409, form=form)
    return _page(session, survey, found, **forms)


def _claim_next(session: Session, after: Place | None = None) -> tuple[str, str] | None:
    """The next comment of the queue nobody else has open, kept for this moderator: slug and id."""
    wanted = Wanted.asked(request.args)
    about = chosen(session, wanted)
    of = [s.id for s in about]
    page = queue.page(session, of, wanted.filter(officer().by), now=now(), keys=keys(), after=after)
    for row in page.rows:
        if row.claimed_by not in (None, officer().by) or log.barred(
            session, row.survey_id, row.id, officer().by
        ):
            continue
        if queue.claim(session, row.survey_id, [row.id], by=officer().by, now=now()):
            return next(s.slug for s in about if s.id == row.survey_id), row.id
    return None


def _go_on(
    slug: str, comment_id: str, following: tuple[str, str] | None, words: str, act: str = "Saved"
) -> ResponseReturnValue:
    said(f"{act}: {words[:1].lower()}{words[1:]}.")
    query = Wanted.asked(request.args).query()
    if following is None or request.form.get("then") == "queue":
        return redirect(url_for("office.comments", **query))
    return redirect(url_for("office.comment", slug=following[0], comment_id=following[1], **query))


@bp.post("/comments/<slug>/<comment_id>/words")
def comment_words(slug: str, comment_id: str) -> ResponseReturnValue:
    """One act on the words: "replace", "leave" or "undo" for a place, or "words" for typed words."""
    form = Replace()
    act, place = request.form.get("act", ""), request.form.get("place", "")
    by: dict[str, Any] = {"by": officer().by, "now": now()}
    good = form.validate()
    try:
        with writing() as session:
            survey = found_survey(session, slug)
            found = queue.find(session, survey.id, comment_id)
            text = keys().open(found.key_id, found.sealed)
            start, _, end = place.partition("-")
            numbers = (whole(start), whole(end))
            if act == "undo":
                work.unmark(session, found, numbers[0], **by)
            elif act in ("replace", "leave"):
                placeholder = (form.placeholder.data or "words") if act == "replace" else ""
                work.mark(session, found, [Mark(*numbers, placeholder)], length=len(text), **by)
            elif good:
                typed = form.words.data or ""
                where = moderation.occurrences(text, typed) or moderation.occurrences(visible(text), typed)
                if not where:
                    raise SurveysError("redaction.not_found", field="words")
                marks = [Mark(*each, form.placeholder.data or "words") for each in where]
                work.mark(session, found, marks, length=len(text), **by)
    except SurveysError as problem:
        if problem.code == "comment.unknown":
            return _gone(problem)
        form.refuse(problem)
        return _again(slug, comment_id, problem, replace=form)
    if form.problems() and act == "words":
        return _again(slug, comment_id, SurveysError("redaction.not_found"), replace=form)
    return _here(slug, comment_id, "places")


@bp.post("/comments/<slug>/<comment_id>/translation")
def comment_translate(slug: str, comment_id: str) -> ResponseReturnValue:
    form = Translate()
    if not form.validate():
        return _again(slug, comment_id, SurveysError("translation.long"), translate=form)
    try:
        with writing() as session:
            found = queue.find(session, found_survey(session, slug).id, comment_id)
            work.translate(
                session,
                found,
                locale=SOURCE_LOCALE,
                text=form.translation.data or "",
                by=officer().by,
                now=now(),
                keys=keys(),
            )
    except SurveysError as problem:
        if problem.code == "comment.unknown":
            return _gone(problem)
        form.refuse(problem)
        return _again(slug, comment_id, problem, translate=form)
    said("The translation is kept beside the original.")
    return _here(slug, comment_id)


@bp.post("/comments/<slug>/<comment_id>/passing-on")
def comment_pass(slug: str, comment_id: str) -> ResponseReturnValue:
    try:
        with writing() as session:
            found = queue.find(session, found_survey(session, slug).id, comment_id)
            queue.pass_on(session, found, by=officer().by, now=now())
            following = _claim_next(session)
    except SurveysError as problem:
        return _gone(problem)
    return _go_on(slug, comment_id, following, "Somebody else will read that one")


@bp.post("/comments/<slug>/<comment_id>/skipping")
def comment_skip(slug: str, comment_id: str) -> ResponseReturnValue:
    """Leaves a comment as it is, for whoever comes to it next, and opens the one after it."""
    try:
        with writing() as session:
            found = queue.find(session, found_survey(session, slug).id, comment_id)
            queue.release(session, found.survey_id, [found.id], by=officer().by)
            place = Place(found.urgency, found.submitted_on, found.id)
            following = _claim_next(session, place)
    except SurveysError as problem:
        return _gone(problem)
    return _go_on(slug, comment_id, following, "It stays in the queue", "Skipped")


@bp.route("/comments/<slug>/<comment_id>/risk", methods=["GET", "POST"])
def comment_refer(slug: str, comment_id: str) -> ResponseReturnValue:
    """Somebody may be at risk: 999 first, then the safeguarding lead. The public decision waits."""
    form = Refer()
    form.category.choices = list(CATEGORY_WORDS.items())
    if request.method == "POST":
        try:
            with writing() as session:
                found = queue.find(session, found_survey(session, slug).id, comment_id)
                moderation.decide(
                    session,
                    found,
                    outcome="referred",
                    category=form.category.data or "",
                    by=officer().by,
                    now=now(),
                    keys=keys(),
                    seen_version=_seen(),
                )
                alarms.announce(session, public_url=settings().public_url, now=now(), keys=keys())
                following = _claim_next(session)
            return _go_on(slug, comment_id, following, OUTCOME_WORDS["referred"])
        except SurveysError as problem:
            if problem.code == "comment.unknown":
                return _gone(problem)
            form.refuse(problem)
            if problem.code in ("comment.stale", "comment.locked"):
                return _again(slug, comment_id, problem)
    session = read_session()
    try:
        found = queue.find(session, found_survey(session, slug).id, comment_id)
    except SurveysError as problem:
        return _gone(problem)
    shown = render_template(
        "office/comments/refer.html",
        form=form,
        slug=slug,
        comment=found,
        text=visible(keys().open(found.key_id, found.sealed)) if found.state != "referred" else "",
        query=Wanted.asked(request.args).query(),
    )
    return make_response(shown, 422 if form.problems() else 200)


@bp.post("/comments/<slug>/<comment_id>/quote")
def comment_quote(slug: str, comment_id: str) -> ResponseReturnValue:
    """The second look at a proposed quote."""
    clear = request.form.get("verdict") == "clear"
    try:
        with writing() as session:
            found = queue.find(session, found_survey(session, slug).id, comment_id)
            moderation.look_at_quote(
                session,
                found,
                clear=clear,
                by=officer().by,
                now=now(),
                keys=keys(),
                seen_version=_seen(),
                reason=request.form.get("alone", ""),
            )
            following = _claim_next(session)
    except SurveysError as problem:
        if problem.code == "comment.unknown":
            return _gone(problem)
        form = OfficeForm()
        form.refuse(problem)
        return _again(slug, comment_id, problem, form=form)
    return _go_on(slug, comment_id, following, OUTCOME_WORDS["quote-cleared" if clear else "quote-declined"])
