"""Who may talk to the local cloud: which web pages, which users of the machine, which keys."""
