"""Commands about what is asked and answered: packs, surveys, responses, results."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import click
from sqlalchemy.orm import Session

from portal import create_app
from portal.counter import Counter, bar, counter, fault_lines, refuse
from portal.drawing import drawer
from portal.outside import outside
from portal.partnership import packs, rounds
from surveys import erasure, moderation, responses, surveys
from surveys.errors import SurveysError
from surveys.questionnaire.faults import load, schema_text
from surveys.results import microdata, releases
from surveys.surveys import LONDON, Survey

TRANSLATION_STATES = {
    "source": "the language it was written in",
    "checked": "translated, checked by a native speaker",
    "unchecked": "translated, NOT checked by a native speaker yet",
}


def survey_of(session: Session, slug: str) -> Survey:
    """The survey with this slug. Raises SurveysError ``survey.unknown``."""
    found = surveys.by_slug(session, slug)
    if found is None:
        raise SurveysError("survey.unknown", slug=slug)
    return found


# Packs ----------------------------------------------------------------------------------------------------


@click.group()
def pack() -> None:
    """Partnerships as folders of files."""


@pack.command("load")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def pack_load(folder: Path) -> None:
    """Fill the site from FOLDER; officers' own edits stay. Every fault is told by file and line."""
    desk = counter()
    found = packs.read(folder)
    with desk.store.writing() as session:
        loaded = packs.load(session, found, by=desk.by, now=desk.now, keys=desk.keys)
    click.echo(f"{found.name}: {len(loaded.added)} added, {len(loaded.unchanged)} unchanged.")
    for name in loaded.kept:
        click.echo(f"Kept as it is here, though the pack differs: {name}")
    for name in loaded.left:
        click.echo(f"No longer in the pack, left as it is: {name}")


@pack.command("check")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def pack_check(folder: Path) -> None:
    """Read FOLDER and tell every fault by file and line; change nothing."""
    found = packs.read(folder)
    click.echo(f"{found.name}: {len(found.entries)} texts, {len(found.places)} places, no fault.")


# Surveys --------------------------------------------------------------------------------------------------


@click.group()
def survey() -> None:
    """Surveys and their versions."""


@survey.command("publish")
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("consultation")
def survey_publish(folder: Path, consultation: str) -> None:
    """Publish and schedule the surveys of a CONSULTATION that the pack in FOLDER describes.

    Surveys already there are left as they are.
    """
    desk = counter()
    found = packs.read(folder)
    plans = {plan.slug: plan for plan in found.rounds}
    if consultation not in plans:
        refuse(f"The pack has no consultation {consultation}; it has {', '.join(sorted(plans)) or 'none'}.")
    with desk.store.writing() as session:
        published = rounds.publish(
            session,
            plans[consultation],
            found.questionnaires,
            area_set=found.area_set,
            by=desk.by,
            now=desk.now,
            keys=desk.keys,
        )
        lines = [_told(one, desk.now) for one in published]
    for line in lines:
        click.echo(line)


@survey.command("revise")
@click.argument("slug")
@click.argument("document", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--meaning",
    type=click.Choice(["same", "changed"]),
    required=True,
    help="same: answers are counted together. changed: a break in the series.",
)
@click.option("--note", default="", help="Why, for the record.")
def survey_revise(slug: str, document: Path, meaning: Any, note: str) -> None:
    """Publish DOCUMENT (JSON) as the next version of a survey. Published versions are never edited."""
    desk = counter()
    with desk.store.writing() as session:
        one = survey_of(session, slug)
        last = surveys.current_version(session, one.id)
        wanted = load(document.read_bytes())
        if not wanted.places and last is not None:
            wanted = wanted.model_copy(update={"places": surveys.questionnaire_of(last).places})
        version = surveys.publish_version(
            session, one, wanted, meaning=meaning, by=desk.by, now=desk.now, keys=desk.keys, note=note
        )
        number = version.number
    click.echo(f"{slug} is at version {number}.")


