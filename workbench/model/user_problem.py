"""A problem that the user can solve: the one family that front ends catch and show."""

from __future__ import annotations

from typing import Literal

Offer = Literal["", "init", "install", "node", "login", "target"]
"""What a front end can do about a problem: scaffold a project, install the packages, install Node,
sign in to AWS, choose another target."""


class UserProblem(Exception):
    """What is wrong, where or why, and the next step, if ``what`` does not say it.

    ``details`` are further lines, as of a log; ``exit_code`` is that of a command that fails by it.
    """

    def __init__(
        self,
        what: str,
        next_step: str = "",
        *,
        where: str = "",
        offer: Offer = "",
        details: tuple[str, ...] = (),
        exit_code: int = 1,
    ) -> None:
        super().__init__(what)
        self.what = what
        self.next_step = next_step
        self.where = where
        self.offer: Offer = offer
        self.details = details
        self.exit_code = exit_code

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        next_step = f"\n  → {self.next_step}" if self.next_step else ""
        return f"{place}{self.what}{next_step}"
