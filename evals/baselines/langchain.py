"""LangChain's create_agent, as its guide sets it up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...agent.backends.pictures import SERVER_PIXELS
from ...extensions.extras import needs
from .baseline import BaselineTask
from .experts import Toolbox


class LangChain:
    """The baseline `langchain`."""

    name = "langchain"
    package = "langchain"

    def load(self) -> None:
        """See `Baseline.load`."""
        with needs("baselines"):
            import langchain.agents  # noqa: F401
            import langchain_openai  # noqa: F401

    def ask(self, task: BaselineTask) -> str:
        """See `Baseline.ask`."""
        from langchain.agents import create_agent
        from langchain_core.messages import HumanMessage
        from langchain_openai import ChatOpenAI
        from pydantic import SecretStr

        server = task.server
        model = ChatOpenAI(
            model=server.model,
            base_url=server.address,
            api_key=SecretStr(server.key),
            http_client=task.client,
            temperature=0.0,
            # its own `max_tokens` is sent under a name that not every server knows
            extra_body={"max_tokens": task.tokens},
            use_responses_api=False,
        )
        agent = create_agent(model, _tools(task.toolbox), system_prompt=task.instructions)
        steps = 2 * task.calls  # the model and the tools take turns
        state = agent.invoke(
            {"messages": [HumanMessage(content=_content(task))]}, {"recursion_limit": steps}
        )
        return str(state["messages"][-1].text)


def _tools(toolbox: Toolbox) -> list[Any]:
    from langchain_core.tools import StructuredTool

    def caller(name: str) -> Callable[..., str]:
        return lambda **arguments: toolbox.call(name, arguments)

    return [
        StructuredTool(
            name=tool.name,
            description=tool.description,
            args_schema=dict(tool.parameters),
            func=caller(tool.name),
        )
        for tool in toolbox.tools.values()
    ]


def _content(task: BaselineTask) -> Any:
    if not task.pictures:
        return task.question
    urls = [task.store.data_url(p, max_pixels=SERVER_PIXELS) for p in task.pictures]
    parts = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    return [*parts, {"type": "text", "text": task.question}]
