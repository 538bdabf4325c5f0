"""Hot-swaps: single resources changed by direct API calls."""
