"""The embedded AWS: one loopback server for each project."""
