"""The command that writes the whole public site as files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from portal import archive, create_app
from portal.counter import bar, counter, refuse


@click.group()
def site() -> None:
    """The public site as a whole."""


@site.command("export")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def site_export(folder: Path) -> None:
    """Write every public page, picture and table into FOLDER, so that they outlive the server.

    The folder must be new or empty. Links lead from file to file; under archive/ everything that is or was
    public stands as JSON. Nothing of a draft, of an officer or of one respondent is in it.
    """
    desk = counter()
    if folder.exists() and any(folder.iterdir()):
        refuse("The folder is not empty. Choose a new one: nothing is overwritten.")
    app = create_app(replace(desk.settings, log_level="error"))  # every page is asked for; none is news
    with bar("Writing pages") as shown:
        kept = archive.export(app, folder, shown)
    for address in kept.broken:
        click.echo(f"not kept, because it does not answer: {address}", err=True)
    click.echo(f"{len(kept.pages)} pages and {len(kept.files) - len(kept.pages)} other files in {folder}")
