"""A cloud assembly as CDK writes it: stacks, templates, assets, and what refers to what."""
