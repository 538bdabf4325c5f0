"""What the engine's parts hand on to each other and to both front ends; no I/O."""
