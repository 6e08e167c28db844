"""What a release takes from outside its survey: the census, and words for how it was made."""

from __future__ import annotations

from sqlalchemy.orm import Session

from portal import method_words
from portal.partnership import census
from surveys.results.releases import Outside
from surveys.surveys import Survey, current_version, questionnaire_of


def outside(session: Session, survey: Survey, *, weighted: bool = False) -> Outside:
    """For the makers of :mod:`surveys.results.releases`. Words need an application context."""
    version = current_version(session, survey.id)
    if version is None:
        return Outside(weighted=weighted, say=method_words.say)
    targets = census.targets(census.kept(session), questionnaire_of(version))
    return Outside(targets, weighted, method_words.say)
