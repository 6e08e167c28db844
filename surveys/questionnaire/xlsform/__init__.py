"""A questionnaire as the rows of an XLSForm, and changes made there taken back over."""
