"""What each released table says, as a code and facts for one plain sentence. Words are the portal's.

Every number is one shown in the table, or worked out from shown ones. A percentage is claimed only from a
rounded base of 30; below that a code ends in ``-few`` and gives people instead. Equal figures are a tie.
``base`` is the rounded number who answered; ``people`` a rounded count; other facts are keys.

KIND.top        first, percent, people, base[, second, second_percent][, aside, aside_percent]
KIND.tie        keys (two or more, in document order), percent, people, base[, aside, aside_percent]
KIND.top-few    first, people, base              KIND.tie-few  keys, people, base
KIND.spread     base: no figure shows which answer came first (also rating, number)
                KIND: one, several, one-of, place, ranking (ranked at all),
                ranking-first (put first), ranking-five (among the first five).
                ``aside``: an answer like "Don't know", when it was given by more people than the first.
scale.net       net, percent, people, base       scale.net-few  net, people, base
                A question with a net ("a bit or very unsafe"): its first net.
rating.middle   middle, low, high, base: half gave this point or less
rating.between  first, last, low, high, base: hidden figures leave the middle somewhere between these
number.middle   middle (a bin), base             number.between  first, last, base
grid.range      key, net (True if key is a net), highest, highest_percent, lowest, lowest_percent
                ``highest``, ``lowest``: lists of rows (several when equal)
grid.level      key, net, percent, rows          grid.few       no two rows can be compared
text.wrote      people
by.apart        by, net, apart ([group, percent, rest, points], the furthest first), shown, unshown, percent
                the groups that differ from the rest by more than chance; ``percent``: everybody's
by.alike        by, net, shown, unshown, percent: no group differs from the rest by more than that
by.same-top     by, first, shown, unshown        by.tops  by, tops ([group, keys]), shown, unshown
by.few          by, shown, unshown: too few groups can be compared
hidden.few      hidden.special  hidden.alike  hidden.complement   (no facts: nothing can be said)

Releases of earlier days also have by.range (highest, highest_percent, lowest, lowest_percent: the ends,
whatever chance could make of them) and by.level (percent: the same in every group).

"Not given" is never compared. ``shown``, ``unshown``: how many groups could and could not be compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from surveys.questionnaire.model import Net, Questionnaire
from surveys.questionnaire.plan import SPECIAL, plan_of
from surveys.results.against import against
from surveys.results.disclosure import ReleasedGroup, ReleasedRow, ReleasedTable
from surveys.results.layout import NOT_GIVEN
from surveys.results.rounding import Policy, percent
from surveys.results.tables import ALL, FIRST_CHOICE, FIRST_FIVE, TEXTS

Facts = dict[str, Any]


@dataclass(frozen=True)
class Finding:
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"code": self.code, "facts": dict(self.facts)}


def headlines(
    tables: Sequence[ReleasedTable], document: Questionnaire, policy: Policy | None = None
) -> dict[str, Finding]:
    """The finding of every table, by table key."""
    return {table.key: headline(table, tables, document, policy) for table in tables}


def headline(
    table: ReleasedTable,
    tables: Sequence[ReleasedTable],
    document: Questionnaire,
    policy: Policy | None = None,
) -> Finding:
    """The finding of one table. ``tables``: all of the release, where a net's own figure is looked up."""
    policy = policy or Policy()
    if table.by is not None:
        return _by_dimension(table, document)
    if table.kind == "grid":
        return _grid(table, document, policy)
    group = table.groups[0]
    if group.hidden:
        return Finding(f"hidden.{group.hidden}")
    if table.kind in TEXTS:
        return Finding("text.wrote", {"people": group.answered})
    nets = [net for net in document.nets if net.question == table.question]
    if nets and table.kind in ("one", "rating", "number"):
        found = _net(nets[0], group, tables, policy)
        if found is not None:
            return found
    if table.kind in ("rating", "number"):
        return _middle(table, group, document)
    second = table.key.removeprefix(f"{table.question}.")
    kind = {FIRST_CHOICE: "ranking-first", FIRST_FIVE: "ranking-five"}.get(second, table.kind)
    return _top(kind, table, group, document)


# Toplines -------------------------------------------------------------------------------------------------


def _aside(document: Questionnaire, question: str, key: str) -> bool:
    option = plan_of(document).options.get(question, {}).get(key)
    return option is not None and option.meaning in SPECIAL


def _figure(row: ReleasedRow) -> int:
    """What a row is compared by: what the reader sees, the percentage if there is one."""
    return row.percent if row.percent is not None else row.count or 0


def _best(rows: Iterable[ReleasedRow]) -> list[ReleasedRow]:
    """The rows with the largest figure (several in a tie); none when no row has one."""
    shown = [row for row in rows if row.count is not None]
    most = max((_figure(row) for row in shown), default=0)
    return [row for row in shown if _figure(row) == most]


def _top(kind: str, table: ReleasedTable, group: ReleasedGroup, document: Questionnaire) -> Finding:
    real = [row for row in group.rows if not _aside(document, table.question, row.key)]
    others = [row for row in group.rows if _aside(document, table.question, row.key)]
    best = _best(real)
    if not best or any(row.hidden for row in real):
        return Finding(f"{kind}.spread", {"base": group.answered})
    facts: Facts = {"people": best[0].count, "base": group.answered}
    few = best[0].percent is None
    if not few:
        facts["percent"] = best[0].percent
        bigger = _best(row for row in others if row.percent is not None)
        if bigger and _figure(bigger[0]) > _figure(best[0]):
            facts |= {"aside": bigger[0].key, "aside_percent": bigger[0].percent}
    if len(best) > 1:
        return Finding(f"{kind}.tie-few" if few else f"{kind}.tie", {"keys": [r.key for r in best], **facts})
    facts["first"] = best[0].key
    if few:
        return Finding(f"{kind}.top-few", facts)
    runners = _best(row for row in real if row is not best[0])
    if len(runners) == 1:
        facts |= {"second": runners[0].key, "second_percent": runners[0].percent}
    return Finding(f"{kind}.top", facts)


