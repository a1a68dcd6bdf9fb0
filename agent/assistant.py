"""The assistant: the one object a program needs."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar, overload

from pydantic import BaseModel

from ..closing import Closing
from ..control import Control
from ..errors import LooktwiceError, UsageError
from ..extensions.extras import has, require
from ..media.private import mend_home
from ..media.store import Store
from ..retrieval.embeddings.chosen import IndexEmbedders, open_index_embedders
from ..retrieval.embeddings.text import Embedder, TextEmbedder, open_text_embedder
from ..schema import Answer, AnswerReady, Event, Picture
from ..settings import Settings, quiet_third_parties
from ..tools import search_tools
from ..tools.base import Tool
from ..tools.documents.search import SEARCH_TOOLS, Searchable
from ..tools.execution.cache import ResultCache
from ..tools.mcp_client.remote import open_remote
from ..tools.plugins import plugin_tools
from ..tools.records.query import records_tools
from ..tools.registry import Experts, default_tools, unique
from ..tools.scan_reader import scan_reader_of
from ..weights.resolve import resolve_pack, weight_for
from ..weights.state import state_of
from .backends import open_model
from .backends.base import ChatModel, JsonSchema, Lends, ReadsAhead, Warms
from .budget import metered, whole
from .calibration import temperature_of
from .direct import direct_answer, direct_reply
from .evidence.prompting import Opening, read_ahead
from .extraction.collection import COLLECTION_SCHEMA, CollectionReader, KeepsRecords
from .extraction.records.extractor import Extractor
from .extraction.records.pages.reading import DocumentPages
from .extraction.records.results.answering import answer_of
from .extraction.records.results.extracted import Extracted, ExtractedRecords
from .extraction.records.results.files import extract_each
from .extraction.records.schemas.requests import RecordRequest
from .extraction.records.schemas.sources import SchemaSource, load_schema, spec_of
from .form_classifier import FormClassifier
from .given_documents import GivenDocuments, ReadDocuments
from .indexes import Indexed, OpenIndexes
from .loading_times import note_seconds
from .many import answer_each
from .planner import Example, Planner, examples_of_tools, shipped_examples
from .run import Emit, Run
from .sessions import Sessions, checked_session
from .state import State, Turn, fresh
from .summarising.evidence import summary_tools

if TYPE_CHECKING:
    from langchain_core.runnables import RunnableConfig
    from PIL.Image import Image

    from ..retrieval.embeddings.text import Vectors
    from ..retrieval.ingest.progress import IngestProgress
    from ..weights.checkpoint import Parts
    from .graph import Graph

    Given = str | Path | bytes | Image | Picture

Files = str | Path | Sequence[str | Path]
"""One document or several."""
M = TypeVar("M", bound=BaseModel)


class Assistant(Closing):
    """Answers questions about pictures and documents and shows what each answer rests on.

    Safe to share between threads; models are loaded at first use (or by `warm`). Use it as a context
    manager, or call `close`.

    Args:
        settings: everything a user can set.
        model: a chat model to use instead of the one the settings name.
        tools: more tools, made with `@tool`.
        examples: more examples for the planner: questions and the tool calls that serve them.
        embedder: for the planner; the pack's own by default.
        index: the documents every question may be about: the folder of an index, or an open one.

    Raises:
        UsageError: there is no index in that folder, or two tools have the same name.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        index: Indexed | None = None,
        model: ChatModel | None = None,
        tools: Sequence[Tool] = (),
        examples: Sequence[Example] = (),
        embedder: Embedder | None = None,
    ) -> None:
        quiet_third_parties(settings)
        mend_home(settings.home)
        self.settings = settings
        self.store = Store(settings.store_dir, settings.media)
        # Opens nothing yet. A client of a server plans by words; it has no weights to embed with.
        own = open_text_embedder(settings) if has("embedders") else None
        self._model, self._owns_model = model, model is None
        self.index_embedders = self._index_embedders(own)
        self._library = OpenIndexes(settings, self.index_embedders)
        self._index = None if index is None else self._library.open(index)
        self._remote = open_remote(settings)
        brought = self._remote.tools if self._remote is not None else ()
        self._experts = experts = Experts.from_settings(settings) if has("experts") else None
        listed = default_tools(settings, self.store, [*tools, *brought], experts, self._index)
        self.tools = {t.name: t for t in listed}
        self._cache = ResultCache()
        self._lock = threading.RLock()
        self._closed = False
        self._graph: Graph | None = None
        self._sessions = Sessions(settings.sessions_file)
        self._embedder = embedder or own
        added = [*tools, *(t for t in plugin_tools() if self.tools.get(t.name) is t)]
        self._examples = [*examples, *examples_of_tools(added), *shipped_examples()]
        self._planners: dict[frozenset[str], Planner] = {}
        self._forms = FormClassifier(self._embedder, settings.home / "cache")
        self._documents = DocumentPages(
            settings.documents, None if experts is None else experts.reader.read
        )
        self._given = GivenDocuments(
            settings,
            lambda: scan_reader_of(experts) if experts is not None else None,
            self.index_embedders,
        )

    @classmethod
    def from_settings(
        cls,
        *,
        index: Indexed | None = None,
        model: ChatModel | str | None = None,
        tools: Sequence[Tool] = (),
        examples: Sequence[Example] = (),
        embedder: Embedder | None = None,
        **overrides: Any,
    ) -> Self:
        """Build one from LOOKTWICE_* variables, looktwice.toml and these overrides.

        Args:
            index: as in `Assistant`.
            model: a path, hub name or address as in the settings, or a ready `ChatModel`.
            tools: as in `Assistant`.
            examples: as in `Assistant`.
            embedder: as in `Assistant`.
            **overrides: any field of `Settings`.

        Raises:
            UsageError: a setting does not fit.
        """
        ready = None if isinstance(model, str) else model
        settings = Settings.load(model=model if isinstance(model, str) else None, **overrides)
        return cls(
            settings, index=index, model=ready, tools=tools, examples=examples, embedder=embedder
        )

    @property
    def index(self) -> Searchable | None:
        """The documents every question may be about; None where none were given."""
        return self._index

    def ask(
        self,
        question: str,
        images: Sequence[Given] = (),
        index: Indexed | None = None,
        session: str | None = None,
        control: Control | None = None,
        history: Sequence[Turn] = (),
        on_event: Emit = lambda event: None,
        documents: Sequence[str | Path] | ReadDocuments = (),
        settings: Settings | None = None,
    ) -> Answer:
        """Answer one question.

        Args:
            question: in any language the model reads.
            images: paths, bytes, PIL images or `Picture`s; boxes of the answer are in their pixels.
            index: documents this question may be about, instead of the assistant's own.
            session: a name; questions of the same session remember each other.
            control: to stop the run from another thread.
            history: what was said before, oldest first, where the caller keeps the conversation;
                not together with `session`.
            on_event: told of everything but the answer itself, in the thread where it happens;
                tools that run side by side tell side by side.
            documents: files and folders this question is about, instead of an index; they are read
                once, which is not time of the question, and kept for the next one. One that cannot
                be read ends it, unless they were read before with `read_documents`.
            settings: limits and checks of this question; all else stays the assistant's.

        Raises:
            BadInput: a picture or a document cannot be used.
            UsageError: the call itself was wrong.
        """
        return self._answer(
            question, images, index, session, control, history, on_event, documents, settings
        )

    def ask_many(
        self,
        questions: Iterable[str | tuple[str, Sequence[Given]]],
        *,
        index: Indexed | None = None,
        documents: Sequence[str | Path] = (),
        workers: int = 1,
        progress: bool = True,
    ) -> list[Answer]:
        """Answer many questions; `looktwice batch` does it for files of them, and goes on when killed.

        Args:
            questions: each by itself, or with its pictures: ("What is the total?", ["a.jpg"]).
            index: documents all of them may be about.
            documents: or files and folders that all of them are about.
            workers: asked at once; more than one pays where a server answers.
            progress: show a bar in a terminal or notebook.

        Returns:
            An answer for each, in their order; one whose picture or model failed has the status
            "failed" and says why.
        """
        asked = [(q, ()) if isinstance(q, str) else (q[0], tuple(q[1])) for q in questions]
        read = self._read(documents, Control()) if documents else ()
        return answer_each(
            asked,
            lambda one: self.ask(one[0], one[1], index=index, documents=read),
            lambda one: one[0],
            workers,
            progress,
        )

    def stream(
        self,
        question: str,
        images: Sequence[Given] = (),
        index: Indexed | None = None,
        session: str | None = None,
        control: Control | None = None,
        history: Sequence[Turn] = (),
        documents: Sequence[str | Path] | ReadDocuments = (),
    ) -> Iterator[Event]:
        """The same, as events while it happens; the last one is `AnswerReady`.

        Leaving the loop early stops the model and the tools.
        """
        self._chat_model()  # loading is not part of the time a question may take
        control = control or Control(self.settings.limits.seconds)
        events: queue.Queue[Event | BaseException] = queue.Queue()

        def work() -> None:
            try:
                answer = self._answer(
                    question, images, index, session, control, history, events.put, documents
                )
                events.put(AnswerReady(answer=answer))
            except BaseException as error:
                events.put(error)

        threading.Thread(target=work, name="looktwice-run", daemon=True).start()
        try:
            while True:
                item = events.get()
                if isinstance(item, BaseException):
                    raise item
                yield item
                if isinstance(item, AnswerReady):
                    return
        finally:
            control.cancel()

    async def aask(
        self,
        question: str,
        images: Sequence[Given] = (),
        index: Indexed | None = None,
        session: str | None = None,
    ) -> Answer:
        """`ask` for asyncio; cancelling the task stops the run."""
        control = Control(self.settings.limits.seconds)
        try:
            return await asyncio.to_thread(self.ask, question, images, index, session, control)
        except asyncio.CancelledError:
            control.cancel()
            raise

    async def astream(
        self,
        question: str,
        images: Sequence[Given] = (),
        index: Indexed | None = None,
        session: str | None = None,
    ) -> AsyncIterator[Event]:
        """`stream` for asyncio; leaving the loop early stops the run."""
        control = Control(self.settings.limits.seconds)
        events = self.stream(question, images, index, session, control)
        try:
            while (event := await asyncio.to_thread(next, events, None)) is not None:
                yield event
        finally:
            control.cancel()

    @overload
    def extract(
        self,
        schema: type[M],
        files: Files,
        *,
        control: Control | None = None,
        ignore_embedded: bool = False,
    ) -> ExtractedRecords[M]: ...
    @overload
    def extract(
        self,
        schema: str | Path | Mapping[str, Any],
        files: Files,
        *,
        control: Control | None = None,
        ignore_embedded: bool = False,
    ) -> ExtractedRecords[dict[str, Any]]: ...
    def extract(
        self,
        schema: SchemaSource,
        files: Files,
        *,
        control: Control | None = None,
        ignore_embedded: bool = False,
    ) -> ExtractedRecords[Any]:
        """Read documents into typed records, each value with its place.

        Args:
            schema: a Pydantic model, a JSON Schema, its file, or a shipped one: "invoice", "receipt",
                "id_card", "business_card", "bank_statement", "form", "document".
            files: paths of documents or pictures; of one document the result has its `.value` and
                `.fields`. One that cannot be read has an `error`, the others their records.
            control: to stop from another thread.
            ignore_embedded: read the page only, not what the file carries for machines.

        Raises:
            UsageError: the schema cannot be used.
            ModelError: the model failed.
        """
        found = self.extract_stream(schema, files, control=control, ignore_embedded=ignore_embedded)
        return ExtractedRecords(list(found))

    def extract_stream(
        self,
        schema: SchemaSource,
        files: Files,
        *,
        control: Control | None = None,
        ignore_embedded: bool = False,
    ) -> Iterator[Extracted[Any]]:
        """The same, one record after the other as they are read."""
        return extract_each(self.read_record, schema, files, control, ignore_embedded)

    async def aextract(
        self, schema: SchemaSource, files: Files, *, ignore_embedded: bool = False
    ) -> ExtractedRecords[Any]:
        """`extract` for asyncio; cancelling the task stops it."""
        control = Control()
        try:
            return await asyncio.to_thread(
                lambda: self.extract(
                    schema, files, control=control, ignore_embedded=ignore_embedded
                )
            )
        except asyncio.CancelledError:
            control.cancel()
            raise

    async def aextract_stream(
        self, schema: SchemaSource, files: Files, *, ignore_embedded: bool = False
    ) -> AsyncIterator[Extracted[Any]]:
        """`extract_stream` for asyncio; leaving the loop early stops it."""
        control = Control()
        records = self.extract_stream(
            schema, files, control=control, ignore_embedded=ignore_embedded
        )
        try:
            while (record := await asyncio.to_thread(next, records, None)) is not None:
                yield record
        finally:
            control.cancel()

    def read_record(
        self,
        request: RecordRequest,
        document: str | Path | Sequence[str | Path | Picture],
        control: Control | None = None,
    ) -> Answer:
        """The record of one document as an answer of the form "record": `Answer.records`.

        Args:
            request: what to read.
            document: its path, or pictures that are its pages, in order.
            control: to stop it from another thread.

        Raises:
            BadInput: the document cannot be read; names it and what to do.
            ModelError: the model failed.
        """
        if self._closed:
            raise UsageError("this assistant is closed; make a new one")
        model = self._chat_model()
        extractor = Extractor(self._documents, model, self.settings.limits, self.store)
        started = time.monotonic()
        parts = [document] if isinstance(document, str | Path) else document
        paths = [self.store.path(p) if isinstance(p, Picture) else Path(p) for p in parts]
        record, meter = extractor.extract(request, paths, control or Control())
        seconds = time.monotonic() - started
        spec, pack = spec_of(request.json_schema), resolve_pack(self.settings)
        return answer_of(spec, record, meter, model.name, pack, seconds)

    def read_documents(
        self,
        paths: Sequence[str | Path],
        control: Control | None = None,
        on_progress: Callable[[IngestProgress], None] | None = None,
    ) -> ReadDocuments:
        """Read files and folders into an index of their own; what was read before costs nothing.

        Args:
            paths: of documents; `ReadDocuments.failed` names those that cannot be read.
            control: to stop from another thread.
            on_progress: told how far it is.

        Raises:
            BadInput: one is not there.
        """
        return self._given.read(paths, control or Control(), on_progress)

    def complete(
        self,
        prompt: str,
        schema: JsonSchema | None = None,
        max_tokens: int | None = None,
        control: Control | None = None,
    ) -> Answer:
        """What the chat model writes by itself: without tools, documents and checks.

        Args:
            prompt: all it is told; of a long one the middle is left out.
            schema: of the JSON object to write.
            max_tokens: of the reply.
            control: to stop from another thread.

        Raises:
            ModelError: the model failed, or wrote no such JSON.
        """
        if self._closed:
            raise UsageError("this assistant is closed; make a new one")
        model, started = self._chat_model(), time.monotonic()
        meter = metered(model, self.settings.limits, control or Control())
        text = direct_reply(meter, prompt, schema, max_tokens)
        seconds = time.monotonic() - started
        answer = direct_answer(text, prompt, meter, model.name, resolve_pack(self.settings))
        spent = answer.usage.model_copy(update={"total_seconds": round(seconds, 4)})
        return answer.model_copy(update={"usage": spent})

    def open_index(self, folder: str | Path) -> Searchable:
        """The index of a folder, opened once and closed with the assistant.

        Raises:
            UsageError: there is none, or it was made with other embedders.
        """
        return self._library.open(folder)

    @property
    def can_embed(self) -> bool:
        """Whether texts can be made vectors here."""
        return self._embedder is not None

    def can_see(self) -> bool:
        """Whether the chat model looks at pictures itself; loads it."""
        return self._chat_model().sees_images

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Texts as unit vectors, one row each.

        Raises:
            UsageError: no embedder is installed.
        """
        if self._embedder is None:
            require("embedders")
        assert self._embedder is not None
        return self._embedder.embed(texts)

    def runs_on(self) -> dict[str, str]:
        """The chat model and the pack it is of, by name."""
        return {"model": self._chat_model().name, "pack": resolve_pack(self.settings)}

    def warm(self) -> None:
        """Load the chat model and the planner now instead of at the first question.

        The model also reads what every answering prompt begins with (some seconds on a CPU), which
        its prompt cache keeps. A model that fails here fails again at the first question, and is told
        of there.
        """
        began = time.monotonic()
        planner = self._planner(self.tools)

        def warm() -> None:
            with suppress(LooktwiceError):  # told of at the first question, too
                planner.warm()

        loading = threading.Thread(target=warm, name="looktwice-warm", daemon=True)
        loading.start()
        model = self._chat_model()
        self._plain_graph()
        if isinstance(model, Warms):
            with suppress(LooktwiceError):
                model.warm()
        _read_ahead(model, self._index)
        loading.join()
        note_seconds(self.settings, time.monotonic() - began)

    def warm_experts(self) -> None:
        """Load what reads text in pictures, beside everything else; nothing is fetched for it."""
        name = weight_for("ocr_det", self.settings)
        if self._experts is None or name is None:
            return
        if state_of(name, self.settings).status in ("present", "verified"):
            load = self._experts.warm
            threading.Thread(target=load, name="looktwice-warm", daemon=True).start()

    def sessions(self) -> list[str]:
        """Names of the sessions that are kept."""
        return self._sessions.names()

    def forget(self, session: str) -> None:
        """Remove a session and all it remembers."""
        self._sessions.forget(session)

    def close(self) -> None:
        """Give back what was opened; calling twice is fine."""
        with self._lock:
            self._closed = True
            if self._model is not None and self._owns_model:
                self._model.close()
                self._model = None
            self._sessions.close()
            self._graph = None
            self._library.close()
            self._documents.close()
            if self._remote is not None:
                self._remote.close()

    def _answer(
        self,
        question: str,
        images: Sequence[Given],
        index: Indexed | None,
        session: str | None,
        control: Control | None,
        history: Sequence[Turn],
        emit: Emit,
        given: Sequence[str | Path] | ReadDocuments = (),
        settings: Settings | None = None,
    ) -> Answer:
        if self._closed:
            raise UsageError("this assistant is closed; make a new one")
        if given and index is not None:
            raise UsageError("documents: an index is given as well; give one of the two")
        if history and session is not None:
            raise UsageError("history: a session remembers by itself; give one of the two")
        settings = settings or self.settings
        question = checked_question(question, settings.limits.question_characters)
        pictures = self._load(images)
        control = control or Control(settings.limits.seconds)
        with ExitStack() as opened:
            documents = self._index if index is None else self._library.open(index)
            if given:
                documents = opened.enter_context(self._given.open(self._read(given, control)))
            return self._run_graph(
                question, pictures, documents, session, control, history, emit, settings
            )

    def _read(self, given: Sequence[str | Path] | ReadDocuments, control: Control) -> ReadDocuments:
        """The documents of a question; reading is not part of the time it may take."""
        if isinstance(given, ReadDocuments):
            return given
        with control.waiting():
            read = self.read_documents(given, control)
        read.check()
        return read

    def _run_graph(
        self,
        question: str,
        pictures: tuple[Picture, ...],
        documents: Searchable | None,
        session: str | None,
        control: Control,
        history: Sequence[Turn],
        emit: Emit,
        settings: Settings,
    ) -> Answer:
        model = self._chat_model()  # nor is loading
        if isinstance(model, ReadsAhead):
            _read_ahead(model, documents)
        run = self._run(documents, control, emit, settings)
        graph = self._plain_graph() if session is None else self._sessions.graph
        config: RunnableConfig = {}
        with ExitStack() as held:
            if session is not None:
                config = {"configurable": {"thread_id": checked_session(session)}}
                held.enter_context(self._sessions.turn(session, run.control))
            output = graph.invoke(
                State(**fresh(question, pictures), turns=tuple(history)),
                config,
                context=run,
                output_keys=["answer", "steps"],  # the rest would be read out after every node
                durability="exit" if session is not None else None,
                version="v2",  # the first also listens for interrupts, which we have none of
            )
        state = output.value
        answer = state["answer"]
        return answer.model_copy(
            update={
                "steps": state["steps"],
                "usage": answer.usage.model_copy(update={"total_seconds": round(run.elapsed(), 4)}),
            }
        )

    def _load(self, images: Sequence[Given]) -> tuple[Picture, ...]:
        if isinstance(images, str | bytes | Path):
            raise UsageError("images: expected a list of pictures, got one; write [picture]")
        limit = self.settings.media.pictures
        if len(images) > limit:
            raise UsageError(f"images: at most {limit} pictures a question, got {len(images)}")
        return tuple(self.store.add(image) for image in images)

    def _run(
        self, index: Searchable | None, control: Control, emit: Emit, settings: Settings
    ) -> Run:
        model, tools = self._chat_model(), self._tools_with(index)
        cache = self.settings.home / "cache"
        summing = summary_tools(index, model, self._embedder, self.store, cache)
        tools |= {t.name: t for t in [*self._record_tools(index), *summing]}
        return Run(
            settings=settings,
            model=metered(model, settings.limits, control),
            tools=tools,
            planner=self._planner(tools),
            forms=self._forms,
            embedder=self._embedder,
            store=self.store,
            cache=self._cache,
            control=control,
            emit=emit,
            model_name=model.name,
            pack=resolve_pack(self.settings),
            index=index if index is not None and len(index) else None,
            temperature=temperature_of(self.settings, model.name),
        )

    def _tools_with(self, index: Searchable | None) -> dict[str, Tool]:
        """The tools of one question: what is indexed may have changed since the last."""
        if index is None:
            return dict(self.tools)
        own = [t for n, t in self.tools.items() if self._index is None or n not in SEARCH_TOOLS]
        return {t.name: t for t in unique([*own, *search_tools(index, self.store)])}

    def _record_tools(self, index: Searchable | None) -> list[Tool]:
        """The tools that ask all documents, of an index that keeps their records."""
        if not isinstance(index, KeepsRecords):
            return []
        extractor = Extractor(self._documents, self._chat_model(), self.settings.limits, self.store)
        schema = load_schema(COLLECTION_SCHEMA)
        return records_tools(CollectionReader(index, extractor, schema))

    def _planner(self, tools: Iterable[str]) -> Planner:
        """The planner for these tools; there are few sets of them."""
        with self._lock:
            names = frozenset(tools)
            if names not in self._planners:
                cache = self.settings.home / "cache"
                self._planners[names] = Planner(self._embedder, self._examples, names, cache)
            return self._planners[names]

    def _index_embedders(self, own: TextEmbedder | None) -> IndexEmbedders | None:
        """What asks indexes: the pack's own text embedder, or the chat model, loaded once for both."""
        if own is None:
            return None
        return open_index_embedders(
            self.settings,
            own if self.settings.retrieval.texts == "auto" else None,
            lend=self._lent if self._owns_model else None,
        )

    @contextmanager
    def _lent(self) -> Iterator[Parts]:
        """The chat model that runs in this process."""
        model = self._chat_model()
        assert isinstance(model, Lends)
        with model.lent() as parts:
            yield parts

    def _chat_model(self) -> ChatModel:
        with self._lock:
            if self._model is None:
                self._model = open_model(self.settings, self.store)
            return self._model

    def _plain_graph(self) -> Graph:
        """The graph that remembers nothing."""
        with self._lock:
            if self._graph is None:
                from .graph import build_graph

                self._graph = build_graph(None)
            return self._graph


def _read_ahead(model: ChatModel, documents: Searchable | None) -> None:
    """Let it read what prompts begin with; a model that fails here is told of when it is asked."""
    about: Opening = "pictures" if documents is None else "documents"
    with suppress(LooktwiceError):
        read_ahead(model, "seeing" if model.sees_images else about)


def checked_question(question: str, most: int | None = None) -> str:
    """The question without surrounding space; UsageError when it is none, or longer than `most`."""
    if not isinstance(question, str) or not question.strip():
        raise UsageError("question: expected some words, got nothing")
    if most is not None and len(question) > most:
        raise UsageError(
            f"question: expected at most {most:,} characters, got {len(question):,}; put long texts "
            "into an index, or raise LOOKTWICE_LIMITS__QUESTION_CHARACTERS"
        )
    return whole(question).strip()
