"""Java as mapping templates see it: strings, collections, regular expressions, time."""
