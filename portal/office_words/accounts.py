"""Words about accounts and signing in."""

from __future__ import annotations

from portal.office_words import Say

WORDS: dict[str, Say] = {
    "sign_in.refused": lambda _: (
        "The e-mail address, password or code is not right. Check all three and try again"
    ),
    "sign_in.throttled": lambda facts: (
        f"Too many tries. Wait {facts.get('minutes', 15)} minutes, or use one of your recovery codes"
    ),
    "sign_in.busy": lambda _: "Too many people are signing in at this moment. Wait a minute, then try again",
    "password.short": lambda facts: (
        f"Use at least {facts.get('least', 12)} characters. Three random words are good"
    ),
    "password.long": lambda facts: f"Use no more than {facts.get('most', 256)} characters",
    "password.forbidden": lambda _: "The password holds a character we cannot use. Type it again",
    "password.guessable": lambda _: (
        "This password is easy to guess. Use three random words that say nothing about you"
    ),
    "password.differs": lambda _: "The two passwords are not the same. Type them again",
    "code.wrong": lambda _: (
        "This code does not fit. Check the time of your phone and enter the code it shows now"
    ),
    "officer.unknown": lambda _: "There is no such officer",
    "officer.email": lambda _: "Enter an e-mail address, like name@example.org",
    "officer.name": lambda _: "Enter the person's name, at most 120 characters",
    "officer.roles": lambda _: "Choose at least one role",
    "officer.exists": lambda _: "Somebody with this e-mail address has an account already",
    "officer.self": lambda _: "Ask another administrator: nobody makes a way back in for themselves",
    "officer.left": lambda _: "This person has left",
    "officer.successor": lambda _: "Choose somebody else who is still here",
    "officer.last_administrators": lambda _: (
        "Two administrators must stay. Give somebody else the role first"
    ),
    "link.unknown": lambda _: "This link is not one of ours. Check that you copied all of it",
    "link.used": lambda _: "This link was used already. Each link works once",
    "link.replaced": lambda _: "A newer link took the place of this one. Use the newer one",
    "link.taken_back": lambda _: "This link was taken back. Ask whoever sent it for a new one",
    "link.expired": lambda _: "This link has expired. Ask for a new one",
    "link.ended": lambda _: "This link does not work any more",
    "link.own": lambda _: "Another administrator must confirm this, not whoever made it or whom it is for",
    "link.unconfirmed": lambda _: "A second administrator has to confirm this link before it works",
}
