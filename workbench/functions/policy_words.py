"""Statements of IAM policies as sentences: “may read and write table Chat-…”. Pure.

Source: IAM user guide, "IAM JSON policy elements"; the actions' kinds from the service
authorization reference, as far as Amplify's and the CDK's grants use them.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Grant:
    """What one statement allows on one resource; ``policy`` is the policy's name.

    ``is_wide``: it holds for resources that are not this backend's, as with ``*``.
    """

    sentence: str
    resource: str
    actions: tuple[str, ...]
    policy: str
    denies: bool = False
    is_wide: bool = False
    condition: str = ""

    @property
    def text(self) -> str:
        """The whole sentence."""
        return f"{self.sentence} if {self.condition}" if self.condition else self.sentence


_VERBS: Final = (
    ("sqs:SendMessage*", "send to"),
    ("sqs:ReceiveMessage", "receive from"),
    ("sqs:DeleteMessage*", "receive from"),
    ("sqs:ChangeMessageVisibility*", "receive from"),
    ("sqs:Get*", "read"),
    ("sns:Publish", "publish to"),
    ("lambda:Invoke*", "invoke"),
    ("execute-api:Invoke", "call"),
    ("appsync:GraphQL", "call"),
    ("events:PutEvents", "send events to"),
    ("states:StartExecution", "start"),
    ("logs:Create*", "write"),
    ("logs:Put*", "write"),
    ("kms:Decrypt", "decrypt with"),
    ("kms:Encrypt", "encrypt with"),
    ("kms:GenerateDataKey*", "encrypt with"),
    ("kms:ReEncrypt*", "encrypt with"),
    ("ses:Send*", "send mail as"),
    ("bedrock:InvokeModel*", "invoke"),
    ("sts:AssumeRole", "assume"),
    ("iam:PassRole", "pass"),
    ("s3:Delete*", "delete"),
    ("s3:Abort*", "write"),
    ("dynamodb:Query", "read"),
    ("dynamodb:Scan", "read"),
    ("dynamodb:ConditionCheckItem", "read"),
    ("dynamodb:PartiQLSelect", "read"),
    ("dynamodb:PartiQL*", "write"),
    ("dynamodb:Delete*", "write"),
    ("xray:Put*", "write traces to"),
    ("*:BatchGet*", "read"),
    ("*:Get*", "read"),
    ("*:List*", "list"),
    ("*:Describe*", "read"),
    ("*:Head*", "read"),
    ("*:BatchWrite*", "write"),
    ("*:Put*", "write"),
    ("*:Update*", "write"),
    ("*:Create*", "create"),
    ("*:Delete*", "delete"),
)  # fmt: skip
"""The first that an action is like says what it does."""
_FEW: Final = 3
_NAMED: Final = (
    "cognito-idp",
    "cognito-identity",
    "iam",
    "ec2",
    "rekognition",
    "polly",
    "textract",
)
"""Services whose actions say more by their own names than by a verb."""
_KINDS: Final[Mapping[str, str]] = {
    "apigateway": "API", "appsync": "API", "bedrock": "model", "cognito-idp": "user pool",
    "dynamodb": "table", "events": "event bus", "execute-api": "API", "iam": "role",
    "kinesis": "stream", "kms": "key", "lambda": "function", "logs": "log group",
    "s3": "bucket", "secretsmanager": "secret", "ses": "identity", "sns": "topic", "sqs": "queue",
    "ssm": "parameter", "states": "state machine", "sts": "role",
}  # fmt: skip
_OPERATORS: Final = {
    "StringEquals": "is", "StringLike": "is like", "StringNotEquals": "is not",
    "StringNotLike": "is not like", "ArnEquals": "is", "ArnLike": "is like", "Bool": "is",
    "IpAddress": "is in", "NotIpAddress": "is not in", "Null": "is absent:",
    "NumericEquals": "is", "NumericLessThan": "is below", "NumericLessThanEquals": "is at most",
    "NumericGreaterThan": "is above", "NumericGreaterThanEquals": "is at least",
    "DateLessThan": "is before", "DateGreaterThan": "is after",
}  # fmt: skip


def grants_of(policy: str, document: Any, known: Mapping[str, str]) -> tuple[Grant, ...]:
    """A policy's grants, one for each statement and resource.

    ``known`` has friendly names by physical ones.
    """
    statements = document.get("Statement") if isinstance(document, Mapping) else None
    return tuple(
        grant
        for each in _many(statements)
        if isinstance(each, Mapping)
        for grant in _of_statement(policy, each, known)
    )


def _of_statement(
    policy: str, statement: Mapping[str, Any], known: Mapping[str, str]
) -> Iterator[Grant]:
    denies = statement.get("Effect") == "Deny"
    may = "may not" if denies else "may"
    actions = tuple(map(str, _many(statement.get("Action"))))
    but = tuple(map(str, _many(statement.get("NotAction"))))
    doing = _doing(actions) if not but else f"do everything but {', '.join(but)} with"
    condition = _condition(statement.get("Condition"))
    spared = tuple(map(str, _many(statement.get("NotResource"))))
    if spared:
        names = ", ".join(_resource(each, known) for each in spared)
        sentence = f"{may} {doing} everything but {names}"
        yield Grant(sentence, "*", actions, policy, denies, not denies, condition)
        return
    resources = [str(each) for each in _many(statement.get("Resource"))]
    for each in resources:
        base, slash, rest = each.rpartition("/index/")
        if slash and rest == "*" and base in resources:
            continue
        if each.endswith("/*") and ":s3:::" in each and each[:-2] in resources:
            continue
        sentence = f"{may} {doing} {_resource(each, known, actions)}"
        is_wide = not denies and is_wide_resource(each)
        yield Grant(sentence, each, actions, policy, denies, is_wide, condition)


def is_wide_resource(arn: str) -> bool:
    """Whether it names no resource but all of a kind."""
    name = arn.split(":", 5)[-1]
    return name.rpartition("/")[2].rpartition(":")[2].strip("*") == "" and not (
        name.count("/") > 1 or (":s3:::" in arn and name.split("/")[0].strip("*"))
    )


def _doing(actions: Iterable[str]) -> str:
    """The verbs of actions: ``read and write``; the actions themselves where no verb fits."""
    actions = list(actions)
    verbs: dict[str, None] = {}
    others: list[str] = []
    if "*" in actions or (len(actions) == 1 and actions[0].endswith(":*")):
        return "do everything with"
    for action in actions:
        service, _, name = action.partition(":")
        verb = next((verb for form, verb in _VERBS if fnmatch.fnmatchcase(action, form)), "")
        if verb and service not in _NAMED:
            verbs[verb] = None
        else:
            others.append(name if service in _NAMED else action)
    if others:
        shown = others[:_FEW] + ([f"{len(others) - _FEW} more"] if len(others) > _FEW else [])
        verbs[f"call {_listed(shown)} on"] = None
    if "read" in verbs:
        # What one may read, one may list for a developer's purposes.
        verbs.pop("list", None)
    return _listed(list(verbs)) or "do nothing with"


def _resource(arn: str, known: Mapping[str, str], actions: Iterable[str] = ()) -> str:
    """An ARN in words: ``table Chat-…``, ``objects of bucket photos under public/``."""
    if arn == "*":
        services = {action.partition(":")[0] for action in actions}
        kind = _KINDS.get(services.pop(), "") if len(services) == 1 else ""
        return f"any {kind or 'resource'}"
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return arn
    service, path = parts[2], parts[5]
    kind = _KINDS.get(service, service)
    if service == "s3":
        bucket, slash, key = path.partition("/")
        name = _friendly(bucket, known)
        if not slash:
            return f"bucket {name}"
        under = key.rstrip("*")
        return f"objects of bucket {name}" + (f" under {under}" if under else "")
    if service == "appsync":
        return _api(path, known)
    if service == "dynamodb" and "/index/" in path:
        table, _, index = path.removeprefix("table/").partition("/index/")
        return f"index {index} of table {_friendly(table, known)}"
    if service == "ssm":
        return f"parameter {path.removeprefix('parameter')}"
    for prefix in ("table/", "stream/", "userpool/", "key/", "role/", "function:", "log-group:",
                   "stateMachine:", "secret:", "event-bus/", "identity/"):  # fmt: skip
        path = path.removeprefix(prefix)
    path = path.removesuffix(":*")
    return f"any {kind}" if path == "*" else f"{kind} {_friendly(path, known)}"


def _api(path: str, known: Mapping[str, str]) -> str:
    _, _, rest = path.partition("apis/")
    api, _, below = rest.partition("/")
    name = f"API {_friendly(api, known)}" if api != "*" else "any API"
    parts = below.split("/")
    if len(parts) >= 2 and parts[0] == "types":
        field = parts[3] if len(parts) > 3 and parts[3] != "*" else ""
        return f"{parts[1]}.{field} of {name}" if field else f"{parts[1]} of {name}"
    return name


def _friendly(name: str, known: Mapping[str, str]) -> str:
    found = known.get(name.removesuffix("*").rstrip(":/"))
    return f"{found} ({name})" if found else name


def _condition(condition: Any) -> str:
    if not isinstance(condition, Mapping):
        return ""
    words = []
    for operator, wanted in condition.items():
        bare = str(operator).rpartition(":")[2].removesuffix("IfExists")
        for key, values in wanted.items() if isinstance(wanted, Mapping) else ():
            listed = " or ".join(map(str, _many(values)))
            words.append(f"{key} {_OPERATORS.get(bare, bare)} {listed}")
    return " and ".join(words)


def _listed(words: list[str]) -> str:
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _many(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
