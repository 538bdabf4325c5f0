"""What mapping templates see of Java: strings, collections, regular expressions, time."""
