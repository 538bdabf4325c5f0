"""The local cloud's saved state: where it lies, and how the last good copy is found."""
