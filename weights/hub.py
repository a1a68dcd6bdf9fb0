"""A repository of the hub, brought into the hub's own cache on this machine."""

from __future__ import annotations

from pathlib import Path

from ..errors import OfflineError, WeightsError
from ..extensions.extras import needs
from .sources import Hub


def fetch_snapshot(source: Hub, revision: str, *, offline: bool) -> Path:
    """The local folder of a hub repository (in the hub's own cache), fetched where needed.

    Raises:
        OfflineError: it is not in the cache and the network is forbidden.
        WeightsError: the hub refused or could not be reached, or a wanted file is not there.
    """
    with needs("local"):
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import GatedRepoError, LocalEntryNotFoundError

    try:
        folder = Path(
            snapshot_download(
                source.repo,
                revision=revision,
                allow_patterns=list(source.wanted),
                local_files_only=offline,
            )
        )
    except LocalEntryNotFoundError as error:
        if offline:
            raise OfflineError(
                f"{source.repo} is not in the hub's cache on this machine"
            ) from error
        raise WeightsError(
            f"the hub could not be reached for {source.repo}: check the connection "
            "(and HF_ENDPOINT, if you use a mirror), then run the command again"
        ) from error
    except GatedRepoError as error:
        raise WeightsError(
            f"{source.repo} asks you to accept its licence: open its page on the hub, accept, "
            "then run `hf auth login`"
        ) from error
    except Exception as error:  # what the hub, the connection and their libraries raise
        raise WeightsError(f"the hub gave no {source.repo}@{revision}: {error}") from error
    lacking = [pattern for pattern in source.patterns if not any(folder.glob(pattern))]
    if lacking:
        kind = OfflineError if offline else WeightsError
        raise kind(f"{source.repo}@{revision} holds no file {', '.join(lacking)}")
    return folder
