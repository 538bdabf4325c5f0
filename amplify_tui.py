"""The public name of amplify-tui: what a backend in Python imports, and ``python -m amplify_tui``.

``from amplify_tui import define_backend, define_data, Model`` and so on; every name is listed in
``workbench.backend.public``, and imported when it is asked for.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
"""As ``typing`` has it, whose import takes 4 ms of every start."""
_HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - no import before main
_PACKAGES = ("workbench", "screens", "themes")


if TYPE_CHECKING:
    from workbench.backend.public import *  # noqa: F403
else:

    def __getattr__(name):
        if name.startswith("__") and name != "__all__":
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from workbench.backend import public

        try:
            return getattr(public, name)
        except AttributeError:
            raise AttributeError(f"module 'amplify_tui' has no attribute {name!r}") from None

    def __dir__():
        from workbench.backend import public

        return [*public.__all__, "main"]


def main() -> None:
    """Run the program; exits the process with its exit code."""
    _import_own_packages_first()
    from screens.launch import main as launch

    launch()


def _import_own_packages_first() -> None:
    """A folder with packages of these names may come first: PYTHONPATH, or the one of ``-m``.

    The processes that the program starts find the packages by the same order.
    """
    for entry in sys.path:
        folder = os.path.abspath(entry)  # noqa: PTH100
        if folder == _HERE:
            return
        files = [f"{folder}/{name}{end}" for name in _PACKAGES for end in ("", ".py")]
        if any(os.path.exists(file) for file in files):  # noqa: PTH110
            break
    sys.path.insert(0, _HERE)
    others = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = _HERE + (os.pathsep + others if others else "")


if __name__ == "__main__":
    main()
