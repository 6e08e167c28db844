"""Languages: the address carries them, pages keep them, and nothing starts with words that are stale."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from flask import Flask

from portal import catalogues, i18n
from portal.catalogues import Problem
from portal.config import SettingsError
from portal.i18n import LocalePrefix, direction, english_name, html_lang, own_name
from tests.pages import PageClient


def seen(path: str, script: str = "") -> dict[str, str]:
    kept: dict[str, str] = {}

    def inner(environ: dict[str, str], _start: object) -> Iterable[bytes]:
        kept.update(environ)
        return []

    LocalePrefix(inner, ["pl"])({"PATH_INFO": path, "SCRIPT_NAME": script}, None)  # type: ignore[arg-type]
    return {name: kept[name] for name in ("PATH_INFO", "SCRIPT_NAME", "portal.locale") if name in kept}


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        ("/", {"PATH_INFO": "/", "SCRIPT_NAME": ""}),
        ("/pl", {"PATH_INFO": "/", "SCRIPT_NAME": "/pl", "portal.locale": "pl"}),
        ("/pl/", {"PATH_INFO": "/", "SCRIPT_NAME": "/pl", "portal.locale": "pl"}),
        ("/pl/help", {"PATH_INFO": "/help", "SCRIPT_NAME": "/pl", "portal.locale": "pl"}),
        ("/plan", {"PATH_INFO": "/plan", "SCRIPT_NAME": ""}),
        ("/xx/help", {"PATH_INFO": "/xx/help", "SCRIPT_NAME": ""}),
        ("//pl/help", {"PATH_INFO": "//pl/help", "SCRIPT_NAME": ""}),
        ("", {"PATH_INFO": "", "SCRIPT_NAME": ""}),
    ],
)
def test_a_known_language_moves_out_of_the_path(path: str, inside: dict[str, str]) -> None:
    assert seen(path) == inside


def test_a_mounted_site_keeps_its_mount() -> None:
    assert seen("/pl/help", "/site") == {
        "PATH_INFO": "/help",
        "SCRIPT_NAME": "/site/pl",
        "portal.locale": "pl",
    }


@pytest.mark.parametrize(
    ("locale", "name", "tag", "way"),
    [
        ("en_GB", "English", "en-GB", "ltr"),
        ("pl", "Polski", "pl", "ltr"),
        ("ar", "العربية", "ar", "rtl"),
        ("ur", "اردو", "ur", "rtl"),
    ],
)
def test_a_language_has_its_own_name_tag_and_direction(locale: str, name: str, tag: str, way: str) -> None:
    assert (own_name(locale), html_lang(locale), direction(locale)) == (name, tag, way)


def test_the_office_names_a_language_in_english() -> None:
    assert [english_name(one) for one in ("en_GB", "pl", "ur")] == ["English", "Polish", "Urdu"]


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


def test_links_keep_the_language_and_switching_keeps_the_page(client: PageClient) -> None:
    page = client.page("/pl/results")
    assert page.root.get("lang") == "pl"
    assert page.link("English") == "/results"
    assert page.link("Polski") == "/pl/results"
    links = {link.get("href", "") for link in page.root.iter("a")}
    inner = {link for link in links if link.startswith("/") and link != "/results"}
    assert {link for link in inner if not link.startswith("/pl/")} == set()


def test_an_error_page_speaks_the_language_of_its_address(client: PageClient) -> None:
    assert client.page("/pl/nothing-here", status=404).root.get("lang") == "pl"


def test_the_session_cookie_serves_every_language(client: PageClient) -> None:
    assert "Path=/;" in client.get("/pl/surveys/receipt").headers["Set-Cookie"] + ";"


def test_a_forced_language_is_the_language(app: Flask) -> None:
    from flask_babel import force_locale

    with app.test_request_context("/results"):
        assert i18n.locale_code() == "en_GB"
        with force_locale("pl"):
            assert i18n.locale_code() == "pl"
    assert i18n.locale_code() == "en_GB"


# Catalogues -----------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(catalogues, "translations_dir", lambda: tmp_path)
    monkeypatch.setattr(i18n, "translations_dir", lambda: tmp_path)
    return tmp_path


def template(*sentences: str | tuple[str, str]) -> Catalog:
    made = Catalog(project="portal", version="0")
    for sentence in sentences:
        made.add(sentence)
    return made


def give(locale: str, **words: str) -> None:
    path = catalogues.po_path(locale)
    text = path.read_text()
    for sentence, said in words.items():
        text = text.replace(f'msgid "{sentence}"\nmsgstr ""', f'msgid "{sentence}"\nmsgstr "{said}"')
    path.write_text(text)


def test_update_makes_a_catalogue_and_keeps_its_words(folder: Path) -> None:
    catalogues.update("pl", template("One", "Two"))
    give("pl", One="Jeden")
    after = catalogues.update("pl", template("One", "Three"))
    assert {message.id: message.string for message in after if message.id} == {"One": "Jeden", "Three": None}


def test_a_missing_catalogue_stops_the_start(folder: Path) -> None:
    catalogues.update("pl", template("One"))
    with pytest.raises(SettingsError, match=r"^Language pl is not compiled: run portal"):
        i18n.check_compiled()


def test_a_stale_catalogue_stops_the_start(folder: Path) -> None:
    catalogues.update("pl", template("One"))
    catalogues.compile_locale("pl")
    i18n.check_compiled()
    give("pl", One="Jeden")
    with pytest.raises(SettingsError, match="Language pl changed since it was compiled"):
        i18n.check_compiled()


def test_problems_names_what_is_stale_missing_or_different(folder: Path) -> None:
    wanted = template("One", "Two %(count)s", ("%(num)d day", "%(num)d days"))
    catalogues.template_path().write_text(catalogues.as_text(template("One")))
    catalogues.update("pl", wanted)
    give("pl", **{"Two %(count)s": "Dwa %(sum)s"})
    found = list(catalogues.problems(wanted))
    assert found == [
        Problem("messages.pot", "is not what the code says: run portal translations extract"),
        Problem("pl: %(num)d day", "has no words yet"),
        Problem("pl: One", "has no words yet"),
        Problem("pl: Two %(count)s", "has other placeholders: Dwa %(sum)s"),
    ]


def test_a_complete_catalogue_has_no_problem(folder: Path) -> None:
    wanted = template("One")
    catalogues.template_path().write_text(catalogues.as_text(wanted))
    catalogues.update("pl", wanted)
    give("pl", One="Jeden")
    assert list(catalogues.problems(wanted)) == []
