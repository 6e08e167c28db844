"""Orders of importance, scales and numbers of one question, laid out for analysts."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from portal.counting import counting
from portal.office import desk_words as say
from portal.office.blueprint import now
from portal.office.desk import words
from surveys.questionnaire.model import Questionnaire
from surveys.results import scan, tables
from surveys.results.estimates import Choices
from surveys.results.ranking import Place, borda, borda_drawn, order_of, plackett_luce, share_in_top
from surveys.results.scores import Score
from surveys.surveys import Survey


def importance(document: Questionnaire, asked: Any, choices: Choices | None) -> dict[str, Any] | None:
    """The order of a pick-then-one question, drawn as often as for a release; the same sums only once."""
    if choices is None:
        return None
    found = counting().once(choices.fingerprint, choices.importance)
    if found.reason:
        return {"rows": [], "note": "Nobody answered, so there is no order."}
    labels = {o.key: words(document, o.text) for o in document.question_by_id[asked.of].options}
    rows = [
        {
            "name": labels.get(place.key, place.key),
            "cells": [
                say.share(place.score), say.share(found.chosen[place.key]),
                say.place(place, len(found.order)), say.share(place.top_three),
            ],
            "band": {"low": place.low, "high": place.high, "at": place.rank, "of": len(found.order)},
        }
        for place in found.order
    ]  # fmt: skip
    return {"rows": rows, "note": f"Of {found.people} people who answered. {_bands(found.order, labels)}"}


def _bands(order: Sequence[Place], labels: Mapping[str, str]) -> str:
    together: dict[int, list[str]] = {}
    for place in order:
        together.setdefault(place.tied, []).append(labels.get(place.key, place.key))
    close = [f"{', '.join(names[:-1])} and {names[-1]}" for names in together.values() if len(names) > 1]
    if not close:
        return "Every place is told from the next one."
    return f"Close, none can be told from the next: {'; '.join(close)}."


def ranking(session: Session, survey: Survey, document: Questionnaire, asked: Any) -> dict[str, Any] | None:
    """A true ranking: Borda with the share in the first five, and whether Plackett-Luce agrees."""
    if asked.kind != "ranking":
        return None
    layout, _ = counting().ask(session, survey.id, lambda cube: cube.layout, now())
    orders, many = scan.ballots(layout, scan.batches(session, survey.id, layout), asked.id)
    ids = tables.answer_keys(document, asked)
    if not orders:
        return {"rows": [], "note": "Nobody ranked anything, so there is no order."}
    floats = many.astype("float64")
    points = borda(orders, floats, len(ids), asked.top)
    within = share_in_top(orders, floats, len(ids), min(5, asked.top))

    def work() -> tuple[tuple[Place, ...], bool]:
        places = order_of(ids, points, borda_drawn(orders, many, len(ids), asked.top))
        worth = plackett_luce(orders, floats, len(ids))
        checked = sorted(range(len(ids)), key=lambda n: -worth[n])
        return places, [ids[n] for n in checked] == [place.key for place in places]

    told = repr((ids, asked.top, orders, many.tolist())).encode()
    places, agrees = counting().once(hashlib.sha256(told).hexdigest(), work)
    labels = {o.key: words(document, o.text) for o in asked.options}
    rows = [
        {
            "name": labels.get(place.key, place.key),
            "cells": [
                f"{place.score:.2f}", say.share(float(within[ids.index(place.key)])),
                say.place(place, len(ids)), say.share(place.top_three),
            ],
            "band": {"low": place.low, "high": place.high, "at": place.rank, "of": len(ids)},
        }
        for place in places
    ]  # fmt: skip
    check = (
        "A Plackett-Luce model puts them in the same order."
        if agrees
        else "A Plackett-Luce model puts them in another order: look before you quote the places."
    )
    return {
        "rows": rows,
        "note": f"{int(many.sum())} people ranked something. {_bands(places, labels)} {check}",
    }


def mean(asked: Any, found: Score | None, of_numbers: float | None) -> str:
    """A scale or a number summed up; the distribution stands in the table."""
    if of_numbers is not None:
        return f"Mean {of_numbers:.1f} of those who gave a number."
    if found is None:
        return ""
    if found.mean is None:
        return "Nobody gave a point on the scale, so there is no mean."
    scale = f" on a scale of {asked.low} to {asked.high}"
    if found.interval is None:
        return f"One person answered: {found.mean:.0f}{scale}."
    return (
        f"Mean {found.mean:.2f}{scale} (indicative: {found.interval.low:.2f} to {found.interval.high:.2f}), "
        f"median {found.median}, of {found.people} people who gave a point."
    )
