"""Nearly the same words are grouped and shown; leaving out takes two people and a rule."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from surveys import audit, erasure, exclusions, moderation, responses
from surveys.erasure import Ledger
from surveys.errors import SurveysError
from surveys.exclusions import ALONE, Exclusion
from surveys.moderation import campaigns, likeness
from surveys.moderation.records import CampaignComment
from surveys.records import Comment, Response, ResponseSign
from surveys.results import follower, releases
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.surveys.conftest import Fill
from tests.surveys.questionnaire import samples

ANNA, BEN = "officer:anna", "officer:ben"
LETTER = (
    "I am writing to ask the partnership to bring back the night bus between the villages and the station, "
    "because young people walk home along an unlit road and somebody will be hurt before long. {} Thank you."
)
WORDS = (
    "dark road lights bus park school noise cars river market youth club help time night walk safe".split()
)
Send = Callable[..., str]


@pytest.fixture
def send(session: Session, survey: Survey, fill: Fill, keys: Keyring, now: dt.datetime) -> Send:
    def send(token: str, why: str, **more: object) -> str:
        asked = {"connection": ["live"], "topics": ["asb", "roads"], "topic-first": "asb"}
        state = fill(survey, token=token, answers={"age": "25-64", "why": why} | asked)
        receipt = responses.submit(
            session, survey, samples.every_kind(), state, token=token, keys=keys, now=now, **more
        )
        session.commit()
        return receipt.number

    return send


Sessions = Callable[[], object]


@pytest.fixture
def sessions(engine: Engine) -> campaigns.Sessions:
    @contextmanager
    def opened() -> Iterator[Session]:
        with Session(engine.execution_options(portal_writes=True)) as session:
            yield session
            session.commit()

    return opened


def test_likeness_is_found_in_changed_letters_and_not_in_plain_talk() -> None:
    dice = random.Random(4)
    letters = [(f"l{n}", LETTER.format(f"My own reason is number {n}.")) for n in range(12)]
    plain = [(f"p{n}", " ".join(dice.choices(WORDS, k=25))) for n in range(200)]
    short = [(f"s{n}", "More police please") for n in range(30)]
    (found,) = likeness.group([*plain, *letters, *short])
    assert sorted(found) == sorted(key for key, _ in letters)
    one, two = likeness.pairs_of("A b C d e f g h"), likeness.pairs_of("a\u200b b, c D e f g h!")
    assert likeness.likeness(one, two) == 1
    assert likeness.pairs_of("\u200b" * 100) == frozenset()


def test_a_campaign_is_counted_with_and_without_and_changes_nothing(
    session: Session,
    survey: Survey,
    send: Send,
    sessions: campaigns.Sessions,
    keys: Keyring,
) -> None:
    for n in range(4):
        send(f"c{n}", LETTER.format("" if n else "Please."))
    for n, own in enumerate(
        ("The library closes too early for my boys", "Ely needs trams", "Boats are noisy")
    ):
        send(f"p{n}", own)
    before = {c.id: (c.state, c.version, c.urgency) for c in session.scalars(select(Comment))}
    session.commit()
    assert campaigns.regroup(sessions, sessions, survey.id, keys=keys) == 1
    session.expire_all()
    (campaign,) = campaigns.campaigns(session, survey.id)
    assert (campaign.item, campaign.size) == ("why", 4)
    whole = campaigns.totals(session, survey.id)
    assert (whole.counted, whole.in_campaigns, whole.without) == (7, 4, 3)
    assert {c.id: (c.state, c.version, c.urgency) for c in session.scalars(select(Comment))} == before
    assert sum(session.scalars(select(CampaignComment.exact))) == 3
    assert len(campaigns.responses_in(session, survey.id, campaign.id)) == 4
    session.commit()
    send("c9", LETTER.format("Yours."))
    assert campaigns.regroup(sessions, sessions, survey.id, keys=keys) == 1
    session.commit()
    session.expire_all()
    (again,) = campaigns.campaigns(session, survey.id)
    assert (again.id, again.size) == (campaign.id, 5)


def test_a_campaign_that_fell_apart_is_gone(
    session: Session,
    survey: Survey,
    send: Send,
    sessions: campaigns.Sessions,
    keys: Keyring,
    now: dt.datetime,
    ledger: Ledger,
) -> None:
    numbers = [send(f"c{n}", LETTER.format(n)) for n in range(3)]
    campaigns.regroup(sessions, sessions, survey.id, keys=keys)
    erasure.withdraw(session, numbers[0], keys=keys, now=now, ledger=ledger)
    session.commit()
    assert campaigns.regroup(sessions, sessions, survey.id, keys=keys) == 0
    session.expire_all()
    assert campaigns.campaigns(session, survey.id) == []
    assert session.scalars(select(CampaignComment)).all() == []


def test_signs_are_noted_and_block_nothing(session: Session, survey: Survey, send: Send) -> None:
    send("a", "One", signs=("fast", "trap"))
    for n in range(5):
        send(f"b{n}", "More police please")
    assert responses.counts(session, survey.id) == 6
    assert campaigns.sign_identical(session, survey.id) == 6
    assert campaigns.sign_identical(session, survey.id) == 6
    assert campaigns.signs(session, survey.id) == {"fast": 1, "trap": 1, "identical": 6}
    assert len(campaigns.responses_with(session, survey.id, "identical")) == 6
    assert responses.counts(session, survey.id) == 6
    assert moderation.tally(session, survey.id) == {"waiting": 6}


def test_days_with_far_more_answers_than_usual_are_shown(
    session: Session, survey: Survey, send: Send
) -> None:
    send("a", "One")
    (row,) = session.scalars(select(Response)).all()
    number = 0
    for day, many in ((1, 2), (2, 1), (3, 30), (4, 2)):
        for _ in range(many):
            number += 1
            copied = {c.name: getattr(row, c.name) for c in Response.__table__.columns}
            copied |= {
                "id": f"copy{number}",
                "submission_hash": number.to_bytes(32, "big"),
                "receipt_hash": number.to_bytes(32, "big"),
                "submitted_on": dt.date(2026, 11, day),
            }
            session.add(Response(**copied))
    session.flush()
    (burst,) = campaigns.bursts(session, survey.id)
    assert (burst.on, burst.responses) == (dt.date(2026, 11, 3), 30)


def test_leaving_out_takes_a_rule_and_a_second_person_and_the_counts_follow(
    session: Session, survey: Survey, send: Send, keys: Keyring, now: dt.datetime
) -> None:
    for n in range(5):
        send(f"a{n}", "More police please")
    ids = sorted(session.scalars(select(Response.id)))
    by = {"now": now, "keys": keys}
    following = follower.Follower(survey.id)
    following.catch_up(session, now)
    for rule, who, code in (("dislike", ids, "exclusion.rule"), ("automated", ["x"], "exclusion.nobody")):
        with pytest.raises(SurveysError, match=code.replace(".", r"\.")):
            exclusions.propose(session, survey.id, who, rule=rule, by=ANNA, **by)  # type: ignore[arg-type]
    proposed = exclusions.propose(session, survey.id, ids[:2], rule="automated", by=ANNA, **by)  # type: ignore[arg-type]
    assert responses.counts(session, survey.id) == 5
    with pytest.raises(SurveysError, match=r"exclusion\.waiting"):
        exclusions.propose(session, survey.id, ids[1:], rule="automated", by=BEN, **by)  # type: ignore[arg-type]
    with pytest.raises(SurveysError, match=r"exclusion\.same_person"):
        exclusions.confirm(session, proposed, by=ANNA, **by)  # type: ignore[arg-type]
    assert exclusions.confirm(session, proposed, by=BEN, **by) == 2  # type: ignore[arg-type]
    session.commit()
    with pytest.raises(SurveysError, match=r"exclusion\.decided"):
        exclusions.confirm(session, proposed, by=BEN, **by)  # type: ignore[arg-type]
    both = exclusions.totals(session, survey.id)
    assert (both.counted, both.excluded, both.everybody) == (3, 2, 5)
    assert both.by_rule == {"automated": 2}
    assert not following.catch_up(session, now)
    following.rebuild(session, now)
    assert following.ask(lambda cube: cube.responses) == 3
    assert exclusions.lift(session, proposed, by=ANNA, **by) == 2  # type: ignore[arg-type]
    assert responses.counts(session, survey.id) == 5
    acts = {e.action for e in audit.entries(session) if e.action.startswith("responses.exclude")}
    assert acts == {"responses.exclude.propose", "responses.exclude.confirm", "responses.exclude.lift"}


def test_one_officer_alone_may_only_on_record(
    session: Session, survey: Survey, send: Send, keys: Keyring, now: dt.datetime
) -> None:
    send("a", "One")
    ids = list(session.scalars(select(Response.id)))
    by = {"by": ANNA, "now": now, "keys": keys}
    first = exclusions.propose(session, survey.id, ids, rule="not-meant", **by)  # type: ignore[arg-type]
    exclusions.refuse(session, first, **by)  # type: ignore[arg-type]
    second = exclusions.propose(session, survey.id, ids, rule="not-meant", **by)  # type: ignore[arg-type]
    exclusions.confirm(session, second, override=ALONE, **by)  # type: ignore[arg-type]
    assert (second.state, second.override) == ("confirmed", ALONE)
    assert [e.state for e in exclusions.of_survey(session, survey.id)].count("refused") == 1
    session.commit()
    with pytest.raises(IntegrityError):
        session.execute(text("UPDATE exclusion SET override = '' WHERE state = 'confirmed'"))
    session.rollback()


def test_erasing_a_response_leaves_no_sign_of_it(
    session: Session, survey: Survey, send: Send, keys: Keyring, now: dt.datetime, ledger: Ledger
) -> None:
    number = send("a", "One", signs=("fast",))
    ids = list(session.scalars(select(Response.id)))
    exclusions.propose(session, survey.id, ids, rule="automated", by=ANNA, now=now, keys=keys)
    session.commit()
    erasure.withdraw(session, number, keys=keys, now=now, ledger=ledger)
    session.commit()
    session.expire_all()
    assert session.scalars(select(ResponseSign)).all() == []
    (waiting,) = session.scalars(select(Exclusion)).all()
    assert exclusions.members(session, waiting) == []


def test_a_release_tells_both_totals_and_only_as_overall_numbers(
    session: Session,
    survey: Survey,
    send: Send,
    sessions: campaigns.Sessions,
    keys: Keyring,
    now: dt.datetime,
) -> None:
    dice = random.Random(9)
    for n in range(20):
        send(f"p{n}", " ".join(dice.choices(WORDS, k=20)), signs=["fast"] if n < 5 else [])
    for n in range(12):
        send(f"c{n}", LETTER.format(n))
    campaigns.regroup(sessions, sessions, survey.id, keys=keys)
    fast = campaigns.responses_with(session, survey.id, "fast")
    proposed = exclusions.propose(session, survey.id, fast, rule="automated", by=ANNA, now=now, keys=keys)
    exclusions.confirm(session, proposed, by=BEN, now=now, keys=keys)
    session.commit()
    after = now + dt.timedelta(days=60)
    release = releases.make(session, survey, by=BEN, now=after, keys=keys)
    assert release.content["responses"] == 25
    assert release.content["with_left_out"] == 30
    assert release.content["without_campaigns"] == 15
    assert not {"left_out", "in_campaigns"} & set(release.content)
