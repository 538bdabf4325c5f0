"""Certificates that connections of our own trust, where a proxy signs them itself."""

from __future__ import annotations

import ssl


def trusting(ca_bundle: str) -> ssl.SSLContext | None:
    """Trust the certificates of this file; None without one: the usual ones are trusted.

    Raises OSError if there is no such file, or nothing of use in it.
    """
    return ssl.create_default_context(cafile=ca_bundle) if ca_bundle else None
