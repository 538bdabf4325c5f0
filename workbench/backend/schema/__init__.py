"""The language of ``amplify/data``: models, fields, relations, rules and operations in Python."""
