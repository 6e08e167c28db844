"""The command line: everything that is done to the portal from outside a browser."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import NoReturn

import click
import waitress

from portal import catalogues, checkup, clerk, create_app, custody, jobs, logs, schema, shelving, ticking
from portal.config import Settings
from portal.counter import Plain, bar, counter, refuse
from portal.demo import demo
from portal.exporting import site
from portal.i18n import other_locales
from portal.officers import officers
from surveys.sealing import keys_in_use

THREADS = 8


@click.group(cls=Plain, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="community-safety-portal")
def main() -> None:
    """A consultation portal for Community Safety Partnerships.

    Settings come from the environment; see the README. Every command exits with 0 only when it did its work.
    """
    os.umask(0o077)
    logs.configure("warning")


for group in (clerk.pack, clerk.survey, clerk.responses_group, clerk.moderation_group, clerk.release_group):
    main.add_command(group)
main.add_command(demo)
main.add_command(site)
main.add_command(shelving.evidence)
main.add_command(officers)


# Serving --------------------------------------------------------------------------------------------------


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(1, 65535), help="Port to listen on; otherwise PORT, otherwise 8000."
)
@click.option("--threads", default=THREADS, show_default=True, help="Requests answered at the same time.")
def serve(host: str, port: int | None, threads: int) -> None:
    """Serve the portal from this process and tick its background jobs."""
    settings = Settings.load()
    app = create_app(settings)
    listen = port or settings.port
    ticker = None
    if settings.jobs:
        ticker = ticking.ticker(settings, app.extensions["portal.database"], app.extensions["portal.keys"])
        ticker.start()
    signal.signal(signal.SIGTERM, _leave)
    click.echo(f"Serving on http://{host}:{listen}")
    try:
        waitress.serve(
            app,
            host=host,
            port=listen,
            threads=threads,
            connection_limit=2000,
            asyncore_use_poll=True,
            channel_timeout=20,
            max_request_body_size=64 * 1024 * 1024,
            inbuf_overflow=2 * 1024 * 1024,  # what people send is not spooled to a temporary file
            clear_untrusted_proxy_headers=settings.trusted_proxies == 0,
            ident=None,
        )
    finally:
        if ticker is not None:
            ticker.stop()


def _leave(_signal: int, _frame: object) -> NoReturn:
    raise SystemExit(0)


# The database ---------------------------------------------------------------------------------------------


@main.group()
def db() -> None:
    """The shape of the database."""


@db.command("upgrade")
def db_upgrade() -> None:
    """Bring the database to the newest migration; makes it when there is none."""
    desk = counter(migrated=False)
    before = schema.stands_at(desk.store.engine)
    schema.upgrade(desk.store.engine)
    with desk.store.writing() as session:
        desk.keys.canary(session)
        desk.keys.check_canary(session)
    after = schema.stands_at(desk.store.engine)
    click.echo(f"The database stands at {after}." if after != before else f"Already at {after}.")


@main.command()
def check() -> None:
    """Check settings, database, keys, audit log, languages and files; one line each."""
    settings = Settings.load()
    desk = counter(migrated=False)
    faults = 0
    for line in checkup.lines(settings, desk.store, desk.keys):
        faults += not line.good
        click.echo(f"{'ok   ' if line.good else 'FAULT'} {line.words}")
    if faults:
        raise SystemExit(1)


@main.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
def backup(target: Path) -> None:
    """Write the whole database into the file TARGET. Keys are never in it: keep them elsewhere."""
    desk = counter()
    with bar("Backing up") as progress:
        custody.backup(desk.custody(progress), target.absolute())
    click.echo(f"Backed up to {target}. Keep the keys in another place: without them it cannot be read.")


@main.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="Do not ask.")
def restore(source: Path, yes: bool) -> None:
    """Put the backup SOURCE in place of the database, then erase again what was erased since.

    Stop the portal first.
    """
    if not yes:
        click.confirm("This replaces everything in the database. Go on?", abort=True)
    desk = counter(migrated=False)
    with bar("Restoring") as progress:
        again = custody.restore(desk.custody(progress), source)
    click.echo(f"Restored. {again} erased again, because they had been erased after the backup.")


@main.command()
def upgrade() -> None:
    """Back up, migrate and check; on any fault put everything back."""
    desk = counter(migrated=False)
    with bar("Backing up") as progress:
        kept = custody.upgrade(desk.custody(progress))
    click.echo(f"The database stands at {schema.stands_at(desk.store.engine)}. The backup is {kept}.")


# Keys and jobs --------------------------------------------------------------------------------------------


@main.group()
def keys() -> None:
    """The encryption keys."""


@keys.command("show")
def keys_show() -> None:
    """How much each key still opens. A key that opens nothing can be retired."""
    desk = counter()
    with desk.store.reading() as session:
        for key_id, number in sorted(keys_in_use(session).items()):
            click.echo(f"{key_id} {number}")


@keys.command("reseal")
def keys_reseal() -> None:
    """Move everything sealed to the newest key."""
    desk = counter()
    with desk.store.reading() as session:
        left = sum(number for key_id, number in keys_in_use(session).items() if key_id != desk.keys.newest)
    with bar("Resealing") as progress:
        moved = jobs.reseal(jobs.Desk(desk.store, desk.keys, desk.now), lambda done: progress(done, left))
    click.echo(f"{moved} sealed with {desk.keys.newest}.")


@main.group("jobs")
def jobs_group() -> None:
    """Background jobs."""


@jobs_group.command("run")
@click.option("--nightly", is_flag=True, help="Also the jobs that once a day is enough for.")
def jobs_run(nightly: bool) -> None:
    """Run every due job once, now."""
    desk = counter()
    try:
        work = jobs.Desk(desk.store, desk.keys, desk.now, desk.settings)
        settled = jobs.run(work, nightly=nightly)
    except ExceptionGroup as problem:
        refuse(*(f"A job failed: {type(one).__name__}." for one in problem.exceptions))
    for name, number in settled.items():
        click.echo(f"{name} {number}")


@jobs_group.command("tick")
def jobs_tick() -> None:
    """Keep ticking the jobs from this process: for a site whose servers run with PORTAL_JOBS=off."""
    desk = counter()
    ticking.ticker(desk.settings, desk.store, desk.keys, own_process=True).run()


# Languages ------------------------------------------------------------------------------------------------


@main.group()
def translations() -> None:
    """Words of the interface in other languages."""


@translations.command("extract")
def translations_extract() -> None:
    """Write translations/messages.pot from the code and the templates."""
    catalogues.template_path().write_text(catalogues.as_text(catalogues.extract()), encoding="utf-8")
    click.echo(f"Wrote {catalogues.template_path()}.")


@translations.command("update")
@click.argument("locales", nargs=-1)
def translations_update(locales: tuple[str, ...]) -> None:
    """Bring LOCALES (all, unless named) to the sentences of the code; words already there are kept."""
    template = catalogues.extract()
    for locale in locales or other_locales():
        catalogue = catalogues.update(locale, template)
        missing = sum(1 for message in catalogue if message.id and not message.string)
        click.echo(f"{locale}: {len(catalogue)} sentences, {missing} without words.")


@translations.command("compile")
def translations_compile() -> None:
    """Compile every language; the portal does not start without."""
    for locale in other_locales():
        click.echo(f"Compiled {catalogues.compile_locale(locale)}.")


@translations.command("check")
def translations_check() -> None:
    """Say what is stale, missing or has other placeholders."""
    found = list(catalogues.problems())
    if found:
        refuse(*(str(problem) for problem in found))
    click.echo("Every language is complete.")
