"""Releases: made once, complete in themselves, never changed, corrected only by a new one."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from surveys import audit, erasure, surveys
from surveys.db import look_back
from surveys.erasure import Ledger
from surveys.errors import SurveysError
from surveys.questionnaire.model import Questionnaire
from surveys.records import Comment, Response
from surveys.results import releases
from surveys.results.disclosure import ReleasedTable, rounded
from surveys.results.releases import Release, fingerprint
from surveys.results.rounding import Policy
from surveys.sealing import Keyring
from surveys.surveys import GRACE, Survey
from tests.surveys.results.conftest import AFTER, Send
from tests.surveys.results.people import document, people
from tests.surveys.results.test_cube import changed

BY = "officer:1"


def draw(
    questionnaire: Questionnaire, tables: list[ReleasedTable], locale: str, _content: Mapping[str, Any]
) -> dict[str, Any]:
    return {table.key: {"locale": locale, "shown": len(table.groups)} for table in tables}


def act(keys: Keyring, now: dt.datetime = AFTER, **more: Any) -> dict[str, Any]:
    return {"by": BY, "now": now, "keys": keys, **more}


@pytest.fixture
def release(session: Session, survey: Survey, send: Send, keys: Keyring) -> Release:
    send(survey, people(1, 60, document()))
    send(survey, people(2, 4, document()), channel="paper")
    send(survey, people(3, 12, document()), locale="pl")
    made = releases.make(session, survey, draw=draw, **act(keys))
    session.commit()
    return made


def refused(code: str, call: Any, *args: Any, **more: Any) -> None:
    with pytest.raises(SurveysError) as problem:
        call(*args, **more)
    assert problem.value.code == code


def test_a_session_that_looks_back_knows_no_later_release(
    session: Session, survey: Survey, release: Release
) -> None:
    look_back(session, release.made_at - dt.timedelta(seconds=1))
    assert releases.current(session, survey.id) is None
    assert (releases.newest_number(session, survey.id), releases.all_of(session, survey.id)) == (None, [])
    assert releases.newest_of_people(session) is None
    look_back(session, release.made_at)
    assert (releases.current(session, survey.id), releases.newest_number(session, survey.id)) == (release, 1)
    newest = releases.newest_of_people(session)
    assert newest is not None
    assert newest.id == survey.id
    look_back(session, None)
    assert releases.newest_of_people(session) is survey


def test_a_release_holds_everything_needed_to_read_it(
    session: Session, survey: Survey, release: Release
) -> None:
    session.expire_all()
    kept = releases.current(session, survey.id)
    assert kept is not None
    content = kept.content
    assert (kept.number, kept.kind, kept.made_by) == (1, "closing", BY)
    assert kept.sha256 == fingerprint(content)
    dated = ("survey", "versions", "first_day", "last_day", "made_on", "demonstration")
    assert {k: content[k] for k in dated} == {
        "survey": "local", "versions": [1], "first_day": "2026-11-01", "last_day": "2026-11-29",
        "made_on": "2026-11-30", "demonstration": False,
    }  # fmt: skip
    assert content["responses"] == 75
    assert content["channels"] == {"web": 70, "paper": None}
    assert content["languages"] == {"en_GB": 65, "pl": 10}
    keys_of = [table["key"] for table in content["tables"]]
    asked = [q.id for q in document().questions if q.released]
    assert [k for k in keys_of if ".by." not in k and k != "improve.first"] == asked
    assert "safe-dark.by.disability" in keys_of
    assert content["findings"].keys() == set(keys_of)
    assert content["wording"]["questions"]["topics"]["text"] == document().question_by_id["topics"].text
    assert set(kept.figures) == {"en_GB", "pl"}
    assert kept.figures["pl"]["topics"] == {"locale": "pl", "shown": 1}
    assert [t.as_json() for t in kept.tables] == content["tables"]


def test_the_tables_are_those_of_the_responses(session: Session, survey: Survey, release: Release) -> None:
    stored = session.scalars(select(Response.answers)).all()
    topics = next(t for t in release.tables if t.key == "topics").groups[0]
    answered = [a["topics"] for a in stored if a.get("topics")]
    assert topics.answered == rounded(len(answered), Policy())
    assert topics.row("asb").count == rounded(sum("asb" in chosen for chosen in answered), Policy())


def test_no_word_a_resident_wrote_is_in_a_release(release: Release) -> None:
    assert '"words"' not in json.dumps(release.content)
    exact = json.dumps(release.content["tables"])
    assert "people" not in exact


def test_there_is_no_release_before_closing_and_an_hour_of_grace(
    session: Session, survey: Survey, send: Send, keys: Keyring
) -> None:
    send(survey, people(4, 3, document()))
    assert survey.closes_at is not None
    for now in (survey.opens_at, survey.closes_at, survey.closes_at + GRACE - dt.timedelta(seconds=1)):
        assert now is not None
        refused("release.too_early", releases.make, session, survey, **act(keys, now))
    assert releases.make(session, survey, **act(keys, survey.closes_at + GRACE)).number == 1


def test_nothing_to_release_and_a_second_first_release_are_refused(
    session: Session, survey: Survey, send: Send, keys: Keyring
) -> None:
    refused("release.empty", releases.make, session, survey, **act(keys))
    send(survey, people(5, 1, document()))
    prepared = releases.prepare(session, survey, now=AFTER)
    releases.make(session, survey, **act(keys))
    session.commit()
    refused("release.exists", releases.make, session, survey, **act(keys))
    refused("release.exists", releases.store, session, prepared, **act(keys))


def test_a_withdrawn_survey_has_no_release(
    session: Session, survey: Survey, send: Send, keys: Keyring
) -> None:
    send(survey, people(6, 2, document()))
    surveys.withdraw_survey(session, survey, reason="mistake", **act(keys))
    refused("release.withdrawn", releases.make, session, survey, **act(keys))


def test_a_single_response_releases_nothing_about_it(
    session: Session, survey: Survey, send: Send, keys: Keyring
) -> None:
    send(survey, people(7, 1, document()))
    release = releases.make(session, survey, **act(keys))
    assert release.content["responses"] is None
    for table in release.tables:
        for group in table.groups:
            assert (group.hidden in ("few", "special"), group.asked, group.answered, group.skipped) == (
                True, None, None, None,
            )  # fmt: skip


@pytest.mark.parametrize("table", ["survey_release", "survey_release_exact"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET number = 9", "DELETE FROM {}"])
def test_a_release_cannot_be_changed_or_removed(
    session: Session, release: Release, table: str, statement: str
) -> None:
    with pytest.raises(DatabaseError):
        session.execute(text(statement.format(table)))
    session.rollback()
    assert session.scalar(select(Release.number)) == 1


def test_making_a_release_is_noted_and_the_log_stays_whole(
    session: Session, survey: Survey, release: Release, keys: Keyring
) -> None:
    entry = next(audit.entries(session, subject=f"survey:{survey.id}", limit=1))
    assert (entry.actor, entry.action) == (BY, "release.make")
    assert json.loads(entry.facts) == {"number": 1, "responses": 76, "sha256": release.sha256}
    assert audit.check(session, keys) == []


# Corrections ----------------------------------------------------------------------------------------------


def test_a_correction_after_an_erasure_shows_the_same_figures(
    session: Session, survey: Survey, release: Release, keys: Keyring, ledger: Ledger
) -> None:
    ids = session.scalars(select(Response.id).limit(5)).all()
    for id in ids:
        erasure.erase(
            session, survey.id, id, by=BY, reason=erasure.REASONS[0], keys=keys, now=AFTER, ledger=ledger
        )
    again = releases.correct(session, survey, note="A spelling mistake in a title", draw=draw, **act(keys))
    assert (again.number, again.kind, again.content["corrects"]) == (2, "correction", 1)
    assert again.content["changed"] == []
    assert again.content["tables"] == release.content["tables"]
    assert again.content["note"] == "A spelling mistake in a title"
    assert releases.current(session, survey.id) is again
    assert [r.number for r in releases.all_of(session, survey.id)] == [1, 2]


def test_a_correction_must_say_what_is_different_and_follow_a_release(
    session: Session, survey: Survey, send: Send, keys: Keyring
) -> None:
    refused("release.none", releases.correct, session, survey, note="why", **act(keys))
    send(survey, people(8, 2, document()))
    releases.make(session, survey, **act(keys))
    refused("release.note", releases.correct, session, survey, note=" ", **act(keys))


def leave_out(session: Session, number: int) -> None:
    """Takes responses away without a trace, as an exclusion by rule would."""
    ids = session.scalars(select(Response.id).limit(number)).all()
    session.execute(delete(Comment).where(Comment.response_id.in_(ids)))
    session.execute(delete(Response).where(Response.id.in_(ids)))
    session.flush()


def test_a_recount_that_moves_few_people_is_refused(
    session: Session, survey: Survey, release: Release, keys: Keyring
) -> None:
    leave_out(session, 24)
    more = {"note": "Left out repeated answers", "recount": True}
    refused("release.small_change", releases.correct, session, survey, **more, **act(keys))


def test_a_recount_moves_a_group_only_when_twenty_five_people_moved(
    session: Session, survey: Survey, release: Release, keys: Keyring
) -> None:
    before = releases.exact_counts(session, release)
    leave_out(session, 30)
    again = releases.correct(session, survey, note="Left out repeated answers", recount=True, **act(keys))
    after = releases.exact_counts(session, again)
    assert (before.responses, after.responses) == (76, 46)
    fresh = {t.key: t for t in releases.count(session, survey).tables}
    moved = 0
    for old, new in zip(before.tables, after.tables, strict=True):
        for was, is_now, counted in zip(old.groups, new.groups, fresh[new.key].groups, strict=True):
            if abs(was.asked - counted.asked) < 25:
                assert is_now == was
            else:
                moved += 1
                assert is_now == counted
    assert moved
    assert again.content["changed"]


def test_frozen_counts_come_back_as_they_were(session: Session, survey: Survey, release: Release) -> None:
    session.expire_all()
    assert releases.exact_counts(session, release) == releases.count(session, survey)


def test_answers_to_an_earlier_wording_stand_apart_with_their_own_words(
    session: Session, survey: Survey, send: Send, keys: Keyring, now: dt.datetime
) -> None:
    send(survey, people(9, 40, document()))
    second = changed(document(), topics=2)
    surveys.publish_version(session, survey, second, meaning="changed", by=BY, now=now, keys=keys)
    send(survey, people(10, 45, document()))
    content = releases.make(session, survey, **act(keys)).content
    topics = next(t for t in content["tables"] if t["key"] == "topics")
    safe = next(t for t in content["tables"] if t["key"] == "safe-dark")
    assert topics["note"] == "wording.changed"
    assert topics["groups"][0]["asked"] < safe["groups"][0]["asked"]
    (earlier,) = content["earlier"]
    assert (earlier["version"], [t["key"] for t in earlier["tables"]]) == (1, ["topics"])
    assert earlier["wording"]["questions"]["topics"]["wording"] == 1
