"""IAM's decisions, a row for each rule that AWS documents: what is said, and by which policy."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import pytest

from workbench.localcloud.iam.denials import Refusal, denial_message
from workbench.localcloud.iam.evaluation import decide, decide_service
from workbench.localcloud.iam.policies import Policies, statements_of
from workbench.localcloud.iam.requests import Principal, Request, ResourcePolicy
from workbench.localcloud.iam.wildcards import Values

ACCOUNT = "000000000000"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/app/guests"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/guests/one"
USER = f"arn:aws:iam::{ACCOUNT}:user/dana"
OBJECT = "arn:aws:s3:::files/private/us-east-1:me/a.txt"
FUNCTION = f"arn:aws:lambda:us-east-1:{ACCOUNT}:function:f"

Statement = dict[str, Any]


def allow(action: Any = "s3:GetObject", resource: Any = "*", **more: Any) -> Statement:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "s3:GetObject", resource: Any = "*", **more: Any) -> Statement:
    return {"Effect": "Deny", "Action": action, "Resource": resource, **more}


def policies(*statements: Statement, version: str | None = "2012-10-17") -> Policies:
    document: dict[str, Any] = {"Statement": list(statements)}
    if version:
        document["Version"] = version
    return Policies(statements_of("test", document))


def own(*statements: Statement, required: bool = False) -> ResourcePolicy:
    return ResourcePolicy(policies(*statements), required)


def session(*statements: Statement, **more: Any) -> Principal:
    keys = more.pop("keys", {"cognito-identity.amazonaws.com:sub": "us-east-1:me"})
    return Principal(SESSION, ACCOUNT, policies(*statements), ROLE, keys, **more)


def user(*statements: Statement, **more: Any) -> Principal:
    keys = more.pop("keys", {"aws:username": "dana"})
    return Principal(USER, ACCOUNT, policies(*statements), "", keys, **more)


def ask(
    principal: Principal,
    policy: ResourcePolicy | None = None,
    action: str = "s3:GetObject",
    resource: str = OBJECT,
    **context: Values,
) -> str:
    """``allowed``, or the end of AWS's sentence."""
    request = Request(
        action, resource, {k.replace("__", ":").lower(): v for k, v in context.items()}
    )
    decision = decide(principal, request, policy)
    if decision.allowed:
        return "allowed"
    message = denial_message(Refusal(principal, request, decision))
    return message.partition(f"on resource: {resource} ")[2]


NOTHING = "because no identity-based policy allows the s3:GetObject action"
DENIED = "with an explicit deny in an identity-based policy"


# -- the order of decisions -----------------------------------------------------------------------

