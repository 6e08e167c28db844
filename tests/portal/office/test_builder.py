"""The builder's pages as an officer uses them: by links and forms, without scripts."""

from __future__ import annotations

import datetime as dt
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from portal.office.builder_words import text_words
from surveys import surveys
from surveys.authoring import beginning, drafting
from surveys.authoring.drafting import SurveyDraft
from surveys.questionnaire import editing, patches
from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.wordings import wordings
from tests.office import sign_in
from tests.pages import Page, PageClient
from tests.surveys.questionnaire import samples

Writing = Callable[[], Any]
HOSTILE = "<script>alert(1)</script>\"'>{{ 7*7 }}"


@pytest.fixture
def database_url(sqlite_copy: str) -> str:
    return sqlite_copy


@pytest.fixture
def ann(app: Flask) -> PageClient:
    return sign_in(app, "consultation", name="Ann Writer")


@pytest.fixture
def draft_id(app: Flask, writing: Writing) -> str:
    return begin(app, writing, samples.every_kind())


def begin(app: Flask, writing: Writing, document: Questionnaire) -> str:
    with writing() as session:
        draft = beginning.begin(
            session,
            document,
            name="Next year",
            origin="blank",
            by="officer:x",
            now=app.extensions["portal.clock"](),
            keys=app.extensions["portal.keys"],
        )
        return str(draft.id)


def document(writing: Writing, draft_id: str) -> Questionnaire:
    with writing() as session:
        return drafting.document_of(session.get(SurveyDraft, draft_id))


def at(draft_id: str, rest: str = "") -> str:
    return f"/office/surveys/{draft_id}{rest}"


def test_a_draft_starts_from_the_model_survey_and_is_listed(ann: PageClient) -> None:
    page = ann.page(ann.page("/office/surveys").link("Start a draft"))
    wrong = ann.submit(page, {"name": ""}, "Make the draft", status=422)
    assert "Name the draft" in wrong.main
    made = ann.submit(page, {"name": "Residents 2027", "start": "model:residents"}, "Make the draft")
    assert made.h1 == "Residents 2027"
    assert "No faults" in made.main
    assert "Residents 2027" in ann.page("/office/surveys").main


def delete(client: PageClient, draft_id: str, rest: str, seen: str) -> None:
    """Presses Delete beside a question or page."""
    token = dict(client.page(at(draft_id, "/settings")).form("Save").fields)["csrf_token"]
    pressed = {"csrf_token": token, "action": "delete", "seen": seen}
    client.post(at(draft_id, f"{rest}/act"), data=pressed, headers={"Origin": "http://localhost"})


def test_what_is_typed_about_a_deleted_question_is_kept_with_the_way_back(
    app: Flask, ann: PageClient, draft_id: str, writing: Writing
) -> None:
    typing = ann.page(at(draft_id, "/questions/why"))
    bob = sign_in(app, "consultation", name="Bob Brook")
    delete(bob, draft_id, "/questions/why", seen="0")
    held = ann.submit(typing, {"text": "Why, in your own words?", "hint": HOSTILE}, "Save", status=410)
    assert "Bob Brook" in held.main
    copied = ["".join(box.itertext()).strip() for box in held.root.iter("textarea")]
    assert {"Why, in your own words?", HOSTILE} <= set(copied)
    assert "y" not in copied
    ann.submit(held, button="Undo: Deleted a question")
    clash = ann.submit(held, button="Try again", status=422)
    assert "Why, in your own words?" in clash.main
    ann.submit(clash, button="Save")
    assert document(writing, draft_id).question_by_id["why"].text["en_GB"] == "Why, in your own words?"