@survey.command("close")
@click.argument("slug")
@click.option("--reason", required=True, help="Why, for the record.")
def survey_close(slug: str, reason: str) -> None:
    """Close an open survey now; people in the middle of it keep an hour."""
    _change(slug, "close", reason)


@survey.command("pause")
@click.argument("slug")
@click.option("--reason", required=True, help="Why, for the record.")
def survey_pause(slug: str, reason: str) -> None:
    """Let nobody answer until it is resumed; drafts stay."""
    _change(slug, "pause", reason)


@survey.command("resume")
@click.argument("slug")
@click.option("--reason", required=True, help="Why, for the record.")
def survey_resume(slug: str, reason: str) -> None:
    """End a pause."""
    _change(slug, "resume", reason)


@survey.command("withdraw")
@click.argument("slug")
@click.option("--reason", required=True, help="Why, for the record.")
def survey_withdraw(slug: str, reason: str) -> None:
    """Take a survey back for good; what was answered stays until it is erased."""
    _change(slug, "withdraw_survey", reason)


def _change(slug: str, verb: str, reason: str) -> None:
    desk = counter()
    with desk.store.writing() as session:
        one = survey_of(session, slug)
        getattr(surveys, verb)(session, one, reason=reason, by=desk.by, now=desk.now, keys=desk.keys)
        line = _told(one, desk.now)
    click.echo(line)


@survey.command("show")
@click.argument("slug")
def survey_show(slug: str) -> None:
    """State, dates, version, number of responses, and how far each language can be trusted."""
    desk = counter()
    with desk.store.reading() as session:
        one = survey_of(session, slug)
        version = surveys.current_version(session, one.id)
        click.echo(_told(one, desk.now))
        click.echo(f"version {version.number if version else 'none'}")
        click.echo(f"responses {responses.counts(session, one.id)}")
        if version is not None:
            for locale, translation in surveys.questionnaire_of(version).translations.items():
                click.echo(f"{locale}: {TRANSLATION_STATES[translation.state]}")


@survey.command("schema")
def survey_schema() -> None:
    """Print the JSON Schema of a questionnaire document."""
    click.echo(schema_text(), nl=False)


