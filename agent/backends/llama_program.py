"""llama.cpp as a program of this machine: a `llama-server` that can use a GPU which the library cannot.

Homebrew, winget and builds of one's own bring Metal, Vulkan or CUDA; the wheel of the library often has
none of them.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from ...errors import ModelError
from .child_server import ChildServer, free_port
from .llama_library import LEFT_ON_GPU, LlamaRun

__all__ = ["LlamaProgram", "LlamaProgramServer", "found_program"]

_DEVICE = re.compile(r"^ +(\S+): (.+?)(?: \(\d+ MiB.*)?$", re.MULTILINE)
_LOOK_SECONDS = 20.0
_START_SECONDS = 300.0
_MIB = 2**20


@dataclass(frozen=True)
class LlamaProgram:
    """A `llama-server`.

    Attributes:
        command: its path.
        gpus: the devices beside the processor that it can use.
        log: a file for what it writes.
    """

    command: str
    gpus: tuple[str, ...]
    log: Path

    @property
    def version(self) -> str:
        """Of the file: another build computes other numbers."""
        file = Path(self.command).stat()
        return f"{self.command} {file.st_size} {file.st_mtime_ns}"


def found_program(log: Path) -> LlamaProgram | None:
    """The `llama-server` on the PATH; None where there is none, or it does not run.

    Args:
        log: a file for what it will write.
    """
    command = shutil.which("llama-server")
    if command is None:
        return None
    try:
        done = subprocess.run(
            [command, "--list-devices"],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_LOOK_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    gpus = tuple(f"{name} ({words})" for name, words in _DEVICE.findall(done.stdout))
    return LlamaProgram(command, gpus, log)


class LlamaProgramServer:
    """A running `llama-server`; it ends with the last reference to this.

    Attributes:
        listening_address: where it answers.

    Args:
        program: which.
        run: the model and how it is run.

    Raises:
        ModelError: it does not start; with the end of its log.
    """

    def __init__(self, program: LlamaProgram, run: LlamaRun) -> None:
        port = free_port()
        self.listening_address = f"http://127.0.0.1:{port}"
        environment = {"LLAMA_API_KEY": run.key} if run.key else {}  # a command line would show it
        command = [program.command, *_options(run), "--host", "127.0.0.1", "--port", str(port)]
        self._server = ChildServer("llama-server", command, port, program.log, environment)
        try:
            self._server.wait_until_ready("/health", _START_SECONDS)
        except ModelError as error:
            raise ModelError(f"{run.path.name}: {error}") from None

    def __del__(self) -> None:
        if hasattr(self, "_server"):
            self._server.close()


def _options(run: LlamaRun) -> list[str]:
    options = {
        "--model": str(run.path),
        "--alias": run.path.name,  # what it calls itself: not the path, which is private
        "--ctx-size": str(run.context),
        "--parallel": str(run.slots),
        "--threads": str(run.threads),
        "--cache-ram": str(run.cache_mib),
        "--fit-target": str(LEFT_ON_GPU // _MIB),
        "--log-verbosity": str(run.verbosity),
    }
    if run.mmproj is not None:
        options["--mmproj"] = str(run.mmproj)
    if not run.gpu:
        options["--device"] = "none"
    if run.template:
        options["--chat-template"] = run.template
    if run.image_tokens:
        options["--image-max-tokens"] = str(run.image_tokens)
    if run.kept is not None:
        options["--slot-save-path"] = str(run.kept)
    flags = ["--kv-unified", "--no-webui", "--no-slots"]
    if run.mmproj is not None:
        flags.append("--no-cache-idle-slots")  # what was read of a picture waits in its slot
    return [*(word for pair in options.items() for word in pair), *flags]
