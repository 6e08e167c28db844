from __future__ import annotations

import datetime as dt
import json

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portal.partnership import pages
from portal.partnership.pages import Revision
from portal.partnership.register import StrandTexts
from surveys import audit
from surveys.errors import SurveysError
from surveys.sealing import Keyring

BY = "cli:tests"
ENGLISH = {"title": "Listen", "lead": "We ask people."}


def put(session: Session, now: dt.datetime, key: str, order: int, **words: dict[str, str]) -> None:
    pages.add(session, "strand", key, "", {"order": order}, by=BY, now=now, origin="pack:x@1")
    for locale, body in words.items():
        pages.add(session, "strand", key, locale, body, by=BY, now=now, origin="pack:x@1")


def test_entries_come_in_order_and_each_field_falls_back_by_itself(
    session: Session, now: dt.datetime
) -> None:
    put(session, now, "b", 2, en_GB=ENGLISH)
    put(session, now, "a", 3, en_GB=ENGLISH, pl={"title": "Słuchamy", "translation": "unchecked"})
    put(session, now, "c", 1, en_GB=ENGLISH, pl={"title": "Pytamy", "lead": "Pytamy ludzi."})
    session.commit()

    shown = [
        (one.key, one.texts.title, one.lang("title"), one.texts.lead, one.lang("lead"), one.locale_shown)
        for one in pages.current(session, "strand", "pl")
    ]
    assert shown == [
        ("c", "Pytamy", "", "Pytamy ludzi.", "", "pl"),
        ("b", "Listen", "en-GB", "We ask people.", "en-GB", "en_GB"),
        ("a", "Słuchamy", "", "We ask people.", "en-GB", "pl"),
    ]
    assert [one.lang("title") for one in pages.current(session, "strand", "en_GB")] == ["", "", ""]
    assert [one.texts.translation for one in pages.current(session, "strand", "pl")] == [
        "source",
        "source",
        "unchecked",
    ]


def test_a_thing_without_facts_or_without_source_words_is_not_shown(
    session: Session, now: dt.datetime
) -> None:
    pages.add(session, "strand", "words-only", "en_GB", ENGLISH, by=BY, now=now, origin="pack:x@1")
    pages.add(session, "strand", "facts-only", "", {}, by=BY, now=now, origin="pack:x@1")
    pages.add(session, "strand", "facts-only", "pl", {"title": "X"}, by=BY, now=now, origin="pack:x@1")
    assert pages.current(session, "strand", "pl") == ()
    assert pages.one(session, "strand", "facts-only", "pl") is None


def test_the_same_body_again_is_no_new_revision(session: Session, now: dt.datetime) -> None:
    first = pages.add(session, "strand", "a", "en_GB", ENGLISH, by=BY, now=now, origin="pack:x@1")
    again = pages.add(
        session,
        "strand",
        "a",
        "en_GB",
        StrandTexts(title="Listen", lead="We ask people."),
        by=BY,
        now=now,
        origin="pack:x@2",
    )
    assert first is not None
    assert again is None
    assert [one.number for one in pages.history(session, "strand", "a", "en_GB")] == [1]


def test_an_edit_supersedes_what_was_current_keeps_it_and_is_logged(
    session: Session, now: dt.datetime, keys: Keyring
) -> None:
    put(session, now, "a", 1, en_GB=ENGLISH)
    later = now + dt.timedelta(days=1)
    pages.revise(
        session, "strand", "a", "en_GB", {**ENGLISH, "title": "Hear"}, by="officer:7", now=later, keys=keys
    )
    session.commit()

    assert [
        (one.number, one.state, one.body["title"], one.by, one.at, one.origin)
        for one in pages.history(session, "strand", "a", "en_GB")
    ] == [
        (2, "current", "Hear", "officer:7", later, "officer:7"),
        (1, "superseded", "Listen", BY, now, "pack:x@1"),
    ]
    logged = [(one.actor, one.action, one.subject, json.loads(one.facts)) for one in audit.entries(session)]
    assert logged == [("officer:7", "text.revised", "strand:a", {"locale": "en_GB", "number": 2})]


def test_an_edit_that_changes_nothing_is_not_logged(
    session: Session, now: dt.datetime, keys: Keyring
) -> None:
    put(session, now, "a", 1, en_GB=ENGLISH)
    assert pages.revise(session, "strand", "a", "en_GB", ENGLISH, by="o", now=now, keys=keys) is None
    assert list(audit.entries(session)) == []


@pytest.mark.parametrize(
    ("kind", "locale", "body", "field"),
    [
        ("strand", "en_GB", {"title": "T"}, "lead"),
        ("strand", "en_GB", {"title": "T", "lead": "L", "colour": "red"}, "colour"),
        ("strand", "en_GB", {"title": "  ", "lead": "L"}, "title"),
        ("strand", "pl", {"heading": "H"}, "heading"),
        ("helpline", "", {"group": "report", "state": "known", "source": "s", "phone": "call"}, "phone"),
        ("partner", "", {"status": "responsible", "web": "javascript:alert(1)"}, "web"),
    ],
)
def test_a_body_that_does_not_fit_its_kind_is_refused(
    session: Session, now: dt.datetime, kind: str, locale: str, body: dict[str, object], field: str
) -> None:
    with pytest.raises(SurveysError) as caught:
        pages.add(session, kind, "a", locale, body, by=BY, now=now, origin="officer:1")
    assert (caught.value.code, caught.value.field) == ("revision.invalid", field)


def test_a_kind_nobody_knows_is_refused(session: Session, now: dt.datetime) -> None:
    with pytest.raises(SurveysError) as caught:
        pages.add(session, "poem", "a", "en_GB", {}, by=BY, now=now, origin="officer:1")
    assert caught.value.code == "revision.kind"


def test_the_database_allows_one_current_revision_only(session: Session, now: dt.datetime) -> None:
    put(session, now, "a", 1, en_GB=ENGLISH)
    session.add(
        Revision(
            kind="strand",
            key="a",
            locale="en_GB",
            number=9,
            state="current",
            body=ENGLISH,
            by=BY,
            at=now,
            origin="officer:1",
        )
    )
    with pytest.raises(IntegrityError):
        session.flush()
