"""convert: the graphs written here compute what the original programs compute."""

from __future__ import annotations

import json
import shutil
import warnings
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from looktwice.errors import UsageError, WeightsError
from looktwice.settings import Settings
from looktwice.weights import hardware, memory, packs
from looktwice.weights.convert import paddle, prepare, sentence
from looktwice.weights.convert.darknet import darknet as build_network
from looktwice.weights.convert.graph import Graph

CFG = """
[net]
width=64
height=64
channels=3

[convolutional]
batch_normalize=1
filters=4
size=3
stride=1
pad=1
activation=leaky

[maxpool]
size=2
stride=2

# a comment
[convolutional]
batch_normalize=1
filters=6
size=3
stride=2
pad=1
activation=leaky

[maxpool]
size=2
stride=1

[convolutional]
size=1
stride=1
pad=1
filters=21
activation=linear

[yolo]
mask = 1,2
anchors = 10,14,  23,27,  37,58
classes=2
num=3

[route]
layers = -3

[upsample]
stride=2

[route]
layers = -1, 1

[convolutional]
size=1
stride=1
pad=1
filters=21
activation=linear

[yolo]
mask = 0
anchors = 10,14,  23,27,  37,58
classes=2
num=3
"""
# A head has (classes + 5) x anchors of its mask: the first 2 x 7, the second 1 x 7.
CFG = CFG.replace("filters=21", "filters=14", 1).replace("filters=21", "filters=7", 1)
OLD_HEADER = np.array([0, 1, 0, 7], "<i4").tobytes()
NEW_HEADER = np.array([0, 2, 0, 7, 0], "<i4").tobytes()
NUMBERS = (4 * 4 + 4 * 27) + (4 * 6 + 6 * 4 * 9) + (14 + 14 * 6) + (7 + 7 * 10)


@pytest.fixture
def darknet(tmp_path: Path) -> Path:
    """A small network with every kind of layer of YOLOv3-tiny, and random weights."""
    random = np.random.default_rng(0)
    numbers = random.normal(0, 0.5, NUMBERS).astype("<f4")
    numbers[12:16] = random.uniform(0.5, 2, 4)  # variances are positive
    second = 4 * 4 + 4 * 27
    numbers[second + 18 : second + 24] = random.uniform(0.5, 2, 6)
    (tmp_path / "net.cfg").write_text(CFG)
    (tmp_path / "net.weights").write_bytes(NEW_HEADER + numbers.tobytes())
    return tmp_path


def build(folder: Path) -> Path:
    graph = Graph()
    found = build_network(graph, folder / "net.cfg", folder / "net.weights")
    graph.save(
        folder / "net.onnx",
        ("batch", 3, "height", "width"),
        {"output0": (found, ("batch", 6, "candidates"))},
        {"task": "detect"},
        image_name="images",
    )
    return folder / "net.onnx"


def run(model: Path, inputs: dict[str, Any]) -> list[Any]:
    import onnxruntime

    return list(onnxruntime.InferenceSession(str(model)).run(None, inputs))


def by_opencv(folder: Path, picture: Any) -> Any:
    """The same network by OpenCV's own Darknet reader: rows of x, y, w, h (0..1), score, classes."""
    import cv2

    if not hasattr(cv2.dnn, "readNetFromDarknet"):
        pytest.skip("this OpenCV reads no Darknet files")
    net = cv2.dnn.readNetFromDarknet(str(folder / "net.cfg"), str(folder / "net.weights"))
    net.setInput(picture)
    heads = net.forward(net.getUnconnectedOutLayersNames())
    return np.concatenate([head.reshape(-1, 7) for head in heads])


