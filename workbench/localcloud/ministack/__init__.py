"""The only room that knows ministack: patches to it, bridges to it, its state."""
