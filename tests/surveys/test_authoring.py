"""Drafts of questionnaires in the store: steps, undo, two officers at once, translations, publishing."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from surveys import audit, surveys
from surveys.authoring import beginning, drafting, previews, publishing, remarks, translating
from surveys.authoring.drafting import SurveyDraft
from surveys.errors import SurveysError
from surveys.questionnaire import editing, framing
from surveys.questionnaire.model import PlaceEntry, Questionnaire, Translation
from surveys.sealing import Keyring
from tests.surveys.conftest import Publish
from tests.surveys.questionnaire import samples

ANN, BEN = "officer:ann", "officer:ben"


class Desk:
    """One officer's hands: every verb with the same time and keys."""

    def __init__(self, session: Session, keys: Keyring, now: dt.datetime) -> None:
        self.session = session
        self.noted: dict[str, Any] = {"now": now, "keys": keys}

    def begin(self, **more: Any) -> SurveyDraft:
        document = more.pop("document", samples.every_kind())
        facts = {"name": "Next year", "origin": "model:residents", "by": ANN} | more
        return beginning.begin(self.session, document, **facts, **self.noted)

    def reword(self, draft: SurveyDraft, id: str, words: str, seen: int, by: str = ANN) -> None:
        drafting.edit(
            self.session,
            draft.id,
            lambda document: editing.set_question(document, id, {"text": {"en_GB": words}}),
            action="question.set",
            subjects=[f"question:{id}"],
            seen_version=seen,
            by=by,
            **self.noted,
        )

    def words(self, draft: SurveyDraft, id: str) -> str:
        document = drafting.document_of(draft)
        return str(next(q for q in document.all_questions if q.id == id).text["en_GB"])


@pytest.fixture
def desk(session: Session, keys: Keyring, now: dt.datetime) -> Desk:
    return Desk(session, keys, now)


def refused(code: str) -> Any:
    return pytest.raises(SurveysError, match=f"^{code}$")


def test_every_edit_is_a_step_that_undo_takes_back_and_redo_brings_back(desk: Desk) -> None:
    draft = desk.begin()
    first = desk.words(draft, "age")
    desk.reword(draft, "age", "One", 0)
    desk.reword(draft, "age", "Two", 1)
    undo = partial(drafting.undo, desk.session, draft.id, by=ANN, **desk.noted)
    redo = partial(drafting.redo, desk.session, draft.id, by=ANN, **desk.noted)
    undo(seen_version=2)
    assert desk.words(draft, "age") == "One"
    undo(seen_version=3)
    assert desk.words(draft, "age") == first
    with refused("survey_draft.nothing_to_undo"):
        undo(seen_version=4)
    redo(seen_version=4)
    assert desk.words(draft, "age") == "One"
    with refused("survey_draft.moved_on"):
        redo(seen_version=4)
    desk.reword(draft, "age", "Three", 5)
    with refused("survey_draft.nothing_to_redo"):
        redo(seen_version=6)
    assert [step.action for step in drafting.history(desk.session, draft)] == [
        "question.set",
        "redo",
        "undo",
        "undo",
        "question.set",
        "question.set",
    ]
    assert drafting.document_at(desk.session, draft, 2) == editing.set_question(
        samples.every_kind(), "age", {"text": {"en_GB": "Two"}}
    )
    desk.session.commit()
    assert audit.check(desk.session, desk.noted["keys"]) == []


def test_steps_are_never_changed_afterwards(desk: Desk) -> None:
    draft = desk.begin()
    desk.reword(draft, "age", "One", 0)
    desk.session.commit()
    for statement in ("UPDATE survey_draft_edit SET number = 9", "DELETE FROM survey_draft_edit"):
        with pytest.raises(DBAPIError):
            desk.session.execute(text(statement))
        desk.session.rollback()


def test_two_officers_at_the_same_question_the_second_is_refused(desk: Desk) -> None:
    draft = desk.begin()
    desk.reword(draft, "age", "Ann's words", 0)
    with refused("survey_draft.conflict") as told:
        desk.reword(draft, "age", "Ben's words", 0, by=BEN)
    assert (told.value.facts["by"], told.value.facts["seen"]) == (ANN, 0)
    assert desk.words(draft, "age") == "Ann's words"
    desk.reword(draft, "age", "Ben's words", 1, by=BEN)
    assert desk.words(draft, "age") == "Ben's words"


