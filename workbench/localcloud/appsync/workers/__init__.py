"""Evaluates templates and handlers where a wall clock can end them: in processes of their own."""
