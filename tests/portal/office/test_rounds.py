"""A consultation made ready, signed off, opened, changed and withdrawn, as officers and residents see it."""

from __future__ import annotations

import datetime as dt
import inspect
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal.accounts import people
from portal.office import round_words
from portal.partnership import approvals, checklist, editing, instruments, pages, round_documents, rounds
from portal.partnership.checklist import LINES
from portal.partnership.outbox import Outgoing
from portal.permissions import ROLES
from surveys.authoring import drafting
from surveys.questionnaire import framing
from tests.conftest import Clock
from tests.office import add_officer, sign_in
from tests.pages import Page, PageClient
from tests.portal.partnership import preparing

ORIGIN = {"Origin": "http://localhost"}


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.fixture
def now() -> dt.datetime:
    return preparing.NOW


@pytest.fixture
def store(app: Flask) -> Callable[[], Any]:
    return app.extensions["portal.database"].writing  # type: ignore[no-any-return]


@pytest.fixture
def loaded(app: Flask, store: Callable[[], Any], now: dt.datetime) -> None:
    keys = app.extensions["portal.keys"]
    with store() as session:
        preparing.loaded(session, keys)
        for name in ("Cara", "Dev"):
            add_officer(session, "safeguarding", keys=keys, now=now, name=name)


@pytest.fixture
def anna(app: Flask, loaded: None) -> PageClient:
    return sign_in(app, "consultation", name="Anna")


@pytest.fixture
def ben(app: Flask, loaded: None) -> PageClient:
    return sign_in(app, "administrator", name="Ben")


@pytest.fixture
def ready(app: Flask, loaded: None, store: Callable[[], Any]) -> None:
    with store() as session:
        preparing.ready(session, app.extensions["portal.keys"])


