"""Coming in: the whole way from an invitation to the office, and everything that must not open."""

from __future__ import annotations

import datetime as dt
import re

import pyotp
import pytest
from flask import Flask

from portal.accounts import links, people
from portal.permissions import PERMISSIONS, ROLES, Permission
from surveys import audit
from tests.conftest import Clock
from tests.office import PASSWORD, code, sign_in
from tests.pages import Page, PageClient
from tests.portal.publishing import KEYS

ORIGIN = {"Origin": "http://localhost"}


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.fixture
def invitation(app: Flask, clock: Clock) -> str:
    with app.extensions["portal.database"].writing() as session:
        token = links.invite(
            session,
            email="ann@example.org",
            name="Ann <b>Other</b>",
            roles=["administrator"],
            by="cli:test",
            now=clock.now,
            keys=app.extensions["portal.keys"],
        )
    return f"/office/join/{token}"


def test_from_an_invitation_to_the_office_and_back_in(
    client: PageClient, invitation: str, clock: Clock
) -> None:
    page = Page(client.get(invitation))
    assert "Set up your account" in page.h1
    assert "<b>Other" not in page.html
    secret = "".join(re.findall(r"<code[^>]*>([A-Z2-7 ]+)</code>", page.html)[0].split())
    weak = client.submit(page, {"password": "password1234", "again": "x", "code": "1"}, "Finish", status=422)
    assert "easy to guess" in weak.main
    shown = pyotp.TOTP(secret).at(int(clock.now.timestamp()))
    page = client.submit(weak, {"password": PASSWORD, "again": PASSWORD, "code": shown}, "Finish")
    assert page.h1 == "You are in"
    codes = re.findall(r"<code>([A-Z0-9-]{14})</code>", page.html)
    assert len(codes) == 8
    assert "Today" in Page(client.get("/office/")).h1
    assert Page(client.get(invitation)).status == 410
    client.submit(Page(client.get("/office/")), {}, "Sign out")
    gone = client.get("/office/people")
    assert gone.status_code == 302
    assert gone.location == "/office/sign-in?next=/office/people"
    page = Page(client.get(gone.location))
    refused = client.submit(
        page, {"email": "ann@example.org", "password": PASSWORD, "code": "000000"}, "Sign in", status=422
    )
    assert "not right" in refused.main
    assert PASSWORD not in refused.html
    page = client.submit(
        refused, {"email": "ann@example.org", "password": PASSWORD, "code": codes[0]}, "Sign in"
    )
    assert page.h1 == "People"


def test_a_stranger_meets_the_door_everywhere(client: PageClient, app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if PERMISSIONS.get(rule.endpoint) is not Permission.OFFICE:
            continue
        address = re.sub(r"<[^>]+>", "1", rule.rule)
        if "GET" in (rule.methods or ()):
            answer = client.get(address)
            assert answer.status_code in (302, 404), address
            if answer.status_code == 302:
                assert answer.location.startswith("/office/sign-in"), address
        else:
            token = ""
            assert client.post(address, data={"csrf_token": token}, headers=ORIGIN).status_code in (
                400,
                401,
                404,
            )


def test_no_role_opens_what_the_table_does_not_allow(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint in ROLES]
    for role in people.ROLES:
        client = sign_in(app, role)
        for rule in rules:
            if "GET" not in (rule.methods or ()) or ROLES[rule.endpoint].allows(frozenset({role}), "GET"):
                continue
            address = re.sub(r"<[^>]+>", "1", rule.rule)
            assert client.get(address).status_code in (403, 404), (role, rule.endpoint)


def test_signed_out_in_the_middle_keeps_what_was_typed(app: Flask, clock: Clock) -> None:
    client = sign_in(app, "administrator")
    page = Page(client.get("/office/people/invite"))
    clock.pass_by(minutes=31)
    held = client.submit(
        page, {"name": "Kept Name", "email": "kept@example.org", "roles": ["analyst"]}, status=401
    )
    assert "Nothing was saved yet" in held.main
    assert 'value="Kept Name"' in held.html


def test_dangerous_acts_ask_again_after_ten_minutes(app: Flask, clock: Clock) -> None:
    client = sign_in(app, "administrator")
    clock.pass_by(minutes=11)
    asked = client.get("/office/people/invite")
    assert asked.location == "/office/confirm?next=/office/people/invite"
    page = Page(client.get(asked.location))
    wrong = client.submit(page, {"password": "no", "code": code(clock.now)}, "Confirm", status=422)
    page = client.submit(wrong, {"password": PASSWORD, "code": code(clock.now)}, "Confirm")
    assert page.h1 == "Invite somebody"


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example", "//evil.example", "/office\\evil", "/officeevil", "javascript:x", "/rounds"],
)
def test_signing_in_leads_nowhere_else(client: PageClient, wanted: str) -> None:
    page = Page(client.get("/office/sign-in", query_string={"next": wanted}))
    assert f'value="{wanted}"' not in page.html


