"""What the user defined, as immutable records that every later stage reads."""
