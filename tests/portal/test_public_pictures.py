"""Figures to take away: their page, their pictures, the Word file of one, and previews of links."""

from __future__ import annotations

import io
import struct
from typing import Any

import pytest
from docx import Document
from flask import Flask
from sqlalchemy import select

from portal.drawing import PICTURE
from surveys.results import releases
from tests.pages import PageClient, parse, words
from tests.portal import publishing
from tests.portal import test_public_results as there

OPEN, SLUG = "local-2026", there.SLUG
app, content, browser = there.app, there.content, there.browser


def opened(browser: PageClient, address: str) -> Any:
    answer = browser.get(address)
    assert answer.status_code == 200, address
    return parse(answer.get_data(as_text=True))[0]


def test_every_table_has_a_page_with_all_that_belongs_to_it(
    browser: PageClient, content: dict[str, Any]
) -> None:
    for table in content["tables"]:
        root = opened(browser, f"/results/{SLUG}/{table['key']}/figure")
        (piece,) = [e for e in root.iter("article") if e.get("id") == "for-word"]
        told = words(piece)
        assert content["wording"]["questions"][table["question"]]["text"]["en_GB"] in told
        assert "People who answered: " in told
        assert "Nobody was picked at random" in told
        assert "These answers are invented, for demonstration" in told
        (drawn,) = piece.iter("img")
        assert drawn.get("src") == f"/results/{SLUG}/{table['key']}/picture.svg"
        assert "People who answered: " in (drawn.get("alt") or "")
        shown = [r["percent"] for g in table["groups"] for r in g["rows"] if r["percent"] is not None]
        cells = [words(c) for c in piece.iter("td")]
        if not any(g["hidden"] for g in table["groups"]):
            assert sorted(int(c[:-1]) for c in cells if c.endswith("%")) == sorted(shown)


def test_without_scripts_there_is_no_button_only_links(browser: PageClient) -> None:
    root = opened(browser, f"/results/{SLUG}/topics/figure")
    copies = [p for p in root.iter("p") if p.get("data-with-copy") is not None]
    assert copies
    assert all(p.get("hidden") is not None for p in copies)
    links = {a.get("href") for a in root.iter("a")}
    for ending in (".docx", "/picture.png", "/picture.svg", ".csv", ".json"):
        assert f"/results/{SLUG}/topics{ending}" in links


def test_results_page_offers_the_picture_and_the_page_of_each_figure(
    browser: PageClient, content: dict[str, Any]
) -> None:
    root = opened(browser, f"/results/{SLUG}")
    links = {a.get("href") for a in root.iter("a")}
    copies = {a.get("href") for a in root.iter("a") if a.get("data-copied") is not None}
    assert not [
        b for b in next(root.iter("main")).iter("button") if b.get("type") == "button" and b.get("data-copy")
    ]
    for table in content["tables"]:
        at = f"/results/{SLUG}/{table['key']}"
        assert {f"{at}/picture.png", f"{at}/figure"} <= links
        assert f"{at}/figure" in copies


def test_the_picture_is_the_one_stored_with_the_release(app: Flask, browser: PageClient) -> None:
    with publishing.store(app).reading() as session:
        figures = session.scalars(select(releases.Release.figures)).one()
    for prefix, locale in (("", "en_GB"), ("/pl", "pl")):
        answer = browser.get(f"{prefix}/results/{SLUG}/topics.by.age/picture.svg")
        assert answer.get_data(as_text=True) == figures[locale]["topics.by.age"][PICTURE]
        assert answer.mimetype == "image/svg+xml"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
    chart = browser.get(f"/results/{SLUG}/topics/figure.json").get_json()
    assert set(chart) == {"data", "layout", "config"}


@pytest.mark.parametrize(
    ("address", "size"),
    [
        (f"/results/{SLUG}/topics/picture.png", 1600),
        (f"/results/{SLUG}/topics/order.png", 1600),
        (f"/results/{SLUG}/first-topic/order.png", 1600),
        (f"/results/{SLUG}/share.png", 1200),
        ("/share.png", 1200),
        ("/pl/share.png", 1200),
        ("/rounds/2025/share.png", 1200),
    ],
)
def test_pictures_are_made_as_png(browser: PageClient, address: str, size: int) -> None:
    answer = browser.get(address)
    assert answer.status_code == 200
    assert answer.mimetype == "image/png"
    assert struct.unpack(">I", answer.data[16:20]) == (size,)
    assert browser.get(address, headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_one_figure_as_word_holds_heading_picture_table_base_and_method(browser: PageClient) -> None:
    answer = browser.get(f"/results/{SLUG}/topics/figure")
    assert answer.status_code == 200
    document = Document(io.BytesIO(browser.get(f"/results/{SLUG}/topics.docx").data))
    told = "\n".join(p.text for p in document.paragraphs)
    assert "Topics that need most attention" in told
    assert "People who answered: " in told
    assert "Method and limits" in told
    assert "These answers are invented, for demonstration" in told
    assert len(document.tables) == 1
    (picture,) = document.inline_shapes
    assert "People who answered: " in picture._inline.docPr.get("descr")


def test_links_to_pages_have_a_preview_with_a_whole_address(browser: PageClient) -> None:
    for address, image in (
        ("/", "/share.png"),
        (f"/results/{SLUG}", f"/results/{SLUG}/share.png"),
        ("/rounds/2026", "/rounds/2026/share.png"),
    ):
        meta = {m.get("property"): m.get("content") for m in opened(browser, address).iter("meta")}
        assert (meta["og:image"] or "").startswith("http")
        assert (meta["og:image"] or "").endswith(image)
        assert meta["og:title"]
        assert meta["og:image:alt"]
    helping = {m.get("property") for m in opened(browser, "/help").iter("meta")}
    assert "og:image" not in helping


def test_only_the_topics_have_a_picture_of_their_order(browser: PageClient) -> None:
    assert browser.get(f"/results/{SLUG}/seen/order.png").status_code == 404
    assert browser.get(f"/results/{SLUG}/topics.by.age/order.png").status_code == 404
    links = {a.get("href") for a in opened(browser, f"/results/{SLUG}").iter("a")}
    assert {link for link in links if (link or "").endswith("/order.png")} == {
        f"/results/{SLUG}/topics/order.png", f"/results/{SLUG}/first-topic/order.png",
    }  # fmt: skip


@pytest.mark.parametrize("ending", ["/order.png", "/figure", "/picture.svg", "/picture.png", ".docx"])
@pytest.mark.parametrize("slug", [OPEN, "nothing"])
def test_nothing_is_given_before_a_release(browser: PageClient, slug: str, ending: str) -> None:
    assert browser.get(f"/results/{slug}/topics{ending}").status_code == 404
    assert browser.get(f"/results/{SLUG}/nothing{ending}").status_code == 404
    assert browser.get(f"/results/{slug}/share.png").status_code == 404
    assert browser.get("/rounds/nothing/share.png").status_code == 404
