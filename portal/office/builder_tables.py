"""What the results will show: groups of people, answers added together, and tables by group."""

from __future__ import annotations

from typing import Any, get_args

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.database import read_session
from portal.forms.office.tables import (
    NewGroup,
    NewSum,
    TableForm,
    group_form,
    group_shown,
    typed_categories,
    typed_places,
    typed_questions,
)
from portal.office.blueprint import bp, said
from portal.office.builder_desk import (
    Conflict,
    answers_of,
    change,
    conflict,
    draft_at,
    press,
    question_at,
    tell,
    thing,
    undoing,
)
from surveys.authoring import drafting
from surveys.authoring.drafting import SurveyDraft
from surveys.errors import SurveysError
from surveys.questionnaire import tabulation
from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.tabulation import List, listed_key

STEPS: dict[List, str] = {"dimensions": "group", "nets": "sum", "breakdowns": "table"}
MOVES = {"up": -1, "down": 1}


def _short(document: Questionnaire, id: str) -> str:
    found = next((q for q in document.all_questions if q.id == id), None)
    return (document.say(found.short, document.source_locale) if found else "") or id


def _chosen(document: Questionnaire, questions: Any) -> list[tuple[str, str]]:
    return [(one.id, _short(document, one.id)) for one in questions]


@bp.get("/surveys/<draft_id>/tables")
def builder_tables(draft_id: str) -> ResponseReturnValue:
    """Lists them, in the words the results will use."""
    draft = draft_at(draft_id)
    document = drafting.document_of(draft)
    return render_template(
        "office/builder/tables.html",
        draft=draft,
        document=document,
        faults=_faults(draft, document),
        short=lambda id: _short(document, id),
        words=lambda net: _words_of(document, net),
        name=listed_key,
        full=len(document.dimensions) >= tabulation.MOST_GROUPS,
        summable=_chosen(document, tabulation.summable(document)),
        group_names={one.key: document.say(one.text, document.source_locale) for one in document.dimensions},
        **undoing(draft),
        sum_names={(one.question, one.key): one for one in document.nets},
    )


def _faults(draft: SurveyDraft, document: Questionnaire, under: str = "") -> list[Any]:
    """The faults of these lists; ``under``: of the thing at this address alone."""
    here = url_for("office.builder_tables", draft_id=draft.id)
    every = tell(draft, document, drafting.faults_of(read_session(), draft))
    return [one for one in every if (one.href == under if under else one.href.startswith(here))]


def _words_of(document: Questionnaire, net: Any) -> list[str]:
    question = next((q for q in document.questions if q.id == net.question), None)
    known = dict(tabulation.parts_of(document, question)) if question is not None else {}
    return [document.say(known.get(key), document.source_locale) or key for key in net.options]


@bp.post("/surveys/<draft_id>/tables/act")
def builder_tables_act(draft_id: str) -> ResponseReturnValue:
    """Moves a group, sum or table, or takes it out of the results."""
    list_, key, act = (request.form.get(name, "") for name in ("list", "at", "action"))
    name: List = list_ if list_ in get_args(List) else abort(404)  # type: ignore[assignment]
    subjects = [f"{name}:{key}"]
    if act in MOVES:
        press(
            draft_id,
            lambda now_there: tabulation.move_listed(now_there, name, key, MOVES[act]),
            f"{STEPS[name]}.{act}",
            subjects,
        )
    elif act == "drop" and press(
        draft_id,
        lambda now_there: tabulation.drop_listed(now_there, name, key),
        f"{STEPS[name]}.drop",
        subjects,
    ):
        said("Taken out of the results. Undo brings it back.")
    return redirect(url_for("office.builder_tables", draft_id=draft_id) + f"#{name}")


# Groups of people -----------------------------------------------------------------------------------------


@bp.route("/surveys/<draft_id>/tables/add-group", methods=["GET", "POST"])
def builder_group_add(draft_id: str) -> ResponseReturnValue:
    draft = draft_at(draft_id)
    document = drafting.document_of(draft)
    form = NewGroup(data={"seen": str(draft.revision)})
    form.question.choices = [("", "Choose a question"), *_chosen(document, tabulation.grouping(document))]
    if request.method == "POST" and form.validate():
        words = str(form.text.data).strip()
        key = tabulation.new_group_key(document, words)
        try:
            change(
                draft_id,
                lambda now_there: tabulation.add_group(
                    now_there,
                    key,
                    {now_there.source_locale: words},
                    [str(form.question.data)],
                    wards=bool(form.wards.data),
                ),
                "group.add",
                [f"dimensions:{key}"],
                form.version,
            )
            said("The group is there. Look through its categories.")
            return redirect(url_for("office.builder_group", draft_id=draft_id, key=key))
        except SurveysError as problem:
            form.refuse(problem)
    page = render_template("office/builder/group_add.html", draft=draft, document=document, form=form)
    return make_response(page, 422 if form.problems() else 200)


