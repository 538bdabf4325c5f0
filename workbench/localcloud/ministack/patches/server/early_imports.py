"""Imports what the first deployment needs a second after the start, while its synth still runs.

Mends: ministack imports a service with its first request, so that the first deployment would wait
for the GraphQL parser (0.3 s) and for Cognito's signing key (0.1–0.2 s).
"""

from __future__ import annotations

import importlib
import logging
import threading

_DELAY = 1.0
_MODULES = ("graphql", "ministack.services.cognito")


def install() -> None:
    """Begin a second from now, in a thread that holds nothing up at the end."""
    timer = threading.Timer(_DELAY, _import)
    timer.daemon = True
    timer.start()


def _import() -> None:
    for name in _MODULES:
        try:
            importlib.import_module(name)
        except ImportError as error:
            logging.getLogger("local cloud").warning("%s cannot be imported: %s", name, error)
