"""Words about the plan."""

from __future__ import annotations

from portal.office_words import Facts, Say


def _wrong(facts: Facts) -> str:
    reason = str(facts.get("reason", ""))
    if "long" in reason:
        return "This is too long. Shorten it"
    if "date" in reason:
        return "Enter a day, like 31 3 2028"
    if reason.startswith(("float", "finite", "greater", "less")):
        return "Enter a number, like 46 or 46.5"
    if reason in ("missing", "string_too_short"):
        return "Fill this in"
    return "This does not fit here. Look at it again"


def _named(what: str) -> Say:
    return lambda facts: f"This site has no {what} “{', '.join(facts.get('wrong', ()))}”"


WORDS: dict[str, Say] = {
    "plan.year": lambda _: "Enter a year between 1998 and 2199",
    "plan.exists": lambda facts: f"There is a plan for {facts.get('year')} already",
    "plan.unknown": lambda facts: f"There is no plan for {facts.get('year')}",
    "plan.kind": lambda _: "A plan has objectives, targets and actions",
    "plan.wrong": _wrong,
    "plan.long": lambda _: "This is too long. Use no more than 8,000 characters",
    "plan.parent": lambda _: "Choose the objective it belongs to",
    "plan.priority": _named("priority"),
    "plan.partner": _named("partner"),
    "plan.area": _named("area of focus"),
    "plan.causes": lambda facts: (
        f"These point to nothing: {', '.join(facts.get('wrong', ()))}. Copy the id from the decision or table"
    ),
    "plan.due": lambda _: "The target must be due after the day of its baseline",
    "plan.no_item": lambda facts: f"There is no {facts.get('key', 'such thing')} in this plan",
    "plan.meanwhile": lambda _: (
        "Somebody else changed this meanwhile. What stands now is shown beside what you typed. "
        "Save again to put yours in its place"
    ),
    "plan.quarter": lambda _: "Choose a quarter",
    "plan.reports": lambda _: "An objective stands as its targets and actions stand. Report on those",
    "plan.value": lambda _: "Enter a number, like 46 or 46.5",
    "plan.status": lambda _: "Choose how it stands",
    "plan.words": lambda _: "Say what happened, in no more than 4,000 characters",
    "plan.empty": lambda _: "There is nothing in this plan yet",
    "plan.note": lambda _: "Say what is different from the last public edition",
    "plan.same": lambda _: "Nothing is different from what is public",
    "plan.no_file": lambda _: "Choose a spreadsheet",
    "plan.not_sheet": lambda _: "This is not a spreadsheet we can read. Save it as .xlsx and try again",
    "plan.sheet_large": lambda _: "This spreadsheet is too large for a plan",
    "plan.there": lambda facts: f"{facts.get('key')} has this name already. Take the row out, or its key in",
    "plan.sheet": lambda _: "Nothing was taken over, because some rows are wrong. They are listed below",
}
