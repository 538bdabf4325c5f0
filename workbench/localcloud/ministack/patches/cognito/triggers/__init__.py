"""Patches of Cognito's Lambda triggers: each runs from every source that AWS names, or refuses."""
