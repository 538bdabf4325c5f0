"""An app whose next save would destroy a table: ``python losing.py FOLDER URL``.

A file ``save`` in the folder is that save; what the screen asks of the engine goes to ``asked``.
"""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from screens.input_gate import UNASKED_SECONDS
from screens.ports import OpenedSandbox
from tests.screens.playground.playing import PlayingStarter
from tests.screens.scripted import ScriptedControls, losing_save, scripted_app
from workbench.model.events import Emit
from workbench.playground.open_api import open_url_api
from workbench.startup import Session


@dataclass
class WritingControls(ScriptedControls):
    """Writes down what was asked."""

    file: Path = field(default_factory=Path)

    def answer(self, allowed: bool, how: str = "") -> None:
        with self.file.open("a") as asked:
            asked.write(f"{allowed} {how}\n")


class LosingStarter(PlayingStarter):
    """Opens a deployed sandbox that loses data at the next save."""

    def open(self, session: Session, emit: Emit) -> OpenedSandbox:
        opened = super().open(session, emit)

        def wait_for_the_save() -> None:
            while not (self.folder / "save").exists():
                time.sleep(0.05)
            for event in losing_save():
                emit(event)

        threading.Thread(target=wait_for_the_save, daemon=True).start()
        return opened


def main() -> None:
    folder, url = Path(sys.argv[1]), sys.argv[2]
    starter = LosingStarter(
        folder,
        controls=WritingControls(file=folder / "asked"),
        open_api=lambda: open_url_api(url, {}),
    )
    scripted_app(starter, unasked_seconds=UNASKED_SECONDS).run()


if __name__ == "__main__":
    main()
