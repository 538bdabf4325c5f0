"""Runs Lambda functions in Node and Python: their processes, environments, logs and errors."""
