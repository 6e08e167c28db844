"""Addresses are promises: none disappears, changes its methods or appears without a decision here."""

from __future__ import annotations

import pytest
from flask import Flask

READ = "GET"
BOTH = "GET POST"
WRITE = "POST"
ADDRESSES = {
    "/": READ,
    "/about": READ,
    "/accessibility": READ,
    "/areas": READ,
    "/areas/<slug>": READ,
    "/colours.css": READ,
    "/contact": READ,
    "/cookies": READ,
    "/emblem/<id>.png": READ,
    "/healthz": READ,
    "/help": READ,
    "/languages": READ,
    "/metrics": READ,
    "/office/": READ,
    "/office/account": READ,
    "/office/account/codes": WRITE,
    "/office/account/password": BOTH,
    "/office/account/sign-out-everywhere": WRITE,
    "/office/audit": READ,
    "/office/audit/check": WRITE,
    "/office/audit/log.csv": READ,
    "/office/confirm": BOTH,
    "/office/join/<token>": BOTH,
    "/office/people": READ,
    "/office/people/<officer_id>": READ,
    "/office/people/<officer_id>/leave": WRITE,
    "/office/people/<officer_id>/recovery": WRITE,
    "/office/people/<officer_id>/roles": WRITE,
    "/office/people/invite": BOTH,
    "/office/people/links/<link_id>/confirmation": WRITE,
    "/office/people/links/<link_id>/end": WRITE,
    "/office/rounds": READ,
    "/office/rounds/<slug>": READ,
    "/office/rounds/<slug>/approval": BOTH,
    "/office/rounds/<slug>/approval/alone": WRITE,
    "/office/rounds/<slug>/approval/link": WRITE,
    "/office/rounds/<slug>/approval/links/<link_id>/end": WRITE,
    "/office/rounds/<slug>/as-seen": READ,
    "/office/rounds/<slug>/change": BOTH,
    "/office/rounds/<slug>/cover": BOTH,
    "/office/rounds/<slug>/documents": BOTH,
    "/office/rounds/<slug>/equality": BOTH,
    "/office/rounds/<slug>/languages": BOTH,
    "/office/rounds/<slug>/lines/<line>": BOTH,
    "/office/rounds/<slug>/opening": WRITE,
    "/office/rounds/<slug>/parts/<part>": BOTH,
    "/office/rounds/<slug>/publicity": BOTH,
    "/office/rounds/<slug>/stakeholders": BOTH,
    "/office/rounds/<slug>/stakeholders/sent": BOTH,
    "/office/rounds/<slug>/surveys": BOTH,
    "/office/rounds/<slug>/surveys/<planned_id>/out": WRITE,
    "/office/rounds/new": BOTH,
    "/office/safeguarding": READ,
    "/office/safeguarding/<concern_id>": READ,
    "/office/safeguarding/<concern_id>/category": WRITE,
    "/office/safeguarding/<concern_id>/outcome": WRITE,
    "/office/safeguarding/<concern_id>/read": WRITE,
    "/office/safeguarding/<concern_id>/release": WRITE,
    "/office/safeguarding/<concern_id>/reveal": WRITE,
    "/office/safeguarding/<concern_id>/tell": WRITE,
    "/office/signing/<slug>/<token>": BOTH,
    "/office/sign-in": BOTH,
    "/office/sign-out": WRITE,
    "/office/texts": READ,
    "/office/texts/<kind>": READ,
    "/office/texts/<kind>/<key>": BOTH,
    "/office/texts/<kind>/<key>/history": READ,
    "/office/texts/<kind>/<key>/history/back": WRITE,
    "/office/texts/<kind>/<key>/preview": READ,
    "/office/texts/<kind>/<key>/publication": WRITE,
    "/office/texts/<kind>/<key>/shown": WRITE,
    "/office/texts/<kind>/new": BOTH,
    "/office/texts/emblem": BOTH,
    "/office/texts/helpline/<key>/checked": WRITE,
    "/office/texts/pack": READ,
    "/office/texts/pack/settled": WRITE,
    "/partners": READ,
    "/priorities": READ,
    "/priorities/<slug>": READ,
    "/privacy": READ,
    "/privacy/young-people": READ,
    "/readyz": READ,
    "/results": READ,
    "/results/<survey>": READ,
    "/results/<survey>/<table>.csv": READ,
    "/results/<survey>/<table>.json": READ,
    "/results/<survey>/<table>/figure.json": READ,
    "/results/<survey>/data-dictionary.csv": READ,
    "/rounds": READ,
    "/rounds/<slug>": READ,
    "/rounds/<slug>/documents/<document_id>": READ,
    "/static/<path:filename>": READ,
    "/surveys/<slug>/away": READ,
    "/surveys/<slug>/check": BOTH,
    "/surveys/<slug>/form": BOTH,
    "/surveys/<slug>/instead": BOTH,
    "/surveys/<slug>/more/<part_id>": BOTH,
    "/surveys/<slug>/questions/<page_id>": BOTH,
    "/surveys/<slug>/saved": BOTH,
    "/surveys/<slug>/sending": BOTH,
    "/surveys/<slug>/sent": READ,
    "/surveys/<slug>/start": BOTH,
    "/surveys/<slug>/stopped/<stop_id>": READ,
    "/surveys/exit": WRITE,
    "/surveys/exit-this-page": READ,
    "/surveys/left": READ,
    "/surveys/receipt": BOTH,
    "/surveys/receipt/withdrawal": BOTH,
    "/surveys/return": BOTH,
    "/surveys/stay": WRITE,
    "/what-we-have-done": READ,
}


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


def test_addresses_are_those_that_were_promised(app: Flask) -> None:
    there = {
        rule.rule: " ".join(sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}))
        for rule in app.url_map.iter_rules()
    }
    assert there == ADDRESSES


def test_no_address_of_a_survey_names_a_topic() -> None:
    surveys = [address for address in ADDRESSES if address.startswith("/surveys")]
    named = {word for address in surveys for word in address.strip("/").split("/") if word[0] != "<"}
    assert named == {
        *("surveys", "start", "questions", "more", "instead", "check", "sending", "sent", "stopped", "saved"),
        *("form", "return", "receipt", "withdrawal", "exit", "exit-this-page", "left", "away", "stay"),
    }
