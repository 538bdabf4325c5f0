"""Turns amplify/ into a cloud assembly, and checks its types."""