def test_a_deleted_page_or_answer_keeps_what_was_typed_and_a_made_up_one_is_not_found(
    app: Flask, ann: PageClient, draft_id: str
) -> None:
    page, answer = ann.page(at(draft_id, "/pages/9")), ann.page(at(draft_id, "/questions/age/answers/13-15"))
    bob = sign_in(app, "consultation", name="Bob Brook")
    there = bob.page(at(draft_id, "/questions/age"))
    bob.submit(there, {"action": "delete:options:13-15"}, "Save")
    kept = ann.submit(answer, {"text": "Young teenagers"}, "Save", status=410)
    assert "Young teenagers" in kept.main
    delete(bob, draft_id, "/pages/9", seen="1")
    held = ann.submit(page, {"title": "What I typed"}, "Save", status=410)
    assert "What I typed" in held.main
    made_up = dict(page.form("Save").fields) | {"title": "X"}
    sent = {"data": made_up, "headers": {"Origin": "http://localhost"}}
    assert ann.post(at(draft_id, "/pages/nowhere"), **sent).status_code == 404


def test_two_translators_at_once_keep_what_the_other_typed_and_what_has_no_place_any_more(
    app: Flask, ann: PageClient, draft_id: str, writing: Writing
) -> None:
    mine = ann.page(at(draft_id, "/languages/pl"))
    bob = sign_in(app, "consultation", name="Bob Brook")
    bob.submit(
        bob.page(at(draft_id, "/languages/pl")),
        {"text:question:age.text": "Bob: wiek"},
        "Save the translations",
    )
    saved = ann.submit(mine, {"text:question:topics.text": "Ann: tematy"}, "Save the translations")
    assert "Saved" in saved.html
    there = document(writing, draft_id).question_by_id
    assert (there["age"].text["pl"], there["topics"].text["pl"]) == ("Bob: wiek", "Ann: tematy")
    mine = ann.page(at(draft_id, "/languages/pl"))
    delete(bob, draft_id, "/questions/why", seen="2")
    typed = {"text:question:why.text": "Ann: czemu", "text:question:age.text": "Ann: wiek"}
    told = ann.submit(mine, typed, "Save the translations", status=422)
    assert "Ann: czemu" in told.main
    ann.submit(told, button="Save the translations")
    assert document(writing, draft_id).question_by_id["age"].text["pl"] == "Ann: wiek"


def test_a_file_with_faults_says_every_fault_and_makes_nothing(ann: PageClient) -> None:
    page = ann.page("/office/surveys/begin")
    token = dict(page.form("Make the draft").fields)["csrf_token"]
    for content, told in ((b"{", "not JSON"), (b'{"key": "x"}', "missing"), (b"", "Choose a file")):
        sent = {"csrf_token": token, "name": "X", "start": "file", "file": (io.BytesIO(content), "x.json")}
        found = Page(ann.post("/office/surveys/begin", data=sent, headers={"Origin": "http://localhost"}))
        assert found.status == 422
        assert told in found.main
    assert "There is no draft" in ann.page("/office/surveys").main


def test_a_question_is_added_worded_and_given_answers(
    ann: PageClient, draft_id: str, writing: Writing
) -> None:
    page = ann.page(ann.page(at(draft_id)).link("Add a page"))
    page = ann.submit(page, {"after": "4"}, "Add the page")
    page = ann.page(page.link("Add a question"))
    page = ann.submit(
        page,
        {"text": "Do you cycle?", "short": "Cycling", "kind": "one", "options": "Often\nNever\n"},
        "Add the question",
    )
    page = ann.submit(page, {"hint": "Any bicycle", "option.often": "Every day"}, "Save")
    page = ann.submit(page, {"answers": "Sometimes"}, "Add the answers")
    question = next(q for q in document(writing, draft_id).questions if q.id == "cycling")
    assert [(o.code, o.key, o.text["en_GB"]) for o in question.options] == [
        (1, "often", "Every day"),
        (2, "never", "Never"),
        (3, "sometimes", "Sometimes"),
    ]
    assert question.hint == {"en_GB": "Any bicycle"}
    overview = ann.page(at(draft_id))
    assert "The translation is missing (pl)" in overview.main
    back = ann.submit(overview, button="Undo: Added answers")
    assert "Do again: Added answers" in back.main
    again = ann.submit(back, button="Do again: Added answers")
    assert "Undo: Added answers" in again.main


