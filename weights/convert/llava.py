"""A LLaVA (after Liu et al., 2023: a Llama, a CLIP tower and a projector of two layers) as GGUF.

Two files, as llama.cpp reads them: the language model with its words, and the projector with the tower.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import WeightsError
from .vocabulary import write_vocabulary

if TYPE_CHECKING:
    import numpy as np
    from gguf import GGUFWriter
    from gguf.tensor_mapping import TensorNameMap

    Tensors = Mapping[str, np.ndarray[Any, Any]]

MODEL = "model.gguf"
PROJECTOR = "mmproj.gguf"
_RESAMPLED = {2: "bilinear_pillow", 3: "bicubic_pillow"}
"""Pillow's numbers of ways to shrink a picture, as llama.cpp calls them."""
_UNUSED = ("class_embedding", "post_layernorm", "position_ids")


def make_llava(source: Path, into: Path) -> None:
    """Write `model.gguf` and `mmproj.gguf`, in 32 bits, as exact as the checkpoint.

    Args:
        source: a folder of transformers' form.
        into: a folder that is there.

    Raises:
        WeightsError: it is no LLaVA of a Llama and a CLIP tower, or something is missing.
    """
    config = json.loads((source / "config.json").read_text("utf-8"))
    _check(config, source)
    tensors = _read(source)
    _write_text(config["text_config"], tensors, source, into / MODEL)
    _write_vision(config, tensors, source, into / PROJECTOR)


def _check(config: Mapping[str, Any], source: Path) -> None:
    parts = {key: config.get(key, {}).get("model_type") for key in ("text_config", "vision_config")}
    if parts != {"text_config": "llama", "vision_config": "clip_vision_model"}:
        raise WeightsError(
            f"{source}: expected a LLaVA of a llama and a clip_vision_model, got {parts}"
        )


def _read(source: Path) -> Tensors:
    """All tensors by the names of the original LLaVA, in 32 bits."""
    from safetensors.torch import load_file

    files = sorted(source.glob("*.safetensors"))
    if not files:
        raise WeightsError(f"{source} holds no .safetensors file")
    found = {name: each for file in files for name, each in load_file(file).items()}
    return {_original(name): each.float().numpy() for name, each in found.items()}


def _original(name: str) -> str:
    """A tensor's name before transformers 5 moved the parts about."""
    name = name.removeprefix("model.").replace("language_model.lm_head", "lm_head")
    name = name.replace("language_model.model.", "model.").replace("language_model.", "model.")
    return name.replace("vision_tower.vision_model.", "vision_tower.").replace(
        "vision_tower.", "vision_tower.vision_model."
    )


def _write_text(config: Mapping[str, Any], tensors: Tensors, source: Path, path: Path) -> None:
    import gguf

    layers, heads = config["num_hidden_layers"], config["num_attention_heads"]
    kv_heads = config.get("num_key_value_heads", heads)
    size = config.get("head_dim") or config["hidden_size"] // heads
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_name(source.name)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(layers)
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(heads)
    writer.add_head_count_kv(kv_heads)
    writer.add_key_length(size)
    writer.add_value_length(size)
    writer.add_rope_dimension_count(size)
    writer.add_rope_freq_base(_rope_base(config, source))
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_vocab_size(config["vocab_size"])
    write_vocabulary(writer, source, config["vocab_size"])
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.LLAMA, layers)
    turned = {"q_proj.weight": heads, "k_proj.weight": kv_heads}
    for name, tensor in tensors.items():
        if not name.startswith(("model.", "lm_head.")) or (
            name.startswith("lm_head.") and config.get("tie_word_embeddings")
        ):
            continue
        count = next((n for end, n in turned.items() if name.endswith(end)), None)
        writer.add_tensor(_named(name, names), tensor if count is None else _turned(tensor, count))
    _finish(writer)


def _rope_base(config: Mapping[str, Any], source: Path) -> float:
    given = config.get("rope_parameters") or config.get("rope_scaling") or {}
    kind = given.get("rope_type", given.get("type", "default"))
    if kind != "default":
        raise WeightsError(f"{source}: positions of the kind {kind!r} cannot be converted")
    return float(given.get("rope_theta", config.get("rope_theta", 10_000.0)))


def _turned(tensor: np.ndarray[Any, Any], heads: int) -> np.ndarray[Any, Any]:
    """Rows of queries and keys as llama.cpp turns them: in neighbouring pairs, not in two halves."""
    rows, columns = tensor.shape
    halves = tensor.reshape(heads, 2, rows // heads // 2, columns)
    return halves.swapaxes(1, 2).reshape(rows, columns)


def _write_vision(config: Mapping[str, Any], tensors: Tensors, source: Path, path: Path) -> None:
    import gguf

    vision, pictures = config["vision_config"], _pictures_of(source)
    layers = vision["num_hidden_layers"]
    writer = gguf.GGUFWriter(path, "clip")
    writer.add_type(gguf.GGUFType.MMPROJ)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    writer.add_clip_has_vision_encoder(True)
    writer.add_clip_projector_type("mlp")
    writer.add_vision_projection_dim(config["text_config"]["hidden_size"])
    writer.add_vision_image_size(vision["image_size"])
    writer.add_vision_patch_size(vision["patch_size"])
    writer.add_vision_embedding_length(vision["hidden_size"])
    writer.add_vision_feed_forward_length(vision["intermediate_size"])
    writer.add_vision_block_count(layers)
    writer.add_vision_head_count(vision["num_attention_heads"])
    writer.add_vision_attention_layernorm_eps(vision["layer_norm_eps"])
    writer.add_vision_image_mean(pictures["image_mean"])
    writer.add_vision_image_std(pictures["image_std"])
    writer.add_vision_use_gelu(vision["hidden_act"] == "gelu")
    writer.add_string("clip.vision.image_resize_algo", _RESAMPLED[pictures.get("resample", 3)])
    layer = config.get("vision_feature_layer", -2)
    writer.add_array("clip.vision.feature_layer", [layer if layer >= 0 else layers + 1 + layer])
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.MMPROJ, layers)
    for name, tensor in _vision_tensors(tensors):
        writer.add_tensor(_named(name, names), tensor)
    _finish(writer)


def _pictures_of(source: Path) -> Mapping[str, Any]:
    """How pictures are made ready for the model."""
    for name in ("preprocessor_config.json", "processor_config.json"):
        if (source / name).is_file():
            found: Mapping[str, Any] = json.loads((source / name).read_text("utf-8"))
            inner: Mapping[str, Any] = found.get("image_processor", found)
            return inner
    raise WeightsError(f"{source}: preprocessor_config.json is missing")


def _vision_tensors(tensors: Tensors) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    """The tower's and the projector's, but for what a LLaVA has no use of.

    The class token goes, too, which the language model never sees: llama.cpp puts it behind the patches,
    and then shows it in the place of one of them, each patch at its neighbour's position (its #25814).
    """
    for name, tensor in tensors.items():
        if name.startswith("multi_modal_projector."):  # llama.cpp numbers its layers 0 and 2
            yield name.replace("linear_1", "linear_0"), tensor
        elif name.endswith("position_embedding.weight"):
            yield name, tensor[1:]
        elif name.startswith("vision_tower.") and not any(part in name for part in _UNUSED):
            yield name, tensor


def _named(name: str, names: TensorNameMap) -> str:
    found = names.get_name(name, try_suffixes=(".weight", ".bias"))
    if found is None:
        raise WeightsError(f"the tensor {name} has no place in a GGUF file")
    return found


def _finish(writer: GGUFWriter) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
