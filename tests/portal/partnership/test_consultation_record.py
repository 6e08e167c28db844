from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.partnership import consultation_record, round_documents, rounds
from portal.partnership.rounds import Round
from surveys import audit
from surveys.db import look_back
from surveys.errors import SurveysError
from surveys.sealing import Keyring

NOW = dt.datetime(2031, 1, 20, 12, tzinfo=dt.UTC)
BY = "officer:anna"
ON = dt.date(2031, 1, 19)


@pytest.fixture
def round_(session: Session, keys: Keyring) -> Round:
    return rounds.create(session, slug="spring", by=BY, now=NOW, keys=keys)


def test_an_equality_assessment_has_versions(session: Session, keys: Keyring, round_: Round) -> None:
    add = {"on": ON, "author": "Mira Shah", "by": BY, "now": NOW, "keys": keys}
    consultation_record.assess_equality(session, round_, words="First.", **add)
    consultation_record.assess_equality(session, round_, link="https://example.org/eqia.html", **add)
    found = consultation_record.equality_of(session, round_)
    assert [(one.number, one.words, one.link) for one in found] == [
        (2, "", "https://example.org/eqia.html"),
        (1, "First.", ""),
    ]
    for wrong, field in (({}, "words"), ({"link": "javascript:alert(1)"}, "link")):
        with pytest.raises(SurveysError) as refused:
            consultation_record.assess_equality(session, round_, **add, **wrong)
        assert refused.value.field == field


def test_publicity_is_logged(session: Session, keys: Keyring, round_: Round) -> None:
    consultation_record.log_publicity(
        session, round_, on=ON, what="Poster", where="Library", by=BY, now=NOW, keys=keys
    )
    assert [one.where for one in consultation_record.publicity_of(session, round_)] == ["Library"]
    with pytest.raises(SurveysError, match=r"record\.missing"):
        consultation_record.log_publicity(
            session, round_, on=ON, what="", where="Library", by=BY, now=NOW, keys=keys
        )


def test_a_contact_is_sealed_and_forgotten(session: Session, keys: Keyring, round_: Round) -> None:
    add = {"by": BY, "now": NOW, "keys": keys}
    secret = "Jo Public, jo@example.org"
    told = consultation_record.list_stakeholder(
        session, round_, name="Youth  club", speaks_for="Young people", contact=secret, **add
    )
    consultation_record.list_stakeholder(session, round_, name="Mosque", **add)
    stored = repr(session.execute(text("SELECT * FROM stakeholder")).all())
    logged = repr(session.execute(text("SELECT * FROM audit_entry")).all())
    assert "Public" not in stored + logged
    first, second = consultation_record.stakeholders_of(session, round_)
    assert (first.stakeholder.name, second.stakeholder.name, second.contact) == ("Mosque", "Youth club", "")
    assert consultation_record.stakeholders_of(session, round_, keys)[1].contact == secret
    sent = consultation_record.log_sending(
        session, round_, [told.id, told.id], on=ON, what="Invitation", how="Letter", **add
    )
    assert sent == 1
    assert [one.what for one in consultation_record.stakeholders_of(session, round_)[1].sendings] == [
        "Invitation"
    ]
    consultation_record.drop_stakeholder(session, round_, told.id, **add)
    assert [one.stakeholder.name for one in consultation_record.stakeholders_of(session, round_)] == [
        "Mosque"
    ]
    kept = "SELECT count(*) FROM stakeholder WHERE sealed IS NOT NULL"
    assert session.scalar(text(kept)) == 0
    with pytest.raises(SurveysError, match=r"^record\.exists$"):
        consultation_record.list_stakeholder(session, round_, name="mosque", **add)
    again = consultation_record.list_stakeholder(session, round_, name="Youth club", **add)
    assert again.id == told.id
    assert audit.check(session, keys) == []


def test_a_stakeholder_of_another_round_is_unknown(session: Session, keys: Keyring, round_: Round) -> None:
    add = {"by": BY, "now": NOW, "keys": keys}
    other = rounds.create(session, slug="autumn", by=BY, now=NOW, keys=keys)
    told = consultation_record.list_stakeholder(session, other, name="Mosque", **add)
    with pytest.raises(SurveysError, match=r"record\.unknown"):
        consultation_record.drop_stakeholder(session, round_, told.id, **add)
    for ids, code in (([], "record.missing"), ([told.id], "record.unknown"), (["none"], "record.unknown")):
        with pytest.raises(SurveysError) as refused:
            consultation_record.log_sending(session, round_, ids, on=ON, what="x", how="y", **add)
        assert refused.value.code == code


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.pdf", b"", "document.empty"),
        ("a.pdf", b"<html>", "document.kind"),
        ("a.html", b"<html>", "document.kind"),
        ("a.svg", b"<svg/>", "document.kind"),
        ("a.docm", b"PK\x03\x04", "document.kind"),
        ("noending", b"%PDF-1", "document.kind"),
        ("a.csv", b"\xff\xfe\x00", "document.kind"),
        ("a.txt", b"a\0b", "document.kind"),
        ("a.pdf", b"%PDF-" + b"0" * round_documents.MOST_BYTES, "document.too_big"),
    ],
)
def test_only_harmless_kinds_are_taken(name: str, content: bytes, code: str) -> None:
    with pytest.raises(SurveysError) as refused:
        round_documents.file_kind(name, content)
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ('C:\\x\\Raport "roczny"\r\n.PDF', "Raport-roczny.pdf"),
        ("żółć.pdf", "z-o-c.pdf"),
        ("....pdf", "document.pdf"),
    ],
)
def test_a_file_name_becomes_harmless(name: str, kept: str) -> None:
    assert round_documents.file_kind(name, b"%PDF-1.7")[0].isascii()
    assert round_documents.file_kind(name, b"%PDF-1.7")[0].endswith(".pdf")
    assert "/" not in round_documents.file_kind(name, b"%PDF-1.7")[0]
    if "ż" not in name:
        assert round_documents.file_kind(name, b"%PDF-1.7")[0] == kept


def test_a_document_taken_off_can_still_be_shown_for_the_day_it_stood_there(
    session: Session, keys: Keyring, round_: Round
) -> None:
    later = NOW + dt.timedelta(days=2)
    document = round_documents.add(
        session, round_, title="The figures", file_name="figures.csv", content=b"a,b\n1,2\n",
        by=BY, now=NOW, keys=keys,
    )  # fmt: skip
    session.commit()
    round_documents.remove(session, round_, document.id, by=BY, now=later, keys=keys)
    assert round_documents.of_round(session, round_.id) == ()
    for moment, there in ((NOW, (document,)), (later, ())):
        look_back(session, moment)
        assert round_documents.of_round(session, round_.id) == there
    read = round_documents.read(session, document.id)
    assert read is not None
    assert (read.content, read.media_type) == (b"a,b\n1,2\n", "text/csv")
    with pytest.raises(SurveysError, match=r"document\.unknown"):
        round_documents.remove(session, round_, document.id, by=BY, now=later, keys=keys)
