"""embed_picture: pictures become unit rows, alike where the pictures are; words only where they can."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import looktwice
import numpy as np
import pytest
from looktwice.errors import UsageError, WeightsError
from looktwice.retrieval.embeddings import picture
from looktwice.retrieval.embeddings.picture import (
    ImageNetEmbedder,
    PictureEmbedder,
    SiglipEmbedder,
    open_picture_embedder,
)
from looktwice.settings import Settings
from PIL import Image, ImageEnhance

WIDTH = 5


def noise(seed: int, size: tuple[int, int] = (60, 40)) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (size[1], size[0], 3), np.uint8)
    return Image.fromarray(pixels)


# --- the starter's ------------------------------------------------------------------------------


def write_network(path: Path) -> Path:
    """A network whose features are the mean colours, 0..1, and then two zeros."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    node = helper.make_node
    nodes = [
        node("ReduceMean", ["image"], ["mean"], axes=[2, 3], keepdims=0),
        node("Div", ["mean", "most"], ["colours"]),
        node("Pad", ["colours", "pads"], ["features"]),
        node("Softmax", ["features"], ["probabilities"], axis=1),
    ]
    shape = ["batch", 3, 224, 224]
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", WIDTH])
        for name in ("features", "probabilities")
    ]
    constants = [
        numpy_helper.from_array(np.float32(255), "most"),
        numpy_helper.from_array(np.array([0, 0, 0, 2]), "pads"),
    ]
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)
    graph = helper.make_graph(nodes, "toy", [image], outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    helper.set_model_props(model, {"names": '["a", "b", "c", "d", "e"]'})
    onnx.save(model, str(path))
    return path


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_network(tmp_path_factory.mktemp("network") / "classifier.onnx")


@pytest.fixture(scope="module")
def starter(network: Path) -> ImageNetEmbedder:
    return ImageNetEmbedder("toy", lambda: network, threads=1)


def test_a_row_is_the_square_roots_of_two_views(starter: ImageNetEmbedder) -> None:
    image = Image.new("RGB", (300, 100), (255, 0, 0))
    image.paste((0, 255, 0), (100, 0, 200, 100))  # its middle
    middle, whole = np.array([0, 1, 0, 0, 0]), np.array([2, 1, 0, 0, 0]) / 3
    expected = np.sqrt(middle + whole)
    (row,) = starter.embed([image])
    np.testing.assert_allclose(row, expected / np.linalg.norm(expected), atol=0.02)


def test_rows_are_unit_vectors_in_the_order_of_the_pictures(starter: ImageNetEmbedder) -> None:
    images = [Image.new("RGB", (9, 30), colour) for colour in ("red", "lime", "blue", "white")]
    rows = starter.embed(images)
    assert (rows.dtype, rows.shape) == (np.float32, (4, WIDTH))
    np.testing.assert_allclose(rows[:3, :3], np.eye(3), atol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_a_picture_without_features_has_no_direction(starter: ImageNetEmbedder) -> None:
    assert starter.embed([Image.new("RGB", (5, 5), "black")]).tolist() == [[0.0] * WIDTH]


def test_no_pictures_give_no_rows_of_the_right_width(starter: ImageNetEmbedder) -> None:
    assert starter.embed([]).shape == (0, WIDTH)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_every_kind_of_picture_is_taken(starter: ImageNetEmbedder, mode: str) -> None:
    assert starter.embed([Image.new(mode, (1, 700), 1)]).shape == (1, WIDTH)


def test_the_starter_says_that_it_knows_no_words(starter: ImageNetEmbedder) -> None:
    assert not starter.words
    with pytest.raises(UsageError, match=r"pictures only.*LOOKTWICE_PACK=gpu"):
        starter.embed_words(["a dog"])


def test_a_damaged_file_is_an_error_in_words(tmp_path: Path) -> None:
    path = tmp_path / "classifier.onnx"
    path.write_bytes(b"nonsense")
    with pytest.raises(WeightsError, match=r"classifier\.onnx: not a classifier"):
        ImageNetEmbedder("damaged", lambda: path).embed([noise(0)])


def test_a_network_without_names_is_no_classifier(network: Path, tmp_path: Path) -> None:
    import onnx

    model = onnx.load(str(network))
    del model.metadata_props[:]
    onnx.save(model, str(tmp_path / "nameless.onnx"))
    with pytest.raises(WeightsError, match=r"nameless\.onnx: not a classifier"):
        ImageNetEmbedder("nameless", lambda: tmp_path / "nameless.onnx").embed([noise(0)])


@pytest.mark.weights
def test_a_picture_is_nearer_to_itself_changed_than_to_any_other(
    starter_settings: Settings,
) -> None:
    embedder = open_picture_embedder(starter_settings)
    assert embedder is not None
    samples = [
        Image.open(path) for path in sorted(Path(looktwice.__file__).parent.glob("samples/*.jpg"))
    ]
    images = [*samples, noise(0, (300, 200)), Image.linear_gradient("L").resize((300, 300))]
    changed = [
        ImageEnhance.Brightness(image.convert("RGB").resize((200, 260))).enhance(0.8)
        for image in images
    ]
    likeness = embedder.embed(images) @ embedder.embed(changed).T
    assert likeness.argmax(axis=1).tolist() == list(range(len(images)))
    assert likeness.shape == (4, 4)
    assert likeness.diagonal().min() > likeness[~np.eye(4, dtype=bool)].max() + 0.1
    assert likeness.min() >= 0


# --- SigLIP -------------------------------------------------------------------------------------

WORDS = ("<pad>", "<eos>", "<unk>", "a", "red", "bus")


@pytest.fixture(scope="module")
def siglip_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SigLIP of the real architecture, tiny and never trained."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import (
        PreTrainedTokenizerFast,
        SiglipConfig,
        SiglipImageProcessor,
        SiglipModel,
        SiglipProcessor,
    )

    folder = tmp_path_factory.mktemp("siglip")
    tokenizer = Tokenizer(models.WordLevel({w: i for i, w in enumerate(WORDS)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        eos_token="<eos>",
        unk_token="<unk>",
        padding_side="left",  # as some of its tokenizers have it, and as it was not trained
    )
    processor = SiglipProcessor(SiglipImageProcessor(size={"height": 32, "width": 32}), fast)
    processor.save_pretrained(folder)
    small = {"hidden_size": 16, "intermediate_size": 32, "num_attention_heads": 2}
    layers = {"num_hidden_layers": 2}
    torch.manual_seed(0)
    model = SiglipModel(
        SiglipConfig(
            text_config={**small, **layers, "vocab_size": len(WORDS), "projection_size": 16},
            vision_config={**small, **layers, "image_size": 32, "patch_size": 16},
        )
    )
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def siglip(siglip_folder: Path) -> SiglipEmbedder:
    return SiglipEmbedder("tiny", lambda: siglip_folder)


def model_in(folder: Path) -> Any:
    from transformers import AutoModel

    return AutoModel.from_pretrained(str(folder)).eval()


def test_pictures_become_what_the_model_makes_of_each(
    siglip: SiglipEmbedder, siglip_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import torch
    from transformers import AutoProcessor

    monkeypatch.setattr(picture, "_BATCH", 2)
    images = [noise(seed) for seed in range(5)]
    rows = siglip.embed(images)
    processor = AutoProcessor.from_pretrained(str(siglip_folder))
    with torch.inference_mode():
        given = processor(images=images, return_tensors="pt")
        expected = model_in(siglip_folder).get_image_features(**given).pooler_output
    expected = torch.nn.functional.normalize(expected, dim=-1).numpy()
    assert (rows.dtype, rows.shape) == (np.float32, (5, 16))
    np.testing.assert_allclose(rows, expected, atol=1e-5)
    assert (np.linalg.matrix_rank(rows), siglip.embed([]).shape) == (5, (0, 16))


def test_words_are_read_as_it_was_trained(
    siglip: SiglipEmbedder, siglip_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In lower case, 64 tokens, padded on the right, no mask."""
    import torch

    monkeypatch.setattr(picture, "_BATCH", 2)
    texts = ["A red BUS", "bus", " ".join(["red"] * 100)]
    ids = [[3, 4, 5] + [0] * 61, [5] + [0] * 63, [4] * 64]
    with torch.inference_mode():
        found = model_in(siglip_folder).get_text_features(input_ids=torch.tensor(ids))
    expected = torch.nn.functional.normalize(found.pooler_output, dim=-1).numpy()
    np.testing.assert_allclose(siglip.embed_words(texts), expected, atol=1e-5)
    assert siglip.words
    assert siglip.embed_words([]).shape == (0, 16)


def test_half_characters_do_no_harm(siglip: SiglipEmbedder) -> None:
    rows = siglip.embed_words(["bus \ud800", "bus never"])
    np.testing.assert_allclose(rows[0], rows[1], atol=1e-6)


def test_it_is_loaded_once_for_all_threads(siglip_folder: Path) -> None:
    asked: list[int] = []
    together = threading.Barrier(4)
    lazy = SiglipEmbedder("tiny", lambda: asked.append(1) or siglip_folder)  # type: ignore[func-returns-value]

    def work(seed: int) -> Any:
        together.wait()
        return lazy.embed([noise(seed)])[0]

    with ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(work, range(4)))
    np.testing.assert_allclose(rows, lazy.embed([noise(seed) for seed in range(4)]), atol=1e-5)
    assert asked == [1]


def test_a_folder_without_such_a_model_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=f"{tmp_path.name}: not a picture embedder"):
        SiglipEmbedder("none", lambda: tmp_path).embed([noise(0)])


# --- which one is opened ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pack", "kind", "name"),
    [
        ("starter", ImageNetEmbedder, "efficientnet-lite0@57934424 (square roots of two views)"),
        ("gpu", SiglipEmbedder, "siglip2-base-patch16-256"),
    ],
)
def test_the_packs_embedder_is_known_before_anything_is_there(
    home: Path, pack: Any, kind: type[PictureEmbedder], name: str
) -> None:
    embedder = open_picture_embedder(Settings(home=home, pack=pack, offline=True))
    assert isinstance(embedder, kind)
    assert embedder.name == name
    assert not any(home.iterdir())


def test_a_pack_may_have_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "weight_for", lambda role, settings: None)
    assert open_picture_embedder(Settings(pack="starter")) is None