def test_edits_of_different_questions_are_merged(desk: Desk) -> None:
    draft = desk.begin()
    desk.reword(draft, "age", "Ann's words", 0)
    desk.reword(draft, "why", "Ben's words", 0, by=BEN)
    assert (desk.words(draft, "age"), desk.words(draft, "why")) == ("Ann's words", "Ben's words")


def test_a_question_that_a_colleague_deleted_is_a_conflict_not_a_fault(desk: Desk) -> None:
    draft = desk.begin()
    drafting.edit(
        desk.session,
        draft.id,
        lambda document: editing.delete_question(document, "why"),
        action="question.delete",
        subjects=["question:why"],
        seen_version=0,
        by=ANN,
        **desk.noted,
    )
    with refused("survey_draft.conflict"):
        desk.reword(draft, "why", "Ben's words", 0, by=BEN)
    assert {fault.code for fault in drafting.faults_of(desk.session, draft)} >= {"page.empty"}


def test_what_changes_nothing_is_no_step(desk: Desk) -> None:
    draft = desk.begin()
    desk.reword(draft, "age", desk.words(draft, "age"), 0)
    assert (draft.revision, drafting.history(desk.session, draft)) == (0, [])


def test_a_draft_set_aside_comes_back(desk: Desk) -> None:
    draft = desk.begin()
    drafting.set_aside(desk.session, draft.id, by=ANN, **desk.noted)
    assert drafting.drafts(desk.session) == []
    with refused("survey_draft.gone"):
        desk.reword(draft, "age", "x", 0)
    drafting.take_up(desk.session, draft.id, by=ANN, **desk.noted)
    assert drafting.drafts(desk.session) == [draft]
    with refused("survey_draft.name"):
        desk.begin(name=" ")


def test_a_translation_is_missing_draft_checked_or_stale(desk: Desk) -> None:
    draft = desk.begin()

    def state(name: str) -> str:
        texts = translating.side_by_side(desk.session, draft, "pl")
        return next(one.state for one in texts if one.wording.name == name)

    name, why = "question:age.text", "question:why.text"
    translate = partial(translating.translate, desk.session, draft.id, "pl", by=BEN, **desk.noted)
    check = partial(translating.check, desk.session, draft.id, "pl", by=BEN, **desk.noted)
    assert state(name) == "draft"
    translate({name: "", why: "Dlaczego?"}, seen_version=0)
    assert (state(name), state(why), draft.revision) == ("missing", "draft", 1)
    assert check([name, why], speaker="Ewa Nowak") == 1
    assert (state(name), state(why)) == ("missing", "checked")
    translate({why: "Dlaczego?"}, seen_version=1)
    assert (state(why), draft.revision) == ("checked", 1)
    desk.reword(draft, "why", "Why is that?", 1)
    assert state(why) == "stale"
    check([why], speaker="Ewa Nowak")
    assert state(why) == "checked"
    translate({why: "A dlaczego?"}, seen_version=2)
    assert state(why) == "draft"
    with refused("translation.speaker"):
        check([why], speaker=" ")
    with refused("edit.language"):
        translating.side_by_side(desk.session, draft, "ro")
    with refused("survey_draft.conflict"):
        translate({why: "Inaczej"}, seen_version=2)


def test_a_language_is_checked_when_every_text_of_it_is(desk: Desk) -> None:
    draft = desk.begin()
    every = [one.wording.name for one in translating.side_by_side(desk.session, draft, "pl")]
    summary = partial(translating.summary, desk.session, draft, "pl")
    assert summary().as_translation() == {"state": "unchecked"}
    translating.check(desk.session, draft.id, "pl", every, speaker="Ewa Nowak", by=ANN, **desk.noted)
    assert summary().as_translation() == {"state": "checked", "by": "Ewa Nowak", "on": "2026-11-10"}
    places = [PlaceEntry.model_validate(place) for place in samples.PLACES]
    survey = publishing.publish_first(
        desk.session, draft.id, slug="next", receipt_prefix="NX", places=places, by=ANN, **desk.noted
    )
    version = surveys.current_version(desk.session, survey.id)
    assert version is not None
    document = surveys.questionnaire_of(version)
    assert document.translations["pl"].by == "Ewa Nowak"
    assert (surveys.state(survey, desk.noted["now"]), version.meaning) == ("draft", "first")
    with refused("survey_draft.published"):
        desk.reword(draft, "age", "x", 0)
    again = desk.begin(document=document)
    assert translating.summary(desk.session, again, "pl").checked


