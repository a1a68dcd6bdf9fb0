"""What stands before the page: names, sites, sizes, cookies."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI, Request
from fastapi.testclient import TestClient
from looktwice.settings import PageLimits
from looktwice.ui.web.auth import Authentication
from looktwice.ui.web.middleware import PageMiddleware


@pytest.fixture
def client() -> Iterator[TestClient]:
    app = FastAPI()

    @app.post("/take")
    async def take(request: Request) -> int:
        return len(await request.body())

    @app.get("/")
    def home() -> str:
        return "home"

    limits = PageLimits(upload_bytes=3 * 2**20, files=1)
    app.add_middleware(
        PageMiddleware, authentication=Authentication(), limits=limits, hosts=("localhost",)
    )
    with TestClient(app, base_url="http://localhost") as client:
        yield client


def test_everybody_gets_a_cookie_once_and_nothing_is_loaded_from_elsewhere(
    client: TestClient,
) -> None:
    first = client.get("/")
    assert "HttpOnly; SameSite=Strict" in first.headers["set-cookie"]
    assert "set-cookie" not in client.get("/").headers
    policy = first.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "http" not in policy


def test_other_names_other_sites_and_odd_lengths_are_refused(client: TestClient) -> None:
    assert client.get("/", headers={"host": "evil.example"}).status_code == 421
    assert client.get("/", headers={"host": "localhost.evil.example:80"}).status_code == 421
    assert client.post("/take", headers={"origin": "http://evil.example"}).status_code == 403
    assert client.post("/take", headers={"origin": "http://localhost"}).status_code == 200
    assert client.post("/take", headers={"content-length": "-5"}).status_code == 400


def test_too_much_is_refused_also_when_its_length_is_not_told(client: TestClient) -> None:
    assert client.post("/take", content=b"x" * 2**20).json() == 2**20
    assert client.post("/take", content=b"x" * (2**20 + 1)).status_code == 413
    pieces = (b"x" * 2**18 for _ in range(8))
    assert client.post("/take", content=pieces).status_code == 413
