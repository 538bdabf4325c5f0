"""Parameter Store's calls: ministack stores what it is given; AWS checks lengths, names and values.

Sources: docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html and
docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html.
"""

from __future__ import annotations

import json
import re
from typing import Any

from workbench.localcloud.ministack.bridge.model_constraints import violations
from workbench.localcloud.ministack.patches.ssm.refusals import (
    ParameterStoreRefusalError,
    checked,
    invalid,
)

_CHECKED_BY_HAND = frozenset(("ParameterLabelList", "ResourceTypeForTagging"))
_DATA_TYPES = ("text", "aws:ec2:image", "aws:ssm:integration")
_NAME = re.compile(r"[a-zA-Z0-9_.\-/]+")
_NAME_RULES = (
    'Parameter name: can\'t be prefixed with "ssm" (case-insensitive). If formed as a path, it '
    "can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of "
    "letters, numbers and the following 3 symbols .-_"
)
_LEVELS = 15
_STANDARD_BYTES, _ADVANCED_BYTES = 4096, 8192
_VERSIONS = 100
_KEPT = ("AllowedPattern", "KeyId", "DataType", "Policies")
_STORE = frozenset(
    (
        "PutParameter",
        "GetParameter",
        "GetParameters",
        "GetParametersByPath",
        "DeleteParameter",
        "DeleteParameters",
        "DescribeParameters",
        "GetParameterHistory",
        "LabelParameterVersion",
        "UnlabelParameterVersion",
        "AddTagsToResource",
        "RemoveTagsFromResource",
        "ListTagsForResource",
    )
)
_TAGGED = frozenset(
    ("Document", "ManagedInstance", "MaintenanceWindow", "PatchBaseline", "OpsItem", "OpsMetadata")
)


def install() -> None:
    """Check each call by the service's model, then what only its documentation says."""
    from ministack.services import ssm

    handle, look_up = ssm.handle_request, ssm._lookup_parameter

    async def handle_request(
        method: str, path: str, headers: Any, body: Any, query_params: Any
    ) -> Any:
        action = str(headers.get("x-amz-target", "")).rpartition(".")[2]
        if action in _STORE:
            try:
                data = json.loads(body) if body else {}
            except ValueError:
                data = None
            if wrong := violations("ssm", action, data, without=_CHECKED_BY_HAND):
                return ssm.error_response_json("ValidationException", wrong, 400)
        return await handle(method, path, headers, body, query_params)

    def look_up_by_any_name(name: str, **options: Any) -> Any:
        """``a`` and ``/a`` name one parameter in every call."""
        return look_up(name, **{**options, "flexible_name": True})

    ssm.handle_request = handle_request
    ssm._lookup_parameter = look_up_by_any_name
    checked("_put_parameter", _check_put)
    checked("_describe_parameters", _list_policies)
    checked("_get_parameter", _check_version)
    checked("_get_parameters", _without_repeats)
    checked("_get_parameter_history", _stored_name)
    for call in ("_get_parameter", "_get_parameter_history", "_delete_parameter"):
        checked(call, _find)
    for call in ("_add_tags_to_resource", "_remove_tags_from_resource", "_list_tags_for_resource"):
        checked(call, _check_tagged)


def _list_policies(_data: dict[str, Any]) -> None:
    """What earlier releases stored as text breaks the answer for every client."""
    from ministack.services import ssm

    for parameter in ssm._parameters.values():
        if isinstance(parameter.get("Policies"), str):
            parameter["Policies"] = _policies(parameter["Policies"])


def _policies(given: Any) -> list[dict[str, str]]:
    """Policies as DescribeParameters lists them; PutParameter takes them as JSON."""
    if isinstance(given, list):
        return given
    try:
        listed = json.loads(given or "[]")
    except ValueError:
        return []
    found = []
    for policy in listed if isinstance(listed, list) else []:
        kind = str(policy.get("Type", "")) if isinstance(policy, dict) else str(policy)
        text = json.dumps(policy) if isinstance(policy, dict) else kind
        found.append({"PolicyText": text, "PolicyType": kind, "PolicyStatus": "Finished"})
    return found


def _check_version(data: dict[str, Any]) -> None:
    from ministack.services import ssm

    asked = str(data["Name"])
    if ssm._select_parameter(asked)[1] == "ParameterVersionNotFound":
        name, version = ssm._split_selector(asked)
        raise ParameterStoreRefusalError(
            "ParameterVersionNotFound",
            f"Systems Manager could not find version {version} of {name}. "
            "Verify the version and try again.",
        )


def _find(data: dict[str, Any]) -> None:
    from ministack.services import ssm

    asked = str(data.get("Name") or "")
    if ssm._select_parameter(asked)[1] == "ParameterNotFound" and not asked.startswith("arn:"):
        raise ParameterStoreRefusalError("ParameterNotFound", f"Parameter {asked} not found.")


def _without_repeats(data: dict[str, Any]) -> dict[str, Any]:
    return {**data, "Names": list(dict.fromkeys(data["Names"]))}


