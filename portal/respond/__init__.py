"""A resident's path through a survey: start, one page at a time, check, send, and what comes after.

Everything works without scripts, by links and forms; every form answers with a redirect. A view loads the
:class:`~portal.respond.sitting.Sitting`, gathers the form, checks it, calls one verb of ``surveys``, goes on.
"""

from portal.respond import codes, comments, invited, leaving, questions, sending, start, updates, whole
from portal.respond.blueprint import bp

__all__ = [
    "bp",
    "codes",
    "comments",
    "invited",
    "leaving",
    "questions",
    "sending",
    "start",
    "updates",
    "whole",
]
