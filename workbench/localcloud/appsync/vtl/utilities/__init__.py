"""AppSync's ``$util`` and ``$extensions``, a module for each group."""
