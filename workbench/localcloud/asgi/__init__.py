"""ASGI between the parts of the local cloud."""