def _group(document: Questionnaire, key: str) -> Any:
    return next((one for one in document.dimensions if one.key == key), None)


@bp.route("/surveys/<draft_id>/tables/groups/<key>", methods=["GET", "POST"])
def builder_group(draft_id: str, key: str) -> ResponseReturnValue:
    """One group: its questions, its categories, and the category of every answer."""
    draft = draft_at(draft_id)
    document = drafting.document_of(draft)
    group = thing(_group(document, key))
    offered = _chosen(document, tabulation.grouping(document))
    offered += [(id, _short(document, id)) for id in group.questions if id not in dict(offered)]
    known = {q.id: q for q in document.all_questions}
    answers = {id: answers_of(document, known[id]) for id in group.questions if id in known}
    form: Any = group_form(document, group, offered, answers)(
        data=group_shown(document, group) | {"seen": str(draft.revision)}
    )
    clash: Conflict | None = None
    if request.method == "POST" and form.validate():
        try:
            change(draft_id, _edit(form, key), "group.set", [f"dimensions:{key}"], form.version)
            said("Saved.")
            return redirect(url_for("office.builder_group", draft_id=draft_id, key=key))
        except SurveysError as problem:
            form.refuse(problem)
            if problem.code == "survey_draft.conflict":
                draft = draft_at(draft_id)
                clash = conflict(draft, problem, form, lambda state: _shown(state, key))
    page = render_template(
        "office/builder/group.html",
        draft=draft,
        document=document,
        group=group,
        form=form,
        clash=clash,
        answers={id: _short(document, id) for id in answers},
        **undoing(draft),
        faults=_faults(draft, document, url_for("office.builder_group", draft_id=draft_id, key=key)),
    )
    return make_response(page, 422 if form.problems() else 200)


def _shown(document: Questionnaire, key: str) -> dict[str, Any] | None:
    group = _group(document, key)
    return None if group is None else group_shown(document, group)


def _edit(form: Any, key: str) -> drafting.Change:
    """Everything typed in a group's form, and the button pressed: one more, up, down or away."""
    act, _, category = request.form.get("action", "").partition(":")
    texts, placed, questions = typed_categories(form), typed_places(form), typed_questions(form)
    another = str(form.another.data or "").strip() if "another" in form else ""
    text, special, wards = str(form.text.data).strip(), bool(form.special_category.data), bool(form.map.data)

    def edit(now_there: Questionnaire) -> Questionnaire:
        locale = now_there.source_locale
        worded = {name: {locale: words} for name, words in texts.items()}
        now_there = tabulation.word_categories(now_there, key, worded)
        fields = {"text": {locale: text}, "questions": questions, "special_category": special, "map": wards}
        now_there = tabulation.set_group(now_there, key, fields, placed)
        if another and not wards:
            now_there = tabulation.add_category(now_there, key, {locale: another})
        if act in MOVES:
            now_there = tabulation.move_category(now_there, key, category, MOVES[act])
        elif act == "drop":
            now_there = tabulation.drop_category(now_there, key, category)
        return now_there

    return edit


# Answers added together -----------------------------------------------------------------------------------


@bp.route("/surveys/<draft_id>/tables/add-sum", methods=["GET", "POST"])
def builder_sum_add(draft_id: str) -> ResponseReturnValue:
    """A sum of some answers of the question chosen before."""
    draft = draft_at(draft_id)
    document = drafting.document_of(draft)
    question = question_at(document, request.values.get("question", ""))
    form = NewSum(data={"seen": str(draft.revision), "question": question.id})
    if request.method == "POST" and _fill(form, document, question).validate():
        words, options = str(form.text.data).strip(), list(form.options.data or ())
        try:
            change(
                draft_id,
                lambda now_there: tabulation.add_sum(
                    now_there, question.id, "", {now_there.source_locale: words}, options
                ),
                "sum.add",
                [f"question:{question.id}"],
                form.version,
            )
            said("Added.")
            return redirect(url_for("office.builder_tables", draft_id=draft_id) + "#nets")
        except SurveysError as problem:
            form.refuse(problem)
    return _sum_page(draft, document, question, form)


def _fill(form: NewSum, document: Questionnaire, question: Any) -> NewSum:
    locale = document.source_locale
    form.options.choices = [
        (key, document.say(texts, locale) or key) for key, texts in tabulation.parts_of(document, question)
    ]
    return form


def _sum_page(
    draft: SurveyDraft,
    document: Questionnaire,
    question: Any,
    form: NewSum,
    clash: Conflict | None = None,
    key: str = "",
) -> ResponseReturnValue:
    _fill(form, document, question)
    here = url_for("office.builder_sum", draft_id=draft.id, key=key) if key else ""
    page = render_template(
        "office/builder/sum.html",
        draft=draft,
        document=document,
        form=form,
        clash=clash,
        short=_short(document, question.id),
        old=key,
        faults=_faults(draft, document, here) if key else (),
    )
    return make_response(page, 422 if form.problems() else 200)


