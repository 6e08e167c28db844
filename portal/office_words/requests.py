"""What the information officer reads when something is refused: requests, search, erasure, retention."""

from __future__ import annotations

from flask_babel import gettext

from portal.office_words import Say

WORDS: dict[str, Say] = {
    "request.kind": lambda _: gettext("Choose what kind of request it is"),
    "request.day": lambda _: gettext("Enter the day it happened, no later than today"),
    "request.who": lambda facts: gettext(
        "Say who asks and how to reach them, in at most %(most)d characters", most=int(facts.get("most", 0))
    ),
    "request.about": lambda facts: gettext(
        "Say what they ask for, in at most %(most)d characters", most=int(facts.get("most", 0))
    ),
    "request.changed": lambda _: gettext("Somebody else changed this request. Look at it as it is now"),
    "request.settled": lambda _: gettext("This request was decided already"),
    "request.not_settled": lambda _: gettext("Decide the request before noting that the answer was sent"),
    "request.no_extension": lambda _: gettext(
        "Only access, erasure and objection can be extended, once, before the first month is over"
    ),
    "request.decision": lambda _: gettext("Choose a decision for this kind of request"),
    "request.unknown": lambda _: gettext("There is no request with this number"),
    "request.on_hold": lambda _: gettext(
        "A part of it was, or is, a safeguarding concern. Ask the safeguarding lead first, then say "
        "that they agreed"
    ),
    "search.short": lambda facts: gettext(
        "Enter at least %(least)d characters to look for", least=int(facts.get("least", 0))
    ),
    "comment.held": lambda _: gettext(
        "A safeguarding hold keeps this comment. Ask the safeguarding lead to release it first"
    ),
    "retention.class": lambda _: gettext("There is no such class of records"),
    "retention.bounds": lambda facts: gettext(
        "Enter a number from %(least)d to %(most)d",
        least=int(facts.get("least", 0)),
        most=int(facts.get("most", 0)),
    ),
    "retention.start": lambda _: gettext("Enter a day between the closing of the survey and today"),
    "reason.long": lambda facts: gettext(
        "Shorten it to %(most)d characters", most=int(facts.get("most", 500))
    ),
    "retention.early": lambda _: gettext("This is not due yet, so it stays"),
    "appeal.outcome": lambda _: gettext("Choose whether the decision stands"),
    "appeal.same_officer": lambda _: gettext(
        "You took this decision, so somebody else has to look at the appeal"
    ),
}
