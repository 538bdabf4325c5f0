"""``$util.rds`` and ``$util.xml``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.appsync.util_functions.rds_results import to_records
from workbench.localcloud.appsync.util_functions.xml_maps import to_map
from workbench.localcloud.appsync.vtl.json_text import parse_json, write_json
from workbench.localcloud.appsync.vtl.utilities.arguments import text


def rds_records(result: Any) -> list[list[dict[str, Any]]]:
    """The records of an RDS result, given as a map or as its JSON text."""
    return to_records(parse_json(result) if isinstance(result, str) else result)


RDS_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "toJsonString": lambda result: write_json(rds_records(result)),
    "toJsonObject": rds_records,
}

XML_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "toMap": lambda value: to_map(text(value)),
    "toJsonString": lambda value, only_strings=False: write_json(
        to_map(text(value), only_strings is True)
    ),
}
