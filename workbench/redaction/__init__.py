"""Secrets taken out of text: by their shape, by their name, by their value."""
