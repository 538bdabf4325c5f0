"""What is deployed now: stacks, resources, events, and intrinsic functions against them."""
