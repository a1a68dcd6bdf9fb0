"""The weights of the gpu pack, and those that may stand in their place: repositories of the hub.

Only safetensors and GGUF are fetched, which hold numbers and no code; the one exception says so.
Bytes of GPU memory are estimates: parameters, counted from the published configurations, times two
bytes, and room for the work beside them; `python -m benchmarks gpu` measures them on a card.
"""

from __future__ import annotations

from .sources import Hub, LocalKind, Weight

__all__ = ["MODEL_FILES", "PUBLISHED", "TOKENIZER_FILES"]

MODEL_FILES = ("*.json", "*.safetensors")
TOKENIZER_FILES = ("*.txt", "*.jinja", "*.model")

_MILLION = 10**6


def _hub(
    name: str,
    repo: str,
    purpose: str,
    licence: str = "Apache-2.0",
    *,
    chat: LocalKind | None = None,
    more: tuple[str, ...] = (),
    gpu_mb: int = 0,
    gpu_mb_4bit: int = 0,
) -> Weight:
    """A repository in the form transformers reads."""
    return Weight(
        name,
        purpose,
        licence,
        f"https://huggingface.co/{repo}",
        Hub(repo, (*MODEL_FILES, *more), optional=TOKENIZER_FILES),
        chat=chat,
        gpu_bytes=gpu_mb * _MILLION,
        gpu_bytes_4bit=gpu_mb_4bit * _MILLION,
    )


def _chat(name: str, repo: str, millions: int, matrices: int) -> Weight:
    """A chat model that sees, of so many million parameters; so many in its language model's matrices.

    In bfloat16 each takes 2 bytes, in NF4 (Dettmers et al., 2023; scales quantised, too) some .53.
    """
    quantised = 2 * (millions - matrices) + round(0.53 * matrices)
    return _hub(
        name,
        repo,
        "chat model that sees pictures",
        chat="transformers",
        gpu_mb=2 * millions,
        gpu_mb_4bit=quantised,
    )


def _laptop(size: str, model: tuple[int, str], projector: tuple[int, str], work_mb: int) -> Weight:
    """Qwen3-VL as its makers' GGUF in 4 bits with its projector in 8; size and SHA-256 of each file.

    The sums are those that several publishers of programs state for these files.

    Args:
        work_mb: the context of 8,192 tokens and room to compute, beside the files.
    """
    repo = f"Qwen/Qwen3-VL-{size}-Instruct-GGUF"
    names = f"Qwen3VL-{size}-Instruct-Q4_K_M.gguf", f"mmproj-Qwen3VL-{size}-Instruct-Q8_0.gguf"
    pins = ((names[0], *model), (names[1], *projector))
    return Weight(
        f"qwen3-vl-{size.lower()}-gguf",
        "chat model that sees pictures, for a laptop",
        "Apache-2.0",
        f"https://huggingface.co/{repo}",
        Hub(repo, names, pins=pins),
        chat="llamacpp",
        ram_bytes=model[0] + projector[0] + work_mb * _MILLION,
    )


PUBLISHED = (
    _laptop(
        "2B",
        (1_107_409_952, "089d75c52f4b7ffc56ba998ffc50aae89fcafc755f9e7208aacca281dca6c2ae"),
        (445_053_216, "f9a68fabba69c3b81e153367b2c7521030b0fa8bb0de400c9599c8e6725f9c82"),
        1_500,
    ),
    _laptop(
        "4B",
        (2_497_281_664, "66358cb18bb6b3b1b6675aa412c7a88ef01d228f481184d13668e5201c730a0a"),
        (453_974_304, "30ba2c7dd3127a4561b6cba9d13d0f711c91bdb38742e2f56d73c8cb596bd06d"),
        1_800,
    ),
    _laptop(
        "8B",
        (5_027_784_800, "67d1659bfe71b89d50b45a4ad1a9e5b997e5bb16ce5da66a6a6167abd569e9e2"),
        (752_289_728, "c6ba85508d82f42590e6eb77d5340369ab6fecf107a7561d809523d8aa5f3bfd"),
        1_900,
    ),
    _chat("qwen3.5-2b", "Qwen/Qwen3.5-2B", 2_213, 1_373),
    _chat("qwen3.5-4b", "Qwen/Qwen3.5-4B", 4_539, 3_569),
    _chat("qwen3.5-9b", "Qwen/Qwen3.5-9B", 9_410, 6_919),
    _chat("qwen3-vl-2b-instruct", "Qwen/Qwen3-VL-2B-Instruct", 2_128, 1_409),
    _chat("qwen3-vl-4b-instruct", "Qwen/Qwen3-VL-4B-Instruct", 4_438, 3_633),
    _chat("qwen3-vl-8b-instruct", "Qwen/Qwen3-VL-8B-Instruct", 8_767, 6_946),
    _hub(
        "dfine-xlarge",
        "ustc-community/dfine-xlarge-obj2coco",
        "finds objects of 80 kinds (COCO)",
        gpu_mb=400,
    ),
    _hub(
        "grounding-dino-base",
        "IDEA-Research/grounding-dino-base",
        "finds objects of any name",
        gpu_mb=1_800,
    ),
    Weight(
        "yolo26x",
        "finds objects of 80 kinds (COCO); a pickle, which runs code when it is loaded",
        "AGPL-3.0",
        "https://huggingface.co/Ultralytics/YOLO26",
        Hub("Ultralytics/YOLO26", ("yolo26x.pt",)),
        gpu_bytes=700 * _MILLION,
    ),
    _hub(
        "pp-ocrv6-medium-det",
        "PaddlePaddle/PP-OCRv6_medium_det_safetensors",
        "finds text in pictures",
        more=("inference.yml",),
        gpu_mb=350,
    ),
    _hub(
        "pp-ocrv6-medium-rec",
        "PaddlePaddle/PP-OCRv6_medium_rec_safetensors",
        "reads text in pictures",
        more=("inference.yml",),
        gpu_mb=350,
    ),
    _hub(
        "qwen3-embedding-0.6b",
        "Qwen/Qwen3-Embedding-0.6B",
        "turns text of many languages into vectors",
        more=("1_Pooling/*.json",),
        gpu_mb=1_300,
    ),
    _hub(
        "bge-reranker-v2-m3",
        "BAAI/bge-reranker-v2-m3",
        "orders passages by how well they answer",
        gpu_mb=1_250,
    ),
    _hub(
        "siglip2-base-patch16-256",
        "google/siglip2-base-patch16-256",
        "turns pictures and words into vectors that can be compared",
        gpu_mb=800,
    ),
    _hub(
        "qwen3-vl-embedding-2b",
        "Qwen/Qwen3-VL-Embedding-2B",
        "finds pages by what they look like",
        more=("1_Pooling/*.json",),
        gpu_mb=4_900,
    ),
    _hub(
        "qwen3-vl-reranker-2b",
        "Qwen/Qwen3-VL-Reranker-2B",
        "orders pages by how well what they show answers",
        gpu_mb=4_900,
    ),
)