@survey.command("check")
@click.argument("document", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def survey_check(document: Path) -> None:
    """Tell every fault of a questionnaire DOCUMENT (JSON), each with its place."""
    try:
        load(document.read_bytes())
    except SurveysError as problem:
        refuse(*fault_lines(problem))
    click.echo("No fault.")


def _told(one: Survey, now: dt.datetime) -> str:
    opens, closes = (
        moment.astimezone(LONDON).strftime("%-d %B %Y %H:%M") if moment else "no date"
        for moment in (one.opens_at, one.closes_at)
    )
    return f"{one.slug}: {surveys.state(one, now)}, from {opens} to {closes}"


# Responses ------------------------------------------------------------------------------------------------


@click.group("responses")
def responses_group() -> None:
    """What people answered."""


@responses_group.command("count")
@click.argument("slug")
def responses_count(slug: str) -> None:
    """Print how many responses count."""
    desk = counter()
    with desk.store.reading() as session:
        click.echo(responses.counts(session, survey_of(session, slug).id))


@responses_group.command("export")
@click.argument("slug")
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--reason", required=True, help="Why exact rows leave, for the record.")
@click.option(
    "--groups",
    type=click.Choice(["place", "people"]),
    default="people",
    show_default=True,
    help="The file of places with the few answers shown by place, or of people with all others.",
)
def responses_export(slug: str, target: Path, reason: str, groups: microdata.Together) -> None:
    """Write coded responses as CSV into TARGET: for analysts, never for publication.

    The rules are the office's: no text, no day, no answer in both files, an order drawn for each file, and a
    watermark in every line. Small groups are not hidden. Who exported what, why and under which mark is in
    the log. Refused when fewer than 10 responses changed and the files before and after would show whose.
    """
    desk = counter()
    why = microdata.reason_of(reason)
    mark = microdata.mark_of("cli", desk.now)
    with desk.store.reading() as session:
        ids = microdata.counted(session, survey_of(session, slug).id)
    with desk.store.writing() as session:
        one = survey_of(session, slug)
        microdata.note(
            session, one.id, ids, together=groups, mark=mark, reason=why,
            by=desk.by, now=desk.now, keys=desk.keys,
        )  # fmt: skip
    with target.open("xb") as file, desk.store.reading() as session, bar("Exporting") as progress:
        written = -1  # the line of names
        for part in microdata.responses_csv(session, one.id, together=groups, mark=mark, ids=ids):
            file.write(part)
            written += part.count(b"\r\n")
            progress(written, len(ids))
    click.echo(f"{written} responses in {target}, copy {mark}. {microdata.TERMS.capitalize()}.")


@responses_group.command("erase")
@click.argument("number")
@click.option("--reason", type=click.Choice(erasure.REASONS), required=True, help="Why, for the record.")
def responses_erase(number: str, reason: str) -> None:
    """Erase the response with this receipt NUMBER: it cannot be brought back."""
    desk = counter()
    with desk.store.writing() as session:
        one, response = responses.find_response(session, number, keys=desk.keys)
        erasure.erase(
            session,
            one.id,
            response.id,
            by=desk.by,
            reason=reason,
            keys=desk.keys,
            now=desk.now,
            ledger=erasure.Ledger(desk.settings.ledger_path),
        )
    erasure.scrub(desk.store.engine)
    click.echo("Erased.")


@click.group("moderation")
def moderation_group() -> None:
    """What people wrote."""


@moderation_group.command("stats")
@click.argument("slug")
def moderation_stats(slug: str) -> None:
    """Print how many comments are in which state."""
    desk = counter()
    with desk.store.reading() as session:
        for state, number in sorted(moderation.tally(session, survey_of(session, slug).id).items()):
            click.echo(f"{state} {number}")


# Results --------------------------------------------------------------------------------------------------


@click.group("release")
def release_group() -> None:
    """Published results."""


@release_group.command("make")
@click.argument("slug")
@click.option("--note", default="", help="Shown with the results.")
@click.option("--weighted", is_flag=True, help="Weighted percentages too, where weighting can be trusted.")
def release_make(slug: str, note: str, weighted: bool) -> None:
    """Publish the results of a survey that has closed: once, for ever."""
    desk = counter()
    with create_app(desk.settings).app_context(), desk.store.reading() as session:
        one = survey_of(session, slug)
        beyond = outside(session, one, weighted=weighted)
        prepared = releases.prepare(
            session, one, now=desk.now, draw=drawer(session), outside=beyond, note=note
        )
    _store(desk, prepared)


@release_group.command("correct")
@click.argument("slug")
@click.option("--note", required=True, help="What is different, in words for the public.")
@click.option("--recount", is_flag=True, help="Count the responses anew, after an exclusion.")
@click.option("--weighted", is_flag=True, help="Weighted percentages too, where weighting can be trusted.")
def release_correct(slug: str, note: str, recount: bool, weighted: bool) -> None:
    """Publish a correction; the earlier results stay readable."""
    desk = counter()
    with create_app(desk.settings).app_context(), desk.store.reading() as session:
        one = survey_of(session, slug)
        draw, beyond = drawer(session), outside(session, one, weighted=weighted)
        prepared = releases.prepare_correction(
            session, one, now=desk.now, note=note, draw=draw, outside=beyond, recount=recount
        )
    _store(desk, prepared)


def _store(desk: Counter, prepared: releases.Prepared) -> None:
    with desk.store.writing() as session:
        made = releases.store(session, prepared, by=desk.by, now=desk.now, keys=desk.keys)
        line = f"Release {made.number}: {len(made.tables)} tables, sha256 {made.sha256}"
    click.echo(line)
