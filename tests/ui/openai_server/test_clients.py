"""What other programs send, as they send it: none gets an error it should not get."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from looktwice.agent.given_documents import GivenDocuments
from looktwice.retrieval.embeddings.chosen import IndexEmbedders
from looktwice.retrieval.embeddings.text import as_text_embedder
from looktwice.ui.http.api_keys import ApiKeys
from looktwice.ui.openai_server.app import make_app
from pydantic import BaseModel

from ...agent import kit
from ...cli.index.index_cli_kit import WordEmbedder, pdf, use
from ..api_kit import KEY, client, data_url, listening, user
from .kit import PICTURE, Serving, ask, post

LEASE = "The lease of the flat ends in March 2031."
ENDS = "When does the lease of the flat end?"
WEATHER = {
    "name": "get_weather",
    "description": "The weather of a town now.",
    "parameters": {
        "type": "object",
        "properties": {"town": {"type": "string"}},
        "required": ["town"],
    },
}
TITLE = """### Task:
Generate a concise, 3-5 word title with an emoji summarizing the chat history.
### Output:
JSON format: { "title": "your concise title here" }
### Chat History:
<chat_history>
USER: What is the total?
ASSISTANT: 8.20
</chat_history>"""


def says_json(messages: Any) -> Any:
    """What the model writes by itself: by what it is asked for."""
    text = messages[-1].text
    if text.endswith("The function as JSON:"):
        return {"function": "none" if "Result of" in text or "Paris" not in text else "get_weather"}
    if text.endswith("The arguments as JSON:"):
        return {"town": "Paris"}
    if text.endswith("The answer as JSON:"):
        return {"total": 8.2} if "8.20" in text else {"ends": "March 2031"}
    return "It is 18 degrees in Paris." if "18 C" in text else "🧾 A short title"


@pytest.fixture
def address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server that reads documents, without weights."""
    use(WordEmbedder, monkeypatch)
    draft = lambda messages: "March 2031" if "March 2031" in messages[-1].text else "8.20"  # noqa: E731
    script = kit.Script(says={"talk": says_json, "draft": draft})
    with kit.make_assistant(tmp_path / "home", script) as assistant:
        words = as_text_embedder(WordEmbedder())
        assistant._given = GivenDocuments(
            assistant.settings, lambda: None, IndexEmbedders(words, None)
        )
        with listening(make_app(assistant)) as place:
            yield place


def file_part(data: bytes, name: str = "lease.pdf") -> dict[str, Any]:
    sent = "data:application/pdf;base64," + base64.b64encode(data).decode()
    return {"type": "file", "file": {"filename": name, "file_data": sent}}


