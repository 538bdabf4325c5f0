"""What is done with many users at once: new ones, bulk actions, files of users."""
