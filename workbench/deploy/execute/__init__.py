"""A plan carried out: assets, CloudFormation, hot-swaps; and a stack deleted."""
