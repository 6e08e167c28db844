"""What the safeguarding role reads when something is refused."""

from __future__ import annotations

from flask_babel import gettext

from portal.office_words import Say

WORDS: dict[str, Say] = {
    "concern.source": lambda _: gettext("A concern is raised by a moderator or by the safety lists"),
    "concern.changed": lambda _: gettext("Somebody else changed this concern. Look at it as it is now"),
    "concern.released": lambda _: gettext("The hold was released, so this concern stays as it is"),
    "concern.gone": lambda _: gettext("The text is no longer kept"),
    "concern.withdrawn": lambda _: gettext(
        "The answers were taken back or erased, so age and place are not known any more"
    ),
    "concern.outcome": lambda _: gettext("Choose what came of it"),
    "concern.not_told": lambda _: gettext("Note first who was told, or choose that no action was needed"),
    "concern.not_concluded": lambda _: gettext("Note first what came of it"),
    "telling.who": lambda facts: gettext(
        "Say which service or role was told, in at most %(most)d characters", most=int(facts.get("most", 0))
    ),
    "telling.channel": lambda _: gettext("Choose how they were told"),
    "telling.reference": lambda facts: gettext(
        "Shorten the reference to %(most)d characters", most=int(facts.get("most", 0))
    ),
    "telling.day": lambda _: gettext("Enter a day from the day of the answers up to today"),
}
