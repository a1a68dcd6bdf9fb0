"""`looktwice ui` as a process."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from ...agent.assistant import Assistant
from ...agent.batch.record_file import RecordFile
from ...agent.loading_times import loading_words
from ...settings import Settings
from ..http.connections import TimedHeadProtocol
from ..http.hosts import LOOPBACK, check_host
from ..http.logs import EndsQuietly
from ..http.server import address_of, bind, run_until_signal
from .documents import pack_opener


def run(
    settings: Settings,
    host: str,
    port: int,
    index: Path | None = None,
    auth: Path | None = None,
    records: Sequence[Path] = (),
) -> None:
    """Load the models, then show the page until SIGTERM or Ctrl-C.

    Args:
        settings: of the assistant and of the page.
        host: loopback, or any other together with passwords.
        port: 0 takes a free one.
        index: documents of all users; made if there is none.
        auth: the password file.
        records: files of records that everybody on the page reviews.

    Raises:
        UsageError: a file holds no records, passwords are missing or wrong, or the port is taken.
        WeightsError: the models cannot be loaded.
    """
    local = check_page_host(host, auth)
    opened = [RecordFile(path) for path in records]  # a wrong call is answered before models load
    from .app import mount  # takes seconds

    with bind(host, port) as bound, Assistant(settings) as assistant:
        print(loading_words(settings), flush=True)
        assistant.warm_experts()
        assistant.warm()
        opener = pack_opener(settings, assistant.index_embedders)
        if index is not None and not (index / "catalog.db").is_file():
            opener(index, write=True).close()
        app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
        mount(
            app,
            assistant,
            auth=auth,
            shared=index,
            open_index=opener,
            hosts=LOOPBACK if local else (),
            records=opened,
        )
        print(f"Looktwice is at {address_of(bound)}  (Ctrl-C stops it)")
        config = uvicorn.Config(
            app,
            log_level="warning",
            timeout_graceful_shutdown=3,
            server_header=False,
            http=TimedHeadProtocol,
            forwarded_allow_ips=list(settings.page.trusted_proxies),
        )
        logging.getLogger("uvicorn.error").addFilter(EndsQuietly())
        run_until_signal(config, bound)


def check_page_host(host: str, auth: Path | None) -> bool:
    """Whether only this machine is served; others need passwords.

    Raises:
        UsageError: everybody on the network would be let in.
    """
    remedy = (
        "make a file of passwords with `looktwice ui --auth FILE --add-user NAME`,"
        " then add --auth FILE"
    )
    return check_host(host, secured=auth is not None, remedy=remedy)
