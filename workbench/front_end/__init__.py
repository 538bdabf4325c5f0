"""Front ends that reach the local cloud: the files that they load, and whether they do."""
