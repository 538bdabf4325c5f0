"""What Amplify generates, evaluated with plausible contexts of every kind of caller."""

from __future__ import annotations

import copy
from typing import Any

from workbench.localcloud.appsync.evaluation import (
    AUTH_TYPES,
    Effects,
    Facts,
    FieldError,
    TemplateError,
)
from workbench.localcloud.appsync.vtl.mapping import evaluate_mapping

ROW = {
    "id": "1",
    "text": "t",
    "owner": "sub-1::jo",
    "editors": ["sub-2::al"],
    "team": "Red",
    "teams": ["Red"],
    "author": "al",
    "slug": "one",
    "postAuthor": "al",
    "postSlug": "one",
    "_version": 1,
}
CLAIMS = {"sub": "sub-1", "username": "jo", "cognito:groups": ["Admins"], "iss": "pool"}
IDENTITIES: dict[str, Any] = {
    "API_KEY": None,
    "AMAZON_COGNITO_USER_POOLS": {
        "sub": "sub-1",
        "username": "jo",
        "claims": CLAIMS,
        "groups": ["Admins"],
        "sourceIp": ["127.0.0.1"],
        "issuer": "pool",
        "defaultAuthStrategy": "ALLOW",
    },
    "AWS_IAM": {
        "accountId": "000000000000",
        "userArn": "arn:aws:sts::000000000000:assumed-role/guest/CognitoIdentityCredentials",
        "username": "AROA:CognitoIdentityCredentials",
        "cognitoIdentityPoolId": "us-east-1:pool",
        "cognitoIdentityId": "us-east-1:id",
        "cognitoIdentityAuthType": "unauthenticated",
        "cognitoIdentityAuthProvider": None,
    },
    "AWS_LAMBDA": {"resolverContext": {}},
}
INPUTS: list[dict[str, Any]] = [
    {"input": {"id": "1", "text": "t", "postAuthor": "al"}, "condition": {"text": {"eq": "x"}}},
    {"input": ROW},
    {"id": "1", "author": "al", "slug": "one"},
    {"filter": {"or": [{"text": {"contains": "x"}}, {"rating": {"between": [1, 2]}}]}, "limit": 3},
    {"author": "al", "ratingSlug": {"beginsWith": {"rating": 1}}, "rating": {"gt": 1}},
    {},
]
RESULTS: list[Any] = [None, ROW, {"items": [ROW], "scannedCount": 1, "nextToken": None}, {}]


def context_of(identity: Any, arguments: dict[str, Any], result: Any) -> dict[str, Any]:
    context = {
        "arguments": arguments,
        "args": arguments,
        "identity": identity,
        "source": ROW,
        "request": {"headers": {"host": "localhost"}, "domainName": None},
        "info": {
            "fieldName": "x",
            "parentTypeName": "Query",
            "variables": {},
            "selectionSetList": [],
        },
        "stash": {"conditions": [], "metadata": {}, "typeName": "Query", "fieldName": "x"},
        "prev": {"result": result},
        "result": result,
        "error": None,
    }
    return copy.deepcopy(context)


# What the templates themselves do with a missing required argument, as Velocity does it too:
# they call $util with null.
EXPECTED = ("was given Null",)


def test_no_generated_template_needs_what_is_unknown(real_templates: dict[str, str]) -> None:
    assert len(real_templates) > 60
    outcomes = {"value": 0, "denied": 0, "error": 0, "template": 0}
    never_gave: dict[str, str] = {}
    for where, text in real_templates.items():
        gave = False
        problem = ""
        for mode, identity in IDENTITIES.items():
            for arguments in INPUTS:
                for result in RESULTS:
                    context = context_of(identity, arguments, result)
                    try:
                        evaluate_mapping(text, context, Effects(), Facts(AUTH_TYPES[mode]))
                    except TemplateError as error:
                        outcomes["template"] += 1
                        problem = error.message
                        assert any(part in problem for part in EXPECTED), (where, problem, text)
                    except FieldError as error:
                        outcomes["denied" if error.error_type == "Unauthorized" else "error"] += 1
                        gave = True
                    else:
                        outcomes["value"] += 1
                        gave = True
        if not gave:
            never_gave[where] = problem
    assert not never_gave
    assert outcomes["value"] > outcomes["template"]
    assert outcomes["denied"] > 0