def test_a_live_survey_is_corrected_by_a_new_version(desk: Desk, publish: Publish) -> None:
    survey = publish(samples.every_kind())
    version = surveys.current_version(desk.session, survey.id)
    assert version is not None
    begin = partial(beginning.begin_correction, desk.session, survey, version, by=ANN, **desk.noted)
    draft = begin()
    assert begin() is draft
    correct = partial(publishing.publish_correction, desk.session, by=ANN, **desk.noted)
    with refused("correction.nothing"):
        correct(draft.id, meaning="same", note="Spelling")
    desk.reword(draft, "age", "How old aer you?", 0)
    with refused("correction.note"):
        correct(draft.id, meaning="same", note=" ")
    second = correct(draft.id, meaning="same", note="A spelling mistake in the question about age")
    assert (second.number, second.meaning) == (2, "same")
    [told] = publishing.corrections(desk.session, survey.id)
    assert (told.number, told.note) == (2, "A spelling mistake in the question about age")

    late = beginning.begin_correction(desk.session, survey, version, by=BEN, **desk.noted)
    desk.reword(late, "age", "Age?", 0)
    with refused("survey_draft.base_moved"):
        correct(late.id, meaning="same", note="Late")


def test_a_correction_of_the_same_meaning_keeps_the_languages_that_were_read(
    desk: Desk, publish: Publish
) -> None:
    document = samples.every_kind()
    read = document.translations | {
        "pl": Translation(state="checked", by="Ewa Nowak", on=dt.date(2026, 1, 5))
    }
    survey = publish(document.model_copy(update={"translations": read}))

    def draft() -> SurveyDraft:
        version = surveys.current_version(desk.session, survey.id)
        assert version is not None
        return beginning.begin_correction(desk.session, survey, version, by=ANN, **desk.noted)

    correct = partial(publishing.publish_correction, desk.session, by=ANN, **desk.noted)
    lost = partial(publishing.languages_lost, desk.session)
    spelling = draft()
    desk.reword(spelling, "age", "How old are yuo?", 0)
    assert (lost(spelling, "same"), lost(spelling, "changed")) == ([], ["pl"])
    second = surveys.questionnaire_of(correct(spelling.id, meaning="same", note="Spelling"))
    assert second.translations["pl"].state == "checked"
    worded = draft()
    translate = partial(translating.translate, desk.session, worded.id, "pl", by=BEN, **desk.noted)
    translate({"question:age.text": "Ile masz lat?"}, seen_version=0)
    assert lost(worded, "same") == ["pl"]
    with refused("correction.beyond_spelling"):
        correct(worded.id, meaning="same", note="Polish")
    alone = correct(worded.id, meaning="same", note="Polish", unapproved="Nobody else is here")
    third = surveys.questionnaire_of(alone)
    assert third.translations["pl"].state == "unchecked"


def test_a_changed_meaning_needs_a_second_person_or_a_reason_on_record(desk: Desk, publish: Publish) -> None:
    survey = publish(samples.every_kind())
    version = surveys.current_version(desk.session, survey.id)
    assert version is not None
    draft = beginning.begin_correction(desk.session, survey, version, by=ANN, **desk.noted)
    desk.reword(draft, "age", "Which band are you in?", 0)
    correct = partial(
        publishing.publish_correction,
        desk.session,
        draft.id,
        meaning="changed",
        note="The question about age",
        by=ANN,
        **desk.noted,
    )
    approve = partial(publishing.approve, desk.session, draft.id, meaning="changed", **desk.noted)
    with refused("correction.unapproved"):
        correct()
    with refused("correction.own"):
        approve(seen_version=1, by=ANN)
    with refused("survey_draft.moved_on"):
        approve(seen_version=0, by=BEN)
    approve(seen_version=1, by=BEN)
    desk.reword(draft, "age", "Which band?", 1)
    with refused("correction.unapproved"):
        correct()
    approve(seen_version=2, by=BEN)
    assert correct().meaning == "changed"
    facts = [entry.facts for entry in audit.entries(desk.session, subject=f"survey_draft:{draft.id}")]
    assert any(BEN in fact for fact in facts)


