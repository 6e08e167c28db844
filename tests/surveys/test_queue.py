"""The queue: order, filters, claims, passing on; and what a moderator leaves beside a decision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from surveys import moderation, responses
from surveys.errors import SurveysError
from surveys.moderation import Redaction, queue, screening, themes, work
from surveys.moderation.queue import Filter, Place
from surveys.moderation.records import CommentTheme, OwnWord
from surveys.moderation.work import Mark
from surveys.records import Comment
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.surveys.conftest import Fill
from tests.surveys.questionnaire import samples

ANNA, BEN = "officer:anna", "officer:ben"
Send = Callable[..., None]


@pytest.fixture
def send(session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime) -> Send:
    def send(token: str, why: str = "The park is dark", day: int = 0, **more: object) -> None:
        state = fill(survey, token=token, answers={"age": "25-64", "why": why} | ASKED, **more)
        at = now + dt.timedelta(days=day)
        responses.submit(session, survey, samples.every_kind(), state, token=token, keys=keys, now=at)
        session.commit()

    return send


ASKED = {"connection": ["live"], "topics": ["asb", "roads"], "topic-first": "asb"}


@pytest.fixture
def screened(session: Session, send: Send, keys: Keyring, now: dt.datetime) -> None:
    """Four comments: an old plain one, a newer one flagged, one in Lithuanian, a new plain one."""
    send("plain", "First of all")
    send("newest", "Last of all", day=4)
    send("flagged", "My husband hits me", day=2, may_publish=False)
    send("unlisted", "Tamsu", day=3, locale="lt")
    screening.screen(session, keys=keys, now=now)
    session.commit()


def shown(session: Session, survey: Survey, keys: Keyring, now: dt.datetime, **wanted: object) -> list[str]:
    page = queue.page(session, [survey.id], Filter(**wanted), now=now, keys=keys)  # type: ignore[arg-type]
    return [row.text for row in page.rows]


@pytest.mark.usefixtures("screened")
def test_the_flagged_come_first_then_languages_nobody_listed_then_the_oldest(
    session: Session, survey: Survey, keys: Keyring, now: dt.datetime
) -> None:
    in_order = ["My husband hits me", "Tamsu", "First of all", "Last of all"]
    assert shown(session, survey, keys, now) == in_order
    first = queue.page(session, [survey.id], Filter(), now=now, keys=keys, limit=3)
    assert first.next is not None
    rest = queue.page(
        session, [survey.id], Filter(), now=now, keys=keys, limit=3, after=Place.read(str(first.next))
    )
    assert [row.text for row in (*first.rows, *rest.rows)] == in_order
    assert rest.next is None
    assert Place.read("0.yesterday.x") is None
    assert first.rows[0].flags == ("domestic-abuse",)
    assert "husband" not in repr(first)


@pytest.mark.usefixtures("screened")
def test_filters_and_counts(session: Session, survey: Survey, keys: Keyring, now: dt.datetime) -> None:
    assert shown(session, survey, keys, now, locale="lt") == ["Tamsu"]
    assert shown(session, survey, keys, now, flagged=True) == ["My husband hits me"]
    assert shown(session, survey, keys, now, permission=False) == ["My husband hits me"]
    assert shown(session, survey, keys, now, item="heard") == []
    assert shown(session, survey, keys, now, state="spam") == []
    counted = queue.standing(session, survey.id)
    assert (counted.waiting, counted.flagged, counted.unlisted, counted.second_look) == (4, 1, 1, 0)
    assert (counted.oldest, counted.states) == (dt.date(2026, 11, 10), {"waiting": 4})


@pytest.mark.usefixtures("screened")
def test_two_moderators_do_not_meet(
    session: Session, survey: Survey, keys: Keyring, now: dt.datetime
) -> None:
    ids = [row.id for row in queue.page(session, [survey.id], Filter(), now=now, keys=keys).rows]
    assert queue.claim(session, survey.id, ids[:2], by=ANNA, now=now) == 2
    assert queue.claim(session, survey.id, ids, by=BEN, now=now) == 2
    hers = queue.find(session, survey.id, ids[0])
    with pytest.raises(SurveysError, match=r"comment\.claimed"):
        moderation.decide(
            session, hers, outcome="read", by=BEN, now=now, keys=keys, seen_version=hers.version
        )
    later = now + queue.CLAIM
    moderation.decide(session, hers, outcome="read", by=BEN, now=later, keys=keys, seen_version=hers.version)
    assert queue.release(session, survey.id, None, by=ANNA) == 1
    rows = queue.page(session, [survey.id], Filter(), now=now, keys=keys).rows
    assert sorted(str(row.claimed_by) for row in rows) == ["None", BEN, BEN]
    with pytest.raises(SurveysError, match=r"comment\.unknown"):
        queue.find(session, survey.id, "gone")


@pytest.mark.usefixtures("screened")
def test_what_is_hard_to_read_is_passed_on(
    session: Session, survey: Survey, keys: Keyring, now: dt.datetime
) -> None:
    first = queue.page(session, [survey.id], Filter(), now=now, keys=keys).rows[0]
    comment = queue.find(session, survey.id, first.id)
    queue.claim(session, survey.id, [first.id], by=ANNA, now=now)
    for _ in range(2):
        queue.pass_on(session, comment, by=ANNA, now=now)
    assert len(shown(session, survey, keys, now, not_passed_by=ANNA)) == 3
    assert len(shown(session, survey, keys, now, not_passed_by=BEN)) == 4
    row = queue.page(session, [survey.id], Filter(), now=now, keys=keys).rows[0]
    assert (row.passed_on, row.claimed_by) == (True, None)


def test_places_settled_so_far_are_kept(
    session: Session, survey: Survey, send: Send, keys: Keyring, now: dt.datetime
) -> None:
    send("a", "Robin Sample of Mill Lane")
    comment = session.scalars(select(Comment)).one()
    work.mark(session, comment, [Mark(0, 5, "name"), Mark(16, 25)], length=25, by=ANNA, now=now)
    work.mark(session, comment, [Mark(0, 12, "name")], length=25, by=ANNA, now=now)
    session.commit()
    session.expire_all()
    assert work.marks_on(session, comment) == (Mark(0, 12, "name"), Mark(16, 25))
    assert work.redactions_of(work.marks_on(session, comment)) == (Redaction(0, 12, "name"),)
    assert work.unmark(session, comment, 0, by=ANNA, now=now) == (Mark(16, 25),)
    for wrong in (Mark(3, 26, "name"), Mark(4, 4), Mark(-1, 2)):
        with pytest.raises(SurveysError, match=r"redaction\.outside"):
            work.mark(session, comment, [wrong], length=25, by=ANNA, now=now)
    with pytest.raises(SurveysError, match=r"redaction\.unknown"):
        work.mark(session, comment, [Mark(0, 5, "<b>")], length=25, by=ANNA, now=now)


def test_a_translation_lies_beside_the_original(
    session: Session, survey: Survey, send: Send, keys: Keyring, now: dt.datetime
) -> None:
    send("a", "Park jest ciemny")
    comment = session.scalars(select(Comment)).one()
    say = {"locale": "en_GB", "by": ANNA, "now": now, "keys": keys}
    work.translate(session, comment, text=" The park is dark ", **say)  # type: ignore[arg-type]
    assert work.translation_of(session, comment, "en_GB", keys=keys) == "The park is dark"
    assert keys.open(comment.key_id, comment.sealed) == "Park jest ciemny"
    work.translate(session, comment, text="", **say)  # type: ignore[arg-type]
    assert work.translation_of(session, comment, "en_GB", keys=keys) == ""
    with pytest.raises(SurveysError, match=r"translation\.long"):
        work.translate(session, comment, text="x" * 10_001, **say)  # type: ignore[arg-type]


def test_themes_are_ticked_from_the_frame_and_count_people(
    session: Session, survey: Survey, send: Send, keys: Keyring, now: dt.datetime
) -> None:
    by = {"by": ANNA, "now": now, "keys": keys}
    dark = themes.add(session, survey.id, "why", name=" Street  lights ", **by)  # type: ignore[arg-type]
    speed = themes.add(session, survey.id, "why", name="Speed", description="Cars", **by)  # type: ignore[arg-type]
    other = themes.add(session, survey.id, "heard", name="Speed", **by)  # type: ignore[arg-type]
    for name, code in (("STREET LIGHTS", "theme.exists"), (" ", "theme.name"), ("x" * 81, "theme.name")):
        with pytest.raises(SurveysError, match=code.replace(".", r"\.")):
            themes.add(session, survey.id, "why", name=name, **by)  # type: ignore[arg-type]
    send("a")
    send("b")
    one, two = session.scalars(select(Comment)).all()
    work.tick(session, one, [dark.id, speed.id], **by)  # type: ignore[arg-type]
    work.tick(session, two, [dark.id], **by)  # type: ignore[arg-type]
    work.tick(session, one, [dark.id], **by)  # type: ignore[arg-type]
    with pytest.raises(SurveysError, match=r"theme\.unknown"):
        work.tick(session, one, [other.id], **by)  # type: ignore[arg-type]
    themes.change(session, speed, name="Speeding", description="", retired=True, **by)  # type: ignore[arg-type]
    found = {f.theme.name: (f.people, f.without_campaigns) for f in themes.found(session, survey.id, "why")}
    assert found == {"Street lights": (2, 2), "Speeding": (0, 0)}
    assert [t.name for t in themes.frame(session, survey.id, "why")] == ["Street lights"]
    assert responses.counts(session, survey.id) == 2
    assert len(session.scalars(select(CommentTheme)).all()) == 2


def test_the_partnerships_own_list_is_sealed(session: Session, keys: Keyring, now: dt.datetime) -> None:
    by = {"by": ANNA, "now": now, "keys": keys}
    for words in ("Jubilee  House", "jubilee house", "Alma Court"):
        work.add_own_word(session, words, **by)  # type: ignore[arg-type]
    assert list(work.own_words(session, keys=keys).values()) == ["Alma Court", "Jubilee House"]
    assert b"Jubilee" not in b"".join(session.scalars(select(OwnWord.sealed)))
    for word_id in [*work.own_words(session, keys=keys), "gone"]:
        work.remove_own_word(session, word_id, **by)  # type: ignore[arg-type]
    assert work.own_words(session, keys=keys) == {}
    with pytest.raises(SurveysError, match=r"own_word\.length"):
        work.add_own_word(session, "x", **by)  # type: ignore[arg-type]


def test_a_referred_comment_takes_no_marks(
    session: Session, survey: Survey, send: Send, now: dt.datetime
) -> None:
    send("a")
    session.execute(update(Comment).values(state="referred"))
    session.commit()
    comment = session.scalars(select(Comment)).one()
    for act in (
        lambda: work.mark(session, comment, [Mark(0, 3, "name")], length=16, by=ANNA, now=now),
        lambda: work.unmark(session, comment, 0, by=ANNA, now=now),
    ):
        with pytest.raises(SurveysError, match=r"comment\.locked"):
            act()
