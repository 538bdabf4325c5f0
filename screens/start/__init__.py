"""The screens before a sandbox runs: start, its problems, and the choice of a target."""
