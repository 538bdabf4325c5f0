"""The root stack's outputs, and the metadata that says which feature each one belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import CfnOutput


class StackOutputs:
    """Adds outputs to a stack as Amplify's ``StackMetadataBackendOutputStorageStrategy`` does."""

    def __init__(self, stack: Any) -> None:
        self._stack = stack

    def add(self, key: str, payload: Mapping[str, str]) -> None:
        """Add the outputs of one feature; ``key`` is one of ``AWS::Amplify::…``."""
        for name, value in payload.items():
            CfnOutput(self._stack, name, value=value)
        self._stack.add_metadata(key, {"version": "1", "stackOutputs": list(payload)})
