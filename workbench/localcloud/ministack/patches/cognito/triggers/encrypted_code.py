"""A code as custom senders get it: a message of the AWS Encryption SDK under the pool's KMS key.

Cognito writes format 1 with a signature (suite 0x0378), without key commitment.
Source: docs.aws.amazon.com/encryption-sdk/latest/developer-guide/message-format.html
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_VERSION, _TYPE, _SUITE = b"\x01", b"\x80", b"\x03\x78"
_FRAMED, _FRAME_BYTES, _IV_BYTES = b"\x02", 4096, 12
_DATA_KEY_BYTES = 32
_LAST_FRAME = b"\xff\xff\xff\xff"
_LAST_FRAME_TEXT = b"AWSKMSEncryptionClient Final Frame"
_PUBLIC_KEY = "aws-crypto-public-key"


@dataclass(frozen=True, slots=True)
class DataKey:
    """What KMS's GenerateDataKey answers; ``key_arn`` is the KMS key that decrypts it."""

    plaintext: bytes
    encrypted: bytes
    key_arn: str


GenerateDataKey = Callable[[Mapping[str, str], int], DataKey]
"""From an encryption context and a number of bytes."""


def encrypt(text: str, context: Mapping[str, str], generate: GenerateDataKey) -> str:
    """``text`` in base64, as the SDK's ``decrypt`` with a KMS keyring reads it."""
    # Of a library that takes 60 ms to import, and only where a pool has a sender.
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    signer = ec.generate_private_key(ec.SECP384R1())
    point = signer.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)
    context = {**context, _PUBLIC_KEY: base64.b64encode(point).decode()}
    data_key = generate(context, _DATA_KEY_BYTES)
    message_id = os.urandom(16)
    key = HKDF(hashes.SHA384(), _DATA_KEY_BYTES, None, _SUITE + message_id).derive(
        data_key.plaintext
    )
    header = _header(message_id, context, data_key)
    sealed = AESGCM(key)
    header_iv = bytes(_IV_BYTES)
    message = header + header_iv + sealed.encrypt(header_iv, b"", header)
    message += _frame(sealed.encrypt, message_id, text.encode())
    signature = signer.sign(message, ec.ECDSA(hashes.SHA384()))
    return base64.b64encode(message + _sized(signature)).decode()


def _header(message_id: bytes, context: Mapping[str, str], data_key: DataKey) -> bytes:
    pairs = sorted((name.encode(), value.encode()) for name, value in context.items())
    authenticated = _number(len(pairs), 2)
    authenticated += b"".join(_sized(name) + _sized(value) for name, value in pairs)
    keys = _number(1, 2) + b"".join(
        _sized(each) for each in (b"aws-kms", data_key.key_arn.encode(), data_key.encrypted)
    )
    start = _VERSION + _TYPE + _SUITE + message_id + _sized(authenticated) + keys
    return start + _FRAMED + bytes(4) + _number(_IV_BYTES, 1) + _number(_FRAME_BYTES, 4)


def _frame(
    seal: Callable[[bytes, bytes, bytes], bytes], message_id: bytes, content: bytes
) -> bytes:
    """The only frame, which is the last; a code is shorter than a frame."""
    number = _number(1, 4)
    iv = _number(1, _IV_BYTES)
    authenticated = message_id + _LAST_FRAME_TEXT + number + _number(len(content), 8)
    sealed = seal(iv, content, authenticated)
    return _LAST_FRAME + number + iv + _number(len(content), 4) + sealed


def _sized(content: bytes) -> bytes:
    return _number(len(content), 2) + content


def _number(value: int, size: int) -> bytes:
    return value.to_bytes(size, "big")
