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
    Section("office.safeguarding", "Safeguarding", "safeguarding"),
    Section("office.texts", "Texts", "texts"),
    Section("office.comments", "Moderation", "comments"),
    Section("office.themes", "Themes", "themes"),
    Section("office.campaigns", "Campaigns", "campaigns"),
    Section("office.keying", "Paper and phone", "keying"),
    Section("office.outbox", "Outbox", "outbox"),
    Section("office.releases", "Publishing", "releases"),
    Section("office.safeguarding", "Safeguarding", "safeguarding"),
    Section("office.appeals", "Appeals", "appeals"),
    Section("office.requests", "Requests", "requests"),
    Section("office.builder", "Surveys", "builder"),
    Section("office.desk", "Results", "desk"),
    Section("office.people", "People", "people"),
    Section("office.audit", "Audit log", "audit"),
)
