"""Partners' scores: one position an organisation, the middle and the spread, alone before together."""

from __future__ import annotations

import datetime as dt
import secrets
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.partnership import packs, rounds, scoring
from surveys import audit, responses, surveys
from surveys.errors import SurveysError
from surveys.sealing import Keyring
from surveys.surveys import Survey

PACK = Path("portal/packs/east_cambridgeshire")
BY = "officer:tests"
TOPICS = ("scams", "fire-safety", "domestic-abuse")
KEYS = {"scams": "scams", "fire-safety": "fire", "domestic-abuse": "domestic-abuse"}


@pytest.fixture
def survey(session: Session, keys: Keyring, now: dt.datetime) -> Survey:
    pack = packs.read(PACK)
    packs.load(session, pack, by=BY, now=now, keys=keys)
    plan = next(one for one in pack.rounds if one.slug == "2026")
    rounds.publish(
        session, plan, pack.questionnaires, area_set=pack.area_set, today=now.date(),
        by=BY, now=now - dt.timedelta(days=60), keys=keys,
    )  # fmt: skip
    session.commit()
    found = scoring.survey_of(session, "2026")
    assert found is not None
    return found


def answer(
    session: Session, survey: Survey, keys: Keyring, now: dt.datetime, name: str, **risks: tuple[Any, Any]
) -> None:
    """An organisation scores harm and likelihood of topics (dashes written as underscores)."""
    version = surveys.current_version(session, survey.id)
    assert version is not None
    grids: dict[str, dict[str, str]] = {"harm": {}, "likelihood": {}, "confidence": {}, "capacity": {}}
    for topic, (harm, likelihood) in risks.items():
        row = KEYS[topic.replace("_", "-")]
        grids["harm"][row], grids["likelihood"][row] = str(harm), str(likelihood)
        grids["confidence"][row], grids["capacity"][row] = "3", "1"
    responses.submit_direct(
        session, survey, version, surveys.questionnaire_of(version), {"organisation": name, **grids},
        token=secrets.token_urlsafe(32), locale="en_GB", may_publish=False, keys=keys, now=now,
    )  # fmt: skip
    session.commit()


def test_the_scoring_survey_is_the_partners_survey_of_the_year(session: Session, survey: Survey) -> None:
    assert (survey.slug, survey.kind) == ("partners-2026", "named")
    assert scoring.survey_of(session, None) is None
    assert scoring.survey_of(session, "nowhere") is None
    version = surveys.current_version(session, survey.id)
    assert version is not None
    document = surveys.questionnaire_of(version)
    assert [len(rows) for rows in scoring.topics_of(document).values()] == [12, 12, 12, 12]
    assert [len(words) for words in scoring.anchors(document).values()] == [5, 5, 5, 5]
    assert scoring.anchors(document)["harm"][4].startswith("4: very serious")


def test_the_middle_and_the_spread_of_every_topic(
    session: Session, survey: Survey, keys: Keyring, now: dt.datetime
) -> None:
    answer(
        session, survey, keys, now, "Fire service", scams=(2, 2), fire_safety=(4, 3), domestic_abuse=(4, 3)
    )
    answer(session, survey, keys, now, "Police", scams=(3, 4), fire_safety=(2, 1), domestic_abuse=(4, 4))
    answer(session, survey, keys, now, "Council", scams=(1, 3), domestic_abuse=("dont-know", 2))
    found = scoring.by_topic(scoring.standing(session, survey, keys=keys).positions, TOPICS)
    scams, fire, abuse = (found[topic] for topic in TOPICS)
    assert (scams.number, scams.risk, scams.low, scams.high) == (3, 4.0, 3, 12)
    assert (fire.number, fire.risk, fire.ranks, fire.rank) == (2, 7.0, (1.5, 3.0), 2.25)
    assert (abuse.number, abuse.risk, abuse.ranks) == (2, 14.0, (1.0, 1.5))
    assert scams.ranks == (1.0, 2.0, 3.0)
    assert (abuse.middle["harm"], abuse.middle["likelihood"], abuse.middle["capacity"]) == (4.0, 3.0, 1.0)
    nobody = scoring.by_topic([], ["scams"])["scams"]
    assert (nobody.number, nobody.risk, nobody.rank, nobody.ranks, nobody.middle) == (0, None, None, (), {})


def test_two_answers_of_one_organisation_wait_until_it_says_which_counts(
    session: Session, survey: Survey, keys: Keyring, now: dt.datetime
) -> None:
    answer(session, survey, keys, now, "Fire service", scams=(2, 2))
    answer(session, survey, keys, now, " fire  Service ", scams=(4, 4))
    answer(session, survey, keys, now, "Police", scams=(1, 1))
    found = scoring.standing(session, survey, keys=keys)
    assert [one.organisation for one in found.positions] == ["Police"]
    ((_, own),) = found.several.items()
    assert len(own) == 2
    for mine in own:
        scoring.choose(session, survey, mine.response_id, by=BY, now=now, keys=keys)
        session.commit()
        settled = scoring.standing(session, survey, keys=keys)
        assert settled.several == {}
        assert [one.response_id for one in settled.positions if "ire" in one.organisation] == [
            mine.response_id
        ]
    with pytest.raises(SurveysError, match=r"^position.unknown$"):
        scoring.choose(session, survey, "nobody", by=BY, now=now, keys=keys)
    assert audit.check(session, keys) == []


def test_alone_first_then_the_spread(
    session: Session, survey: Survey, keys: Keyring, now: dt.datetime
) -> None:
    expected = ("Police", "Fire service")
    answer(session, survey, keys, now, "police", scams=(1, 1))
    one = scoring.standing(session, survey, keys=keys)
    assert scoring.missing(one, expected) == ("Fire service",)
    assert not scoring.spread_is_open("open", one, expected)
    assert scoring.spread_is_open("closed", one, expected)
    answer(session, survey, keys, now, "Fire service", scams=(1, 1))
    assert scoring.spread_is_open("open", scoring.standing(session, survey, keys=keys), expected)
    assert not scoring.spread_is_open("open", scoring.Standing((), {}), ())


def test_a_response_that_is_erased_takes_its_choice_along(
    session: Session, survey: Survey, keys: Keyring, now: dt.datetime
) -> None:
    answer(session, survey, keys, now, "Police", scams=(1, 1))
    (mine,) = scoring.standing(session, survey, keys=keys).positions
    scoring.choose(session, survey, mine.response_id, by=BY, now=now, keys=keys)
    session.commit()
    session.delete(session.get_one(responses.Response, (survey.id, mine.response_id)))
    session.commit()
    assert session.query(scoring.PartnerPosition).count() == 0


@pytest.mark.parametrize(
    ("value", "level", "capacity"),
    [
        (None, "unknown", "unknown"),
        (0, "low", "gap"),
        (1.5, "medium", "enough"),
        (2.5, "medium", "enough"),
        (3, "high", "spare"),
    ],
)
def test_scores_in_words(value: float | None, level: str, capacity: str) -> None:
    assert (scoring.level(value), scoring.capacity_word(value)) == (level, capacity)


def test_no_public_page_lists_a_survey_that_is_by_invitation(
    session: Session, survey: Survey, now: dt.datetime
) -> None:
    shown = rounds.one(session, "2026", now)
    assert shown is not None
    assert [asked.survey.slug for asked in shown.surveys] == ["local-2026", "organisations-2026"]
