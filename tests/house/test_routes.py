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
    "/healthz": READ,
    "/help": READ,
    "/languages": READ,
    "/metrics": READ,
    "/moderation-policy": READ,
    "/office/appeals": READ,
    "/office/appeals/<appeal_id>": READ,
    "/office/appeals/<appeal_id>/outcome": WRITE,
    "/office/erasure": WRITE,
    "/office/requests": BOTH,
    "/office/requests/<reference>": READ,
    "/office/requests/<reference>/acknowledged": WRITE,
    "/office/requests/<reference>/extended": WRITE,
    "/office/requests/<reference>/decision": WRITE,
    "/office/requests/<reference>/sent": WRITE,
    "/office/search": BOTH,
    "/office/search/receipt": WRITE,
    "/office/retention": READ,
    "/office/retention/rule": WRITE,
    "/office/retention/start": WRITE,
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
    "/office/invitations/<slug>": BOTH,
    "/office/invitations/<slug>/<invitation_id>/end": WRITE,
    "/office/invitations/<slug>/<invitation_id>/renewal": WRITE,
    "/office/invitations/<slug>/<invitation_id>/sheet": BOTH,
    "/office/keying": READ,
    "/office/keying/<slug>": BOTH,
    "/office/keying/<slug>/batches/<batch_id>": BOTH,
    "/office/keying/<slug>/batches/<batch_id>/again/<path:number>": BOTH,
    "/office/keying/<slug>/batches/<batch_id>/form": BOTH,
    "/office/keying/<slug>/batches/<batch_id>/spoiled": WRITE,
    "/office/outbox": READ,
    "/office/outbox/<letter_id>/again": WRITE,
    "/office/people": READ,
    "/office/people/<officer_id>": READ,
    "/office/people/<officer_id>/leave": WRITE,
    "/office/people/<officer_id>/recovery": WRITE,
    "/office/people/<officer_id>/roles": WRITE,
    "/office/people/invite": BOTH,
    "/office/people/links/<link_id>/confirmation": WRITE,
    "/office/people/links/<link_id>/end": WRITE,
    "/office/releases": READ,
    "/office/releases/<slug>": READ,
    "/office/releases/<slug>/approval": WRITE,
    "/office/releases/<slug>/begin": WRITE,
    "/office/releases/<slug>/end": WRITE,
    "/office/releases/<slug>/findings/<table>": BOTH,
    "/office/releases/<slug>/publication": WRITE,
    "/office/releases/<slug>/tables": WRITE,
    "/office/safeguarding": READ,
    "/office/safeguarding/<concern_id>": READ,
    "/office/safeguarding/<concern_id>/category": WRITE,
    "/office/safeguarding/<concern_id>/outcome": WRITE,
    "/office/safeguarding/<concern_id>/read": WRITE,
    "/office/safeguarding/<concern_id>/release": WRITE,
    "/office/safeguarding/<concern_id>/reveal": WRITE,
    "/office/safeguarding/<concern_id>/tell": WRITE,
    "/office/sign-in": BOTH,
    "/office/sign-out": WRITE,
    "/partners": READ,
    "/priorities": READ,
    "/priorities/<slug>": READ,
    "/privacy": READ,
    "/privacy/young-people": READ,
    "/readyz": READ,
    "/results": READ,
    "/results/<survey>": READ,
    "/results/<survey>/comments": READ,
    "/results/<survey>/<table>.csv": READ,
    "/results/<survey>/<table>.json": READ,
    "/results/<survey>/<table>/figure.json": READ,
    "/results/<survey>/data-dictionary.csv": READ,
    "/rounds": READ,
    "/rounds/<slug>": READ,
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
    "/surveys/invited/<token>": BOTH,
    "/surveys/left": READ,
    "/surveys/receipt": BOTH,
    "/surveys/receipt/appeal": BOTH,
    "/surveys/receipt/permission": BOTH,
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
        *(
            "form",
            "return",
            "receipt",
            "withdrawal",
            "permission",
            "appeal",
            "invited",
            "return",
            "receipt",
            "withdrawal",
            "exit",
            "exit-this-page",
            "left",
            "away",
            "stay",
        ),
    }
