"""Consultations: their list, a new one from nothing or from last year's, and the checklist of each."""

from __future__ import annotations

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from portal.database import read_session, writing
from portal.forms.office.rounds import AUDIENCE_WORDS, AddSurvey, NewRound, Override
from portal.forms.office.texts import text_form
from portal.messages import words_of
from portal.office.blueprint import bp, fresh_sign_in, now, said, survey_title
from portal.office.builder_words import fault_words
from portal.office.round_words import TITLES, lack_page, lack_words, line_page, role_names
from portal.office.signature import Signature, signed
from portal.office.texts import choices_for, clashes_of, locales, seen_in
from portal.partnership import (
    checklist,
    editing,
    gates,
    instruments,
    lapses,
    openings,
    readiness,
    round_copies,
    rounds,
)
from portal.partnership.checklist import Holders, Line
from portal.partnership.rounds import Round
from surveys import surveys
from surveys.authoring import drafting
from surveys.authoring.drafting import SurveyDraft
from surveys.errors import SurveysError
from surveys.questionnaire.model import Questionnaire

PARTS = {
    "purpose": (
        "Purpose and whom it asks",
        ("title", "purpose", "audience", "who_decides", "publish_what", "other_ways"),
    ),
    "decision": ("The decision is still open", ("decision_open", "decision")),
    "evidence": ("Reasons, evidence and options", ("reasons", "evidence", "options_considered")),
    "dates": (
        "Dates",
        tuple(
            "opens closes results_due results_due_weeks outcome_due outcome_due_weeks withdraw_days".split()
        ),
    ),
    "impact": ("Data protection impact assessment", ("impact_assessment", "impact_assessment_on")),
}
"""The lines that are words or facts of the consultation, with their fields."""


def the_round(slug: str) -> Round:
    found = rounds.by_slug(read_session(), slug)
    if found is None:
        abort(404)
    return found


def holders() -> Holders:
    return lapses.holders_now(read_session())


def title_of(round_: Round) -> str:
    there = editing.working(read_session(), "round", round_.slug)
    return there.title if there else round_.slug


@bp.context_processor
def _titles() -> dict[str, object]:
    return {"round_title": title_of}


def lines_of(round_: Round) -> tuple[Line, ...]:
    return readiness.check(read_session(), round_, now(), holders())


# The list -------------------------------------------------------------------------------------------------


@bp.get("/rounds", endpoint="rounds")
def listed() -> ResponseReturnValue:
    session = read_session()
    listing = rounds.listing(session, now())
    public = {one.slug for group in (listing.coming, listing.open, listing.closed) for one in group}
    preparing = [
        (one, len(checklist.stopping(lines_of(one))))
        for one in rounds.everyone(session)
        if one.slug not in public and rounds.withdrawn(session, one.slug, now()) is None
    ]
    withdrawn = [
        found for one in rounds.everyone(session) if (found := rounds.withdrawn(session, one.slug, now()))
    ]
    titles = {one.slug: title_of(one) for one, _ in preparing}
    return render_template(
        "office/rounds/list.html", listing=listing, preparing=preparing, withdrawn=withdrawn, titles=titles
    )


@bp.route("/rounds/new", methods=["GET", "POST"])
def round_new() -> ResponseReturnValue:
    session = read_session()
    form = NewRound()
    earlier = rounds.everyone(session)
    form.start.choices = [
        *((one.slug, f"A copy of “{title_of(one)}”") for one in earlier),
        ("", "Nothing"),
    ]
    if form.start.data is None:
        form.start.data = earlier[0].slug if earlier else ""
    if request.method == "POST" and form.validate():
        try:
            slug = _begin(form)
        except SurveysError as problem:
            form.refuse(problem)
        else:
            said("It is there. Work down the checklist; nobody else sees it yet.")
            return redirect(url_for("office.round", slug=slug))
    shown = render_template("office/rounds/new.html", form=form)
    return make_response(shown, 422 if form.problems() else 200)


