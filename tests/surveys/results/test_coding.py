"""Second codings and suggestions in the store: apart from the first coding until a person accepts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys.audit import Entry
from surveys.errors import SurveysError
from surveys.moderation import themes, work
from surveys.moderation.records import CommentTheme
from surveys.records import Comment, Response
from surveys.results import coding
from surveys.results.comments import cleared
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.surveys.results.conftest import Send
from tests.surveys.results.people import document, people
from tests.surveys.results.test_suggestions import THEMES, comments

Noted = dict[str, object]


@pytest.fixture
def noted(keys: Keyring, now: dt.datetime) -> Noted:
    return {"by": "officer:1", "now": now, "keys": keys}


@pytest.fixture
def frame(session: Session, survey: Survey, noted: Noted) -> dict[str, str]:
    """Theme ids by name, for the question "why"."""
    made = {name: themes.add(session, survey.id, "why", name=name, **noted).id for name in THEMES}  # type: ignore[arg-type]
    session.commit()
    return made


@pytest.fixture
def write(
    session: Session, survey: Survey, send: Send, keys: Keyring
) -> Callable[[list[str], str], list[Comment]]:
    """Comments with these words and state, each of a response that counts."""

    def write(texts: list[str], state: str = "publishable") -> list[Comment]:
        send(survey, people(len(texts), len(texts), document()))
        owners = session.scalars(select(Response).where(Response.survey_id == survey.id)).all()
        made = []
        for response, text in zip(owners, texts, strict=False):
            key_id, sealed = keys.seal(text)
            comment = Comment(
                survey_id=survey.id, response_id=response.id, item="why", sealed=sealed, key_id=key_id,
                locale="en_GB", state=state, submitted_on=response.submitted_on,
            )  # fmt: skip
            session.add(comment)
            made.append(comment)
        session.commit()
        return made

    return write


Write = Callable[..., list[Comment]]


def test_a_sample_is_coded_twice_and_the_first_coding_stays(
    session: Session, survey: Survey, frame: dict[str, str], write: Write, noted: Noted, keys: Keyring
) -> None:
    texts, owners = comments(12, 1)
    made = write(texts)
    for comment, theme in zip(made, owners, strict=True):
        work.tick(session, comment, [frame[theme]], **noted)  # type: ignore[arg-type]
    again = {**noted, "by": "officer:2"}
    seen = 0
    while (found := coding.next_to_code(session, survey.id, "why", keys=keys)) is not None:
        comment, text = found
        assert text == texts[made.index(comment)]
        theme = owners[made.index(comment)] if seen else "roads"
        coding.code_again(session, survey.id, comment.id, [frame[theme]], **again)  # type: ignore[arg-type]
        session.commit()
        seen += 1
    assert seen == 12
    agreed = coding.agreement(session, survey.id, "why")
    assert all(one.number == 12 for one in agreed.values())
    assert all(one.same is not None and one.same >= 11 / 12 for one in agreed.values())
    ticked = {c.id: work.themes_in(session, c) for c in made}
    assert ticked == {c.id: (frame[t],) for c, t in zip(made, owners, strict=True)}
    with pytest.raises(SurveysError, match=r"coding\.done"):
        coding.code_again(session, survey.id, made[0].id, [], **again)  # type: ignore[arg-type]


@pytest.mark.parametrize("state", ["waiting", "withheld", "referred", "spam"])
def test_what_was_not_cleared_is_neither_shown_nor_coded(
    session: Session,
    survey: Survey,
    frame: dict[str, str],
    write: Write,
    noted: Noted,
    keys: Keyring,
    state: str,
) -> None:
    (comment,) = write(["not for the office to read"], state)
    assert coding.next_to_code(session, survey.id, "why", keys=keys) is None
    assert cleared(session, survey.id, keys=keys) == []
    with pytest.raises(SurveysError, match=r"coding\.unknown"):
        coding.code_again(session, survey.id, comment.id, [], **noted)  # type: ignore[arg-type]


def test_suggestions_lie_apart_until_a_person_accepts_them(
    session: Session, survey: Survey, frame: dict[str, str], write: Write, noted: Noted, keys: Keyring
) -> None:
    texts, owners = comments(70, 2)
    made = write(texts)
    for comment, theme in list(zip(made, owners, strict=True))[:45]:
        work.tick(session, comment, [frame[theme]], **noted)  # type: ignore[arg-type]
    session.commit()
    ticks = session.scalar(select(func.count()).select_from(CommentTheme))
    learned = coding.learn(session, survey.id, "why", keys=keys)
    assert learned.coded == 45
    number = coding.keep(session, survey.id, "why", learned, **noted)  # type: ignore[arg-type]
    session.commit()
    assert number >= 20
    assert session.scalar(select(func.count()).select_from(CommentTheme)) == ticks
    first, second, *_ = coding.waiting(session, survey.id, "why", keys=keys)
    assert first.precision is not None
    assert first.precision > 0.8
    decided = {**noted, "by": "officer:7"}
    coding.decide(session, survey.id, first.comment_id, first.theme_id, accept=True, **decided)  # type: ignore[arg-type]
    coding.decide(session, survey.id, second.comment_id, second.theme_id, accept=False, **decided)  # type: ignore[arg-type]
    session.commit()
    assert session.scalar(select(func.count()).select_from(CommentTheme)) == (ticks or 0) + 1
    assert coding.decided(session, survey.id, "why") == {"open": number - 2, "accepted": 1, "rejected": 1}
    kept = session.get_one(coding.Suggestion, (survey.id, first.comment_id, first.theme_id))
    assert (kept.state, kept.decided_by) == ("accepted", "officer:7")
    with pytest.raises(SurveysError, match=r"coding\.done"):
        coding.decide(session, survey.id, first.comment_id, first.theme_id, accept=False, **decided)  # type: ignore[arg-type]
    again = coding.learn(session, survey.id, "why", keys=keys)
    coding.keep(session, survey.id, "why", again, **noted)  # type: ignore[arg-type]
    left = {
        (w.comment_id, w.theme_id) for w in coding.waiting(session, survey.id, "why", keys=keys, limit=99)
    }
    assert (second.comment_id, second.theme_id) not in left
    assert "suggestions.decided" in session.scalars(select(Entry.action)).all()


def test_a_comment_that_goes_takes_what_was_made_of_it_along(
    session: Session, survey: Survey, frame: dict[str, str], write: Write, noted: Noted
) -> None:
    (comment,) = write(["street lights are broken"])
    coding.code_again(session, survey.id, comment.id, [frame["lights"]], **noted)  # type: ignore[arg-type]
    session.commit()
    session.delete(comment)
    session.commit()
    assert session.scalar(select(func.count()).select_from(coding.SecondCoding)) == 0


def test_the_spreadsheet_rows_have_themes_and_no_writer(
    session: Session, survey: Survey, frame: dict[str, str], write: Write, noted: Noted, keys: Keyring
) -> None:
    (comment,) = write(["lamps in the alley"])
    work.tick(session, comment, [frame["lights"], frame["young"]], **noted)  # type: ignore[arg-type]
    (row,) = cleared(session, survey.id, keys=keys)
    assert (row.item, row.text, set(row.themes), row.changed) == (
        "why", "lamps in the alley", {"lights", "young"}, False,
    )  # fmt: skip