def test_the_whole_way_from_nothing_to_open_and_longer(
    app: Flask, anna: PageClient, ben: PageClient, client: PageClient, clock: Clock
) -> None:
    page = anna.submit(
        anna.page("/office/rounds/new"),
        {"start": "", "slug": "spring", "title": "What next?", "purpose": "Tell us."},
        "Begin",
    )
    assert page.h1 == "What next?"
    assert "Set it to open" not in page.main
    assert client.get("/rounds/spring").status_code == 404
    for part in ("purpose", "decision", "evidence"):
        form = anna.page(f"/office/rounds/spring/parts/{part}")
        typed = {
            f"en_GB-{name}": words
            for name, words in preparing.WORDS.items()
            if any(field == f"en_GB-{name}" for field, _ in form.form("Save").fields)
        }
        assert typed
        anna.submit(form, typed, "Save")
    dates = anna.page("/office/rounds/spring/parts/dates")
    anna.submit(dates, {"facts-opens": "2031-02-03", "facts-closes": "2031-03-01"}, "Save")
    impact = anna.page("/office/rounds/spring/parts/impact")
    anna.submit(impact, {"facts-impact_assessment": "DPIA 31/7"}, "Save")
    with app.extensions["portal.database"].writing() as session:
        round_ = rounds.by_slug(session, "spring")
        assert round_ is not None
        instruments.plan_from(
            session, round_, preparing.residents(), origin="model:residents", slug="talk",
            audience="residents", by=anna.officer.by, now=clock.now, keys=app.extensions["portal.keys"],
        )  # fmt: skip
    page = anna.page("/office/rounds/spring")
    assert "Open for 27 days; 42 is the least" in page.main
    for line in ("period", "languages"):
        page = anna.submit(
            anna.page(f"/office/rounds/spring/lines/{line}"),
            {"reason": f"Because of {line}."},
            "Set it aside",
        )
    assert "Because of period." in page.main
    page = anna.submit(
        anna.page("/office/rounds/spring/cover"), {"arrangement": "Cara, then Dev."}, "Confirm the cover"
    )
    assert "1 line still stops it" in page.main
    own = anna.submit(anna.page("/office/rounds/spring/approval"), {}, "Approve exactly this")
    assert "Somebody else has to do this" in own.main
    page = ben.submit(ben.page("/office/rounds/spring/approval"), {}, "Approve exactly this")
    assert "Ready to open" in page.main
    refused = ben.submit(page, {}, "Set it to open")
    assert "Somebody else has to do this" in refused.main
    page = anna.submit(anna.page("/office/rounds/spring"), {}, "Set it to open")
    assert "It opens and closes by itself" in page.text
    assert "Opens on" in client.page("/rounds/spring").main
    clock.now = dt.datetime(2031, 2, 10, 12, tzinfo=dt.UTC)
    anna = sign_in(app, "consultation", officer=anna.officer)
    shown = client.page("/rounds/spring")
    assert "Open until Saturday 1 March 2031" in shown.main
    assert "Doing nothing would cost more." in shown.main
    change = anna.page("/office/rounds/spring/change")
    kept = anna.submit(change, {"what": "extend", "day": "2031-03-08"}, "Change it", status=422)
    assert "Give a reason" in kept.main
    assert 'value="2031-03-08"' in kept.html
    anna.submit(kept, {"reason": "Snow <b>closed</b> the libraries."}, "Change it")
    reader = sign_in(app, "auditor")
    logged = reader.page("/office/audit?action=round.extended")
    assert "Snow <b>closed</b> the libraries." in logged.main
    assert "Because of period." in reader.page("/office/audit?action=round.line").main
    assert "Snow" not in reader.get("/office/audit/log.csv").get_data(as_text=True)
    shown = client.page("/rounds/spring")
    assert "it stays open until 8 March 2031" in shown.main
    assert "Snow <b>closed</b> the libraries." in shown.main
    polish = client.page("/pl/rounds/spring")
    assert "Powód, po angielsku" in polish.main
    assert '<span lang="en-GB" dir="ltr">Snow' in polish.html
    missing = anna.page(anna.page("/office/rounds/spring/change").link("The reason in Polish: missing"))
    dates = anna.page("/office/rounds/spring/parts/dates")
    assert "The first and last day are not changed here." in dates.main
    assert 'name="facts-closes"' not in dates.html
    kept = anna.submit(missing, {"words": "Ś" * 501}, "Save", status=422)
    assert "Ś" * 501 in kept.html
    anna.submit(kept, {"words": "Śnieg <i>zamknął</i> biblioteki."}, "Save")
    polish = client.page("/pl/rounds/spring")
    assert "Śnieg <i>zamknął</i> biblioteki." in polish.main
    assert "Snow" not in polish.main
    assert "Snow" in client.page("/rounds/spring").main
    seen = anna.page("/office/rounds/spring/as-seen?on=2031-01-20")
    assert "What its page said" in seen.main
    assert "Nobody outside the office" in anna.page("/office/rounds/spring/as-seen?on=2031-01-19").main
    _as_it_was(app, anna, client, store=app.extensions["portal.database"].writing, now=clock.now)
    page = anna.submit(
        anna.page("/office/rounds/spring/change"), {"what": "withdraw", "reason": "Wrong."}, "Change it"
    )
    shown = client.page("/rounds/spring")
    assert "took this consultation back" in shown.text
    assert "Wrong." in shown.main
    assert client.get("/rounds").status_code == 200


