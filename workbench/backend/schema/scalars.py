"""AppSync's scalars as annotations; for a type checker each is the Python type of its JSON value.

Source: docs.aws.amazon.com/appsync/latest/devguide/scalars.html
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Annotated, Any


@dataclass(frozen=True, slots=True)
class Scalar:
    """The GraphQL name of an annotated type."""

    name: str


Id = Annotated[str, Scalar("ID")]
Date = Annotated[str, Scalar("AWSDate")]
Time = Annotated[str, Scalar("AWSTime")]
DateTime = Annotated[str, Scalar("AWSDateTime")]
Timestamp = Annotated[int, Scalar("AWSTimestamp")]
Email = Annotated[str, Scalar("AWSEmail")]
Json = Annotated[Any, Scalar("AWSJSON")]
Phone = Annotated[str, Scalar("AWSPhone")]
Url = Annotated[str, Scalar("AWSURL")]
IpAddress = Annotated[str, Scalar("AWSIPAddress")]

OF_PYTHON: dict[Any, str] = {
    str: "String",
    int: "Int",
    float: "Float",
    bool: "Boolean",
    datetime.date: "AWSDate",
    datetime.time: "AWSTime",
    datetime.datetime: "AWSDateTime",
}
"""Python's own types that stand for a scalar."""
