"""Converts a TypeScript backend's data schema to Python."""
