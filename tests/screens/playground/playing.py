"""The playground in a terminal, on any GraphQL endpoint: ``python playing.py FOLDER URL``.

The app, its driver and its screens are the real ones; only the sandbox behind them is scripted.
"""

from __future__ import annotations

import sys
from pathlib import Path

from screens.ports import OpenedSandbox
from tests.screens.scripted import ScriptedStarter, first_deployment, scripted_app
from workbench.model.events import Emit, LoopState, StateChanged
from workbench.playground.open_api import open_url_api
from workbench.startup import Session


class PlayingStarter(ScriptedStarter):
    """Opens a sandbox that has been deployed."""

    def open(self, session: Session, emit: Emit) -> OpenedSandbox:
        opened = super().open(session, emit)
        events = first_deployment()
        for event in (*events, StateChanged(at=events[-1].at, state=LoopState.WATCHING)):
            emit(event)
        return opened


def main() -> None:
    folder, url = Path(sys.argv[1]), sys.argv[2]
    scripted_app(PlayingStarter(folder, open_api=lambda: open_url_api(url, {}))).run()


if __name__ == "__main__":
    main()
