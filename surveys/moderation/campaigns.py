"""Nearly the same words from many people, many answers on one day: shown and counted, never dropped."""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from surveys.db import new_id
from surveys.moderation.likeness import group
from surveys.moderation.records import Campaign, CampaignComment
from surveys.records import Comment, Response, ResponseSign
from surveys.sealing import Keyring

LEAST = 3
"""As many comments make a campaign."""
STAGED = 1000
BURST_LEAST, BURST_TIMES = 20, 5
IDENTICAL_LEAST = 5
"""As many responses with the very same answers carry a sign."""

Sessions = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True)
class Burst:
    """A day on which far more answers came than on most others."""

    on: dt.date
    responses: int
    usual: float


@dataclass(frozen=True)
class Totals:
    """People whose response counts, with and without those who took part in a campaign."""

    counted: int
    in_campaigns: int

    @property
    def without(self) -> int:
        return self.counted - self.in_campaigns


def regroup(reading: Sessions, writing: Sessions, survey_id: str, *, keys: Keyring) -> int:
    """Groups the survey's comments anew, question by question, and says how many campaigns there are.

    Reads outside the write lock, stages little by little, and gives a group that goes on its old id; a run
    that was cut short is made good by the next. Nothing else about a comment changes.
    """
    with reading() as session:
        sizes = _regrouped(session, survey_id, keys)
    with writing() as session:
        known = set(session.scalars(select(Campaign.id).where(Campaign.survey_id == survey_id)))
        for campaign, _ in sizes:
            session.merge(campaign)
        for gone in known - {campaign.id for campaign, _ in sizes}:
            session.execute(delete(Campaign).where(Campaign.survey_id == survey_id, Campaign.id == gone))
    for campaign, members in sizes:
        for start in range(0, len(members), STAGED):
            with writing() as session:
                _file(session, survey_id, campaign.id, members[start : start + STAGED])
    with writing() as session:
        _leave_out(session, survey_id, {m for _, members in sizes for m, _ in members})
    return len(sizes)


def campaigns(session: Session, survey_id: str) -> list[Campaign]:
    """The campaigns of a survey, the largest first."""
    query = select(Campaign).where(Campaign.survey_id == survey_id)
    return list(session.scalars(query.order_by(Campaign.size.desc(), Campaign.id)))


def campaign_of(session: Session, comment: Comment) -> Campaign | None:
    """The campaign a comment is in, if any."""
    inside = session.get(CampaignComment, (comment.survey_id, comment.id))
    return None if inside is None else session.get(Campaign, (comment.survey_id, inside.campaign_id))


def totals(session: Session, survey_id: str) -> Totals:
    """How many people answered, with and without campaigns: both are reported, neither replaces the other."""
    counted = select(func.count()).where(Response.survey_id == survey_id, Response.status == "counted")
    inside = (
        select(func.count(Comment.response_id.distinct()))
        .select_from(CampaignComment)
        .join(
            Comment,
            (Comment.survey_id == CampaignComment.survey_id) & (Comment.id == CampaignComment.comment_id),
        )
        .join(Response, (Response.survey_id == Comment.survey_id) & (Response.id == Comment.response_id))
        .where(CampaignComment.survey_id == survey_id, Response.status == "counted")
    )
    return Totals(session.scalar(counted) or 0, session.scalar(inside) or 0)


def responses_in(session: Session, survey_id: str, campaign_id: str) -> list[str]:
    """Ids of the responses that took part in a campaign."""
    query = (
        select(Comment.response_id)
        .distinct()
        .join(
            CampaignComment,
            (Comment.survey_id == CampaignComment.survey_id) & (Comment.id == CampaignComment.comment_id),
        )
        .where(CampaignComment.survey_id == survey_id, CampaignComment.campaign_id == campaign_id)
    )
    return sorted(session.scalars(query))


def bursts(session: Session, survey_id: str) -> list[Burst]:
    """Days with at least 20 responses and five times the middle day. Days are all that is known of time."""
    days = session.execute(
        select(Response.submitted_on, func.count())
        .where(Response.survey_id == survey_id)
        .group_by(Response.submitted_on)
        .order_by(Response.submitted_on)
    ).all()
    if len(days) < 3:
        return []
    usual = statistics.median(number for _, number in days)
    return [
        Burst(on, number, usual)
        for on, number in days
        if number >= BURST_LEAST and number >= BURST_TIMES * usual
    ]


