"""Watch, synthesise, check, deploy, again."""
