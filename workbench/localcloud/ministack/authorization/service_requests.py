"""What the other services ask IAM about a request: the action, and the resources that it names.

Source: the services' pages in the service authorization reference. For services that are not
named here the emulator's own table says which resource a request is about; where that does not
know it, the resource counts as unknown, and nothing that AWS may allow is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workbench.localcloud.iam.requests import Request
from workbench.localcloud.iam.wildcards import Values
from workbench.localcloud.ministack.authorization.call import Call
from workbench.localcloud.ministack.authorization.passed_roles import passed_roles

_SAME_AS = {
    "sqs": {
        "SendMessageBatch": "SendMessage",
        "DeleteMessageBatch": "DeleteMessage",
        "ChangeMessageVisibilityBatch": "ChangeMessageVisibility",
    },
    "sns": {"PublishBatch": "Publish"},
    "kms": {"ReEncrypt": "ReEncryptFrom"},
}
"""Operations that ask for another one's action."""


def service_requests(call: Call) -> Sequence[Request]:
    """All that must be allowed; empty where the action is not known."""
    from ministack.core import iam_actions

    iam_actions._BOTOCORE_SERVICE_MAP.setdefault("amplify", ["amplify"])
    iam_actions.SERVICE_TO_IAM_NAMESPACE.setdefault("amplify", "amplify")
    found = iam_actions.extract_iam_action(
        call.service, call.method, call.path, dict(call.headers), call.body, dict(call.form)
    )
    if found is None:
        return ()
    namespace, _, operation = found.partition(":")
    action = f"{namespace}:{_SAME_AS.get(namespace, {}).get(operation, operation)}"
    resources = _RESOURCES.get(call.service, _by_the_emulator)(call, operation)
    context = {**call.context, **_request_tags(call, found)}
    if namespace == "sts":
        context |= _of_a_session(call)
    asked = [Request(action, each, context, _tags_of(each)) for each in resources]
    return [*asked, *passed_roles(call, namespace, operation)]


def _of_a_session(call: Call) -> dict[str, Values]:
    given = {
        "sts:externalid": call.text("ExternalId"),
        "sts:rolesessionname": call.text("RoleSessionName"),
    }
    return {key: value for key, value in given.items() if value}


def _tags_of(resource: str) -> Callable[[], Mapping[str, str]]:
    def read() -> Mapping[str, str]:
        from ministack.services.tagging import resource_tags

        return resource_tags(resource) or {}

    return read


def _request_tags(call: Call, action: str) -> dict[str, Values]:
    if b"ag" not in call.body and not any("ag" in name for name in call.query):
        return {}
    from ministack.core.iam_actions import request_tag_context

    found = request_tag_context(call.service, action, call.body, dict(call.form))
    return {name.lower(): value for name, value in found.items()}


def _by_the_emulator(call: Call, operation: str) -> list[str]:
    from ministack.core.iam_actions import extract_resource_arn

    found = extract_resource_arn(
        call.service,
        call.method,
        call.path,
        dict(call.headers),
        call.body,
        dict(call.form),
        call.region,
        call.account,
    )
    return ["" if found == "*" else str(found)]


def _ssm(call: Call, operation: str) -> list[str]:
    names = call.texts("Names") or [call.text("Name", "Path", "ResourceId")]
    names = [each for each in names if each]
    if not names:
        return ["*"]
    return [
        # A version or label of a parameter, name:1, is the parameter.
        each
        if each.startswith("arn:")
        else call.arn("ssm", f"parameter/{each.partition(':')[0].strip('/')}")
        for each in names
    ]


def _sqs(call: Call, operation: str) -> list[str]:
    url = call.text("QueueUrl") or (call.path if call.path.strip("/") else "")
    name = url.rstrip("/").rpartition("/")[2] or call.text("QueueName")
    source = call.text("SourceArn", "DestinationArn")
    if not name:
        return [source or "*"]
    return [call.arn("sqs", name)]


