"""Two people's changes of one document: both stay, or both are told; nothing is lost quietly."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from surveys.questionnaire import editing
from surveys.questionnaire.editing import opened
from surveys.questionnaire.merging import Clash, merge, subjects
from surveys.questionnaire.model import Questionnaire
from tests.surveys.questionnaire import samples

BASE = samples.every_kind()
Edit = Callable[[Questionnaire], Questionnaire]


def hint(id: str, words: str, locale: str = "en_GB") -> Edit:
    return lambda document: editing.set_question(document, id, {"hint": {locale: words}})


def option(id: str, key: str, words: str) -> Edit:
    return lambda document: editing.set_option(document, id, key, {"text": {"en_GB": words}})


def moved(id: str, page: str) -> Edit:
    return lambda document: editing.put_question(document, id, page)


def gone(id: str) -> Edit:
    return lambda document: editing.delete_question(document, id)


def added(id: str, words: str) -> Edit:
    return lambda document: editing.add_option(document, id, {"en_GB": words})


def asked(page: str, id: str) -> Edit:
    return lambda document: editing.add_question(
        document, page, {"kind": "short-text", "id": id, "text": {"en_GB": id}, "short": {"en_GB": id}}
    )


def laid(theirs: Edit, mine: Edit) -> tuple[object, tuple[Clash, ...]]:
    return merge(opened(BASE), opened(theirs(BASE)), opened(mine(BASE)))


APART: dict[str, tuple[Edit, Edit]] = {
    "two questions": (hint("age", "A"), hint("why", "B")),
    "two fields of one question": (hint("age", "A"), option("age", "13-15", "B")),
    "two languages of one text": (hint("age", "A"), hint("age", "B", "pl")),
    "two answers of one question": (option("age", "13-15", "A"), option("age", "16-24", "B")),
    "moved and reworded": (hint("why", "A"), moved("why", "1")),
    "a question goes, another is reworded": (hint("age", "A"), gone("why")),
    "two new questions on one page": (asked("1", "new-a"), asked("1", "new-b")),
    "answers added to two questions": (added("age", "A"), added("topics", "B")),
    "the same twice": (hint("age", "A"), hint("age", "A")),
}


@pytest.mark.parametrize("name", APART)
def test_what_does_not_touch_is_all_there(name: str) -> None:
    theirs, mine = APART[name]
    merged, clashes = laid(theirs, mine)
    assert clashes == ()
    wanted = theirs(BASE) if name == "the same twice" else mine(theirs(BASE))
    assert merged == opened(wanted)


CLASHING: dict[str, tuple[Edit, Edit, str, tuple[str, ...]]] = {
    "one text": (hint("age", "A"), hint("age", "B"), "question:age", ("hint", "en_GB")),
    "reworded and deleted": (hint("why", "A"), gone("why"), "question:why", ()),
    "deleted and reworded": (gone("why"), hint("why", "A"), "question:why", ()),
    "moved to two pages": (moved("why", "1"), moved("why", "9"), "question:why", ("place",)),
    "moved and deleted": (moved("why", "1"), gone("why"), "question:why", ("place",)),
    "two new answers with one code": (added("age", "A"), added("age", "B"), "question:age", ("options",)),
}


@pytest.mark.parametrize("name", CLASHING)
def test_what_both_changed_is_told_and_theirs_stays(name: str) -> None:
    theirs, mine, subject, path = CLASHING[name]
    merged, clashes = laid(theirs, mine)
    assert (subject, path) in [(one.subject, one.path) for one in clashes]
    assert merged == opened(theirs(BASE))


def test_a_clash_has_both_versions() -> None:
    first = hint("age", "Years")(BASE)
    _, [only] = merge(opened(first), opened(hint("age", "A")(first)), opened(hint("age", "B")(first)))
    assert (only.was, only.theirs, only.mine) == ("Years", "A", "B")


def test_two_orders_of_the_same_answers_clash() -> None:
    def up(key: str, steps: int) -> Edit:
        return lambda document: editing.move_option(document, "age", key, steps)

    assert laid(up("13-15", 1), up("16-24", 2))[1]
    assert not laid(up("13-15", 1), added("age", "More"))[1]


@pytest.mark.parametrize(
    ("edit", "touched"),
    [
        (hint("age", "A"), ["question:age"]),
        (hint("age", "A", "pl"), ["question:age", "text:pl:question:age.hint"]),
        (moved("why", "1"), ["question:why"]),
        (asked("1", "new"), ["question:new"]),
        (lambda document: editing.set_page(document, "1", {"title": {"en_GB": "T"}}), ["page:1"]),
        (lambda document: document, []),
    ],
)
def test_a_change_touches_what_it_changes(edit: Edit, touched: list[str]) -> None:
    start = hint("age", "Old")(hint("age", "Dawne", "pl")(BASE))
    assert subjects(start, edit(start)) == touched
