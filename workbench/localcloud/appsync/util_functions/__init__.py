"""What AppSync's own functions mean, as plain Python: shared by VTL, JavaScript and data sources."""
