"""The whole public site with a made-up district: nothing of East Cambridgeshire is written into the code."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from flask import Flask

from portal.database import Database
from portal.partnership import packs, rounds
from surveys.sealing import Keyring
from tests.conftest import Clock
from tests.pages import PageClient
from tests.portal.partnership.packs_on_disk import NORTHMOOR

WHEN = dt.datetime(2031, 11, 20, 12, tzinfo=dt.UTC)
ADDRESSES = (
    "/ /rounds /rounds/winter /priorities /priorities/quiet-nights /areas /areas/burglary /areas/moor-fires"
    " /partners /about /results /what-we-have-done /help /accessibility /privacy /privacy/young-people"
    " /cookies /languages /contact /surveys/winter-talk/start /surveys/exit-this-page /surveys/left"
).split()
FOREIGN = re.compile(r"cambridge|fenland|\bely\b|bbc\.co\.uk|E07000009|E0501", re.IGNORECASE)


@pytest.fixture
def northmoor(app: Flask, clock: Clock, keys: Keyring) -> PageClient:
    """The made-up district's site, with its survey open."""
    clock.now = WHEN
    pack = packs.read(NORTHMOOR)
    before = WHEN - dt.timedelta(days=60)
    store: Database = app.extensions["portal.database"]
    with store.writing() as session:
        packs.load(session, pack, by="cli:tests", now=before, keys=keys)
        rounds.publish(
            session,
            pack.rounds[0],
            pack.questionnaires,
            area_set=pack.area_set,
            by="cli:tests",
            now=before,
            keys=keys,
        )
    client = app.test_client()
    assert isinstance(client, PageClient)
    return client


def test_no_page_of_another_district_mentions_the_demonstration_one(northmoor: PageClient) -> None:
    found = {}
    for address in ADDRESSES:
        response = northmoor.get(address)
        assert response.status_code == 200, address
        if names := FOREIGN.findall(response.get_data(as_text=True)):
            found[address] = names
    assert found == {}


def test_the_other_district_has_its_own_names_priorities_and_helplines(northmoor: PageClient) -> None:
    home = northmoor.get("/").get_data(as_text=True)
    assert "Safer Northmoor Board" in home
    assert "Quiet nights" in home
    assert "01632 960002" in northmoor.get("/help").get_data(as_text=True)
    assert "01632 960003" not in northmoor.get("/help").get_data(as_text=True)
    assert "Northmoor Unitary Council" in northmoor.get("/partners").get_data(as_text=True)


def test_leaving_fast_goes_where_the_other_district_wants(northmoor: PageClient) -> None:
    response = northmoor.post("/surveys/exit")
    assert response.status_code in (302, 303)
    assert response.headers["Location"] == "https://www.example.org/recipes"


def test_the_other_district_wears_its_own_colours_on_every_page(northmoor: PageClient) -> None:
    for address in ("/", "/surveys/winter-talk/start"):
        assert 'href="/colours.css"' in northmoor.get(address).get_data(as_text=True)
    rules = northmoor.get("/colours.css")
    assert rules.mimetype == "text/css"
    assert rules.get_data(as_text=True) == (
        "@media screen and (forced-colors: none){:root{--lode:#4b2a7b;--on-lode:#ffffff;}}\n"
    )
