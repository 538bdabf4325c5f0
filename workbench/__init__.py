"""The engine of amplify-tui: everything that is true without a screen."""