@pytest.mark.parametrize("side", [64, 96])
def test_a_darknet_network_computes_what_opencv_computes(darknet: Path, side: int) -> None:
    picture = np.random.default_rng(1).random((1, 3, side, side), np.float32)
    (ours,) = run(build(darknet), {"images": picture})
    assert ours.shape == (1, 6, 2 * (side // 4) ** 2 + (side // 2) ** 2)
    theirs = by_opencv(darknet, picture)
    first = 2 * (side // 4) ** 2  # OpenCV goes through a head cell by cell, we anchor by anchor
    head = ours[0, :, :first].reshape(6, 2, -1).transpose(2, 1, 0).reshape(-1, 6)
    ours = np.concatenate([head, ours[0, :, first:].T])
    np.testing.assert_allclose(ours[:, :2], theirs[:, :2] * side, rtol=1e-4, atol=1e-3)
    if side == 64:  # it scales widths and heights by the size in the file, whatever comes in
        np.testing.assert_allclose(ours[:, 2:4], theirs[:, 2:4] * side, rtol=1e-4)
    scores = np.where(ours[:, 4:] > 0.2, ours[:, 4:], 0)  # and drops scores up to 0.2
    np.testing.assert_allclose(scores, theirs[:, 5:], atol=1e-5)
    assert (scores > 0).any()


def test_the_header_of_older_files_is_shorter(darknet: Path) -> None:
    new = build(darknet).read_bytes()
    numbers = (darknet / "net.weights").read_bytes()[len(NEW_HEADER) :]
    (darknet / "net.weights").write_bytes(OLD_HEADER + numbers)
    assert build(darknet).read_bytes() == new


def test_any_size_and_batch_goes_through(darknet: Path) -> None:
    model = build(darknet)
    pictures = np.random.default_rng(2).random((2, 3, 32, 64), np.float32)
    (both,) = run(model, {"images": pictures})
    (second,) = run(model, {"images": pictures[1:]})
    assert both.shape == (2, 6, 2 * 8 * 16 + 16 * 32)
    np.testing.assert_allclose(both[1:], second, rtol=1e-4, atol=1e-4)
    assert both[:, 0].max() <= 64 + 4  # centres: x within the width, y within the height
    assert both[:, 1].max() <= 32 + 4


@pytest.mark.parametrize(("change", "words"), [(-4, "too short"), (8, "2 numbers are left over")])
def test_weights_that_do_not_fit_are_refused(darknet: Path, change: int, words: str) -> None:
    data = (darknet / "net.weights").read_bytes()
    data = data[:change] if change < 0 else data + bytes(change)
    (darknet / "net.weights").write_bytes(data)
    with pytest.raises(WeightsError, match=words):
        build(darknet)


def test_an_unknown_layer_is_named(darknet: Path) -> None:
    (darknet / "net.cfg").write_text(CFG.replace("[upsample]", "[shortcut]"))
    with pytest.raises(WeightsError, match=r"\[shortcut\]"):
        build(darknet)


def test_the_papers_name_is_read_from_the_description(tmp_path: Path) -> None:
    text = "Global:\n  model_name: 'PP-OCRv6_medium_det'\nPreProcess: {}\n"
    (tmp_path / "inference.yml").write_text(text)
    assert paddle.paddle_name(tmp_path) == "PP-OCRv6_medium_det"
    (tmp_path / "inference.yml").write_text("PreProcess: {}\n")
    with pytest.raises(WeightsError, match="names no model"):
        paddle.paddle_name(tmp_path)


def test_characters_survive_the_description(tmp_path: Path) -> None:
    """Quotes, line separators and characters beyond 16 bits come back as they were."""
    import yaml

    (tmp_path / "model.onnx").write_bytes(b"bytes")
    characters = "!\"'\\:#\x85\u2028\u3000é\U0001f6c5~"
    config = paddle.rec_config(characters)
    paddle.paddle_folder(tmp_path / "rec", config, partial(paddle.share, tmp_path / "model.onnx"))
    read = yaml.safe_load((tmp_path / "rec/inference.yml").read_text("utf-8"))
    assert read["PostProcess"]["character_dict"] == characters
    assert (tmp_path / "rec/inference.onnx").read_bytes() == b"bytes"


def test_an_own_detector_wins(tmp_path: Path) -> None:
    own = tmp_path / "mine.pt"
    with pytest.raises(UsageError, match="does not exist"):
        prepare.detector_path(Settings.load(detector=str(own)))
    own.write_bytes(b"")
    assert prepare.detector_path(Settings.load(detector=str(own), offline=True)) == own


def test_the_gpu_pack_is_handed_on_as_it_comes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No GPU and no hub here, so the files are stand-ins; the paths are what is tested."""
    for name in packs.PACKS["gpu"].values():
        (tmp_path / name).mkdir(exist_ok=True)
    (tmp_path / "yolo26x").mkdir()
    (tmp_path / "yolo26x/yolo26x.pt").write_bytes(b"")
    for kind in ("det", "rec"):
        text = f"Global:\n  model_name: PP-OCRv6_medium_{kind}\n"
        (tmp_path / f"pp-ocrv6-medium-{kind}/inference.yml").write_text(text)
    monkeypatch.setattr(prepare, "ensure", lambda name, *_: tmp_path / name)
    settings = Settings.load(pack="gpu")
    monkeypatch.setattr(hardware, "has_gpu", lambda: True)
    monkeypatch.setattr(memory, "fit_here", lambda: memory.fit(16 * 2**30))
    assert prepare.detector_path(settings).name == "dfine-xlarge"
    named = settings.model_copy(update={"detector": "yolo26x"})
    assert prepare.detector_path(named).name == "yolo26x.pt"
    ocr = prepare.ocr_paths(settings)
    assert (ocr.det.name, ocr.rec.name) == ("pp-ocrv6-medium-det", "pp-ocrv6-medium-rec")
    assert (ocr.det_name, ocr.rec_name) == ("PP-OCRv6_medium_det", "PP-OCRv6_medium_rec")
    assert (ocr.engine, ocr.device) == ("transformers", "cuda")
    assert prepare.text_embedder_path(settings).name == "qwen3-embedding-0.6b"
    assert prepare.image_embedder_path(settings).name == "siglip2-base-patch16-256"
    reranker = prepare.reranker_path(settings)
    assert reranker is not None
    assert reranker.name == "bge-reranker-v2-m3"


# --- text: a small BERT with random weights -----------------------------------------------------


@pytest.fixture(scope="module")
def small_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from tokenizers import Tokenizer, models
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("bert")
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=80,
        hidden_size=24,
        num_hidden_layers=2,
        num_attention_heads=3,
        intermediate_size=48,
        max_position_embeddings=40,
        initializer_range=0.5,  # so large that a mistake shows
    )
    BertModel(config).save_pretrained(folder)
    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, "dog": 1}, unk_token="[UNK]"))
    tokenizer.enable_padding(length=32)
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "sentence_bert_config.json").write_text('{"max_seq_length": 12}')
    return folder


def test_the_text_embedder_pools_and_normalises(small_bert: Path, tmp_path: Path) -> None:
    """Against transformers with its own mask, pooled with numpy; padding changes nothing."""
    import torch
    from transformers import BertModel

    sentence.make_text_embedder(small_bert, tmp_path)
    tokens = np.random.default_rng(3).integers(0, 80, (4, 9))
    lengths = (1, 4, 8, 9)
    mask = (np.arange(9) < np.array(lengths)[:, None]).astype(np.int64)
    given = {"input_ids": tokens, "attention_mask": mask}
    rows, words = run(tmp_path / "model.onnx", given)
    bert = BertModel.from_pretrained(small_bert).eval()
    for row, word, ids, length in zip(rows, words, tokens, lengths, strict=True):
        with torch.inference_mode():
            hidden = bert(torch.from_numpy(ids[None, :length])).last_hidden_state[0].numpy()
        np.testing.assert_allclose(word[:length], hidden, atol=1e-4)
        mean = hidden.mean(axis=0)
        np.testing.assert_allclose(row, mean / np.linalg.norm(mean), atol=1e-4)


def test_the_text_embedders_tokenizer_cuts_and_does_not_pad(
    small_bert: Path, tmp_path: Path
) -> None:
    from tokenizers import Tokenizer

    sentence.make_text_embedder(small_bert, tmp_path)
    tokenizer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    assert tokenizer.padding is None
    assert tokenizer.truncation is not None
    assert tokenizer.truncation["max_length"] == 12


def test_exporting_prints_and_warns_nothing(
    small_bert: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        sentence.make_text_embedder(small_bert, tmp_path)
    assert [str(warning.message) for warning in told] == []
    assert capfd.readouterr() == ("", "")


def test_an_export_that_went_wrong_is_not_kept(small_bert: Path, tmp_path: Path) -> None:
    import torch

    model: Any = sentence.sentence_model(small_bert)
    sentence.export(model, tmp_path / "model.onnx")
    sentence.compare(model, tmp_path / "model.onnx")
    with torch.no_grad():
        model.bert.encoder.layer[1].output.LayerNorm.bias[0] += 1
    with pytest.raises(WeightsError, match="not what it was made from"):
        sentence.compare(model, tmp_path / "model.onnx")


def test_a_text_embedder_with_a_tensor_missing_is_refused(small_bert: Path, tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    shutil.copy(small_bert / "config.json", tmp_path)
    tensors = load_file(small_bert / "model.safetensors")
    (name,) = [name for name in tensors if name.endswith("1.attention.self.key.bias")]
    del tensors[name]
    save_file(tensors, tmp_path / "model.safetensors")
    with pytest.raises(WeightsError, match=rf"lacks .*{name}"):
        sentence.sentence_model(tmp_path)


def test_the_starters_text_embedder_is_converted_and_others_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def ensure_made(name: str, form: str, make: Any, *_: Any) -> Path:
        assert make is sentence.make_text_embedder
        made.append(name)
        return tmp_path / form

    monkeypatch.setattr(prepare, "ensure_made", ensure_made)
    monkeypatch.setattr(prepare, "ensure", lambda name, *_: tmp_path / name)
    assert prepare.text_embedder_path(Settings.load(pack="starter")).name == "onnx-2"
    assert prepare.text_embedder_path(Settings.load(pack="gpu")).name == "qwen3-embedding-0.6b"
    assert made == ["all-minilm-l6-v2"]


# --- the real thing -----------------------------------------------------------------------------


@pytest.fixture
def bus() -> Path:
    import ultralytics

    return Path(ultralytics.__file__).parent / "assets" / "bus.jpg"


@pytest.mark.weights
def test_the_converted_detector_finds_a_bus_and_people(
    starter_settings: Settings, bus: Path
) -> None:
    from ultralytics import YOLO

    model = YOLO(str(prepare.detector_path(starter_settings)), task="detect")
    (found,) = model.predict(str(bus), imgsz=512, conf=0.3, iou=0.45, verbose=False)
    labels = [found.names[int(kind)] for kind in found.boxes.cls]
    assert labels.count("bus") == 1
    assert labels.count("person") >= 3
    assert len(found.names) == 80
    box = found.boxes.xyxy[labels.index("bus")].tolist()
    assert box[2] - box[0] > 500  # it fills most of a picture 810 wide


@pytest.mark.weights
def test_the_converted_classifier_knows_a_bus(starter_settings: Settings, bus: Path) -> None:
    import onnxruntime
    from PIL import Image

    session = onnxruntime.InferenceSession(str(prepare.classifier_path(starter_settings)))
    names = json.loads(session.get_modelmeta().custom_metadata_map["names"])
    side = prepare.CLASSIFIER_SIDE
    picture = Image.open(bus).convert("RGB").crop((50, 180, 760, 890)).resize((side, side))
    pixels = np.asarray(picture, np.float32).transpose(2, 0, 1)[None]
    probabilities, features = session.run(["probabilities", "features"], {"image": pixels})
    assert len(names) == 1000
    assert features.shape == (1, 1280)
    assert probabilities.sum() == pytest.approx(1, abs=1e-4)
    best = {names[i] for i in probabilities[0].argsort()[-5:]}
    assert best & {"minibus", "trolleybus", "school bus"}


@pytest.mark.weights
def test_the_ocr_folders_name_what_paddleocr_expects(starter_settings: Settings) -> None:
    ocr = prepare.ocr_paths(starter_settings)
    assert (ocr.det_name, ocr.rec_name) == ("PP-OCRv6_small_det", "PP-OCRv6_small_rec")
    for folder in (ocr.det, ocr.rec):
        assert sorted(p.name for p in folder.iterdir()) == ["inference.onnx", "inference.yml"]
