"""``$util`` as AppSync's reference has it, called from templates."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from workbench.localcloud.appsync.evaluation import (
    Context,
    Effects,
    Facts,
    FieldError,
    TemplateError,
)
from workbench.localcloud.appsync.vtl.mapping import evaluate_mapping
from workbench.localcloud.appsync.vtl.utilities.registry import UTILITIES

INFO = {"fieldName": "getX", "parentTypeName": "Query"}


def run(
    text: str, effects: Effects | None = None, auth: str = "API Key Authorization", **more: Any
) -> Any:
    context = {"args": {}, "stash": {}, "info": INFO, **more}
    return evaluate_mapping(text, context, effects or Effects(), Facts(auth)).value


def call(expression: str, **arguments: Any) -> Any:
    """The value of one call."""
    return run(f"$util.toJson($util.{expression})", args=arguments)


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("isNullOrEmpty('')", True),
        ("isNullOrEmpty({})", True),
        ("isNullOrEmpty(0)", False),
        ("isNullOrBlank('  ')", True),
        ("defaultIfNullOrEmpty('', 'x')", "x"),
        ("defaultIfNullOrBlank(' ', 'x')", "x"),
        ("defaultIfNull(false, 'x')", False),
        ("typeOf([1])", "List"),
        ("typeOf(null)", "Null"),
        ("isNumber(true)", False),
        ("isMap({})", True),
        ("matches('b+', 'abbc')", True),
        ("matches('^b', 'abbc')", False),
        ("parseJson('nonsense')", None),
        ("parseJson('[1,2]')", [1, 2]),
        ("escapeJavaScript('it''s é')", "it\\'s \\u00E9"),
        ("urlEncode('a b&c*~')", "a+b%26c*%7E"),
        ("urlDecode('a+b%26')", "a b&"),
        ("base64Encode('hé')", "aMOp"),
        ("base64Decode('aMOp')", "hé"),
        ("list.copyAndRetainAll([1,2,3], [2,9])", [2]),
        ("list.copyAndRemoveAll([1,2,3], [2,9])", [1, 3]),
        ("map.copyAndRetainAllKeys({'a':1,'b':2}, ['a'])", {"a": 1}),
        ("map.copyAndRemoveAllKeys({'a':1,'b':2}, ['a'])", {"b": 2}),
        ("dynamodb.toDynamoDB({'a':[1,null,true,'s']})", None),
        ("dynamodb.toMapValues({'a':1})", {"a": {"N": 1}}),
        ("dynamodb.toStringSet(['a'])", {"SS": ["a"]}),
        ("dynamodb.toNumberSet([1])", {"NS": [1]}),
        ("dynamodb.toNull()", {"NULL": None}),
        ("dynamodb.toBinary('aGk=')", {"B": "aGk="}),
        ("dynamodb.toStringJson('a')", '{"S":"a"}'),
        ("dynamodb.toMapValuesJson({'a':'b'})", '{"a":{"S":"b"}}'),
        ("math.roundNum(2.5)", 3),
        ("math.roundNum(-2.5)", -2),
        ("math.minVal(1, 2)", 1),
        ("math.maxVal(1, 2.5)", 2.5),
        ("str.toUpper('aé')", "AÉ"),
        ("str.toReplace('aXbX', 'X', '-')", "a-b-"),
        ("time.epochMilliSecondsToSeconds(1517943695750)", 1517943695),
        ("time.epochMilliSecondsToISO8601(1517943695750)", "2018-02-06T19:01:35.750Z"),
        (
            "time.epochMilliSecondsToFormatted(1517943695750, 'yyyy-MM-dd HH:mm:ssZ')",
            "2018-02-06 19:01:35+0000",
        ),
        (
            "time.epochMilliSecondsToFormatted(1517943695750, 'yyyy-MM-dd HH:mm:ssZ', "
            "'Australia/Perth')",
            "2018-02-07 03:01:35+0800",
        ),
        ("time.parseISO8601ToEpochMilliSeconds('2018-02-01T17:21:05.180+08:00')", 1517476865180),
        (
            "time.parseFormattedToEpochMilliSeconds('2018-02-01 01:19:15+0800', "
            "'yyyy-MM-dd HH:mm:ssZ')",
            1517419155000,
        ),
        (
            "time.parseFormattedToEpochMilliSeconds('2018-02-01 01:19:15', "
            "'yyyy-MM-dd HH:mm:ss', 'Australia/Perth')",
            1517419155000,
        ),
        ("xml.toMap('<p><x>1</x><x>b</x></p>')", {"p": {"x": [1, "b"]}}),
        ("xml.toJsonString('<p><x>1</x></p>')", '{"p":{"x":1}}'),
        (
            "http.copyHeaders({'Host':'h','x-one':'1','Connection':'c'})",
            {"x-one": "1"},
        ),
    ],
)  # fmt: skip
def test_pure_functions(expression: str, value: Any) -> None:
    found = call(expression)
    if expression.startswith("dynamodb.toDynamoDB({"):
        value = {"M": {"a": {"L": [{"N": 1}, {"NULL": None}, {"BOOL": True}, {"S": "s"}]}}}
    assert found == value


def test_identifiers_have_their_forms() -> None:
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", call("autoId()"))
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{26}", call("autoUlid()"))
    assert re.fullmatch(r"[0-9A-Za-z]{27}", call("autoKsuid()"))
    assert call("autoKsuid()") != call("autoKsuid()")


def test_now_has_its_forms() -> None:
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", call("time.nowISO8601()"))
    assert call("time.nowEpochMilliSeconds()") // 1000 - call("time.nowEpochSeconds()") in (
        -1,
        0,
        1,
    )
    assert re.fullmatch(r"\d{4}", call("time.nowFormatted('yyyy', 'Europe/Berlin')"))


def expression_of(condition: dict[str, Any]) -> dict[str, Any]:
    found = json.loads(call("transform.toDynamoDBFilterExpression($ctx.args.c)", c=condition))
    assert isinstance(found, dict)
    return found


def test_filter_expressions_keep_the_contract_of_names() -> None:
    assert expression_of({"title": {"contains": "Hello World"}}) == {
        "expression": "contains(#title, :title_contains)",
        "expressionNames": {"#title": "title"},
        "expressionValues": {":title_contains": {"S": "Hello World"}},
    }
    nested = expression_of(
        {"or": [{"a": {"eq": 1}}, {"b": {"gt": 2, "lt": 5}}], "not": {"c": {"ne": 0}}}
    )
    assert nested["expression"] == (
        "(#a = :or_0_a_eq OR (#b > :or_1_b_gt AND #b < :or_1_b_lt)) AND (NOT #c <> :not_c_ne)"
    )
    assert set(nested["expressionValues"]) == {
        ":or_0_a_eq",
        ":or_1_b_gt",
        ":or_1_b_lt",
        ":not_c_ne",
    }
    assert expression_of({"and": [{"id": {"attributeExists": False}}]}) == {
        "expression": "attribute_not_exists(#id)",
        "expressionNames": {"#id": "id"},
        "expressionValues": {},
    }
    sizes = {"s": {"size": {"ge": 3}}, "t": {"size": {}}}
    between = expression_of({"n": {"between": [1, 2]}, **sizes})
    assert between["expression"] == (
        "#n BETWEEN :n_between_1 AND :n_between_2 AND size(#s) >= :s_size_ge"
    )
    assert set(between["expressionNames"]) == {"#n", "#s"}
    assert expression_of({"team": {"in": ["A"]}})["expression"] == "contains(:team_in, #team)"


@pytest.mark.parametrize(
    "condition",
    [{"a": 1}, {"a": {"nope": 1}}, {"or": [1]}, {"a": {"between": 1}}, {"a": {"between": [1]}}],
)
def test_what_is_no_filter_fails(condition: dict[str, Any]) -> None:
    for name in ("toDynamoDBConditionExpression", "toSubscriptionFilter"):
        if name == "toSubscriptionFilter" and "between" in str(condition):
            continue
        with pytest.raises(TemplateError):
            call(f"transform.{name}($ctx.args.c)", c=condition)
    # Amplify's templates ask for this, and refuse it as an "Unrecognized Filter".
    assert expression_of(condition) == {}


def test_subscription_filters_are_alternatives_of_conditions() -> None:
    effects = Effects()
    condition = {"and": [{"or": [{"a": {"eq": 1}}, {"b": {"in": [2]}}]}, {"c": {"ne": 3}}]}
    run(
        "$extensions.setSubscriptionFilter($util.transform.toSubscriptionFilter($ctx.args.f))null",
        effects,
        args={"f": condition},
    )
    c = {"fieldName": "c", "operator": "ne", "value": 3}
    assert effects.subscription_filter == {
        "filterGroup": [
            {"filters": [{"fieldName": "a", "operator": "eq", "value": 1}, c]},
            {"filters": [{"fieldName": "b", "operator": "in", "value": [2]}, c]},
        ]
    }
    with pytest.raises(TemplateError):
        run("$extensions.setSubscriptionFilter(null)null")


def test_search_queries_are_those_of_the_reference() -> None:
    condition = {
        "upvotes": {"ne": 15, "range": [10, 20]},
        "title": {"eq": "hihihi", "wildcard": "h*i"},
    }
    found = json.loads(call("transform.toElasticsearchQueryDSL($ctx.args.c)", c=condition))
    upvotes = [
        {"bool": {"must_not": {"term": {"upvotes": 15}}}},
        {"range": {"upvotes": {"gte": 10, "lte": 20}}},
    ]
    title = [{"term": {"title": "hihihi"}}, {"wildcard": {"title": "h*i"}}]
    assert found == {"bool": {"must": [{"bool": {"must": upvotes}}, {"bool": {"must": title}}]}}


def test_errors_end_a_field_and_appended_ones_do_not() -> None:
    effects = Effects()
    assert run('$util.appendError("m", "T", {"d":1}, {"i":2})$util.toJson(7)', effects) == 7
    assert [(e.message, e.error_type, e.data, e.info) for e in effects.errors] == [
        ("m", "T", {"d": 1}, {"i": 2})
    ]
    with pytest.raises(FieldError) as raised:
        run('$util.error("m", "T", {"d":1}, {"i":2})')
    error = raised.value
    assert (error.message, error.error_type, error.data, error.info) == (
        "m",
        "T",
        {"d": 1},
        {"i": 2},
    )
    with pytest.raises(FieldError) as raised:
        run("$util.unauthorized()")
    assert raised.value.message == "Not Authorized to access getX on type Query"
    assert raised.value.error_type == "Unauthorized"
    with pytest.raises(FieldError) as raised:
        run('$util.validate(false, "bad")')
    assert raised.value.error_type == "CustomTemplateException"
    assert run('$util.validate(true, "bad")1') == 1


def test_other_effects() -> None:
    effects = Effects()
    run(
        '$util.http.addResponseHeader("x-a", 1)$util.log.info("a {} c", "b")'
        '$extensions.invalidateSubscriptions({"subscriptionField":"s","payload":{"a":1}})'
        '$extensions.setSubscriptionInvalidationFilter({"filterGroup":[]})'
        '$util.toJson($extensions.evictFromApiCache("Query", "x"))',
        effects,
    )
    assert effects.response_headers == {"x-a": "1"}
    assert effects.logs == ["INFO: a b c"]
    assert effects.invalidations == [{"subscriptionField": "s", "payload": {"a": 1}}]
    assert effects.invalidation_filter == {"filterGroup": []}
    for name in ("x-amz-y", "content-length", "a b"):
        with pytest.raises(TemplateError):
            run(f'$util.http.addResponseHeader("{name}", 1)1')


def test_return_ends_a_template_early() -> None:
    context: Context = {"args": {}, "stash": {}}
    text = '#return($util.toJson({"a":1}))$util.unauthorized()'
    evaluation = evaluate_mapping(text, context, Effects(), Facts("x"))
    assert evaluation.returned
    assert evaluation.value == {"a": 1}
    assert run('#return("5")') == "5"
    assert run("#return($util.toJson('5'))") == "5"
    assert run("#return('{\"a\":2}')") == {"a": 2}
    assert run("#return") is None


def test_views_stay_plain_json_in_the_context() -> None:
    context: dict[str, Any] = {"args": {"m": {"a": 1}}, "stash": {}}
    evaluate_mapping(
        "$util.qr($ctx.stash.put('k', $ctx.args.m.keySet()))#set($context.stash.e = "
        "$ctx.args.m.entrySet())#set($ctx.arguments.m.b = 2)1",
        context,
        Effects(),
        Facts("x"),
    )
    assert context["stash"] == {"k": ["a"], "e": [{"a": 1}]}
    assert type(context["stash"]["k"]) is list
    assert type(context["stash"]["e"][0]) is dict
    assert context["args"]["m"] == {"a": 1, "b": 2}


COGNITO = {"claims": {"sub": "s", "username": "jo", "cognito:groups": ["Red"], "teams": '["A"]'}}
OWNER = {
    "type": "owner",
    "provider": "userPools",
    "ownerFieldName": "owner",
    "ownerFieldType": "string",
}
POOL = "User Pool Authorization"


def rules(
    function: str, *each: dict[str, Any], auth: str = POOL, identity: Any = COGNITO, **more: Any
) -> Any:
    return run(
        f"$util.toJson($util.authRules.{function})",
        auth=auth,
        identity=identity,
        args={"rules": list(each), **more},
    )


def test_rules_of_queries_give_a_filter() -> None:
    private = {"type": "private", "provider": "userPools"}
    group = {
        "type": "groups",
        "provider": "userPools",
        "groupClaim": "cognito:groups",
        "allowedGroups": ["Red"],
    }
    dynamic = {
        "type": "groups",
        "provider": "userPools",
        "groupClaim": "teams",
        "groupsFieldName": "t",
        "groupsFieldType": "string[]",
    }
    query = "queryAuth($ctx.args.rules)"
    assert rules(query, private) == {"authorized": True, "authFilter": None}
    assert rules(query, group, OWNER) == {"authorized": True, "authFilter": None}
    assert rules(query, {**group, "allowedGroups": ["Blue"]}) == {
        "authorized": False,
        "authFilter": None,
    }
    assert rules(query, OWNER, dynamic)["authFilter"] == {
        "or": [
            {"owner": {"eq": "s::jo"}},
            {"owner": {"eq": "s"}},
            {"owner": {"eq": "jo"}},
            {"t": {"contains": "A"}},
        ]
    }
    for identity in (None, {}, {"claims": None}):
        assert not rules(query, private, OWNER, group, identity=identity)["authorized"]
    assert not rules(query, private, auth="API Key Authorization", identity=None)["authorized"]
    assert not rules(query, {"type": "nonsense", "provider": "userPools"}, {})["authorized"]


def test_rules_of_iam_compare_roles() -> None:
    query = "queryAuth($ctx.args.rules)"
    iam = "IAM Authorization"
    public = {"type": "public", "provider": "iam", "roleArn": "arn:guest"}
    private = {
        "type": "private",
        "provider": "iam",
        "roleArn": None,
        "cognitoIdentityPoolId": "pool",
    }
    guest = {
        "userArn": "arn:guest",
        "cognitoIdentityPoolId": "pool",
        "cognitoIdentityAuthType": "unauthenticated",
    }
    user = {**guest, "userArn": "arn:user", "cognitoIdentityAuthType": "authenticated"}
    assert rules(query, public, auth=iam, identity=guest)["authorized"]
    assert not rules(query, private, auth=iam, identity=guest)["authorized"]
    assert rules(query, private, auth=iam, identity=user)["authorized"]
    assert not rules(query, public, private, auth=iam, identity={"userArn": None})["authorized"]
    admin = {"type": "admin", "provider": "iam", "strict": False, "roles": ["user"]}
    assert rules(query, admin, auth=iam, identity=user)["authorized"]
    assert not rules(query, admin, auth=iam, identity=guest)["authorized"]


def test_rules_of_mutations_look_at_fields_and_rows() -> None:
    owner = {**OWNER, "allowedFields": ["id", "text", "owner"]}

    def mutation(operation: str, values: Any, existing: Any = None) -> Any:
        function = f"mutationAuth($ctx.args.rules, '{operation}', $ctx.args.v, $ctx.args.e)"
        return rules(function, owner, v=values, e=existing)

    assert mutation("create", {"text": "t"}) == {
        "authorized": True,
        "authorizedInput": {"text": "t", "owner": "s::jo"},
    }
    assert not mutation("create", {"text": "t", "owner": "other"})["authorized"]
    assert not mutation("create", {"text": "t", "secret": "x"})["authorized"]
    assert mutation("update", {"text": "t"}, {"owner": "s"})["authorized"]
    assert not mutation("update", {"text": "t"}, {"owner": "other"})["authorized"]
    assert not mutation("update", {"text": "t", "owner": "s"}, None)["authorized"]
    assert not mutation("delete", {"id": "1"}, {"owner": "s", "secret": "x"})["authorized"]
    assert not mutation("nonsense", {"text": "t"}, {"owner": "s"})["authorized"]
    source = "validateUsingSource($ctx.args.rules, $ctx.args.s)"
    assert rules(source, OWNER, s={"owner": "jo"}) is True
    assert rules(source, OWNER, s={"owner": ["x", "s::jo"]}) is True
    assert rules(source, OWNER, s={"owner": None}) is False
    assert rules(source, OWNER, s=None) is False


def test_every_function_refuses_anything_without_an_exception_of_python() -> None:
    odd = ["null", "1", "'x'", "[]", "{}", "true", "$ctx.args", "1.5", "[[1]]", "{'a':{'b':[]}}"]
    for name, utility in UTILITIES.items():
        for count in range(utility.fewest, min(utility.most, 4) + 1):
            for value in odd:
                try:
                    run(f"#set($x = ${name}({', '.join([value] * count)}))1")
                except FieldError as error:
                    assert error.message
    assert len(UTILITIES) > 100


def test_a_collection_is_no_key_of_a_map() -> None:
    assert run("$util.toJson([$ctx.args.get([1]), $ctx.args[{}], $ctx.args.containsKey([])])") == [
        None,
        None,
        False,
    ]


def test_two_hashes_behind_a_reference_are_text() -> None:
    assert run('"$util.authType()## x"##\n') == "API Key Authorization## x"
