"""Velocity mapping templates as AppSync evaluates them: an engine of our own and ``$util``."""
