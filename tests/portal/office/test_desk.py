"""The analyst's desk: who may see what, what every kind of question shows, and what leaves the office."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.office.census import listed
from surveys import changes, surveys
from surveys.audit import Entry, Reason
from surveys.moderation import themes
from surveys.questionnaire.model import Questionnaire
from surveys.records import Comment, Response
from surveys.sealing import Keyring
from tests.conftest import NOW
from tests.office import sign_in
from tests.pages import Page, PageClient, parse, words
from tests.portal import publishing
from tests.portal.partnership import nomis_files

SLUG = "local-2025"
EMPTY = "organisations-2026"


@pytest.fixture(scope="module")
def app(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("desk")
    shutil.copyfile(sqlite_template, folder / "portal.sqlite3")
    for app in publishing.application(f"sqlite:///{folder / 'portal.sqlite3'}", folder, NOW):
        publishing.loaded(app, publishing.PACK, NOW)
        with publishing.store(app).writing() as session:
            for number, slug in ((400, SLUG), (300, "local-2026")):
                survey = surveys.by_slug(session, slug)
                assert survey is not None
                publishing.answered(session, survey, number, publishing.PACK, seed=number)
        publishing.released(app, SLUG, NOW)
        publishing.settled(app, NOW)
        yield app


@pytest.fixture(scope="module")
def document(app: Flask) -> Questionnaire:
    with publishing.store(app).reading() as session:
        survey = surveys.by_slug(session, SLUG)
        assert survey is not None
        version = surveys.current_version(session, survey.id)
        assert version is not None
        return surveys.questionnaire_of(version)


@pytest.fixture(scope="module")
def analyst(app: Flask) -> PageClient:
    return sign_in(app, "analyst")


@pytest.fixture(scope="module")
def member(app: Flask) -> PageClient:
    return sign_in(app, "member")


def actions(app: Flask) -> list[str]:
    with publishing.store(app).reading() as session:
        return list(session.scalars(select(Entry.action).order_by(Entry.number)))


def send(client: PageClient, address: str, **given: Any) -> TestResponse:
    """Posts to the office as a page of it would."""
    token = dict(Page(client.get("/office/desk")).form("Sign out").fields)["csrf_token"]
    return client.post(address, data={**given, "csrf_token": token}, headers={"Origin": "http://localhost"})


def exact(client: PageClient, question: str, slug: str = SLUG, **asked: str) -> str:
    answer = send(client, f"/office/desk/{slug}/{question}/exact", **asked)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def test_every_question_has_a_page_for_members(member: PageClient, document: Questionnaire) -> None:
    assert SLUG in member.get("/office/desk").get_data(as_text=True)
    overview = member.get(f"/office/desk/{SLUG}").get_data(as_text=True)
    for question in document.questions:
        assert f"/office/desk/{SLUG}/{question.id}" in overview
        page = member.get(f"/office/desk/{SLUG}/{question.id}")
        assert page.status_code == 200
        assert "Show exact figures" not in page.get_data(as_text=True)
    assert member.get(f"/office/desk/{SLUG}/no-such-question").status_code == 404
    assert member.get("/office/desk/no-such-survey").status_code == 404


def test_a_question_with_many_answers_has_an_answer_a_row_and_a_group_a_column(member: PageClient) -> None:
    page, _ = parse(member.get(f"/office/desk/{SLUG}/topics").get_data(as_text=True))
    table = next(one for one in page.iter("table") if words(one.find("caption")).endswith("by age"))
    ages = [[words(cell) for cell in row] for row in table.iter("tr")]
    assert ages[0][:3] == ["Answer", "Everyone who answered", "13 to 15"]
    assert ages[1][0] == "People who answered"
    assert {len(row) for row in ages} == {len(ages[0])}
    assert "Road safety and speeding" in [row[0] for row in ages]


def test_how_many_wrote_something_is_a_number_and_not_called_too_few(member: PageClient) -> None:
    page, _ = parse(member.get(f"/office/desk/{SLUG}/why").get_data(as_text=True))
    row = next(row for row in page.iter("tr") if words(next(iter(row))) == "Wrote something")
    assert [words(cell) for cell in row][1] == "not a share"
    assert int([words(cell) for cell in row][2].split()[0]) >= 30


@pytest.mark.parametrize(
    ("shares", "unit", "shown"),
    [
        ((("Male", 49.1), ("Female", 50.9)), "Share", "49.1%"),
        ((("Prickwillow", 45), ("Ely", 9000)), "People", "45"),
    ],
)
def test_a_census_table_says_whether_it_counts_people_or_shares(
    shares: tuple[tuple[str, float], ...], unit: str, shown: str
) -> None:
    found = listed(shares)
    assert (found["unit"], found["rows"][0][1]) == (unit, shown)


def test_nobody_but_analysts_sees_exact_figures(app: Flask, member: PageClient) -> None:
    for role in ("member", "consultation", "moderator", "auditor", "administrator", "information"):
        client = sign_in(app, role)
        assert send(client, f"/office/desk/{SLUG}/topics/exact").status_code == 403
        assert client.get(f"/office/desk/{SLUG}/export").status_code == 403
        assert send(client, f"/office/desk/{SLUG}/comments").status_code == 403


def test_figures_for_the_whole_office_are_the_disclosed_ones(member: PageClient) -> None:
    page, _ = parse(member.get(f"/office/desk/{SLUG}/topics").get_data(as_text=True))
    table = next(t for t in page.iter("table") if t.get("id") == "table-1")
    counts = [words(cells[1]) for row in table.iter("tr") if len(cells := list(row.iter("td"))) == 3]
    people = [int(re.match(r"\d+", text).group()) for text in counts if text[0].isdigit()]  # type: ignore[union-attr]
    assert people
    assert all(number % 5 == 0 and number >= 10 for number in people)
    figure = member.get(f"/office/desk/{SLUG}/figures/topics").get_json()
    assert figure["data"]
    assert member.get(f"/office/desk/{SLUG}/figures/who.ethnic").status_code == 404


def test_a_share_by_ward_is_a_map_with_its_legend_and_bars(member: PageClient) -> None:
    text = member.get(f"/office/desk/{SLUG}/safe-dark").get_data(as_text=True)
    page, _ = parse(text)
    figure = member.get(f"/office/desk/{SLUG}/figures/safe-dark.by.ward.unsafe").get_json()
    assert {trace["type"] for trace in figure["data"]} == {"scatter"}
    numbers = next(trace for trace in figure["data"] if trace["mode"] == "text")["text"]
    assert len(numbers) == 14
    table = next(t for t in page.iter("table") if "by ward" in words(t.find("caption")))  # type: ignore[arg-type]
    names = [words(th) for row in table.iter("tr") if (th := row.find("th")) is not None][1:]
    assert [name.split()[0] for name in names if name[0].isdigit()] == numbers
    assert "50% and over" in text or "80% and over" in text
    shown = [words(row[1]) for row in table.iter("tr") if words(row[1]).endswith("%")]
    assert len(
        [r for r in table.iter() if r.tag.endswith("rect") and r.get("class") == "pic-series-1"]
    ) == len(shown)


def test_question_by_question_has_a_chart_of_the_groups_in_its_table(analyst: PageClient) -> None:
    for question in ("topics", "change"):
        page, _ = parse(exact(analyst, question, against="safe-dark"))
        drawn = [f for f in page.iter("figure") if f.get("id") == "chart-by-1"]
        assert drawn, question
        figure = json.loads(drawn[0].get("data-drawn") or "")
        told = json.dumps(figure, ensure_ascii=False)
        assert "Very safe" in told
        assert "not-given" not in told


def test_exact_figures_are_counted_and_every_look_is_logged(
    app: Flask, analyst: PageClient, document: Questionnaire
) -> None:
    with publishing.store(app).reading() as session:
        survey = surveys.by_slug(session, SLUG)
        assert survey is not None
        stored = session.scalars(select(Response.answers).where(Response.survey_id == survey.id)).all()
    before = actions(app).count("results.read_exact")
    page = exact(analyst, "topics")
    roads = sum("roads" in (a.get("topics") or ()) for a in stored)
    answered = sum(bool(a.get("topics")) for a in stored)
    root, _ = parse(page)
    row = next(r for r in root.iter("tr") if (th := r.find("th")) is not None and "Road" in words(th))
    assert words(list(row.iter("td"))[1]) == f"{roads}{roads} people"
    assert f"answered {answered}" in page
    assert "indicative" in page
    assert actions(app).count("results.read_exact") == before + 1
    with publishing.store(app).reading() as session:
        entry = session.scalars(select(Entry).where(Entry.action == "results.read_exact")).all()[-1]
    assert json.loads(entry.facts) == {"question": "topics"}


def test_filters_groups_and_another_question(analyst: PageClient, document: Questionnaire) -> None:
    page = exact(
        analyst, "topics", by="age", against="safe-dark", compared="local-2026", **{"where-sex": "female"}
    )
    assert "Sex: Female" in page
    assert "comparisons together" in page
    assert "Compared with" in page
    assert "Chance of the first three" not in page
    assert send(analyst, f"/office/desk/{SLUG}/topics/exact", by="shoe-size").status_code == 422
    assert send(analyst, f"/office/desk/{SLUG}/topics/exact", **{"where-sex": "x"}).status_code == 422


@pytest.mark.parametrize("slug", [SLUG, EMPTY])
def test_every_question_in_every_way_has_figures_or_a_sentence(
    analyst: PageClient, app: Flask, slug: str
) -> None:
    with publishing.store(app).reading() as session:
        survey = surveys.by_slug(session, slug)
        if survey is None:
            pytest.skip("the pack has no such survey")
        version = surveys.current_version(session, survey.id)
        assert version is not None
        document = surveys.questionnaire_of(version)
    axes = [d.key for d in document.dimensions]
    for place, question in enumerate(document.questions):
        if place % 4 == 3 and question.kind not in ("grid", "one-of", "rating", "number", "ranking"):
            continue
        asked = {"by": axes[place % len(axes)], "weighted": "y"} if axes else {}
        page = exact(analyst, question.id, slug, **asked)
        assert not re.search(r">\s*(nan|inf|None)(%|\s*<)", page), question.id


def test_what_matters_most_has_places_with_intervals(analyst: PageClient) -> None:
    page = exact(analyst, "first-topic")
    assert "Chance of the first three" in page
    assert "1st" in page
    assert re.search(r"between \d+(st|nd|rd|th) and \d+(st|nd|rd|th) of", page)


def test_another_wording_is_not_compared(analyst: PageClient, document: Questionnaire) -> None:
    page = exact(analyst, "topics", compared="local-2026")
    assert "two independent groups of people" in page or "not the same" in page
    assert "representative" not in page.lower()


def test_census_tables_weigh_what_they_fit(app: Flask, analyst: PageClient) -> None:
    assert "weighted" in analyst.get(f"/office/desk/{SLUG}").get_data(as_text=True).lower()
    consultation = sign_in(app, "consultation")

    def upload(text: str, about: str, area: str = "") -> tuple[int, str]:
        file = (io.BytesIO(text.encode()), "table.csv")
        sent = send(consultation, "/office/census", file=file, about=about, area=area)
        return sent.status_code, sent.get_data(as_text=True)

    status, page = upload(nomis_files.SEX.replace('"43,091"', '"lots"'), "sex", "E07000009")
    assert status == 422
    assert "Row 9, column G" in page
    assert upload("", "sex")[0] == 422
    assert upload(nomis_files.SEX, "")[0] == 422
    assert upload(nomis_files.SEX, "sex", "E07000099")[0] == 422
    for text, about in (
        (nomis_files.SEX, "sex"),
        (nomis_files.ages(), "age"),
        (nomis_files.ETHNIC, "ethnic"),
    ):
        area = "E07000009" if about != "ethnic" else ""
        assert upload(text, about, area)[0] == 302
    listed = consultation.get("/office/census").get_data(as_text=True)
    assert "Sex (TS008)" in listed
    assert "from Nomis on 12 November 2026" in listed
    overview = analyst.get(f"/office/desk/{SLUG}").get_data(as_text=True)
    assert "Weighted to the census by" in overview or "Not weighted." in overview
    page = exact(analyst, "topics", weighted="y", by="ward")
    assert "design effect" in page


def test_the_board_compares_wards_once_a_census_table_has_them(app: Flask, document: Questionnaire) -> None:
    consultation = sign_in(app, "consultation")
    board = f"/office/board/{SLUG}"
    assert "No census table says how many people live here by ward" in consultation.page(board).main
    wards = [one.text["en_GB"] for one in document.dimensions[0].categories]
    rows = ['"East Cambridgeshire","E07000009","87,762"']
    rows += [f'"{name}","E0501150{number}","{1000 * (number + 1):,}"' for number, name in enumerate(wards)]
    head = nomis_files.WARDS.partition('"2022 wards"')[0]
    table = "\n".join([head.rstrip(), "", '"2022 wards","mnemonic","Total: All usual residents"', *rows, ""])
    file = (io.BytesIO(table.encode()), "wards.csv")
    one = send(consultation, "/office/census", file=file, about="ward", area="E07000009")
    assert "totals only" in one.get_data(as_text=True)
    file = (io.BytesIO(table.encode()), "wards.csv")
    sent = send(consultation, "/office/census", file=file, about="ward", area="")
    assert sent.status_code == 302
    page = consultation.page(board)
    assert "by ward" not in page.main
    cells = [[words(cell) for cell in row] for row in page.root.iter("tr")]
    told = [row for row in cells if row and row[0] in wards]
    assert len(told) == len(wards)
    for by in ("ward", "age", "sex"):
        assert f'data-figure="{board}/{by}.json"' in page.html
        signs = consultation.get(f"{board}/{by}.json").get_json()["data"][1:]
        assert [len(one["x"]) > 1 for one in signs] == [True, True]
    signs = consultation.get(f"{board}/ward.json").get_json()["data"][1:]
    for sign, column in zip(signs, (2, 3), strict=True):
        assert [f"{share}%" for share in sign["x"]] == [row[column] for row in told if "%" in row[column]]
    assert "not in the census table" not in str(told)
    compared = [row for row in told if row[3].endswith("%")]
    assert 97 <= sum(int(row[3].rstrip("%")) for row in compared) <= 103
    assert 97 <= sum(int(row[2].rstrip("%")) for row in compared) <= 103


def test_views_are_kept_opened_and_deleted_by_their_owner(app: Flask, analyst: PageClient) -> None:
    asked = {"question": "topics", "by": "age", "where-sex": "female"}
    assert send(analyst, f"/office/desk/{SLUG}/views", **{**asked, "name": " "}).status_code == 422
    assert send(analyst, f"/office/desk/{SLUG}/views", **{**asked, "name": "Women by age"}).status_code == 302
    overview = analyst.get(f"/office/desk/{SLUG}").get_data(as_text=True)
    view = re.search(r"view=([\w-]+)", overview)
    assert view
    page = analyst.get(f"/office/desk/{SLUG}/topics?view={view.group(1)}").get_data(as_text=True)
    assert re.search(r'<option value="female" selected', page)
    other = sign_in(app, "analyst", name="Sam Example")
    assert other.get(f"/office/desk/{SLUG}/topics?view={view.group(1)}").status_code == 404
    assert send(other, f"/office/desk/views/{view.group(1)}/forget").status_code == 404
    assert send(analyst, f"/office/desk/views/{view.group(1)}/forget").status_code == 302
    assert (
        "Women by age"
        not in analyst.get("/office/desk").get_data(as_text=True).split("</nav>")[1].split("note-done")[0]
    )


@pytest.mark.parametrize("groups", ["place", "people"])
def test_exported_rows_never_join_a_place_and_a_persons_marks(
    app: Flask, analyst: PageClient, groups: str
) -> None:
    address = f"/office/desk/{SLUG}/export"
    assert send(analyst, address, reason="short", groups=groups).status_code == 422
    assert send(analyst, address, reason="A question from the board", groups="all").status_code == 422
    sent = send(analyst, address, reason="A question from the board", groups=groups)
    lines = list(csv.DictReader(io.StringIO(sent.get_data().decode("utf-8-sig"))))
    assert len(lines) == 400
    columns = {name.split(".")[0] for name in lines[0]}
    marks = {"age", "sex", "ethnic", "ethnic-white", "condition", "limits", "connection", "topics"}
    if groups == "place":
        assert columns == {"copy", "terms", "place", "ward", "safe-dark", "change"}
    assert ({"place", "ward"} <= columns) == (groups == "place")
    assert bool(marks & columns) == (groups == "people")
    assert {"day", "language", "channel"}.isdisjoint(columns)
    (mark,) = {line["copy"] for line in lines}
    with publishing.store(app).reading() as session:
        entry = session.scalars(select(Entry).where(Entry.action == "responses.export")).all()[-1]
        facts = json.loads(entry.facts)
        kept = session.get_one(Reason, facts["reason"])
    assert (facts["mark"], kept.words, facts["rows"]) == (mark, "A question from the board", 400)


def test_comments_leave_only_as_they_were_cleared(app: Flask, analyst: PageClient) -> None:
    keys: Keyring = app.extensions["portal.keys"]
    with publishing.store(app).writing() as session:
        survey = surveys.by_slug(session, SLUG)
        assert survey is not None
        people = session.scalars(select(Response).where(Response.survey_id == survey.id).limit(3)).all()
        written = (
            ("publishable", "=HYPERLINK(1) street lights"),
            ("waiting", "not read yet"),
            ("withheld", "never"),
        )
        for response, (state, text) in zip(people, written, strict=True):
            key_id, sealed = keys.seal(text)
            session.add(
                Comment(
                    survey_id=survey.id, response_id=response.id, item="why", sealed=sealed, key_id=key_id,
                    locale="en_GB", state=state, submitted_on=response.submitted_on,
                )
            )  # fmt: skip
    sent = send(analyst, f"/office/desk/{SLUG}/comments", reason="For the theme workshop")
    sheet = openpyxl.load_workbook(io.BytesIO(sent.get_data()))["Comments"]
    rows = list(sheet.iter_rows(min_row=2))
    assert [row[1].value for row in rows] == ["'=HYPERLINK(1) street lights"]
    assert all(cell.data_type == "s" for row in rows for cell in row if cell.value)


def test_coding_pages_show_agreement_and_take_a_second_coding(app: Flask) -> None:
    moderator = sign_in(app, "moderator")
    keys: Keyring = app.extensions["portal.keys"]
    with publishing.store(app).writing() as session:
        survey = surveys.by_slug(session, "local-2026")
        assert survey is not None
        noted = {"by": "officer:1", "now": NOW, "keys": keys}
        theme = themes.add(session, survey.id, "why", name="Lighting", **noted)  # type: ignore[arg-type]
        owner = session.scalars(select(Response).where(Response.survey_id == survey.id).limit(1)).one()
        key_id, sealed = keys.seal("The lamps are broken")
        session.add(
            Comment(
                survey_id=survey.id, response_id=owner.id, item="why", sealed=sealed, key_id=key_id,
                locale="en_GB", state="publishable", submitted_on=owner.submitted_on,
            )
        )  # fmt: skip
        session.flush()
        chosen = theme.id
    page = moderator.page("/office/coding/local-2026/why")
    assert "Lighting" in page.main
    assert "no sample yet" in page.main
    page = moderator.page("/office/coding/local-2026/why/next")
    assert "The lamps are broken" in page.main
    page = moderator.submit(page, {"themes": [chosen]}, "Save and show the next")
    assert "coded twice" in page.text
    assert "0% of 1" in page.main
    page = moderator.submit(page, {}, "Make new suggestions")
    assert "At least 30 comments need themes" in page.main
    assert moderator.get("/office/coding/local-2026/no-such").status_code == 404
    answer = f"/office/coding/local-2026/why/suggestions/x/{chosen}/accept"
    assert send(moderator, answer).status_code == 404


def test_one_more_answer_changes_nothing_that_the_office_sees(app: Flask, member: PageClient) -> None:
    """Whoever looks before and after one submission learns nothing about it."""

    def seen() -> list[str]:
        pages = ["/office/desk", "/office/desk/local-2026"]
        pages += [f"/office/desk/local-2026/{id}" for id in ("topics", "first-topic", "safe-dark", "ethnic")]
        said = [member.get(page).get_data(as_text=True) for page in pages]
        return [re.sub(r'name="csrf_token" value="[^"]+"', "", one) for one in said]

    before = seen()
    with publishing.store(app).writing() as session:
        survey = surveys.by_slug(session, "local-2026")
        assert survey is not None
        publishing.answered(session, survey, 1, publishing.PACK, seed=99)
        last = session.scalars(select(Response.id).where(Response.survey_id == survey.id)).all()[-1]
        changes.record(session.connection(), survey.id, last, "submit")
    assert seen() == before