def sign_identical(session: Session, survey_id: str) -> int:
    """Signs every response whose answers are the same, all of them, as those of four others; how many."""
    same = (
        select(Response.version_id, Response.packed)
        .where(Response.survey_id == survey_id)
        .group_by(Response.version_id, Response.packed)
        .having(func.count() >= IDENTICAL_LEAST)
        .subquery()
    )
    found = set(
        session.scalars(
            select(Response.id)
            .join(same, (Response.version_id == same.c.version_id) & (Response.packed == same.c.packed))
            .where(Response.survey_id == survey_id)
        )
    )
    mine = (ResponseSign.survey_id == survey_id, ResponseSign.sign == "identical")
    known = set(session.scalars(select(ResponseSign.response_id).where(*mine)))
    if known - found:
        session.execute(delete(ResponseSign).where(*mine, ResponseSign.response_id.in_(known - found)))
    new = [
        {"survey_id": survey_id, "response_id": response_id, "sign": "identical"}
        for response_id in sorted(found - known)
    ]
    if new:
        session.execute(insert(ResponseSign), new)
    session.flush()
    return len(found)


def signs(session: Session, survey_id: str) -> dict[str, int]:
    """Sign to how many responses that count carry it."""
    query = (
        select(ResponseSign.sign, func.count())
        .join(
            Response,
            (Response.survey_id == ResponseSign.survey_id) & (Response.id == ResponseSign.response_id),
        )
        .where(ResponseSign.survey_id == survey_id, Response.status == "counted")
        .group_by(ResponseSign.sign)
    )
    return dict(session.execute(query).all())


def responses_with(session: Session, survey_id: str, sign: str) -> list[str]:
    """Ids of the responses that carry a sign."""
    query = select(ResponseSign.response_id).where(
        ResponseSign.survey_id == survey_id, ResponseSign.sign == sign
    )
    return sorted(session.scalars(query))


Member = tuple[str, bool]
"""A comment's id, and whether its words are the commonest of its group to the letter."""


def _regrouped(session: Session, survey_id: str, keys: Keyring) -> list[tuple[Campaign, list[Member]]]:
    days: dict[str, dt.date] = {}
    before = dict(
        session.execute(
            select(CampaignComment.comment_id, CampaignComment.campaign_id).where(
                CampaignComment.survey_id == survey_id
            )
        ).all()
    )
    taken: set[str] = set()
    found = []
    for item, texts in _texts(session, survey_id, keys, days).items():
        for members in group(sorted(texts.items())):
            if len(members) < LEAST:
                continue
            campaign_id = _id_of(members, before, taken)
            taken.add(campaign_id)
            commonest = Counter(_even(texts[m]) for m in members).most_common(1)[0][0]
            on = sorted(days[m] for m in members)
            campaign = Campaign(
                survey_id=survey_id,
                id=campaign_id,
                item=item,
                size=len(members),
                first_on=on[0],
                last_on=on[-1],
            )
            found.append((campaign, [(m, _even(texts[m]) == commonest) for m in members]))
    return found


def _texts(
    session: Session, survey_id: str, keys: Keyring, days: dict[str, dt.date]
) -> dict[str, dict[str, str]]:
    """Item to comment id to text; the days are noted on the way."""
    texts: dict[str, dict[str, str]] = defaultdict(dict)
    query = (
        select(Comment.id, Comment.item, Comment.submitted_on, Comment.key_id, Comment.sealed)
        .where(Comment.survey_id == survey_id)
        .execution_options(yield_per=2000)
    )
    for comment_id, item, on, key_id, sealed in session.execute(query):
        texts[item][comment_id] = keys.open(key_id, sealed)
        days[comment_id] = on
    return texts


def _id_of(members: list[str], before: dict[str, str], taken: set[str]) -> str:
    """The id most of them had before, if no larger group has it now; else a new one."""
    known = Counter(before[m] for m in members if m in before)
    return next((each for each, _ in known.most_common() if each not in taken), new_id())


def _even(text: str) -> str:
    return " ".join(text.split())


def _file(session: Session, survey_id: str, campaign_id: str, members: list[Member]) -> None:
    """Puts comments into a campaign, out of any other; those erased meanwhile are passed over."""
    ids = [comment_id for comment_id, _ in members]
    here = (CampaignComment.survey_id == survey_id, CampaignComment.comment_id.in_(ids))
    session.execute(delete(CampaignComment).where(*here))
    there = set(
        session.scalars(select(Comment.id).where(Comment.survey_id == survey_id, Comment.id.in_(ids)))
    )
    rows = [
        {"survey_id": survey_id, "comment_id": comment_id, "campaign_id": campaign_id, "exact": exact}
        for comment_id, exact in members
        if comment_id in there
    ]
    if rows:
        session.execute(insert(CampaignComment), rows)


def _leave_out(session: Session, survey_id: str, inside: set[str]) -> None:
    """Comments that are in no campaign any more."""
    known = set(
        session.scalars(select(CampaignComment.comment_id).where(CampaignComment.survey_id == survey_id))
    )
    for some in _batches(sorted(known - inside)):
        session.execute(
            delete(CampaignComment).where(
                CampaignComment.survey_id == survey_id, CampaignComment.comment_id.in_(some)
            )
        )


def _batches(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), STAGED):
        yield ids[start : start + STAGED]
