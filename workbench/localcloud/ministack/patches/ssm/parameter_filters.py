"""Parameter Store's filters: in ministack an unknown filter matches all; AWS refuses or applies it.

Sources: docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html and
API_ParametersFilter.html there.
"""

from __future__ import annotations

import re
from typing import Any

from workbench.localcloud.ministack.patches.ssm.refusals import (
    ParameterStoreRefusalError,
    checked,
    invalid,
)

Parameter = dict[str, Any]
_DESCRIBED = ("Path", "Name", "Type", "KeyId", "Tier")
_LISTED = ("Path", "Name", "Tier", "DataType")
"""Keys that are refused below a path."""
_VALUES = {
    "Tier": ("Standard", "Advanced", "Intelligent-Tiering"),
    "Type": ("String", "StringList", "SecureString"),
}
_PATH = re.compile(r"/[a-zA-Z0-9_.\-/]*")
_PATH_RULES = (
    "The parameter doesn't meet the parameter name requirements. The parameter name must begin "
    'with a forward slash "/". It can\'t be prefixed with "aws" or "ssm" (case-insensitive). '
    "It must use only letters, numbers, or the following symbols: . (period), - (hyphen), "
    "_ (underscore). Special characters are not allowed. All sub-paths, if specified, must use "
    'the forward slash symbol "/". Valid example: /get/parameters2-/by1./path0_.'
)


def install() -> None:
    """Check the filters, and apply them in all list calls."""
    from ministack.services import ssm

    def apply_filter(parameter: Parameter, key: str, option: str, values: list[str]) -> bool:
        return _matches(parameter, key, option, values, ssm._tags.get(parameter["ARN"]) or {})

    def get_parameters_by_path(data: dict[str, Any]) -> Any:
        """ministack leaves names without a slash out of "/", and knows no filters."""
        filters = data.get("ParameterFilters") or []
        reach = "Recursive" if data.get("Recursive") else "OneLevel"
        found = [
            parameter
            for name, parameter in sorted(ssm._parameters.items())
            if _below(_full(name), data["Path"], reach)
            and all(
                apply_filter(parameter, one["Key"], _option(one), one.get("Values") or [])
                for one in filters
            )
        ]
        start = ssm._decode_next_token(data["NextToken"]) if data.get("NextToken") else 0
        end = start + (data.get("MaxResults") or ssm.DEFAULT_PAGE_SIZE)
        shown = [
            ssm._param_out(each, data.get("WithDecryption", False)) for each in found[start:end]
        ]
        more = {"NextToken": ssm._encode_next_token(end)} if end < len(found) else {}
        return ssm.json_response({"Parameters": shown, **more})

    ssm._apply_filter = apply_filter
    ssm._get_parameters_by_path = get_parameters_by_path
    checked("_describe_parameters", _check_description)
    checked("_get_parameters_by_path", _check_path)


def _check_description(data: dict[str, Any]) -> dict[str, Any]:
    if data.get("Filters") and data.get("ParameterFilters"):
        raise invalid("You can use either Filters or ParameterFilters in a single request.")
    _check(data.get("ParameterFilters") or [], by_path=False)
    older = [
        {**one, "Option": "BeginsWith" if one["Key"] == "Name" else "Equals"}
        for one in data.get("Filters") or []
    ]
    newer = [{**one, "Option": _option(one)} for one in data.get("ParameterFilters") or []]
    return {**data, "Filters": [], "ParameterFilters": newer + older}


def _check_path(data: dict[str, Any]) -> None:
    path = data.get("Path", "")
    if not _PATH.fullmatch(path) or "//" in path:
        raise invalid(_PATH_RULES)
    _check(data.get("ParameterFilters") or [], by_path=True)


def _option(one: dict[str, Any]) -> str:
    return str(one.get("Option") or ("OneLevel" if one["Key"] == "Path" else "Equals"))


def _check(filters: list[dict[str, Any]], *, by_path: bool) -> None:
    seen: set[str] = set()
    for one in filters:
        key, option, values = one["Key"], _option(one), one.get("Values") or []
        if by_path and (key in _LISTED or key.startswith("tag:")):
            raise ParameterStoreRefusalError(
                "InvalidFilterKey",
                f"The following filter key is not valid: {key}. "
                "Valid filter keys include: [Type, KeyId].",
            )
        if not by_path and key == "Label":
            raise ParameterStoreRefusalError(
                "InvalidFilterKey",
                f"The following filter key is not valid: {key}. "
                f"Valid filter keys include: [{', '.join(_DESCRIBED)}].",
            )
        if not values and not key.startswith("tag:"):
            raise ParameterStoreRefusalError(
                "InvalidFilterValue",
                f"The following filter values are missing : null for filter key {key}.",
            )
        if key in seen:
            raise ParameterStoreRefusalError(
                "InvalidFilterKey",
                f"The following filter is duplicated in the request: {key}. "
                "A request can contain only one occurrence of a specific filter.",
            )
        seen.add(key)
        _check_option(key, option)
        _check_values(key, values)


def _check_option(key: str, option: str) -> None:
    if key == "Path":
        known = ["Recursive", "OneLevel"]
    elif key == "Label":
        known = ["Equals"]
    else:
        known = ["BeginsWith", "Equals"]
    if option not in known and not (key == "Name" and option == "Contains"):
        raise ParameterStoreRefusalError(
            "InvalidFilterOption",
            f"The following filter option is not valid: {option}. "
            f"Valid options include: [{', '.join(known)}].",
        )


def _check_values(key: str, values: list[str]) -> None:
    for value in values:
        if key == "Path":
            if value.lower().startswith(("/aws", "/ssm")):
                raise invalid(
                    'Filters for common parameters can\'t be prefixed with "aws" or "ssm" '
                    "(case-insensitive). When using global parameters, please specify within a "
                    "global namespace."
                )
            if "//" in value or not _PATH.fullmatch(value):
                raise invalid(_PATH_RULES)
        elif key in _VALUES and value not in _VALUES[key]:
            raise ParameterStoreRefusalError(
                "InvalidFilterValue",
                f"The following filter value is not valid: {value}. "
                f"Valid values include: [{', '.join(_VALUES[key])}].",
            )


def _matches(
    parameter: Parameter, key: str, option: str, values: list[str], tags: dict[str, str]
) -> bool:
    name = _full(parameter["Name"])
    if key == "Path":
        return any(_below(name, value, option) for value in values)
    if key.startswith("tag:"):
        tag = tags.get(key.removeprefix("tag:"))
        found = [] if tag is None else [tag]
        if not values:
            return bool(found)
    elif key == "Name":
        found = [name]
        if option != "Contains":
            values = [_full(value) for value in values]
    elif key == "Label":
        found = list(parameter.get("Labels") or [])
    else:
        default = {"DataType": "text", "Tier": "Standard"}.get(key, "")
        found = [str(parameter.get(key) or default)]
    compare = {"BeginsWith": str.startswith, "Contains": str.__contains__}.get(option, str.__eq__)
    return any(compare(each, value) for each in found for value in values)


def _full(name: str) -> str:
    return name if name.startswith("/") else f"/{name}"


def _below(name: str, path: str, option: str) -> bool:
    """Whether a parameter is in a path, or directly in it."""
    start = path.rstrip("/") + "/"
    rest = name.removeprefix(start)
    return name.startswith(start) and bool(rest) and (option == "Recursive" or "/" not in rest)
