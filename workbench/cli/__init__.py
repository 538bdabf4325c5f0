"""The engine's second front end: commands and JSON lines."""