def test_every_kind_of_question_has_its_form_and_saves_without_changing_anything(
    ann: PageClient, draft_id: str, writing: Writing
) -> None:
    before = document(writing, draft_id)
    for question in before.all_questions:
        ann.submit(ann.page(at(draft_id, f"/questions/{question.id}")), button="Save")
        for option in getattr(question, "options", ())[:1]:
            ann.submit(
                ann.page(at(draft_id, f"/questions/{question.id}/answers/{option.key}")), button="Save"
            )
        for row in getattr(question, "rows", ())[:1]:
            ann.submit(ann.page(at(draft_id, f"/questions/{question.id}/rows/{row.key}")), button="Save")
    for page in before.pages():
        ann.submit(ann.page(at(draft_id, f"/pages/{page.id}")), button="Save")
    ann.submit(ann.page(at(draft_id, "/settings")), button="Save")
    for holder in ("sections", "parts", "stops"):
        for one in getattr(before, holder):
            ann.submit(ann.page(at(draft_id, f"/frame/{holder}/{one.id}")), button="Save")
    after = document(writing, draft_id)
    found = patches.difference(editing.opened(before), editing.opened(after))
    assert [one for one in found if str(one.get("before")).strip() != one.get("after")] == []


def test_two_officers_at_one_question_the_second_sees_both_and_loses_nothing(
    app: Flask, ann: PageClient, draft_id: str, writing: Writing
) -> None:
    ben = sign_in(app, "consultation", name="Ben Writer")
    address = at(draft_id, "/questions/why")
    hers, his = ann.page(address), ben.page(address)
    ann.submit(hers, {"text": "Why, says Ann?"}, "Save")
    told = ben.submit(his, {"text": "Why, says Ben?"}, "Save", status=422)
    for words in ("Ann Writer", "Why, says Ann?", "Why, says Ben?"):
        assert words in told.main
    assert dict(told.form("Save").fields)["text"] == "Why, says Ben?"
    ben.submit(told, button="Save")
    texts = {q.id: q.text["en_GB"] for q in document(writing, draft_id).questions}
    assert texts["why"] == "Why, says Ben?"


def test_two_officers_at_two_questions_are_merged(
    app: Flask, ann: PageClient, draft_id: str, writing: Writing
) -> None:
    ben = sign_in(app, "consultation", name="Ben Writer")
    hers, his = ann.page(at(draft_id, "/questions/why")), ben.page(at(draft_id, "/questions/age"))
    ann.submit(hers, {"text": "Why, says Ann?"}, "Save")
    ben.submit(his, {"text": "How old, says Ben?"}, "Save")
    texts = {q.id: q.text["en_GB"] for q in document(writing, draft_id).questions}
    assert (texts["why"], texts["age"]) == ("Why, says Ann?", "How old, says Ben?")


def test_pages_questions_and_answers_move_are_copied_and_deleted_by_buttons(
    ann: PageClient, draft_id: str, writing: Writing
) -> None:
    def press(address: str, act: str) -> None:
        page = ann.page(at(draft_id))
        fields = dict(page.form("up").fields)
        data = {"csrf_token": fields["csrf_token"], "seen": fields["seen"], "action": act}
        ann.post(at(draft_id, address), data=data, headers={"Origin": "http://localhost"})

    before = [page.id for page in document(writing, draft_id).pages()]
    press("/pages/2/act", "up")
    assert [page.id for page in document(writing, draft_id).pages()][:2] == ["2", "1"]
    press("/pages/4/act", "copy")
    press("/questions/age-2/act", "copy")
    press("/questions/age-2/answers/13-15", "delete")
    press("/questions/age-2-2/act", "delete")
    assert len([page.id for page in document(writing, draft_id).pages()]) == len(before) + 1
    ids = {q.id for q in document(writing, draft_id).all_questions}
    assert "age-2" in ids
    assert "age-2-2" not in ids
    assert "Deleted a question" in ann.page(at(draft_id, "/history")).main


