"""``util`` and ``extensions``: each function as AppSync's reference describes it."""

from __future__ import annotations

import json
import re
import time
import uuid
from typing import Any

import pytest

from tests.localcloud.appsync.javascript.conftest import Field
from workbench.localcloud.appsync.evaluation import Facts, TemplateError

VALUES: dict[str, Any] = {
    # encodings
    "util.urlEncode('a b&c=é~*/!')": "a+b%26c%3D%C3%A9%7E*%2F%21",
    "util.urlDecode('a+b%26c%3D%C3%A9')": "a b&c=é",
    "util.base64Encode('héllo 😀')": "aMOpbGxvIPCfmIA=",
    "util.base64Decode('aMOpbGxvIPCfmIA=')": "héllo 😀",
    "util.escapeJavaScript('a\"b\\'c/\\n\\té')": "a\\\"b\\'c\\/\\n\\t\\u00E9",
    # patterns
    "util.matches('a*b', 'aaaaab')": True,
    "util.matches('^b', 'aaaaab')": False,
    "util.matches('[a-z]+@example', 'mail me@example.com')": True,
    "util.matches('(?i)ADMIN', 'the admin')": True,
    "util.matches('\\\\A\\\\p{Upper}\\\\p{Digit}++\\\\z', 'A12')": True,
    # emptiness
    "[util.isNull(null), util.isNull(undefined), util.isNull('')]": [True, True, False],
    "[util.isNullOrEmpty(''), util.isNullOrEmpty(' ')]": [True, False],
    "[util.isNullOrBlank(' '), util.isNullOrBlank('a'), util.isNullOrBlank(0)]": [
        True,
        False,
        False,
    ],
    "[util.defaultIfNull(null, 1), util.defaultIfNull(0, 1)]": [1, 0],
    "[util.defaultIfNullOrEmpty('', 1), util.defaultIfNullOrBlank(' ', 2)]": [1, 2],
    "[util.isString('a'), util.isNumber(1), util.isBoolean(false)]": [True, True, True],
    "[util.isList([]), util.isMap({}), util.isMap([]), util.isMap(null)]": [
        True,
        True,
        False,
        False,
    ],
    # math and strings
    "[util.math.roundNum(2.5), util.math.roundNum(-2.5), util.math.roundNum(2.4)]": [3, -2, 2],
    "[util.math.minVal(1, 2), util.math.maxVal(1, 2)]": [1, 2],
    "util.str.normalize('e\\u0301', 'nfc')": "é",
    "[util.str.toUpper('a'), util.str.toLower('A'), util.str.toReplace('a.b', '.', '-')]": [
        *("A", "a"),
        "a-b",
    ],
    # DynamoDB
    "util.dynamodb.toDynamoDB({ foo: 'bar', baz: 1234, beep: ['boop'], no: null, t: true })": {
        "M": {
            "foo": {"S": "bar"},
            "baz": {"N": 1234},
            "beep": {"L": [{"S": "boop"}]},
            "no": {"NULL": None},
            "t": {"BOOL": True},
        }
    },
    "util.dynamodb.toDynamoDB(undefined)": {"NULL": None},
    "util.dynamodb.toString('foo')": {"S": "foo"},
    "util.dynamodb.toString(null)": None,
    "util.dynamodb.toStringSet(['foo', 'bar'])": {"SS": ["foo", "bar"]},
    "util.dynamodb.toNumber(12345)": {"N": 12345},
    "util.dynamodb.toNumberSet([1, 23, 4.56])": {"NS": [1, 23, 4.56]},
    "util.dynamodb.toBinary('Zm9v')": {"B": "Zm9v"},
    "util.dynamodb.toBinarySet(['Zm9v'])": {"BS": ["Zm9v"]},
    "util.dynamodb.toBoolean(true)": {"BOOL": True},
    "util.dynamodb.toNull()": {"NULL": None},
    "util.dynamodb.toList(['foo', 123, { bar: 'baz' }])": {
        "L": [{"S": "foo"}, {"N": 123}, {"M": {"bar": {"S": "baz"}}}]
    },
    "util.dynamodb.toMap({ a: 1 })": {"M": {"a": {"N": 1}}},
    "util.dynamodb.toMapValues({ a: 1, u: undefined, n: null })": {
        "a": {"N": 1},
        "n": {"NULL": None},
    },
    "util.dynamodb.toMapValues({ tags: util.dynamodb.toStringSet(['a']) })": {
        "tags": {"SS": ["a"]}
    },
    "util.dynamodb.toMapValues({ like: { S: 'a' } })": {"like": {"M": {"S": {"S": "a"}}}},
    "util.dynamodb.fromS3ObjectJson(util.dynamodb.toS3Object('k', 'b', 'r', 'v').S)": {
        "key": "k",
        "bucket": "b",
        "region": "r",
        "version": "v",
    },
    # HTTP
    "util.http.copyHeaders({ Host: 'h', 'X-Mine': '1', connection: 'c', 'Content-Length': '3' })": {
        "X-Mine": "1"
    },
    # XML
    'util.xml.toMap(\'<?xml version="1.0"?><posts><post><id>1</id>'
    "<title>Getting started</title></post></posts>')": {
        "posts": {"post": {"id": 1, "title": "Getting started"}}
    },
    "util.xml.toMap('<a x=\"1\"><b>&lt;&#65;</b><b><![CDATA[<raw>]]></b><!-- no --><c/></a>')": {
        "a": {"x": 1, "b": ["<A", "<raw>"], "c": ""}
    },
    "util.xml.toJsonString('<a>true</a>')": '{"a":true}',
    "util.xml.toJsonString('<a>b</a>', true)": '"{\\"a\\":\\"b\\"}"',
    # times
    "util.time.epochMilliSecondsToSeconds(1517943695750)": 1517943695,
    "util.time.epochMilliSecondsToISO8601(1517943695750)": "2018-02-06T19:01:35.750Z",
    "util.time.parseISO8601ToEpochMilliSeconds('2018-02-01T17:21:05.180+08:00')": 1517476865180,
    "util.time.epochMilliSecondsToFormatted(1517943695750, 'yyyy-MM-dd HH:mm:ssZ')": (
        "2018-02-06 19:01:35+0000"
    ),
    "util.time.epochMilliSecondsToFormatted(1517943695750, 'yyyy-MM-dd HH:mm:ssZ', "
    "'Australia/Perth')": "2018-02-07 03:01:35+0800",
    "util.time.parseFormattedToEpochMilliSeconds('2018-02-01 01:19:15+0800', "
    "'yyyy-MM-dd HH:mm:ssZ')": 1517419155000,
    "util.time.parseFormattedToEpochMilliSeconds('2018-02-01 01:19:15', 'yyyy-MM-dd HH:mm:ss', "
    "'Australia/Perth')": 1517419155000,
    "util.time.epochMilliSecondsToFormatted(1530000000123, \"EEEE, d MMM uuuu 'at' h:mm a, SSS\", "
    "'America/New_York')": "Tuesday, 26 Jun 2018 at 4:00 AM, 123",
    "util.time.epochMilliSecondsToFormatted(1530000000123, 'D Q HHmmss xxx z VV', "
    "'Europe/Berlin')": "177 2 100000 +02:00 CEST Europe/Berlin",
    "util.time.epochMilliSecondsToFormatted(1540000000000, 'XXX X', '+05:30')": "+05:30 +0530",
    "util.time.parseFormattedToEpochMilliSeconds('20180201T011915', \"yyyyMMdd'T'HHmmss\")": (
        1517447955000
    ),
    "util.time.parseFormattedToEpochMilliSeconds('1 Feb 18 1:19 PM', 'd MMM yy h:mm a')": (
        1517491140000
    ),
}


