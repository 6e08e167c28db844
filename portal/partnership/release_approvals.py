"""Results approved by a named senior without an account: a single-use link to exactly one release."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from portal.partnership import approval_links
from portal.partnership.approval_links import ApprovalLink
from surveys.errors import SurveysError
from surveys.results import compositions
from surveys.results.compositions import Composition, sealed_print
from surveys.results.releases import Prepared
from surveys.sealing import Keyring

KIND = "release"


def about(draft: Composition) -> str:
    """What links to this release in the making are about."""
    return f"{KIND}:{draft.id}"


def ask(
    session: Session,
    draft: Composition,
    prepared: Prepared,
    *,
    name: str,
    post: str,
    by: str,
    now: dt.datetime,
    keys: Keyring,
) -> tuple[ApprovalLink, str]:
    """A link to the release as it would be published now, and its token.

    Raises "composition.ended" unless it waits for approval, and as :func:`approval_links.make`.
    """
    if draft.state != "composing":
        raise SurveysError("composition.ended")
    digest = sealed_print(prepared.content)
    return approval_links.make(session, about(draft), digest, name=name, post=post, by=by, now=now, keys=keys)


def named(session: Session, token: str, *, keys: Keyring) -> tuple[ApprovalLink, Composition]:
    """The link of this token and the release it is about. Raises "approval.unknown"."""
    link = approval_links.called(session, token, keys=keys, kind=KIND)
    return link, session.get_one(Composition, link.about.removeprefix(f"{KIND}:"))


def answer(
    session: Session,
    token: str,
    prepared: Prepared,
    *,
    approved: bool,
    words: str,
    now: dt.datetime,
    keys: Keyring,
) -> ApprovalLink:
    """The senior's answer uses the link up; approved, the release waits for an officer to publish it.

    Raises as :func:`approval_links.called`, ``check``, ``answer`` and :func:`compositions.approve`.
    """
    link = approval_links.called(session, token, keys=keys, kind=KIND, lock=True)
    approval_links.check(link, sealed_print(prepared.content), now=now)
    approval_links.answer(session, link, approved=approved, words=words, now=now, keys=keys)
    if approved:
        _, draft = named(session, token, keys=keys)
        compositions.approve(session, draft, prepared, shown=link.digest, by=link.by, now=now, keys=keys)
    return link