def _sum(document: Questionnaire, key: str) -> Any:
    return next((one for one in document.nets if listed_key("nets", one.model_dump()) == key), None)


def _sum_shown(document: Questionnaire, key: str) -> dict[str, Any] | None:
    one = _sum(document, key)
    if one is None:
        return None
    return {
        "text": document.say(one.text, document.source_locale),
        "options": list(one.options),
        "question": one.question,
    }


@bp.route("/surveys/<draft_id>/tables/sums/<key>", methods=["GET", "POST"])
def builder_sum(draft_id: str, key: str) -> ResponseReturnValue:
    draft = draft_at(draft_id)
    document = drafting.document_of(draft)
    question = question_at(document, thing(_sum(document, key)).question)
    form = NewSum(data=(_sum_shown(document, key) or {}) | {"seen": str(draft.revision)})
    clash: Conflict | None = None
    if request.method == "POST" and _fill(form, document, question).validate():
        words, options = str(form.text.data).strip(), list(form.options.data or ())
        try:
            change(
                draft_id,
                lambda now_there: tabulation.set_sum(
                    now_there, key, {"text": {now_there.source_locale: words}, "options": options}
                ),
                "sum.set",
                [f"nets:{key}"],
                form.version,
            )
            said("Saved.")
            return redirect(url_for("office.builder_tables", draft_id=draft_id) + "#nets")
        except SurveysError as problem:
            form.refuse(problem)
            if problem.code == "survey_draft.conflict":
                draft = draft_at(draft_id)
                clash = conflict(draft, problem, form, lambda state: _sum_shown(state, key))
    return _sum_page(draft, document, question, form, clash, key)


# Tables by group ------------------------------------------------------------------------------------------


@bp.route("/surveys/<draft_id>/tables/add-table", methods=["GET", "POST"])
def builder_table_add(draft_id: str) -> ResponseReturnValue:
    return _table(draft_id, "")


@bp.route("/surveys/<draft_id>/tables/by-group/<key>", methods=["GET", "POST"])
def builder_table(draft_id: str, key: str) -> ResponseReturnValue:
    return _table(draft_id, key)


def _table_shown(document: Questionnaire, key: str) -> dict[str, Any] | None:
    found = (one for one in document.breakdowns if listed_key("breakdowns", one.model_dump()) == key)
    one = next(found, None)
    if one is None:
        return None
    return {"what": f"{one.question}.{one.net}" if one.net else one.question, "by": one.by}


def _table(draft_id: str, key: str) -> ResponseReturnValue:
    draft = draft_at(draft_id)
    document = drafting.document_of(draft)
    given = thing(_table_shown(document, key)) if key else {}
    form = TableForm(data=given | {"seen": str(draft.revision)})
    _offer(form, document, given)
    clash: Conflict | None = None
    if request.method == "POST" and form.validate():
        question, _, net = str(form.what.data).partition(".")
        by = str(form.by.data)
        made = listed_key("breakdowns", {"question": question, "by": by, "net": net})
        try:
            change(
                draft_id,
                lambda now_there: (
                    tabulation.set_table(now_there, key, question, by, net)
                    if key
                    else tabulation.add_table(now_there, question, by, net)
                ),
                "table.set" if key else "table.add",
                [f"breakdowns:{one}" for one in sorted({key or made, made})],
                form.version,
            )
            said("Saved." if key else "Added.")
            return redirect(url_for("office.builder_tables", draft_id=draft_id) + "#breakdowns")
        except SurveysError as problem:
            form.refuse(problem)
            if problem.code == "survey_draft.conflict":
                draft = draft_at(draft_id)
                clash = conflict(draft, problem, form, lambda state: _table_shown(state, key))
    here = url_for("office.builder_table", draft_id=draft_id, key=key) if key else ""
    page = render_template(
        "office/builder/table.html",
        draft=draft,
        document=document,
        form=form,
        clash=clash,
        old=key,
        faults=_faults(draft, document, here) if key else (),
    )
    return make_response(page, 422 if form.problems() else 200)


def _offer(form: TableForm, document: Questionnaire, given: dict[str, Any]) -> None:
    """Every question that can be broken down, each followed by its sums; what was chosen stays on offer."""
    locale = document.source_locale
    what = [("", "Choose a question")]
    for question in tabulation.tabled(document):
        short = _short(document, question.id)
        what.append((question.id, short))
        what += [
            (f"{question.id}.{net.key}", f"{short}: only “{document.say(net.text, locale) or net.key}”")
            for net in document.nets
            if net.question == question.id
        ]
    by = [("", "Choose a group")]
    by += [(group.key, document.say(group.text, locale) or group.key) for group in document.dimensions]
    for choices, name in ((what, "what"), (by, "by")):
        if given.get(name) and given[name] not in dict(choices):
            choices.append((given[name], f"{given[name]} (not there any more)"))
    form.what.choices, form.by.choices = what, by