@pytest.mark.parametrize(("expression", "expected"), VALUES.items(), ids=[*VALUES])
def test_value(field: Field, expression: str, expected: Any) -> None:
    assert field.value(expression) == expected


FAILURES = {
    "util.time.epochMilliSecondsToFormatted(0, 'yyyy', 'Mars/Phobos')": "Unknown time zone",
    "util.time.epochMilliSecondsToFormatted(0, 'yyyy', '../../etc/passwd')": "Unknown time zone",
    "util.time.epochMilliSecondsToFormatted(0, 'bb')": "Unknown pattern letter",
    "util.time.parseFormattedToEpochMilliSeconds('x', 'yyyy')": "could not be parsed",
    "util.time.parseISO8601ToEpochMilliSeconds('soon')": "not an ISO 8601 time",
    "util.xml.toMap('<a><b></a>')": "</a> closes <b>",
    "util.xml.toMap('<a>')": "is not closed",
    "util.base64Encode(5)": "needs a string",
    "util.dynamodb.toDynamoDB(NaN)": "DynamoDB has no number NaN",
    "util.http.addResponseHeader('x-amzn-requestid', '1')": "reserved",
    "util.http.addResponseHeader('big', 'x'.repeat(5000))": "4 KB",
    "util.transform.toDynamoDBConditionExpression({ a: { near: 1 } })": "near is not supported",
    "util.transform.toDynamoDBConditionExpression({ or: [{}, null] })": "or takes conditions",
    "util.transform.toSubscriptionFilter({ and: Array(11).fill({ or: [{ a: { eq: 1 } }, { b: {} }] }) })": (  # noqa: E501
        "more than 1000 alternatives"
    ),
    "extensions.setSubscriptionFilter({ filters: [] })": "filterGroup",
    "extensions.invalidateSubscriptions({})": "subscriptionField",
    "runtime.earlyReturn(1, { skipTo: 'LATER' })": "skipTo must be",
    "util.toJson({})": "not a function",
}


