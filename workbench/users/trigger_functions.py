"""Which functions a pool calls, and for what, from its ``LambdaConfig``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_FUNCTION = ":function:"


def trigger_functions(config: Mapping[str, Any]) -> dict[str, str]:
    """The function of each trigger, such as ``PreSignUp`` or ``PreTokenGeneration V2_0``.

    ``KMSKeyID`` stands beside the triggers, and is none. Of the two places of the pre token
    generation trigger, the one that tells its version counts.
    """
    found: dict[str, str] = {}
    for name, value in config.items():
        if f"{name}Config" in config:
            continue
        is_versioned = isinstance(value, Mapping)
        arn = str(value.get("LambdaArn") or "") if is_versioned else str(value or "")
        if _FUNCTION not in arn:
            continue
        label = name
        if name == "PreTokenGenerationConfig":
            label = "PreTokenGeneration"
            version = str(value.get("LambdaVersion") or "V1_0")
            label += "" if version == "V1_0" else f" {version}"
        found[label] = arn.partition(_FUNCTION)[2].partition(":")[0]
    return found
