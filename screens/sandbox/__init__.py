"""The main screen: one sandbox, its stages, diff, resources, log and history."""
