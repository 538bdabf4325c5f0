"""Backends in Python. Users import it as ``amplify_tui``; this name works too, with a warning."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.backend.public import *  # noqa: F403
else:

    def __getattr__(name):
        from importlib import import_module

        if name != "public":  # which the import system asks for before it imports it
            public = import_module("workbench.backend.public")
            if name == "__all__" or name in public.__all__:
                _warn()
                return getattr(public, name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

    def _warn():
        import warnings

        warnings.warn(
            "importing from workbench.backend is deprecated: import from amplify_tui instead",
            DeprecationWarning,
            stacklevel=3,
        )