def test_answers_are_moved_and_deleted_in_the_form_of_their_question_which_keeps_what_was_typed(
    ann: PageClient, draft_id: str, writing: Writing
) -> None:
    def keys() -> list[str]:
        return [option.key for option in document(writing, draft_id).question_by_id["age"].options]

    first, second, *rest = keys()
    page = ann.page(at(draft_id, "/questions/age"))
    page = ann.submit(page, {"text": "How old?", f"option.{second}": "Early teens"}, f"down:options:{first}")
    assert keys() == [second, first, *rest]
    question = document(writing, draft_id).question_by_id["age"]
    assert (question.text["en_GB"], question.options[0].text["en_GB"]) == ("How old?", "Early teens")
    page = ann.submit(page, button=f"copy:options:{second}")
    page = ann.submit(page, button=f"delete:options:{second}-2")
    assert "Undo brings it back" in page.main
    assert keys() == [second, first, *rest]
    ann.submit(page, button=f"delete:options:{rest[0]}")
    assert keys() == [second, first, *rest[1:]]
    ann.submit(ann.page(at(draft_id)), button="Undo: Deleted an answer")
    assert keys() == [second, first, *rest]


def test_a_condition_is_put_together_by_forms_and_drawn_on_the_map(
    ann: PageClient, draft_id: str, writing: Writing
) -> None:
    page = ann.page(at(draft_id, "/routes/page/5"))
    page = ann.submit(page, {"question": "age"}, "Add a condition")
    wrong = ann.submit(page, {"operator": "any"}, "Save the condition", status=422)
    assert "Choose what the condition looks for" in wrong.main
    page = ann.submit(wrong, {"operator": "any", "answers": ["13-15", "16-24"]}, "Save the condition")
    assert "is “13 to 15” or “16 to 24”" in page.main
    when: Any = document(writing, draft_id).page_by_id["5"].when
    assert (when.question, when.includes) == ("age", ["13-15", "16-24"])
    drawn = ann.page(at(draft_id, "/map"))
    assert "Only if the answer to “How old are you?” is “13 to 15” or “16 to 24”" in drawn.main
    ann.submit(page, button="drop")
    assert document(writing, draft_id).page_by_id["5"].when is None


def test_a_question_of_the_bank_comes_with_its_source(
    ann: PageClient, writing: Writing, draft_id: str
) -> None:
    page = ann.page(at(draft_id, "/bank"))
    assert "Compare the wording with the source" in page.main
    ann.submit(page, {"part": "main"}, "Add Belonging to the neighbourhood")
    found = next(q for q in document(writing, draft_id).questions if q.identity == "cls.belonging")
    assert "Community Life" in (found.source or "")


def test_texts_are_translated_and_checked_side_by_side(
    ann: PageClient, draft_id: str, writing: Writing
) -> None:
    page = ann.page(at(draft_id, "/languages/pl"))
    page = ann.submit(page, {"text:question:why.text": "Czemu?"}, "Save the translations")
    assert document(writing, draft_id).question_by_id["why"].text["pl"] == "Czemu?"
    assert "Name the person" in ann.submit(page, {"speaker": ""}, "All texts are checked", status=422).main
    done = ann.submit(page, {"speaker": "Ewa Nowak"}, "All texts are checked")
    assert "Ewa Nowak" in done.main
    ann.submit(ann.page(at(draft_id, "/questions/why")), {"text": "Why?!"}, "Save")
    assert "Why?!" in ann.page(at(draft_id, "/languages/pl?show=stale")).main
    added = ann.submit(ann.page(at(draft_id, "/languages")), {"locale": "ro"}, "Add the language")
    assert "Missing" in added.main
    ann.submit(ann.page(at(draft_id, "/languages")), button="Take away Romanian")
    assert document(writing, draft_id).locales == ["en_GB", "pl"]