def _as_it_was(app: Flask, anna: PageClient, client: PageClient, *, store: Any, now: dt.datetime) -> None:
    """The pages around it, with the words, helplines and colours of the day, whatever changed since."""
    signature = {"by": "cli:tests", "now": now, "keys": app.extensions["portal.keys"]}
    with store() as session:
        site = pages.newest(session, "site", "site", "")
        assert site is not None
        chosen = {"light": {"lode": "#5a1f6e"}, "dark": {}}
        pages.revise(session, "site", "site", "", {**site.body, "colours": chosen}, **signature)
        line = pages.newest(session, "helpline", "warden", "en_GB")
        assert line is not None
        pages.revise(
            session, "helpline", "warden", "en_GB", {**line.body, "name": "Night warden"}, **signature
        )
    seen = "/office/rounds/spring/as-seen"
    assert "Night warden" in client.page("/help").main
    assert "#5a1f6e" in client.get("/colours.css").get_data(as_text=True)
    for day, name, coloured in (("2031-02-09", "Warden", False), ("2031-02-10", "Night warden", True)):
        then = anna.page(f"{seen}/help?on={day}")
        assert name in then.main
        assert ("Night" in then.main) is coloured
        assert f"As it stood on {int(day[-2:])} February 2031" in then.text
        css = anna.get(f"{seen}/colours.css?on={day}").get_data(as_text=True)
        assert ("#5a1f6e" in css) is coloured
        assert f"{seen}/colours.css?on={day}" in then.html
    assert 'lang="pl"' in anna.page(f"{seen}/privacy?on=2031-02-09&in=pl").html
    assert "was not there" in Page(anna.get(f"{seen}/help?on=2030-01-01", follow_redirects=True)).text
    anna.page(f"{seen}/nowhere", 404)
    walk = anna.page(f"{seen}?on=2031-02-10").link("Walk through “Local survey”, version 1; nothing is saved")
    assert "nothing is saved" in client.page(walk).text
    client.page("/preview/seen-nothing", 404)
    # What was laid over for one look is gone for the next.
    assert "Night warden" in client.page("/help").main


def test_a_senior_approves_by_a_link_that_works_once(app: Flask, ready: None, anna: PageClient) -> None:
    page = anna.page("/office/rounds/spring/approval")
    page = anna.submit(page, {"name": "Dr Mira Shah", "post": "Director", "email": "x"}, "Make the link", 422)
    assert 'value="Director"' in page.html
    page = anna.submit(page, {"email": "mira@example.org"}, "Make the link")
    with app.extensions["portal.database"].writing() as session:
        [letter] = session.scalars(select(Outgoing))
    assert (letter.kind, b"mira" in letter.sealed) == ("approval", False)
    found = re.search(r"http://localhost(/office/signing/spring/[\w-]{32})", page.html)
    assert found is not None
    address = found[1]
    stranger = app.test_client()
    assert isinstance(stranger, PageClient)
    answer = stranger.get(address)
    assert answer.headers["Cache-Control"] == "no-store"
    shown = Page(answer)
    assert "It was dark last year." in shown.main
    assert "Polish follows in a week." in shown.main
    for words in (
        "How old are you?",
        "Asked only of people aged 16 and over",
        "Shown only if the answer to “",
        "Own words, up to 1000 characters",
        "ends the survey: “",
        "How the answers will be counted",
    ):
        assert words in shown.main
    back = stranger.submit(shown, {"words": ""}, "Send it back", status=422)
    assert "Give a reason" in back.main
    done = stranger.submit(back, {"words": "Good <script>alert(1)</script>"}, "Approve exactly this")
    assert done.h1 == "Approved"
    again = Page(stranger.get(address))
    assert (again.status, "was used" in again.main) == (410, True)
    assert Page(stranger.get(address.replace("spring", "autumn"))).status == 410
    assert Page(stranger.get("/office/signing/spring/" + "x" * 32)).status == 404
    page = anna.page("/office/rounds/spring/approval")
    assert "Dr Mira Shah, Director" in page.main
    assert "<script>alert" not in page.html
    assert "Ready to open" in anna.page("/office/rounds/spring").main


def test_any_second_account_may_sign_off_and_only_that(app: Flask, ready: None) -> None:
    member = sign_in(app, "member", name="Mo")
    page = member.page("/office/rounds/spring/approval")
    assert "Go ahead alone" not in page.main
    page = member.submit(page, {}, "Approve exactly this")
    assert "Ready to open" in page.main
    assert "Set it to open" not in page.main


