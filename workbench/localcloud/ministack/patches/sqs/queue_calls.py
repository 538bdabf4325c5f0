"""Calls of SQS: ministack takes wrong names, waits and attributes, and old handles for invalid.

A message may be deleted again, and by a handle from before: standard queues answer as if it had
been there. Attributes are answered where they are asked for.

Sources: docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html,
API_DeleteMessage.html, API_ReceiveMessage.html, API_CreateQueue.html and
API_GetQueueAttributes.html there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Data = Mapping[str, Any]
_QUEUE_NAME = re.compile(r"[A-Za-z0-9_-]{1,80}|(?=.{1,80}$)[A-Za-z0-9_-]+\.fifo")
_ATTRIBUTE_NAME = re.compile(r"[A-Za-z0-9_.-]+")
_HANDLE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ID = re.compile(r"[!-~]{1,128}")
_NO_HANDLE = 'The input receipt handle "{}" is not a valid receipt handle.'
_MOST_HANDLES = 10
_LONGEST_WAIT, _LONGEST_DELAY = 20, 900
_MOST_TAGS = 50
_WORDS = {
    "The specified queue does not exist for this wsdl version.": "The specified queue does not "
    "exist.",
    "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId "
    "provided explicitly.": "The queue should either have ContentBasedDeduplication enabled or "
    "MessageDeduplicationId provided explicitly",
}
_ORDERED = {"DeduplicationScope": "queue", "FifoThroughputLimit": "perQueue"}


def install() -> None:
    """Check each call, and answer for old handles."""
    from ministack.services import sqs

    handlers = sqs._HANDLERS
    send = handlers["SendMessage"]
    checks: Mapping[str, Callable[[Data], None]] = {
        "CreateQueue": _name,
        "SendMessage": _message,
        "ReceiveMessage": _wait,
        "TagQueue": _tags,
    }
    for action, check in checks.items():
        handlers[action] = _checked(handlers[action], check)
    # A batch sends each of its entries by this name.
    sqs._act_send_message = _checked(send, _message)
    sqs._collect_msgs = _remembered(sqs._collect_msgs)
    for action in ("DeleteMessage", "ChangeMessageVisibility"):
        handlers[action] = _forgiving(handlers[action])
        handlers[f"{action}Batch"] = _forgiving_batch(handlers[f"{action}Batch"])
    handlers["GetQueueAttributes"] = _asked_for(handlers["GetQueueAttributes"])
    list_queues = handlers["ListQueues"]
    handlers["ListQueues"] = lambda data, url: {
        name: value for name, value in list_queues(data, url).items() if value
    }
    error = sqs._json_err_resp

    def named_error(code: str, message: str, status: int = 400) -> Any:
        answered, headers, body = error(code, _WORDS.get(message, message), status)
        return answered, {**headers, "x-amzn-errortype": f"com.amazonaws.sqs#{code}"}, body

    sqs._json_err_resp = named_error


def _checked(call: Callable[[Any, str], Any], check: Callable[[Data], None]) -> Any:
    def run(data: Data, url: str) -> Any:
        check(data)
        return call(data, url)

    return run


def _refused(message: str, code: str = "InvalidParameterValue") -> Exception:
    from ministack.services import sqs

    found: Exception = sqs._Err(code, message)
    return found


def _name(data: Data) -> None:
    if not _QUEUE_NAME.fullmatch(data.get("QueueName") or ""):
        raise _refused(
            "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length"
        )


def _wait(data: Data) -> None:
    wait = data.get("WaitTimeSeconds")
    if wait is not None and not 0 <= int(wait) <= _LONGEST_WAIT:
        raise _refused(
            f"Value {wait} for parameter WaitTimeSeconds is invalid. Reason: Must be >= 0 and <= "
            f"{_LONGEST_WAIT}, if provided."
        )


def _message(data: Data) -> None:
    delay = data.get("DelaySeconds")
    if delay is not None and not 0 <= int(delay) <= _LONGEST_DELAY:
        raise _refused(
            f"Value {delay} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be "
            f">= 0 and <= {_LONGEST_DELAY}."
        )
    for member in ("MessageGroupId", "MessageDeduplicationId"):
        value = data.get(member)
        if value is not None and not _ID.fullmatch(value):
            raise _refused(
                f"Value {value} for parameter {member} is invalid. Reason: {member} can only "
                "include alphanumeric and punctuation characters. 1 to 128 in length."
            )
    for name, attribute in (data.get("MessageAttributes") or {}).items():
        if not _ATTRIBUTE_NAME.fullmatch(name):
            raise _refused(
                f"The message attribute name '{name}' is invalid. Attribute name can contain A-Z, "
                "a-z, 0-9, underscore (_), hyphen (-), and period (.) characters."
            )
        kind = str(attribute.get("DataType") or "").partition(".")[0]
        if kind not in {"String", "Number", "Binary"}:
            raise _refused(
                f"The message attribute '{name}' has an invalid message attribute type, the set of "
                "supported type prefixes is Binary, Number, and String."
            )
        if not attribute.get("BinaryValue" if kind == "Binary" else "StringValue"):
            raise _refused(
                f"Message (user) attribute '{name}' must contain a non-empty value of type "
                f"'{'Binary' if kind == 'Binary' else 'String'}'."
            )


def _tags(data: Data) -> None:
    from ministack.services import sqs

    tags = data.get("Tags") or {}
    if not tags:
        raise _refused("The request must contain the parameter Tags.", "MissingParameter")
    url = str(data.get("QueueUrl", ""))
    held = sqs._get_q(url).get("tags") or {}
    if len({**held, **tags}) > _MOST_TAGS:
        raise _refused(f"Too many tags added for queue {url.rpartition('/')[2]}.")


def _remembered(collect: Callable[..., Any]) -> Callable[..., Any]:
    """Receive messages, and remember what they could be deleted by before."""

    def run(queue: Any, *more: Any) -> Any:
        found = collect(queue, *more)
        for message in () if queue["is_fifo"] else found:
            earlier = message.setdefault("handles", [])
            earlier.append(message["receipt_handle"])
            del earlier[:-_MOST_HANDLES]
        return found

    return run


def _current(data: Data, url: str) -> Data:
    """The request with the handle that its message has now."""
    from ministack.services import sqs

    handle = data.get("ReceiptHandle")
    for message in sqs._get_q(url)["messages"]:
        if handle in message.get("handles", ()):
            return {**data, "ReceiptHandle": message["receipt_handle"]}
    return data


def _forgiving(call: Callable[[Data, str], Any]) -> Any:
    def run(data: Data, url: str) -> Any:
        from ministack.services import sqs

        queue_url = data.get("QueueUrl", url)
        try:
            return call(_current(data, queue_url), url)
        except sqs._Err as refused:
            if refused.code != "ReceiptHandleIsInvalid":
                raise
            if _was_given(data.get("ReceiptHandle"), queue_url):
                return {}
            handle = data.get("ReceiptHandle")
            raise _refused(_NO_HANDLE.format(handle), refused.code) from refused

    return run


def _was_given(handle: Any, queue_url: str) -> bool:
    """Whether a handle is one that a standard queue gives; its message is deleted by now."""
    from ministack.services import sqs

    ordered = sqs._get_q(queue_url)["is_fifo"]
    return not ordered and _HANDLE.fullmatch(str(handle)) is not None


def _forgiving_batch(call: Callable[[Data, str], Any]) -> Any:
    def run(data: Data, url: str) -> Any:
        queue_url = data.get("QueueUrl", url)
        entries = [_current(entry, queue_url) for entry in data.get("Entries") or ()]
        answer = call({**data, "Entries": entries}, url)
        handles = {entry.get("Id"): entry.get("ReceiptHandle") for entry in entries}
        failed = []
        for entry in answer["Failed"]:
            if entry["Code"] == "ReceiptHandleIsInvalid":
                if _was_given(handles[entry["Id"]], queue_url):
                    answer["Successful"].append({"Id": entry["Id"]})
                    continue
                entry["Message"] = _NO_HANDLE.format(handles[entry["Id"]])
            failed.append(entry)
        return {**answer, "Failed": failed}

    return run


def _asked_for(get: Callable[[Data, str], Any]) -> Any:
    def run(data: Data, url: str) -> Any:
        from ministack.services import sqs

        queue = sqs._get_q(data.get("QueueUrl", url), "sqs:GetQueueAttributes")
        names = data.get("AttributeNames") or []
        if not names:
            return {}
        found = dict(get(data, url)["Attributes"])
        for name, value in _ORDERED.items() if queue["is_fifo"] else ():
            if "All" in names or name in names:
                found.setdefault(name, value)
        return {"Attributes": found} if found else {}

    return run
