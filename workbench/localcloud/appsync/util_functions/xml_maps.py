"""XML as maps: ``$util.xml``, in the form of the developer guide's examples."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree

_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")
LARGEST = 1024 * 1024


def to_map(text: str, only_strings: bool = False) -> dict[str, Any]:
    """The document as a map: elements of one name become a list, texts become plain values.

    Raises ValueError for invalid XML, and for documents with a document type: those could
    define entities that explode.
    """
    if len(text) > LARGEST:
        raise ValueError("the XML document is larger than 1 MB")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise ValueError("XML documents with a document type are refused")
    try:
        root = ElementTree.fromstring(text.strip())
        return {_name(root.tag): _element(root, only_strings)}
    except (ElementTree.ParseError, RecursionError, ValueError) as problem:
        raise ValueError(f"no XML document: {problem}") from None


def _name(tag: str) -> str:
    return tag.rpartition("}")[2]


def _element(element: ElementTree.Element, only_strings: bool) -> Any:
    members: dict[str, Any] = {
        _name(name): _plain(value, only_strings) for name, value in element.attrib.items()
    }
    for child in element:
        name, value = _name(child.tag), _element(child, only_strings)
        if name not in members:
            members[name] = value
        elif isinstance(members[name], list):
            members[name].append(value)
        else:
            members[name] = [members[name], value]
    content = (element.text or "").strip()
    if not members:
        return _plain(content, only_strings)
    if content:
        members["content"] = _plain(content, only_strings)
    return members


def _plain(text: str, only_strings: bool) -> Any:
    if only_strings:
        return text
    if text in ("true", "false"):
        return text == "true"
    if _NUMBER.fullmatch(text) and len(text) < 300:
        return float(text) if any(mark in text for mark in ".eE") else int(text)
    return text
