"""Patches of STS."""
