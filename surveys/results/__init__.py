"""Counting what was answered, and making it safe to publish. Keys and codes, never words."""
