"""A server for programs: who may be served."""

from __future__ import annotations

from typing import Any

import pytest
from looktwice.errors import UsageError
from looktwice.settings import ServeLimits
from looktwice.ui.http.api import check_api_host, uvicorn_config
from looktwice.ui.http.api_keys import ApiKeys
from looktwice.ui.http.connections import TimedHeadProtocol
from looktwice.ui.http.hosts import is_loopback

from ..api_kit import KEY


def test_other_machines_need_keys() -> None:
    assert check_api_host("127.0.0.1", ApiKeys())
    assert check_api_host("localhost", ApiKeys())
    for host in ("0.0.0.0", "::", "192.168.1.4", "my-machine"):
        assert not is_loopback(host)
        with pytest.raises(UsageError, match="--api-key-file"):
            check_api_host(host, ApiKeys())
        assert not check_api_host(host, ApiKeys([KEY]))


def test_servers_hang_up_on_who_says_nothing_and_count_requests_not_connections() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        pass

    config = uvicorn_config(app, ServeLimits())
    assert config.http is TimedHeadProtocol
    assert config.limit_concurrency is None
