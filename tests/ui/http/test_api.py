"""A server for programs: who may be served."""

from __future__ import annotations

import pytest
from looktwice.errors import UsageError
from looktwice.ui.http.api import check_api_host
from looktwice.ui.http.api_keys import ApiKeys
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
