"""The Textual app: a thin App, one file for each screen, its widgets beside it."""