def test_a_change_voids_what_was_approved(app: Flask, ready: None, anna: PageClient, ben: PageClient) -> None:
    stale = ben.page("/office/rounds/spring/approval")
    part = anna.page("/office/rounds/spring/parts/evidence")
    anna.submit(part, {"en_GB-evidence": "Lamps went out."}, "Save")
    assert "was changed after this was prepared" in ben.submit(stale, {}, "Approve exactly this").text
    ben.submit(ben.page("/office/rounds/spring/approval"), {}, "Approve exactly this")
    part = anna.page("/office/rounds/spring/parts/evidence")
    anna.submit(part, {"en_GB-evidence": "More lamps went out."}, "Save")
    assert "something changed since" in anna.page("/office/rounds/spring").main


def test_a_page_that_is_not_announced_is_previewed_in_every_language(ready: None, anna: PageClient) -> None:
    page = anna.page("/office/texts/round/spring/preview")
    assert page.h1 == "What next?"
    assert "Not announced yet" in page.main
    assert "Jeszcze nieogłoszone" in Page(anna.get(page.link("Polski"))).main


def test_alone_with_a_reason(app: Flask, ready: None, anna: PageClient, store: Callable[[], Any]) -> None:
    page = anna.page("/office/rounds/spring/approval")
    page = anna.submit(page, {"reason": ""}, "Go ahead alone", status=422)
    page = anna.submit(page, {"reason": "Everybody else has left."}, "Go ahead alone")
    assert "Ready to open" in page.main
    with store() as session:
        [approval] = approvals.alone(session, rounds.by_slug(session, "spring"))
    assert approval.reason == "Everybody else has left."


def test_two_officers_on_one_text_are_both_shown(ready: None, anna: PageClient, ben: PageClient) -> None:
    first = anna.page("/office/rounds/spring/parts/evidence")
    second = ben.page("/office/rounds/spring/parts/evidence")
    anna.submit(first, {"en_GB-evidence": "Lamps of Anna."}, "Save")
    both = ben.submit(second, {"en_GB-evidence": "Lamps of Ben."}, "Save", status=422)
    assert "Somebody else saved this" in both.main
    assert "Lamps of Anna." in both.main
    assert "Lamps of Ben." in both.html
    assert "Anna saved English" in both.main
    ben.submit(both, {}, "Save")
    assert "Lamps of Ben." in anna.page("/office/rounds/spring/parts/evidence").html


def test_the_summary_of_faults_names_the_box_it_means(ready: None, anna: PageClient) -> None:
    page = anna.page("/office/rounds/spring/publicity")
    assert "What: fill this in" in anna.submit(page, {}, "Note it", status=422).main


def test_last_year_is_copied_in_one_form(app: Flask, ready: None, anna: PageClient) -> None:
    page = anna.page("/office/rounds/new")
    page = anna.submit(page, {"start": "spring", "slug": "spring-2032", "title": ""}, "Begin")
    assert page.h1 == "What next?"
    assert "Set the first and the last day" in page.main
    assert "Local survey (Residents)" in anna.page("/office/rounds/spring-2032/surveys").main
    taken = anna.submit(
        anna.page("/office/rounds/new"), {"start": "", "slug": "spring", "title": "X"}, "Begin", status=422
    )
    assert "already a consultation at this address" in taken.main


def test_a_document_is_saved_and_never_opened(
    app: Flask, ready: None, anna: PageClient, client: PageClient, store: Callable[[], Any]
) -> None:
    page = anna.page("/office/rounds/spring/documents")
    token = dict(page.form("Add it").fields)["csrf_token"]

    def upload(name: str, content: bytes) -> Page:
        data = {"csrf_token": token, "title": "The figures", "file": (io.BytesIO(content), name)}
        return Page(anna.post(page.url, data=data, headers=ORIGIN, follow_redirects=True))

    assert "must be what its name says" in upload("a.pdf", b"<html><script>alert(1)</script>").main
    assert "10 MB or less" in upload("a.csv", b"a" * (round_documents.MOST_BYTES + 1)).main
    assert "The figures" in upload("../x <b>.csv", b"=cmd,1\n" * 200_000).main
    with store() as session:
        round_ = rounds.by_slug(session, "spring")
        assert round_ is not None
        [document] = round_documents.of_round(session, round_.id)
        address = f"/rounds/spring/documents/{document.id}"
    assert client.get(address).status_code == 404
    anna.submit(anna.page("/office/rounds/spring/approval"), {"reason": "Alone."}, "Go ahead alone")
    anna.submit(anna.page("/office/rounds/spring"), {}, "Set it to open")
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "The figures" in client.page("/rounds/spring").main
    anna.submit(anna.page("/office/rounds/spring/documents"), {}, "Take off the page The figures")
    assert client.get(address).status_code == 404


