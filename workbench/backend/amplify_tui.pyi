# The types of amplify_tui.py for type checkers: a single-file module cannot carry py.typed, so the
# wheel installs this as amplify_tui-stubs/__init__.pyi.
from workbench.backend.public import *  # noqa: F403

def main() -> None: ...
