"""Alembic migrations: run before the workers start, never by them."""
