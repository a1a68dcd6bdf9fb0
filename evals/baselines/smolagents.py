"""smolagents' ToolCallingAgent, as its guide sets it up. The only file that imports smolagents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...agent.backends.pictures import SERVER_PIXELS
from ...extensions.extras import needs
from ...tools import Tool
from .baseline import BaselineTask
from .experts import Toolbox


class Smolagents:
    """The baseline `smolagents`."""

    name = "smolagents"
    package = "smolagents"

    def load(self) -> None:
        """See `Baseline.load`."""
        with needs("baselines"):
            import smolagents  # noqa: F401

    def ask(self, task: BaselineTask) -> str:
        """See `Baseline.ask`."""
        from smolagents import LogLevel, OpenAIModel, ToolCallingAgent

        server = task.server
        model = OpenAIModel(
            model_id=server.model,
            api_base=server.address,
            api_key=server.key,
            client_kwargs={"http_client": task.client},
            flatten_messages_as_text=not server.sees_images,
            temperature=0.0,
            max_tokens=task.tokens,
            # "required", its default, keeps llama.cpp from ending a call that was written as text:
            # blank lines follow until the tokens are used up
            tool_choice="auto",
        )
        agent = ToolCallingAgent(
            tools=[_wrapped(tool, task.toolbox) for tool in task.toolbox.tools.values()],
            model=model,
            instructions=task.instructions,
            max_steps=task.calls,
            verbosity_level=LogLevel.OFF,
        )
        pictures = [task.store.resized(p, SERVER_PIXELS) for p in task.pictures]
        return str(agent.run(task.question, images=pictures or None))


def _wrapped(expert: Tool, toolbox: Toolbox) -> Any:
    """An expert as smolagents' tool, with the same description and arguments."""
    import smolagents

    class Expert(smolagents.Tool):  # type: ignore[misc]  # the library has no types
        skip_forward_signature_validation = True  # the arguments are known from the schema only
        name = expert.name
        description = expert.description
        inputs = _inputs(expert.parameters)
        output_type = "string"

        def forward(self, *values: Any, **arguments: Any) -> str:
            named = dict(zip(self.inputs, values, strict=False))
            return toolbox.call(expert.name, {**named, **arguments})

    return Expert()


def _inputs(parameters: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """A JSON schema's properties as smolagents wants them: what may be left out is "nullable"."""
    required = parameters.get("required", ())
    return {
        name: {**schema, **({} if name in required else {"nullable": True})}
        for name, schema in parameters["properties"].items()
    }
