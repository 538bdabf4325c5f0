"""The users pane: a user pool's users, searched, looked at and changed by keys."""
