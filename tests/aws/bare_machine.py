"""A machine without AWS settings: no credentials, no profile, no metadata service."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def make_bare(monkeypatch: pytest.MonkeyPatch, home: Path) -> Path:
    """Take away all of the machine's own settings; returns the AWS config file's path."""
    for name in os.environ:
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    config = home / ".aws" / "config"
    config.parent.mkdir(exist_ok=True)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(config.with_name("credentials")))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("HOME", str(home))
    return config
