"""The local cloud inside its process: emulator, mends, bootstrap and saved state, put together."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

from workbench.localcloud import adapter
from workbench.localcloud.adapter import emulator
from workbench.localcloud.adapter.emulator import App
from workbench.localcloud.bootstrap import bootstrap
from workbench.localcloud.gateway import HEALTH_PATH, gateway, json_route
from workbench.localcloud.inprocess import caller

logger = logging.getLogger("local cloud")


class LocalCloud:
    """Loads the emulator with its mends; raises UnsupportedEmulator for any other release."""

    def __init__(self, state_dir: Path, port: int) -> None:
        adapter.check_version()
        state_dir.mkdir(parents=True, exist_ok=True)
        self._state_dir = state_dir
        self._emulator = emulator.load(state_dir, port)
        logger.info("mends: %s", ", ".join(adapter.install()) or "none")

    async def start(self, health: Callable[[], object]) -> App:
        """Restore the saved state, make the bootstrap resources, and return the application."""
        if await bootstrap(caller(self._emulator)):
            logger.info("made the CDK bootstrap resources")
        routes = (json_route(HEALTH_PATH, health),)
        return gateway(self._emulator, routes, lambda scope: None, lambda scope: None)

    async def stop(self) -> None:
        """Save what is not saved yet."""
