"""Read units: a unit is 4 KB read consistently, half a unit eventually, two in a transaction."""

from __future__ import annotations

from typing import Literal

Reading = Literal["consistent", "eventual", "transactional"]
_BYTES = 4096
_FACTORS: dict[Reading, float] = {"consistent": 1.0, "eventual": 0.5, "transactional": 2.0}


def read_units(size: int, reading: Reading) -> float:
    """The units for so many bytes read in one operation; what reads nothing costs one, too."""
    return max(1, -(-size // _BYTES)) * _FACTORS[reading]