def _stored_name(data: dict[str, Any]) -> dict[str, Any]:
    from ministack.services import ssm

    name, _ = ssm._lookup_parameter(data["Name"])
    return {**data, "Name": name or data["Name"]}


def _check_put(data: dict[str, Any]) -> dict[str, Any]:
    from ministack.services import ssm

    name, value = str(data.get("Name") or ""), str(data.get("Value") or "")
    if not value:
        raise invalid(
            "1 validation error detected: Value '' at 'value' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1."
        )
    if ssm._reserved_name_error(name) is not None:
        return data
    _check_name(name)
    _, existing = ssm._lookup_parameter(name)
    if existing is not None and data.get("Overwrite"):
        kept = {key: existing[key] for key in _KEPT if existing.get(key)}
        if data.get("Type", existing["Type"]) != "SecureString":
            kept.pop("KeyId", None)
        data = {**kept, **data, "Name": existing["Name"]}
    data_type = data.get("DataType", "text")
    if data_type not in _DATA_TYPES:
        raise invalid(
            f"The following data type is not supported: {data_type} "
            "(Data type names are all lowercase.)"
        )
    _check_pattern(str(data.get("AllowedPattern") or ""), value)
    data = {**data, "Tier": _tier(data, value, existing)}
    data["Policies"] = _policies(data.get("Policies"))
    if existing is not None and data.get("Overwrite"):
        _make_room(existing["Name"])
    return data


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or "//" in name or name.endswith("/"):
        raise invalid(_NAME_RULES)
    if "/" in name and not name.startswith("/"):
        raise invalid("Parameter name must be a fully qualified name.")
    if name.count("/") > _LEVELS:
        raise ParameterStoreRefusalError(
            "HierarchyLevelLimitExceededException",
            f"A hierarchy can have a maximum of {_LEVELS} levels.",
        )


def _check_pattern(pattern: str, value: str) -> None:
    try:
        matches = not pattern or re.fullmatch(pattern, value) is not None
    except re.error:
        raise ParameterStoreRefusalError(
            "InvalidAllowedPatternException",
            f"Parameter value, cannot be validated against allowedPattern: {pattern}",
        ) from None
    if not matches:
        raise ParameterStoreRefusalError(
            "ParameterPatternMismatchException",
            f"Parameter value, cannot be validated against allowedPattern: {pattern}",
        )


def _tier(data: dict[str, Any], value: str, existing: dict[str, Any] | None) -> str:
    from ministack.services import ssm

    held = existing.get("Tier", "Standard") if existing and data.get("Overwrite") else ""
    wanted = data.get("Tier") or ssm._default_tier(data, value, existing if held else None)
    size = len(value.encode())
    if wanted == "Intelligent-Tiering":
        needs_more = size > _STANDARD_BYTES or data.get("Policies") or held == "Advanced"
        wanted = "Advanced" if needs_more else "Standard"
    if wanted == "Standard" and held == "Advanced":
        raise invalid(
            "This parameter uses the advanced-parameter tier. You can't downgrade a parameter "
            "from the advanced-parameter tier to the standard-parameter tier. If necessary, you "
            "can delete the advanced parameter and recreate it as a standard parameter."
        )
    if wanted == "Standard" and size > _STANDARD_BYTES:
        raise invalid(
            "Standard tier parameters support a maximum parameter value of 4096 characters. To "
            "create a larger parameter value, upgrade the parameter to use the "
            "advanced-parameter tier. For more information, see https://docs.aws.amazon.com/"
            "systems-manager/latest/userguide/parameter-store-advanced-parameters.html"
        )
    if size > _ADVANCED_BYTES:
        raise invalid(
            "Advanced tier parameters support a maximum parameter value of 8192 characters."
        )
    return str(wanted)


def _make_room(name: str) -> None:
    """AWS keeps 100 versions: the oldest goes, unless it has a label."""
    from ministack.services import ssm

    versions = ssm._parameter_history.get(name) or []
    while len(versions) >= _VERSIONS:
        if versions[0].get("Labels"):
            raise ParameterStoreRefusalError(
                "ParameterMaxVersionLimitExceeded",
                f"You attempted to create a new version of {name} by calling the PutParameter API "
                f"with the overwrite flag. Version {versions[0]['Version']}, the oldest version, "
                "can't be deleted because it has a label associated with it. Move the label to "
                "another version of the parameter, and try again.",
            )
        versions.pop(0)


def _check_tagged(data: dict[str, Any]) -> None:
    from ministack.services import ssm

    kind = data.get("ResourceType")
    if kind != "Parameter" and kind not in _TAGGED:
        raise ParameterStoreRefusalError("InvalidResourceType", "Invalid Resource Type")
    if kind != "Parameter" or ssm._lookup_parameter(data.get("ResourceId") or "")[1] is None:
        raise ParameterStoreRefusalError("InvalidResourceId", "Invalid Resource Id")
