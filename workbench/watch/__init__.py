"""Watches a project's files and its Git refs."""
