"""Messages to topics: ministack publishes what SNS refuses, and drops attributes of bytes.

Functions get them with every member, under Lambda's names.

Source: docs.aws.amazon.com/sns/latest/api/API_Publish.html and API_PublishBatch.html, and
docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

Answer = tuple[int, dict[str, str], Any]
Parameters = Mapping[str, Any]
_MOST_OF_A_SUBJECT = 100
_NUMBER = re.compile(r"\+[1-9]\d{4,14}")
_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_ENTRY_ID = re.compile(r"[A-Za-z0-9_-]+")
_LONGEST_ID = 80


def install() -> None:
    """Check messages before they are delivered."""
    from ministack.services import sns

    sns._publish = _checked(sns._publish)
    sns._publish_batch = _checked_batch(sns._publish_batch)
    build = sns._build_envelope

    def envelope(  # noqa: PLR0917 - what a delivery consists of
        topic: str, message_id: str, message: str, subject: str, attributes: Any, raw: bool
    ) -> str:
        text: str = build(topic, message_id, message, subject, attributes, raw)
        if raw or not any("BinaryValue" in each for each in (attributes or {}).values()):
            return text
        document = json.loads(text)
        for name, each in attributes.items():
            if "BinaryValue" in each:
                document["MessageAttributes"][name]["Value"] = _text(each["BinaryValue"])
        return json.dumps(document)

    sns._build_envelope = envelope
    sns._parse_batch_entries = _with_bytes(sns._parse_batch_entries)
    deliver = sns._deliver_to_lambda

    def deliver_to_function(
        function: str, text: str, topic: str, subscription: str, *rest: Any
    ) -> None:
        told = _for_function(json.loads(text), subscription)
        deliver(function, json.dumps(told), topic, subscription, *rest)

    sns._deliver_to_lambda = deliver_to_function


def _for_function(given: Mapping[str, Any], subscription: str) -> dict[str, Any]:
    """Lambda names the addresses otherwise than SNS, and leaves nothing out."""
    told = {"Subject": None, "MessageAttributes": {}, **given}
    told["SigningCertUrl"] = told.pop("SigningCertURL", "")
    address = str(told.pop("UnsubscribeURL", ""))
    told["UnsubscribeUrl"] = address.partition("SubscriptionArn=")[0] + (
        f"SubscriptionArn={subscription}" if address else ""
    )
    return told


def _with_bytes(parse: Callable[[Parameters], list[dict[str, Any]]]) -> Any:
    """A batch's entries with their attributes of bytes, which ministack does not read."""

    def run(params: Parameters) -> list[dict[str, Any]]:
        from ministack.services import sns

        entries = parse(params)
        for number, entry in enumerate(entries, 1):
            start = f"PublishBatchRequestEntries.member.{number}.MessageAttributes.entry"
            for place, each in enumerate(entry["message_attributes"].values(), 1):
                value = sns._p(params, f"{start}.{place}.Value.BinaryValue")
                if value:
                    each["BinaryValue"] = value
        return entries

    return run


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _checked(publish: Callable[[Parameters], Answer]) -> Any:
    def run(params: Parameters) -> Answer:
        from ministack.services import sns

        number = sns._p(params, "PhoneNumber")
        topic = sns._topics.get(sns._normalize_arn(sns._p(params, "TopicArn")))
        message = sns._p(params, "Message")
        if number and not _NUMBER.fullmatch(number):
            return _invalid(f"PhoneNumber Reason: {number} is not valid to publish to")
        if not message:
            return _invalid("Empty message")
        wrong = (
            _wrong_subject(sns._p(params, "Subject", None))
            or _wrong_structure(message, sns._p(params, "MessageStructure"))
            or _wrong_group(topic, params)
        )
        if wrong is not None:
            return _invalid(wrong)
        said = _wrong_attributes(sns._parse_message_attributes(params))
        return publish(params) if said is None else _error("ParameterValueInvalid", said)

    return run


def _wrong_subject(subject: str | None) -> str | None:
    if subject is None:
        return None
    fits = 0 < len(subject) <= _MOST_OF_A_SUBJECT and subject.isprintable()
    return None if fits else "Subject"


