"""Live counts for officers: a cube per survey that follows the store, and what of it everybody may see."""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from flask import current_app
from sqlalchemy.orm import Session

from portal.database import Database, database
from surveys.questionnaire.model import Questionnaire
from surveys.results import shown, tables
from surveys.results.cube import Cube
from surveys.results.disclosure import Policy, Publication, publish
from surveys.results.follower import Follower, layout_of
from surveys.surveys import SurveyVersion, questionnaire_of

Answer = TypeVar("Answer")
KEPT = 64
AT_ONCE = 20_000
"""Up to so many responses a cube that fell behind is counted anew before the page is drawn."""


@dataclass
class _Followed:
    follower: Follower
    counting: threading.Lock = field(default_factory=threading.Lock)
    shown: tuple[dt.datetime, Publication] | None = None


@dataclass(frozen=True)
class Standing:
    """As of when a figure is; ``behind``: answers were taken back since, and are being counted anew."""

    as_of: dt.datetime | None
    behind: bool


class Counting:
    """The cubes of one process. Hangs on the application; safe to share between threads."""

    def __init__(self) -> None:
        self.documents: dict[str, Questionnaire] = {}
        """Questionnaires by version id: a published version never changes."""
        self._surveys: dict[str, _Followed] = {}
        self._drawn: dict[tuple[str, str], tuple[Publication, Mapping[str, Any]]] = {}
        self._worked: OrderedDict[str, object] = OrderedDict()
        self._lock = threading.Lock()

    def ask(
        self, session: Session, survey_id: str, question: Callable[[Cube], Answer], now: dt.datetime
    ) -> tuple[Answer, Standing]:
        """An answer from the cube, brought up to date first.

        Raises SurveysError ``survey.no_version`` for a survey that was never published.
        """
        followed = self._followed(survey_id)
        follower = followed.follower
        if not follower.catch_up(session, now):
            if follower.ask(lambda cube: cube.responses) <= AT_ONCE:
                follower.rebuild(session, now)
            else:
                self._count_anew(followed, database(), now)
        return follower.ask(question), Standing(follower.as_of, follower.behind)

    def published(
        self, session: Session, survey_id: str, now: dt.datetime
    ) -> tuple[Publication, Questionnaire, Standing]:
        """The fixed menu as everybody may see it, alike in every process (:mod:`surveys.results.shown`).

        Nothing is shown before the first sweep. Raises SurveysError ``survey.no_version``.
        """
        kept = shown.shown(session, survey_id)
        if kept is None:
            layout = layout_of(session, survey_id)
            nothing = Cube(layout)
            menu = (*tables.menu(nothing), *tables.profile(nothing))
            return publish(menu, Policy()), layout.questionnaire, Standing(None, False)
        followed = self._followed(survey_id)
        if followed.shown is None or followed.shown[0] != kept.settled_at:
            followed.shown = kept.settled_at, Publication(shown.released_tables(kept), ())
        document = document_of(session.get_one(SurveyVersion, kept.version_id))
        return followed.shown[1], document, Standing(kept.settled_at, False)

    def responses_shown(self, session: Session, survey_id: str, now: dt.datetime) -> int:
        """How many people those tables are of: it moves when they do, so it betrays no single answer."""
        kept = shown.shown(session, survey_id)
        return kept.responses if kept is not None else 0

    def drawn(
        self, survey_id: str, question: str, publication: Publication, draw: Callable[[], Mapping[str, Any]]
    ) -> Mapping[str, Any]:
        """The figures of one question, drawn once for as long as what everybody may see stands."""
        kept = self._drawn.get((survey_id, question))
        if kept is None or kept[0] is not publication:
            kept = self._drawn[survey_id, question] = publication, draw()
        return kept[1]

    def once(self, about: str, work: Callable[[], Answer]) -> Answer:
        """What seconds of drawing gave, kept while it is asked for. ``about`` names all it is made from."""
        with self._lock:
            if about in self._worked:
                self._worked.move_to_end(about)
                return cast(Answer, self._worked[about])
        made = work()
        with self._lock:
            self._worked[about] = made
            while len(self._worked) > KEPT:
                self._worked.popitem(last=False)
        return made

    def _followed(self, survey_id: str) -> _Followed:
        with self._lock:
            return self._surveys.setdefault(survey_id, _Followed(Follower(survey_id)))

    def _count_anew(self, followed: _Followed, store: Database, now: dt.datetime) -> None:
        if not followed.counting.acquire(blocking=False):
            return

        def count() -> None:
            try:
                with store.reading() as session:
                    followed.follower.rebuild(session, now)
            finally:
                followed.counting.release()

        threading.Thread(target=count, name=f"count {followed.follower.survey_id}", daemon=True).start()


def document_of(version: SurveyVersion) -> Questionnaire:
    """The questionnaire of a published version, read once."""
    return questionnaire_of(version, counting().documents)


def counting() -> Counting:
    """The counting of this application, made when the first officer asks."""
    return cast(Counting, current_app.extensions.setdefault("portal.counting", Counting()))
