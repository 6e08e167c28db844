"""Results as files for a committee: spreadsheet, Word, PDF and a bundle, all from one release.

No figure is worked out here: each is read from the release, in the same words as on the page.
"""
