"""What the templates of a survey's pages share: its neutral title, its words, and the clock."""

from __future__ import annotations

from functools import partial

from flask import url_for
from markupsafe import Markup

from portal.forms.questions import Setting
from portal.i18n import locale_code
from portal.partnership import instruments
from portal.rendering import site
from portal.respond.sitting import Sitting
from surveys.questionnaire.model import Questionnaire, Texts


def words_of(document: Questionnaire) -> dict[str, object]:
    """``said(texts)``, ``lang_attr(texts)``, the document, its languages, and the end of the page's title."""
    setting = Setting(document, locale_code(), {}, {})
    return {
        "document": document,
        "title_tail": document.say(document.title, setting.locale),
        "said": setting.said,
        "lang_attr": partial(_lang_attr, setting),
        "offered_languages": instruments.offered(document, demonstration=site().demonstration),
    }


def frame_of(sitting: Sitting) -> dict[str, object]:
    """The same for a page that shows somebody's draft: it warns before it closes itself."""
    return {
        "sitting": sitting,
        "stay_url": url_for("respond.stay"),
        "ended_url": url_for("respond.away", slug=sitting.slug),
        **words_of(sitting.questionnaire),
    }


def _lang_attr(setting: Setting, texts: Texts | None) -> str | Markup:
    """`` lang="en-GB"`` for words that are shown in the source language for want of a translation."""
    if not setting.questionnaire.is_fallback(texts, setting.locale):
        return ""
    return Markup(' lang="{}"').format(setting.source_lang)
