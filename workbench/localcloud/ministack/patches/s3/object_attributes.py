"""GetObjectAttributes: ministack leaves the standard class out and counts a checksum's parts.

Source: docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html and answers of S3.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree

from workbench.localcloud.ministack.patches.s3.object_reads import Answer


def install() -> None:
    """Complete the answer."""
    from ministack.services import s3

    get = s3._get_object_attributes

    def get_object_attributes(
        bucket: str, key: str, headers: Mapping[str, str], query: Mapping[str, Any]
    ) -> Answer:
        status, answered, body = get(bucket, key, headers, query)
        if status != 200:
            return status, answered, body
        root = ElementTree.fromstring(body)
        for each in s3._find_xml_tag(root, "Checksum") or ():
            each.text = (each.text or "").partition("-")[0]
        asked = {name.strip() for name in headers["x-amz-object-attributes"].split(",")}
        if "StorageClass" in asked and s3._find_xml_tag(root, "StorageClass") is None:
            space = root.tag.rpartition("}")[0]
            name = f"{space}}}StorageClass" if space else "StorageClass"
            ElementTree.SubElement(root, name).text = "STANDARD"
        return status, answered, s3._xml_body(root)

    s3._get_object_attributes = get_object_attributes
