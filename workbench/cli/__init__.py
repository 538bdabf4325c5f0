"""The command line of amplify-tui: its second front end, for scripts and CI."""
