"""Assembly to stack: diff, plan, execute, outputs."""
