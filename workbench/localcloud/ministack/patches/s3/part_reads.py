"""Reads of one part: ministack ignores ``partNumber`` of HEAD, of versions and of whole objects.

Source: docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html and API_HeadObject.html.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workbench.localcloud.ministack.patches.s3.object_reads import Answer, sliced

Query = Mapping[str, Any]
_BOTH = "Cannot specify both Range header and partNumber query parameter"
_UNKNOWN = "The requested partnumber is not satisfiable"


def install() -> None:
    """Read whole objects, and cut the part out."""
    from ministack.services import s3

    s3._get_object = _of_a_part(s3._get_object)
    s3._head_object = _of_a_part(s3._head_object)


def _of_a_part(read: Callable[..., Answer]) -> Callable[..., Answer]:
    def run(
        bucket: str,
        key: str,
        headers: dict[str, str] | None = None,
        query_params: Query | None = None,
    ) -> Answer:
        from ministack.services import s3

        query = query_params or {}
        number = s3._qp(query, "partNumber")
        if not number:
            return read(bucket, key, headers, query_params)
        if (headers or {}).get("range"):
            return _error("InvalidRequest", _BOTH, 400)
        rest = {name: value for name, value in query.items() if name != "partNumber"}
        answer = read(bucket, key, headers, rest)
        if answer[0] != 200:
            return answer
        size = int(answer[1]["Content-Length"])
        parts = _parts(bucket, key, s3._qp(query, "versionId"))
        sizes = {int(part["PartNumber"]): int(part["Size"]) for part in parts} or {1: size}
        if not number.isdecimal() or int(number) not in sizes:
            return _error(
                "InvalidPartNumber",
                _UNKNOWN,
                416,
                PartNumberRequested=number,
                ActualPartCount=str(len(sizes)),
            )
        if size == 0:
            return answer
        start = sum(each for part, each in sizes.items() if part < int(number))
        status, answered, body = sliced(answer, start, start + sizes[int(number)] - 1, size)
        if parts:
            answered["x-amz-mp-parts-count"] = str(len(parts))
        else:
            # The part is the object, so the checksums are its own.
            answered |= {n: v for n, v in answer[1].items() if n.startswith("x-amz-checksum-")}
        return status, answered, body

    return run


def _parts(bucket: str, key: str, version: str) -> Sequence[Mapping[str, Any]]:
    """The parts that an object was put together from; none if it came as a whole."""
    from ministack.services import s3

    histories = s3._object_versions.get((bucket, key), [])
    found = next((each for each in histories if each["version_id"] == version), None)
    stored = found or s3._buckets[bucket]["objects"].get(key) or {}
    return stored.get("parts") or ()


def _error(code: str, message: str, status: int, **fields: str) -> Answer:
    from ministack.services import s3

    answer: Answer = s3._object_error(code, message, status, **fields)
    return answer