def _wrong_structure(message: str, structure: str) -> str | None:
    if structure != "json":
        return None
    try:
        found = json.loads(message)
    except ValueError:
        return "Message Structure - JSON message body failed to parse"
    if not isinstance(found, dict) or not isinstance(found.get("default"), str):
        return "Message Structure - No default entry in JSON message body"
    return None


def _wrong_group(topic: Mapping[str, Any] | None, params: Parameters) -> str | None:
    from ministack.services import sns

    if topic is None or sns._is_fifo_topic(topic):
        return None
    if sns._p(params, "MessageDeduplicationId"):
        return (
            "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter "
            "that is not valid for this topic type"
        )
    return None


def _wrong_attributes(attributes: Mapping[str, Mapping[str, Any]]) -> str | None:
    for name, each in attributes.items():
        kind = str(each.get("DataType", "")).partition(".")[0]
        if not _NAME.fullmatch(name):
            odd = next(character for character in name if not _NAME.fullmatch(character))
            return (
                f"Invalid non-alphanumeric character '#x{ord(odd):X}' was found in the message "
                "attribute name. Can only include alphanumeric characters, hyphens, underscores, "
                "or dots."
            )
        for place, wrong in (("starting", name[0]), ("ending", name[-1])):
            if wrong == ".":
                return f"Invalid message attribute name {place} with character '.' was found."
        if ".." in name:
            return "Message attribute name can not have successive '.' character."
        if kind not in {"String", "Number", "Binary"}:
            return (
                f"The message attribute '{name}' has an invalid message attribute type, the set "
                "of supported type prefixes is Binary, Number, and String."
            )
        held = "BinaryValue" if kind == "Binary" else "StringValue"
        other = "StringValue" if kind == "Binary" else "BinaryValue"
        if each.get(other):
            field = held.removesuffix("Value")
            return f"The message attribute '{name}' with type '{kind}' must use field '{field}'."
        if not each.get(held):
            return (
                f"The message attribute '{name}' must contain non-empty message attribute value "
                f"for message attribute type '{kind}'."
            )
    return None


def _checked_batch(publish: Callable[[Parameters], Answer]) -> Any:
    def run(params: Parameters) -> Answer:
        from ministack.services import sns

        topic = sns._topics.get(sns._normalize_arn(sns._p(params, "TopicArn")))
        entries = sns._parse_batch_entries(params)
        for entry in entries if topic is not None else ():
            entry_id = entry.get("id", "")
            start = "The Id of a batch entry in the batch request"
            if len(entry_id) > _LONGEST_ID:
                return _error("InvalidBatchEntryId", f"{start} is too long: {entry_id}")
            if not _ENTRY_ID.fullmatch(entry_id):
                words = f"{start} contains an impermissible character: {entry_id}"
                return _error("InvalidBatchEntryId", words)
        total = sum(
            sns._message_payload_size(each.get("message", ""), each.get("message_attributes", {}))
            for each in entries
        )
        if topic is not None and total > sns._SNS_MAX_PAYLOAD_BYTES:
            return _error(
                "BatchRequestTooLong",
                "The length of all the messages put together is more than the limit.",
            )
        if topic is not None and sns._is_fifo_topic(topic) and len(entries) <= 10:
            said = _wrong_in_order(topic, entries)
            if said is not None:
                return _invalid(said)
        return publish(params)

    return run


def _wrong_in_order(topic: Mapping[str, Any], entries: Any) -> str | None:
    """What a FIFO topic refuses a whole batch for."""
    if any(not each.get("message_group_id") for each in entries):
        return "The MessageGroupId parameter is required for FIFO topics"
    by_content = topic.get("attributes", {}).get("ContentBasedDeduplication") == "true"
    if not by_content and any(not each.get("message_dedup_id") for each in entries):
        return (
            "The topic should either have ContentBasedDeduplication enabled or "
            "MessageDeduplicationId provided explicitly"
        )
    return None


def _invalid(said: str) -> Answer:
    return _error("InvalidParameter", f"Invalid parameter: {said}")


def _error(code: str, message: str) -> Answer:
    from ministack.services import sns

    answer: Answer = sns._error(code, message, 400)
    return answer
