"""late: pages and questions as rows of vectors, scored as the model's own processor scores them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from looktwice.errors import OfflineError, WeightsError
from looktwice.retrieval.embeddings import late_interaction
from looktwice.retrieval.embeddings.late_interaction import (
    PageEmbedder,
    max_similarity,
    open_page_embedder,
    pooled,
)
from looktwice.settings import Settings
from PIL import Image

MARKS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>")
WORDS = (*MARKS, "<|image_pad|>", "<|video_pad|>", "<unk>", "Query", ":", "net", "sales", "total")
WIDTH = 16


def tokenizer() -> Any:
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.WordLevel({w: i for i, w in enumerate(WORDS)}, unk_token="<unk>"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        unk_token="<unk>",
        pad_token=MARKS[0],
        additional_special_tokens=list(WORDS[1:7]),
        padding_side="left",
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ColQwen2 of the real architecture, tiny and never trained."""
    import torch
    from transformers import (
        ColQwen2Config,
        ColQwen2ForRetrieval,
        ColQwen2Processor,
        Qwen2VLConfig,
        Qwen2VLImageProcessor,
    )

    made = tmp_path_factory.mktemp("colqwen2")
    looks = Qwen2VLImageProcessor(min_pixels=28 * 28 * 4, max_pixels=28 * 28 * 16)
    ColQwen2Processor(image_processor=looks, tokenizer=tokenizer()).save_pretrained(made)
    text = {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "vocab_size": len(WORDS),
        "rope_scaling": {"type": "mrope", "mrope_section": [1, 1, 2]},
        "max_position_embeddings": 512,
        "bos_token_id": 0,
        "eos_token_id": 0,
        "pad_token_id": 0,
    }
    vision = {"depth": 1, "embed_dim": 32, "hidden_size": 32, "num_heads": 4, "mlp_ratio": 2}
    config = Qwen2VLConfig(
        text_config=text,
        vision_config=vision,
        image_token_id=5,
        video_token_id=6,
        vision_start_token_id=3,
        vision_end_token_id=4,
    )
    torch.manual_seed(0)
    model = ColQwen2ForRetrieval(ColQwen2Config(vlm_config=config, embedding_dim=WIDTH))
    model.save_pretrained(made)
    return made


@pytest.fixture(scope="module")
def embedder(folder: Path) -> PageEmbedder:
    return PageEmbedder("tiny", lambda: folder)


def page(seed: int, width: int, height: int) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    return Image.fromarray(pixels)


PAGES = [page(0, 60, 80), page(1, 140, 100), page(2, 60, 60)]


def test_pages_are_rows_of_unit_vectors_more_for_larger_ones(embedder: PageEmbedder) -> None:
    found = embedder.embed_pages(PAGES)
    assert all(rows.dtype == np.float16 and rows.shape[1] == WIDTH for rows in found)
    assert len(found[1]) > len(found[0]) > len(found[2])
    for rows in found:
        np.testing.assert_allclose(np.linalg.norm(rows.astype(np.float32), axis=1), 1, atol=2e-3)


def test_a_page_does_not_depend_on_those_beside_it(
    embedder: PageEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Padding is dropped, and the batches do not show."""
    together = embedder.embed_pages(PAGES)
    monkeypatch.setattr(late_interaction, "_BATCH", 1)
    for rows, alone in zip(together, embedder.embed_pages(PAGES), strict=True):
        np.testing.assert_allclose(rows, alone, atol=2e-3)
    assert embedder.embed_pages([]) == []


def test_scores_are_those_of_the_models_own_processor(embedder: PageEmbedder, folder: Path) -> None:
    import torch
    from transformers import AutoProcessor

    processor = AutoProcessor.from_pretrained(str(folder))
    queries = [embedder.embed_query(text) for text in ("net sales", "the total total of what")]
    assert len(queries[1]) > len(queries[0])
    for rows in embedder.embed_pages(PAGES):
        scores = [max_similarity(query, rows) for query in queries]
        tensors = [torch.tensor(q.astype(np.float32)) for q in queries]
        passages = [torch.tensor(rows.astype(np.float32))]
        expected = processor.score_retrieval(tensors, passages)[:, 0].tolist()
        assert scores == pytest.approx(expected, abs=1e-4)


def test_half_characters_do_no_harm(embedder: PageEmbedder) -> None:
    np.testing.assert_array_equal(
        embedder.embed_query("net \ud800"), embedder.embed_query("net zebra")
    )


few_rows = arrays.arrays(
    np.float16, st.tuples(st.integers(1, 6), st.just(4)), elements=st.integers(1, 9)
)


@settings(max_examples=20)
@given(few_rows, few_rows)
def test_the_score_is_the_sum_of_the_best_matches(query: Any, rows: Any) -> None:
    exact = [max(float(np.dot(q.astype(float), r.astype(float))) for r in rows) for q in query]
    assert max_similarity(query, rows) == pytest.approx(sum(exact), rel=1e-5)


def test_a_negative_best_match_counts_as_what_it_is() -> None:
    assert max_similarity(np.eye(2, dtype=np.float16), -np.eye(2, dtype=np.float16)[:1]) == -1


@settings(max_examples=20)
@given(few_rows)
def test_a_page_pools_to_one_unit_vector(rows: Any) -> None:
    vector = pooled(rows)
    assert (vector.dtype, vector.shape) == (np.float32, (4,))
    assert np.linalg.norm(vector) == pytest.approx(1, abs=1e-5)
    assert float(vector @ rows.astype(np.float32).sum(axis=0)) == pytest.approx(
        float(np.linalg.norm(rows.astype(np.float32).sum(axis=0))), rel=1e-4
    )


def test_another_kind_of_model_is_refused(tmp_path: Path) -> None:
    from transformers import BertConfig, BertForPreTraining

    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=8, num_hidden_layers=1, num_attention_heads=2
    )
    BertForPreTraining(config).save_pretrained(tmp_path)
    tokenizer().save_pretrained(tmp_path)
    with pytest.raises(WeightsError, match=r"not a model for late interaction .*expected ColPali"):
        PageEmbedder("bert", lambda: tmp_path).embed_query("total")


def test_a_folder_without_a_model_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=f"{tmp_path.name}: not a model for late interaction"):
        PageEmbedder("none", lambda: tmp_path).embed_pages(PAGES)


def test_it_is_opened_from_a_folder_or_by_its_name_on_the_hub(folder: Path, home: Path) -> None:
    offline = Settings(home=home, offline=True)
    here = open_page_embedder(str(folder), offline)
    assert here.name == folder.name
    assert here.embed_query("net").shape[1] == WIDTH
    there = open_page_embedder("vidore/colqwen2-v1.0-hf", offline)
    assert there.name == "vidore/colqwen2-v1.0-hf"
    with pytest.raises(OfflineError, match="colqwen2"):
        there.embed_query("net")
