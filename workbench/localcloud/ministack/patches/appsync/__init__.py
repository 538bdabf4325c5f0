"""Patches of AppSync's control plane."""
