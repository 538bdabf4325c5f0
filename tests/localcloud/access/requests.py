"""Requests of every service family and of every route of our own, for tables of who is refused."""

from __future__ import annotations

import ast
import importlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import workbench.localcloud


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; ``name`` is the table's row."""

    name: str
    method: str
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def _json(name: str, target: str, version: str = "1.1") -> Asked:
    headers = {"content-type": f"application/x-amz-json-{version}", "x-amz-target": target}
    return Asked(name, "POST", "/", headers, b"{}")


def _form(name: str, action: str) -> Asked:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return Asked(name, "POST", "/", headers, f"Action={action}&UserName=stranger".encode())


FUNCTION = {
    "FunctionName": "stranger",
    "Runtime": "python3.11",
    "Handler": "i.h",
    "Role": "arn:aws:iam::000000000000:role/x",
    "Code": {"ZipFile": ""},
}
_HOST = "/_amplify_tui/aws/"


def _at_host(host: str, asked: Asked) -> Asked:
    """The same request as a front end sends it to a host of AWS."""
    path = f"{_HOST}{host}.amazonaws.com{asked.path}"
    return Asked(f"{asked.name} at its host", asked.method, path, asked.headers, asked.body)


FAMILIES = (
    _json("ssm", "AmazonSSM.DescribeParameters"),
    _json("dynamodb", "DynamoDB_20120810.ListTables", "1.0"),
    _json("cognito-idp", "AWSCognitoIdentityProviderService.ListUserPools"),
    _json("cognito sign-in", "AWSCognitoIdentityProviderService.InitiateAuth"),
    _json("cognito-identity", "AWSCognitoIdentityService.GetId"),
    _json("logs", "Logs_20140328.DescribeLogGroups"),
    _json("kms", "TrentService.ListKeys"),
    _json("secretsmanager", "secretsmanager.ListSecrets"),
    _json("events", "AWSEvents.ListRules"),
    _json("sqs", "AmazonSQS.ListQueues", "1.0"),
    _json("states", "AWSStepFunctions.ListStateMachines", "1.0"),
    _form("iam", "CreateUser"),
    _form("sts", "GetCallerIdentity"),
    _form("cloudformation", "DescribeStacks"),
    _form("sns", "ListTopics"),
    _form("sts web identity", "AssumeRoleWithWebIdentity"),
    Asked("s3 list", "GET", "/"),
    Asked("s3 put", "PUT", "/stranger/key", {}, b"x"),
    Asked("s3 delete", "POST", "/stranger?delete", {}, b"<Delete/>"),
    Asked("lambda create", "POST", "/2015-03-31/functions", {}, json.dumps(FUNCTION).encode()),
    Asked("lambda invoke", "POST", "/2015-03-31/functions/stranger/invocations", {}, b"{}"),
    Asked("lambda url", "GET", "/_aws/lambda-url/" + "a" * 32 + "/"),
    Asked("api gateway", "GET", "/restapis"),
    Asked("execute-api", "GET", "/_aws/execute-api/abcdef12/prod/x"),
    Asked("execute-api v1", "GET", "/restapis/abcdef12/prod/_user_request_/x"),
    Asked("appsync", "GET", "/v1/apis"),
    Asked("graphql", "POST", "/v1/apis/none/graphql", {"x-api-key": "da2-x"}, b'{"query":"{a}"}'),
    Asked("appsync evaluate", "POST", "/v1/dataplane-evaluatecode", {}, b"{}"),
    Asked("hosted sign-in", "GET", "/oauth2/authorize?client_id=x"),
    Asked("token", "POST", "/oauth2/token", {}, b"grant_type=client_credentials"),
    Asked("jwks", "GET", "/us-east-1_none/.well-known/jwks.json"),
    Asked("registry", "GET", "/v2/"),
    Asked("emulator health", "GET", "/_ministack/health"),
    Asked("emulator reset", "POST", "/_ministack/reset"),
    Asked("emulator config", "POST", "/_ministack/config", {}, b"{}"),
    Asked("emulator reset, slashes", "POST", "//_ministack/reset"),
    Asked("emulator config, escaped", "POST", "/%5fministack/config", {}, b"{}"),
    Asked("emulator reset, dots", "POST", "/_ministack/./reset"),
    Asked("stack response", "PUT", "/_ministack/cfn-response/none", {}, b"{}"),
    Asked("health", "GET", "/health"),
    _at_host(
        "cognito-idp.us-east-1", _json("sign-in", "AWSCognitoIdentityProviderService.InitiateAuth")
    ),
    _at_host("ssm.us-east-1", _json("ssm", "AmazonSSM.DescribeParameters")),
    _at_host("cognito-idp.us-east-1", _json("other", "AmazonSSM.DescribeParameters")),
    _at_host("stranger.s3.us-east-1", Asked("object", "PUT", "/key", {}, b"x")),
    _at_host("s3.us-east-1", Asked("emulator reset", "POST", "/_ministack/reset")),
    _at_host("s3.us-east-1", Asked("inbox", "GET", "/_amplify_tui/cognito/inbox")),
    Asked("no host of AWS", "GET", f"{_HOST}evil.example/key"),
)


def own_requests() -> Iterator[Asked]:
    """A request to each route of our own, as the code declares it: ``Route(prefix, …)``."""
    room = Path(workbench.localcloud.__file__).parent
    for file in sorted(room.rglob("*.py")):
        text = file.read_text("utf-8")
        if "Route(" not in text and "json_route(" not in text:
            continue
        for call in ast.walk(ast.parse(text)):
            if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
                continue
            if call.func.id not in {"Route", "json_route"} or not call.args:
                continue
            prefix = call.args[0]
            if isinstance(prefix, ast.Name):
                dotted = ".".join(file.relative_to(room.parents[1]).with_suffix("").parts)
                value = getattr(importlib.import_module(dotted), prefix.id, "")
            else:
                value = ast.literal_eval(prefix)
            if isinstance(value, str) and value not in {"", "/"}:
                yield Asked(f"own {value}", "GET", value)
                headers = {"content-type": "application/json"}
                yield Asked(f"own {value} by post", "POST", value, headers, b"{}")


EVERY_REQUEST = (*FAMILIES, *own_requests())
