"""The difference between two documents as a small reversible patch: every edit is stored as one."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any

Json = Any
Patch = list[dict[str, Any]]
"""Changes in order. ``path``, then either ``before`` and ``after`` of one member (a missing name: no member),
or ``at``, ``removed`` and ``added`` of a list."""


def difference(before: Json, after: Json) -> Patch:
    """What turns ``before`` into ``after``; empty when nothing differs."""
    return list(_compare(before, after, []))


def _compare(before: Json, after: Json, path: list[str | int]) -> Iterator[dict[str, Any]]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted({*before, *after}):
            here = [*path, name]
            if name not in before:
                yield {"path": here, "after": after[name]}
            elif name not in after:
                yield {"path": here, "before": before[name]}
            else:
                yield from _compare(before[name], after[name], here)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _compare_lists(before, after, path)
    else:
        yield {"path": path, "before": before, "after": after}


def _compare_lists(before: list[Json], after: list[Json], path: list[str | int]) -> Iterator[dict[str, Any]]:
    names = [_name(one) for one in before]
    if None not in names and names == [_name(one) for one in after]:
        for n, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _compare(old, new, [*path, n])
        return
    start = 0
    while start < min(len(before), len(after)) and before[start] == after[start]:
        start += 1
    end = 0
    while end < min(len(before), len(after)) - start and before[-1 - end] == after[-1 - end]:
        end += 1
    yield {
        "path": path,
        "at": start,
        "removed": before[start : len(before) - end],
        "added": after[start : len(after) - end],
    }


def _name(thing: Json) -> object:
    return (thing.get("id") or thing.get("key")) if isinstance(thing, dict) else None


def reverse(patch: Sequence[dict[str, Any]]) -> Patch:
    """The patch that takes this one back."""
    swap = {"before": "after", "after": "before", "removed": "added", "added": "removed"}
    return [{swap.get(name, name): value for name, value in change.items()} for change in reversed(patch)]


def apply(document: Json, patch: Sequence[dict[str, Any]]) -> Json:
    """A new document with the patch applied. Raises LookupError when it was made for another one."""
    whole = copy.deepcopy({"": document})
    for change in patch:
        path = ["", *change["path"]]
        place: Any = whole
        for step in path[:-1]:
            place = place[step]
        if "at" in change:
            _splice(place[path[-1]], change)
        elif "after" in change:
            place[path[-1]] = copy.deepcopy(change["after"])
        else:
            del place[path[-1]]
    return whole[""]


def _splice(items: list[Json], change: dict[str, Any]) -> None:
    start, end = change["at"], change["at"] + len(change["removed"])
    if items[start:end] != change["removed"]:
        raise LookupError("this patch was made for another document")
    items[start:end] = copy.deepcopy(change["added"])