def test_a_shared_preview_shows_the_real_pages_and_saves_nothing(
    app: Flask, ann: PageClient, draft_id: str, writing: Writing
) -> None:
    page = ann.submit(ann.page(at(draft_id, "/preview")), {"days": "3"}, "Make the link")
    assert "Open it as wide as a phone" in page.main
    assert "QR code of the link above" in page.html
    address = re.search(r"http://localhost(/preview/[\w.-]+)", page.html)
    assert address is not None
    anybody = app.test_client()
    assert isinstance(anybody, PageClient)
    rows = counts(writing)
    for prefix, nothing in (("", "nothing is saved"), ("/pl", "")):
        start = anybody.page(prefix + address[1])
        assert nothing in start.main
        assert start.response.headers["Cache-Control"] == "no-store"
        assert "noindex" in start.response.headers["X-Robots-Tag"]
        walk(anybody, anybody.submit(start, button="Start" if not prefix else None))
    assert counts(writing) == rows
    ann.submit(page, button="Switch it off")
    assert "switched off" in anybody.page(address[1], status=410).main
    assert "not whole" in anybody.page(address[1] + "x", status=404).main


def walk(client: PageClient, page: Page) -> None:
    """Answers every page of a preview with its first choices, to the end."""
    for _ in range(60):
        if page.url.endswith("/end"):
            return
        form = page.form()

        values: dict[str, Any] = {}
        for element in page.root.iter("input"):
            name, kind = element.get("name", ""), element.get("type")
            if kind in ("radio", "checkbox") and name not in values and element.get("value") != "under-13":
                values[name] = element.get("value")
        more = [entry for entry in form.buttons if entry[2] == "more"]
        wanted = "more" if more else "send" if page.url.endswith("/check") else None
        page = client.submit(page, values, wanted if not page.url.endswith("/check") else "send")

    raise AssertionError("the preview has no end")


def counts(writing: Writing) -> dict[str, int]:
    from sqlalchemy import func, select

    from surveys.db import Base

    with writing() as session:
        return {
            name: session.scalar(select(func.count()).select_from(table)) or 0
            for name, table in Base.metadata.tables.items()
        }


@pytest.mark.parametrize("state", ["-", "x", "A" * 7000, "eJyrVipJLS5RslIqLilKzUnLTFGqBQA2YQZ4", "é"])
def test_an_altered_preview_address_starts_afresh(
    app: Flask, ann: PageClient, draft_id: str, state: str
) -> None:
    page = ann.submit(ann.page(at(draft_id, "/preview")), {"days": "3"}, "Make the link")
    address = re.search(r"http://localhost(/preview/[\w.-]+)", page.html)
    assert address is not None
    for rest in ("questions/1", "check", "end"):
        ann.page(f"{address[1]}/{state}/{rest}")


def test_a_draft_is_published_as_a_survey_and_then_corrected(
    app: Flask, ann: PageClient, writing: Writing
) -> None:
    made = samples.one_page()
    id = begin(app, writing, made)
    page = ann.page(at(id, "/publish"))
    bad = ann.submit(page, {"slug": "Not Good", "receipt_prefix": "QX"}, "Publish the questions", status=422)
    assert "small letters" in bad.main
    done = ann.submit(bad, {"slug": "local-2027", "receipt_prefix": "QX"}, "Publish the questions")
    assert "Published as the survey “local-2027”" in done.main
    with writing() as session:
        survey = surveys.by_slug(session, "local-2027")
        assert survey is not None
        assert surveys.state(survey, app.extensions["portal.clock"]()) == "draft"
    listed = ann.page("/office/surveys")
    draft = ann.submit(listed, button=f"Correct it {made.title['en_GB']}")
    question = made.questions[0]
    link = next(
        a.get("href", "") for a in draft.root.iter("a") if f"/questions/{question.id}" in a.get("href", "")
    )
    ann.submit(ann.page(link), {"text": "How save do you feel?"}, "Save")
    review = ann.page(draft.url + "/publish")
    assert "How save do you feel?" in review.main
    assert "Only spelling is different" in review.main
    assert (
        "Say in a sentence"
        in ann.submit(review, {"meaning": "same"}, "Publish the correction", status=422).main
    )
    live = ann.submit(review, {"meaning": "same", "note": "A spelling"}, "Publish the correction")
    assert "Version 2 is live" in live.main
    assert "corrected once" in ann.page("/office/surveys").main


