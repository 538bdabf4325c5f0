"""A backend's functions: which there are, what starts them, what they log, how they are run."""
