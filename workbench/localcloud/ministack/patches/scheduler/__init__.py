"""Patches of EventBridge Scheduler."""
