"""Other libraries as their users call them; each where it is installed, beside the tests of openai's own.

`pip install langchain-openai llama-index-llms-openai-like` into an environment of their own: they ask for
an older openai than the one that the other tests run with.
"""

from __future__ import annotations

import base64
from typing import Any

import pytest
from pydantic import BaseModel

from ...agent import kit
from ...cli.index.index_cli_kit import pdf
from ..api_kit import KEY, data_url
from .kit import PICTURE
from .test_clients import ENDS, LEASE, address

__all__ = ["address"]
PARIS = "What is the weather in Paris?"


class Total(BaseModel):
    """The total."""

    total: float


def get_weather(town: str) -> str:
    """The weather of a town now."""
    return f"18 C in {town}"


@pytest.mark.parametrize("responses", [False, True], ids=["chat", "responses"])
def test_langchain(address: str, responses: bool) -> None:
    library = pytest.importorskip("langchain_openai")
    from langchain_core.messages import HumanMessage, ToolMessage
    from langchain_core.tools import tool

    llm = library.ChatOpenAI(
        base_url=f"{address}/v1", api_key=KEY, model="looktwice", use_responses_api=responses
    )
    picture = {"type": "image_url", "image_url": {"url": data_url(PICTURE)}}
    asked = [("user", [{"type": "text", "text": kit.TOTAL}, picture])]
    assert llm.invoke([("system", "Be brief."), *asked]).text == "8.20"
    assert "".join(chunk.text for chunk in llm.stream(asked)) == "8.20"
    sent = base64.b64encode(pdf(LEASE)).decode()
    lease = {"type": "file", "base64": sent, "mime_type": "application/pdf", "filename": "a.pdf"}
    reply = llm.invoke([("user", [{"type": "text", "text": ENDS}, lease])])
    assert "March 2031" in reply.text
    bound = llm.bind_tools([tool(get_weather)])
    first = bound.invoke(PARIS)
    (call,) = first.tool_calls
    assert (call["name"], call["args"]) == ("get_weather", {"town": "Paris"})
    came = ToolMessage("18 C", tool_call_id=call["id"])
    assert "18 degrees" in bound.invoke([HumanMessage(PARIS), first, came]).text
    shaped = llm.with_structured_output(Total, method="json_schema")
    assert shaped.invoke("What is the total? 8.20") == Total(total=8.2)


def test_llama_index(address: str) -> None:
    library: Any = pytest.importorskip("llama_index.llms.openai_like")
    from llama_index.core.llms import ChatMessage, DocumentBlock, ImageBlock, TextBlock
    from llama_index.core.tools import FunctionTool

    llm = library.OpenAILike(
        api_base=f"{address}/v1",
        api_key=KEY,
        model="looktwice",
        is_chat_model=True,
        is_function_calling_model=True,
    )
    picture = ImageBlock(image=PICTURE, image_mimetype="image/png")
    asked = [ChatMessage(role="user", blocks=[TextBlock(text=kit.TOTAL), picture])]
    assert llm.chat(asked).message.content == "8.20"
    assert list(llm.stream_chat(asked))[-1].message.content == "8.20"
    lease = DocumentBlock(data=pdf(LEASE), document_mimetype="application/pdf", title="a.pdf")
    asked = [ChatMessage(role="user", blocks=[TextBlock(text=ENDS), lease])]
    assert "March 2031" in llm.chat(asked).message.content
    reply = llm.chat_with_tools([FunctionTool.from_defaults(get_weather)], user_msg=PARIS)
    (call,) = llm.get_tool_calls_from_response(reply)
    assert (call.tool_name, call.tool_kwargs) == ("get_weather", {"town": "Paris"})
