"""Branch environments: Git branches, the jobs that deploy them, and what is in them."""
