"""The queue: which comments wait, the most urgent first, and who has which one open.

A page reads one index range per survey and opens only what it shows, however many wait.
"""

from __future__ import annotations

import datetime as dt
import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from surveys.db import rows_changed
from surveys.errors import SurveysError
from surveys.moderation.records import Campaign, CampaignComment, PassedOn
from surveys.records import Comment, Response
from surveys.sealing import Keyring

PAGE = 25
ORDER = (Comment.urgency, Comment.submitted_on, Comment.id)
CLAIM = dt.timedelta(minutes=30)
"""How long a comment stays with the moderator who opened it, unless it is decided or released."""


@dataclass(frozen=True)
class Filter:
    """What to show of the queue. None: everything."""

    state: str = "waiting"
    """A state, or "second-look": quotes that wait for another officer."""
    item: str | None = None
    locale: str | None = None
    flagged: bool = False
    permission: bool | None = None
    campaign: str | None = None
    not_passed_by: str | None = None
    """Leaves out what this moderator passed on."""
    held_by: str | None = None
    """Only what this moderator keeps at the moment."""


@dataclass(frozen=True, order=True)
class Place:
    """Where a comment stands in the queue; a page continues after one."""

    urgency: int
    submitted_on: dt.date
    id: str

    def __str__(self) -> str:
        return f"{self.urgency}.{self.submitted_on.isoformat()}.{self.id}"

    @classmethod
    def read(cls, written: str) -> Place | None:
        """The place written in an address; None when it is none."""
        urgency, _, rest = written.partition(".")
        day, _, comment_id = rest.partition(".")
        try:
            return cls(int(urgency), dt.date.fromisoformat(day), comment_id)
        except ValueError:
            return None


@dataclass(frozen=True)
class Waiting:
    """One comment as the queue shows it: opened, beside no answer to any other question."""

    survey_id: str
    place: Place
    item: str
    locale: str
    state: str
    quote: str
    version: int
    flags: tuple[str, ...]
    screened: str
    may_publish: bool
    claimed_by: str | None
    passed_on: bool
    alike: int
    """How many comments are in its campaign; 0 outside any."""
    text: str = field(repr=False)

    @property
    def id(self) -> str:
        return self.place.id


@dataclass(frozen=True)
class Page:
    rows: tuple[Waiting, ...]
    next: Place | None


@dataclass(frozen=True)
class Standing:
    """How much waits in a survey. Counts of comments, for those who plan the work."""

    waiting: int
    flagged: int
    unlisted: int
    second_look: int
    oldest: dt.date | None
    states: dict[str, int]


def page(
    session: Session,
    survey_ids: Sequence[str],
    wanted: Filter,
    *,
    now: dt.datetime,
    keys: Keyring,
    after: Place | None = None,
    limit: int = PAGE,
) -> Page:
    """The next ``limit`` comments of these surveys in the queue's order."""
    streams = [_keys_of(session, survey_id, wanted, now, after, limit + 1) for survey_id in survey_ids]
    merged = list(heapq.merge(*streams))[: limit + 1]
    shown = merged[:limit]
    rows = _open(session, shown, now, keys)
    return Page(rows=rows, next=shown[-1][0] if len(merged) > limit else None)


def position(
    session: Session, survey_ids: Sequence[str], wanted: Filter, comment: Comment, *, now: dt.datetime
) -> tuple[int, int] | None:
    """Which of how many a comment is in this queue, from 1; None when it is not in it."""
    here = tuple_(*ORDER) <= (comment.urgency, comment.submitted_on, comment.id)
    before = total = 0
    found = False
    for survey_id in survey_ids:
        asked = (Comment.survey_id == survey_id, *_narrowed(session, survey_id, wanted, now))
        total += session.scalar(select(func.count()).where(*asked)) or 0
        before += session.scalar(select(func.count()).where(*asked, here)) or 0
        if survey_id == comment.survey_id:
            found = session.scalar(select(Comment.id).where(*asked, Comment.id == comment.id)) is not None
    return (before, total) if found else None


