"""AppSync's own functions in plain Python, for VTL and data sources."""
