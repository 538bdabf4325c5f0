"""Topics and subscriptions: ministack takes any name and number, and lists all at once.

Source: docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html, API_Subscribe.html and
API_ListSubscriptionsByTopic.html.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Answer = tuple[int, dict[str, str], Any]
Parameters = Mapping[str, Any]
_PAGE = 100
_NAME = re.compile(r"[A-Za-z0-9_-]{1,256}|(?=.{1,256}$)[A-Za-z0-9_-]+\.fifo")
_NUMBER = re.compile(r"\+?(\d+-?)+\d")
_ENTRY = re.compile(rb"<member><SubscriptionArn>.*?</member>", re.DOTALL)


def install() -> None:
    """Check names and numbers, and page the list of a topic's subscriptions."""
    from ministack.services import sns

    create, subscribe, attributes = (
        sns._create_topic,
        sns._subscribe,
        sns._get_subscription_attributes,
    )

    def create_topic(params: Parameters) -> Answer:
        name = sns._p(params, "Name")
        if not _NAME.fullmatch(name):
            return _invalid("Topic Name")
        answer: Answer = create(params)
        return answer

    def checked(params: Parameters) -> Answer:
        number = sns._p(params, "Endpoint")
        if sns._p(params, "Protocol") == "sms" and not _NUMBER.fullmatch(number):
            return _error(f"Invalid SMS endpoint: {number}")
        answer: Answer = subscribe(params)
        return answer

    def get_subscription_attributes(params: Parameters) -> Answer:
        arn = sns._p(params, "SubscriptionArn")
        found = sns._find_subscription(sns._sub_arn_to_topic.get(arn, ""), arn)
        if found is not None and found["attributes"].get("FilterPolicy"):
            found["attributes"].setdefault("FilterPolicyScope", "MessageAttributes")
        answer: Answer = attributes(params)
        return answer

    sns._create_topic = create_topic
    sns._subscribe = checked
    sns._get_subscription_attributes = get_subscription_attributes
    sns._list_subscriptions_by_topic = _paged(sns._list_subscriptions_by_topic)


def _paged(list_all: Callable[[Parameters], Answer]) -> Any:
    def run(params: Parameters) -> Answer:
        from ministack.services import sns

        status, headers, body = list_all(params)
        entries = _ENTRY.findall(body) if status == 200 else []
        token = sns._p(params, "NextToken")
        start = int(token) if token.isdecimal() else 0
        if start == 0 and len(entries) <= _PAGE:
            return status, headers, body
        kept = b"".join(entries[start : start + _PAGE])
        more = start + _PAGE
        next_token = f"<NextToken>{more}</NextToken>".encode() if more < len(entries) else b""
        page = b"<Subscriptions>" + kept + b"</Subscriptions>" + next_token
        first = body.index(b"<Subscriptions>")
        last = body.index(b"</Subscriptions>") + len(b"</Subscriptions>")
        return status, headers, body[:first] + page + body[last:]

    return run


def _invalid(said: str) -> Answer:
    return _error(f"Invalid parameter: {said}")


def _error(message: str) -> Answer:
    from ministack.services import sns

    answer: Answer = sns._error("InvalidParameter", message, 400)
    return answer
