"""The command that carries out a pack's consultations with invented answers."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from portal import create_app
from portal.counter import bar, counter
from portal.drawing import drawer
from portal.outside import outside
from portal.partnership import demonstration, packs


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def demo(folder: Path) -> None:
    """Load FOLDER and carry out its consultations with invented answers; once only.

    Surveys are published by the verbs officers use, answers go through the real submission, and what has
    closed is released. Every page of a demonstration says that its responses are invented.
    """
    desk = counter()
    found = packs.read(folder)
    if not found.demonstration:
        raise click.ClickException(
            "This pack is a partnership's own, not a demonstration: nothing was invented."
        )
    app = create_app(desk.settings)
    with app.app_context(), bar("Inventing answers") as shown:
        wanted = demonstration.leanings_of(folder).responses
        before: dict[str, int] = {}

        def progress(slug: str, done: int, _of: int) -> None:
            before[slug] = done
            shown(sum(before.values()), sum(wanted.values()))

        done = demonstration.carry_out(
            desk.store.writing,
            found,
            keys=desk.keys,
            now=desk.now,
            reading=desk.store.reading,
            drawer=drawer,
            outside=partial(outside, weighted=True),
            progress=progress,
        )
    for slug, count in done.responses.items():
        click.echo(f"{slug}: {count} invented answers" if count else f"{slug}: as it was")
    for slug in done.released:
        click.echo(f"{slug}: results published")
