"""One typed settings object, built at the edge and passed down.

Values come from, strongest first: arguments, `LOOKTWICE_*` environment variables (nested names with
two underscores: `LOOKTWICE_LIMITS__ROUNDS=1`), `looktwice.toml` in the working folder, another in
`LOOKTWICE_HOME`, defaults. A working folder may be somebody else's, so its file starts no programs.
Nothing else in the package reads the environment.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal, Self

from platformdirs import user_data_path
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from .errors import UsageError

PackName = Literal["auto", "starter", "laptop", "gpu", "server"]


class Limits(BaseModel):
    """What one question may cost; these always hold."""

    model_config = ConfigDict(extra="forbid")

    rounds: int = Field(default=2, ge=0, description="times the assistant may look again")
    tool_calls: int = Field(default=12, ge=0, description="of one question")
    model_calls: int = Field(default=24, ge=0, description="of one question")
    question_characters: int = Field(default=32_000, gt=0, description="of one question")
    tokens: int = Field(
        default=32_000, gt=0, description="prompts and replies; a picture counts once"
    )
    answer_tokens: int = Field(default=1_200, gt=0, description="of one draft, whatever its form")
    evidence_tokens: int = Field(default=2_500, gt=0, description="evidence put before the model")
    extract_tokens: int = Field(default=700, gt=0, description="of all retrieved pages together")
    seconds: float = Field(default=180.0, gt=0, description="one question may take")
    tool_seconds: float = Field(default=60.0, gt=0, description="one tool call")


class MediaLimits(BaseModel):
    """What one picture may measure."""

    model_config = ConfigDict(extra="forbid")

    bytes: int = Field(default=64 * 2**20, gt=0, description="of the file")
    pixels: int = Field(
        default=120_000_000, gt=0, description="width times height; half of it at 16 bits"
    )
    side: int = Field(default=30_000, gt=0, description="pixels of the longer side")
    pictures: int = Field(default=32, gt=0, description="pictures in one question")


class DocumentLimits(BaseModel):
    """What one document may measure; reading happens in a process of its own that keeps to them."""

    model_config = ConfigDict(extra="forbid")

    bytes: int = Field(default=2**30, gt=0, description="of the file")
    follow_links: bool = Field(default=False, description="in folders, also where they lead out")
    archives: bool = Field(default=False, description="read the documents in ZIP archives, too")
    pages: int = Field(default=20_000, gt=0, description="a document with more is refused")
    moments: int = Field(
        default=1200, gt=0, description="of a video, about; a longer one is looked at less often"
    )
    speech: str = Field(
        default="", description="folder of a Whisper model that hears what is said in videos"
    )
    page_characters: int = Field(default=200_000, gt=0, description="of one page")
    expanded: int = Field(default=512 * 2**20, gt=0, description="what a zipped format unpacks to")
    page_seconds: float = Field(default=60.0, gt=0, description="reading one page")
    memory: int = Field(default=3 * 2**30, gt=0, description="of the reading process, in bytes")
    render_dpi: int = Field(default=150, gt=0, description="of scanned pages that are read")
    look_dpi: int = Field(
        default=180, gt=0, description="of pages that are looked at; A4 has 3.1 megapixels then"
    )
    render_pixels: int = Field(default=12_000_000, gt=0, description="of such a page, at most")


class Checks(BaseModel):
    """Which checks look at a draft; `looktwice checks` lists them."""

    model_config = ConfigDict(extra="forbid")

    disabled: tuple[str, ...] = Field(default=(), description="names of checks that do not look")


class Thresholds(BaseModel):
    """Where the checks draw their lines; each was set on data, see evals."""

    model_config = ConfigDict(extra="forbid")

    detector_score: float = Field(default=0.3, ge=0, le=1, description="of a box that counts")
    depicted: float = Field(
        default=0.3, ge=0, le=1, description="of a box by which a picture shows what is looked for"
    )
    text_score: float = Field(default=0.5, ge=0, le=1, description="of a line that is read")
    answerable: float = Field(default=0.77, ge=0, le=1, description="below this it looks again")
    answerable_at_last: float = Field(
        default=0.7,
        ge=0,
        le=1,
        description="below this it declines, where nothing is left to look with; also of documents",
    )
    supported: float = Field(default=0.5, ge=0, le=1, description="a draft in other words")
    seen: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="below this a model that sees declines: it neither finds it nor stands by it",
    )
    confidence: float = Field(default=0.2, ge=0, le=1, description="what is less sure is not given")
    supported_by_pages: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="a draft from documents: times the probability that they answer the question",
    )
    temperature: float = Field(
        default=1.0,
        gt=0,
        description="of confidences: above 1 makes them less sure; `eval run quick` keeps one a model",
    )


class Stages(BaseModel):
    """Which stages of the loop run; what a stage that does not pay costs is shown by `eval ablate`."""

    model_config = ConfigDict(extra="forbid")

    extract: bool = Field(default=True, description="show the lines that matter, not whole pages")
    gate: bool = Field(
        default=True, description="ask whether the evidence answers, before drafting"
    )
    literal: bool = Field(default=True, description="compare numbers, dates and names by program")
    supported: bool = Field(default=True, description="ask the model whether a draft is supported")
    look_again: bool = Field(default=True, description="search and look again where unsure")
    rewrite: bool | None = Field(
        default=None,
        description="search in the model's other words; by default not in the starter's",
    )
    look_closer: bool = Field(default=True, description="open parts of pictures where unsure")
    both_polarities: bool = Field(default=True, description="ask unsure yes/no the other way, too")
    illustrate: bool = Field(default=True, description="show figures with longer answers")
    drafts: bool = Field(
        default=False, description="several drafts of what is unsure, from parts; the best wins"
    )
    debate: bool = Field(
        default=False, description="argue for each of two such drafts before one is chosen"
    )
    picture_removed: bool = Field(default=False, description="confidence must need the picture")


class ServeLimits(BaseModel):
    """What the servers (`looktwice serve`, `looktwice mcp --http`) let one caller do."""

    model_config = ConfigDict(extra="forbid")

    body_bytes: int = Field(default=96 * 2**20, gt=0, description="of one request")
    body_seconds: float = Field(default=60.0, gt=0, description="for a request to arrive")
    running: int = Field(default=2, gt=0, description="questions worked on at the same time")
    waiting: int = Field(default=16, ge=0, description="questions in the queue; more are refused")
    messages: int = Field(
        default=200, gt=0, description="of one conversation; older ones are left out"
    )
    files_bytes: int = Field(
        default=2 * 2**30, gt=0, description="of one key's uploads to /v1/files together"
    )
    hosts: tuple[str, ...] = Field(
        default=(),
        description="more names the server may be called by, such as host.docker.internal",
    )
    origins: tuple[str, ...] = Field(
        default=(),
        description="sites whose pages may ask, such as https://chat.example; * for all, with keys",
    )
    progress: bool = Field(
        default=True, description="streams tell what is being done and the draft, as reasoning"
    )
    footnotes: bool = Field(
        default=False, description="answers end with their citations, for clients that show text"
    )
    logs: Literal["json", "text"] = Field(default="json", description="form of the log lines")
    shutdown_seconds: float = Field(default=20.0, gt=0, description="for answers to be finished")
    remote_pictures: bool = Field(
        default=False, description="fetch pictures given by address; never from private networks"
    )
    remote_bytes: int = Field(default=20 * 2**20, gt=0, description="of one such picture")
    remote_seconds: float = Field(default=15.0, gt=0, description="for all redirects together")


class PageLimits(BaseModel):
    """What the chat page (`looktwice ui`) lets its users do."""

    model_config = ConfigDict(extra="forbid")

    running: int = Field(default=4, gt=0, description="questions worked on at the same time")
    waiting: int = Field(default=64, ge=0, description="questions in the queue; more are refused")
    per_user: int = Field(default=3, gt=0, description="questions of one user, in several tabs")
    questions_per_minute: int = Field(default=30, gt=0, description="of one user")
    question_characters: int = Field(default=8_000, gt=0, description="of one question")
    files: int = Field(default=16, gt=0, description="with one question")
    folder_files: int = Field(default=2_000, gt=0, description="added to the documents at once")
    upload_bytes: int = Field(default=64 * 2**20, gt=0, description="of one file")
    uploads_bytes: int = Field(default=4 * 2**30, gt=0, description="of all uploads on their way")
    documents_bytes: int = Field(default=4 * 2**30, gt=0, description="of one user's documents")
    upload_seconds: int = Field(default=3600, gt=0, description="an unused upload is kept")
    trusted_proxies: tuple[str, ...] = Field(
        default=("127.0.0.1", "::1"),
        description="addresses whose X-Forwarded-For and -Proto are believed",
    )


class Mcp(BaseModel):
    """What `looktwice mcp` lets its clients do."""

    model_config = ConfigDict(extra="forbid")

    folders: tuple[Path, ...] = Field(
        default=(), description="pictures in these may be named by path; none by default"
    )


DeviceName = Literal["auto", "cpu", "cuda", "mps"]


class Devices(BaseModel):
    """Where the models in this process run; auto takes a GPU that has room for them."""

    model_config = ConfigDict(extra="forbid")

    chat: DeviceName = Field(
        default="auto", description="the chat model; with llama.cpp, auto is any GPU that it knows"
    )
    detector: DeviceName = Field(default="auto", description="what finds objects")
    ocr: DeviceName = Field(default="auto", description="what reads text in pictures")
    embedders: DeviceName = Field(
        default="auto", description="what makes vectors, and the rerankers"
    )


class Retrieval(BaseModel):
    """What finds and orders pages of an index, beside their words."""

    model_config = ConfigDict(extra="forbid")

    texts: str = Field(
        default="auto",
        pattern="^(auto|chat|https?://.*)$",
        description="what makes vectors of texts: `chat` is the chat model itself, an address a server "
        "that runs it for vectors; by default the pack's own",
    )
    pictures: str = Field(
        default="auto",
        pattern="^(auto|chat|https?://.*)$",
        description="what makes vectors of pictures; as `texts`",
    )
    pages: str = Field(
        default="auto",
        description="model that finds pages by their look: a folder, a hub name, `off`; by default "
        "the pack's",
    )
    page_reranker: str = Field(
        default="auto", description="model that orders pages by their look; as `pages`"
    )


class McpServer(BaseModel):
    """A server of the Model Context Protocol whose tools the assistant may use.

    Attributes:
        command, args, env: starts it as a child process that is spoken to over pipes; of this
            process's environment it gets only what finds programs and folders (PATH, HOME, ...).
        url: or where it runs already (streamable HTTP).
        token: sent to `url` as a bearer token.
        seconds: one call, and the start, may take.
        tools: use only these of its tools; empty for all.
    """

    model_config = ConfigDict(extra="forbid")

    command: str = ""
    args: tuple[str, ...] = ()
    env: dict[str, SecretStr] = Field(default_factory=dict)
    url: str = Field(default="", pattern="^(https?://.*)?$")
    token: SecretStr = SecretStr("")
    seconds: float = Field(default=30.0, gt=0)
    tools: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if bool(self.command) == bool(self.url):
            raise ValueError("expected either a command or a url")
        return self


class _WorkingFolder(TomlConfigSettingsSource):
    """`looktwice.toml` of the working folder, which may have come with somebody else's files."""

    def __call__(self) -> dict[str, Any]:
        """Its values; ValueError where it names a program to start."""
        values = super().__call__()
        servers = values.get("mcp_servers", {})
        for name, server in servers.items() if isinstance(servers, dict) else ():
            if isinstance(server, dict) and server.get("command"):
                raise ValueError(
                    f"mcp_servers.{name} names a program to start, which a file of the working "
                    "folder may not; move it to looktwice.toml in LOOKTWICE_HOME"
                )
        return values


