"""Backends in TypeScript: their worker, and its reports as diagnostics."""
