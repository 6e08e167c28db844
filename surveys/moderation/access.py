"""Everything held for one response, for the person who gave it: answers, comments, and what became of them.

Who decided is left out. What a safeguarding hold keeps is left out as if it were not there, and only counted:
the information officer may not read it. Whoever gives out what a concern was about asks the lead first.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.exclusions import Exclusion, ExclusionResponse
from surveys.moderation import campaigns, concerns, log, work
from surveys.moderation.decisions import public_text
from surveys.moderation.records import Appeal, Theme, Translation
from surveys.questionnaire.model import Questionnaire
from surveys.questionnaire.routing import labels
from surveys.records import Comment, Participant, Response, ResponseSign
from surveys.sealing import Keyring
from surveys.surveys import Survey, SurveyVersion, london_day, questionnaire_of


@dataclass(frozen=True)
class Said:
    """One question with the answer's words, one a choice; none when it was skipped."""

    question: str
    words: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class Step:
    """One decision about a comment."""

    on: dt.date
    outcome: str
    reason: str


@dataclass(frozen=True)
class Asked:
    """An appeal, and how it ended ("" while it waits)."""

    on: dt.date
    outcome: str
    words: str = field(repr=False)


@dataclass(frozen=True)
class Written:
    """One comment with all that was made of it."""

    question: str
    text: str = field(repr=False)
    state: str
    quote: str
    flags: tuple[str, ...]
    steps: tuple[Step, ...]
    appeals: tuple[Asked, ...]
    public: str | None = field(repr=False)
    translations: tuple[tuple[str, str], ...] = field(repr=False)
    themes: tuple[str, ...]
    alike: int
    """How many comments were in nearly the same words; 0 when none."""


@dataclass(frozen=True)
class Held:
    """All of it. ``left_out``: rule and state of proposals to leave it out of the counts.

    ``concerned``: comments that were, or are, a safeguarding concern; ``kept_back``: those on hold.
    """

    survey: Survey
    title: str
    locale: str
    submitted_on: dt.date
    channel: str
    may_publish: bool
    status: str
    organisation: str = field(repr=False)
    answers: tuple[Said, ...] = field(repr=False)
    comments: tuple[Written, ...] = field(repr=False)
    signs: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    concerned: int
    kept_back: int


def held_of(session: Session, survey: Survey, response: Response, *, keys: Keyring) -> Held:
    """Everything the site has of one response, opened. It changes and notes nothing: the caller does."""
    document = questionnaire_of(session.get_one(SurveyVersion, response.version_id))
    mine = (Comment.survey_id == survey.id, Comment.response_id == response.id)
    every = session.scalars(select(Comment).where(*mine).order_by(Comment.item)).all()
    open_ = [one for one in every if not concerns.locked(session, survey.id, one.id)]
    comments = tuple(_written(session, one, document, response.locale, keys) for one in open_)
    signs = select(ResponseSign.sign).where(
        ResponseSign.survey_id == survey.id, ResponseSign.response_id == response.id
    )
    proposals = (
        select(Exclusion.rule, Exclusion.state)
        .join(
            ExclusionResponse,
            (ExclusionResponse.survey_id == Exclusion.survey_id)
            & (ExclusionResponse.exclusion_id == Exclusion.id),
        )
        .where(ExclusionResponse.survey_id == survey.id, ExclusionResponse.response_id == response.id)
        .order_by(Exclusion.proposed_at)
    )
    return Held(
        survey=survey,
        title=document.say(document.title, response.locale),
        locale=response.locale,
        submitted_on=response.submitted_on,
        channel=response.channel,
        may_publish=response.may_publish,
        status=response.status,
        organisation=_organisation(session, response, keys),
        answers=_answers(document, response),
        comments=comments,
        signs=tuple(session.scalars(signs.order_by(ResponseSign.sign))),
        left_out=tuple((rule, state) for rule, state in session.execute(proposals)),
        concerned=sum(concerns.of_comment(session, survey.id, one.id) is not None for one in every),
        kept_back=len(every) - len(open_),
    )


def _answers(document: Questionnaire, response: Response) -> tuple[Said, ...]:
    """The coded answers; of a text only that there was one, its words stand among the comments."""
    given, locale = response.answers, response.locale
    return tuple(
        Said(document.say(question.text, locale), labels(question, given[question.id], document, locale))
        for question in document.questions
        if question.id in given and question.kind not in ("short-text", "long-text")
    )


def _organisation(session: Session, response: Response, keys: Keyring) -> str:
    row = session.get(Participant, (response.survey_id, response.participant_id or ""))
    return "" if row is None else keys.open(row.key_id, row.sealed)


def _written(
    session: Session, comment: Comment, document: Questionnaire, locale: str, keys: Keyring
) -> Written:
    mine = {"survey_id": comment.survey_id, "comment_id": comment.id}
    question_id, _, option_key = comment.item.partition(".")
    question = document.question_by_id[question_id]
    words = [document.say(question.text, locale), *(labels(question, option_key or None, document, locale))]
    asked = session.scalars(select(Appeal).filter_by(**mine).order_by(Appeal.number)).all()
    translated = session.scalars(select(Translation).filter_by(**mine).order_by(Translation.locale)).all()
    ticked = work.themes_in(session, comment)
    themes = select(Theme.name).where(Theme.survey_id == comment.survey_id, Theme.id.in_(ticked))
    group = campaigns.campaign_of(session, comment)
    return Written(
        question=": ".join(words),
        text=keys.open(comment.key_id, comment.sealed),
        state=comment.state,
        quote=comment.quote,
        flags=tuple(comment.flags.split()),
        steps=tuple(
            Step(london_day(one.at), one.outcome, one.reason) for one in log.decisions(session, comment)
        ),
        appeals=tuple(
            Asked(one.made_on, one.outcome or "", keys.open(one.key_id, one.sealed)) for one in asked
        ),
        public=public_text(session, comment, keys=keys) if comment.state == "redacted" else None,
        translations=tuple((one.locale, keys.open(one.key_id, one.sealed)) for one in translated),
        themes=tuple(session.scalars(themes.order_by(Theme.position))),
        alike=group.size if group is not None else 0,
    )