class Settings(BaseSettings):
    """Everything a user can set.

    Attributes:
        home: folder for weights, sessions and the picture store.
        offline: forbid every download and every address that is not on this machine.
        pack: which set of weights; "auto" is gpu with a GPU, starter without.
        model: the chat model: a path, a hub name or an address; "" takes the pack's own.
        model_name: the name to ask a server for; "" takes the first one it lists.
        mmproj: the projector with which a GGUF model sees pictures: a path.
        api_key: for a server that wants one; never logged.
        threads: CPU threads for the llamacpp model; 0 takes every core.
        page_pixels: of a document's page that a model sees; small print is lost below 2.5 million.
        sees_images: whether a model behind an address sees pictures; by default it is found out.
        request_seconds: one request to a model's server may take.
        decoding: how a model in this process chooses tokens where it is shown pictures: "vcd" (against a
            noisy picture), "pai" (against no picture), "damro" (against its outlying tokens, for LLaVA),
            "vdgd" (near its own description), or "plain".
        detector: another detector: a file that ultralytics reads, a folder or a hub name of a model
            for transformers, or a weight's name; "" takes the pack's own.
        mcp_servers: servers that bring more tools, by the name their tools begin with.
    """

    model_config = SettingsConfigDict(
        env_prefix="LOOKTWICE_",
        env_nested_delimiter="__",
        toml_file="looktwice.toml",
        extra="forbid",
        protected_namespaces=(),
    )

    home: Path = Field(default_factory=lambda: user_data_path("looktwice"))
    offline: bool = False
    pack: PackName = "auto"
    model: str = ""
    model_name: str = ""
    mmproj: str = ""
    api_key: SecretStr = SecretStr("")
    threads: int = Field(default=0, ge=0)
    page_pixels: int = Field(default=3_000_000, gt=0)
    sees_images: bool | None = None
    request_seconds: float = Field(default=120.0, gt=0)
    decoding: Literal["plain", "vcd", "pai", "damro", "vdgd"] = "plain"
    detector: str = ""
    devices: Devices = Devices()
    retrieval: Retrieval = Retrieval()
    limits: Limits = Limits()
    media: MediaLimits = MediaLimits()
    documents: DocumentLimits = DocumentLimits()
    thresholds: Thresholds = Thresholds()
    stages: Stages = Stages()
    checks: Checks = Checks()
    serve: ServeLimits = ServeLimits()
    page: PageLimits = PageLimits()
    mcp: Mcp = Mcp()
    mcp_servers: dict[str, McpServer] = Field(default_factory=dict)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        home = os.environ.get("LOOKTWICE_HOME") or user_data_path("looktwice")
        own = TomlConfigSettingsSource(settings_cls, Path(home) / "looktwice.toml")
        return init_settings, env_settings, _WorkingFolder(settings_cls), own

    @classmethod
    def load(cls, **overrides: object) -> Settings:
        """Build the settings, leaving out overrides that are None.

        Raises:
            UsageError: a value does not fit; the message names it and where it came from.
        """
        given = {key: value for key, value in overrides.items() if value is not None}
        try:
            return cls(**given)  # type: ignore[arg-type]
        except ValidationError as error:
            faults = "; ".join(
                f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()
            )
            raise UsageError(
                f"settings: {faults} (see LOOKTWICE_* variables, looktwice.toml and arguments)"
            ) from None
        except ValueError as error:  # a broken looktwice.toml
            raise UsageError(f"settings: looktwice.toml cannot be read: {error}") from None

    @property
    def weights_dir(self) -> Path:
        return self.home / "weights"

    @property
    def prompts_dir(self) -> Path:
        """What a model in this process computed of the prompts that come with the program."""
        return self.home / "cache" / "prompts"

    @property
    def calibration_file(self) -> Path:
        """How sure each model has to be taken, as `eval run quick` found it."""
        return self.home / "calibration.json"

    @property
    def store_dir(self) -> Path:
        return self.home / "store"

    @property
    def uploads_dir(self) -> Path:
        """Files on their way into the store; emptied when the page starts."""
        return self.home / "uploads"

    @property
    def sessions_file(self) -> Path:
        return self.home / "sessions.db"


