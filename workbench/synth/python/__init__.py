"""Backends in Python: their worker, its reports, their type check."""
