"""Regulation 12 in one place: groups reached, other consultations, meetings, what arrived from outside."""

from __future__ import annotations

from typing import Any

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.database import read_session, writing
from portal.forms.office.reach import (
    KIND_WORDS,
    SENDER_WORDS,
    STATE_WORDS,
    Consider,
    Group,
    MeetingForm,
    Read,
    Receive,
    Regarded,
)
from portal.office.blueprint import bp, keys, name_of, now, officer, said, whole
from portal.office.signature import signed
from portal.partnership import meetings, pages, rounds, submissions
from portal.partnership import reach as reaching
from portal.partnership.meetings import Meeting, Minutes
from portal.partnership.reach import ConsultedGroup
from portal.partnership.rounds import Round
from portal.partnership.submissions import Submission, Words
from surveys.errors import SurveysError
from surveys.surveys import london_day


@bp.route("/reach/<slug>", methods=["GET", "POST"])
def reach(slug: str) -> ResponseReturnValue:
    """The board of one consultation; its two short forms add a group or another consultation."""
    round_ = _round(slug)
    which = request.form.get("which", "")
    group, regarded, there = Group(formdata=None), Regarded(formdata=None), ""
    if request.method == "POST" and which == "group":
        group = Group()
        try:
            if group.validate():
                _note_group(slug, group)
                said("Noted.")
                return redirect(url_for("office.reach", slug=slug))
        except SurveysError as problem:
            group.refuse(problem)
            there = str(problem.facts.get("id", ""))
    elif request.method == "POST":
        regarded = Regarded()
        if regarded.validate() and regarded.attempt(lambda: _regard(slug, regarded)) is not None:
            said("Noted.")
            return redirect(url_for("office.reach", slug=slug))
    session = read_session()
    inbox = submissions.inbox(session, slug)
    wrong = group if group.problems() else regarded
    page = render_template(
        "office/board/reach.html",
        round=round_,
        title=_title(slug),
        groups=reaching.groups(session, slug),
        regarded=reaching.regarded(session, slug),
        meetings=meetings.of_round(session, slug),
        authorities=meetings.authorities,
        inbox=len(inbox),
        unconsidered=len(submissions.unconsidered(session, slug)),
        group=group,
        there=there,
        other=regarded,
        form=wrong,
    )
    return make_response(page, 422 if wrong.problems() else 200)


def _note_group(slug: str, form: Group) -> Any:
    with writing() as session:
        return reaching.note_group(session, slug, **_typed(form), **signed())


def _typed(form: Group) -> Any:
    return {
        "name": form.name.data or "",
        "affected": form.affected.data,
        "expected": form.expected.data,
        "reached": form.reached.data,
        "how": form.how.data or "",
    }


@bp.route("/reach/<slug>/groups/<group_id>", methods=["GET", "POST"])
def reach_group(slug: str, group_id: str) -> ResponseReturnValue:
    """One group. Whoever saves second is shown both and loses nothing."""
    round_ = _round(slug)
    found = read_session().get(ConsultedGroup, group_id)
    if found is None or found.round_slug != slug:
        abort(404)
    form = Group(data=None if request.method == "POST" else _group_shown(found))
    theirs: list[tuple[str, str, str]] = []
    other = who = ""
    if request.method == "POST" and form.validate():
        try:
            with writing() as session:
                mine = session.get_one(ConsultedGroup, group_id)
                reaching.amend_group(session, mine, **_typed(form), seen=form.seen.data or "", **signed())
            said("Saved.")
            return redirect(url_for("office.reach", slug=slug))
        except SurveysError as problem:
            form.refuse(problem)
            other = str(problem.facts.get("id", ""))
            if problem.code == "group.changed":
                found = read_session().get_one(ConsultedGroup, group_id)
                who = name_of(found.noted_by) if form.seen.data else ""
                theirs, form.seen.data = form.against(_group_shown(found)), found.state
    page = render_template(
        "office/board/group.html",
        round=round_, title=_title(slug), found=found, form=form, theirs=theirs, other=other, who=who,
    )  # fmt: skip
    return make_response(page, 422 if form.problems() else 200)


