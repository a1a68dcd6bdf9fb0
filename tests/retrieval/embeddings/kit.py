"""A toy embedder in ONNX."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

WORDS = ("[CLS]", "[UNK]", "how", "many", "dogs", "are", "there", "total", "date", "receipt")


LONGEST = 16


TABLE = np.random.default_rng(0).normal(size=(len(WORDS), 6)).astype(np.float32)


def write_toy(folder: Path) -> Path:
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    node = helper.make_node
    nodes = [
        node("Gather", ["table", "input_ids"], ["rows"]),
        node("Cast", ["attention_mask"], ["seen"], to=TensorProto.FLOAT),
        node("Unsqueeze", ["seen", "last"], ["column"]),
        node("Mul", ["rows", "column"], ["kept"]),
        node("ReduceSum", ["kept", "middle"], ["sum"], keepdims=0),
        node("LpNormalization", ["sum"], ["sentence"]),
    ]
    free = ["batch", "length"]
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, free)
        for name in ("input_ids", "attention_mask")
    ]
    output = helper.make_tensor_value_info("sentence", TensorProto.FLOAT, ["batch", 6])
    constants = [("table", TABLE), ("last", np.array([2])), ("middle", np.array([1]))]
    graph = helper.make_graph(
        nodes, "toy", inputs, [output], [numpy_helper.from_array(v, n) for n, v in constants]
    )
    opset = [helper.make_opsetid("", 17)]
    onnx.save(helper.make_model(graph, opset_imports=opset, ir_version=8), folder / "model.onnx")
    vocabulary = {word: at for at, word in enumerate(WORDS)}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.post_processor = processors.TemplateProcessing("[CLS] $A", None, [("[CLS]", 0)])
    tokenizer.enable_truncation(LONGEST)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


class FakeTransformer:
    """Stands in for `SentenceTransformer`; a text's row is its length in bytes and a mark of its kind."""

    max_seq_length = 32_768

    def __init__(
        self, path: str, *, device: str, local_files_only: bool, model_kwargs: dict[str, Any]
    ) -> None:
        assert local_files_only
        assert model_kwargs["use_safetensors"]
        assert device in ("cpu", "cuda")
        assert str(model_kwargs["dtype"]) in ("torch.float32", "torch.bfloat16")
        if Path(path).name == "broken":
            raise OSError("no config.json")

    def encode_document(self, given_texts: list[str], **options: Any) -> Any:
        assert options == {"normalize_embeddings": True, "show_progress_bar": False}
        return np.array([[len(text.encode()), 0] for text in given_texts], np.float64)

    def encode_query(self, given_texts: list[str], **options: Any) -> Any:
        return np.add(self.encode_document(given_texts, **options), [0, 1])

    def tokenizer(self, given_texts: list[str], *, truncation: bool, verbose: bool) -> Any:
        assert not truncation
        return {"input_ids": [[1, *range(len(text.split()))] for text in given_texts]}
