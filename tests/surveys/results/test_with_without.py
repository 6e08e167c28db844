"""With and without a campaign: published only where subtracting one from the other tells of no few people."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from surveys.moderation.records import Campaign, CampaignComment
from surveys.questionnaire.codebook import codebook_of
from surveys.records import Comment
from surveys.results import releases, tables, with_without
from surveys.results.counted import Counts
from surveys.results.cube import Cube, count
from surveys.results.disclosure import Publication, publish
from surveys.results.rounding import Policy
from surveys.results.with_without import INSIDE, REST, agreeing, broken_down, clashes, published
from surveys.sealing import Keyring
from surveys.surveys import Survey
from tests.surveys.results.conftest import AFTER, Send
from tests.surveys.results.people import document, people, person
from tests.surveys.results.test_cube import ONE, layout_of

POLICY = Policy()


def cubes(rest: list[Any], campaign: list[Any]) -> tuple[Cube, Cube]:
    pack, layout = codebook_of(document()).pack, layout_of(document())
    whole, part = ([pack(a) for a in some] for some in ([*rest, *campaign], campaign))
    return count(layout, [(ONE, whole)]), count(layout, [(ONE, part)])


def shown(rest: list[Any], campaign: list[Any]) -> tuple[Publication, Publication]:
    whole, part = cubes(rest, campaign)
    menu = tables.menu(whole)
    clashing = tables.clashes(whole, menu, below=10) | clashes(whole, part, menu, 10)
    return published(menu, broken_down(whole, part), POLICY, clashing=clashing)


def test_everybody_is_the_campaign_and_the_rest() -> None:
    whole, part = cubes(people(1, 70, document()), people(2, 40, document()))
    found = broken_down(whole, part)
    assert {table.question for table in found} == {t.question for t in tables.all_toplines(whole)}
    assert any(table.item for table in found)  # a grid row by row
    for table in found:
        everybody, campaign, rest = table.groups
        assert [group.key for group in table.groups] == ["all", INSIDE, REST]
        assert everybody.asked == campaign.asked + rest.asked
        assert [a.people for a in everybody.rows] == [
            b.people + c.people for b, c in zip(campaign.rows, rest.rows, strict=True)
        ]


def test_nothing_of_the_menu_is_given_up_for_it() -> None:
    rest, campaign = people(1, 200, document()), people(2, 60, document())
    whole, _ = cubes(rest, campaign)
    menu = tables.menu(whole)
    plain, both = shown(rest, campaign)
    clashing = tables.clashes(whole, menu, below=10)
    assert plain.tables == publish(menu, POLICY, clashing=clashing).tables
    assert both.tables
    assert {table.by for table in both.tables} == {with_without.BY}


@pytest.mark.parametrize(("rest", "campaign"), [(200, 24), (24, 200), (200, 0)])
def test_fewer_than_25_on_either_side_show_nothing(rest: int, campaign: int) -> None:
    _, both = shown(people(1, rest, document()), people(2, campaign, document()))
    assert both.tables == ()


def possible(everybody: int | None, rest: int | None, own: int | None) -> set[int]:
    """What a reader can think of the campaign's count: 10-5 undone, one taken from the other."""

    def range_of(count: int | None) -> range:
        return range(10) if count is None else range(max(count - 2, 10), count + 3)

    differences = {a - b for a in range_of(everybody) for b in range_of(rest)}
    return {n for n in differences if n >= 0} & (
        set(range_of(own)) if own is not None else set(range(10_000))
    )


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(25, 120), st.integers(25, 80), st.booleans())
def test_subtracting_tells_of_no_few_people(seed: int, size: int, campaign: int, alike: bool) -> None:
    random = Random(seed)
    same: dict[str, Any] = {"topics": ["asb", "roads"], "topic-first": "asb"} if alike else {}
    rest = [person(random, document()) for _ in range(size)]
    inside = [person(random, document(), **same) for _ in range(campaign)]
    whole, part = cubes(rest, inside)
    exact = {table.key: table for table in broken_down(whole, part)}
    for table in shown(rest, inside)[1].tables:
        truth = {group.key: {row.key: row.people for row in group.rows} for group in exact[table.key].groups}
        everybody, own, others = table.groups
        assert not others.hidden
        for row in others.rows:
            if row.hidden or everybody.row(row.key).hidden:
                continue
            left = own.row(row.key)
            seen = left.count if not own.hidden and not left.hidden else None
            reads = possible(everybody.row(row.key).count, row.count, seen)
            assert truth[INSIDE][row.key] in reads
            if truth[INSIDE][row.key] < POLICY.hidden_below:
                assert len(reads & set(range(POLICY.hidden_below))) >= POLICY.choices


def test_a_group_that_almost_is_the_campaign_is_not_shown_twice() -> None:
    random = Random(3)
    rest = [person(random, document(), age="25-64") for _ in range(80)]
    inside = [person(random, document(), age="13-15") for _ in range(40)]
    strays = [person(random, document(), age="13-15") for _ in range(3)]

    def hidden(everybody: list[Any]) -> set[str]:
        whole, part = cubes(everybody, inside)
        return {key for key, _ in clashes(whole, part, tables.menu(whole), 10) if key.startswith("topics.")}

    assert hidden([*rest, *strays]) == {"topics.by.~campaign"}
    assert hidden(rest) == set()  # the very same people: it tells nothing new


def test_a_table_whose_topline_stayed_as_it_was_is_dropped() -> None:
    whole, part = cubes(people(1, 90, document()), people(2, 40, document()))
    menu, found = tables.menu(whole), broken_down(whole, part)
    assert agreeing(found, menu) == found
    table = found[0]
    older = replace(table.groups[1], asked=table.groups[1].asked - 1)
    mixed = [replace(table, groups=(table.groups[0], older, table.groups[2])), *found[1:]]
    assert agreeing(mixed, menu) == found[1:]
    moved = tables.menu(cubes(people(3, 90, document()), people(2, 40, document()))[0])
    assert len(agreeing(found, moved)) < len(found)


def test_a_release_holds_both_and_a_correction_keeps_them(
    session: Session, survey: Survey, send: Send, keys: Keyring
) -> None:
    dice = Random(7)
    send(survey, people(1, 90, document()))
    send(
        survey,
        [p for p in (person(dice, document(), why=True) for _ in range(250)) if p.get("why")],
        locale="pl",
    )
    mine = (Comment.survey_id == survey.id, Comment.item == "why", Comment.locale == "pl")
    ids = session.scalars(select(Comment.id).where(*mine)).all()
    day = AFTER.date()
    session.add(Campaign(survey_id=survey.id, id="c", item="why", size=len(ids), first_on=day, last_on=day))
    session.flush()
    rows = [{"survey_id": survey.id, "comment_id": id, "campaign_id": "c"} for id in ids]
    session.execute(insert(CampaignComment), rows)
    noted: dict[str, Any] = {"by": "officer:1", "now": AFTER, "keys": keys}
    made = releases.make(session, survey, **noted)
    assert made.content["with_without"]
    counts = releases.exact_counts(session, made)
    assert counts == Counts.from_json(counts.as_json())
    assert counts.in_campaigns == len(ids)
    again = releases.correct(session, survey, note="Words", **noted)
    assert again.content["with_without"] == made.content["with_without"]
