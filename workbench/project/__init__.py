"""Finds, checks, creates and names Amplify projects."""