def test_office_pages_are_never_cached_and_always_english(app: Flask) -> None:
    client = sign_in(app, "auditor")
    answer = client.get("/office/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert client.get("/pl/office/").location == "/office/"
    assert "portal-office" in answer.headers["Set-Cookie"]
    assert "HttpOnly" in answer.headers["Set-Cookie"]


def test_people_are_invited_changed_and_let_go(app: Flask, clock: Clock) -> None:
    client = sign_in(app, "administrator", name="First Admin")
    sign_in(app, "administrator", name="Second Admin")
    leaver = sign_in(app, "moderator", name="Leaving <i>Person</i>")
    page = Page(client.get("/office/people"))
    assert "Leaving <i>Person</i>" in page.main
    page = Page(client.get(page.link("Leaving")))
    page = client.submit(page, {"roles": ["moderator", "analyst"]}, "Save the roles")
    assert "Saved" in page.main
    refused = client.submit(page, {"roles": None}, "Save the roles", status=422)
    assert "Choose at least one role" in refused.main
    bad = client.submit(page, {"successor": ""}, "This person leaves", status=422)
    assert "Choose somebody else" in bad.main
    successor = next(
        o for o in people.everyone(app.extensions["portal.database"].reading()) if o.name == "Second Admin"
    )
    page = client.submit(page, {"successor": successor.id}, "This person leaves")
    assert "has left" in page.main
    assert leaver.get("/office/").status_code == 302


def test_the_audit_log_tells_the_story_and_checks_itself(app: Flask) -> None:
    client = sign_in(app, "administrator", name="First Admin")
    page = Page(client.get("/office/people/invite"))
    client.submit(page, {"name": "N", "email": "n@example.org", "roles": ["analyst"]}, "Make the link")
    page = Page(client.get("/office/audit"))
    assert "officer.invited" in page.main
    assert "n@example.org" not in page.main
    page = client.submit(page, {}, "Check the whole log")
    assert page.h1 == "The audit log is whole"
    filed = client.get("/office/audit/log.csv", query_string={"action": "officer"})
    assert filed.get_data(as_text=True).count("\n") == 2
    nothing = Page(
        client.get("/office/audit", query_string={"action": "'; DROP", "day": "x", "before": "9-x"})
    )
    assert "Nothing fits" in nothing.main


def test_the_log_of_a_day_is_the_day_london_had(app: Flask) -> None:
    """Half past midnight on 1 July in London is still 30 June in UTC."""
    client = sign_in(app, "administrator")
    with app.extensions["portal.database"].writing() as session:
        for hour in (23, 22):
            moment = dt.datetime(2027, 6, 30, hour, 30, tzinfo=dt.UTC)
            audit.record(
                session, actor="cli:tests", action=f"night.{hour}", subject="x", now=moment, keys=KEYS
            )
    for day, seen, unseen in (("2027-07-01", "23", "22"), ("2027-06-30", "22", "23")):
        filed = client.get("/office/audit/log.csv", query_string={"day": day}).get_data(as_text=True)
        assert (f"night.{seen}" in filed, f"night.{unseen}" in filed) == (True, False)
    assert client.get("/office/audit", query_string={"day": "9999-12-31"}).status_code == 200


def test_an_auditor_reads_and_changes_nothing(app: Flask) -> None:
    client = sign_in(app, "auditor")
    page = Page(client.get("/office/people"))
    assert "Invite somebody" not in page.main
    token = dict(page.form("Sign out").fields)["csrf_token"]
    typed = {"csrf_token": token, "name": "N", "email": "n@example.org", "roles": "analyst"}
    assert client.post("/office/people/invite", data=typed, headers=ORIGIN).status_code == 403
    with app.extensions["portal.database"].reading() as session:
        assert links.open_links(session, app.extensions["portal.clock"]()) == ()


def test_recovery_shows_a_link_once_and_waits_for_a_second(app: Flask, clock: Clock) -> None:
    first = sign_in(app, "administrator", name="First Admin")
    second = sign_in(app, "administrator", name="Second Admin")
    sign_in(app, "moderator", name="Lost Phone")
    page = Page(first.get("/office/people"))
    page = Page(first.get(page.link("Lost Phone")))
    page = first.submit(page, {"kind": "everything"}, "Make the link")
    assert "second administrator" in page.main
    address = re.findall(r"http://localhost(/office/join/[\w-]+)", page.html)[0]
    assert Page(first.get(address)).status == 410
    page = second.submit(Page(second.get("/office/people")), {}, "Confirm")
    assert "works now" in page.main
    assert Page(app.test_client().get(address)).h1 == "A way back in"
    clock.pass_by(hours=25)
    assert Page(app.test_client().get(address)).status == 410


def test_the_clock_of_an_invitation_is_kept(client: PageClient, invitation: str, clock: Clock) -> None:
    clock.now += dt.timedelta(days=7)
    assert "expired" in Page(client.get(invitation)).main


def test_a_character_no_database_can_hold_is_refused_beside_its_field(client: PageClient) -> None:
    page = Page(client.get("/office/sign-in"))
    typed = {"email": "a\0@example.org", "password": "p", "code": "1"}
    assert "a character we cannot store" in client.submit(page, typed, "Sign in", status=422).main