def _group_shown(found: ConsultedGroup) -> dict[str, Any]:
    """An entry as its form shows it."""
    return {
        "seen": found.state, "name": found.name, "affected": found.affected, "expected": found.expected,
        "reached": found.reached, "how": found.how,
    }  # fmt: skip


def _regard(slug: str, form: Regarded) -> Any:
    with writing() as session:
        return reaching.regard(
            session, slug, title=form.title.data or "", body=form.body.data or "",
            taken=form.taken.data or "", by=officer().by, now=now(), keys=keys(),
        )  # fmt: skip


# Meetings -------------------------------------------------------------------------------------------------


@bp.route("/reach/<slug>/meetings/new", methods=["GET", "POST"])
def meeting_new(slug: str) -> ResponseReturnValue:
    _round(slug)
    form = MeetingForm()
    if request.method == "POST" and form.validate():
        try:
            with writing() as session:
                meetings.record(
                    session, _minutes(form), round_slug=slug, by=officer().by, now=now(), keys=keys()
                )
            said("The meeting is on record.")
            return redirect(url_for("office.reach", slug=slug))
        except SurveysError as problem:
            form.refuse(problem)
    return _meeting_page(slug, form, None)


@bp.route("/reach/<slug>/meetings/<meeting_id>", methods=["GET", "POST"])
def meeting(slug: str, meeting_id: str) -> ResponseReturnValue:
    """One record. Whoever saves second is shown both and loses nothing."""
    _round(slug)
    found = read_session().get(Meeting, meeting_id)
    if found is None or found.round_slug != slug:
        abort(404)
    form = MeetingForm(data=None if request.method == "POST" else _written(found))
    theirs = None
    if request.method == "POST" and form.validate():
        try:
            with writing() as session:
                meetings.amend(
                    session, session.get_one(Meeting, found.id), _minutes(form),
                    seen=whole(form.seen.data), by=officer().by, now=now(),
                    keys=keys(),
                )  # fmt: skip
            said("Saved.")
            return redirect(url_for("office.reach", slug=slug))
        except SurveysError as problem:
            form.refuse(problem)
            if problem.code == "meeting.changed":
                theirs = read_session().get(Meeting, meeting_id)
                form.seen.data = str(theirs.seen if theirs is not None else 0)
    return _meeting_page(slug, form, theirs)


def _meeting_page(slug: str, form: MeetingForm, theirs: Meeting | None) -> ResponseReturnValue:
    page = render_template(
        "office/meetings/meeting.html",
        slug=slug,
        title=_title(slug),
        form=form,
        theirs=_written(theirs) if theirs is not None else None,
    )
    return make_response(page, 422 if form.problems() else 200)


def _minutes(form: MeetingForm) -> Minutes:
    return Minutes(
        held_on=form.held_on.data,
        place=form.place.data or "",
        public=form.public.data,
        publicised=form.publicised.data or "",
        attendance=_pairs(form.attendance.data or "", ","),
        public_came=form.public_came.data,
        questions=_pairs(form.questions.data or "", "|"),
        notes=form.notes.data or "",
    )


def _pairs(text: str, between: str) -> list[tuple[str, str]]:
    found = (line.partition(between) for line in text.splitlines() if line.strip())
    return [(first.strip(), second.strip()) for first, _, second in found]


def _written(found: Meeting) -> dict[str, Any]:
    """A record as its form shows it."""
    came = [", ".join(filter(None, (one["authority"], one["post"]))) for one in found.attendance]
    asked = [" | ".join(filter(None, (one["asked"], one["answered"]))) for one in found.questions]
    return {
        "seen": str(found.seen), "held_on": found.held_on, "place": found.place, "public": found.public,
        "publicised": found.publicised, "attendance": "\n".join(came), "public_came": found.public_came,
        "questions": "\n".join(asked), "notes": found.notes,
    }  # fmt: skip


