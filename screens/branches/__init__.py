"""The branches pane."""
