"""Words about writing a survey: drafts, their edits, translations, previews and corrections."""

from __future__ import annotations

from portal.office_words import Say

WORDS: dict[str, Say] = {
    "survey_draft.name": lambda _: "Give the draft a name of up to 120 characters",
    "survey_draft.conflict": lambda _: (
        "Somebody else changed this since you opened it. Both versions are shown. Nothing was lost"
    ),
    "survey_draft.clash": lambda _: (
        "Somebody else changed the same since you downloaded the file. Both versions are shown, and nothing "
        "was changed"
    ),
    "survey_draft.gone": lambda _: "This draft is not there any more. It may have been set aside",
    "survey_draft.published": lambda _: (
        "This draft was published, so it stays as it is. Correct the survey, or start from a copy"
    ),
    "survey_draft.in_round": lambda _: "This draft belongs to a consultation and is published with it",
    "survey_draft.moved_on": lambda _: (
        "The draft changed since you opened the page, so nothing was undone. Look at it and try again"
    ),
    "survey_draft.nothing_to_undo": lambda _: "There is nothing to undo",
    "survey_draft.nothing_to_redo": lambda _: "There is nothing to do again",
    "survey_draft.correction": lambda _: "This draft corrects a live survey. Publish it as a correction",
    "survey_draft.not_correction": lambda _: (
        "This draft does not correct a live survey. Publish it as a new one"
    ),
    "survey_draft.base_moved": lambda _: (
        "The survey was corrected by somebody else since this draft began. Start a new correction"
    ),
    "condition.incomplete": lambda _: "Choose what the condition looks for",
    "form.faults": lambda facts: f"The form has {facts.get('count', 1)} faults. Nothing was changed",
    "sheet.faults": lambda facts: f"The sheet has {facts.get('count', 1)} faults. Nothing was changed",
    "sheet.clash": lambda _: (
        "Somebody else changed the same texts since you downloaded the sheet. Both versions are shown, and "
        "nothing was changed"
    ),
    "upload.formula": lambda _: "The sheet has formulas. Put their values in their place, then try again",
    "upload.not_ours": lambda _: "This is not the spreadsheet we gave out: its sheet “Questions” is missing",
    "upload.empty": lambda _: "Choose a file",
    "upload.too_large": lambda _: "The file is too large. Two megabytes are enough for any questionnaire",
    "upload.unreadable": lambda _: (
        "This file cannot be read as a spreadsheet. Save it as .xlsx and try again"
    ),
    "correction.meaning": lambda _: "Say whether the corrected questions still mean the same",
    "correction.own": lambda _: "You changed this draft. Somebody who did not has to approve it",
    "correction.approved_as": lambda facts: (
        "It was approved with "
        + ("the same meaning" if facts.get("meaning") == "same" else "a changed meaning")
        + ". Publish it so, or change the draft and approve it again"
    ),
    "correction.beyond_spelling": lambda _: (
        "More than spelling is different, so somebody else has to agree that the meaning is the same. Ask a "
        "colleague, or say why nobody could approve it"
    ),
    "correction.unapproved": lambda _: (
        "A changed meaning needs somebody else’s approval. Ask a colleague, or say why nobody could give it"
    ),
    "correction.note": lambda _: "Say in a sentence what was corrected. The public can read it",
    "correction.nothing": lambda _: "Nothing is different from the survey as it is now",
    "edit.shape": lambda _: "This cannot be stored as it is. Check numbers and choices",
    "edit.gone": lambda _: "This is not in the draft any more. A colleague may have deleted or renamed it",
    "edit.taken": lambda _: "This name is already used in this draft. Choose another one",
    "edit.no_options": lambda _: "A question of this kind has no list of answers",
    "edit.codes_full": lambda _: "This question has used every code there is. Ask it as a new question",
    "edit.groups_full": lambda facts: (
        f"There can be {facts.get('most', '')} groups of people. Take one out first"
    ),
    "edit.source_language": lambda _: "The language the questions are written in cannot be taken away",
    "edit.language": lambda _: "The draft is not in this language. Add the language first",
    "edit.not_empty": lambda _: "It still has pages. Move or delete them first",
    "translation.speaker": lambda _: "Name the person who speaks the language and has read these texts",
    "bank.unknown": lambda _: "There is no such question in the bank",
    "preview.days": lambda facts: f"A link can work from 1 to {facts.get('most', '')} days",
    "preview.unknown": lambda _: "This is not a link to a preview. It may not have been copied whole",
    "preview.expired": lambda _: "This link to a preview has expired. Ask for a new one",
    "preview.revoked": lambda _: "This link to a preview was switched off. Ask for a new one",
    "remark.empty": lambda _: "Write something first",
    "remark.too_long": lambda facts: f"Shorten this to {facts.get('most', '')} characters or fewer",
    "remark.forbidden": lambda _: "This holds a character we cannot store. Delete it or type it again",
    "remark.unknown": lambda _: "There is no such remark",
}