def test_lists_and_logs_keep_what_was_typed(app: Flask, ready: None, anna: PageClient) -> None:
    page = anna.page("/office/rounds/spring/stakeholders")
    page = anna.submit(page, {"name": "", "speaks_for": "Young people"}, "Save", status=422)
    assert 'value="Young people"' in page.html
    page = anna.submit(page, {"name": "Youth club", "contact": "Jo"}, "Save")
    assert "Jo" in page.main
    assert "Jo" not in sign_in(app, "member", name="Mo").page(page.url).main
    again = anna.submit(page, {"name": "youth club", "speaks_for": "Teenagers"}, "Save", status=422)
    assert "There is an entry “Youth club” already" in again.main
    entry, late = (anna.page(page.link("Youth club")) for _ in range(2))
    assert anna.submit(entry, {"speaks_for": "Under 18s"}, "Save").h1 == "Who to tell"
    told = anna.submit(late, {"speaks_for": "Pupils", "contact": "Mo"}, "Save", status=422)
    assert ("Under 18s" in told.main, "Both versions are shown" in told.main) == (True, True)
    page = anna.page("/office/rounds/spring/stakeholders")
    assert ("Under 18s" in page.main, "Jo" in page.main, "Pupils" in page.main) == (True, True, False)
    sent = anna.page("/office/rounds/spring/stakeholders/sent")
    wanted = re.findall(r'name="stakeholders" type="checkbox" value="([^"]+)"', sent.html) or re.findall(
        r'value="([\w-]{22})"', sent.html
    )
    page = anna.submit(sent, {"stakeholders": wanted[:1], "what": "Poster", "how": "Letter"}, "Note it")
    assert "Poster (Letter)" in page.main
    page = anna.submit(page, {}, "Take off the list Youth club")
    assert "Nobody is on the list yet" in page.main
    page = anna.submit(
        anna.page("/office/rounds/spring/publicity"), {"what": "Stall", "where": "Market"}, "Note it"
    )
    assert "Market" in page.main
    page = anna.page("/office/rounds/spring/equality")
    page = anna.submit(page, {"author": "Mira", "words": "# Who\n<img src=x onerror=alert(1)>"}, "Add it")
    assert "<img src=x" not in page.html


def test_a_language_is_read_by_somebody_with_a_name(
    app: Flask, ready: None, anna: PageClient, store: Callable[[], Any]
) -> None:
    page = anna.page("/office/rounds/spring/languages")
    page = anna.submit(page, {"speaker": ""}, "This person has read page and questions", status=422)
    page = anna.submit(page, {"speaker": "Ewa Nowak"}, "This person has read page and questions")
    assert "Read by Ewa Nowak" in page.main
    with store() as session:
        round_ = rounds.by_slug(session, "spring")
        assert round_ is not None
        [one] = instruments.of_round(session, round_)
        assert one.unchecked == frozenset()


