"""Backends in Python: what a user's ``amplify/`` imports. Needs aws_cdk, nothing of the engine."""