def standing(session: Session, survey_id: str) -> Standing:
    """Counted off an index of nothing else."""
    counted = session.execute(
        select(Comment.state, Comment.urgency, func.count())
        .where(Comment.survey_id == survey_id)
        .group_by(Comment.state, Comment.urgency)
    ).all()
    states = Counter[str]()
    for state, _, number in counted:
        states[state] += number
    waiting = {urgency: number for state, urgency, number in counted if state == "waiting"}
    days = [_oldest(session, survey_id, urgency) for urgency in waiting]
    second = select(func.count()).where(Comment.survey_id == survey_id, Comment.quote == "proposed")
    return Standing(
        waiting=states["waiting"],
        flagged=waiting.get(0, 0),
        unlisted=waiting.get(1, 0),
        second_look=session.scalar(second) or 0,
        oldest=min((day for day in days if day is not None), default=None),
        states=dict(states),
    )


def _oldest(session: Session, survey_id: str, urgency: int) -> dt.date | None:
    """The day of the first comment of this urgency in the queue: one look at the index."""
    query = select(Comment.submitted_on).where(
        Comment.survey_id == survey_id, Comment.state == "waiting", Comment.urgency == urgency
    )
    return session.scalar(query.order_by(Comment.submitted_on).limit(1))


def find(session: Session, survey_id: str, comment_id: str) -> Comment:
    """The comment. Raises ``comment.unknown``: there is none, or its writer took it back."""
    comment = session.get(Comment, (survey_id, comment_id))
    if comment is None:
        raise SurveysError("comment.unknown")
    return comment


def claim(session: Session, survey_id: str, ids: Sequence[str], *, by: str, now: dt.datetime) -> int:
    """Keeps these waiting comments for one moderator for half an hour, and says how many it got.

    What another moderator has open stays theirs. A claim is no decision and is not on record.
    """
    if not ids:
        return 0
    free = or_(Comment.claimed_by.is_(None), Comment.claimed_by == by, Comment.claimed_until <= now)
    got = session.execute(
        update(Comment)
        .where(Comment.survey_id == survey_id, Comment.id.in_(ids), Comment.state != "referred", free)
        .values(claimed_by=by, claimed_until=now + CLAIM)
    )
    return rows_changed(got)


def release(session: Session, survey_id: str, ids: Sequence[str] | None, *, by: str) -> int:
    """Lets go of these comments (None: of all of the survey's) that this moderator holds."""
    mine = [Comment.survey_id == survey_id, Comment.claimed_by == by]
    if ids is not None:
        mine.append(Comment.id.in_(ids))
    freed = session.execute(update(Comment).where(*mine).values(claimed_by=None, claimed_until=None))
    return rows_changed(freed)


def pass_on(session: Session, comment: Comment, *, by: str, now: dt.datetime) -> None:
    """Leaves a comment that is hard to read to somebody else: it is not offered to this moderator again."""
    if session.get(PassedOn, (comment.survey_id, comment.id, by)) is None:
        session.add(PassedOn(survey_id=comment.survey_id, comment_id=comment.id, by=by, at=now))
    release(session, comment.survey_id, [comment.id], by=by)
    session.flush()


def _keys_of(
    session: Session, survey_id: str, wanted: Filter, now: dt.datetime, after: Place | None, limit: int
) -> list[tuple[Place, str]]:
    """Places and survey, in order, without any words."""
    query = select(*ORDER).where(Comment.survey_id == survey_id, *_narrowed(session, survey_id, wanted, now))
    if after is not None:
        query = query.where(tuple_(*ORDER) > (after.urgency, after.submitted_on, after.id))
    rows = session.execute(query.order_by(*ORDER).limit(limit))
    return [(Place(urgency, day, comment_id), survey_id) for urgency, day, comment_id in rows]


