"""The register of requests: days by law, decisions by kind, who asked sealed, and each act noted in codes."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.partnership import requests
from portal.partnership.requests import KINDS, RequestRow, due
from surveys import audit
from surveys.errors import SurveysError
from surveys.sealing import Keyring

BY = "officer:info"


def refused(code: str) -> Any:
    return pytest.raises(SurveysError, match=f"^{code}$")


@pytest.mark.parametrize(
    ("kind", "received", "last"),
    [
        ("foi", "2026-12-24", "2027-01-26"),
        ("access", "2026-11-30", "2026-12-30"),
        ("access", "2026-11-25", "2026-12-29"),  # 25 December, a Saturday, a Sunday, the substitute day
        ("erasure", "2027-01-31", "2027-03-01"),  # 28 February is a Sunday
        ("objection", "2026-11-10", "2026-12-10"),
        ("police", "2026-11-10", "2026-11-17"),
        ("complaint", "2026-11-10", "2027-02-10"),
    ],
)
def test_days_by_law(kind: str, received: str, last: str) -> None:
    assert due(kind, dt.date.fromisoformat(received)) == dt.date.fromisoformat(last)


def receive(session: Session, keys: Keyring, now: dt.datetime, **more: Any) -> RequestRow:
    given: dict[str, Any] = {
        "kind": "access", "received_on": dt.date(2026, 11, 9), "who": "Wanda Kestrel, wk@example.org",
        "about": "Everything about the allotments",
    } | more  # fmt: skip
    return requests.receive(session, **given, by=BY, now=now, keys=keys)


def test_a_request_is_received_extended_decided_and_sent(
    session: Session, keys: Keyring, now: dt.datetime
) -> None:
    noted: dict[str, Any] = {"by": BY, "now": now, "keys": keys}
    row = receive(session, keys, now)
    other = receive(session, keys, now, kind="complaint")
    assert (row.reference, other.reference) == ("2026-001", "2026-002")
    assert (row.due_on, other.acknowledge_by) == (dt.date(2026, 12, 9), dt.date(2026, 12, 9))
    requests.extend(session, row, seen_version=1, **noted)
    assert row.due_on == dt.date(2027, 2, 9)
    with refused("request.no_extension"):
        requests.extend(session, row, seen_version=2, **noted)
    with refused("request.changed"):
        requests.decide(session, row, decision="given", seen_version=1, **noted)
    with refused("request.decision"):
        requests.decide(session, row, decision="upheld", seen_version=2, **noted)
    with refused("request.not_settled"):
        requests.send_pack(session, row, sent_on=now.date(), seen_version=2, **noted)
    requests.decide(session, row, decision="part", seen_version=2, **noted)
    with refused("request.settled"):
        requests.acknowledge(session, row, seen_version=3, **noted)
    with refused("request.day"):
        requests.send_pack(session, row, sent_on=dt.date(2026, 12, 1), seen_version=3, **noted)
    requests.send_pack(session, row, sent_on=now.date(), seen_version=3, **noted)
    requests.acknowledge(session, other, seen_version=1, **noted)
    session.commit()
    assert [r.reference for r in requests.register(session)] == ["2026-002"]
    assert [r.reference for r in requests.register(session, settled=True)] == ["2026-001"]
    acts = [(e.action, e.subject) for e in audit.entries(session)]
    assert ("request.send", "request:2026-001") in acts
    assert "Kestrel" not in json.dumps([e.facts for e in audit.entries(session)])


def test_who_asked_is_sealed(session: Session, keys: Keyring, now: dt.datetime) -> None:
    row = receive(session, keys, now)
    stored = session.execute(select(RequestRow.__table__)).mappings().one()
    assert "Kestrel" not in repr(dict(stored))
    opened = requests.asked(row, keys)
    assert (opened.who, opened.about) == ("Wanda Kestrel, wk@example.org", "Everything about the allotments")
    assert "Kestrel" not in repr(opened)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"kind": "wish"}, "request.kind"),
        ({"received_on": dt.date(2026, 11, 11)}, "request.day"),
        ({"who": " "}, "request.who"),
        ({"about": "x" * 2001}, "request.about"),
    ],
)
def test_what_cannot_be_entered(
    session: Session, keys: Keyring, now: dt.datetime, more: dict[str, Any], code: str
) -> None:
    with refused(code):
        receive(session, keys, now, **more)


def test_lateness_is_of_the_day_after(session: Session, keys: Keyring, now: dt.datetime) -> None:
    rows = {kind: receive(session, keys, now, kind=kind) for kind in KINDS}
    assert not any(row.late(row.due_on) for kind, row in rows.items() if kind != "complaint")
    assert all(row.late(row.due_on + dt.timedelta(days=1)) for row in rows.values())
    complaint = rows["complaint"]
    assert complaint.late(dt.date(2026, 12, 10))
    requests.acknowledge(session, complaint, seen_version=1, by=BY, now=now, keys=keys)
    assert not complaint.late(dt.date(2026, 12, 10))


def test_a_settled_request_goes_after_three_years(session: Session, keys: Keyring, now: dt.datetime) -> None:
    settled, still_open = receive(session, keys, now), receive(session, keys, now)
    requests.decide(session, settled, decision="given", seen_version=1, by=BY, now=now, keys=keys)
    assert requests.forget_settled(session, dt.date(2029, 11, 9)) == 0
    assert requests.forget_settled(session, dt.date(2029, 11, 10)) == 1
    assert requests.register(session) == [still_open]
    assert requests.register(session, settled=True) == []
