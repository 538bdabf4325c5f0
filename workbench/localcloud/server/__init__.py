"""The local cloud's process: gateway, routes, limits, autosave."""
