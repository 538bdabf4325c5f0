"""AWS's partitions: separate clouds with domains of their own, such as China's.

Source: botocore's ``data/partitions.json``.
"""

from __future__ import annotations

_SUFFIXES = {
    "aws-cn": "amazonaws.com.cn",
    "aws-eusc": "amazonaws.eu",
    "aws-iso": "c2s.ic.gov",
    "aws-iso-b": "sc2s.sgov.gov",
    "aws-iso-e": "cloud.adc-e.uk",
    "aws-iso-f": "csp.hci.ic.gov",
}


def url_suffix(partition: str) -> str:
    """The DNS suffix that templates know as AWS::URLSuffix."""
    return _SUFFIXES.get(partition, "amazonaws.com")
