"""Every page of a past moment equals what the public got at that moment, however much changed since."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portal.partnership import crime, editing, openings, pages, places, round_documents, rounds
from portal.partnership.crime_files import Month
from portal.partnership.openings import ChangeWords
from portal.partnership.rounds import Round
from surveys import surveys
from surveys.authoring import beginning, drafting, publishing
from surveys.questionnaire import editing as wording
from surveys.surveys import Survey
from tests.conftest import Clock
from tests.office import sign_in
from tests.pages import Page, PageClient
from tests.portal import publishing as publishing_site
from tests.portal.partnership import preparing

SEEN = "/office/rounds/spring/as-seen"
PUBLIC = {
    "/rounds/spring": "itself",
    "/surveys/talk-spring/start": "surveys/talk-spring",
    "/rounds": "have-your-say",
    "/": "home",
    "/evidence": "evidence",
    "/evidence/census": "census",
    "/help": "help",
}
"""What the public opens, and what officers open to look back at it."""
ANSWERING = ("/rounds/spring", "/surveys/talk-spring/start")
LINKS = re.compile(r'href="[^"]*"')
FORMS = re.compile(r"<form[^>]*>(<input[^>]*csrf_token[^>]*>)?")


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.fixture
def now() -> dt.datetime:
    return preparing.NOW


@pytest.fixture
def store(app: Flask) -> Callable[[], Any]:
    return app.extensions["portal.database"].writing  # type: ignore[no-any-return]


class Life:
    """A consultation living through its weeks, and what the public got on the way."""

    def __init__(self, app: Flask, clock: Clock, client: PageClient, *, looks: bool = False) -> None:
        self.app, self.clock, self.client, self.looks = app, clock, client, looks
        self.keys = app.extensions["portal.keys"]
        self.got: list[tuple[dt.datetime, str, str, str]] = []

    @property
    def signed(self) -> dict[str, Any]:
        return {"by": preparing.ANNA, "now": self.clock.now, "keys": self.keys}

    def at(
        self,
        *moment: int,
        act: Callable[[Session, Round, Survey], object] | None = None,
        everywhere: bool = True,
    ) -> None:
        """Something happens at that moment (UTC), and the public looks, at every page or where it answers."""
        self.clock.now = dt.datetime(*moment, tzinfo=dt.UTC)
        if act is not None:
            with self.app.extensions["portal.database"].writing() as session:
                round_ = rounds.by_slug(session, "spring")
                survey = surveys.by_slug(session, "talk-spring")
                assert round_ is not None
                assert survey is not None
                act(session, round_, survey)
        for prefix in ("", "/pl") if self.looks else ():
            for address in PUBLIC if everywhere and not prefix else ANSWERING:
                answer = bare(self.client, prefix + address)
                main = main_of(answer.get_data(as_text=True)) if answer.status_code in (200, 410) else ""
                self.got.append((self.clock.now, prefix, address, main))


def bare(client: PageClient, address: str) -> TestResponse:
    """The answer, without a look at how the page is built: that takes longer than the page."""
    return FlaskClient.open(client, address)


def main_of(html: str) -> str:
    """What stands in main, whatever its links and forms lead to."""
    main = html[html.index("<main") : html.index("</main>")]
    return FORMS.sub("<form>", LINKS.sub("href", main))


def correct(life: Life, session: Session, survey: Survey) -> None:
    version = surveys.current_version(session, survey.id)
    assert version is not None
    draft = beginning.begin_correction(session, survey, version, **life.signed)
    drafting.edit(
        session, draft.id, lambda d: wording.set_question(d, "connection", {"text": {"en_GB": "What now?"}}),
        action="question.set", subjects=["question:connection"], seen_version=0, **life.signed,
    )  # fmt: skip
    note = "A spelling mistake"
    alone = "Nobody else works here"
    publishing.publish_correction(
        session, draft.id, meaning="same", note=note, unapproved=alone, **life.signed
    )


def reword(life: Life, session: Session, **bodies: dict[str, Any]) -> None:
    preparing.save(session, life.keys, "spring", bodies, now=life.clock.now)
    editing.publish(session, "round", "spring", **life.signed)


def import_crime(life: Life, session: Session, number: int) -> None:
    wards = places.places(session, "2031", "ward")
    counted = Month("street.csv", counts=Counter({(wards[0].key, "burglary"): number}))
    crime.store(session, {"2030-12": counted}, area_set="2031", **life.signed)


def add_document(life: Life, session: Session, round_: Round, title: str, content: bytes) -> None:
    round_documents.add(session, round_, title=title, file_name="figures.csv", content=content, **life.signed)


def remove_document(life: Life, session: Session, round_: Round) -> None:
    [document] = round_documents.of_round(session, round_.id)
    round_documents.remove(session, round_, document.id, **life.signed)


def last_change(session: Session, round_: Round) -> Any:
    return openings.changes_of(session, round_.id)[-1]


def census_again(life: Life, session: Session) -> None:
    share = session.query(places.Margin).filter_by(category="50 and over").one()
    share.count = 121
    session.flush()
    places.keep_edition(session, share.variable, share.as_of, now=life.clock.now)


def notice(life: Life, session: Session) -> None:
    texts = {"title": "Few people", "body": "In a small place."}
    for locale, body in (("", {"level": "note", "order": 1}), ("en_GB", texts)):
        pages.revise(session, "notice", "small-place", locale, body, **life.signed)


def lived(app: Flask, clock: Clock, client: PageClient, *, looks: bool = False) -> Life:
    life = Life(app, clock, client, looks=looks)
    keys = life.keys
    with app.extensions["portal.database"].writing() as session:
        preparing.loaded(session, keys, dt.datetime(2031, 1, 15, 9, tzinfo=dt.UTC))
        preparing.approved(session, keys)
        round_ = rounds.by_slug(session, "spring")
        assert round_ is not None
        openings.launch(session, round_, holders=preparing.HOLDERS, **life.signed)
    later = preparing.WORDS | {"evidence": "Lamps *went out*.", "audience": "All of us."}
    polish = preparing.IN_POLISH
    say = openings.say_reason
    steps: list[tuple[tuple[int, ...], Any]] = [
        ((2031, 1, 20, 12), None),
        ((2031, 2, 3, 9), lambda s, r, _: import_crime(life, s, 30)),
        ((2031, 2, 10, 9), lambda s, r, _: reword(life, s, en_GB=later)),
        ((2031, 2, 10, 9, 30), lambda s, r, _: reword(life, s, pl=polish)),
        ((2031, 2, 10, 15), lambda s, r, _: openings.pause(s, r, reason="A wrong number.", **life.signed)),
        ((2031, 2, 11, 8), lambda s, r, _: say(s, last_change(s, r), "pl", "Zły numer.", **life.signed)),
        ((2031, 2, 11, 9), lambda s, r, _: say(s, last_change(s, r), "pl", "Błędny numer.", **life.signed)),
        ((2031, 2, 12, 8), lambda s, r, _: openings.resume(s, r, reason="Mended.", **life.signed)),
        ((2031, 2, 13, 8), lambda s, r, _: add_document(life, s, r, "Figures", b"a,b\n1,2\n")),
        ((2031, 2, 14, 8), lambda s, r, _: remove_document(life, s, r)),
        ((2031, 2, 15, 8), lambda s, r, _: add_document(life, s, r, "Figures", b"a,b\n1,3\n")),
        ((2031, 2, 16, 8), lambda s, r, survey: correct(life, s, survey)),
        ((2031, 2, 17, 8), lambda s, r, _: notice(life, s)),
        ((2031, 2, 18, 8), lambda s, r, _: import_crime(life, s, 45)),
        ((2031, 2, 19, 8), lambda s, r, _: census_again(life, s)),
        ((2031, 3, 29, 8), lambda s, r, _: openings.extend(
            s, r, dt.date(2031, 4, 6), reason="Snow.", **life.signed)),
        ((2031, 4, 6, 22, 59, 30), None),
        ((2031, 4, 8, 8), lambda s, r, _: openings.reopen(
            s, r, dt.date(2031, 4, 20), reason="More time.", **life.signed)),
        ((2031, 4, 9, 8), lambda s, r, _: openings.close_early(s, r, reason="An election.", **life.signed)),
        ((2031, 4, 10, 8), lambda s, r, _: openings.withdraw(s, r, reason="Wrong.", **life.signed)),
    ]  # fmt: skip
    for number, (moment, act) in enumerate(steps):
        life.at(*moment, act=act, everywhere=number % 3 == 0)
    return life


def test_every_page_of_a_past_moment_is_what_the_public_got_then(
    app: Flask, clock: Clock, client: PageClient
) -> None:
    life = lived(app, clock, client, looks=True)
    clock.now = dt.datetime(2031, 5, 1, 12, tzinfo=dt.UTC)
    anna = sign_in(app, "consultation", name="Anna")
    distinct = {main for _, prefix, address, main in life.got if prefix + address == "/rounds/spring"}
    assert len(distinct) > 12
    for moment, prefix, address, got in life.got:
        local = moment.astimezone(rounds.LONDON)
        spoken = prefix.strip("/") or "en_GB"
        looked = f"{SEEN}/{PUBLIC[address]}?on={local.date()}&at={local:%H:%M}&in={spoken}"
        answer = bare(anna, looked)
        if not got:
            assert answer.status_code == 302, looked
            continue
        html = answer.get_data(as_text=True)
        assert answer.status_code == 200, looked
        assert main_of(html) == got, looked
        assert "Nothing here can be sent" in html
        assert "were not kept" not in html
    # and what stands now is what it was
    assert "took this consultation back" in client.page("/rounds/spring").text


def test_a_look_back_stays_in_its_moment_and_sends_nothing(
    app: Flask, clock: Clock, client: PageClient
) -> None:
    lived(app, clock, client)
    anna = sign_in(app, "consultation", name="Anna")
    day = anna.page(f"{SEEN}?on=2031-02-10")
    assert "Its words changed: Polish" in day.main
    assert "9:30am" in day.main
    morning = anna.page(day.link("9:00am"))
    assert "at 9:00am" in morning.h1
    shown = anna.page(morning.link("English"))
    assert "Open until" in shown.main
    address = shown.link("Start the survey")
    assert "on=2031-02-10&at=09:00&in=en_GB" in address.replace("%3A", ":")
    start = anna.page(address)
    assert 'method="post"' not in start.html[start.html.index("<main") :]
    [walk] = [one for one in re.findall(r'<form action="([^"]*)"', start.html) if "preview" in one]
    assert "nothing is saved" in client.page(walk).text
    assert anna.post(address, headers={"Origin": "http://localhost"}).status_code in (400, 405)
    assert "This survey is paused" in anna.page(f"{SEEN}/surveys/talk-spring?on=2031-02-10").main
    for_councillors = anna.page(f"{SEEN}/itself?on=2031-02-10&in=pl").link("Dla radnych")
    assert for_councillors.endswith("/as-seen/councillors?on=2031-02-10&in=pl")
    assert "Co dalej?" in anna.page(for_councillors).main
    for on, content in (("2031-02-13", b"a,b\n1,2\n"), ("2031-02-15", b"a,b\n1,3\n")):
        then = anna.page(f"{SEEN}/itself?on={on}")
        file = anna.get(then.link("Figures"))
        assert file.data == content
        assert file.headers["Content-Disposition"] == "attachment; filename=figures.csv"
        assert "sandbox" in file.headers["Content-Security-Policy"]
        assert file.headers["Cache-Control"] == "no-store"
        on_other = file.request.path + "?on=2031-02-14"
        assert "was not there" in Page(anna.get(on_other, follow_redirects=True)).text
    assert "was not there" in anna.page(f"{SEEN}/itself?on=2031-01-19").text
    assert "Nobody outside the office" in anna.page(f"{SEEN}?on=2031-01-19").main
    assert anna.get(f"{SEEN}/itself?on=2031-02-10&in=xx").status_code == 404
    for odd in ("on=9999-12-31", "on=&at=25:00", "on=2031-02-30", "on=0001-01-01", "at=%00"):
        assert anna.get(f"{SEEN}?{odd}").status_code in (200, 404), odd


def test_what_was_not_kept_is_said_and_never_made_up(
    app: Flask, clock: Clock, client: PageClient, store: Callable[[], Any]
) -> None:
    """As a database that was filled before history was kept."""
    life = Life(app, clock, client)
    keys = life.keys
    with store() as session:
        preparing.loaded(session, keys)
        round_ = preparing.approved(session, keys)
        openings.launch(session, round_, holders=preparing.HOLDERS, **life.signed)
        openings.pause(session, round_, reason="A wrong number.", **life.signed)
        change = last_change(session, round_)
        since = dt.datetime(2031, 3, 1, 12, tzinfo=dt.UTC)
        session.add(ChangeWords(change_id=change.id, locale="pl", number=3, words="Numer.", by="x", at=since))
    clock.now = dt.datetime(2031, 5, 1, 12, tzinfo=dt.UTC)
    anna = sign_in(app, "consultation", name="Anna")
    told = "An earlier wording of a reason (Polish) was not kept before 1 March 2031"
    for address in (f"{SEEN}?on=2031-02-10", f"{SEEN}/itself?on=2031-02-10&in=pl"):
        assert told in anna.page(address).text
    assert "Numer." not in anna.page(f"{SEEN}/itself?on=2031-02-10&in=pl").main
    assert told not in anna.page(f"{SEEN}?on=2031-01-19").text
    assert told not in anna.page(f"{SEEN}?on=2031-03-02").text
    assert "Numer." in anna.page(f"{SEEN}/itself?on=2031-03-02&in=pl").main


def test_results_stand_on_a_past_page_from_their_own_moment_on(sqlite_copy: str, tmp_path: Path) -> None:
    out = dt.datetime(2026, 11, 12, 9, tzinfo=dt.UTC)
    for app in publishing_site.application(sqlite_copy, tmp_path, out - dt.timedelta(days=1)):
        clock = app.extensions["portal.clock"]
        publishing_site.loaded(app, publishing_site.PACK, clock.now)
        with publishing_site.store(app).writing() as session:
            survey = surveys.by_slug(session, "local-2025")
            assert survey is not None
            publishing_site.answered(session, survey, 40, publishing_site.PACK)
        client, got = app.test_client(), []
        assert isinstance(client, PageClient)
        addresses = {"/": "home", "/rounds/2025": "itself", "/rounds": "have-your-say"}
        for moment in (clock.now, out):
            clock.now = moment
            if moment == out:
                publishing_site.released(app, "local-2025", out)
            for address, name in addresses.items():
                got.append((moment, name, main_of(bare(client, address).get_data(as_text=True))))
        clock.now = out + dt.timedelta(days=30)
        officer = sign_in(app, "consultation")
        assert len({main for _, name, main in got if name == "itself"}) == 2
        for moment, name, main in got:
            looked = f"/office/rounds/2025/as-seen/{name}?on={moment.date()}&at={moment:%H:%M}"
            assert main_of(bare(officer, looked).get_data(as_text=True)) == main, looked
