"""Patches of the server itself."""
