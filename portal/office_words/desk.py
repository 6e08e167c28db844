"""Words about results for officers: tables, census files, exports."""

from __future__ import annotations

from portal.office_words import Facts, Say

_COLUMNS = 26


def _column(number: object) -> str:
    """A column as a spreadsheet names it: 1 is A."""
    text, left = "", int(str(number))
    while left > 0:
        left, place = divmod(left - 1, _COLUMNS)
        text = chr(ord("A") + place) + text
    return text


def _cell(facts: Facts) -> str:
    return f"Row {facts.get('line', 1)}, column {_column(facts.get('column', 1))}"


WORDS: dict[str, Say] = {
    "view.name": lambda facts: f"Enter a name of at most {facts.get('most', 80)} characters",
    "view.many": lambda facts: (
        f"You have {facts.get('most', 100)} saved views of this survey. Delete one first"
    ),
    "view.unknown": lambda _: "There is no such view among yours",
    "census.no_file": lambda _: "Choose the file you downloaded from Nomis",
    "census.too_large": lambda _: "The file is too large for a census table. Download fewer areas",
    "census.not_text": lambda _: "This is not a CSV file. In Nomis, choose CSV",
    "census.no_table": lambda _: (
        "No census table was found in the file. It needs a row of headings with rows of numbers below it"
    ),
    "census.no_year": lambda _: "The file does not say which year it is about",
    "census.not_a_number": lambda facts: (
        f"{_cell(facts)} holds “{facts.get('found', '')}”, which is not a whole number"
    ),
    "census.wrong_width": lambda facts: (
        f"Row {facts.get('line', 1)} does not have {facts.get('wanted', 2)} columns as the headings do: "
        f"it breaks off or begins to differ at column {_column(facts.get('column', 1))}"
    ),
    "census.twice": lambda facts: f"{_cell(facts)}: “{facts.get('found', '')}” stands in the table twice",
    "census.no_categories": lambda _: (
        "The file holds totals only. Leave this empty: every area of the file then counts"
    ),
    "census.area_missing": lambda facts: f"The file has no area called “{facts.get('area', '')}”",
    "census.one_area": lambda _: "The file has one area only. Enter its name or code",
    "census.no_total": lambda facts: f"The file has no total for {facts.get('area', 'the area')}",
    "coding.unknown": lambda _: "This comment is not there any more. Take the next one",
    "coding.done": lambda _: "Somebody has done this already. Take the next one",
    "export.reason": lambda _: "Say why this has to leave the office, in at least 10 characters",
    "export.groups": lambda _: "Choose which file",
    "export.no_place": lambda _: "This survey asks for no place. Choose the file of people",
    "export.few": lambda facts: (
        f"Fewer than {facts.get('least', 10)} people took part: no file of places is made"
    ),
    "export.few_changed": lambda facts: (
        f"Fewer than {facts.get('least', 10)} responses came or went since a file of this kind was made, "
        "and as few between two files of the other kind. Laid side by side, all four would show who. "
        "Use the last file, or wait until more have changed"
    ),
}
