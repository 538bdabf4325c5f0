"""Kept sign-ins: the owner's alone, replaced, forgotten, and a broken file is none."""

from __future__ import annotations

from pathlib import Path

from workbench.users.token_store import SavedSignIn, forget_tokens, save_sign_in, saved_sign_in
from workbench.users.user_sign_in import UserTokens

TOKENS = UserTokens("access-1", "id-1", "refresh-1", 99.0)


def test_a_sign_in_is_kept_for_its_owner_and_forgotten(tmp_path: Path) -> None:
    file = tmp_path / "new" / "sign-ins.json"
    save_sign_in(file, SavedSignIn("pool", "u-1", "ann@example.com", "web", TOKENS, "SECRET"))
    assert file.stat().st_mode & 0o777 == 0o600
    save_sign_in(file, SavedSignIn("pool", "u-1", "ann@example.com", "web", TOKENS))
    save_sign_in(file, SavedSignIn("other", "u-1", "ann@example.com", "web", TOKENS))
    kept = saved_sign_in(file, "pool", "ann@example.com")
    assert kept is not None
    assert (kept.tokens, kept.totp_secret) == (TOKENS, "SECRET")
    assert "access-1" not in repr(kept)
    assert "SECRET" not in repr(kept)
    forget_tokens(file, "pool", ("u-1",))
    after = saved_sign_in(file, "pool", "u-1")
    assert after is not None
    assert (after.tokens, after.totp_secret) == (None, "SECRET")
    other = saved_sign_in(file, "other", "u-1")
    assert other is not None
    assert other.tokens == TOKENS


def test_a_broken_file_has_none_and_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "sign-ins.json"
    file.write_text('[{"unknown": 1}]')
    assert saved_sign_in(file, "pool", "u-1") is None
    save_sign_in(file, SavedSignIn("pool", "u-1", "ann", "web", TOKENS))
    assert saved_sign_in(file, "pool", "ann") is not None
