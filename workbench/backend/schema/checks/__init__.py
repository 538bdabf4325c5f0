"""Checks of a schema, by what they look at; each says what is wrong, where, and the fix."""