def _begin(form: NewRound) -> str:
    slug = (form.slug.data or "").strip()
    title, purpose = form.title.data or "", form.purpose.data or ""
    signature = signed()
    with writing() as session:
        earlier = rounds.by_slug(session, form.start.data or "")
        if earlier is None:
            if not title.strip():
                raise SurveysError("record.missing", field="title")
            round_copies.begin(session, slug=slug, title=title, purpose=purpose, **signature)
        else:
            round_copies.copy(session, earlier, slug=slug, **signature)
            _rename(session, slug, title, purpose, signature)
    return slug


def _rename(session: Session, slug: str, title: str, purpose: str, signature: Signature) -> None:
    there = editing.working(session, "round", slug)
    given = {name: words.strip() for name, words in (("title", title), ("purpose", purpose)) if words.strip()}
    if there is not None and given:
        body = {**there.texts.get("en_GB", {}), **given}
        editing.save(session, "round", slug, {"en_GB": body}, seen=there.seen, **signature)


# The checklist --------------------------------------------------------------------------------------------


@bp.get("/rounds/<slug>", endpoint="round")
def shown(slug: str) -> ResponseReturnValue:
    round_ = the_round(slug)
    session = read_session()
    found = lines_of(round_)
    return render_template(
        "office/rounds/checklist.html",
        round_=round_,
        title=title_of(round_),
        lines=found,
        stopping=checklist.stopping(found),
        titles=TITLES,
        lack_words=lack_words,
        lack_page=lack_page,
        line_page=line_page,
        role_names=role_names,
        consultation=rounds.one(session, slug, now()) or rounds.withdrawn(session, slug, now()),
        changes=openings.changes_of(session, round_.id),
        reasons=gates.overrides_of(session, round_),
    )


@bp.post("/rounds/<slug>/opening")
@fresh_sign_in
def round_open(slug: str) -> ResponseReturnValue:
    """Sets the dates and publishes; the clock opens it."""
    try:
        with writing() as session:
            round_ = rounds.by_slug(session, slug)
            if round_ is None:
                abort(404)
            openings.launch(session, round_, holders=holders(), **signed())
    except SurveysError as problem:
        said(words_of(problem))
        return redirect(url_for("office.round", slug=slug))
    said("Done. It opens and closes by itself on the days you set.")
    return redirect(url_for("office.round", slug=slug))


@bp.route("/rounds/<slug>/lines/<line>", methods=["GET", "POST"])
def round_override(slug: str, line: str) -> ResponseReturnValue:
    """Sets a line aside with a reason, or takes it up again."""
    round_ = the_round(slug)
    if line not in checklist.OVERRIDABLE:
        abort(404)
    form = Override()
    if request.method == "POST":
        signature = signed()
        try:
            with writing() as session:
                mine = session.get_one(Round, round_.id)
                if request.form.get("action") == "lift":
                    gates.lift(session, mine, line, **signature)
                else:
                    gates.override(session, mine, line, reason=form.reason.data or "", **signature)
            return redirect(url_for("office.round", slug=slug))
        except SurveysError as problem:
            form.refuse(problem)
    shown = render_template(
        "office/rounds/override.html",
        round_=round_,
        form=form,
        line=next(one for one in lines_of(round_) if one.code == line),
        title=TITLES[line],
        lack_words=lack_words,
    )
    return make_response(shown, 422 if form.problems() else 200)


