"""Reads a pack's folder. Nothing stops at the first fault: each is collected with its file and line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from portal.partnership import crime_files, geography
from portal.partnership.geography import MarginRow, PlaceRow
from portal.partnership.pages import NEUTRAL, SOURCE
from portal.partnership.register import KINDS, Body, Slug, Words, partial
from portal.partnership.rounds import RoundPlan, SurveyPlan
from portal.partnership.sources import (
    Document,
    Faults,
    Steps,
    parse_path,
    read_json,
    read_markdown,
    read_toml,
)
from surveys.errors import SurveysError
from surveys.questionnaire import faults as questionnaire_faults
from surveys.questionnaire.geography import freeze
from surveys.questionnaire.model import PlaceEntry, Questionnaire

LISTS = {
    "partners.toml": ("partner", "partner", True),
    "strands.toml": ("strand", "strand", True),
    "priorities.toml": ("priority", "priority", True),
    "areas.toml": ("area", "area", True),
    "helplines.toml": ("helpline", "helpline", True),
    "privacy.toml": ("section", "privacy", True),
    "accessibility.toml": ("section", "accessibility", True),
    "notices.toml": ("notice", "notice", False),
    "outcomes.toml": ("outcome", "outcome", False),
    "pre-election.toml": ("period", "pre-election", False),
    "recorded.toml": ("recorded", "recorded", False),
}
"""File: the array of tables it holds, the kind of its entries, and whether a pack needs it."""
_OTHERS = frozenset(
    "pack.toml wards.geojson parishes.csv census.csv languages.csv demonstration.toml year.toml plan.toml "
    "consulted.toml README.md".split()
)
_FOLDERS = frozenset({"pages", "rounds", "questionnaires", "crime"})


class _Language(Body):
    code: str
    own_name: Words
    translation: str = "unchecked"


@dataclass(frozen=True)
class Written:
    """One body a pack wants to be current, and where it stands."""

    kind: str
    key: str
    locale: str
    body: Mapping[str, Any]
    file: str
    line: int

    @property
    def name(self) -> str:
        return f"{self.kind}/{self.key}" + (f"/{self.locale}" if self.locale else "")


@dataclass
class Reading:
    """One reading of one folder. Call the methods in the order :func:`portal.partnership.packs.read` does."""

    folder: Path
    faults: Faults = field(default_factory=Faults)
    languages: dict[str, str] = field(default_factory=lambda: {SOURCE: "source"})
    """Locale to the state of its translation."""
    entries: dict[tuple[str, str, str], Written] = field(default_factory=dict)
    places: list[PlaceRow] = field(default_factory=list)
    margins: list[MarginRow] = field(default_factory=list)
    rounds: list[RoundPlan] = field(default_factory=list)
    plans: list[tuple[str, int, SurveyPlan]] = field(default_factory=list)
    questionnaires: dict[str, Questionnaire] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    crime: dict[str, crime_files.Month] = field(default_factory=dict)

    def text(self, file: str, *, needed: bool = True) -> str | None:
        path = self.folder / file
        if not path.is_file():
            if needed:
                self.faults.add(file, 1, "file.missing", "is missing")
            return None
        try:
            return path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            line = path.read_bytes()[: error.start].count(b"\n") + 1
            self.faults.add(file, line, "file.encoding", "is not UTF-8 text")
            return None

    def toml(self, file: str, *, needed: bool = True) -> Document | None:
        text = self.text(file, needed=needed)
        document = None if text is None else read_toml(file, text, self.faults)
        if document is not None:
            self.documents[file] = document
        return document

    def keys(self, kind: str) -> frozenset[str]:
        return frozenset(key for of, key, locale in self.entries if of == kind and locale == NEUTRAL)

    def facts(self, kind: str) -> list[Written]:
        return [one for (of, _, locale), one in self.entries.items() if of == kind and locale == NEUTRAL]

    # One entry: its facts and its texts --------------------------------------------------------------------

    def entry(self, document: Document, path: Steps, kind: str, key: str, table: Mapping[str, Any]) -> None:
        texts = {locale: table[locale] for locale in self.languages if locale in table}
        facts = {name: value for name, value in table.items() if name not in texts}
        if (kind, key, NEUTRAL) in self.entries:
            before = self.entries[kind, key, NEUTRAL]
            where = f"{before.file}:{before.line}"
            self.faults.add(document.file, document.line(path), "key.repeated", f"repeats “{key}” of {where}")
            return
        self.body(document, path, kind, key, NEUTRAL, facts)
        if SOURCE not in texts:
            line = document.line(path)
            self.faults.add(document.file, line, "text.missing", f"“{key}” has no words in {SOURCE}")
        for locale, words in texts.items():
            if isinstance(words, Mapping):
                state = {"translation": self.languages[locale]} if locale != SOURCE else {}
                self.body(document, (*path, locale), kind, key, locale, {**state, **words})
            else:
                line = document.line((*path, locale))
                self.faults.add(document.file, line, "field.wrong", f"“{locale}” needs to be a table")

    def body(
        self, document: Document, path: Steps, kind: str, key: str, locale: str, body: Mapping[str, Any]
    ) -> None:
        models = KINDS[kind]
        model: type[Body] = models.facts
        if locale != NEUTRAL:
            model = models.texts if locale == SOURCE else partial(models.texts)
        try:
            model.model_validate(body)
        except ValidationError as error:
            self.faults.add_invalid(document, path, error)
        written = Written(kind, key, locale, body, document.file, document.line(path))
        self.entries[kind, key, locale] = written

    # The files ---------------------------------------------------------------------------------------------

    def pack_toml(self) -> dict[str, Any]:
        document = self.toml("pack.toml")
        if document is None:
            return {}
        top = dict(document.value)
        for index, table in enumerate(top.pop("language", [])):
            try:
                language = _Language.model_validate(table)
            except ValidationError as error:
                self.faults.add_invalid(document, ("language", index), error)
                continue
            if language.code != SOURCE:
                self.languages[language.code] = language.translation
        name = top.pop("name", "")
        try:
            _Named.model_validate({"name": name})
        except ValidationError:
            self.faults.add(
                "pack.toml", document.line(("name",)), "pack.name", "needs a name such as “new-town”"
            )
        self.entry(document, (), "site", "site", top)
        return {**top, "name": name}

    def lists(self) -> None:
        for file, (array, kind, needed) in LISTS.items():
            document = self.toml(file, needed=needed)
            if document is None:
                continue
            for name in document.value.keys() - {array}:
                line = document.line((name,))
                self.faults.add(file, line, "field.unknown", f"does not know “{name}”; it holds [[{array}]]")
            tables = document.value.get(array, [])
            if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
                self.faults.add(file, document.line((array,)), "field.wrong", f"needs [[{array}]] tables")
                continue
            for index, table in enumerate(tables):
                self.listed(document, (array, index), kind, dict(table), index + 1)

    def listed(self, document: Document, path: Steps, kind: str, table: dict[str, Any], order: int) -> None:
        key = table.pop("key", None)
        try:
            _Named.model_validate({"name": key})
        except ValidationError:
            line = document.line((*path, "key"))
            self.faults.add(
                document.file, line, "key.wrong", "needs a key of small letters, digits and hyphens"
            )
            return
        self.entry(document, path, kind, str(key), {"order": order, **table})

    def markdown(self) -> None:
        order = 0
        for path in sorted((self.folder / "pages").glob("*")):
            file = f"pages/{path.name}"
            key, *locales = path.name.removesuffix(".md").split(".")
            locale = locales[0] if locales else SOURCE
            if path.suffix != ".md" or len(locales) > 1 or locale not in self.languages:
                words = "needs a name such as about.md, or about.pl.md for a language the pack names"
                self.faults.add(file, 1, "page.name", words)
                continue
            text = self.text(file)
            words_of = None if text is None else read_markdown(file, text, self.faults)
            if words_of is None:
                continue
            document = Document(file, words_of, {})
            if locale == SOURCE:
                order += 1
                self.body(document, (), "page", key, NEUTRAL, {"order": order})
                self.body(document, (), "page", key, SOURCE, words_of)
            else:
                translation = {"translation": self.languages[locale]}
                self.body(document, (), "page", key, locale, {**words_of, **translation})
        for (kind, key, locale), written in list(self.entries.items()):
            if kind == "page" and (kind, key, SOURCE) not in self.entries and locale:
                words = f"there is no pages/{key}.md for it to translate"
                self.faults.add(written.file, 1, "text.missing", words)

    def tables(self, district: str) -> None:
        text = self.text("wards.geojson")
        document = None if text is None else read_json("wards.geojson", text, self.faults)
        if document is not None:
            self.places += geography.wards(document, district, self.faults)
        ward_keys = frozenset(place.key for place in self.places)
        text = self.text("parishes.csv", needed=False)
        if text is not None:
            self.places += geography.parishes("parishes.csv", text, ward_keys, self.faults)
        self.unique_places()
        text = self.text("census.csv", needed=False)
        if text is not None:
            self.margins = geography.margins("census.csv", text, self.faults)
        text = self.text("languages.csv", needed=False)
        if text is None:
            return
        rows = geography.languages("languages.csv", text, self.faults)
        for order, (line, key, facts, name) in enumerate(rows, start=1):
            found = Document("languages.csv", {}, {("row",): line})
            self.entry(found, ("row",), "language", key, {"order": order, **facts, SOURCE: {"name": name}})

    def unique_places(self) -> None:
        numbers: set[int] = set()
        keys: set[tuple[str, str]] = set()
        for place in self.places:
            file = "wards.geojson" if place.level == "ward" else "parishes.csv"
            if place.number in numbers:
                self.faults.add(file, place.line, "place.number", f"uses the number {place.number} again")
            if (place.level, place.key) in keys:
                self.faults.add(file, place.line, "key.repeated", f"uses the key “{place.key}” again")
            numbers.add(place.number)
            keys.add((place.level, place.key))

    def recorded_crime(self, lsoa_names: str) -> None:
        paths = sorted((self.folder / "crime").glob("*.csv"))
        if not paths:
            return
        streets = [street for path in paths for street in crime_files.streets(path)]
        try:
            self.crime = crime_files.read(streets, crime_files.Area(self.places, lsoa_names))
        except crime_files.CrimeFaults as problem:
            self.faults.found += [replace(fault, file=f"crime/{fault.file}") for fault in problem.faults]

    def round_files(self, *, demonstration: bool) -> None:
        for path in sorted((self.folder / "rounds").glob("*.toml")):
            file = f"rounds/{path.name}"
            document = self.toml(file)
            if document is None:
                continue
            table = dict(document.value)
            plans = []
            for index, wanted in enumerate(table.pop("survey", [])):
                try:
                    plan = SurveyPlan.model_validate(wanted)
                except ValidationError as error:
                    self.faults.add_invalid(document, ("survey", index), error)
                    continue
                plans.append(plan)
                self.plans.append((file, document.line(("survey", index)), plan))
            self.entry(document, (), "round", path.stem, table)
            invented = bool(table.get("demonstration", demonstration))
            self.rounds.append(RoundPlan(path.stem, tuple(plans), invented))

    def questionnaire_files(self) -> None:
        entries = [_place_entry(place) for place in self.places]
        for path in sorted((self.folder / "questionnaires").glob("*.json")):
            file = f"questionnaires/{path.name}"
            text = self.text(file)
            document = None if text is None else read_json(file, text, self.faults)
            if document is None:
                continue
            try:
                questionnaire = questionnaire_faults.load(document.value)
            except SurveysError as error:
                found = error.facts["faults"]
                self.questionnaire_faults(document, found if isinstance(found, list | tuple) else [])
                continue
            frozen = freeze(questionnaire, entries)
            self.questionnaire_faults(document, questionnaire_faults.faults(frozen, complete=True))
            self.topics(document, document.value, ())
            if questionnaire.key != path.stem:
                line = document.line(("key",))
                self.faults.add(file, line, "questionnaire.key", f"needs the key “{path.stem}”, as its file")
            self.questionnaires[path.stem] = questionnaire

    def questionnaire_faults(self, document: Document, found: Any) -> None:
        for fault in found:
            facts = ", ".join(f"{name} {value}" for name, value in fault.facts.items())
            line = document.line(parse_path(fault.place))
            words = f"{fault.place}: {fault.code}" + (f" ({facts})" if facts else "")
            self.faults.add(document.file, line, f"questionnaire.{fault.code}", words)

    def topics(self, document: Document, value: Any, path: Steps) -> None:
        """Every "topic" in the document is an area of focus of this pack."""
        pairs: list[tuple[str | int, Any]] = []
        if isinstance(value, dict):
            pairs = list(value.items())
            if isinstance(topic := value.get("topic"), str) and topic not in self.keys("area"):
                line = document.line((*path, "topic"))
                self.faults.add(document.file, line, "reference.unknown", f"there is no area “{topic}”")
        elif isinstance(value, list):
            pairs = list(enumerate(value))
        for step, inner in pairs:
            self.topics(document, inner, (*path, step))

    # What refers to what -----------------------------------------------------------------------------------

    def references(self) -> None:
        named = (
            ("area", "helplines", "helpline"),
            ("priority", "areas", "area"),
            ("outcome", "area", "area"),
            ("recorded", "key", "area"),
            ("outcome", "priority", "priority"),
            ("outcome", "lead_partner", "partner"),
        )
        for kind, name, target in named:
            known = self.keys(target)
            for written in self.facts(kind):
                value = written.key if name == "key" else written.body.get(name)
                for key in [value] if isinstance(value, str) else value or []:
                    if key not in known:
                        line = self.line_of(written, name)
                        self.faults.add(
                            written.file, line, "reference.unknown", f"{name}: there is no {target} “{key}”"
                        )
        grouped = {area for one in self.facts("priority") for area in one.body.get("areas", ())}
        for written in self.facts("area"):
            if written.key not in grouped:
                words = f"no priority groups the area “{written.key}”"
                self.faults.add(written.file, written.line, "area.ungrouped", words)

    def line_of(self, written: Written, name: str) -> int:
        document = self.documents.get(written.file)
        if document is None:
            return written.line
        starts = {path for path, line in document.lines.items() if line == written.line}
        return min(
            (document.line((*path, name)) for path in starts if (*path, name) in document.lines),
            default=written.line,
        )

    def required(self) -> None:
        files = {kind: file for file, (_, kind, _) in LISTS.items()}
        for kind in KINDS.values():
            for key in sorted(kind.required - self.keys(kind.name) - {"site"}):
                file = "pages/" if kind.name == "page" else files[kind.name]
                self.faults.add(file, 1, "entry.missing", f"needs the {kind.name} “{key}”")

    def round_references(self) -> None:
        slugs: set[str] = set()
        prefixes: set[str] = set()
        for file, line, plan in self.plans:
            if plan.questionnaire not in self.questionnaires:
                words = f"there is no sound questionnaires/{plan.questionnaire}.json"
                self.faults.add(file, line, "reference.unknown", words)
            if plan.slug in slugs:
                self.faults.add(file, line, "key.repeated", f"the survey “{plan.slug}” is already planned")
            if plan.receipt_prefix in prefixes:
                words = f"the receipt prefix {plan.receipt_prefix} is already used"
                self.faults.add(file, line, "receipt.repeated", words)
            slugs.add(plan.slug)
            prefixes.add(plan.receipt_prefix)

    def strangers(self) -> None:
        for path in sorted(self.folder.iterdir()):
            known = path.name in _OTHERS | LISTS.keys() if path.is_file() else path.name in _FOLDERS
            if not known and not path.name.startswith((".", "__")):
                self.faults.add(path.name, 1, "file.unknown", "is not a file of a pack")


class _Named(Body):
    name: Slug


def _place_entry(place: PlaceRow) -> PlaceEntry:
    return PlaceEntry.model_validate(
        {"code": place.number, "key": place.key, "level": place.level, "name": place.name}
        | ({"ward": place.ward_key} if place.ward_key else {})
    )
