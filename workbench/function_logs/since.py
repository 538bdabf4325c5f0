"""How far back a log is read: ``90s``, ``5m``, ``2h``, ``1d``, as AWS's command line takes it."""

from __future__ import annotations

import re
from typing import Final

from workbench.model.user_problem import UserProblem

_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def seconds_back(text: str) -> int:
    """The seconds that the text means; raises UserProblem."""
    found = re.fullmatch(r"\s*(\d{1,6})\s*([smhdw])\s*", text)
    if found is None:
        raise UserProblem(
            f"{text!r} is not a time back from now.",
            "Write a number and a unit: 90s, 5m, 2h, 1d.",
            exit_code=2,
        )
    return int(found[1]) * _SECONDS[found[2]]
