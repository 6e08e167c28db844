"""A release in the making: chosen, written, approved by a second person, published; and batches."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveys import audit
from surveys.errors import SurveysError
from surveys.results import compositions, releases
from surveys.results.compositions import Composition, figures_not_in, sealed_print
from surveys.results.releases import Prepared
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.surveys.results.conftest import AFTER, Send
from tests.surveys.results.people import document, people

ANN, BEN = "officer:ann", "officer:ben"
DAY = dt.timedelta(days=1)


def code(problem: pytest.ExceptionInfo[SurveysError]) -> str:
    return problem.value.code


@pytest.fixture
def draft(session: Session, survey: Survey, send: Send, keys: Keyring) -> Composition:
    send(survey, people(1, 60, document()))
    return compositions.compose(session, survey, "closing", by=ANN, now=AFTER, keys=keys)


def prepared(session: Session, survey: Survey, draft: Composition, now: dt.datetime = AFTER) -> Prepared:
    return compositions.prepare(session, survey, draft, now=now)


def approve(session: Session, survey: Survey, draft: Composition, keys: Keyring, **more: Any) -> Prepared:
    shown = prepared(session, survey, draft)
    facts = {"by": BEN, "now": AFTER, "keys": keys, "shown": sealed_print(shown.content), **more}
    compositions.approve(session, draft, shown, **facts)
    return shown


def test_what_is_published_is_what_was_approved(
    session: Session, survey: Survey, draft: Composition, send: Send, keys: Keyring
) -> None:
    shown = approve(session, survey, draft, keys)
    release = compositions.publish(session, draft, by=BEN, now=AFTER + 3 * DAY, keys=keys)
    assert release.content == {**shown.content, "made_on": "2026-12-03"}
    assert (release.number, draft.state, draft.number, draft.prepared) == (1, "published", 1, None)
    assert releases.exact_counts(session, release).responses == 60
    assert audit.check(session, keys) == []


def test_tables_left_out_are_nowhere_and_the_rest_is_as_it_would_have_been(
    session: Session, survey: Survey, draft: Composition, keys: Keyring
) -> None:
    whole = prepared(session, survey, draft).content
    gone = [table["key"] for table in whole["tables"] if ".by." in table["key"]]
    compositions.change(session, draft, left_out=gone, note="", by=ANN, now=AFTER, keys=keys, seen_version=1)
    part = prepared(session, survey, draft).content
    assert part["tables"] == [table for table in whole["tables"] if table["key"] not in gone]
    assert not set(part["findings"]) & set(gone)
    assert not {entry[0] for entry in part["report"]} & set(gone)


def test_any_change_ends_an_approval(
    session: Session, survey: Survey, draft: Composition, keys: Keyring
) -> None:
    approve(session, survey, draft, keys)
    compositions.change(
        session, draft, left_out=["topics"], note="", by=ANN, now=AFTER, keys=keys, seen_version=1
    )
    assert (draft.state, draft.approved_by, draft.version) == ("composing", "", 2)
    with pytest.raises(SurveysError) as problem:
        compositions.publish(session, draft, by=BEN, now=AFTER, keys=keys)
    assert code(problem) == "composition.unapproved"


def test_nobody_approves_their_own_without_a_reason(
    session: Session, survey: Survey, draft: Composition, keys: Keyring
) -> None:
    with pytest.raises(SurveysError) as problem:
        approve(session, survey, draft, keys, by=ANN)
    assert code(problem) == "composition.same_person"
    approve(session, survey, draft, keys, by=ANN, override_reason="The only officer here this week")
    assert draft.override_reason.startswith("The only officer")
    draft.override_reason = ""
    with pytest.raises(IntegrityError):
        session.flush()


def test_what_moved_since_it_was_shown_is_not_approved(
    session: Session, survey: Survey, draft: Composition, keys: Keyring
) -> None:
    shown = prepared(session, survey, draft)
    compositions.change(
        session, draft, left_out=["topics"], note="", by=ANN, now=AFTER, keys=keys, seen_version=1
    )
    fresh = prepared(session, survey, draft)
    with pytest.raises(SurveysError) as problem:
        compositions.approve(
            session, draft, fresh, shown=sealed_print(shown.content), by=BEN, now=AFTER, keys=keys
        )
    assert code(problem) == "composition.stale"
    with pytest.raises(SurveysError) as stale:
        compositions.change(
            session, draft, left_out=[], note="", by=BEN, now=AFTER, keys=keys, seen_version=1
        )
    assert code(stale) == "composition.stale"


def test_a_date_publishes_once_it_has_come(
    session: Session, survey: Survey, draft: Composition, keys: Keyring
) -> None:
    approve(session, survey, draft, keys, publish_at=AFTER + DAY)
    with pytest.raises(SurveysError) as problem:
        compositions.publish(session, draft, by=BEN, now=AFTER, keys=keys)
    assert code(problem) == "composition.not_yet"
    assert compositions.publish_due(session, now=AFTER, keys=keys) == 0
    assert compositions.publish_due(session, now=AFTER + DAY, keys=keys) == 1
    assert compositions.publish_due(session, now=AFTER + DAY, keys=keys) == 0
    newest = releases.current(session, survey.id)
    assert newest is not None
    assert newest.content["made_on"] == "2026-12-01"


def test_one_release_at_a_time(session: Session, survey: Survey, draft: Composition, keys: Keyring) -> None:
    assert compositions.compose(session, survey, "closing", by=BEN, now=AFTER, keys=keys) is draft
    with pytest.raises(SurveysError) as problem:
        compositions.compose(session, survey, "correction", by=BEN, now=AFTER, keys=keys)
    assert code(problem) == "composition.open"
    compositions.abandon(session, draft, by=BEN, now=AFTER, keys=keys)
    assert compositions.open_one(session, survey.id) is None
    with pytest.raises(SurveysError) as ended:
        compositions.change(
            session, draft, left_out=[], note="x", by=BEN, now=AFTER, keys=keys, seen_version=1
        )
    assert code(ended) == "composition.ended"


def test_a_written_finding_says_no_figure_the_table_hides(
    session: Session, survey: Survey, draft: Composition, keys: Keyring
) -> None:
    table = prepared(session, survey, draft).content["tables"][0]
    shown = next(r for g in table["groups"] for r in g["rows"] if r["count"] is not None)
    act = {"by": ANN, "now": AFTER, "keys": keys}
    good = f"In 2026, {shown['count']} people chose this."
    compositions.write(session, draft, table, {"en_GB": good, "pl": " "}, [], seen_version=1, **act)
    assert prepared(session, survey, draft).content["written"] == {table["key"]: {"en_GB": good}}
    for words in ("Only 7 people said so.", "It was 12.5% of them.", "1,234 in all"):
        with pytest.raises(SurveysError) as problem:
            compositions.write(session, draft, table, {"en_GB": words}, [], seen_version=2, **act)
        assert code(problem) == "finding.figure"
    with pytest.raises(SurveysError) as long:
        compositions.write(session, draft, table, {"en_GB": "x" * 401}, [], seen_version=2, **act)
    assert code(long) == "finding.long"
    compositions.write(session, draft, table, {"en_GB": ""}, [], seen_version=2, **act)
    assert draft.written == {}


@given(
    st.integers(0, 9999).filter(lambda n: n not in range(1990, 2100)), st.sampled_from(["", "%", " of them"])
)
def test_a_figure_of_the_labels_is_known(number: int, tail: str) -> None:
    table: dict[str, Any] = {"groups": []}
    words = f"About {number:,}{tail}"
    assert figures_not_in(table, words) == [f"{number:,}"]
    assert figures_not_in(table, words, [f"Aged {number}"]) == []


# Batches --------------------------------------------------------------------------------------------------


def interim(session: Session, survey: Survey, keys: Keyring, now: dt.datetime) -> releases.Release:
    made = releases.make(session, survey, by=ANN, now=now, keys=keys, interim=True)
    session.commit()
    return made


def test_results_so_far_wait_for_a_hundred_and_for_the_next_day(
    session: Session, survey: Survey, send: Send, keys: Keyring, now: dt.datetime
) -> None:
    send(survey, people(1, 99, document()))
    with pytest.raises(SurveysError) as few:
        interim(session, survey, keys, now)
    assert code(few) == "release.too_few"
    send(survey, people(2, 1, document()))
    assert interim(session, survey, keys, now).kind == "interim"
    send(survey, people(3, 40, document()))
    with pytest.raises(SurveysError) as daily:
        interim(session, survey, keys, now)
    assert code(daily) == "release.daily"
    assert interim(session, survey, keys, now + DAY).number == 2
    send(survey, people(4, 24, document()))
    with pytest.raises(SurveysError) as small:
        interim(session, survey, keys, now + 2 * DAY)
    assert code(small) == "release.small_change"
    with pytest.raises(SurveysError) as closed:
        interim(session, survey, keys, AFTER)
    assert code(closed) == "release.not_open"


def test_one_more_answer_moves_no_figure_before_or_at_closing(
    session: Session, survey: Survey, send: Send, keys: Keyring, now: dt.datetime
) -> None:
    """Before and after one submission: nothing published differs, also in the closing release."""
    send(survey, people(1, 120, document()))
    first = interim(session, survey, keys, now)
    send(survey, people(9, 1, document()))
    closing = releases.make(session, survey, by=ANN, now=AFTER, keys=keys)
    assert closing.content["tables"] == first.content["tables"]
    assert closing.content["responses"] == first.content["responses"]
    assert closing.content["channels"] == first.content["channels"]


def test_a_small_group_repeats_its_figures_while_the_whole_moves(
    session: Session, survey: Survey, send: Send, keys: Keyring, now: dt.datetime
) -> None:
    send(survey, people(1, 120, document()))
    first = interim(session, survey, keys, now)
    send(survey, people(2, 60, document()))
    second = interim(session, survey, keys, now + DAY)
    old = releases.exact_counts(session, first)
    new = releases.exact_counts(session, second)
    moved = kept = 0
    for before, after in zip(old.tables, new.tables, strict=True):
        for was, is_ in zip(before.groups, after.groups, strict=True):
            if was == is_:
                kept += 1
            else:
                moved += 1
                assert abs(is_.asked - was.asked) >= releases.MOVES_BY
    assert kept > 0
    assert moved > 0
