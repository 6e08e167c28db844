from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from surveys.questionnaire.model import Translation
from surveys.sealing import Keyring
from tests.journeys.walker import Resident, Site
from tests.pages import PageClient
from tests.surveys.questionnaire import samples


@pytest.fixture
def site(
    app: Flask, writing: Callable[[], AbstractContextManager[Session]], keys: Keyring, now: dt.datetime
) -> Site:
    return Site(app, writing, keys, now)


@pytest.fixture
def resident(site: Site, client: PageClient) -> Resident:
    """Somebody about to answer the survey that has every kind of question."""
    questionnaire = samples.every_kind()
    read = questionnaire.translations | {"pl": Translation(state="checked", by="Ewa Nowak")}
    questionnaire = questionnaire.model_copy(update={"translations": read})
    site.publish(questionnaire)
    return Resident(client, questionnaire)
