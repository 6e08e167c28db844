"""Two people's changes of one document: what only one of them changed is taken, what both changed is told.

Things are found by their id or key, wherever they stand: a question moved by one and reworded by the other
is moved and reworded. Conditions are taken whole, never mixed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from surveys.questionnaire.editing import TEXT_FIELDS
from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.wordings import wordings

Json = Any
WHOLE = frozenset({"when"})
"""Members that are taken as they are: two halves of two conditions mean what nobody meant."""


@dataclass(frozen=True)
class Clash:
    """One place that both changed, each in their own way; ``None``: it is not there."""

    subject: str
    """As steps of a draft name it: "question:safe-day", "page:4", "document"."""
    path: tuple[str, ...]
    """Where inside it: ("options", "very-safe", "text", "pl")."""
    was: Json
    theirs: Json
    mine: Json


class _Missing:
    def __repr__(self) -> str:
        return "missing"


_MISSING: Any = _Missing()


def merge(base: Json, theirs: Json, mine: Json) -> tuple[Json, tuple[Clash, ...]]:
    """The document ``theirs`` with what ``mine`` changes of ``base``, and every place that both changed."""
    if theirs in (base, mine):
        return mine, ()
    if mine == base:
        return theirs, ()
    if not all(_unique(document) for document in (base, theirs, mine)):
        return theirs, (Clash("document", (), None, None, None),)
    clashes: list[Clash] = []
    flat = _members(_flat(base), _flat(theirs), _flat(mine), (), clashes)
    if not clashes:
        clashes += _misplaced(flat)
        clashes += _codes(flat["question"], _flat(theirs)["question"], _flat(mine)["question"])
    return (theirs if clashes else _deep(flat)), tuple(clashes)


def subjects(before: Questionnaire, after: Questionnaire) -> list[str]:
    """What a change touches, as steps of a draft name it."""
    old, new = (
        _flat(one.model_dump(mode="json", by_alias=True, exclude_none=True)) for one in (before, after)
    )
    found = set[str]()
    for kind, order in (("question", ""), ("page", "questions"), ("part", "pages")):
        name = "parts" if kind == "part" else kind
        for id in {*old[kind], *new[kind]}:
            was, now_is = old[kind].get(id), new[kind].get(id)
            same = was is not None and now_is is not None and _own(was, order) == _own(now_is, order)
            if not same or (order and not _same_order(was[order], now_is[order])):
                found.add(f"{name}:{id}")
        if order:
            child = "question" if kind == "page" else "page"
            homes = ({id: at for at, one in flat[kind].items() for id in one[order]} for flat in (old, new))
            was_at, is_at = homes
            found |= {f"{child}:{id}" for id in was_at.keys() & is_at.keys() if was_at[id] != is_at[id]}
    for name in {*old["document"], *new["document"]}:
        was, now_is = old["document"].get(name), new["document"].get(name)
        if was == now_is:
            continue
        one, other = (_keyed(side or []) for side in (was, now_is))
        if one is None or other is None:
            found.add("document")
        else:
            found |= {f"{name}:{key}" for key in {*one, *other} if one.get(key) != other.get(key)}
            if not _same_order(list(one), list(other)):
                found |= {f"{name}:{key}" for key in other}
    if not _same_order(old["parts"], new["parts"]):
        found |= {f"parts:{id}" for id in new["parts"]}
    return sorted(found | set(_texts(before, after)))


def _texts(before: Questionnaire, after: Questionnaire) -> Iterator[str]:
    """Translations that differ, so that whoever types the same one on a page is told."""
    old, new = ({one.name: one.texts for one in wordings(document)} for document in (before, after))
    for locale in {*before.locales[1:], *after.locales[1:]}:
        for name in old.keys() & new.keys():
            if old[name].get(locale) != new[name].get(locale):
                yield f"text:{locale}:{name}"


def _own(thing: Mapping[str, Json], order: str) -> Json:
    return {name: value for name, value in thing.items() if name != order}


def _same_order(old: Sequence[str], new: Sequence[str]) -> bool:
    there = set(old) & set(new)
    return [one for one in old if one in there] == [one for one in new if one in there]


# Flat: every question and page under its own id, wherever it stands ---------------------------------------


def _pages(document: Json) -> list[Json]:
    return [page for part in document["parts"] for page in part["pages"]]


def _unique(document: Json) -> bool:
    pages = _pages(document)
    for things in (document["parts"], pages, [q for page in pages for q in page["questions"]]):
        if len({one["id"] for one in things}) < len(things):
            return False
    return True


def _flat(document: Json) -> Json:
    def ids(things: list[Json]) -> list[str]:
        return [one["id"] for one in things]

    pages = _pages(document)
    return {
        "document": {name: value for name, value in document.items() if name != "parts"},
        "parts": ids(document["parts"]),
        "part": {one["id"]: {**one, "pages": ids(one["pages"])} for one in document["parts"]},
        "page": {one["id"]: {**one, "questions": ids(one["questions"])} for one in pages},
        "question": {one["id"]: one for page in pages for one in page["questions"]},
    }


def _deep(flat: Json) -> Json:
    pages = {
        id: {**page, "questions": [flat["question"][one] for one in page["questions"]]}
        for id, page in flat["page"].items()
    }
    parts = [
        {**flat["part"][id], "pages": [pages[one] for one in flat["part"][id]["pages"]]}
        for id in flat["parts"]
    ]
    return {**flat["document"], "parts": parts}


def _misplaced(flat: Json) -> Iterator[Clash]:
    """What the two changes together put in two places, or leave without one."""
    for kind, places in (
        ("part", flat["parts"]),
        ("page", [id for part in flat["part"].values() for id in part["pages"]]),
        ("question", [id for page in flat["page"].values() for id in page["questions"]]),
    ):
        stands = Counter(places)
        for id in sorted({*stands, *flat[kind]}):
            if stands[id] != 1 or id not in flat[kind]:
                name = "parts" if kind == "part" else kind
                yield Clash(f"{name}:{id}", ("place",), None, None, None)


def _codes(merged: Json, theirs: Json, mine: Json) -> Iterator[Clash]:
    """Two new answers, one from each, that took the same code."""
    for id, question in merged.items():
        for where in ("options", "rows"):
            codes = Counter(one["code"] for one in question.get(where, ()))
            for code in sorted(code for code, times in codes.items() if times > 1):
                they, me = (
                    [one for one in side.get(id, {}).get(where, ()) if one["code"] == code]
                    for side in (theirs, mine)
                )
                if len(they) < codes[code] and len(me) < codes[code]:
                    yield Clash(f"question:{id}", (where,), None, they[0], me[0])


# Merging --------------------------------------------------------------------------------------------------

Path = tuple[str, ...]


def _value(base: Json, theirs: Json, mine: Json, path: Path, clashes: list[Clash]) -> Json:
    if theirs == mine or base == mine:
        return theirs
    if base == theirs:
        return mine
    field = path[-1] if len(path) > 2 else ""
    if base is _MISSING and field in TEXT_FIELDS:
        base = {}
    sides = (base, theirs, mine)
    if field not in WHOLE and all(isinstance(one, dict) for one in sides):
        return _members(base, theirs, mine, path, clashes)
    if all(isinstance(one, list) for one in sides):
        merged = _list(base, theirs, mine, path, clashes)
        if merged is not None:
            return merged
    return _clash(base, theirs, mine, path, clashes)


def _clash(base: Json, theirs: Json, mine: Json, path: Path, clashes: list[Clash]) -> Json:
    was, they, me = (None if one is _MISSING else one for one in (base, theirs, mine))
    if path[0] in ("question", "page", "part"):
        subject = f"{'parts' if path[0] == 'part' else path[0]}:{path[1]}"
        clashes.append(Clash(subject, path[2:], was, they, me))
    else:
        clashes.append(Clash("document", path[1:] if path[0] == "document" else path, was, they, me))
    return theirs


def _members(base: Json, theirs: Json, mine: Json, path: Path, clashes: list[Clash]) -> Json:
    found = {}
    for name in dict.fromkeys((*theirs, *mine)):
        was, they, me = (one.get(name, _MISSING) for one in (base, theirs, mine))
        value = _value(was, they, me, (*path, name), clashes)
        if value is not _MISSING:
            found[name] = value
    return found


def _list(base: Json, theirs: Json, mine: Json, path: Path, clashes: list[Clash]) -> Json | None:
    if all(isinstance(one, str) for one in (*base, *theirs, *mine)) and path[-1] in (
        "parts", "pages", "questions",
    ):  # fmt: skip
        return _order(base, theirs, mine)
    old, they, me = _keyed(base), _keyed(theirs), _keyed(mine)
    if old is None or they is None or me is None:
        return None
    things = _members(old, they, me, path, clashes)
    order = _order(list(old), list(they), list(me))
    return None if order is None else [things[name] for name in order if name in things]


def _keyed(things: Json) -> dict[str, Json] | None:
    """A list's things by name; None when they have none of their own."""
    if not isinstance(things, list) or not all(isinstance(one, dict) for one in things):
        return None
    names = [one.get("id") or one.get("key") for one in things]
    if None in names or len(set(names)) < len(names):
        return None
    return {str(name): one for name, one in zip(names, things, strict=True)}


def _order(base: list[str], theirs: list[str], mine: list[str]) -> list[str] | None:
    """Both orders in one; None when both put the same things in another order."""
    common = set(base) & set(theirs) & set(mine)
    old, they, me = ([one for one in side if one in common] for side in (base, theirs, mine))
    if me in (old, they):
        frame, other = theirs, mine
    elif they == old:
        frame, other = mine, theirs
    else:
        return None
    gone = set(base) - common
    found = [one for one in frame if one not in gone]
    before = ""
    for one in other:
        if one in gone:
            continue
        if one not in found:
            at = found.index(before) + 1 if before else 0
            while at < len(found) and found[at] not in other:
                at += 1
            found.insert(at, one)
        before = one
    return found
