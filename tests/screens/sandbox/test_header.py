"""The header's badges."""

from __future__ import annotations

from pathlib import Path

from screens.ports import SandboxInfo
from screens.sandbox.header import HeaderBar
from screens.sandbox.view_state import SandboxState
from workbench.model.events import LocalCloudReported, LoopState, StateChanged


def test_iam_that_is_off_has_a_badge_until_it_is_on() -> None:
    state = SandboxState()
    header = HeaderBar(SandboxInfo("app", Path("app"), "me", "local cloud", "stack"), state)
    state.apply(StateChanged(at=0.0, state=LoopState.WATCHING))

    def badges() -> list[str]:
        return [text.strip() for text, _ in header.badges()]

    for iam, expected in (
        (True, ["● WATCHING"]),
        (False, ["! IAM OFF", "● WATCHING"]),
        (True, ["● WATCHING"]),
    ):
        state.apply(LocalCloudReported(at=0.0, status="running", iam=iam))
        assert badges() == expected
