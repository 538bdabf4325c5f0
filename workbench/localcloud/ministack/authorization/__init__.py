"""What IAM is asked about a request to the emulator: by whom, for which actions and resources."""