@pytest.mark.parametrize(("expression", "message"), FAILURES.items(), ids=[*FAILURES])
def test_misuse_fails_the_field(field: Field, expression: str, message: str) -> None:
    with pytest.raises(TemplateError) as raised:
        field.value(expression)
    assert message in raised.value.message


def test_every_zone_change_is_known(field: Field) -> None:
    """Around a change of the clock, and for several zones in one evaluation."""
    value = field.value(
        """[
          ...[1679792399000, 1679792400000].map((at) =>
            util.time.epochMilliSecondsToFormatted(at, 'HH:mm z', 'Europe/Paris')),
          util.time.epochMilliSecondsToFormatted(1679792400000, 'HH:mm', 'Asia/Kolkata'),
          util.time.epochMilliSecondsToFormatted(-1e12, 'yyyy-MM-dd', 'America/Los_Angeles'),
        ]"""
    )
    assert value == ["01:59 CET", "03:00 CEST", "06:30", "1938-04-24"]


def test_now_is_one_moment_of_an_evaluation(field: Field) -> None:
    before = time.time() * 1000
    iso, milliseconds, seconds, formatted = field.value(
        "[util.time.nowISO8601(), util.time.nowEpochMilliSeconds(), util.time.nowEpochSeconds(), "
        "util.time.nowFormatted('yyyy-MM-dd HH:mm:ssZ')]"
    )
    assert before - 1 <= milliseconds <= time.time() * 1000
    assert seconds == milliseconds // 1000
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", iso)
    assert formatted == iso[:19].replace("T", " ") + "+0000"


def test_ids_are_well_formed_and_differ(field: Field) -> None:
    code = "[util.autoId(), util.autoUlid(), util.autoKsuid(), util.autoId()]"
    found = [field.value(code) for _ in range(50)]
    for random_id, ulid, ksuid, _ in found:
        assert uuid.UUID(random_id).version == 4
        assert re.fullmatch("[0-7][0-9A-HJKMNP-TV-Z]{25}", ulid)
        assert re.fullmatch("[0-9A-Za-z]{27}", ksuid)
    assert len({text for ids in found for text in ids}) == 200