def _sns(call: Call, operation: str) -> list[str]:
    named = call.text("TopicArn", "TargetArn", "ResourceArn", "PlatformApplicationArn")
    if not named and call.text("SubscriptionArn"):
        # arn:aws:sns:region:account:topic:id
        named = ":".join(call.text("SubscriptionArn").split(":")[:6])
    if named:
        return [named]
    name = call.text("Name")
    return [call.arn("sns", name) if operation == "CreateTopic" and name else "*"]


def _events(call: Call, operation: str) -> list[str]:
    if operation == "PutEvents":
        from ministack.core.iam_actions import eventbridge_resource_arns

        return list(eventbridge_resource_arns(call.body, call.region, call.account)) or [
            call.arn("events", "event-bus/default")
        ]
    bus = call.text("EventBusName").rpartition("/")[2]
    rule = call.text("Rule") or ("" if "Bus" in operation else call.text("Name"))
    if "Rule" in operation or "Targets" in operation:
        if rule:
            prefix = f"{bus}/" if bus not in {"", "default"} else ""
            return [call.arn("events", f"rule/{prefix}{rule}")]
        return ["*"]
    named = call.text("ResourceARN")
    if named:
        return [named]
    bus = bus or call.text("Name") or "default"
    if operation in {"ListEventBuses", "ListArchives", "ListConnections", "ListApiDestinations"}:
        return ["*"]
    return [call.arn("events", f"event-bus/{bus}")] if "Bus" in operation or bus else [""]


def _scheduler(call: Call, operation: str) -> list[str]:
    parts = [part for part in call.path.split("/") if part]
    if parts[:1] == ["tags"]:
        return ["/".join(parts[1:])]
    if len(parts) < 2:
        return ["*"]
    if parts[0] == "schedule-groups":
        return [call.arn("scheduler", f"schedule-group/{parts[1]}")]
    group = (call.query.get("groupName") or [call.text("GroupName")])[0] or "default"
    return [call.arn("scheduler", f"schedule/{group}/{parts[1]}")]


def _logs(call: Call, operation: str) -> list[str]:
    named = call.text("resourceArn", "logGroupIdentifier", "logGroupArn")
    if named.startswith("arn:"):
        return [named]
    groups = call.texts("logGroupNames") or [named or call.text("logGroupName")]
    groups = [each for each in groups if each]
    if not groups:
        prefix = call.text("logGroupNamePrefix")
        listed = operation in {"DescribeLogGroups", "ListLogGroups"}
        return [call.arn("logs", f"log-group:{prefix}:log-stream:") if listed else ""]
    stream = call.text("logStreamName")
    of_stream = operation in {"PutLogEvents", "GetLogEvents", "DeleteLogStream"}
    tail = f":log-stream:{stream}" if of_stream and stream else ":*"
    # IAM takes a group's name with and without the star that the console shows.
    return [call.arn("logs", f"log-group:{each}{tail}") for each in groups]


def _secrets_manager(call: Call, operation: str) -> list[str]:
    from ministack.services import secretsmanager

    if operation in {"ListSecrets", "GetRandomPassword"}:
        return ["*"]
    names = call.texts("SecretIdList") or [call.text("SecretId", "Name")]
    found = []
    for name in names:
        if not name:
            found.append("*")
            continue
        _, secret = secretsmanager._resolve(name)
        given = name if name.startswith("arn:") else call.arn("secretsmanager", f"secret:{name}")
        found.append(str(secret["ARN"]) if secret else given)
    return found


def _kms(call: Call, operation: str) -> list[str]:
    from ministack.core.iam_actions import _kms_key_id_from_ciphertext
    from ministack.services import kms

    if operation in {"CreateKey", "ListKeys", "ListAliases", "GenerateRandom"}:
        return ["*"]
    named = call.text("KeyId", "TargetKeyId", "SourceKeyId")
    named = named or _kms_key_id_from_ciphertext(call.text("CiphertextBlob"))
    record = kms._resolve_key(named) if named else None
    if record is not None:
        return [str(record["Arn"])]
    if not named:
        return [""]
    return [named if named.startswith("arn:") else call.arn("kms", f"key/{named}")]


