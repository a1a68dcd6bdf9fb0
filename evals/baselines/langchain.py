"""LangChain's create_agent, as its guide sets it up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ...agent.backends.openai import PICTURE_PIXELS
from ...extensions.extras import needs
from .baseline import Sitting
from .experts import Toolbox


class LangChain:
    """The peer `langchain`."""

    name = "langchain"
    package = "langchain"

    def load(self) -> None:
        """See `Peer.load`."""
        with needs("baselines"):
            import langchain.agents  # noqa: F401
            import langchain_openai  # noqa: F401

    def ask(self, sitting: Sitting) -> str:
        """See `Peer.ask`."""
        from langchain.agents import create_agent
        from langchain_core.messages import HumanMessage
        from langchain_openai import ChatOpenAI
        from pydantic import SecretStr

        server = sitting.server
        model = ChatOpenAI(
            model=server.model,
            base_url=server.address,
            api_key=SecretStr(server.key),
            http_client=sitting.client,
            temperature=0.0,
            # its own `max_tokens` is sent under a name that not every server knows
            extra_body={"max_tokens": sitting.tokens},
            use_responses_api=False,
        )
        agent = create_agent(model, _tools(sitting.toolbox), system_prompt=sitting.instructions)
        steps = 2 * sitting.calls  # the model and the tools take turns
        state = agent.invoke(
            {"messages": [HumanMessage(content=_content(sitting))]}, {"recursion_limit": steps}
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


def _content(sitting: Sitting) -> Any:
    if not sitting.pictures:
        return sitting.question
    urls = [sitting.store.data_url(p, max_pixels=PICTURE_PIXELS) for p in sitting.pictures]
    parts = [{"type": "image_url", "image_url": {"url": url}} for url in urls]
    return [*parts, {"type": "text", "text": sitting.question}]
