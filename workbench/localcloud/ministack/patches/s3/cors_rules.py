"""Cross-origin rules of a bucket: ministack stores any; S3 refuses those that it cannot follow.

Source: docs.aws.amazon.com/AmazonS3/latest/API/API_CORSRule.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any
from xml.etree import ElementTree

Reply = tuple[int, dict[str, str], Any]

_METHODS = frozenset({"GET", "PUT", "HEAD", "POST", "DELETE"})
_MOST_RULES = 100
_MALFORMED = (
    "MalformedXML",
    "The XML you provided was not well-formed or did not validate against our published schema",
)


def install() -> None:
    """Check the rules of PutBucketCors and of templates."""
    from ministack.services import s3
    from ministack.services.cloudformation import provisioners

    put = s3._put_bucket_cors
    s3._put_bucket_cors = _checked(put, s3)

    def put_from_template(name: str, body: bytes) -> None:
        status, _, content = s3._put_bucket_cors(name, body)
        if status >= 400:
            message = ElementTree.fromstring(content).findtext("Message") or ""
            raise ValueError(f"{message} (Service: S3, Status Code: {status}, Bucket: {name})")

    provisioners._S3_BUCKET_CONFIGURATIONS = tuple(
        (prop, to_xml, put_from_template if setter is put else setter, remove)
        for prop, to_xml, setter, remove in provisioners._S3_BUCKET_CONFIGURATIONS
    )


def _checked(put: Callable[[str, bytes], Reply], s3: Any) -> Callable[[str, bytes], Reply]:
    def put_bucket_cors(name: str, body: bytes) -> Reply:
        problem = _problem(body) if name in s3._buckets else None
        if problem is not None:
            refused: Reply = s3._error(*problem, 400)
            return refused
        return put(name, body)

    return put_bucket_cors


def _problem(body: bytes) -> tuple[str, str] | None:
    """Why S3 refuses a configuration: code and message."""
    try:
        rules = [node for node in ElementTree.fromstring(body) if _name(node) == "CORSRule"]
    except ElementTree.ParseError:
        return _MALFORMED
    if not 1 <= len(rules) <= _MOST_RULES:
        return _MALFORMED
    for rule in rules:
        methods, origins = _texts(rule, "AllowedMethod"), _texts(rule, "AllowedOrigin")
        if not methods or not origins:
            return _MALFORMED
        said = next(_refused(methods, origins, rule), None)
        if said is not None:
            return "InvalidRequest", said
    return None


def _refused(
    methods: Sequence[str], origins: Sequence[str], rule: ElementTree.Element
) -> Iterator[str]:
    for method in methods:
        if method not in _METHODS:
            yield f"Found unsupported HTTP method in CORS config. Unsupported method is {method}"
    for kind, values in (
        ("AllowedOrigin", origins),
        ("AllowedHeader", _texts(rule, "AllowedHeader")),
    ):
        for value in values:
            if value.count("*") > 1:
                yield f'{kind} "{value}" can not have more than one wildcard.'
    for value in _texts(rule, "ExposeHeader"):
        if "*" in value:
            yield (
                f'ExposeHeader "{value}" contains wildcard. We currently do not support wildcard '
                "for ExposeHeader."
            )


def _texts(rule: ElementTree.Element, name: str) -> Sequence[str]:
    return [(node.text or "").strip() for node in rule if _name(node) == name]


def _name(node: ElementTree.Element) -> str:
    return node.tag.rpartition("}")[2]