def quiet_third_parties(settings: Settings) -> None:
    """Keep libraries from phoning home or installing things; call before they are imported.

    Variables the user has set to something stricter stay; the ones below never need the network.
    """
    os.environ.update(
        GRADIO_ANALYTICS_ENABLED="False",
        # Gradio sums up its last 10,000 events after each one, for a page that is not served here.
        GRADIO_ANALYTICS_CACHE_FREQUENCY="1000000000",
        GRADIO_ANALYTICS_MAX_EVENTS="1",
        GRADIO_TEMP_DIR=str(settings.uploads_dir),
        ANONYMIZED_TELEMETRY="False",
        HF_HUB_DISABLE_TELEMETRY="1",
        DO_NOT_TRACK="1",
        YOLO_AUTOINSTALL="false",
        YOLO_OFFLINE="true",
        YOLO_VERBOSE="false",
        PADDLE_PDX_DISABLE_MODEL_SOURCE_CHECK="True",
        LANGSMITH_TRACING="false",
        LANGCHAIN_TRACING_V2="false",
        TOKENIZERS_PARALLELISM="false",
        PYTORCH_ENABLE_MPS_FALLBACK="1",  # what Apple's GPU lacks runs on the processor
        RAY_USAGE_STATS_ENABLED="0",
    )
    if settings.offline:
        os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", HF_DATASETS_OFFLINE="1")
