"""A function in Python; handler.py beside it is what runs."""

from amplify_tui import define_function

greeting = define_function(name="greeting", environment={"GREETING": "Hello"})