def _cognito_idp(call: Call, operation: str) -> list[str]:
    pool = call.text("UserPoolId")
    if pool:
        return [call.arn("cognito-idp", f"userpool/{pool}")]
    named = call.text("ResourceArn")
    return [named or "*"]


def _cognito_identity(call: Call, operation: str) -> list[str]:
    pool = call.text("IdentityPoolId")
    return [call.arn("cognito-identity", f"identitypool/{pool}") if pool else "*"]


def _cloudformation(call: Call, operation: str) -> list[str]:
    name = call.text("StackName", "StackId")
    if name.startswith("arn:"):
        return [name]
    if not name:
        return ["*"]
    from ministack.services import cloudformation

    stack = cloudformation._stacks.get(name)
    found = str(stack.get("StackId") or "") if isinstance(stack, dict) else ""
    return [found or call.arn("cloudformation", f"stack/{name}/*")]


def _ses(call: Call, operation: str) -> list[str]:
    """The sender's verified identity: the address, or its domain."""
    from ministack.services import ses

    document = call.document
    sender = str(document.get("FromEmailAddress") or call.text("Source") or "")
    address = sender.rpartition("<")[2].rstrip(">").strip()
    if not address:
        return _by_the_emulator(call, operation)
    known: Any = getattr(ses, "_identities", {})
    domain = address.rpartition("@")[2]
    name = domain if address not in known and domain in known else address
    return [call.arn("ses", f"identity/{name}")]


def _iam(call: Call, operation: str) -> list[str]:
    from ministack.services import iam

    for parameter, kind, store in (
        ("RoleName", "role", iam._roles),
        ("UserName", "user", iam._users),
    ):
        name = call.text(parameter)
        if name:
            record = store.get(name) or {}
            return [str(record.get("Arn") or f"arn:aws:iam::{call.account}:{kind}/{name}")]
    found = call.text("PolicyArn", "PolicySourceArn")
    group = call.text("GroupName")
    if group:
        found = f"arn:aws:iam::{call.account}:group/{group}"
    return [found or "*"]


def _sts(call: Call, operation: str) -> list[str]:
    return [call.text("RoleArn") or "*"]


def _appsync(call: Call, operation: str) -> list[str]:
    parts = [part for part in call.path.split("/") if part][1:]
    if parts[:1] == ["tags"]:
        return ["/".join(parts[1:])]
    if parts[:1] == ["apis"] and len(parts) > 1:
        kind = parts[2:3]
        nested = {"datasources", "types", "functions"}
        if kind and kind[0] in nested and len(parts) > 3:
            return [call.arn("appsync", f"apis/{'/'.join(parts[1:4])}")]
        return [call.arn("appsync", f"apis/{parts[1]}")]
    return ["*"]


def _amplify(call: Call, operation: str) -> list[str]:
    parts = [part for part in call.path.split("/") if part]
    if parts[:1] == ["tags"]:
        return ["/".join(parts[1:])]
    return [call.arn("amplify", "/".join(parts[:4])) if len(parts) > 1 else "*"]


def _states(call: Call, operation: str) -> list[str]:
    named = call.text("stateMachineArn", "executionArn", "activityArn", "resourceArn", "mapRunArn")
    name = call.text("name")
    if not named and name and operation in {"CreateStateMachine", "CreateActivity"}:
        kind = "activity" if operation == "CreateActivity" else "stateMachine"
        named = call.arn("states", f"{kind}:{name}")
    return [named or "*"]


_RESOURCES: Mapping[str, Callable[[Call, str], list[str]]] = {
    "ssm": _ssm,
    "sqs": _sqs,
    "sns": _sns,
    "events": _events,
    "scheduler": _scheduler,
    "logs": _logs,
    "secretsmanager": _secrets_manager,
    "kms": _kms,
    "cognito-idp": _cognito_idp,
    "cognito-identity": _cognito_identity,
    "cloudformation": _cloudformation,
    "ses": _ses,
    "iam": _iam,
    "sts": _sts,
    "amplify": _amplify,
    "appsync": _appsync,
    "states": _states,
}
