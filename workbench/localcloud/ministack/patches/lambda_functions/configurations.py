"""Functions' configurations: ministack answers with all that it stores; Lambda with what was asked.

What is not set is left out, a list has no states, the ARN has the qualifier that was asked for,
and ``ListFunctions`` has all versions if it is asked for them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from workbench.localcloud.ministack.patches.lambda_functions.refusals import Reply

Configuration = dict[str, Any]

_ONLY_IF_SET = (
    "KMSKeyArn",
    "Layers",
    "StateReason",
    "StateReasonCode",
    "LastUpdateStatusReason",
    "LastUpdateStatusReasonCode",
)
_UPDATE = ("LastUpdateStatus", "LastUpdateStatusReason", "LastUpdateStatusReasonCode")
_NOT_LISTED = (*_UPDATE, "State", "StateReason", "StateReasonCode", "RuntimeVersionConfig")
_PAGE = 50


def install() -> None:
    """Shape the answers of all calls that answer with a configuration."""
    from ministack.services import lambda_svc

    lambda_svc._create_function = _answering(lambda_svc._create_function, _created)
    lambda_svc._update_code = _answering(lambda_svc._update_code, _updated)
    lambda_svc._update_config = _answering(lambda_svc._update_config, _plain)
    lambda_svc._publish_version = _answering(lambda_svc._publish_version, _version)
    lambda_svc._get_function_config = _answering(lambda_svc._get_function_config, _asked_for)
    lambda_svc._get_function = _answering(lambda_svc._get_function, _function)
    lambda_svc._list_versions = _answering(lambda_svc._list_versions, _versions)
    lambda_svc._list_functions = _list


def _answering(
    call: Callable[..., Reply], shaped: Callable[..., Mapping[str, Any]]
) -> Callable[..., Reply]:
    def answer(*given: Any, **named: Any) -> Reply:
        status, headers, body = call(*given, **named)
        if status >= 300:
            return status, headers, body
        document = shaped(json.loads(body), *given, **named)
        return status, headers, json.dumps(document).encode()

    return answer


def _plain(configuration: Configuration, *_given: Any) -> Configuration:
    shown = {
        name: value for name, value in configuration.items() if name not in _ONLY_IF_SET or value
    }
    if not (shown.get("VpcConfig") or {}).get("SubnetIds"):
        shown.pop("VpcConfig", None)
    return shown


def _created(configuration: Configuration, data: Mapping[str, Any]) -> Configuration:
    from ministack.services import lambda_svc

    if data.get("Publish"):
        _complete(lambda_svc._functions[configuration["FunctionName"]], configuration["Version"])
    return {name: value for name, value in _plain(configuration).items() if name not in _UPDATE}


def _updated(configuration: Configuration, _name: str, data: Mapping[str, Any]) -> Configuration:
    from ministack.services import lambda_svc

    if not data.get("Publish"):
        return _plain(configuration)
    _complete(lambda_svc._functions[configuration["FunctionName"]], configuration["Version"])
    return _qualified(_plain(configuration), configuration["Version"])


def _complete(function: Mapping[str, Any], version: str) -> None:
    """Store a version as ``PublishVersion`` does: the next call finds nothing to publish."""
    from ministack.services import lambda_svc

    record = function["versions"][version]
    record["function_revision"] = function["config"]["RevisionId"]
    record["config"]["RevisionId"] = lambda_svc.new_uuid()
    record["config"]["FunctionArn"] = f"{function['config']['FunctionArn']}:{version}"


def _version(configuration: Configuration, *_given: Any) -> Configuration:
    return _qualified(_plain(configuration), configuration["Version"])


def _asked_for(
    configuration: Configuration, _name: str, qualifier: str | None = None
) -> Configuration:
    shown = _plain(configuration)
    return _qualified(shown, qualifier) if qualifier else _qualified(shown)


def _function(answer: dict[str, Any], name: str, qualifier: str | None = None) -> dict[str, Any]:
    found = {**answer, "Configuration": _asked_for(answer["Configuration"], name, qualifier)}
    if not found.get("Tags"):
        found.pop("Tags", None)
    return found


def _versions(answer: dict[str, Any], *_given: Any) -> dict[str, Any]:
    return {**answer, "Versions": [_listed(each, each["Version"]) for each in answer["Versions"]]}


def _listed(configuration: Configuration, qualifier: str = "") -> Configuration:
    shown = _qualified(_plain(configuration), qualifier)
    return {name: value for name, value in shown.items() if name not in _NOT_LISTED}


def _qualified(configuration: Configuration, qualifier: str = "") -> Configuration:
    arn = ":".join(str(configuration["FunctionArn"]).split(":")[:7])
    return {**configuration, "FunctionArn": f"{arn}:{qualifier}" if qualifier else arn}


def _list(query: Mapping[str, Any]) -> Reply:
    """ListFunctions: by name, with all versions if asked."""
    from ministack.core.responses import json_response
    from ministack.services import lambda_svc

    functions = lambda_svc._functions
    found: list[Configuration] = []
    for name in sorted(functions.keys()):
        function = functions[name]
        if lambda_svc._qp_first(query, "FunctionVersion") != "ALL":
            found.append(_listed(function["config"]))
            continue
        records = {"$LATEST": function, **function["versions"]}
        order = ["$LATEST", *sorted(function["versions"], key=int)]
        found += [_listed(records[version]["config"], version) for version in order]
    after = lambda_svc._qp_first(query, "Marker")
    most = int(lambda_svc._qp_first(query, "MaxItems") or _PAGE)
    arns = [each["FunctionArn"] for each in found]
    start = arns.index(after) + 1 if after in arns else 0
    answer: dict[str, Any] = {"Functions": found[start : start + most]}
    if start + most < len(found):
        answer["NextMarker"] = arns[start + most - 1]
    reply: Reply = json_response(answer)
    return reply