def test_colleagues_remark_and_settle(ann: PageClient, draft_id: str) -> None:
    page = ann.submit(ann.page(at(draft_id, "/questions/age")), {"body": HOSTILE}, "Say it")
    assert HOSTILE in page.main
    assert "<script>alert" not in page.html
    assert "Remarks to settle" in ann.page(at(draft_id)).main
    settle = next(form.action for form in page.forms() if form.action.endswith("/settle"))
    token = dict(page.form("Say it").fields)["csrf_token"]
    ann.post(settle, data={"csrf_token": token}, headers={"Origin": "http://localhost"})
    assert "Remarks to settle" not in ann.page(at(draft_id)).main


def test_a_remark_outlives_its_question_and_can_still_be_settled(ann: PageClient, draft_id: str) -> None:
    ann.submit(ann.page(at(draft_id, "/questions/why")), {"body": "Is this needed?"}, "Say it")
    assert "Is this needed?" in ann.page(at(draft_id)).main
    token = dict(ann.page(at(draft_id)).form("up").fields)
    ann.post(
        at(draft_id, "/questions/why/act"),
        data={**token, "action": "delete"},
        headers={"Origin": "http://localhost"},
    )
    page = ann.page(at(draft_id))
    assert "A question that was deleted" in page.main
    page = ann.submit(page, button="Settled Is this needed?")
    assert page.h1 == "Next year"
    assert "Is this needed?" not in page.main


def test_hostile_words_never_run_in_a_colleagues_browser(ann: PageClient, draft_id: str) -> None:
    ann.submit(
        ann.page(at(draft_id, "/questions/age")),
        {"text": HOSTILE, "short": HOSTILE, "hint": HOSTILE, "option.13-15": HOSTILE},
        "Save",
    )
    ann.submit(ann.page(at(draft_id, "/pages/1")), {"title": HOSTILE, "body": HOSTILE}, "Save")
    ann.submit(ann.page(at(draft_id, "/settings")), {"name_title": HOSTILE, "purpose": HOSTILE}, "Save")
    preview = ann.submit(ann.page(at(draft_id)), button="own")
    for page in (
        ann.page(at(draft_id)),
        ann.page(at(draft_id, "/questions/age")),
        ann.page(at(draft_id, "/map")),
        ann.page(at(draft_id, "/languages/pl")),
        ann.page(at(draft_id, "/publish")),
        preview,
        ann.submit(preview, button="Start"),
    ):
        assert "<script>alert" not in page.html
        assert "49" not in page.h1


def test_readers_read_and_others_stay_outside(app: Flask, draft_id: str) -> None:
    auditor = sign_in(app, "auditor")
    assert auditor.page(at(draft_id)).h1 == "Next year"
    for rest in ("", "/questions/age", "/map", "/languages/pl", "/pages/1", "/settings", "/frame", "/tables"):
        page = auditor.page(at(draft_id, rest))
        assert "Delete" not in page.main
    form = dict(auditor.page(at(draft_id)).forms()[0].fields)
    sent = {"csrf_token": form.get("csrf_token", ""), "seen": "0", "action": "delete"}
    answered = auditor.post(at(draft_id, "/pages/1/act"), data=sent, headers={"Origin": "http://localhost"})
    assert answered.status_code == 403
    assert sign_in(app, "moderator").get(at(draft_id)).status_code == 403
    assert app.test_client().get(at(draft_id)).status_code == 302
    assert sign_in(app, "consultation").get(at("x" * 22)).status_code == 404


