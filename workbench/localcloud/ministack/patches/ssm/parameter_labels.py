"""Labels of parameters' versions: ministack takes any number, and cannot remove one.

Source: docs.aws.amazon.com/systems-manager/latest/APIReference/API_LabelParameterVersion.html
"""

from __future__ import annotations

import json
import re
from typing import Any

from workbench.localcloud.ministack.patches.ssm.refusals import (
    ParameterStoreRefusalError,
    invalid,
)

Version = dict[str, Any]
_LABEL = re.compile(r"[a-zA-Z_.\-][a-zA-Z0-9_.\-]*")
_LONGEST, _MOST = 100, 10


def install() -> None:
    """Set labels by AWS's rules; serve UnlabelParameterVersion."""
    from ministack.services import ssm

    handle = ssm.handle_request
    calls = {"LabelParameterVersion": _label, "UnlabelParameterVersion": _unlabel}

    async def handle_request(
        method: str, path: str, headers: Any, body: Any, query_params: Any
    ) -> Any:
        call = calls.get(str(headers.get("x-amz-target", "")).rpartition(".")[2])
        if call is None:
            return await handle(method, path, headers, body, query_params)
        try:
            return ssm.json_response(call(json.loads(body)))
        except ParameterStoreRefusalError as refused:
            return ssm.error_response_json(refused.code, str(refused), 400)

    ssm.handle_request = handle_request


def _label(data: dict[str, Any]) -> dict[str, Any]:
    """A label is in one version of a parameter at most: it moves."""
    versions, version = _versions(data)
    labels = list(dict.fromkeys(data.get("Labels") or []))
    for label in labels:
        if not 0 < len(label) <= _LONGEST:
            raise invalid(
                f"1 validation error detected: Value '[{label}]' at 'labels' failed to satisfy "
                "constraint: Member must satisfy constraint: [Member must have length less than "
                f"or equal to {_LONGEST}, Member must have length greater than or equal to 1]"
            )
    valid = [label for label in labels if is_label(label)]
    held = list(dict.fromkeys([*(version.get("Labels") or []), *valid]))
    if len(held) > _MOST:
        raise ParameterStoreRefusalError(
            "ParameterVersionLabelLimitExceeded",
            "An error occurred (ParameterVersionLabelLimitExceeded) when calling the "
            "LabelParameterVersion operation: A parameter version can have maximum 10 labels."
            "Move one or more labels to another version and try again.",
        )
    for other in versions:
        other["Labels"] = [label for label in other.get("Labels") or [] if label not in valid]
    version["Labels"] = held
    _label_newest(data, versions)
    return {
        "InvalidLabels": [label for label in labels if label not in valid],
        "ParameterVersion": version["Version"],
    }


def is_label(text: str) -> bool:
    """Whether Parameter Store takes this for a label."""
    return bool(_LABEL.fullmatch(text)) and not text.lower().startswith(("aws", "ssm"))


def _unlabel(data: dict[str, Any]) -> dict[str, Any]:

    if data.get("ParameterVersion") is None:
        raise invalid(
            "1 validation error detected: Value 'null' at 'parameterVersion' failed to satisfy "
            "constraint: Member must not be null"
        )
    versions, version = _versions(data)
    asked = data.get("Labels") or []
    held = version.get("Labels") or []
    removed = [label for label in asked if label in held]
    version["Labels"] = [label for label in held if label not in removed]
    _label_newest(data, versions)
    return {
        "RemovedLabels": removed,
        "InvalidLabels": [label for label in asked if label not in removed],
    }


def _versions(data: dict[str, Any]) -> tuple[list[Version], Version]:
    """All versions of the parameter, and the one that is asked for."""
    from ministack.services import ssm

    asked = str(data.get("Name") or "")
    name, newest = ssm._lookup_parameter(asked)
    if newest is None:
        raise ParameterStoreRefusalError("ParameterNotFound", f"Parameter {asked} not found.")
    wanted = data.get("ParameterVersion") or newest["Version"]
    versions: list[Version] = ssm._parameter_history.get(name) or []
    for version in versions:
        if version["Version"] == wanted:
            return versions, version
    raise ParameterStoreRefusalError(
        "ParameterVersionNotFound",
        f"Systems Manager could not find version {wanted} of {asked}. "
        "Verify the version and try again.",
    )


def _label_newest(data: dict[str, Any], versions: list[Version]) -> None:
    """The newest version is stored a second time, as the parameter itself."""
    from ministack.services import ssm

    _, newest = ssm._lookup_parameter(data["Name"])
    newest["Labels"] = list(versions[-1]["Labels"]) if versions else []
