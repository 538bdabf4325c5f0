"""How a request is refused, and what of it goes into the log."""

from __future__ import annotations

import logging

logger = logging.getLogger("local cloud")
_MOST_PAGES = 20


class RefusedPages:
    """Logs each refusal of a web page once: a page that tries all day must not fill the disk."""

    def __init__(self) -> None:
        self._told: set[str] = set()

    def log(self, refusal: str) -> None:
        """``refusal`` has no control characters."""
        if refusal in self._told or len(self._told) >= _MOST_PAGES:
            return
        self._told.add(refusal)
        logger.warning("refused: %s", refusal)
