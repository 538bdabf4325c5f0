"""Converts S3's notification configuration between the API's JSON shape and its XML document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

_KINDS = (
    ("TopicConfigurations", "TopicConfiguration", "TopicArn", "Topic"),
    ("QueueConfigurations", "QueueConfiguration", "QueueArn", "Queue"),
    (
        "LambdaFunctionConfigurations",
        "CloudFunctionConfiguration",
        "LambdaFunctionArn",
        "CloudFunction",
    ),
)
_EVENT_BRIDGE = "EventBridgeConfiguration"


def to_xml(configuration: Mapping[str, Any]) -> str:
    """The request body of ``PutBucketNotificationConfiguration``."""
    parts = [
        _entry(entry, tag, arn_name, arn_tag)
        for member, tag, arn_name, arn_tag in _KINDS
        for entry in configuration.get(member) or []
    ]
    if _EVENT_BRIDGE in configuration:
        parts.append(f"<{_EVENT_BRIDGE}/>")
    return (
        '<NotificationConfiguration xmlns="http://s3.amazonaws.com/doc/2006-03-01/">'
        f"{''.join(parts)}</NotificationConfiguration>"
    )


def from_xml(document: ElementTree.Element) -> dict[str, Any]:
    """The JSON shape of ``GetBucketNotificationConfiguration``'s answer (without namespaces)."""
    configuration: dict[str, Any] = {}
    for member, tag, arn_name, arn_tag in _KINDS:
        entries = [_read(element, arn_name, arn_tag) for element in document.iter(tag)]
        if entries:
            configuration[member] = entries
    if document.find(_EVENT_BRIDGE) is not None:
        configuration[_EVENT_BRIDGE] = {}
    return configuration


def _entry(entry: Mapping[str, Any], tag: str, arn_name: str, arn_tag: str) -> str:
    identity = f"<Id>{escape(str(entry['Id']))}</Id>" if entry.get("Id") else ""
    events = "".join(f"<Event>{escape(event)}</Event>" for event in entry.get("Events") or [])
    rules = ((entry.get("Filter") or {}).get("Key") or {}).get("FilterRules") or []
    arn = escape(str(entry[arn_name]))
    return f"<{tag}>{identity}<{arn_tag}>{arn}</{arn_tag}>{events}{_rules(rules)}</{tag}>"


def _rules(rules: Iterable[Mapping[str, str]]) -> str:
    parts = "".join(
        f"<FilterRule><Name>{escape(rule['Name'])}</Name>"
        f"<Value>{escape(rule['Value'])}</Value></FilterRule>"
        for rule in rules
    )
    return f"<Filter><S3Key>{parts}</S3Key></Filter>" if parts else ""


def _read(element: ElementTree.Element, arn_name: str, arn_tag: str) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "Id": element.findtext("Id") or "",
        arn_name: element.findtext(arn_tag) or "",
        "Events": [event.text or "" for event in element.findall("Event")],
    }
    rules = [
        {"Name": rule.findtext("Name") or "", "Value": rule.findtext("Value") or ""}
        for rule in element.iter("FilterRule")
    ]
    if rules:
        entry["Filter"] = {"Key": {"FilterRules": rules}}
    return entry