def test_what_is_typed_for_one_language_stays_with_it(
    app: Flask, ready: None, anna: PageClient, store: Callable[[], Any]
) -> None:
    how: Any = {"by": "officer:x", "now": preparing.NOW, "keys": app.extensions["portal.keys"]}
    with store() as session:
        round_ = rounds.by_slug(session, "spring")
        assert round_ is not None
        [one] = instruments.of_round(session, round_)
        assert one.draft is not None
        for locale in ("lt", "vi"):
            drafting.edit(
                session,
                one.draft.id,
                lambda document, locale=locale: framing.add_language(document, locale),
                action="language.add",
                subjects=[],
                seen_version=0,
                **how,
            )
    app.extensions["portal.locales"] = (*app.extensions["portal.locales"], "lt")
    page = anna.page("/office/rounds/spring/languages")
    assert "not in this language" in page.main
    assert page.html.count('name="locale"') == 2
    token = next(
        value
        for name, value in page.form("This person has read page and questions").fields
        if name == "csrf_token"
    )
    for locale, other in (("lt", "pl"), ("pl", "lt")):
        sent = {"csrf_token": token, "locale": locale, "speaker": "Ona Kazl", "on": "2999-01-01"}
        answered = Page(
            anna.post("/office/rounds/spring/languages", data=sent, headers={"Origin": "http://localhost"})
        )
        boxes = {box.get("id"): box.get("value") for box in answered.root.iter("input")}
        assert (boxes[f"speaker-{locale}"], boxes[f"speaker-{other}"]) == ("Ona Kazl", "")
        assert (boxes[f"on-{locale}"], boxes[f"on-{other}"] != "2999-01-01") == ("2999-01-01", True)
        assert f'id="on-{locale}-error"' in answered.html
        assert f'href="#on-{locale}"' in answered.html


def test_a_role_that_a_promised_consultation_needs_is_not_taken_unseen(
    app: Flask, loaded: None, ben: PageClient, store: Callable[[], Any]
) -> None:
    with store() as session:
        preparing.launched(session, app.extensions["portal.keys"])
        cara, dev = people.holders(session, "safeguarding")
    sign_in(app, "administrator", name="Third")
    assert "Not in order" not in ben.page("/office/").main
    page = ben.page(f"/office/people/{cara.id}")
    assert "Without Cara fewer than two people hold the safeguarding role" in page.main
    assert page.link("What next?") == "/office/rounds/spring"
    page = ben.submit(page, {"roles": ["analyst"]}, "Save the roles")
    assert "Fewer than two people hold the safeguarding role now" in page.text
    assert "Without Cara" not in page.main
    due = ben.page("/office/")
    assert due.link("What next?") == "/office/rounds/spring"
    assert "Two people for safeguarding, with cover" in due.main
    assert "“What next?” (coming), checklist: 1 to do" in ben.page("/office/health").main
    page = ben.page(f"/office/people/{dev.id}")
    gone = ben.submit(page, {"successor": cara.id}, "This person leaves")
    assert "Fewer than two people" in gone.text


def test_readers_read_and_nobody_else_enters(app: Flask, ready: None, client: PageClient) -> None:
    auditor = sign_in(app, "auditor")
    page = auditor.page("/office/rounds/spring")
    assert "Set aside with a reason" not in page.main
    assert auditor.get("/office/rounds/spring/parts/evidence").status_code == 200
    token = page.form("Sign out").fields[0][1]
    refused = auditor.post("/office/rounds/spring/parts/evidence", data={"csrf_token": token}, headers=ORIGIN)
    assert refused.status_code == 403
    for wrong in ("none", "spring/parts/none", "spring/lines/privacy"):
        assert auditor.get(f"/office/rounds/{wrong}").status_code == 404
    with app.extensions["portal.database"].writing() as session:
        assert editing.working(session, "round", "spring") is not None


def test_whoever_the_checklist_names_may_do_it() -> None:
    pages_of = {code: endpoint for code, (endpoint, _) in round_words.PAGES.items()}
    pages_of |= {"privacy": "office.text", "helplines": "office.text_checked"}
    assert set(pages_of) == set(LINES) == set(round_words.TITLES)
    for code, (_, roles, _) in LINES.items():
        for role in roles:
            if (code, role) == ("safeguarding", "administrator"):
                assert ROLES["office.person_roles"].allows(frozenset({role}), "POST")
            assert ROLES[pages_of[code]].allows(frozenset({role}), "POST"), (code, role)


def test_everything_that_can_be_missing_has_words(app: Flask) -> None:
    source = inspect.getsource(checklist)
    codes = set(re.findall(r'"([a-z]+\.[a-z_0-9]+)"', source))
    assert codes == set(round_words.LACKS)
