"""Words about the partnership's year and its evidence shelf."""

from __future__ import annotations

from portal.office_words import Say

WORDS: dict[str, Say] = {
    "cycle.unknown": lambda _: "There is no such year yet",
    "cycle.year": lambda _: "Enter the year in which the plan starts, like 2027",
    "cycle.exists": lambda _: "This year has been started already",
    "cycle.state": lambda _: "Choose another state than the one the year is in",
    "cycle.by_decision": lambda _: "A year is published by publishing its decision",
    "cycle.reason": lambda _: "Say why the year goes back, or leaves out a step",
    "cycle.moved_meanwhile": lambda _: (
        "Somebody else changed this year while you had it open. Nothing was lost. Look at it and try again"
    ),
    "weights.wrong": lambda _: "Give every weight a whole number from 0 to 100",
    "weights.nought": lambda _: "At least one weight must be above 0",
    "crime.faults": lambda facts: (
        f"Nothing was imported. The files have {facts.get('count', 1)} faults; each is listed with its row"
    ),
    "evidence.faults": lambda facts: (
        f"The table was not taken. It has {facts.get('count', 1)} faults; each is listed with its row"
    ),
    "position.unknown": lambda _: "Choose one of the answers this organisation sent",
    "crime.no_file": lambda _: "Choose at least one file",
    "evidence.no_table": lambda _: "Choose the table of weights",
    "evidence.sharing": lambda _: "Say on what basis the partner shares these figures",
    "evidence.kind": lambda _: "There is no such part of the shelf",
    "evidence.exists": lambda _: "There is something of this name on the shelf already",
    "evidence.changed_meanwhile": lambda _: (
        "Somebody else changed this while you had it open. Nothing was lost: their version is below yours"
    ),
}