def test_ulid_begins_with_its_time(field: Field) -> None:
    ulid, now = field.value("[util.autoUlid(), util.time.nowEpochMilliSeconds()]")
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    number = 0
    for char in ulid[:10]:
        number = number * 32 + alphabet.index(char)
    assert number == now


def test_random_numbers_stay_in_their_range(field: Field) -> None:
    values = field.value(
        "{ d: Array.from({ length: 200 }, () => util.math.randomDouble()), "
        "r: Array.from({ length: 200 }, () => util.math.randomWithinRange(3, 6)) }"
    )
    assert all(0 <= value < 1 for value in values["d"])
    assert len(set(values["d"])) > 190
    assert set(values["r"]) == {3, 4, 5}


def test_auth_type_is_the_callers(field: Field) -> None:
    field.facts = Facts("User Pool Authorization")
    assert field.value("util.authType()") == "User Pool Authorization"


def test_response_headers(field: Field) -> None:
    field.run(
        """export function request() {
          util.http.addResponseHeader('itemsCount', 7);
          util.http.addResponseHeaders({ render: 'yes', object: { a: 1 } });
        }"""
    )
    assert field.effects.response_headers == {
        "itemsCount": "7",
        "render": "yes",
        "object": '{"a":1}',
    }


def test_subscription_extensions(field: Field) -> None:
    field.run(
        """export function request() {
          const group = { filterGroup: [{ filters: [{ fieldName: 'a', operator: 'eq', value: 1 }] }]
          }; extensions.setSubscriptionFilter(group);
          extensions.setSubscriptionInvalidationFilter(group);
          extensions.invalidateSubscriptions({ subscriptionField: 'onX', payload: { a: 1 } });
          extensions.evictFromApiCache('Query', 'getX', { 'ctx.args.id': 1 });
        }"""
    )
    group = {"filterGroup": [{"filters": [{"fieldName": "a", "operator": "eq", "value": 1}]}]}
    assert field.effects.subscription_filter == group
    assert field.effects.invalidation_filter == group
    assert field.effects.invalidations == [{"subscriptionField": "onX", "payload": {"a": 1}}]
    assert "evictFromApiCache Query.getX" in field.effects.logs[0]


def test_a_subscription_filter_of_an_object(field: Field) -> None:
    value = field.value(
        """util.transform.toSubscriptionFilter(
          { a: { eq: 1, ne: 2 }, skipped: { eq: 1 }, or: [{ b: { in: [1] } }, { c: { gt: 3 } }] },
          ['skipped'],
          { d: { eq: 'x' }, e: { eq: 'y' } })"""
    )
    assert [
        [(each["fieldName"], each["operator"], each["value"]) for each in group["filters"]]
        for group in value["filterGroup"]
    ] == [
        [("a", "eq", 1), ("a", "ne", 2), ("b", "in", [1]), ("d", "eq", "x")],
        [("a", "eq", 1), ("a", "ne", 2), ("b", "in", [1]), ("e", "eq", "y")],
        [("a", "eq", 1), ("a", "ne", 2), ("c", "gt", 3), ("d", "eq", "x")],
        [("a", "eq", 1), ("a", "ne", 2), ("c", "gt", 3), ("e", "eq", "y")],
    ]


def test_a_query_of_open_search(field: Field) -> None:
    """The example of the reference of ``toElasticsearchQueryDSL``."""
    text = field.value(
        "util.transform.toElasticsearchQueryDSL("
        "{ upvotes: { ne: 15, range: [10, 20] }, title: { eq: 'hihihi', wildcard: 'h*i' } })"
    )
    assert json.loads(text) == {
        "bool": {
            "must": [
                {
                    "bool": {
                        "must": [
                            {"bool": {"must_not": {"term": {"upvotes": 15}}}},
                            {"range": {"upvotes": {"gte": 10, "lte": 20}}},
                        ]
                    }
                },
                {"bool": {"must": [{"term": {"title": "hihihi"}}, {"wildcard": {"title": "h*i"}}]}},
            ]
        }
    }