@bp.route("/rounds/<slug>/parts/<part>", methods=["GET", "POST"])
def round_part(slug: str, part: str) -> ResponseReturnValue:
    """One line's own words and facts, saved as a draft until the consultation opens."""
    if part not in PARTS:
        abort(404)
    round_ = the_round(slug)
    there = editing.working(read_session(), "round", slug)
    title, fields = PARTS[part]
    announced = round_.launched_at or rounds.one(read_session(), slug, now()) is not None
    if announced:  # its days change with a reason, on a page of their own
        fields = tuple(name for name in fields if name not in ("opens", "closes"))
    made = text_form("round", locales(), there, choices_for("round"), only=fields)
    seen = dict(there.seen) if there else {}
    clashes = []
    if request.method == "POST":
        try:
            if there is not None:
                seen = seen_in(request.form, there)
            bodies = made.bodies(there.bodies if there else {})
            wanted = {locale: body for locale, body in bodies.items() if locale in made.parts}
            with writing() as session:
                signature = signed()
                editing.save(session, "round", slug, wanted, seen=seen, **signature)
            said(f"Saved: {title}.")
            return redirect(url_for("office.round", slug=slug))
        except SurveysError as problem:
            made.refuse(problem)
            if problem.code == "text.stale" and there is not None:
                clashes = clashes_of(there, made, problem)
                seen = dict(there.seen)
    shown = render_template(
        "office/rounds/part.html",
        round_=round_,
        title=title,
        made=made,
        form=made.form,
        seen=seen,
        clashes=clashes,
        locales=locales(),
        part=part,
        there=there,
        announced=announced,
    )
    return make_response(shown, 422 if made.form.problems() else 200)


# Its surveys ----------------------------------------------------------------------------------------------


@bp.route("/rounds/<slug>/surveys", methods=["GET", "POST"])
def round_surveys(slug: str) -> ResponseReturnValue:
    """Which surveys it has, of whom; another from a draft or from the questions of an earlier survey."""
    round_ = the_round(slug)
    session = read_session()
    form = AddSurvey()
    taken = {one.draft.id for one in instruments.of_round(session, round_) if one.draft}
    free = [one for one in drafting.drafts(session) if one.id not in taken and one.survey_id is None]
    form.source.choices = [
        *((f"draft:{one.id}", f"Draft: {one.name}") for one in free),
        *(
            (f"survey:{one.slug}", f"As asked in “{survey_title(one)}”")
            for one in instruments.asked_before(session)
        ),
    ]
    if request.method == "POST":
        try:
            _add_survey(round_, form)
            said("Added.")
            return redirect(url_for("office.round_surveys", slug=slug))
        except SurveysError as problem:
            form.refuse(problem)
    shown = render_template(
        "office/rounds/surveys.html",
        round_=round_,
        form=form,
        surveys=instruments.of_round(session, round_),
        fault_words=fault_words,
        audience_words=AUDIENCE_WORDS,
    )
    return make_response(shown, 422 if form.problems() else 200)


def _add_survey(round_: Round, form: AddSurvey) -> None:
    kind, _, name = (form.source.data or "").partition(":")
    slug, audience = (form.slug.data or "").strip(), form.audience.data or ""
    signature = signed()
    with writing() as session:
        mine = session.get_one(Round, round_.id)
        if kind == "draft":
            draft = session.get(SurveyDraft, name)
            if draft is None:
                raise SurveysError("survey_draft.gone", field="source")
            instruments.plan(session, mine, draft, slug=slug, audience=audience, **signature)
            return
        survey = surveys.by_slug(session, name) if kind == "survey" else None
        version = surveys.current_version(session, survey.id) if survey else None
        if version is None:
            raise SurveysError("record.missing", field="source")
        document: Questionnaire = round_copies.fresh(surveys.questionnaire_of(version))
        instruments.plan_from(
            session, mine, document, origin=f"survey:{name}", slug=slug, audience=audience, **signature
        )


@bp.post("/rounds/<slug>/surveys/<planned_id>/out")
def round_survey_out(slug: str, planned_id: str) -> ResponseReturnValue:
    round_ = the_round(slug)
    try:
        with writing() as session:
            mine = session.get_one(Round, round_.id)
            instruments.take_out(session, mine, planned_id, **signed())
        said("Taken out. The draft of its questions stays.")
    except SurveysError as problem:
        said(words_of(problem))
    return redirect(url_for("office.round_surveys", slug=slug))