ORDER: dict[str, tuple[Principal, ResourcePolicy | None, str]] = {
    "nothing allows": (session(), None, NOTHING),
    "an identity policy allows": (session(allow()), None, "allowed"),
    "a deny beats an allow": (session(allow(), deny()), None, DENIED),
    "a deny beats an allow before it": (session(deny(), allow("*")), None, DENIED),
    "a resource policy allows its role": (
        session(),
        own(allow(Principal={"AWS": ROLE})),
        "allowed",
    ),
    "a resource policy allows the session": (
        session(),
        own(allow(Principal={"AWS": [SESSION]})),
        "allowed",
    ),
    "a resource policy allows everybody": (session(), own(allow(Principal="*")), "allowed"),
    "a resource policy allows everybody in AWS": (
        session(),
        own(allow(Principal={"AWS": "*"})),
        "allowed",
    ),
    "a resource policy names only the account": (
        session(),
        own(allow(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"})),
        NOTHING,
    ),
    "the account, and an identity policy": (
        session(allow()),
        own(allow(Principal={"AWS": ACCOUNT})),
        "allowed",
    ),
    "a resource policy about another role": (
        session(),
        own(allow(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/guest"})),
        NOTHING,
    ),
    "a role by a name with a star is nobody": (
        session(),
        own(allow(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/*"})),
        NOTHING,
    ),
    "a service is not a role": (
        session(),
        own(allow(Principal={"Service": "lambda.amazonaws.com"})),
        NOTHING,
    ),
    "a resource policy denies": (
        session(allow()),
        own(deny(Principal="*")),
        "with an explicit deny in a resource-based policy",
    ),
    "a resource policy denies the account": (
        session(allow()),
        own(deny(Principal={"AWS": ACCOUNT})),
        "with an explicit deny in a resource-based policy",
    ),
    "a resource policy denies others": (
        session(allow()),
        own(deny(Principal={"AWS": USER})),
        "allowed",
    ),
    "a resource policy denies all but the role": (
        session(allow()),
        own(deny(NotPrincipal={"AWS": [ROLE, f"arn:aws:iam::{ACCOUNT}:root"]})),
        "allowed",
    ),
    "a resource policy denies all but another role": (
        session(allow()),
        own(deny(NotPrincipal={"AWS": [USER, f"arn:aws:iam::{ACCOUNT}:root"]})),
        "with an explicit deny in a resource-based policy",
    ),
    "a resource policy allows all but another": (
        session(),
        own(allow(NotPrincipal={"AWS": USER})),
        "allowed",
    ),
    "a boundary that does not allow": (
        session(allow(), boundary=policies(allow("s3:PutObject"))),
        None,
        "because no permissions boundary allows the s3:GetObject action",
    ),
    "a boundary gives nothing": (session(boundary=policies(allow("*"))), None, NOTHING),
    "a boundary denies": (
        session(allow(), boundary=policies(allow("*"), deny())),
        None,
        "with an explicit deny in a permissions boundary",
    ),
    "a boundary limits what names the role": (
        session(boundary=policies(allow("s3:PutObject"))),
        own(allow(Principal={"AWS": ROLE})),
        "because no permissions boundary allows the s3:GetObject action",
    ),
    "a boundary does not limit what names the session": (
        session(boundary=policies(allow("s3:PutObject"))),
        own(allow(Principal={"AWS": SESSION})),
        "allowed",
    ),
    "a boundary does not limit what names the user": (
        user(boundary=policies(allow("s3:PutObject"))),
        own(allow(Principal={"AWS": USER})),
        "allowed",
    ),
    "a session policy that does not allow": (
        session(allow("*"), sessions=(policies(allow("s3:PutObject")),)),
        None,
        "because no session policy allows the s3:GetObject action",
    ),
    "a session policy that allows": (
        session(allow("*"), sessions=(policies(allow("s3:*")),)),
        None,
        "allowed",
    ),
    "a session policy gives nothing": (session(sessions=(policies(allow("*")),)), None, NOTHING),
    "a session policy denies": (
        session(allow("*"), sessions=(policies(allow("*"), deny()),)),
        None,
        "with an explicit deny in a session policy",
    ),
    "every session policy must allow": (
        session(allow("*"), sessions=(policies(allow("*")), policies(allow("s3:PutObject")))),
        None,
        "because no session policy allows the s3:GetObject action",
    ),
    "a session policy limits what names the role": (
        session(sessions=(policies(allow("s3:PutObject")),)),
        own(allow(Principal={"AWS": ROLE})),
        "because no session policy allows the s3:GetObject action",
    ),
    "a session policy does not limit what names the session": (
        session(sessions=(policies(allow("s3:PutObject")),)),
        own(allow(Principal={"AWS": SESSION})),
        "allowed",
    ),
    "a deny beats what names the session": (
        session(deny()),
        own(allow(Principal={"AWS": SESSION})),
        DENIED,
    ),
    "a key's policy must let its account in": (
        session(allow()),
        own(allow(Principal={"AWS": USER}), required=True),
        "because no resource-based policy allows the s3:GetObject action",
    ),
    "a key's policy leaves it to IAM": (
        session(allow()),
        own(allow(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}), required=True),
        "allowed",
    ),
    "a key's policy leaves it to IAM, which says nothing": (
        session(),
        own(allow(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}), required=True),
        NOTHING,
    ),
    "an anonymous statement of a resource's policy": (session(), own(allow()), NOTHING),
}


@pytest.mark.parametrize("name", ORDER)
def test_policies_are_asked_in_aws_order(name: str) -> None:
    principal, policy, expected = ORDER[name]
    assert ask(principal, policy) == expected


# -- actions and resources ------------------------------------------------------------------------

ELEMENTS: dict[str, tuple[Statement, bool]] = {
    "the action itself": (allow("s3:GetObject"), True),
    "in another case": (allow("S3:getobject"), True),
    "a star": (allow("*"), True),
    "a star in its place": (allow("s3:Get*"), True),
    "a question mark": (allow("s3:Get?bject"), True),
    "a question mark is one character": (allow("s3:Get?Object"), False),
    "one of a list": (allow(["s3:PutObject", "s3:GetObject"]), True),
    "another service": (allow("sqs:*"), False),
    "not this action": (
        {"Effect": "Allow", "NotAction": "s3:GetObject", "Resource": "*"},
        False,
    ),
    "not another action": ({"Effect": "Allow", "NotAction": "s3:Put*", "Resource": "*"}, True),
    "not one of a list": (
        {"Effect": "Allow", "NotAction": ["iam:*", "s3:Get*"], "Resource": "*"},
        False,
    ),
    "the resource itself": (allow(resource=OBJECT), True),
    "in another case is another resource": (allow(resource=OBJECT.upper()), False),
    "a prefix": (allow(resource="arn:aws:s3:::files/private/*"), True),
    "a star crosses slashes": (allow(resource="arn:aws:s3:::files/*.txt"), True),
    "a star is also nothing": (allow(resource=f"{OBJECT}*"), True),
    "stars and questions": (allow(resource="arn:aws:s3:::f?les/*/us-*/a.t?t"), True),
    "the bucket is not its objects": (allow(resource="arn:aws:s3:::files"), False),
    "one of the resources": (allow(resource=["arn:aws:s3:::x/*", OBJECT]), True),
    "not this resource": (
        {"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::files/*"},
        False,
    ),
    "not another resource": (
        {"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::others/*"},
        True,
    ),
    "a dot is a dot": (allow(resource="arn:aws:s3:::files/private/us-east-1:me/a?tx."), False),
    "a variable": (
        allow(resource="arn:aws:s3:::files/private/${cognito-identity.amazonaws.com:sub}/*"),
        True,
    ),
    "a variable that the request has not": (
        allow(resource="arn:aws:s3:::files/${aws:username}/*"),
        False,
    ),
    "beside a resource without one": (
        allow(resource=["arn:aws:s3:::files/${aws:username}/*", OBJECT]),
        True,
    ),
    "a variable with a default": (
        allow(resource="arn:aws:s3:::files/${aws:username, 'private'}/*"),
        True,
    ),
    "a literal star": (allow(resource="arn:aws:s3:::files/${*}"), False),
    "without an action": ({"Effect": "Allow", "Resource": "*"}, False),
    "with both actions": (allow(NotAction="s3:PutObject"), False),
    "with an unknown effect": ({"Effect": "Maybe", "Action": "*", "Resource": "*"}, False),
    "with an unknown operator": (allow(Condition={"StringSounds": {"a": "b"}}), False),
}


@pytest.mark.parametrize("name", ELEMENTS)
def test_statements_name_actions_and_resources(name: str) -> None:
    statement, allowed = ELEMENTS[name]
    assert ask(session(statement)) == ("allowed" if allowed else NOTHING)


def test_variables_are_text_before_2012() -> None:
    resource = "arn:aws:s3:::files/private/${cognito-identity.amazonaws.com:sub}/*"
    for version in (None, "2008-10-17"):
        old = Principal(
            SESSION,
            ACCOUNT,
            policies(allow(resource=resource), version=version),
            ROLE,
            {"cognito-identity.amazonaws.com:sub": "us-east-1:me"},
        )
        assert ask(old) == NOTHING


def test_what_a_variable_stands_for_is_no_pattern() -> None:
    greedy = session(
        allow(resource="arn:aws:s3:::files/${aws:username}/x"), keys={"aws:username": "*"}
    )
    assert ask(greedy, resource="arn:aws:s3:::files/somebody/x") != "allowed"
    assert ask(greedy, resource="arn:aws:s3:::files/*/x") == "allowed"


def test_a_resource_that_is_not_known_is_refused_only_by_what_is_about_all() -> None:
    narrow = allow(resource="arn:aws:s3:::files/*")
    assert ask(session(narrow), resource="") == "allowed"
    assert ask(session(narrow, deny(resource="arn:aws:s3:::files/*")), resource="") == "allowed"
    assert ask(session(narrow, deny()), resource="") != "allowed"
    assert ask(session(allow("s3:PutObject")), resource="") != "allowed"


def test_long_keys_of_guests_cost_no_time() -> None:
    hostile = session(allow(resource="arn:aws:s3:::files/*a*a*a*a*a*a*a*a*b"))
    begin = time.perf_counter()
    assert ask(hostile, resource="arn:aws:s3:::files/" + "a" * 1000) != "allowed"
    assert time.perf_counter() - begin < 2


# -- conditions -----------------------------------------------------------------------------------

Condition = Mapping[str, Mapping[str, Any]]

CONDITIONS: list[tuple[str, Condition, Mapping[str, Values], bool]] = [
    (
        "all operators hold",
        {"StringEquals": {"a": "1"}, "Bool": {"b": "true"}},
        {"a": "1", "b": "true"},
        True,
    ),
    ("all keys hold", {"StringEquals": {"a": "1", "b": "2"}}, {"a": "1", "b": "3"}, False),
    ("any value", {"StringEquals": {"a": ["0", "1"]}}, {"a": "1"}, True),
    ("keys in any case", {"StringEquals": {"S3:Prefix": "x"}}, {"s3:prefix": "x"}, True),
    ("no condition", {}, {}, True),
    ("StringEquals", {"StringEquals": {"a": "X"}}, {"a": "x"}, False),
    ("StringEquals takes no star", {"StringEquals": {"a": "x*"}}, {"a": "xy"}, False),
    ("StringEquals, absent", {"StringEquals": {"a": "x"}}, {}, False),
    ("StringNotEquals", {"StringNotEquals": {"a": "x"}}, {"a": "y"}, True),
    ("StringNotEquals, the same", {"StringNotEquals": {"a": "x"}}, {"a": "x"}, False),
    ("StringNotEquals is none of", {"StringNotEquals": {"a": ["x", "y"]}}, {"a": "y"}, False),
    ("StringNotEquals, absent", {"StringNotEquals": {"a": "x"}}, {}, True),
    ("StringEqualsIgnoreCase", {"StringEqualsIgnoreCase": {"a": "X"}}, {"a": "x"}, True),
    ("StringNotEqualsIgnoreCase", {"StringNotEqualsIgnoreCase": {"a": "X"}}, {"a": "x"}, False),
    ("StringLike", {"StringLike": {"a": "public/*"}}, {"a": "public/x/y"}, True),
    ("StringLike, a question mark", {"StringLike": {"a": "?b"}}, {"a": "ab"}, True),
    ("StringLike, case", {"StringLike": {"a": "PUB*"}}, {"a": "public"}, False),
    ("StringLike, empty", {"StringLike": {"a": ["", "public/"]}}, {"a": ""}, True),
    ("StringLike, absent", {"StringLike": {"a": "*"}}, {}, False),
    ("StringNotLike", {"StringNotLike": {"a": "x*"}}, {"a": "y"}, True),
    ("StringNotLike, like", {"StringNotLike": {"a": "x*"}}, {"a": "xy"}, False),
    ("NumericEquals", {"NumericEquals": {"a": 10}}, {"a": "10.0"}, True),
    ("NumericNotEquals", {"NumericNotEquals": {"a": "10"}}, {"a": "11"}, True),
    ("NumericLessThan", {"NumericLessThan": {"a": "10"}}, {"a": "9"}, True),
    ("NumericLessThan, the same", {"NumericLessThan": {"a": "10"}}, {"a": "10"}, False),
    ("NumericLessThanEquals", {"NumericLessThanEquals": {"a": "10"}}, {"a": "10"}, True),
    ("NumericGreaterThan", {"NumericGreaterThan": {"a": "10"}}, {"a": "11"}, True),
    ("NumericGreaterThanEquals", {"NumericGreaterThanEquals": {"a": "10"}}, {"a": "9"}, False),
    ("no number", {"NumericEquals": {"a": "10"}}, {"a": "ten"}, False),
    ("DateEquals", {"DateEquals": {"a": "2026-01-01T00:00:00Z"}}, {"a": "1767225600"}, True),
    ("DateNotEquals", {"DateNotEquals": {"a": "2026-01-01T00:00:00Z"}}, {"a": "1767225600"}, False),
    ("DateLessThan", {"DateLessThan": {"a": "2026-01-02"}}, {"a": "2026-01-01T23:00:00Z"}, True),
    ("DateLessThanEquals", {"DateLessThanEquals": {"a": "2026-01-01"}}, {"a": "2026-01-02"}, False),
    ("DateGreaterThan", {"DateGreaterThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}}, {}, True),
    (
        "DateGreaterThanEquals",
        {"DateGreaterThanEquals": {"aws:EpochTime": "4102444800"}},
        {},
        False,
    ),
    ("Bool", {"Bool": {"aws:SecureTransport": "true"}}, {"aws:securetransport": "true"}, True),
    ("Bool, JSON's own", {"Bool": {"a": False}}, {"a": "false"}, True),
    ("Bool, absent", {"Bool": {"a": "false"}}, {}, False),
    ("BinaryEquals", {"BinaryEquals": {"a": "QmluYXJ5"}}, {"a": "QmluYXJ5"}, True),
    ("BinaryEquals, other", {"BinaryEquals": {"a": "QmluYXJ5"}}, {"a": "QUFB"}, False),
    ("IpAddress", {"IpAddress": {"a": "203.0.113.0/24"}}, {"a": "203.0.113.7"}, True),
    ("IpAddress, one", {"IpAddress": {"a": "203.0.113.7"}}, {"a": "203.0.113.8"}, False),
    ("IpAddress, version 6", {"IpAddress": {"a": "2001:db8::/32"}}, {"a": "2001:db8::1"}, True),
    ("IpAddress, other version", {"IpAddress": {"a": "0.0.0.0/0"}}, {"a": "::1"}, False),
    ("NotIpAddress", {"NotIpAddress": {"a": "203.0.113.0/24"}}, {"a": "127.0.0.1"}, True),
    ("NotIpAddress, inside", {"NotIpAddress": {"a": "127.0.0.0/8"}}, {"a": "127.0.0.1"}, False),
    ("ArnEquals", {"ArnEquals": {"a": FUNCTION}}, {"a": FUNCTION}, True),
    ("ArnLike", {"ArnLike": {"a": "arn:aws:lambda:*:*:function:*"}}, {"a": FUNCTION}, True),
    ("ArnLike, part by part", {"ArnLike": {"a": "arn:aws:*:function:f"}}, {"a": FUNCTION}, False),
    ("ArnLike, star", {"ArnLike": {"a": "*"}}, {"a": FUNCTION}, True),
    ("ArnLike, absent", {"ArnLike": {"aws:SourceArn": "*"}}, {}, False),
    ("ArnNotEquals", {"ArnNotEquals": {"a": FUNCTION}}, {"a": FUNCTION}, False),
    ("ArnNotLike", {"ArnNotLike": {"a": "arn:aws:s3:::*"}}, {"a": FUNCTION}, True),
    ("ArnNotLike, absent", {"ArnNotLike": {"a": "arn:aws:s3:::*"}}, {}, True),
    ("Null, absent", {"Null": {"a": "true"}}, {}, True),
    ("Null, given", {"Null": {"a": "true"}}, {"a": "x"}, False),
    ("not Null", {"Null": {"a": False}}, {"a": "x"}, True),
    ("IfExists, absent", {"StringEqualsIfExists": {"a": "x"}}, {}, True),
    ("IfExists, other", {"StringEqualsIfExists": {"a": "x"}}, {"a": "y"}, False),
    ("BoolIfExists, absent", {"BoolIfExists": {"a": "true"}}, {}, True),
    ("NumericLessThanIfExists", {"NumericLessThanIfExists": {"a": "5"}}, {"a": "6"}, False),
    ("ForAllValues", {"ForAllValues:StringEquals": {"a": ["x", "y"]}}, {"a": ["x", "y"]}, True),
    (
        "ForAllValues, one more",
        {"ForAllValues:StringEquals": {"a": ["x"]}},
        {"a": ["x", "y"]},
        False,
    ),
    ("ForAllValues, absent", {"ForAllValues:StringEquals": {"a": ["x"]}}, {}, True),
    (
        "ForAllValues, negated",
        {"ForAllValues:StringNotEquals": {"a": ["x"]}},
        {"a": ["y", "z"]},
        True,
    ),
    (
        "ForAllValues, one of them",
        {"ForAllValues:StringNotEquals": {"a": ["x"]}},
        {"a": ["x", "z"]},
        False,
    ),
    (
        "ForAnyValue",
        {"ForAnyValue:StringLike": {"a": "auth*"}},
        {"a": ["x", "authenticated"]},
        True,
    ),
    (
        "ForAnyValue, none",
        {"ForAnyValue:StringLike": {"a": "auth*"}},
        {"a": ["unauthenticated"]},
        False,
    ),
    ("ForAnyValue, absent", {"ForAnyValue:StringEquals": {"a": "x"}}, {}, False),
    ("ForAnyValue, negated", {"ForAnyValue:StringNotEquals": {"a": "x"}}, {"a": ["x", "y"]}, True),
    ("ForAnyValue, negated, absent", {"ForAnyValue:StringNotEquals": {"a": "x"}}, {}, False),
    ("ForAllValues with IfExists", {"ForAllValues:StringEqualsIfExists": {"a": "x"}}, {}, True),
    ("many values, one operator", {"StringEquals": {"a": "x"}}, {"a": ["y", "x"]}, True),
    (
        "a variable",
        {"StringEquals": {"a": "${cognito-identity.amazonaws.com:sub}"}},
        {"a": "us-east-1:me"},
        True,
    ),
    ("a variable in a pattern", {"StringLike": {"a": "${b}/*"}}, {"a": "me/x", "b": "me"}, True),
    ("a variable's star", {"StringLike": {"a": "${b}/*"}}, {"a": "me/x", "b": "*"}, False),
    ("no value for a variable", {"StringEquals": {"a": "${b}"}}, {"a": "x"}, False),
    ("no value, negated", {"StringNotEquals": {"a": "${b}"}}, {"a": "x"}, False),
    ("a default", {"StringEquals": {"a": "${b, 'x'}"}}, {"a": "x"}, True),
    ("the caller's ARN is the role's", {"ArnEquals": {"aws:PrincipalArn": ROLE}}, {}, True),
    ("the caller's account", {"StringEquals": {"aws:PrincipalAccount": ACCOUNT}}, {}, True),
    ("the caller's kind", {"StringEquals": {"aws:PrincipalType": "AssumedRole"}}, {}, True),
]


@pytest.mark.parametrize("row", CONDITIONS, ids=[row[0] for row in CONDITIONS])
def test_conditions(row: tuple[str, Condition, Mapping[str, Values], bool]) -> None:
    _, condition, context, holds = row
    granted = session(allow(Condition=condition))
    refused = session(allow(), deny(Condition=condition))
    request = Request("s3:GetObject", OBJECT, context)
    assert decide(granted, request).allowed is holds
    assert decide(refused, request).allowed is not holds


def test_tags_of_the_caller_and_of_the_resource() -> None:
    same = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/Team}"}}
    caller = session(allow(Condition=same), keys={"aws:principaltag/team": "blue"})
    blue = Request("s3:GetObject", OBJECT, {}, lambda: {"Team": "blue"})
    red = Request("s3:GetObject", OBJECT, {}, lambda: {"Team": "red"})
    assert decide(caller, blue).allowed
    assert not decide(caller, red).allowed
    assert not decide(caller, Request("s3:GetObject", OBJECT)).allowed


# -- services -------------------------------------------------------------------------------------


def test_a_resource_policy_lets_a_service_in() -> None:
    source = "arn:aws:s3:::files"
    policy = own(
        allow(
            "lambda:InvokeFunction",
            FUNCTION,
            Principal={"Service": "s3.amazonaws.com"},
            Condition={"ArnLike": {"aws:SourceArn": source}},
        )
    )
    from_it = Request("lambda:InvokeFunction", FUNCTION, {"aws:sourcearn": source})
    from_other = Request("lambda:InvokeFunction", FUNCTION, {"aws:sourcearn": f"{source}2"})
    assert decide_service("s3.amazonaws.com", from_it, policy).allowed
    assert not decide_service("s3.amazonaws.com", from_other, policy).allowed
    assert not decide_service("sns.amazonaws.com", from_it, policy).allowed
    assert not decide_service("s3.amazonaws.com", from_it, None).allowed


def test_a_document_is_read_as_text_too_and_a_broken_one_says_nothing() -> None:
    text = '{"Version": "2012-10-17", "Statement": {"Sid": "One", "Effect": "Allow", '
    text += '"Action": "s3:*", "Resource": "*"}}'
    (statement,) = statements_of("inline", text)
    assert (statement.sid, statement.policy) == ("One", "inline")
    assert statements_of("inline", "{") == statements_of("inline", "[]") == ()
    assert statements_of("inline", None) == statements_of("inline", {"Statement": "x"}) == ()