# What arrives outside the survey --------------------------------------------------------------------------


@bp.route("/reach/<slug>/inbox", methods=["GET", "POST"])
def inbox(slug: str) -> ResponseReturnValue:
    """Letters, petitions and e-mails: what is there, and a form for what came in."""
    _round(slug)
    form = _themed(Receive(received_on=london_day(now())))
    if request.method == "POST" and form.validate():
        words = Words(form.who.data or "", form.text.data or "", form.summary.data or "")
        try:
            with writing() as session:
                submissions.receive(
                    session, slug, received_on=form.received_on.data, kind=form.kind.data,
                    sender=form.sender.data, words=words, themes=form.themes.data or (),
                    signatures=form.signatures.data, by=officer().by, now=now(), keys=keys(),
                )  # fmt: skip
            said("It is on record.")
            return redirect(url_for("office.inbox", slug=slug))
        except SurveysError as problem:
            form.refuse(problem)
    shown = [(one, submissions.opened(one, keys())) for one in submissions.inbox(read_session(), slug)]
    page = render_template(
        "office/submissions/inbox.html",
        slug=slug, title=_title(slug), shown=shown, form=form, kinds=KIND_WORDS, senders=SENDER_WORDS,
        states=STATE_WORDS, themes=_themes(),
    )  # fmt: skip
    return make_response(page, 422 if form.problems() else 200)


@bp.route("/reach/<slug>/inbox/<submission_id>", methods=["GET", "POST"])
def submission(slug: str, submission_id: str) -> ResponseReturnValue:
    """One of them: read and summed up, then considered."""
    _round(slug)
    found = read_session().get(Submission, submission_id)
    if found is None or found.round_slug != slug:
        abort(404)
    words = submissions.opened(found, keys())
    reading = _themed(Read(formdata=None, summary=words.summary, themes=list(found.themes)))
    considering = Consider(formdata=None, consideration=words.consideration)
    if request.method == "POST" and request.form.get("which") == "read":
        reading = _themed(Read())
        if reading.validate() and reading.attempt(lambda: _read(found.id, reading)):
            said("Noted as read.")
            return redirect(url_for("office.submission", slug=slug, submission_id=submission_id))
    elif request.method == "POST":
        considering = Consider()
        if considering.validate() and considering.attempt(lambda: _consider(found.id, considering)):
            said("Noted as considered.")
            return redirect(url_for("office.inbox", slug=slug))
    wrong = reading if reading.problems() else considering
    page = render_template(
        "office/submissions/submission.html",
        slug=slug, found=found, words=words, reading=reading, considering=considering, form=wrong,
        kinds=KIND_WORDS, senders=SENDER_WORDS, states=STATE_WORDS, themes=_themes(),
    )  # fmt: skip
    return make_response(page, 422 if wrong.problems() else 200)


def _read(submission_id: str, form: Read) -> bool:
    with writing() as session:
        submissions.read(
            session, session.get_one(Submission, submission_id), summary=form.summary.data or "",
            themes=form.themes.data or (), by=officer().by, now=now(), keys=keys(),
        )  # fmt: skip
    return True


def _consider(submission_id: str, form: Consider) -> bool:
    with writing() as session:
        submissions.consider(
            session, session.get_one(Submission, submission_id),
            consideration=form.consideration.data or "", by=officer().by, now=now(), keys=keys(),
        )  # fmt: skip
    return True


def _themes() -> dict[str, str]:
    return {one.key: one.texts.title for one in pages.current(read_session(), "area", pages.SOURCE)}


def _themed(form: Any) -> Any:
    form.themes.choices = list(_themes().items())
    return form


def _round(slug: str) -> Round:
    found = rounds.by_slug(read_session(), slug)
    if found is None:
        abort(404)
    return found


def _title(slug: str) -> str:
    entry = pages.one(read_session(), "round", slug, pages.SOURCE)
    return str(entry.texts.title) if entry is not None else slug
