"""The sections of the office, in the order of the year's work; each shows to officers who may open it."""

from __future__ import annotations

from typing import NamedTuple


class Section(NamedTuple):
    endpoint: str
    words: str
    key: str
    """What a page sets as ``section`` to stand under it."""


SECTIONS: tuple[Section, ...] = (
    Section("office.today", "Today", "today"),
    Section("office.rounds", "Consultations", "rounds"),
    Section("office.builder", "Surveys", "builder"),
    Section("office.keying", "Paper and phone", "keying"),
    Section("office.board", "Fieldwork", "board"),
    Section("office.comments", "Moderation", "comments"),
    Section("office.themes", "Themes", "themes"),
    Section("office.campaigns", "Campaigns", "campaigns"),
    Section("office.appeals", "Appeals", "appeals"),
    Section("office.safeguarding", "Safeguarding", "safeguarding"),
    Section("office.desk", "Results", "desk"),
    Section("office.census", "Census tables", "census"),
    Section("office.releases", "Publishing", "releases"),
    Section("office.year", "Year", "year"),
    Section("office.evidence", "Evidence", "evidence"),
    Section("office.decision_now", "Decisions", "decision"),
    Section("office.plan", "Plan", "plan"),
    Section("office.texts", "Texts", "texts"),
    Section("office.outcome", "Who asked to hear", "outcome"),
    Section("office.report_back", "Report back", "report_back"),
    Section("office.publications", "Publications", "publications"),
    Section("office.people", "People", "people"),
    Section("office.requests", "Requests", "requests"),
    Section("office.search", "Find a text", "search"),
    Section("office.complaints", "Complaints", "complaints"),
    Section("office.retention", "Keeping and deleting", "retention"),
    Section("office.outbox", "Outbox", "outbox"),
    Section("office.health", "Site health", "health"),
    Section("office.audit", "Audit log", "audit"),
)


class Group(NamedTuple):
    words: str
    keys: tuple[str, ...]
    """Keys of the sections under it; what no group names stands in the last."""


GROUPS: tuple[Group, ...] = (
    Group("Today", ("today",)),
    Group("Consult", ("rounds", "builder", "keying", "board")),
    Group("Read", ("comments", "themes", "campaigns", "appeals", "safeguarding")),
    Group("Results", ("desk", "census", "releases")),
    Group("The year", ("year", "evidence", "decision", "plan", "report_back", "publications")),
    Group("The site", ("texts", "outcome")),
    Group(
        "The office",
        ("people", "requests", "search", "complaints", "retention", "outbox", "health", "audit"),
    ),
)


def grouped(sections: list[Section]) -> list[tuple[Group, list[Section]]]:
    """The groups that hold any of these sections, each with its own, in order."""
    known = {key for group in GROUPS for key in group.keys}
    found = []
    for group in GROUPS:
        mine = [one for key in group.keys for one in sections if one.key == key]
        if group is GROUPS[-1]:
            mine += [one for one in sections if one.key not in known]
        if mine:
            found.append((group, mine))
    return found
