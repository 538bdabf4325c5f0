"""Masks secrets in text: by shape, by name and by value."""
