"""A bucket's own cross-origin rules, for the pages that may talk to the local cloud at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from tests.localcloud.conftest import Stacks
from workbench.aws.clients import Clients
from workbench.aws.target import LocalTarget

pytestmark = pytest.mark.cloud

PAGE, OTHER = "http://localhost:5173", "http://127.0.0.1:5173"
ASKS, NAMES = "access-control-request-method", "access-control-request-headers"
NOT_ALLOWED = "CORSResponse: This CORS request is not allowed. This is usually because"
RULES: Any = [
    {"AllowedOrigins": ["https://app.example"], "AllowedMethods": ["GET", "PUT", "DELETE"]},
    {
        "AllowedOrigins": ["http://local*:5173"],
        "AllowedMethods": ["GET", "PUT"],
        "AllowedHeaders": ["x-AMZ-*", "Authorization"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 30,
    },
]


@pytest.fixture
def bucket(local_clients: Clients) -> str:
    local_clients.s3.create_bucket(Bucket="pages")
    local_clients.s3.put_bucket_cors(Bucket="pages", CORSConfiguration={"CORSRules": RULES})
    local_clients.s3.put_object(Bucket="pages", Key="a b", Body=b"x")
    return "pages"


def endpoint(clients: Clients) -> str:
    assert isinstance(clients.target, LocalTarget)
    return clients.target.endpoint


def ask(clients: Clients, method: str, path: str, headers: Mapping[str, str]) -> httpx.Response:
    return httpx.request(method, f"{endpoint(clients)}{path}", headers=dict(headers))


def of_cors(answer: httpx.Response) -> dict[str, str]:
    names = [name for name in answer.headers if name.startswith("access-control-")]
    return {name.removeprefix("access-control-"): answer.headers[name] for name in names}


def test_a_preflight_is_answered_as_the_rules_say(local_clients: Clients, bucket: str) -> None:
    path = f"/{bucket}/a%20b"
    asked = {"origin": PAGE, ASKS: "PUT", NAMES: "Authorization,X-Amz-Date"}
    answer = ask(local_clients, "OPTIONS", path, asked)
    assert (answer.status_code, answer.content) == (200, b"")
    assert of_cors(answer) == {
        "allow-origin": PAGE,
        "allow-credentials": "true",
        "allow-methods": "GET, PUT",
        "allow-headers": "authorization, x-amz-date",
        "expose-headers": "ETag",
        "max-age": "30",
    }
    vary = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"
    assert answer.headers["vary"] == vary
    for kind, changed, method in [
        ("another origin", {"origin": OTHER}, "PUT"),
        ("another method", {ASKS: "DELETE"}, "DELETE"),
        ("another header", {NAMES: "x-amz-date,content-type"}, "PUT"),
    ]:
        answer = ask(local_clients, "OPTIONS", path, {**asked, **changed})
        assert answer.status_code == 403, kind
        assert of_cors(answer) == {}, kind
        assert "<Code>AccessForbidden</Code>" in answer.text
        assert NOT_ALLOWED in answer.text
        assert f"<Method>{method}</Method><ResourceType>OBJECT</ResourceType>" in answer.text
    answer = ask(local_clients, "OPTIONS", f"/{bucket}", {})
    assert answer.status_code == 400
    assert "Insufficient information. Origin request header needed." in answer.text
    # A page that may not talk to the local cloud is refused before any rule is asked.
    answer = ask(local_clients, "OPTIONS", path, {"origin": "https://app.example", ASKS: "GET"})
    assert answer.status_code == 403
    assert "does not answer pages of https://app.example" in answer.text


def test_an_answer_is_readable_where_a_rule_allows_it(local_clients: Clients, bucket: str) -> None:
    address = local_clients.s3.generate_presigned_url(
        "get_object", Params={"Bucket": bucket, "Key": "a b"}
    )
    path = address.removeprefix(endpoint(local_clients))
    for headers, readable in [
        ({"origin": PAGE}, PAGE),
        ({"origin": OTHER}, None),
        ({"origin": PAGE, ASKS: "DELETE"}, None),
        ({}, None),
    ]:
        answer = ask(local_clients, "GET", path, headers)
        assert (answer.status_code, answer.text) == (200, "x")
        assert of_cors(answer).get("allow-origin") == readable, headers
    # A refusal is readable, too.
    answer = ask(local_clients, "GET", f"/{bucket}/a%20b", {"origin": PAGE})
    assert (answer.status_code, of_cors(answer)["allow-origin"]) == (403, PAGE)


def test_without_rules_no_page_reads_and_any_origin_is_named(local_clients: Clients) -> None:
    s3 = local_clients.s3
    s3.create_bucket(Bucket="silent")
    answer = ask(local_clients, "OPTIONS", "/silent/x", {"origin": PAGE, ASKS: "PUT"})
    assert answer.status_code == 403
    assert "CORSResponse: CORS is not enabled for this bucket." in answer.text
    assert "<Method>PUT</Method><ResourceType>BUCKET</ResourceType>" in answer.text
    any_page: Any = {"AllowedOrigins": ["*"], "AllowedMethods": ["GET"], "AllowedHeaders": ["*"]}
    s3.put_bucket_cors(Bucket="silent", CORSConfiguration={"CORSRules": [any_page]})
    answer = ask(local_clients, "OPTIONS", "/silent/x", {"origin": OTHER, ASKS: "GET"})
    assert answer.status_code == 200
    # Never "*": the answer is for the page that asked.
    assert of_cors(answer) == {"allow-origin": OTHER, "allow-methods": "GET"}
    host = f"silent.s3.localhost:{httpx.URL(endpoint(local_clients)).port}"
    answer = ask(local_clients, "OPTIONS", "/x", {"origin": PAGE, ASKS: "PUT", "host": host})
    assert answer.status_code == 403
    assert NOT_ALLOWED in answer.text
    host = f"none.{host.partition('.')[2]}"
    answer = ask(local_clients, "OPTIONS", "/x", {"origin": PAGE, ASKS: "PUT", "host": host})
    assert answer.status_code == 403
    assert "CORSResponse: Bucket not found" in answer.text
    path = "/_amplify_tui/aws/none.s3.us-east-1.amazonaws.com/x"
    answer = ask(local_clients, "OPTIONS", path, {"origin": PAGE, ASKS: "PUT"})
    assert "CORSResponse: Bucket not found" in answer.text


def test_rules_that_s3_cannot_follow_are_refused(stacks: Stacks) -> None:
    s3 = stacks.clients.s3
    s3.create_bucket(Bucket="refused")
    wrong: list[tuple[list[dict[str, Any]], str, str]] = [
        ([], "MalformedXML", "did not validate"),
        ([{"AllowedMethods": ["GET"], "AllowedOrigins": []}], "MalformedXML", "did not validate"),
        (
            [{"AllowedMethods": ["PATCH"], "AllowedOrigins": ["*"]}],
            "InvalidRequest",
            "Found unsupported HTTP method in CORS config. Unsupported method is PATCH",
        ),
        (
            [{"AllowedMethods": ["GET"], "AllowedOrigins": ["https://*.example.*"]}],
            "InvalidRequest",
            'AllowedOrigin "https://*.example.*" can not have more than one wildcard.',
        ),
    ]
    for rules, code, message in wrong:
        given: Any = {"CORSRules": rules}
        with pytest.raises(ClientError) as refused:
            s3.put_bucket_cors(Bucket="refused", CORSConfiguration=given)
        assert refused.value.response["Error"]["Code"] == code
        assert message in refused.value.response["Error"]["Message"]
    properties = {
        "BucketName": "from-a-template",
        "CorsConfiguration": {"CorsRules": wrong[2][0]},
    }
    template = {"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": properties}}}
    assert stacks.create("cors", template)["StackStatus"] == "ROLLBACK_COMPLETE"
    reasons = [event.get("ResourceStatusReason", "") for event in stacks.events("cors")]
    assert any("Unsupported method is PATCH" in reason for reason in reasons)
