"""Dialogs that several panes ask with."""
