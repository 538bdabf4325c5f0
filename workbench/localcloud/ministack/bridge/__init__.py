"""Bridges: what the rest of the local cloud asks of ministack."""
