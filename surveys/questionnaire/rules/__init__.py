"""The static rules of a questionnaire, by subject. :mod:`surveys.questionnaire.faults` runs them all."""
