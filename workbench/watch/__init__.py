"""What changes in a project: its files and its Git refs, as bursts worth a deployment."""