def _narrowed(
    session: Session, survey_id: str, wanted: Filter, now: dt.datetime
) -> list[ColumnElement[bool]]:
    """The filter's conditions, with those about one moderator."""
    found = _conditions(survey_id, wanted)
    if wanted.held_by is not None:
        found += [Comment.claimed_by == wanted.held_by, Comment.claimed_until > now]
    if wanted.not_passed_by is not None:  # a few, named one by one: the index stays in charge
        passed = select(PassedOn.comment_id).where(
            PassedOn.survey_id == survey_id, PassedOn.by == wanted.not_passed_by
        )
        found.append(Comment.id.not_in(session.scalars(passed).all()))
    return found


def _conditions(survey_id: str, wanted: Filter) -> list[ColumnElement[bool]]:
    """Each condition is asked of the index where the index has it."""
    found: list[ColumnElement[bool]] = []
    if wanted.state == "second-look":
        found.append(Comment.quote == "proposed")
    else:
        found.append(Comment.state == wanted.state)
    if wanted.item is not None:
        found.append(Comment.item == wanted.item)
    if wanted.locale is not None:
        found.append(Comment.locale == wanted.locale)
    if wanted.flagged:
        found.append(Comment.urgency == 0)
    if wanted.permission is not None:
        asked = select(Response.id).where(
            Response.survey_id == survey_id,
            Response.id == Comment.response_id,
            Response.may_publish.is_(wanted.permission),
        )
        found.append(asked.exists())
    if wanted.campaign is not None:
        members = select(CampaignComment.comment_id).where(
            CampaignComment.survey_id == survey_id, CampaignComment.campaign_id == wanted.campaign
        )
        found.append(Comment.id.in_(members))
    return found


def _open(
    session: Session, shown: Sequence[tuple[Place, str]], now: dt.datetime, keys: Keyring
) -> tuple[Waiting, ...]:
    """The comments at these places, opened, with what the list says of each."""
    rows = {}
    for survey_id in {survey_id for _, survey_id in shown}:
        ids = [place.id for place, of in shown if of == survey_id]
        known = select(Comment, Response.may_publish).join(
            Response, and_(Response.survey_id == Comment.survey_id, Response.id == Comment.response_id)
        )
        here = known.where(Comment.survey_id == survey_id, Comment.id.in_(ids))
        for comment, may_publish in session.execute(here):
            rows[survey_id, comment.id] = (comment, may_publish)
    passed, alike = _passed(session, shown), _alike(session, shown)
    return tuple(
        Waiting(
            survey_id=survey_id,
            place=place,
            item=comment.item,
            locale=comment.locale,
            state=comment.state,
            quote=comment.quote,
            version=comment.version,
            flags=tuple(comment.flags.split()),
            screened=comment.screened,
            may_publish=may_publish,
            claimed_by=comment.claimed_by if comment.claimed_until and comment.claimed_until > now else None,
            passed_on=(survey_id, comment.id) in passed,
            alike=alike.get((survey_id, comment.id), 0),
            text=keys.open(comment.key_id, comment.sealed),
        )
        for place, survey_id in shown
        for comment, may_publish in [rows[survey_id, place.id]]
    )


def _passed(session: Session, shown: Sequence[tuple[Place, str]]) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for survey_id in {survey_id for _, survey_id in shown}:
        ids = [place.id for place, of in shown if of == survey_id]
        query = select(PassedOn.comment_id).where(
            PassedOn.survey_id == survey_id, PassedOn.comment_id.in_(ids)
        )
        found |= {(survey_id, comment_id) for comment_id in session.scalars(query)}
    return found


def _alike(session: Session, shown: Sequence[tuple[Place, str]]) -> dict[tuple[str, str], int]:
    from_campaign: dict[tuple[str, str], int] = {}
    for survey_id in {survey_id for _, survey_id in shown}:
        ids = [place.id for place, of in shown if of == survey_id]
        query = (
            select(CampaignComment.comment_id, Campaign.size)
            .join(
                Campaign,
                and_(
                    Campaign.survey_id == CampaignComment.survey_id,
                    Campaign.id == CampaignComment.campaign_id,
                ),
            )
            .where(CampaignComment.survey_id == survey_id, CampaignComment.comment_id.in_(ids))
        )
        from_campaign |= {(survey_id, comment_id): size for comment_id, size in session.execute(query)}
    return from_campaign