def test_the_same_meaning_is_taken_on_trust_for_spelling_only(desk: Desk, publish: Publish) -> None:
    survey = publish(samples.every_kind())
    version = surveys.current_version(desk.session, survey.id)
    assert version is not None
    draft = beginning.begin_correction(desk.session, survey, version, by=ANN, **desk.noted)
    desk.reword(draft, "age", "How young are you?", 0)
    desk.reword(draft, "safe-day", "By day?", 1, by=BEN)
    assert publishing.beyond_spelling(desk.session, draft).texts == (
        "question:age.text",
        "question:safe-day.text",
    )
    correct = partial(
        publishing.publish_correction, desk.session, draft.id, note="Spelling", by=BEN, **desk.noted
    )
    approve = partial(publishing.approve, desk.session, draft.id, seen_version=2, **desk.noted)
    with refused("correction.beyond_spelling"):
        correct(meaning="same")
    for author in (ANN, BEN):  # whoever edited it last, and whoever did before
        with refused("correction.own"):
            approve(meaning="same", by=author)
    approve(meaning="same", by="officer:cat")
    with refused("correction.approved_as"):
        approve(meaning="changed", by="officer:dee")
    with refused("correction.unapproved"):
        correct(meaning="changed")
    assert correct(meaning="same").meaning == "same"
    assert publishing.unapproved(desk.session, survey.id) == ()


def test_who_corrects_alone_says_why_and_it_stays_on_record(desk: Desk, publish: Publish) -> None:
    survey = publish(samples.every_kind())
    version = surveys.current_version(desk.session, survey.id)
    assert version is not None
    draft = beginning.begin_correction(desk.session, survey, version, by=ANN, **desk.noted)
    desk.reword(draft, "age", "How young are you?", 0)
    why = "Everybody else is on leave this week"
    publishing.publish_correction(
        desk.session, draft.id, meaning="same", note="Age", unapproved=why, by=ANN, **desk.noted
    )
    [alone] = publishing.unapproved(desk.session, survey.id)
    assert (alone.meaning, alone.reason, alone.published_at) == ("same", why, desk.noted["now"])
    entries = list(audit.entries(desk.session, subject=f"survey_draft:{draft.id}"))
    assert f'"unapproved":"{draft.unapproved}"' in entries[0].facts
    third = surveys.current_version(desk.session, survey.id)
    assert third is not None
    spelling = beginning.begin_correction(desk.session, survey, third, by=ANN, **desk.noted)
    desk.reword(spelling, "age", "How yuong are you?", 0)
    publishing.publish_correction(
        desk.session, spelling.id, meaning="same", note="Age", unapproved="Not needed", by=ANN, **desk.noted
    )
    assert len(publishing.unapproved(desk.session, survey.id)) == 1


def test_a_correction_cannot_take_a_code_away(desk: Desk, publish: Publish) -> None:
    survey = publish(samples.every_kind())
    version = surveys.current_version(desk.session, survey.id)
    assert version is not None
    draft = beginning.begin_correction(desk.session, survey, version, by=ANN, **desk.noted)
    drafting.edit(
        desk.session,
        draft.id,
        lambda document: editing.delete_option(document, "age", "16-24"),
        action="option.delete",
        subjects=["question:age"],
        seen_version=0,
        by=ANN,
        **desk.noted,
    )
    assert "option.deleted" in {fault.code for fault in drafting.faults_of(desk.session, draft)}
    with refused("version.faults"):
        publishing.publish_correction(
            desk.session,
            draft.id,
            meaning="changed",
            note="One band less",
            unapproved="x",
            by=ANN,
            **desk.noted,
        )


