"""``$util.math``."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.appsync.vtl.state import Failure
from workbench.localcloud.appsync.vtl.utilities.arguments import number


def _random_within(low: Any, high: Any) -> int:
    start, end = int(number(low)), int(number(high))
    if end <= start:
        raise Failure("takes a range that ends after it starts")
    return random.randrange(start, end)


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "roundNum": lambda value: math.floor(number(value) + 0.5),
    "minVal": lambda one, other: min(number(one), number(other)),
    "maxVal": lambda one, other: max(number(one), number(other)),
    "randomDouble": random.random,
    "randomWithinRange": _random_within,
}
