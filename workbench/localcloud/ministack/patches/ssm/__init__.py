"""Patches of Parameter Store."""
