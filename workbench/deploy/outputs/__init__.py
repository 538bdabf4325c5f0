"""``amplify_outputs.json`` from a deployed stack."""