OPEN_WEBUI = {
    "stream": True,
    "model": "looktwice",
    "messages": [
        {"role": "system", "content": "You are helpful."},
        {"role": "system", "content": "User Context: Ada"},
        user(kit.TOTAL, PICTURE),
    ],
    "params": {},
    "tool_ids": [],
    "features": {"web_search": False},
    "variables": {"{{USER_NAME}}": "Ada"},
    "session_id": "s",
    "chat_id": "c",
    "id": "m",
    "background_tasks": {"title_generation": True},
    "stream_options": {"include_usage": True},
}
LIBRECHAT = {
    "model": "looktwice",
    "temperature": 1,
    "top_p": 1,
    "presence_penalty": 0,
    "frequency_penalty": 0,
    "user": "65f0",
    "stream": True,
    "stream_options": {"include_usage": True},
    "messages": [
        {"role": "system", "content": ""},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": kit.TOTAL},
                {"type": "image_url", "image_url": {"url": data_url(PICTURE), "detail": "auto"}},
            ],
        },
    ],
}
LANGCHAIN = {
    "model": "looktwice",
    "stream": False,
    "n": 1,
    "temperature": 0.7,
    "logprobs": False,
    "seed": None,
    "max_completion_tokens": 100,
    "parallel_tool_calls": False,
    "tools": [{"type": "function", "function": {**WEATHER, "strict": True}}],
    "messages": [
        {"role": "system", "content": "x"},
        {"role": "user", "content": "What is the weather in Paris?"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {
                    "type": "function",
                    "id": "call_1",
                    "function": {"name": "get_weather", "arguments": '{"town": "Paris"}'},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "call_1", "content": "18 C"},
    ],
}
LLAMA_INDEX = {
    "model": "looktwice",
    "stream": False,
    "temperature": 0.1,
    "messages": [
        {"role": "user", "content": [{"type": "text", "text": kit.HELLO}]},
        {"role": "assistant", "content": "Hello"},
        user(kit.TOTAL, PICTURE),
    ],
}


@pytest.mark.parametrize(
    ("sent", "words"),
    [(OPEN_WEBUI, "8.20"), (LIBRECHAT, "8.20"), (LANGCHAIN, "18 degrees"), (LLAMA_INDEX, "8.20")],
    ids=["Open WebUI", "LibreChat", "LangChain", "LlamaIndex"],
)
def test_requests_of_other_programs(address: str, sent: dict[str, Any], words: str) -> None:
    reply = post(address, json.dumps(sent).encode())
    assert reply.status_code == 200, reply.text
    if not sent["stream"]:
        assert words in reply.json()["choices"][0]["message"]["content"]
        return
    lines = [line[6:] for line in reply.text.splitlines() if line.startswith("data: {")]
    chunks = [json.loads(line) for line in lines]
    said = [c["choices"][0]["delta"].get("content") or "" for c in chunks if c["choices"]]
    assert words in "".join(said)
    assert chunks[-1]["usage"]["total_tokens"] > 0


@pytest.mark.parametrize("title", [TITLE, "A title:\n\nConversation:\nUser: Hi\nAI: Hello"])
def test_titles_are_written_at_once_without_tools(address: str, title: str) -> None:
    reply = ask(address, user(title), extra_body={"looktwice": {"events": True}})
    told = reply.model_extra["looktwice"]
    assert reply.choices[0].message.content == "🧾 A short title"
    assert (told["usage"]["model_calls"], told["steps"], told["results"]) == (1, [], [])


def test_a_pdf_is_read_and_cited(address: str) -> None:
    message = {"role": "user", "content": [{"type": "text", "text": ENDS}, file_part(pdf(LEASE))]}
    before = [message, {"role": "assistant", "content": "In March 2031."}]
    for messages in ([message], [*before, user(ENDS)]):
        reply = ask(address, *messages, extra_body={"looktwice": {"footnotes": True}})
        words = reply.choices[0].message.content
        assert words.startswith("March 2031 [1]\n\n---\n[1] lease.pdf, page 1: “The lease")
        source = reply.model_extra["looktwice"]["citations"][0]["source"]
        assert (source["document"], source["page"]) == ("lease.pdf", 1)
    broken = {"role": "user", "content": [{"type": "text", "text": "?"}, file_part(b"%PDF-1.7")]}
    with pytest.raises(openai.BadRequestError, match=r"lease\.pdf"):
        ask(address, broken)


class Total(BaseModel):
    total: float


def test_every_form_of_reply(address: str) -> None:
    asking = client(address).chat.completions
    message = user(kit.TOTAL, PICTURE)
    loose = ask(address, message, response_format={"type": "json_object"}, n=2)
    assert [json.loads(c.message.content) for c in loose.choices] == [{"total": 8.2}] * 2
    assert loose.model_extra["looktwice"]["evidence"]
    talk = [{"role": "user", "content": f"{ENDS} In March 2031."}]
    strict = {"type": "json_schema", "json_schema": {"name": "a", "schema": {"properties": {}}}}
    reply = asking.create(model="looktwice", messages=talk, response_format=strict)  # type: ignore[call-overload]
    assert json.loads(reply.choices[0].message.content) == {"ends": "March 2031"}
    parsed = asking.parse(model="looktwice", messages=[user("8.20?")], response_format=Total)
    assert parsed.choices[0].message.parsed == Total(total=8.2)


def test_functions_of_a_client_are_called_where_they_are_needed(address: str) -> None:
    tools = [{"type": "function", "function": WEATHER}]
    weather = {"role": "user", "content": "What is the weather in Paris?"}
    reply = ask(address, weather, tools=tools)
    assert reply.choices[0].finish_reason == "tool_calls"
    (call,) = reply.choices[0].message.tool_calls
    assert (call.function.name, json.loads(call.function.arguments)) == (
        "get_weather",
        {"town": "Paris"},
    )
    came = {"role": "tool", "tool_call_id": call.id, "content": "18 C"}
    reply = ask(address, weather, reply.choices[0].message, came, tools=tools)
    assert reply.choices[0].message.content == "It is 18 degrees in Paris."
    assert ask(address, user(kit.TOTAL, PICTURE), tools=tools).choices[0].message.content == "8.20"
    named = {"type": "function", "function": {"name": "get_weather"}}
    chunks = ask(address, user("?"), tools=tools, tool_choice=named, stream=True)
    deltas = [c.choices[0].delta.tool_calls for c in chunks]
    assert [d[0].function.name for d in deltas if d] == ["get_weather"]
    reply = ask(address, user(kit.HELLO), tools=tools, tool_choice="none")
    assert reply.choices[0].finish_reason == "stop"


def test_responses_go_on_from_one_another(address: str) -> None:
    asking = client(address).responses
    picture = {"type": "input_image", "image_url": data_url(PICTURE), "detail": "auto"}
    content = [{"type": "input_text", "text": kit.TOTAL}, picture]
    first = asking.create(model="looktwice", input=[{"role": "user", "content": content}])  # type: ignore[list-item, misc]
    assert first.output_text == "8.20"
    assert first.usage.total_tokens > 0  # type: ignore[union-attr]
    second = asking.create(
        model="looktwice", input=kit.TOTAL, previous_response_id=first.id, instructions="Be brief."
    )
    assert second.output_text == "8.20"
    assert second.model_extra["looktwice"]["pictures"]  # type: ignore[index]
    with pytest.raises(openai.NotFoundError, match="not known here any more"):
        asking.create(model="looktwice", input="?", previous_response_id="resp_gone")
    wrong: Any = [{"role": "user", "content": [{"type": "input_text", "text": 7}]}]
    with pytest.raises(openai.BadRequestError, match=r"input\[0\]"):
        asking.create(model="looktwice", input=wrong)
    parsed = asking.parse(model="looktwice", input="8.20?", text_format=Total)
    assert parsed.output_parsed == Total(total=8.2)


def test_responses_stream_and_call_functions(address: str) -> None:
    asking = client(address).responses
    with asking.stream(model="looktwice", input=kit.HELLO) as stream:
        kinds = [event.type for event in stream]
        assert stream.get_final_response().output_text.startswith("🧾")
    assert kinds[:2] == ["response.created", "response.in_progress"]
    assert kinds[-1] == "response.completed"
    tools: Any = [{"type": "function", **WEATHER}, {"type": "web_search"}]
    reply = asking.create(model="looktwice", input="What is the weather in Paris?", tools=tools)
    assert reply.model_extra["looktwice"]["ignored"] == ["tools (web_search)"]  # type: ignore[index]
    (call,) = reply.output
    assert (call.type, call.name) == ("function_call", "get_weather")  # type: ignore[union-attr]
    came: Any = [{"type": "function_call_output", "call_id": call.call_id, "output": "18 C"}]  # type: ignore[union-attr]
    reply = asking.create(model="looktwice", input=came, previous_response_id=reply.id, tools=tools)
    assert reply.output_text == "It is 18 degrees in Paris."


def test_files_are_uploaded_once_and_named(address: str) -> None:
    known = client(address).files
    made = known.create(file=("lease.pdf", io.BytesIO(pdf(LEASE))), purpose="user_data")
    assert (made.filename, made.status) == ("lease.pdf", "processed")
    assert [file.id for file in known.list()] == [made.id]
    assert known.content(made.id).read() == pdf(LEASE)
    named: Any = {"type": "input_file", "file_id": made.id}
    content: Any = [{"type": "input_text", "text": ENDS}, named]
    reply = client(address).responses.create(
        model="looktwice", input=[{"role": "user", "content": content}]
    )
    assert reply.output_text == "March 2031"
    cited = reply.output[0].content[0].annotations[0]  # type: ignore[union-attr, index]
    assert (cited.type, cited.filename) == ("file_citation", "lease.pdf")  # type: ignore[union-attr]
    assert known.delete(made.id).deleted
    for gone in (made.id, "file-..", "../x"):
        with pytest.raises(openai.APIStatusError) as caught:
            known.retrieve(gone)
        assert caught.value.status_code == 404


def test_files_belong_to_their_key(serving: Serving) -> None:
    other = "another-key-of-16-characters"
    address = serving(app={"keys": ApiKeys([KEY, other])}, serve={"files_bytes": 10})
    mine, theirs = client(address).files, client(address, key=other).files
    made = mine.create(file=("a.txt", b"12345678"), purpose="user_data")
    assert list(theirs.list()) == []
    with pytest.raises(openai.NotFoundError):
        theirs.content(made.id)
    with pytest.raises(openai.APIStatusError, match="delete some first"):
        mine.create(file=("b.txt", b"12345678"), purpose="user_data")


def test_embeddings(address: str) -> None:
    asking = client(address).embeddings
    texts = ["red", "red", "blue"]
    one, same, other = (
        e.embedding for e in asking.create(model="looktwice-embedding", input=texts).data
    )
    assert one == same != other
    plain = asking.create(model="looktwice-embedding", input="red", encoding_format="float")
    assert plain.data[0].embedding == pytest.approx(one)
    with pytest.raises(openai.BadRequestError, match="check_embedding_ctx_length"):
        asking.create(model="looktwice-embedding", input=[[1, 2]])


def test_pages_and_names_that_may_ask_are_settings(serving: Serving) -> None:
    site = "https://chat.example"
    address = serving(serve={"origins": (site,), "hosts": ("host.docker.internal",)})
    asked = {"origin": site, "access-control-request-method": "POST"}
    asked["access-control-request-headers"] = "content-type, authorization"
    allowed = httpx.options(f"{address}/v1/chat/completions", headers=asked)
    assert allowed.headers["access-control-allow-origin"] == site
    sent = json.dumps({"messages": [user(kit.HELLO)]}).encode()
    reply = post(address, sent, origin=site, host="host.docker.internal:8000")
    assert reply.status_code == 200
    assert reply.headers["access-control-allow-origin"] == site
    assert post(address, sent, origin="https://evil.example").status_code == 403
    assert post(address, sent, host="evil.example").status_code == 403
    form = httpx.post(
        f"{address}/v1/files", files={"file": b"x"}, headers={"origin": "https://evil.example"}
    )
    assert form.status_code == 403
