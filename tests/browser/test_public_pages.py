"""Every public page, in both languages, in every width and colour: no fault, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from portal.i18n import SOURCE_LOCALE
from portal.partnership import pages
from portal.permissions import PERMISSIONS, Permission
from tests.browser import audit
from tests.browser.served import LAST_YEAR, ORGANISATIONS, THIS_YEAR, Served
from tests.browser.visit import Visit

FILES = {
    *("static", "public.colours"),
    *(
        "public.table_csv",
        "public.table_json",
        "public.figure_json",
        "public.dictionary",
        "public.comparisons",
    ),
    *("public.results_file", "public.emblem", "public.round_document"),
    *(
        "public.figure_docx",
        "public.picture_svg",
        "public.picture_png",
        "public.order_json",
        "public.order_png",
        "public.since_json",
        "public.since_svg",
        "public.since_png",
    ),
    *("public.share_site", "public.share_round", "public.share_results"),
}
"""Public addresses that answer with a file instead of a page."""

MADE = {
    *("public.short", "public.short_qr", "public.poster", "public.leaflet"),
    *("public.document", "public.document_file", "public.plan", "public.decision", "public.with_without"),
}
"""Public addresses that exist once an officer has made something; their own tests look at them."""

GROUPS: dict[str, tuple[str, ...]] = {
    "first": ("/", "/rounds", "/rounds/2025", "/rounds/2026", "/priorities", "/priorities/*", "/done"),
    "results": ("/results", f"/results/{THIS_YEAR}", f"/results/{ORGANISATIONS}", f"/results/{LAST_YEAR}",
        f"/results/{LAST_YEAR}/comments"),
    "figures": (f"/results/{LAST_YEAR}/topics/figure", f"/results/{LAST_YEAR}/topics.by.age/figure"),
    "year": (
        "/year", "/evidence", "/evidence/census", "/plan", "/meetings", "/documents",
        "/rounds/2026/councillors",
    ),
    "embeds": (f"/embed/{LAST_YEAR}/topics", f"/embed/{LAST_YEAR}/know-help"),
    "areas": ("/areas", "/areas/*", "/partners"),
    "words": (
        "/about", "/help", "/accessibility", "/privacy", "/privacy/young-people", "/cookies", "/languages",
        "/contact", "/moderation-policy", "/no-such-page",
    ),
}  # fmt: skip


def addresses(portal: Served, group: str) -> Iterator[str]:
    """The addresses of a group; a star stands for everything the partnership has of that kind."""
    with portal.store.reading() as session:
        for address in GROUPS[group]:
            address = address.replace("/done", "/what-we-have-done")
            if not address.endswith("*"):
                yield address
                continue
            kind = {"/areas/*": "area", "/priorities/*": "priority"}[address]
            for entry in pages.current(session, kind, SOURCE_LOCALE):
                yield address.replace("*", entry.key)


@pytest.mark.parametrize("prefix", ["", "/pl"], ids=["en", "pl"])
@pytest.mark.parametrize("group", GROUPS)
def test_no_fault_on_any_public_page(visit: Visit, portal: Served, group: str, prefix: str) -> None:
    found: list[str] = []
    for address in addresses(portal, group):
        status = visit.open(prefix + address)
        assert status == (404 if address == "/no-such-page" else 200), address
        found += audit.faults(visit)
    assert not found, "\n".join(found)


def test_every_public_page_is_looked_at(portal: Served) -> None:
    match = portal.app.url_map.bind("127.0.0.1").match
    seen = {
        match(address)[0]
        for group in GROUPS
        for address in addresses(portal, group)
        if "no-such" not in address
    }
    public = {
        endpoint
        for endpoint, permission in PERMISSIONS.items()
        if permission is Permission.PUBLIC and not endpoint.startswith("api.")
    }
    assert seen == public - FILES - MADE
