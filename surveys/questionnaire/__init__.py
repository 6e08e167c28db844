"""The questionnaire engine: pure values and functions, no database."""
