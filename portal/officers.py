"""Commands about officers: the first administrator is invited from here, everybody else by them."""

from __future__ import annotations

import click

from portal.accounts import links, people
from portal.counter import counter


@click.group()
def officers() -> None:
    """Who may sign in to the office."""


@officers.command("add")
@click.argument("email")
@click.argument("name")
@click.option(
    "--role",
    "roles",
    multiple=True,
    type=click.Choice(people.ROLES),
    default=("administrator",),
    show_default=True,
    help="May be given several times.",
)
def officers_add(email: str, name: str, roles: tuple[str, ...]) -> None:
    """Invite NAME: prints a link that works once, for seven days."""
    desk = counter()
    with desk.store.writing() as session:
        token = links.invite(
            session, email=email, name=name, roles=roles, by=desk.by, now=desk.now, keys=desk.keys
        )
    click.echo(f"{desk.settings.public_url}/office/join/{token}")


@officers.command("list")
def officers_list() -> None:
    """Everybody who may sign in, with their roles."""
    desk = counter()
    with desk.store.reading() as session:
        for one in people.everyone(session):
            seen = f"last here {one.last_seen_on}" if one.last_seen_on else "never signed in"
            click.echo(f"{one.email}: {', '.join(sorted(one.roles))}; {seen}")
