"""The batch on a Ray cluster: a pool of actors, each with an assistant of its own.

The driver alone writes results, so what holds for a run that is killed holds here too. Only JSON
crosses between driver and actors.
"""

from __future__ import annotations

import logging
import queue
import socket
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from ...control import Control
from ...errors import ModelError, UsageError
from ...extensions.extras import needs
from ...schema import Answer
from .engine import GRACE_SECONDS, POLL_SECONDS, Engine, TaskAbandoned, TaskDeadline, TaskRequest
from .results import TaskFailure
from .worker import WorkerSpec, answer_as_json, outcome_from_json, request_to_json

TASK_RETRIES = 1
"""A task whose actor died is asked once more: it may have been killed for another one's sake."""
START_SECONDS = 300.0
_CONNECT_SECONDS = 10.0


class AssistantActor:
    """What runs on the cluster.

    Args:
        spec: of its assistant, as JSON.
    """

    def __init__(self, spec: str) -> None:
        self._worker = WorkerSpec.from_json(spec).make()

    def ready(self) -> int:
        """Says that the models are loaded; gives its process id, for whoever wants to watch it."""
        import os

        return os.getpid()

    def ask(self, request: str) -> str:
        """See `answer_as_json`."""
        return answer_as_json(self._worker, request)


class RayEngine(Engine):
    """Asks actors; Ray restarts one that dies, and one that hangs is replaced.

    Args:
        specs: one for each actor.
        address: of a running cluster, such as "host:6379"; None starts one on this machine that
            listens on loopback only and ends with the engine.
        grace: seconds a task may go on after its time.

    Raises:
        UsageError: ray is not installed (MissingExtra), or there is no cluster at the address.
        ModelError: an actor cannot make its assistant.
    """

    def __init__(
        self, specs: Sequence[WorkerSpec], address: str | None = None, grace: float = GRACE_SECONDS
    ) -> None:
        self._ray = connected(len(specs), address)
        self._grace = grace
        actor = self._ray.remote(num_cpus=1, max_restarts=-1, max_task_retries=TASK_RETRIES)
        self._kind = actor(AssistantActor)
        self._idle: queue.LifoQueue[tuple[WorkerSpec, Any]] = queue.LifoQueue()
        try:
            pool = [(spec, self._start(spec)) for spec in specs]
            self.processes = when_ready(self._ray, [handle for _, handle in pool])
        except BaseException:
            self.close()
            raise
        for place in pool:
            self._idle.put(place)

    def ask(self, request: TaskRequest, control: Control) -> Answer | TaskFailure:
        """See `Engine.ask`."""
        spec, actor = self._idle.get()
        deadline = TaskDeadline(request, control, self._grace)
        try:
            pending = actor.ask.remote(request_to_json(request))
            while not self._ray.wait([pending], timeout=POLL_SECONDS)[0]:
                if deadline.over():
                    actor = self._replaced(actor, spec)
                    return deadline.failure()
            return outcome_from_json(self._ray.get(pending))
        except TaskAbandoned:
            actor = self._replaced(actor, spec)
            raise
        except self._ray.exceptions.RayActorError as error:
            actor = self._replaced(actor, spec)
            why = " ".join(str(error).split())[:300]
            return TaskFailure(kind="crashed", message=f"its worker died twice ({why})")
        finally:
            self._idle.put((spec, actor))

    def close(self) -> None:
        """End the actors, and the cluster where it is our own."""
        self._ray.shutdown()

    def _start(self, spec: WorkerSpec) -> Any:
        return self._kind.remote(spec.to_json())

    def _replaced(self, actor: Any, spec: WorkerSpec) -> Any:
        self._ray.kill(actor, no_restart=True)
        return self._start(spec)


def when_ready(ray: Any, actors: Sequence[Any]) -> list[int]:
    """Wait until all actors run; their process ids.

    Raises:
        ModelError: one cannot start, or the cluster has no room for it.
    """
    try:
        found: list[int] = ray.get(
            [actor.ready.remote() for actor in actors], timeout=START_SECONDS
        )
    except ray.exceptions.GetTimeoutError:
        raise ModelError(
            f"the cluster did not start {len(actors)} workers within {START_SECONDS:g} seconds;"
            " give fewer --workers (each takes one of its CPUs)"
        ) from None
    except ray.exceptions.RayError as error:
        raise ModelError(f"a worker cannot start: {last_line(error)}") from None
    return found


def connected(workers: int, address: str | None) -> Any:
    """Ray, connected to a cluster.

    Raises:
        UsageError: ray is not installed (MissingExtra), or there is no cluster at the address.
    """
    with needs("ray"):
        import ray
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    _silence_standard_output()
    try:
        if address is not None:
            _check_reachable(address)
            ray.init(address=address, **quiet)
        else:
            _restrict_to_loopback()
            ray.init(num_cpus=workers, include_dashboard=False, **quiet)
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        where = address or "on this machine"
        raise UsageError(f"--engine ray: no cluster {where} ({last_line(error)})") from None
    return ray


def _check_reachable(address: str) -> None:
    """Ray itself tries a dead address for minutes; raises OSError or ValueError."""
    if address == "auto":
        return
    parts = urlsplit(address if "://" in address else f"ray://{address}")
    if not parts.hostname or not parts.port:
        raise ValueError("expected host:port, ray://host:port or auto")
    socket.create_connection((parts.hostname, parts.port), timeout=_CONNECT_SECONDS).close()


def _restrict_to_loopback() -> None:
    """Have a cluster of our own listen on 127.0.0.1, not on every address of the machine.

    Ray turns `_node_ip_address="127.0.0.1"` into the machine's address. This constant is what its
    documented RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER=0 sets, for this process only; a test looks at the
    sockets.
    """
    from ray._private import ray_constants

    ray_constants.ENABLE_RAY_CLUSTER = False


def _silence_standard_output() -> None:
    """Ray prints there that a worker died, `log_to_driver` or not; a summary in JSON may stand there.

    Nothing is lost: what could not be done again is a failure of its task.
    """
    from ray._private import worker

    worker.print_to_stdstream = lambda data, ignore_prefix: None


def last_line(error: BaseException) -> str:
    """The line of an error of Ray that says what happened; before it stands a traceback."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1] if lines else type(error).__name__
