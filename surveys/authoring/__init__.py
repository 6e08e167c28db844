"""Writing a questionnaire: drafts with every edit kept, translations, previews, remarks, publishing."""
