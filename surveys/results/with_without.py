"""Every topline with and without those who took part in a campaign: nearly the same words from many people.

Exact tables whose groups are everybody, the campaign and the rest. Everybody minus the rest is the campaign,
so a table may be published only as what it is, a breakdown: of 25 people on either side, under every rule of
:mod:`surveys.results.disclosure`, together with all other tables, and never at the cost of one of those.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from surveys.moderation.records import CampaignComment
from surveys.records import Comment, Response
from surveys.results import tables as exact
from surveys.results.cube import Cube
from surveys.results.disclosure import Policy, Publication, ReleasedTable, publish
from surveys.results.layout import Layout
from surveys.results.tables import ALL, ExactTable, Group, Row

BY = "~campaign"
"""No dimension of a document can be called so."""
INSIDE, REST = "campaign", "rest"
LEAST = 25
"""People in the campaigns, and outside, for a table to be published with and without them."""


def inside(session: Session, survey_id: str, layout: Layout) -> Cube:
    """The responses that count and took part in a campaign."""
    members = (
        select(Comment.response_id)
        .join(
            CampaignComment,
            and_(CampaignComment.survey_id == Comment.survey_id, CampaignComment.comment_id == Comment.id),
        )
        .where(Comment.survey_id == survey_id)
    )
    query = select(Response.version_id, Response.packed).where(
        Response.survey_id == survey_id, Response.status == "counted", Response.id.in_(members)
    )
    by_version: dict[str, list[bytes]] = {}
    for version, packed in session.execute(query):
        by_version.setdefault(version, []).append(packed)
    cube = Cube(layout)
    for version, rows in by_version.items():
        cube.add_rows(version, rows)
    return cube


def broken_down(whole: Cube, part: Cube) -> tuple[ExactTable, ...]:
    """The toplines of every released question, for everybody, those in a campaign, and the rest."""
    if not part.responses:
        return ()
    pairs = zip(exact.all_toplines(whole), exact.all_toplines(part), strict=True)
    return tuple(
        _one(table, everybody, some)
        for table, of_part in pairs
        if table.key == table.question  # not a ranking's second table, whose counts are other counts
        for everybody, some in zip(table.groups, of_part.groups, strict=True)
    )


def _one(table: ExactTable, everybody: Group, some: Group) -> ExactTable:
    """One group of a topline (a row of a grid, or everybody) as a table of three groups."""
    item = everybody.key if table.kind == "grid" else ""
    rest = Group(
        REST,
        everybody.asked - some.asked,
        everybody.skipped - some.skipped,
        tuple(Row(a.key, a.people - b.people) for a, b in zip(everybody.rows, some.rows, strict=True)),
    )
    groups = (replace(everybody, key=ALL), replace(some, key=INSIDE), rest)
    key = f"{table.key}.{item}.by.{BY}" if item else f"{table.key}.by.{BY}"
    return replace(table, key=key, groups=groups, by=BY, item=item or None)


def agreeing(campaign: Sequence[ExactTable], menu: Sequence[ExactTable]) -> tuple[ExactTable, ...]:
    """Those that still fit the toplines and add up, after some groups kept their old figures."""
    toplines = {
        (table.question, group.key if table.kind == "grid" else ""): group
        for table in menu
        if table.by is None and table.key == table.question
        for group in table.groups
    }
    return tuple(
        table for table in campaign if _agrees(table, toplines.get((table.question, table.item or "")))
    )


def _agrees(table: ExactTable, topline: Group | None) -> bool:
    whole, part, rest = table.groups
    if topline is None or replace(topline, key=ALL) != whole:
        return False
    bases = whole.asked == part.asked + rest.asked and whole.skipped == part.skipped + rest.skipped
    rows = zip(whole.rows, part.rows, rest.rows, strict=True)
    return bases and all(a.people == b.people + c.people for a, b, c in rows)


def clashes(whole: Cube, part: Cube, menu: Sequence[ExactTable], below: int) -> frozenset[tuple[str, str]]:
    """Groups to hide because they almost coincide with a published group of the document's own breakdowns."""
    found: set[tuple[str, str]] = set()
    for table in broken_down(whole, part):
        size = {group.key: group.answered for group in table.groups}
        for other in menu:
            if other.by is None or (other.question, other.item) != (table.question, table.item):
                continue
            of_part = {group.key: group.answered for group in _same(part, other).groups}
            for group in other.groups[1:]:
                shared = {INSIDE: of_part[group.key], REST: group.answered - of_part[group.key]}
                for key, both in shared.items():
                    apart = (group.answered - both, size[key] - both)
                    if both >= below and 0 < max(apart) < below:
                        found.add((table.key, key))
    return frozenset(found)


def _same(cube: Cube, table: ExactTable) -> ExactTable:
    made = exact.cross(cube, table.question, str(table.by), net=table.net)
    return next(one for one in made if one.key == table.key)


def published(
    menu: Sequence[ExactTable],
    campaign: Sequence[ExactTable],
    policy: Policy,
    *,
    clashing: Collection[tuple[str, str]] = (),
    **known: Any,
) -> tuple[Publication, Publication]:
    """The menu as it may be shown, and beside it what may be shown with and without.

    Nothing of the menu is given up for it: a question whose tables would cost a figure there has none here.
    ``known``: what else :func:`disclosure.publish` takes.
    """
    plain = publish(menu, policy, clashing=clashing, **known)
    offered = [table for table in campaign if _enough(table)]
    while offered:
        both = publish([*menu, *offered], policy, clashing=clashing, **known)
        kept = {table.key: table for table in plain.tables}
        cost = {t.question for t in both.tables if t.by != BY and t != kept[t.key]}
        if not cost:
            own = tuple(table for table in both.tables if table.by == BY and _shows(table))
            keys = {table.key for table in offered}
            return plain, Publication(own, tuple(one for one in both.report if one.table in keys))
        fewer = [table for table in offered if table.question not in cost and table.base not in cost]
        offered = fewer if len(fewer) < len(offered) else []
    return plain, Publication((), ())


def two_columns(table: ReleasedTable) -> ReleasedTable:
    """Everybody and the rest; what those in a campaign said stands in no column of its own."""
    return replace(table, groups=tuple(group for group in table.groups if group.key != INSIDE))


def _enough(table: ExactTable) -> bool:
    return all(group.answered >= LEAST for group in table.groups)


def _shows(table: ReleasedTable) -> bool:
    return all(group.hidden is None for group in table.groups if group.key in (ALL, REST))
