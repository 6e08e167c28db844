"""A questionnaire on paper: numbered questions with the codes of the online survey and ways on in words."""
