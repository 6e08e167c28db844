"""The navigation names only what an officer may open, each section once."""

from __future__ import annotations

import pytest
from flask import Flask

from portal.accounts.people import ROLES
from portal.office import navigation
from portal.permissions import ROLES as ROWS
from tests.office import sign_in
from tests.pages import Page


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


def test_every_section_is_an_address_and_stands_in_one_group() -> None:
    keys = [one.key for one in navigation.SECTIONS]
    assert len(keys) == len(set(keys))
    assert {one.endpoint for one in navigation.SECTIONS} <= set(ROWS)
    grouped = [one for _, own in navigation.grouped(list(navigation.SECTIONS)) for one in own]
    assert sorted(one.key for one in grouped) == sorted(keys)
    named = {key for group in navigation.GROUPS for key in group.keys}
    assert set(keys) == named


@pytest.mark.parametrize("role", ROLES)
def test_every_link_of_the_navigation_opens(app: Flask, role: str) -> None:
    client = sign_in(app, role)
    page = Page(client.get("/office/"))
    links = [link.get("href", "") for nav in page.root.iter("nav") for link in nav.iter("a")]
    assert "/office/" in links
    for link in links:
        assert client.get(link).status_code == 200, link
