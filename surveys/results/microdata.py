"""Coded responses as one long CSV, for analysts: no text anybody wrote, no time, in a new order every time.

There are two files, and no answer stands in both: one of places, one of people. Whoever lays them side by
side finds nothing to join them by. What is left between them is guarded too: whether a question was asked at
all (:func:`_hide_betraying`), and what changed between two files of each (:func:`note`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from surveys import arrays as np
from surveys import audit
from surveys.errors import SurveysError
from surveys.questionnaire.codebook import ANSWERED, NOT_ASKED, PLACE_SKIPPED, Column, codebook_of
from surveys.questionnaire.codebook import SKIPPED as SKIPPED_BYTE
from surveys.questionnaire.model import Questionnaire
from surveys.responses import RESPONSE
from surveys.results import views
from surveys.results.exports import BOM, harmless
from surveys.results.follower import layout_of
from surveys.sealing import Keyring
from surveys.surveys import london_day

if TYPE_CHECKING:
    from numpy.typing import NDArray

SKIPPED = "skipped"
"""Asked and skipped. A blank is "not asked"; beside a place a blank is either."""
_FIRST_PART, _PART = 200, 2_000
_ID = 22

Together = Literal["place", "people"]
"""What may stand in one row. "place": places and the few questions the results show by place; "people":
everything else. No answer stands in both, at the command line either: a row could then point at a person."""
MOST_BESIDE_PLACE = 3
FEWEST = 10
"""Responses that cannot be told apart: as in everything else that is shown."""
SHORTEST_REASON = 10
TERMS = "exact; not for publication; never join with another file"
"""Stands in every line beside whose copy it is."""

Ids: TypeAlias = "NDArray[np.bytes_]"


def places_of(document: Questionnaire) -> frozenset[str]:
    """The questions that say where somebody lives."""
    found = {q.id for q in document.questions if q.kind == "place"}
    for dimension in document.dimensions:
        if dimension.map or any(id in found for id in dimension.questions):
            found.update(dimension.questions)
    return frozenset(found & document.question_by_id.keys())


def beside_place(document: Questionnaire) -> tuple[str, ...]:
    """The questions that stand beside a place, and nowhere else: single choices the results show by place."""
    places = places_of(document)
    by_place = {d.key for d in document.dimensions if any(id in places for id in d.questions)}
    shown = {one.question for one in document.breakdowns if one.by in by_place}
    marks = {document.age_question}
    marks.update(id for d in document.dimensions for id in d.questions)
    marks.update(q.id for p in document.parts if p.after_check for page in p.pages for q in page.questions)
    fit = (
        q.id
        for q in document.questions
        if q.id in shown and q.kind == "one" and not q.special_category and q.id not in marks | places
    )
    return tuple(fit)[:MOST_BESIDE_PLACE]


def left_out(document: Questionnaire, together: Together) -> frozenset[str]:
    """The questions whose answers a file leaves out: what is in the other one."""
    with_place = places_of(document).union(beside_place(document)) if places_of(document) else frozenset()
    return frozenset(document.question_by_id) - with_place if together == "place" else with_place


def reason_of(text: str | None) -> str:
    """Why exact rows leave, for the record. Raises SurveysError ``export.reason`` when it says too little."""
    reason = " ".join((text or "").split())
    if len(reason) < SHORTEST_REASON:
        raise SurveysError("export.reason", field="reason")
    return reason[:300]


def mark_of(whose: str, now: dt.datetime) -> str:
    """Whose copy this is: stands in every line of the file and in the audit log."""
    return f"{london_day(now):%Y%m%d}-{whose}-{secrets.token_hex(3)}"


def counted(session: Session, survey_id: str) -> Ids:
    """Every response that counts, by its id."""
    stored = RESPONSE.c
    ids = session.scalar(
        select(func.aggregate_strings(stored.id, "")).where(
            stored.survey_id == survey_id, stored.status == "counted"
        )
    )
    return np.frombuffer((ids or "").encode(), dtype=f"S{_ID}")


def note(
    session: Session,
    survey_id: str,
    ids: Ids,
    *,
    together: Together,
    mark: str,
    reason: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> None:
    """Writes down that these rows leave, or refuses.

    Two files of one kind, made before and after one person answered, show that person's row; two such files
    of the other kind show the same person's place. So when fewer than 10 changed between two files of the one
    kind, none is made that would show as much of the other: ``export.few_changed``. No file of places is made
    of fewer than 10 (``export.few``) or of a survey that asks for none (``export.no_place``).
    """
    if together == "place":
        if not places_of(layout_of(session, survey_id).questionnaire):
            raise SurveysError("export.no_place", field="groups")
        if len(ids) < FEWEST:
            raise SurveysError("export.few", field="groups", least=FEWEST)
    whom = hashlib.sha256(np.sort(ids).tobytes()).hexdigest()[:24]
    made: dict[str, list[tuple[int, str]]] = {one: [] for one in get_args(Together)}
    entries = select(audit.Entry.facts).where(
        audit.Entry.action == views.EXPORTED, audit.Entry.subject == f"survey:{survey_id}"
    )
    for facts in map(json.loads, session.scalars(entries)):
        if facts.get("groups") in made:
            made[facts["groups"]].append((facts["rows"], facts.get("whom", "")))
    others = made["people" if together == "place" else "place"]
    if any(_tells(one, (len(ids), whom)) for one in made[together]) and any(
        _tells(one, two) for one, two in combinations(others, 2)
    ):
        raise SurveysError("export.few_changed", field="groups", least=FEWEST)
    what = {"rows": len(ids), "groups": together, "mark": mark, "whom": whom}
    views.note_export(session, survey_id, what, reason=reason, by=by, now=now, keys=keys)


def _tells(one: tuple[int, str], two: tuple[int, str]) -> bool:
    """Whether two files side by side show the rows of a few people."""
    return one[1] != two[1] and abs(one[0] - two[0]) < FEWEST


def responses_csv(
    session: Session,
    survey_id: str,
    *,
    together: Together = "people",
    mark: str = "",
    ids: Ids | None = None,
) -> Iterator[bytes]:
    """Every counted response, a line each, in parts of a few thousand lines, in an order drawn for this file.

    ``mark``: a watermark for every line, which says whose copy this is. Neither day, channel nor language is
    in it: they narrow down who answered. ``ids``: only these, as they were noted.

    Columns: copy, terms, version (of people only), then each question of the newest version by its id. A
    question with several choices has a column of 1 and 0 for each (``question.choice``); a ranking has
    ``question.1`` and so on, a grid ``question.row``; a text only says whether something was written (1).
    """
    layout = layout_of(session, survey_id)
    out = left_out(layout.questionnaire, together)
    columns = [
        (column.question, column.item, tuple(column.codes.values()) if column.kind == "bitmap" else ())
        for column in codebook_of(layout.questionnaire).columns
        if column.question in layout.questionnaire.question_by_id and column.question not in out
    ]
    fixed = ["copy", "terms"]
    if together == "place":
        places = places_of(layout.questionnaire)
        columns.sort(key=lambda column: column[0] not in places)
        first = sum(column[0] in places for column in columns)
    else:
        fixed.append("version")
    yield (BOM + ",".join(harmless(name) for name in (*fixed, *_names(columns))) + "\r\n").encode()
    start = f"{_quoted(mark)},{_quoted(TERMS)},"
    lines: Mapping[str, _Lines]
    if together == "place":
        beside = {v.id: _PlaceLines(v.questionnaire, start, columns, first) for v in layout.versions}
        _hide_betraying(session, survey_id, beside)
        lines = beside
    else:
        lines = {v.id: _Lines(v.questionnaire, f"{start}{v.number},", columns) for v in layout.versions}
    for part in _parts(session, survey_id, counted(session, survey_id) if ids is None else ids):
        told: list[str] = []
        by_version: dict[str, list[bytes]] = {}
        for version, packed in part:
            by_version.setdefault(version, []).append(packed)
        for version, rows in by_version.items():
            told += lines[version].of(rows)
        yield "".join(told[place] for place in _order(len(told))).encode()


def _order(number: int) -> NDArray[np.intp]:
    """An order nobody can foretell or repeat."""
    return np.argsort(np.frombuffer(secrets.token_bytes(8 * number), dtype=np.uint64))


def _parts(session: Session, survey_id: str, ids: Ids) -> Iterator[list[tuple[str, bytes]]]:
    """Version and packed row of each; who stands in which part is drawn anew, within a part nothing is."""
    stored = RESPONSE.c
    order = _order(len(ids))
    cuts = [0, *range(_FIRST_PART, len(ids), _PART), len(ids)]
    for start, end in pairwise(cuts):
        wanted = [id.decode() for id in ids[order[start:end]].tolist()]
        query = select(stored.version_id, stored.packed).where(
            stored.survey_id == survey_id, stored.id.in_(wanted), stored.status == "counted"
        )
        yield [(row[0], row[1]) for row in session.connection().execute(query)]


_Wanted = tuple[str, str, tuple[str, ...]]


def _names(columns: Sequence[_Wanted]) -> Iterator[str]:
    for question, item, keys in columns:
        if keys:
            yield from (f"{question}.{key}" for key in keys)
        else:
            yield f"{question}.{item}" if item else question


class _Lines:
    """Turns packed rows of one version into lines, a column at a time."""

    def __init__(self, questionnaire: Questionnaire, start: str, wanted: Sequence[_Wanted]) -> None:
        codebook = codebook_of(questionnaire)
        own = {(c.question, c.item): c for c in codebook.columns}
        self._start, self.width = start, codebook.width
        self.cells = [_Cells(own.get((question, item)), keys) for question, item, keys in wanted]

    def columns(self, rows: Sequence[bytes]) -> list[list[str]]:
        matrix = np.frombuffer(b"".join(rows), dtype=np.uint8).reshape(len(rows), self.width)
        return [cells.of(matrix) for cells in self.cells]

    def of(self, rows: Sequence[bytes]) -> list[str]:
        """A line for each packed row."""
        return [f"{self._start}{','.join(line)}\r\n" for line in zip(*self.columns(rows), strict=True)]


class _PlaceLines(_Lines):
    """Lines of a place and a few answers: all of them, or none where one is missing or would betray."""

    def __init__(
        self, questionnaire: Questionnaire, start: str, wanted: Sequence[_Wanted], places: int
    ) -> None:
        super().__init__(questionnaire, start, wanted)
        self._places = places
        self.hidden: frozenset[tuple[str, ...]] = frozenset()
        self._none = ("",) * (len(wanted) - places)

    def beside(self, columns: list[list[str]]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
        """Places, and the answers beside them."""
        plain = [["" if cell == SKIPPED else cell for cell in column] for column in columns]
        for line in zip(*plain, strict=True):
            places, answers = line[: self._places], line[self._places :]
            yield places, answers if any(places) and all(answers) else self._none

    def of(self, rows: Sequence[bytes]) -> list[str]:
        return [
            f"{self._start}{','.join((*places, *(self._none if answers in self.hidden else answers)))}\r\n"
            for places, answers in self.beside(self.columns(rows))
        ]


def _hide_betraying(session: Session, survey_id: str, lines: Mapping[str, _PlaceLines]) -> None:
    """Hides the rarest answers where too few lines have none.

    Who was not asked a question is known from the file of people (children, say). Were only two such lines
    among those with a place, the file would give the places of these two.
    """
    stored = RESPONSE.c
    seen: Counter[tuple[str, ...]] = Counter()
    for version, one in lines.items():
        parts = [
            func.substr(stored.packed, c.start + 1, c.size).label(f"c{n}") for n, c in enumerate(one.cells)
        ]
        query = select(*parts, func.count()).where(
            stored.survey_id == survey_id, stored.version_id == version, stored.status == "counted"
        )
        for *packed, number in session.execute(query.group_by(*parts)):
            columns = [[cells[bytes(part)]] for cells, part in zip(one.cells, packed, strict=True)]
            for places, answers in one.beside(columns):
                if any(places):
                    seen[answers] += number
    none = sum(number for answers, number in seen.items() if not any(answers))
    hidden = set()
    for answers, number in sorted(seen.items(), key=lambda one: (one[1], one[0])):
        if none == 0 or none >= FEWEST:
            break
        if any(answers):
            hidden.add(answers)
            none += number
    for one in lines.values():
        one.hidden = frozenset(hidden)


class _Cells(dict[bytes, str]):
    """The cells of one column by its bytes; learns as it meets them."""

    def __init__(self, column: Column | None, keys: tuple[str, ...]) -> None:
        super().__init__()
        self._column, self._keys = column, keys
        self.start = column.offset if column else 0
        self.size = column.size if column else 0

    def of(self, rows: NDArray[np.uint8]) -> list[str]:
        """The cells of ``n`` packed rows."""
        packed = np.ascontiguousarray(rows[:, self.start : self.start + self.size]).tobytes()
        if self.size == 0:
            return [self[b""]] * len(rows)
        if self.size == 1:
            text = {code: self[bytes([code])] for code in set(packed)}
            return [text[code] for code in packed]
        return [self[packed[at : at + self.size]] for at in range(0, len(packed), self.size)]

    def __missing__(self, packed: bytes) -> str:
        text = self[packed] = self._say(packed)
        return text

    def _say(self, packed: bytes) -> str:
        column, blanks = self._column, "," * max(len(self._keys) - 1, 0)
        if column is None or not any(packed):
            return blanks
        if column.kind == "single":
            code = int.from_bytes(packed, "little")
            skipped = PLACE_SKIPPED if column.size == 2 else SKIPPED_BYTE
            return SKIPPED if code == skipped else _quoted(column.codes[code])
        state = packed[0]
        if state == NOT_ASKED:
            return blanks
        if state == SKIPPED_BYTE:
            return ",".join([SKIPPED] * max(len(self._keys), 1))
        if column.kind == "bitmap":
            bits = int.from_bytes(packed[1:], "little")
            chosen = {key for code, key in column.codes.items() if bits >> (code - 1) & 1}
            return ",".join("1" if key in chosen else "0" for key in self._keys)
        if column.kind == "number":
            value = int.from_bytes(packed[1:], "little", signed=True)
            return str(value) if state == ANSWERED else _quoted(column.codes[state])
        return "1"


def _quoted(key: str) -> str:
    safe = harmless(key)
    return '"' + safe.replace('"', '""') + '"' if set(safe) & set(',"\r\n') else safe