def test_the_link_of_a_preview_expires_by_the_clock(
    app: Flask, ann: PageClient, draft_id: str, clock: Any
) -> None:
    page = ann.submit(ann.page(at(draft_id, "/preview")), {"days": "1"}, "Make the link")
    address = re.search(r"http://localhost(/preview/[\w.-]+)", page.html)
    assert address is not None
    clock.pass_by(days=1)
    assert "expired" in app.test_client().get(address[1]).get_data(as_text=True)
    assert dt.timedelta(days=1)


def test_surveys_of_one_title_are_told_apart(app: Flask, ann: PageClient, writing: Writing) -> None:
    for slug, prefix in (("local", "QX"), ("local-again", "QY")):
        id = begin(app, writing, samples.one_page())
        ann.submit(
            ann.page(at(id, "/publish")), {"slug": slug, "receipt_prefix": prefix}, "Publish the questions"
        )
    title = samples.one_page().title["en_GB"]
    with writing() as session:
        asked = surveys.by_slug(session, "local")
        assert asked is not None
        asked.opens_at = dt.datetime(2031, 5, 1, tzinfo=dt.UTC)
    shown = ann.page("/office/surveys").main
    assert f"{title}, 2031" in shown
    with writing() as session:
        other = surveys.by_slug(session, "local-again")
        assert other is not None
        other.opens_at = dt.datetime(2031, 6, 1, tzinfo=dt.UTC)
    shown = ann.page("/office/surveys").main
    assert f"{title}, 2031 (local)" in shown
    assert f"{title}, 2031 (local-again)" in shown


def test_a_text_is_placed_in_words() -> None:
    placed = {one.name: text_words(one.name) for one in wordings(samples.every_kind())}
    assert placed["question:connection.option.live.text"] == "Answer"
    assert not [name for name, words in placed.items() if ":" in words.replace(": ", "") or "." in words]


def test_what_was_not_chosen_is_told_once(ann: PageClient) -> None:
    told = ann.submit(ann.page("/office/surveys/begin"), {"name": "A"}, "Make the draft", status=422)
    assert told.main.count("Choose what to start from") == 2  # in the summary and beside the field
    assert "Choose one of these" not in told.main


def test_a_changed_meaning_waits_for_a_colleague_and_the_public_reads_the_correction(
    app: Flask, ann: PageClient, writing: Writing
) -> None:
    id = begin(app, writing, samples.one_page())
    ann.submit(
        ann.page(at(id, "/publish")), {"slug": "local", "receipt_prefix": "QX"}, "Publish the questions"
    )
    draft = ann.submit(ann.page("/office/surveys"), button=f"Correct it {samples.one_page().title['en_GB']}")
    question = samples.one_page().questions[0].id
    ann.submit(ann.page(f"{draft.url}/questions/{question}"), {"text": "Asked otherwise?"}, "Save")
    sent = {"meaning": "changed", "note": "Another question"}
    review = ann.page(f"{draft.url}/publish")
    told = ann.submit(review, sent, "Publish the correction", status=422)
    assert "needs somebody else’s approval" in told.main
    assert "More than spelling is different" in told.main
    assert "The words “Asked otherwise?”" in told.main
    assert "Approve it" not in told.main
    same = {"meaning": "same", "note": "Spelling"}
    told = ann.submit(told, same, "Publish the correction", status=422)
    assert "somebody else has to agree that the meaning is the same" in told.main
    ben = sign_in(app, "consultation", name="Ben Writer")
    shown = ben.page(f"{draft.url}/publish")
    assert f"Question “{question}”" in shown.main
    assert "Asked otherwise?" in shown.main
    seen = ben.submit(shown, button="Approve it: the meaning has changed")
    assert "Approved as it stands, with a changed meaning, by Ben Writer" in seen.main
    told = ann.submit(told, same, "Publish the correction", status=422)
    assert "Version 2 is live" in ann.submit(told, sent, "Publish the correction").main