def _net(net: Net, group: ReleasedGroup, tables: Sequence[ReleasedTable], policy: Policy) -> Finding | None:
    """The net as a table of the release shows it for everybody; else added up from shown rows."""
    table = next((t for t in tables if (t.net, t.question) == (net.key, net.question)), None)
    people = table.group(ALL).row(net.key).count if table is not None else _added(group, net.options)
    if people is None or group.answered is None:
        return None
    share = percent(people, group.answered, policy)
    facts: Facts = {"net": net.key, "people": people, "base": group.answered}
    return (
        Finding("scale.net-few", facts)
        if share is None
        else Finding("scale.net", {**facts, "percent": share})
    )


def _added(group: ReleasedGroup, keys: Sequence[str]) -> int | None:
    counts = [row.count for row in group.rows if row.key in keys]
    if not counts or any(count is None for count in counts):
        return None
    return min(sum(count or 0 for count in counts), group.answered or 0)


def _middle(table: ReleasedTable, group: ReleasedGroup, document: Questionnaire) -> Finding:
    """The middle answer. Hidden counts could be anything from 0 to 9, so it may lie between two."""
    question = document.question_by_id[table.question]
    specials = plan_of(document).options[table.question]
    rows = [row for row in group.rows if row.key not in specials]
    facts: Facts = {"base": group.answered}
    if table.kind == "rating":
        facts |= {"low": question.low, "high": question.high}
    if any(row.hidden for row in rows) or all(row.count is None for row in rows):
        return Finding(f"{table.kind}.spread", {"base": group.answered})
    lows = [row.count or 0 for row in rows]
    highs = [9 if row.count is None else row.count for row in rows]
    ends = sorted(_half(highs[: n + 1] + lows[n + 1 :]) for n in range(-1, len(rows)))
    ends += [_half(lows[: n + 1] + highs[n + 1 :]) for n in range(-1, len(rows))]
    first, last = rows[min(ends)].key, rows[max(ends)].key
    if first == last:
        return Finding(f"{table.kind}.middle", {**facts, "middle": first})
    return Finding(f"{table.kind}.between", {**facts, "first": first, "last": last})


def _half(counts: Sequence[int]) -> int:
    """The place of the answer by which half of the people are reached."""
    reached, total = 0, sum(counts)
    for place, count in enumerate(counts):
        reached += count
        if count and 2 * reached >= total:
            return place
    return 0


# Grids and dimensions -------------------------------------------------------------------------------------


def _ends(shares: Mapping[str, int]) -> Facts:
    high, low = max(shares.values()), min(shares.values())
    return {
        "highest": [key for key, share in shares.items() if share == high],
        "highest_percent": high,
        "lowest": [key for key, share in shares.items() if share == low],
        "lowest_percent": low,
    }


def _grid(table: ReleasedTable, document: Questionnaire, policy: Policy) -> Finding:
    net = next((n for n in document.nets if n.question == table.question), None)
    key = net.key if net else table.groups[0].rows[0].key
    keys = net.options if net else [key]
    shares = {}
    for group in table.groups:
        people = None if group.hidden else _added(group, keys)
        share = percent(people, group.answered, policy)
        if share is not None:
            shares[group.key] = share
    if len(shares) < 2:
        return Finding("grid.few")
    facts: Facts = {"key": key, "net": net is not None}
    ends = _ends(shares)
    if ends["highest_percent"] == ends["lowest_percent"]:
        return Finding("grid.level", {**facts, "percent": ends["highest_percent"], "rows": list(shares)})
    return Finding("grid.range", {**facts, **ends})


def _by_dimension(table: ReleasedTable, document: Questionnaire) -> Finding:
    groups = [group for group in table.groups if group.key not in (ALL, NOT_GIVEN)]
    if table.net is None:
        return _tops(table, groups, document)
    found = against(table)
    compared = found["groups"] if found else []
    facts: Facts = {"by": table.by, "shown": len(compared), "unshown": len(groups) - len(compared)}
    if not compared:
        return Finding("by.few", facts)
    facts |= {"net": table.net, "percent": table.group(ALL).row(table.net).percent}
    apart = sorted((one for one in compared if one["differs"]), key=lambda one: -abs(one["points"]))
    if not apart:
        return Finding("by.alike", facts)
    told = [[one["key"], one["share"], one["rest"], one["points"]] for one in apart]
    return Finding("by.apart", {**facts, "apart": told})


def _tops(table: ReleasedTable, groups: Sequence[ReleasedGroup], document: Questionnaire) -> Finding:
    tops: list[list[Any]] = []
    for group in groups:
        real = [row for row in group.rows if not _aside(document, table.question, row.key)]
        if group.hidden or any(row.hidden for row in real):
            continue
        best = _best(row for row in real if row.percent is not None)
        if best:
            tops.append([group.key, [row.key for row in best]])
    facts: Facts = {"by": table.by, "shown": len(tops), "unshown": len(groups) - len(tops)}
    if len(tops) < 2:
        return Finding("by.few", facts)
    if len({tuple(keys) for _, keys in tops}) == 1 and len(tops[0][1]) == 1:
        return Finding("by.same-top", {**facts, "first": tops[0][1][0]})
    return Finding("by.tops", {**facts, "tops": tops})
