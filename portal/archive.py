"""Pages and records that outlive the server: the public site as files, and what it says in open formats."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.partnership import decisions, pages, plan, scrutiny, year_record
from portal.partnership.pages import Revision
from portal.static_site import Answer, Kept, collect
from surveys.results.releases import Release
from surveys.surveys import Survey

SEEDS = ("/", "/priorities", "/areas", "/partners", "/about", "/results", "/plan", "/documents", "/meetings",
         "/year", "/evidence", "/what-we-have-done", "/help", "/accessibility", "/privacy",
         "/languages", "/contact")  # fmt: skip
WHOLE = "evidence-pack.pdf"
"""The whole pack on paper, in the zip."""
MARKED_AT = (2020, 1, 1, 0, 0, 0)
"""The same for every file of an archive, so that the same content makes the same archive."""


def whole_site(app: Flask, progress: Callable[[int, int], None]) -> Kept:
    """Every page and file anybody can reach from the front page."""
    return collect(fetcher(app), SEEDS, progress=progress, **_places(app))


def of_year(app: Flask, year: int, *, consultation: str | None, surveys: Sequence[str]) -> Kept:
    """What belongs to one year: plan, decision, evidence, report back, documents, and its own consultation.

    ``consultation`` and ``surveys``: the addresses of the year's own; results of other years are linked at
    their place on the living site.
    """
    asked = [f"/rounds/{consultation}"] if consultation else []
    results = [f"/results/{slug}" for slug in surveys]
    seeds = [f"/plan/{year}", f"/decisions/{year}", *asked, *results, "/year", "/evidence",
             "/what-we-have-done", "/priorities", "/areas", "/documents", "/meetings"]  # fmt: skip
    fetch = fetcher(app)
    there = [one for one in seeds if fetch(one).status == 200]

    def wanted(address: str) -> bool:
        path = urlsplit(address).path
        return any(path == root or path.startswith(f"{root}/") for root in seeds)

    return collect(fetch, there, wanted=wanted, **_places(app))


def fetcher(app: Flask) -> Callable[[str], Answer]:
    """Answers an address as a reader without cookies would be answered."""
    reader = app.test_client(use_cookies=False)
    base = app.extensions["portal.settings"].public_url

    def fetch(address: str) -> Answer:
        response = reader.get(address, base_url=base)
        return Answer(response.status_code, response.mimetype or "", response.get_data())

    return fetch


def _places(app: Flask) -> dict[str, Any]:
    with app.extensions["portal.database"].reading() as session:
        site = pages.site(session, pages.SOURCE)
    exit_url = str(site.facts.exit_url) if site is not None else "https://www.bbc.co.uk/weather"
    return {"public_url": app.extensions["portal.settings"].public_url, "exit_url": exit_url}


def _released(session: Session) -> dict[str, Survey]:
    """Every survey with results, by address."""
    wanted = select(Survey).join(Release, Release.survey_id == Survey.id).distinct()
    return {one.slug: one for one in session.scalars(wanted)}


# Records --------------------------------------------------------------------------------------------------


def records(session: Session, year: int | None = None) -> dict[str, bytes]:
    """What is or was public, as JSON: texts with their history, plans by edition, decisions, releases.

    Of one ``year`` only what belongs to it, with the record of how views were obtained. Nothing of a draft
    and no row about any one person.
    """
    files: dict[str, Any] = {}
    for at in [year] if year is not None else plan.public_years(session):
        files[f"plans/{at}.json"] = [
            {
                "edition": one.number,
                "public_from": one.at.isoformat(),
                "note": one.note,
                "content": one.content,
            }
            for one in reversed(plan.editions(session, at))
        ]
        files[f"plans/{at}-scrutiny.json"] = [
            {"made_by": one.made_by, "words": one.words, "received_on": one.received_on.isoformat(),
             "reply": one.reply, "reply_due": one.reply_due.isoformat()}
            for one in scrutiny.public(session, at)
        ]  # fmt: skip
    for at in decisions.published_years(session):
        found = decisions.published(session, at)
        if found is not None and year in (None, at):
            files[f"decisions/{at}.json"] = {
                "adopted_on": found.adopted_on.isoformat() if found.adopted_on else None,
                "words": found.body,
                "record": found.snapshot,
                "entries": [
                    {"kind": one.kind, "key": one.key, "outcome": one.outcome, "reasons": one.reasons,
                     "dissent": one.dissent, "cites": one.cites}
                    for kind in ("topic", "theme") for one in decisions.entries(session, at, kind)
                ],
            }  # fmt: skip
    if year is None:
        files["texts.json"] = [
            {"kind": one.kind, "key": one.key, "locale": one.locale, "number": one.number, "body": one.body,
             "public_from": one.shown_from.isoformat() if one.shown_from else None}
            for one in session.scalars(
                select(Revision).where(Revision.shown_from.is_not(None)).order_by(Revision.id)
            )
        ]  # fmt: skip
        slugs = _released(session)
    else:
        kept = year_record.of(session, year)
        files["record.json"] = kept.as_json()
        slugs = {one.slug: one for one in kept.surveys}
    for slug, survey in sorted(slugs.items()):
        for release in session.scalars(select(Release).where(Release.survey_id == survey.id)):
            files[f"releases/{slug}-{release.number}.json"] = release.content
    return {name: _json(body) for name, body in files.items()}


def _json(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False, indent=1, sort_keys=True).encode()


def with_sums(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files with a list of their checksums beside them."""
    sums = "".join(f"{hashlib.sha256(body).hexdigest()}  {name}\n" for name, body in sorted(files.items()))
    return {**files, "SHA256SUMS": sums.encode()}


def zipped(files: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in sorted(files.items()):
            packed.writestr(zipfile.ZipInfo(name, MARKED_AT), body, zipfile.ZIP_DEFLATED)
    return written.getvalue()


def export(app: Flask, folder: Path, progress: Callable[[int, int], None]) -> Kept:
    """Writes the site and, under ``archive``, its records. The folder must be empty or new."""
    kept = whole_site(app, progress)
    with app.extensions["portal.database"].reading() as session:
        kept.files |= {f"archive/{name}": body for name, body in records(session).items()}
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(str(folder))
    for name, body in with_sums(kept.files).items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(body)
    return kept


def year_pack(
    kept: Kept, recorded: Mapping[str, bytes], index: Callable[[list[str]], str], pdf: bytes | None
) -> bytes:
    """The evidence pack of a year as one zip: pages, data, and the whole in front, as PDF too.

    ``index`` makes the first page from the names of the files that are no pages.
    """
    packed = {**kept.files, **{f"data/{name}": body for name, body in recorded.items()}}
    if pdf is not None:
        packed[WHOLE] = pdf
    front = index(sorted(name for name in packed if name.startswith("data/") or name == WHOLE))
    return zipped(with_sums({**packed, "index.html": front.encode()}))