def test_no_correction_takes_the_way_out_for_children_away(desk: Desk, publish: Publish) -> None:
    survey = publish(samples.every_kind())
    version = surveys.current_version(desk.session, survey.id)
    assert version is not None
    draft = beginning.begin_correction(desk.session, survey, version, by=ANN, **desk.noted)

    def without(document: Questionnaire) -> Questionnaire:
        opened = editing.set_option(document, "age", "under-13", {"stop": None})
        return framing.delete_holder(opened, "stops", "too-young")

    edit = partial(drafting.edit, desk.session, draft.id, seen_version=0, by=ANN, **desk.noted)
    edit(without, action="option.set", subjects=["question:age"])
    publishing.approve(desk.session, draft.id, meaning="changed", seen_version=1, by=BEN, **desk.noted)
    correct = partial(publishing.publish_correction, desk.session, draft.id, by=ANN, **desk.noted)
    for meaning in ("same", "changed"):
        with refused("version.faults") as told:
            correct(meaning=meaning, note="Ages", unapproved="Nobody is here")
        assert [one.code for one in told.value.facts["faults"]] == ["under_13.lost"]


def test_an_earlier_year_is_compared(desk: Desk, publish: Publish) -> None:
    publish(samples.every_kind())
    draft = desk.begin()
    told = drafting.earlier(desk.session, draft)
    assert told is not None
    assert told.differences == ()
    assert "age" in told.asked
    desk.reword(draft, "age", "Your age?", 0)
    told = drafting.earlier(desk.session, draft)
    assert told is not None
    assert [d.question for d in told.differences] == ["age"]
    other = desk.begin(document=framing.blank("other", "anonymous", ["en_GB"], "Local survey"))
    assert drafting.earlier(desk.session, other) is None


def test_a_preview_link_is_for_one_draft_expires_and_can_be_revoked(desk: Desk) -> None:
    draft, now, keys = desk.begin(), desk.noted["now"], desk.noted["keys"]
    share = partial(previews.share, desk.session, draft, by=ANN, **desk.noted)
    link = share(days=7)
    token = previews.token(link, keys)
    opened = partial(previews.open_preview, desk.session, keys=keys)
    assert opened(token, now=now) is draft
    with refused("preview.expired"):
        opened(token, now=now + dt.timedelta(days=7))
    for wrong in (token[:-1] + ("A" if token[-1] != "A" else "B"), link.id, "", "é.ü", f"{link.id}."):
        with refused("preview.unknown"):
            opened(wrong, now=now)
    previews.revoke(desk.session, link.id, by=BEN, **desk.noted)
    with refused("preview.revoked"):
        opened(token, now=now)
    assert previews.links(desk.session, draft, now) == []
    for days in (0, 61):
        with refused("preview.days"):
            share(days=days)


def test_colleagues_remark_on_a_question_and_settle_it(desk: Desk) -> None:
    draft = desk.begin()
    say = partial(remarks.say, desk.session, draft, by=BEN, **desk.noted)
    one = say("Is this clear?", question="age")
    say("Too long as a whole")
    assert [r.body for r in remarks.remarks(desk.session, draft, "age")] == ["Is this clear?"]
    remarks.settle(desk.session, one.id, by=ANN, **desk.noted)
    assert one.settled_by == ANN
    for body, code in ((" ", "remark.empty"), ("x" * 2001, "remark.too_long"), ("a\0b", "remark.forbidden")):
        with refused(code):
            say(body)
    facts = desk.session.scalars(select(audit.Entry.facts))
    assert not any("clear" in fact for fact in facts)


def test_what_happens_to_a_draft_is_in_the_log_without_its_words(desk: Desk) -> None:
    draft = desk.begin()
    desk.reword(draft, "age", "Secret words", 0)
    entries = list(audit.entries(desk.session, subject=f"survey_draft:{draft.id}"))
    assert [e.action for e in entries] == ["survey_draft.edit", "survey_draft.begin"]
    assert "question:age" in entries[0].facts
    assert all("Secret" not in e.facts for e in entries)
