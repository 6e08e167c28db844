"""Publishing results from the office: composed by one, approved by another, corrected later, all readable."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from surveys import surveys
from surveys.results import releases
from tests.office import sign_in
from tests.pages import Page, PageClient
from tests.portal import publishing
from tests.portal.publishing import PACK

NOW = dt.datetime(2026, 11, 10, 12, 0, tzinfo=dt.UTC)
CLOSED = "local-2025"
OPEN = "local-2026"


@pytest.fixture
def app(sqlite_copy: str, tmp_path: Path) -> Iterator[Flask]:
    for app in publishing.application(sqlite_copy, tmp_path, NOW):
        publishing.loaded(app, PACK, NOW)
        with publishing.store(app).writing() as session:
            for slug, number in ((CLOSED, 240), (OPEN, 130)):
                survey = surveys.by_slug(session, slug)
                assert survey is not None
                publishing.answered(session, survey, number, PACK)
        yield app


def begin(client: PageClient, slug: str) -> Page:
    """Presses the button that stands beside this survey in the list."""
    form = next(one for one in page(client, "/office/releases").forms() if f"/{slug}/begin" in one.action)
    origin = {"Origin": "http://localhost"}
    return Page(client.post(form.action, data=dict(form.fields), headers=origin, follow_redirects=True))


def page(client: PageClient, address: str) -> Page:
    return Page(client.get(address))


def test_composed_approved_published_and_corrected(app: Flask) -> None:
    ann, ben = sign_in(app, "consultation", name="Ann"), sign_in(app, "consultation", name="Ben")
    visitor = app.test_client()
    shown = begin(ann, CLOSED)
    assert "Closing results" in shown.h1
    assert "not out yet" in page(visitor, f"/results/{CLOSED}").text
    assert "Ashley: fewer than 10 people" in shown.main  # the words of the place, not its key
    keys = [value for name, value in shown.form("Save").fields if name == "shown"]
    kept = [key for key in keys if ".by." not in key]
    assert kept
    assert kept != keys
    shown = ann.submit(shown, {"shown": kept, "note": ""}, "Save")
    finding = page(ann, shown.link("Change the sentence"))
    refused = ann.submit(finding, {"en_GB": "Only 9,873 people said so."}, "Save", status=422)
    assert "not a figure of this table" in refused.main
    assert "Only 9,873 people said so." in refused.main
    shown = ann.submit(refused, {"en_GB": "A finding <b>in</b> our own words."}, "Save")
    assert "A finding <b>in</b> our own words." in shown.main
    own = ann.submit(shown, {}, "Approve", status=422)
    assert "somebody else should approve it" in own.main
    approved = ben.submit(page(ben, f"/office/releases/{CLOSED}"), {}, "Approve")
    assert "Approved by Ben" in approved.main
    assert "not out yet" in page(visitor, f"/results/{CLOSED}").text
    ben.submit(approved, {}, "Publish now")
    public = page(visitor, f"/results/{CLOSED}")
    assert "A finding <b>in</b> our own words." in public.main
    gone = next(key for key in keys if key not in kept)
    assert visitor.get(f"/results/{CLOSED}/{gone}.csv").status_code == 404
    assert visitor.get(f"/results/{CLOSED}/{kept[0]}.csv").status_code == 200
    shown = begin(ann, CLOSED)
    assert "Say what is different" in shown.main
    shown = ann.submit(page(ann, f"/office/releases/{CLOSED}"), {}, "Throw this draft away")
    assert "Given up" in shown.main


def test_an_earlier_release_stays_readable_with_its_own_files(app: Flask) -> None:
    publishing.released(app, CLOSED, NOW)
    with app.app_context(), publishing.store(app).writing() as session:
        survey = surveys.by_slug(session, CLOSED)
        assert survey is not None
        releases.correct(
            session, survey, by="x", now=NOW, keys=publishing.KEYS, note="The <i>wording</i> is mended."
        )
    visitor = app.test_client()
    assert "The <i>wording</i> is mended." in page(visitor, f"/results/{CLOSED}").main
    before = page(visitor, f"/results/{CLOSED}?release=1")
    assert "These are earlier figures" in before.main
    assert "topics.csv?release=1" in before.html
    assert visitor.get(f"/results/{CLOSED}/topics.csv?release=1").status_code == 200
    for odd in ("9", "0", "x", "-1", "１", "99999999999"):
        assert visitor.get(f"/results/{CLOSED}?release={odd}").status_code == 404


def test_results_so_far_say_that_they_are(app: Flask) -> None:
    ann, ben = sign_in(app, "analyst", name="Ann"), sign_in(app, "administrator", name="Ben")
    shown = begin(ann, OPEN)
    bare = ben.submit(page(ben, f"/office/releases/{OPEN}"), {}, "Approve", status=422)
    assert "Say why" in bare.main
    ann.submit(shown, {"note": "Agreed by the group before opening."}, "Save")
    ben.submit(ben.submit(page(ben, f"/office/releases/{OPEN}"), {}, "Approve"), {}, "Publish now")
    public = page(app.test_client(), f"/results/{OPEN}")
    assert "These are the results so far" in public.main
    assert "Agreed by the group before opening." in public.main


def test_a_date_is_kept_and_a_stale_page_is_refused(app: Flask) -> None:
    ann, ben = sign_in(app, "consultation", name="Ann"), sign_in(app, "consultation", name="Ben")
    shown = begin(ann, CLOSED)
    old = page(ben, f"/office/releases/{CLOSED}")
    ann.submit(shown, {"shown": ["topics"]}, "Save")
    stale = ben.submit(old, {}, "Approve", status=422)
    assert "figures moved" in stale.main
    stale = ben.submit(old, {"shown": []}, "Save", status=422)
    assert "Nothing was saved" in stale.main
    bad = ben.submit(page(ben, f"/office/releases/{CLOSED}"), {"publish_on": "soon"}, "Approve", status=422)
    dated = ben.submit(bad, {"publish_on": "2026-11-12"}, "Approve")
    assert "published by itself" in dated.main
    assert "Publish now" not in dated.main


def test_nobody_else_sees_a_release_in_the_making(app: Flask) -> None:
    ann = sign_in(app, "consultation", name="Ann")
    begin(ann, CLOSED)
    for role in ("moderator", "safeguarding"):
        assert sign_in(app, role).get(f"/office/releases/{CLOSED}").status_code == 403
    member = sign_in(app, "member")
    assert "Approve" not in [
        said for form in page(member, f"/office/releases/{CLOSED}").forms() for said, _, _ in form.buttons
    ]
    for address in (f"/results/{CLOSED}", f"/results/{CLOSED}/topics.csv", f"/results/{CLOSED}?release=1"):
        answer = app.test_client().get(address)
        assert answer.status_code == 404 or "not out yet" in answer.get_data(as_text=True)


def test_a_named_senior_approves_by_a_link_that_works_once(app: Flask) -> None:
    ann = sign_in(app, "consultation", name="Ann")
    shown = begin(ann, CLOSED)
    nameless = ann.submit(shown, {"name": "", "post": "Director"}, "Make the link", status=422)
    assert 'value="Director"' in nameless.html
    made = ann.submit(nameless, {"name": "Dr Mira Shah"}, "Make the link")
    [address] = re.findall(rf"http://localhost(/office/signing/results/{CLOSED}/[\w-]{{32}})", made.html)
    stranger = app.test_client()
    assert isinstance(stranger, PageClient)
    answer = stranger.get(address)
    assert answer.headers["Cache-Control"] == "no-store"
    read = Page(answer)
    assert "For your approval" in read.h1
    assert "fewer than 10" in read.main
    silent = stranger.submit(read, {"words": ""}, "Send it back", status=422)
    assert "Give a reason" in silent.main
    done = stranger.submit(silent, {"words": "Good <b>work</b>"}, "Approve exactly this")
    assert done.h1 == "Approved"
    again = page(stranger, address)
    assert (again.status, "was used" in again.main) == (410, True)
    ready = page(ann, f"/office/releases/{CLOSED}")
    assert "Approved by Dr Mira Shah, Director" in ready.main
    ann.submit(ready, {}, "Publish now")
    assert stranger.get(f"/results/{CLOSED}/topics.csv").status_code == 200
    for other in (address.replace("results/", ""), address.replace(CLOSED, OPEN), address[:-32] + "x" * 32):
        assert stranger.get(other).status_code == 404


def test_a_senior_link_is_void_after_a_change_or_when_taken_back(app: Flask) -> None:
    ann = sign_in(app, "consultation", name="Ann")
    begin(ann, CLOSED)
    addresses = []
    for _ in range(2):
        shown = page(ann, f"/office/releases/{CLOSED}")
        made = ann.submit(shown, {"name": "Mira", "post": "Director"}, "Make the link")
        addresses += re.findall(r"http://localhost(/office/signing/results/[^\s\"<]+)", made.html)[:1]
    ann.submit(page(ann, f"/office/releases/{CLOSED}"), {}, "Take back Mira")
    ended = sorted(page(app.test_client(), one).status for one in addresses)
    assert ended == [200, 410]
    ann.submit(page(ann, f"/office/releases/{CLOSED}"), {"shown": ["topics"]}, "Save")
    for address in addresses:
        assert page(app.test_client(), address).status == 410
    assert "Void: something changed since" in page(ann, f"/office/releases/{CLOSED}").main
