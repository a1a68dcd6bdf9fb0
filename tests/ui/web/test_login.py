"""Logging in and out, over plain HTTP."""

from __future__ import annotations

from pathlib import Path

import httpx
from looktwice.ui.web.passwords import add_user

from .page_kit import page


def test_with_passwords_nobody_comes_in_without(tmp_path: Path) -> None:
    users = tmp_path / "users"
    add_user(users, "ann", "correct horse")
    with page(tmp_path / "home", auth=users) as served, httpx.Client(base_url=served.url) as client:
        for path in (
            "/config",
            "/see/picture/" + "a" * 64,
            "/gradio_api/queue/data?session_hash=x",
        ):
            assert client.get(path).status_code == 401
        turned = client.get("/", headers={"accept": "text/html"})
        assert (turned.status_code, turned.headers["location"]) == (303, "/login")
        assert client.post("/gradio_api/queue/join", json={}).status_code == 401
        wrong = client.post("/login", data={"name": "ann", "password": "<b>wrong"})
        assert wrong.status_code == 403
        assert "<b>wrong" not in wrong.text
        right = client.post("/login", data={"name": "ann", "password": "correct horse"})
        assert (right.status_code, right.headers["location"]) == (303, "/")
        assert client.get("/", headers={"accept": "text/html"}).status_code == 200
        assert client.get("/config").status_code == 200
        client.post("/logout")
        assert client.get("/config").status_code == 401
