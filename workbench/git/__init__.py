"""Reads and changes a project's Git repository."""
