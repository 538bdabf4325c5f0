"""One module for each command of ``amplify-tui``."""
