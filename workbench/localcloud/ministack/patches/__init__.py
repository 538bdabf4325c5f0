"""Patches of ministack, by service: one file for each behaviour that differs from AWS."""
