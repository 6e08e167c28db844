"""Commands that put evidence on the shelf."""

from __future__ import annotations

from pathlib import Path

import click

from portal.counter import bar, counter, refuse
from portal.partnership import crime, crime_files, pages
from portal.partnership.crime_files import CrimeFaults


@click.group()
def evidence() -> None:
    """What is known beside what people answered."""


@evidence.command("crime")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
def evidence_crime(files: tuple[Path, ...]) -> None:
    """Import street FILES from data.police.uk: CSV as downloaded, or the downloaded zip archive.

    Only rows inside the partnership's area are counted, by ward, month and type; no point is kept. A file
    with a fault stops the import and nothing is stored; months imported again replace what was there.
    """
    desk = counter()
    with desk.store.reading() as session:
        site = pages.site(session, pages.SOURCE)
        if site is None:
            refuse("There is no partnership yet. Load a pack first: its wards say where the area is.")
        facts = site.facts
        area = crime.area_of(session, facts.area_set, facts.lsoa_names)
    try:
        streets = [street for path in files for street in crime_files.streets(path)]
        with bar("Reading") as shown:
            months = crime_files.read(streets, area, shown)
    except CrimeFaults as problem:
        refuse(*(str(fault) for fault in problem.faults), "Nothing was imported.")
    with desk.store.writing() as session:
        there = {one.month for one in crime.months(session)}
        crime.store(session, months, area_set=facts.area_set, by=desk.by, now=desk.now, keys=desk.keys)
    for month, one in months.items():
        again = " (in place of what was there)" if month in there else ""
        click.echo(f"{month}: {one.kept} of {one.read} rows are here{again}")
